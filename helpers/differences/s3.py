"""S3."""

from __future__ import annotations

import json
from typing import Any

import boto3

from helpers.differences.probe import MODEL, Queue, difference, kind, let_pass

HERE = {"LocationConstraint": "eu-west-1"}
PART = 5 * 1024 * 1024  # bytes, the least that a part but the last may have


def bucket(name: str) -> Any:
    """A client, after a bucket has been made."""
    client = boto3.client("s3")
    client.create_bucket(Bucket=name, CreateBucketConfiguration=HERE)
    return client


def told(name: str, *events: str) -> tuple[Any, Queue]:
    """A bucket that tells a queue of some events, and the queue, without the test message."""
    client, queue = bucket(name), Queue(name)
    client.put_bucket_notification_configuration(
        Bucket=name,
        NotificationConfiguration={
            "QueueConfigurations": [{"QueueArn": queue.arn, "Events": list(events)}]
        },
    )
    for message in queue.receive(MaxNumberOfMessages=10):
        queue.delete(message)
    return client, queue


def upload(client: Any, name: str, **conditions: str) -> None:
    """A multipart upload of one part."""
    at = {"Bucket": name, "Key": "k"}
    number = client.create_multipart_upload(**at)["UploadId"]
    part = client.upload_part(**at, UploadId=number, PartNumber=1, Body=b"x")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    client.complete_multipart_upload(**at, UploadId=number, MultipartUpload=parts, **conditions)


@difference(
    "S3: events of one multipart upload",
    aws="CompleteMultipartUpload",
    source="User Guide, event types",
)
def multipart(lab: Any) -> str:
    """A multipart upload, and a queue that hears of every object created."""
    client, queue = told("multipart", "s3:ObjectCreated:*")
    upload(client, "multipart")
    let_pass(lab, 1)
    records = [
        json.loads(message["Body"])["Records"][0]
        for message in queue.receive(MaxNumberOfMessages=10)
    ]
    return ", ".join(sorted({record["eventName"].partition(":")[2] for record in records}))


@difference("S3: a delete marker, and a queue", aws="told", source="User Guide, event types")
def marker(lab: Any) -> str:
    """An object of a bucket with versions is deleted: what is left is a delete marker."""
    client, queue = told("marker", "s3:ObjectRemoved:*")
    client.put_bucket_versioning(Bucket="marker", VersioningConfiguration={"Status": "Enabled"})
    client.put_object(Bucket="marker", Key="k", Body=b"x")
    client.delete_object(Bucket="marker", Key="k")
    let_pass(lab, 1)
    return "told" if queue.receive() else "not told"


@difference(
    "S3: a destination that does not exist",
    aws="InvalidArgument",
    source="API model; answer in aws-cdk issue 20127",
)
def missing(lab: Any) -> str:
    """A bucket is to tell a queue that is not there."""
    arn = "arn:aws:sqs:eu-west-1:123456789012:not-there"
    try:
        bucket("missing").put_bucket_notification_configuration(
            Bucket="missing",
            NotificationConfiguration={
                "QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]
            },
        )
    except Exception as error:
        return kind(error)
    return "accepted"


@difference(
    "S3: an upload in parts, IfMatch does not hold",
    aws="PreconditionFailed",
    source=f"{MODEL}, CompleteMultipartUpload",
)
def condition(lab: Any) -> str:
    """A multipart upload is to replace an object that has changed meanwhile."""
    client = bucket("condition")
    client.put_object(Bucket="condition", Key="k", Body=b"changed")
    try:
        upload(client, "condition", IfMatch='"00000000000000000000000000000000"')
    except Exception as error:
        return kind(error)
    return "put over it"

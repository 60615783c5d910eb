"""A bucket and those it tells of its objects, for the tests of S3."""

from __future__ import annotations

import json
from typing import Any

import boto3

from helpers import Lab

ARN = "arn:aws:{}:eu-west-1:123456789012:{}"
HERE = {"LocationConstraint": "eu-west-1"}


class Store:
    """A bucket named claims, and a queue."""

    def __init__(self, lab: Lab, **settings: Any) -> None:
        self.lab, self.s3, self.sqs = lab, boto3.client("s3"), boto3.client("sqs")
        self.s3.create_bucket(Bucket="claims", CreateBucketConfiguration=HERE, **settings)

    def put(self, key: str = "k", body: bytes = b"hello", **more: Any) -> dict[str, Any]:
        return self.s3.put_object(Bucket="claims", Key=key, Body=body, **more)

    def get(self, key: str = "k", **more: Any) -> bytes:
        return self.s3.get_object(Bucket="claims", Key=key, **more)["Body"].read()

    def upload(self, key: str, *parts: bytes, **conditions: Any) -> dict[str, Any]:
        """A multipart upload of these parts."""
        at = {"Bucket": "claims", "Key": key}
        upload = self.s3.create_multipart_upload(**at)["UploadId"]
        done = []
        for number, part in enumerate(parts, start=1):
            answer = self.s3.upload_part(**at, UploadId=upload, PartNumber=number, Body=part)
            done.append({"PartNumber": number, "ETag": answer["ETag"]})
        return self.s3.complete_multipart_upload(
            **at, UploadId=upload, MultipartUpload={"Parts": done}, **conditions
        )

    def configure(self, **configuration: Any) -> None:
        self.s3.put_bucket_notification_configuration(
            Bucket="claims", NotificationConfiguration=configuration
        )

    def tell_queue(self, *events: str, name: str = "told", rules: tuple[Any, ...] = ()) -> str:
        """Let a queue hear of events. Returns its address, after the test message."""
        url = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        told: dict[str, Any] = {"QueueArn": ARN.format("sqs", name), "Events": list(events)}
        if rules:
            told["Filter"] = {"Key": {"FilterRules": [dict(rule) for rule in rules]}}
        self.configure(QueueConfigurations=[told])
        [test] = self.bodies(url)
        assert test["Event"] == "s3:TestEvent"
        return url

    def let_pass(self, seconds: float) -> None:
        with self.lab.running(seconds=seconds):
            pass

    def bodies(self, url: str) -> list[Any]:
        """Everything in a queue, read as JSON, which is taken out of it."""
        found = []
        while batch := self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get(
            "Messages", []
        ):
            for message in batch:
                found.append(json.loads(message["Body"]))
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found

    def events(self, url: str) -> list[tuple[str, str]]:
        """Event and key of each record in a queue."""
        records = [record for body in self.bodies(url) for record in body["Records"]]
        return [(record["eventName"], record["s3"]["object"]["key"]) for record in records]

"""A run on an endpoint, as a program: it makes things, and ends, or waits to be killed.

``python made_on_endpoint.py FOLDER PREFIX HOURS end|remove|wait``
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from datetime import UTC, datetime, timedelta

import boto3

from helpers.account.keeping import Keeper
from helpers.account.register import Register

ACCOUNT, REGION = "123456789012", "eu-west-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/lab"
TABLE = {
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
WAITS = {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 9_999, "End": True}}}


def code():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("f.py", "def handler(event, context): return 1")
    return content.getvalue()


def main(folder, prefix, hours, end):
    keeper = Keeper(
        account=ACCOUNT,
        region=REGION,
        prefix=prefix,
        owner="me",
        expires=datetime.now(UTC) + timedelta(hours=float(hours)),
        register=Register(folder),
        client=boto3.client,
    )

    def make(client, operation, params):
        return client._make_api_call(operation, params)

    def call(service, operation, **params):
        return keeper.call(make, boto3.client(service), operation, params)

    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"
    call("sqs", "CreateQueue", QueueName="orders")
    topic = call("sns", "CreateTopic", Name="placed")["TopicArn"]
    call("sns", "Subscribe", TopicArn=topic, Protocol="sqs", Endpoint=queue)
    call("events", "CreateEventBus", Name="shop")
    call("events", "PutRule", Name="all", EventBusName="shop", EventPattern='{"source": ["a"]}')
    call(
        "events", "PutTargets", Rule="all", EventBusName="shop", Targets=[{"Id": "q", "Arn": queue}]
    )
    bus = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/shop"
    call("events", "CreateArchive", ArchiveName="past", EventSourceArn=bus)
    given = {"Runtime": "python3.12", "Handler": "f.handler", "Role": ROLE}
    call("lambda", "CreateFunction", FunctionName="charge", Code={"ZipFile": code()}, **given)
    call("lambda", "CreateEventSourceMapping", FunctionName="charge", EventSourceArn=queue)
    call("dynamodb", "CreateTable", TableName="stock", **TABLE)
    flow = {"definition": json.dumps(WAITS), "roleArn": ROLE}
    machine = call("stepfunctions", "CreateStateMachine", name="order", **flow)
    call("stepfunctions", "StartExecution", stateMachineArn=machine["stateMachineArn"], name="o-1")
    call("s3", "CreateBucket", Bucket="letters",
         CreateBucketConfiguration={"LocationConstraint": REGION})  # fmt: skip
    call("s3", "PutObject", Bucket="letters", Key="a", Body=b"hello")
    print("made", flush=True)
    if end == "wait":
        sys.stdin.read()
    if end == "remove":
        keeper.remove_all()


if __name__ == "__main__":
    main(*sys.argv[1:])

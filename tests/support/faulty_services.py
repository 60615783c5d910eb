"""Faults for the tests: on each service one call that changes something, and its count of effects.

Together they speak each protocol: JSON (sqs, dynamodb, events, stepfunctions), query and XML (sns),
REST and JSON (lambda).
"""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.config import Config

MODES = ("legacy", "standard")
MACHINE = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})


def _table(client):
    return client.create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )


class Sqs:
    operation, throttled = "SendMessage", "RequestThrottled"

    def __init__(self, lab, client):
        self.client, self.url = client, client.create_queue(QueueName="orders")["QueueUrl"]

    def call(self):
        self.client.send_message(QueueUrl=self.url, MessageBody="x")

    def done(self):
        names = ["ApproximateNumberOfMessages"]
        reply = boto3.client("sqs").get_queue_attributes(QueueUrl=self.url, AttributeNames=names)
        return int(reply["Attributes"][names[0]])


def deliver(lab):
    """Let what is due at this moment arrive; no time passes."""
    with lab.running():
        pass


class Sns:
    operation, throttled = "Publish", "Throttling"

    def __init__(self, lab, client):
        self.lab, self.client = lab, client
        self.topic = client.create_topic(Name="paid")["TopicArn"]
        self.queue = Sqs(lab, boto3.client("sqs"))
        client.subscribe(
            TopicArn=self.topic,
            Protocol="sqs",
            Endpoint="arn:aws:sqs:eu-west-1:123456789012:orders",
        )

    def call(self):
        self.client.publish(TopicArn=self.topic, Message="x")

    def done(self):
        deliver(self.lab)
        return self.queue.done()


class Lambda:
    operation, throttled = "Invoke", "TooManyRequestsException"

    def __init__(self, lab, client):
        self.client, self.ran = client, []
        lab.deploy("charge", lambda event, context: self.ran.append(event))

    def call(self):
        self.client.invoke(FunctionName="charge", Payload=b"{}")

    def done(self):
        return len(self.ran)


class DynamoDB:
    operation, throttled = "UpdateItem", "ProvisionedThroughputExceededException"

    def __init__(self, lab, client):
        self.client = client
        _table(client)

    def call(self):
        self.client.update_item(
            TableName="orders", Key={"id": {"S": "o"}}, UpdateExpression="ADD n :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )  # fmt: skip

    def done(self):
        reply = boto3.client("dynamodb").get_item(TableName="orders", Key={"id": {"S": "o"}})
        return int(reply["Item"]["n"]["N"]) if "Item" in reply else 0


class Events:
    operation, throttled = "PutEvents", "ThrottlingException"

    def __init__(self, lab, client):
        self.lab, self.client, self.queue = lab, client, Sqs(lab, boto3.client("sqs"))
        client.put_rule(Name="all", EventPattern='{"source": ["shop"]}')
        arn = "arn:aws:sqs:eu-west-1:123456789012:orders"
        client.put_targets(Rule="all", Targets=[{"Id": "1", "Arn": arn}])

    def call(self):
        self.client.put_events(Entries=[{"Source": "shop", "DetailType": "paid", "Detail": "{}"}])

    def done(self):
        deliver(self.lab)
        return self.queue.done()


class StepFunctions:
    operation, throttled = "CreateStateMachine", "ThrottlingException"

    def __init__(self, lab, client):
        self.client, self.made = client, 0

    def call(self):
        self.made += 1
        self.client.create_state_machine(
            name=f"m{self.made}", definition=MACHINE, roleArn="arn:aws:iam::123456789012:role/lab"
        )

    def done(self):
        return len(boto3.client("stepfunctions").list_state_machines()["stateMachines"])


SERVICES = {
    "sqs": Sqs, "sns": Sns, "lambda": Lambda, "dynamodb": DynamoDB, "events": Events,
    "stepfunctions": StepFunctions,
}  # fmt: skip
every_service = pytest.mark.parametrize("service", SERVICES)


def client_of(service, mode="standard", **config):
    return boto3.client(service, config=Config(retries={"mode": mode, **config}))


def rows(lab, operation):
    return lab.trace[lab.trace.operation == operation]


def waits(attempts):
    """Virtual seconds between the end of each attempt and the beginning of the next."""
    return (attempts.time.to_numpy()[1:] - attempts.end.to_numpy()[:-1]).tolist()


def attempts_by_default(service, mode):
    if service == "dynamodb":
        return 10 if mode == "legacy" else 4
    return 5 if mode == "legacy" else 3

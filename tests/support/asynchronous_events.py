"""Asynchronous invocations for the tests: sent, failing, and reported to a queue."""

from __future__ import annotations

import json

import boto3


def send(aws, name="f", **event):
    return aws.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(event))


def let_pass(lab, **time):
    with lab.running(**time):
        pass


def times(lab, name):
    marks = lab.trace[lab.trace["name"] == name]
    return [round(time, 3) for time in marks["time"]]


def failing(lab, **settings):
    def fail(event, context):
        lab.mark("tried", request=context.aws_request_id)
        raise ValueError("card declined")

    return lab.deploy("f", fail, **settings)


class Queue:
    """A queue that records arrive in."""

    def __init__(self, name):
        self.sqs = boto3.client("sqs")
        self.url = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        found = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
        self.arn = found["Attributes"]["QueueArn"]

    def messages(self):
        found = self.sqs.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        )
        return found.get("Messages", [])

    def records(self):
        return [json.loads(message["Body"]) for message in self.messages()]

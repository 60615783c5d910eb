"""A shop with a topic, for the tests of SNS."""

from __future__ import annotations

import json
from typing import Any

import boto3

from helpers import Lab

ACCOUNT = "arn:aws:{}:eu-west-1:123456789012:{}"


class Shop:
    """A topic and whoever subscribes to it."""

    def __init__(self, lab: Lab, name: str = "orders", **attributes: str) -> None:
        self.lab, self.sns, self.sqs = lab, boto3.client("sns"), boto3.client("sqs")
        self.topic = self.sns.create_topic(Name=name, Attributes=attributes)["TopicArn"]

    def queue(self, name: str, **attributes: str) -> tuple[str, str]:
        """A queue's address and ARN."""
        made = self.sqs.create_queue(QueueName=name, Attributes=attributes)
        return made["QueueUrl"], ACCOUNT.format("sqs", name)

    def subscribe(self, endpoint: str, protocol: str = "sqs", **attributes: Any) -> str:
        """Subscribe; an attribute that is no text is written as JSON."""
        texts = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in attributes.items()
        }
        return self.sns.subscribe(
            TopicArn=self.topic, Protocol=protocol, Endpoint=endpoint, Attributes=texts
        )["SubscriptionArn"]

    def publish(self, message: str, **more: Any) -> dict[str, Any]:
        return self.sns.publish(TopicArn=self.topic, Message=message, **more)

    def let_pass(self, seconds: float) -> None:
        with self.lab.running(seconds=seconds):
            pass

    def messages(self, url: str) -> list[dict[str, Any]]:
        """Everything in a queue, which is taken out of it."""
        found: list[dict[str, Any]] = []
        while batch := self.sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        ).get("Messages", []):
            found += batch
            for message in batch:
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found

    def bodies(self, url: str) -> list[str]:
        return [message["Body"] for message in self.messages(url)]


def text(value: str) -> dict[str, str]:
    return {"DataType": "String", "StringValue": value}


def number(value: str) -> dict[str, str]:
    return {"DataType": "Number", "StringValue": value}


def array(*values: Any) -> dict[str, str]:
    return {"DataType": "String.Array", "StringValue": json.dumps(values)}

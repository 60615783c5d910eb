"""What several probes need."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.exceptions import ClientError


class Queue:
    """A queue and the few calls that the probes make."""

    def __init__(self, name: str, **attributes: str) -> None:
        self.sqs = boto3.client("sqs")
        self.url = self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        names = ["QueueArn"]
        found = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=names)
        self.arn = found["Attributes"]["QueueArn"]

    def send(self, body: str, **more: str) -> str:
        return self.sqs.send_message(QueueUrl=self.url, MessageBody=body, **more)["MessageId"]

    def receive(self, **more: int) -> list[dict[str, Any]]:
        return self.sqs.receive_message(QueueUrl=self.url, **more).get("Messages", [])

    def delete(self, message: dict[str, Any]) -> None:
        self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])


def let_pass(lab: Any, seconds: float) -> None:
    """Let simulated time pass."""
    with lab.running(seconds=seconds):
        pass


def kind(error: Exception) -> str:
    """AWS's code of an error, or its type."""
    if isinstance(error, ClientError):
        return str(error.response["Error"]["Code"])
    return type(error).__name__

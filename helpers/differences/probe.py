"""What a difference is, and what several probes need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import boto3
from botocore.exceptions import ClientError

MODEL = "API model"  # of botocore 1.44.5
ROLE = "arn:aws:iam::123456789012:role/lab"  # of every state machine that a probe makes

AS_ON_AWS, CHOICE, NOT = "yes", "the lab's choice", "no"  # what the table says of a row

Probe = Callable[[Any], str]  # takes a lab


@dataclass(frozen=True)
class Difference:
    """A probe, and what it would say on AWS by the source named.

    Attributes
    ----------
    aws : str
        What the source says: no more than that. "maybe" is what AWS may do and does not promise.
    choice : str
        Where AWS leaves it open: which of the things that AWS may do the lab does, every time.
    """

    behaviour: str
    aws: str
    source: str
    probe: Probe
    choice: str = ""

    def verdict(self, here: str) -> str:
        """Whether the lab, which says `here`, is as on AWS."""
        if here == self.aws:
            return AS_ON_AWS
        return CHOICE if here == self.choice else NOT


def difference(
    behaviour: str, *, aws: str, source: str, choice: str = ""
) -> Callable[[Probe], Difference]:
    """Make a probe a row of the table of differences."""
    return partial(Difference, behaviour, aws, source, choice=choice)


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

    def receive(self, **more: Any) -> list[dict[str, Any]]:
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

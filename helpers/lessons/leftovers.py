"""What is in a queue when a run is over."""

from __future__ import annotations

from typing import Any

HIDDEN = 3600  # seconds; longer than it takes to read a queue to its end


def left_in(sqs: Any, queue: str) -> int:
    """How many messages are in a queue, in flight or not."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    return sum(map(int, found.values()))


def bodies_in(sqs: Any, queue: str) -> list[str]:
    """The bodies of the messages that can be received. The queue is read to its end."""
    asked = {"QueueUrl": queue, "MaxNumberOfMessages": 10, "VisibilityTimeout": HIDDEN}
    bodies: list[str] = []
    while messages := sqs.receive_message(**asked).get("Messages"):
        bodies += [message["Body"] for message in messages]
    return bodies

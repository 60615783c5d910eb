"""What the runs of `helpers.elsewhere` share: orders, a run with an end, queues looked into."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from helpers.lab import Lab
from helpers.load import Order, orders

# The lab's own names for an account, as in the lessons: on an endpoint each becomes the run's own.
REGION, ACCOUNT = "eu-west-1", "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/lab"
LOOK = 0.2  # seconds between two looks


class Over(Exception):
    """Ends a run whose workers would go on for ever."""


@contextmanager
def until(lab: Lab, done: Callable[[], bool], *, quiet: float = 1.0) -> Iterator[None]:
    """A run that ends when `done()` holds, and `quiet` seconds later, or when the lab ends it."""

    def look() -> None:
        while not done():
            time.sleep(LOOK)
        time.sleep(quiet)
        raise Over

    with suppress(Over), lab.running(minutes=5):
        yield
        lab.start(look)


def some_orders(count: int, seed: int = 17) -> list[Order]:
    """So many orders, forty a second."""
    return orders(arrivals=[n / 40 for n in range(count)], seed=seed)


def order_ids(bodies: list[dict[str, Any]]) -> Counter[str]:
    """How often each order is there."""
    return Counter(body["order_id"] for body in bodies)


def drain(sqs: Any, queue: str) -> list[dict[str, Any]]:
    """The bodies of all messages that can be received, each taken out of the queue."""
    found = []
    asked = {"QueueUrl": queue, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 1}
    while messages := sqs.receive_message(**asked).get("Messages"):
        for message in messages:
            found.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return found


def held(sqs: Any, queue: str) -> int:
    """How many messages a queue has, waiting, in flight or delayed, as it says itself."""
    names = [
        "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesDelayed",
    ]  # fmt: skip
    told = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    return sum(int(told[name]) for name in names)


def waits_for(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether it comes to hold within so many seconds. For a worker."""
    until_then = time.time() + seconds
    while not condition():
        if time.time() > until_then:
            return False
        time.sleep(LOOK)
    return True

"""The shop with a Lambda function as its worker, and a card provider that bears so much."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from typing import Any

import boto3
import pandas as pd

from helpers import load, trace
from helpers.lab import Lab
from helpers.lessons.arns import arn
from helpers.lessons.lesson_04.experiment import usual_work


class Provider:
    """A card provider that bears so many charges at once, and refuses the next one."""

    def __init__(self, lab: Lab, bears: int, seed: int) -> None:
        self._lab, self._bears, self._busy = lab, bears, 0
        self._draws = random.Random(f"work {seed}")

    def charge(self, order_id: str) -> None:
        """Raises ConnectionError if the provider is busy with others."""
        if self._busy == self._bears:
            self._lab.mark("refused", order_id=order_id)
            raise ConnectionError(f"too many charges at once: {self._busy}")
        self._busy += 1
        time.sleep(usual_work(self._draws))
        self._busy -= 1
        self._lab.mark("charged", order_id=order_id)


def by_function(
    orders: Sequence[load.Order],
    *,
    outage: float,
    seconds: float,
    bears: int,
    at_most: int | None = None,
    seed: int,
) -> pd.DataFrame:
    """The shop with a Lambda function as its worker; its mapping is disabled during the outage.

    Parameters
    ----------
    bears : int
        How many charges at once the card provider accepts.
    at_most : int, optional
        The mapping's maximum concurrency.
    """
    lab, sqs, functions = Lab(seed=seed), boto3.client("sqs"), boto3.client("lambda")
    timeout = {"VisibilityTimeout": "60"}  # six times the function's, as AWS advises
    queue = sqs.create_queue(QueueName="orders", Attributes=timeout)["QueueUrl"]
    provider = Provider(lab, bears, seed)

    def handler(event: dict[str, Any], context: Any) -> None:
        for record in event["Records"]:
            provider.charge(trace.field(record["body"], "order_id"))

    lab.deploy("charge", handler, timeout=10)
    mapping = {"FunctionName": "charge", "EventSourceArn": arn("sqs", "orders"), "BatchSize": 1}
    if at_most:
        mapping["ScalingConfig"] = {"MaximumConcurrency": at_most}
    uuid = functions.create_event_source_mapping(**mapping, Enabled=False)["UUID"]

    def front_door() -> None:
        for order in orders:
            time.sleep(order.gap)
            sqs.send_message(QueueUrl=queue, MessageBody=order.json())

    def repair() -> None:
        time.sleep(outage)
        functions.update_event_source_mapping(UUID=uuid, Enabled=True)

    with lab.running(seconds=seconds):
        lab.start(front_door)
        lab.start(repair)
    events = lab.trace
    lab.close()
    return events


def fleets(
    orders: Sequence[load.Order],
    limits: Mapping[str, int | None],
    *,
    outage: float = 120,
    seconds: float = 330,
    bears: int = 4,
    seed: int,
) -> dict[str, pd.DataFrame]:
    """The traces of `by_function` for each maximum concurrency; None is without one."""
    return {
        name: by_function(
            orders, outage=outage, seconds=seconds, bears=bears, at_most=at_most, seed=seed
        )
        for name, at_most in limits.items()
    }

"""A flash sale for which the shop hires workers, from the age of the oldest message."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from functools import partial
from threading import Event

import boto3
import pandas as pd

from helpers import load
from helpers.lab import Lab
from helpers.lessons.lesson_04.experiment import usual_work
from helpers.patterns.backlog import age_of_oldest, scale, take

SALE = (10, 80)  # of the flash sale: from, to
ALONE: dict[float, int] = {0: 2}  # two workers, however old the oldest order is
MORE: dict[float, int] = {0: 2, 20: 6}  # from an age of 20 s on, six


def flash_sale(
    steps: Mapping[float, int], *, delay: float = 0, seconds: float = 330, seed: int
) -> pd.DataFrame:
    """A sale of 70 s brings one order per second; before and after it, a quarter.

    Parameters
    ----------
    steps : mapping
        From the age of the oldest message to the number of workers wanted (`scale`).
    delay : float
        Seconds from asking for a worker to its first receive. The first ones are there already.
    """
    lab, draws, sqs = Lab(seed=seed), random.Random(seed), boto3.client("sqs")
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
    start, end = SALE
    rush = load.burst(rate=0.25, peak=1.0, start=start, end=end, seconds=seconds, seed=seed)

    def front_door() -> None:
        for order in load.orders(arrivals=rush, seed=seed):
            time.sleep(order.gap)
            sqs.send_message(QueueUrl=queue, MessageBody=order.json())

    def worker(stop: Event) -> None:
        lab.mark("hired")
        time.sleep(delay if lab.now else 0)
        while not stop.is_set():
            if message := take(sqs, queue, wait=20):
                time.sleep(usual_work(draws))
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        lab.mark("gone")

    read_age = partial(age_of_oldest, boto3.client("cloudwatch"), "orders")
    with lab.running(seconds=seconds):
        lab.start(front_door)
        lab.start(scale, read_age, lambda stop: lab.start(worker, stop), steps)
    events = lab.trace
    lab.close()
    return events


def sales(
    delays: Mapping[str, float | None], *, seconds: float = 330, seed: int
) -> dict[str, pd.DataFrame]:
    """The traces of the sale for each delay of four more workers; None is without them."""
    return {
        name: flash_sale(
            ALONE if delay is None else MORE, delay=delay or 0, seconds=seconds, seed=seed
        )
        for name, delay in delays.items()
    }


def worker_minutes(events: pd.DataFrame) -> float:
    """Minutes that workers were paid for, from when they were asked for."""
    marks = events[events["name"].isin(["hired", "gone"])]
    signs = marks["name"].map({"hired": 1, "gone": -1})
    return float((signs * (events["end"].max() - marks["time"])).sum() / 60)

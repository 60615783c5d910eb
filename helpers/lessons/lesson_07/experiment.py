"""The shop's five routes: in the sender, and as subscriptions of a topic.

A design is a function without arguments that sets up its queues and returns what the checkout calls
with an order. `shop` runs one and returns the trace; `outage` does so while shipping refuses.
Every order is a request of its own, in a thread of its own. No worker empties the queues unless it
is asked for: what counts is what gets into them.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pandas as pd
from botocore.exceptions import ClientError

from helpers import faults, load
from helpers.lab import Lab
from helpers.patterns.queue import charge_from_queue
from helpers.patterns.redelivery import arn_of
from helpers.patterns.router import publish, put_back, recipients, send_to_each, subscribe
from helpers.patterns.shop import open_shop

Order = dict[str, Any]  # as it is written into a message
Tell = Callable[[Order], Any]  # what the checkout does with an order
Design = Callable[[], Tell]
Worker = Callable[[Lab], None]

ROUTES = ("charging", "fraud-check", "limited-editions", "shipping", "packing-large")
FILTERS: dict[str, dict[str, Any]] = {
    "charging": {},
    "fraud-check": {"policy": {"amount": [{"numeric": [">", 10_000]}]}},
    "limited-editions": {"policy": {"tenant": ["records"]}},
    "shipping": {},
    "packing-large": {"policy": {"pieces": [{"numeric": [">", 3]}]}, "scope": "MessageAttributes"},
}
WIRE = {"median": 0.010, "p99": 0.060}  # seconds that a request takes, an assumption
OUTAGE = (15.0, 75.0)  # seconds in which shipping refuses
DENIED: dict[str, Any] = {"status": 403, "code": "AccessDenied"}
AWAY: dict[str, Any] = {"status": 503}


def orders_of(seed: int, seconds: float = 90) -> list[load.Order]:
    """One order per second on average, at random."""
    return load.orders(rate=1, seconds=seconds, seed=seed)


def shop(
    design: Design,
    orders: Sequence[load.Order],
    *workers: Worker,
    wire: Mapping[str, Any] = WIRE,
    seed: int,
) -> pd.DataFrame:
    """The trace of four minutes. Each checkout marks `answered`: `ok`, and what it `waited` (s)."""
    lab = Lab(seed=seed)
    tell = design()

    def checkout(order: load.Order) -> None:
        began, ok = lab.now, True
        try:
            tell(json.loads(order.json()))
        except ClientError:
            ok = False
        lab.mark("answered", order_id=order.order_id, ok=ok, waited=lab.now - began)

    to_sqs, to_sns = (faults.latency(name, **wire, seed=seed) for name in ("sqs", "sns"))
    with to_sqs, to_sns, lab.running(minutes=4):
        lab.start(open_shop, orders, checkout)
        for worker in workers:
            lab.start(worker, lab)
    events = lab.trace
    lab.close()
    return events


# -- designs


def queues(sqs: Any) -> dict[str, str]:
    """The address of each receiver's queue."""
    return {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in ROUTES}


def by_sender(choose: Callable[[Order], list[str]] = recipients) -> Design:
    """The sender decides, and sends to one queue after another."""

    def design() -> Tell:
        sqs = boto3.client("sqs")
        known = queues(sqs)
        return lambda order: send_to_each(sqs, known, choose(order), order)

    return design


def in_threads(choose: Callable[[Order], list[str]] = recipients) -> Design:
    """The sender decides, sends to all queues at the same time, and waits for the slowest."""

    def design() -> Tell:
        sqs = boto3.client("sqs")
        known = queues(sqs)

        def tell(order: Order) -> None:
            with ThreadPoolExecutor(len(ROUTES)) as pool:
                sends = [pool.submit(send_to_each, sqs, known, [n], order) for n in choose(order)]
            for send in sends:
                send.result()

        return tell

    return design


def all_again(pause: float = 10) -> Design:
    """The sender that, when anything is refused, sends everything again after a pause."""

    def design() -> Tell:
        send = by_sender()()

        def tell(order: Order) -> None:
            while True:
                with contextlib.suppress(ClientError):
                    return send(order)
                time.sleep(pause)

        return tell

    return design


def by_topic(
    say: Callable[..., None] = publish,
    routes: Sequence[str] = ROUTES,
    *,
    dead_letters: bool = True,
) -> Design:
    """The sender publishes to a topic; each receiver has a queue, a filter and dead letters."""

    def design() -> Tell:
        sqs, sns = boto3.client("sqs"), boto3.client("sns")
        topic = sns.create_topic(Name="orders")["TopicArn"]

        def made(name: str) -> str:
            arn: str = arn_of(sqs, sqs.create_queue(QueueName=name)["QueueUrl"])
            return arn

        for name in routes:
            dead = made(f"{name}-dead") if dead_letters else None
            subscribe(sns, topic, made(name), dead_letters=dead, **FILTERS[name])
        return lambda order: say(sns, topic, order)

    return design


def renamed(sns: Any, topic: str, order: Order) -> None:
    """Publish an order whose `amount` its owner now calls `total`."""
    order["total"] = order.pop("amount")
    publish(sns, topic, order)


# -- what happens to a queue, and who works on it


def refusing(
    operation: str, span: tuple[float, float] = OUTAGE, **how: Any
) -> Callable[[Lab], None]:
    """A worker that makes AWS refuse an operation for a while."""

    def worker(lab: Lab) -> None:
        time.sleep(span[0])
        with faults.error(operation, **how):
            time.sleep(span[1] - span[0])

    return worker


LOCKED = refusing("sqs.SendMessage", resource="shipping", **DENIED)  # the queue's policy is wrong
GONE = refusing("sqs.SendMessage", resource="shipping", **AWAY)  # the queue does not answer


def charging(lab: Lab) -> None:
    """The worker of lesson 03. It charges every order that it receives."""
    sqs = boto3.client("sqs")
    queue = sqs.get_queue_url(QueueName="charging")["QueueUrl"]
    charge_from_queue(sqs, queue, lambda order: lab.mark("charged", order_id=order["order_id"]))


def mend(lab: Lab) -> None:
    """Somebody puts shipping's dead letters back, well after the outage."""
    time.sleep(OUTAGE[1] + 75)
    sqs = boto3.client("sqs")
    dead, queue = (
        sqs.get_queue_url(QueueName=n)["QueueUrl"] for n in ("shipping-dead", "shipping")
    )
    put_back(sqs, dead, queue)


RUNS: dict[str, tuple[Design, tuple[Worker, ...]]] = {
    "sender stops": (by_sender(), (LOCKED,)),
    "sends all again": (all_again(), (LOCKED, charging)),
    "topic, locked": (by_topic(dead_letters=False), (LOCKED,)),
    "topic, put back": (by_topic(), (LOCKED, mend)),
    "topic, away": (by_topic(dead_letters=False), (GONE,)),
}


def outage(name: str, *, seed: int) -> pd.DataFrame:
    """The trace of one of the `RUNS`: a minute in which shipping refuses."""
    design, workers = RUNS[name]
    return shop(design, orders_of(seed), *workers, seed=seed)

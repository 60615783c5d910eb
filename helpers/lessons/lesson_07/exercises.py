"""The exercises of lesson 07: to each once; route six."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from random import Random
from typing import Any

import boto3
from botocore.exceptions import ClientError

from helpers import faults, load, trace
from helpers.lab import Lab
from helpers.lessons.exercise import Exercise, Failed
from helpers.patterns.redelivery import arn_of
from helpers.patterns.router import publish, recipients, subscribe
from helpers.patterns.shop import open_shop

SEEDS = (1071, 1072, 1073)
ROUTES = ("charging", "fraud-check", "limited-editions", "shipping", "packing-large")
OURS = ("gift-wrapping", "gift-wrapping-dead")
OTHERS = {"charging", "fraud-check"}  # who listens to the topic before route six does
LOCKED = (20, 80)  # seconds
LONGER = (20, 140)  # the same for a sender's queue, another one on each seed
REFUSES = ("charging", "shipping", "packing-large")
HICCUP = 3  # seconds for which each queue in turn refuses everything
PATIENCE = 30  # seconds within which an order is in each queue that takes it
ATTEMPTS = 10_000  # at a queue that refuses, of all orders together
DENIED: dict[str, Any] = {
    "status": 403,
    "code": "AccessDenied",
    "message": "Access to the resource is denied.",
}


def each_once(lab: Lab, sender: Callable[..., Any], seed: int) -> None:
    """Every queue gets each of its orders once, and none waits for another that refuses."""
    sqs = boto3.client("sqs")
    queues = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in ROUTES}
    orders = load.orders(rate=1.0, minutes=1, seed=seed)
    draws, refusing = Random(f"names {seed}"), REFUSES[seed % len(REFUSES)]

    def checkout(order: load.Order) -> None:
        body = json.loads(order.json())
        names = recipients(body)
        draws.shuffle(names)
        sender(sqs, queues, names, body)

    with faults.latency("sqs", median=0.01, p99=0.06, seed=seed), lab.running(minutes=6):
        lab.start(open_shop, orders, checkout)
        lab.start(_lock, refusing, *LONGER)
        lab.start(_hiccups)
    sent = dict(_sent(lab))
    for order in orders:
        due = recipients(json.loads(order.json()))
        for name in ROUTES:
            times = sent.get((name, order.order_id), [])
            if name not in due and times:
                raise Failed(f"Order {order.order_id} is in {name}, which it does not concern.")
            if name in due and not times:
                raise Failed(f"Order {order.order_id} concerns {name}, and never got there.")
            if len(times) > 1:
                raise Failed(f"Order {order.order_id} is {len(times)} times in {name}.")
            if name in due and name != refusing and times[0] - order.placed_at > PATIENCE:
                late = times[0] - order.placed_at
                raise Failed(
                    f"Order {order.order_id} came to {name} {late:.0f} s after it was placed, "
                    f"although {name} took messages again after {HICCUP} s."
                )
    _check_whole(lab, orders)


def _hiccups() -> None:
    """Each queue in turn refuses for some seconds, twice."""
    for name in ROUTES * 2:
        time.sleep(HICCUP)
        with faults.error("sqs.SendMessage", resource=name, **DENIED):
            time.sleep(HICCUP)


def _check_whole(lab: Lab, orders: list[load.Order]) -> None:
    """What a queue gets is the order, with all that is in it."""
    whole = {order.order_id: json.loads(order.json()) for order in orders}
    rows = trace.messages(lab.trace).query("what == 'sent'")
    for queue, body in zip(rows["queue"], rows["body"], strict=True):
        name = trace.field(body, "order_id")
        if json.loads(body) != whole.get(name):
            raise Failed(f"What {queue} got for order {name} is not the order: '{body[:80]}'.")


def route_six(lab: Lab, route: Callable[..., Any], seed: int) -> None:
    """A sixth receiver gets what it wants and loses nothing, and nobody else notices."""
    sqs, sns = boto3.client("sqs"), boto3.client("sns")
    topic = sns.create_topic(Name="orders")["TopicArn"]
    charging, checks = (
        arn_of(sqs, sqs.create_queue(QueueName=name)["QueueUrl"])
        for name in ("charging", "fraud-check")
    )
    subscribe(sns, topic, charging)
    subscribe(sns, topic, checks, {"amount": [{"numeric": [">", 10_000]}]})
    draws = Random(f"amounts {seed}")
    orders = {order.order_id: order for order in load.orders(rate=2.0, minutes=1, seed=seed)}
    bodies = {name: json.loads(order.json()) for name, order in orders.items()}
    for body in list(bodies.values())[::3]:  # on the borders, and beside them
        body["amount"] = draws.choice([1999, 2000, 7999, 8000])
    for body in list(bodies.values())[::7]:
        body["tenant"] = "stamps"  # who sells here since yesterday
    try:
        route(sns, sqs, topic)
    except ClientError as error:
        raise Failed(f"AWS refuses what your function asks for: {error}") from None
    known = {url.rpartition("/")[2] for url in sqs.list_queues().get("QueueUrls", [])}
    for name in OURS:
        if name not in known:
            raise Failed(f"There is no queue named {name}, so nobody can look for orders there.")

    def checkout(order: load.Order) -> None:
        publish(sns, topic, bodies[order.order_id])

    with lab.running(minutes=4):
        lab.start(open_shop, list(orders.values()), checkout)
        lab.start(_lock, "gift-wrapping", *LOCKED)
    sent = dict(_sent(lab))
    for name, body in bodies.items():
        copies = {queue: len(sent[queue, name]) for queue in known if (queue, name) in sent}
        _check_sixth(body, copies, orders[name].placed_at)
    _check_bodies(lab)


def _check_sixth(body: dict[str, Any], copies: dict[str, int], placed_at: float) -> None:
    """One copy in a queue of gift-wrapping if it wants the order; the other teams' as before."""
    ours = sum(count for queue, count in copies.items() if queue not in OTHERS)
    due = 2000 <= body["amount"] < 8000 and body["tenant"] not in ("records", "coffee")
    about = f"Order {body['order_id']} ({body['tenant']}, {body['amount'] / 100:.2f} euros)"
    if copies.keys() & OTHERS != OTHERS & {*recipients(body)}:
        raise Failed(f"{about} did not come to the other teams as before this route.")
    if ours and not due:
        raise Failed(f"{about} came to {_presents(copies)}, and gift-wrapping does not want it.")
    for queue in copies.keys() - OTHERS - {*OURS}:
        raise Failed(f"{about} came to {queue}, where nobody looks for orders.")
    if due and not ours:
        locked = LOCKED[0] <= placed_at < LOCKED[1]
        state = "refused messages" if locked else "took messages"
        raise Failed(f"{about} was placed while gift-wrapping {state}, and no queue has it.")
    if ours > 1:
        raise Failed(f"{about} came to gift-wrapping and its dead letters {ours} times.")


def _presents(places: Iterable[str]) -> str:
    """Which of the queues is the sixth team's."""
    return next(name for name in sorted(places) if name.startswith("gift-wrapping"))


def _lock(queue: str, start: int, end: int) -> None:
    """For a while nobody may send to a queue."""
    time.sleep(start)
    with faults.error("sqs.SendMessage", resource=queue, **DENIED) as refused:
        for second in range(1, 1 + end - start):
            time.sleep(1)
            if refused.hits > ATTEMPTS:
                raise Failed(
                    f"Within {second} s, {refused.hits} messages were sent to {queue!r}, which "
                    "refused them all: there is no pause between the attempts."
                )


def _sent(lab: Lab) -> Iterator[tuple[tuple[str, str], list[float]]]:
    """When each order was sent to each queue: ((queue, order), times)."""
    rows = trace.messages(lab.trace).query("what == 'sent'")
    orders = rows["body"].map(lambda body: trace.field(body, "order_id"))
    for key, group in rows["time"].groupby([rows["queue"], orders]):
        yield key, group.tolist()


def _check_bodies(lab: Lab) -> None:
    """What gift-wrapping receives is the order itself."""
    rows = trace.messages(lab.trace).query("what == 'sent'")
    for body in rows.loc[rows["queue"].str.startswith("gift-wrapping"), "body"]:
        name = trace.field(body, "order_id")
        if "order_id" not in json.loads(body):
            raise Failed(f"Gift-wrapping looks for order_id in what came for order {name}, and "
                         "finds the envelope of SNS around it.")  # fmt: skip


EXERCISES = {
    "1": Exercise(each_once, SEEDS, "Every queue got each of its orders once, and in time."),
    "2": Exercise(route_six, SEEDS, "Route six got what it wants, and lost nothing."),
}

"""The exercises of lesson 03: lose nothing; the right reply."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

import boto3

from helpers import load
from helpers.lab import Lab
from helpers.lessons.exercise import Exercise, Failed, often
from helpers.lessons.leftovers import left_in
from helpers.lessons.machines import Machine, kept_running
from helpers.patterns.queue import answer_requests, ask
from helpers.patterns.shop import open_shop

SEEDS = (1031, 1032, 1033)
DEADLY = (20, 50)  # these charges, counted over both workers, take their machine with them


def lose_nothing(lab: Lab, worker: Callable[..., Any], seed: int) -> None:
    """Every order is charged once, though one charge in seven fails and two machines die."""
    sqs = boto3.client("sqs")
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
    draws, charged = Random(f"charges {seed}"), Counter()
    begun: Counter[str] = Counter()
    ended_by: dict[str, str] = {}  # how the last charge of an order ended
    orders = load.orders(rate=1.0, minutes=1.5, seed=seed)

    def charge(machine: Machine, order: dict[str, Any]) -> None:
        name = order["order_id"]
        begun[name] += 1
        time.sleep(draws.expovariate(2))
        if begun.total() in DEADLY:
            ended_by[name] = "its machine died"
            machine.die()
        if draws.random() < 1 / 7:
            ended_by[name] = "its charge failed"
            raise ConnectionError("the card provider is down")
        charged[name] += 1

    def given(machine: Machine) -> tuple[Any, ...]:
        return machine.part(sqs), queue, machine.part(partial(charge, machine))

    def checkout(order: load.Order) -> None:
        sqs.send_message(QueueUrl=queue, MessageBody=order.json())

    with lab.running(minutes=10):
        lab.start(open_shop, orders, checkout)
        for _ in range(2):
            lab.start(kept_running, worker, given)
    for order in orders:
        name = order.order_id
        if not charged[name]:
            last = ended_by.get(name)
            tried = f"{last}, and it never came back" if last else "nobody tried it"
            raise Failed(f"Order {name} was never charged: {tried}.")
        if charged[name] > 1:
            raise Failed(f"Order {name} was charged {often(charged[name])}.")


def right_reply(lab: Lab, collector: Callable[..., Any], seed: int) -> None:
    """Everyone gets their own reply, even if some askers give up before theirs comes."""
    sqs = boto3.client("sqs")
    requests, replies = (sqs.create_queue(QueueName=n)["QueueUrl"] for n in ("requests", "replies"))
    pending: dict[str, Any] = {}
    told: dict[str, str | None] = {}
    draws, slow = Random(f"work {seed}"), set()
    orders = load.orders(rate=1.0, minutes=1.5, seed=seed)

    def work(body: str) -> str:
        name = json.loads(body)["order_id"]
        if draws.random() < 0.05:
            slow.add(name)
            time.sleep(45)  # longer than its asker waits
        time.sleep(draws.expovariate(1))
        return json.dumps({"charged": name})

    def checkout(order: load.Order) -> None:
        reply = ask(sqs, requests, replies, order.json(), pending, patience=40)
        told[order.order_id] = json.loads(reply)["charged"] if reply else None

    with lab.running(minutes=10):
        lab.start(open_shop, orders, checkout)
        lab.start(answer_requests, sqs, requests, work, copies=6)
        lab.start(collector, sqs, replies, pending)
    for order in orders:
        name = order.order_id
        if told.get(name) not in (name, None):
            raise Failed(f"The checkout of order {name} was told about order {told[name]}.")
        if told.get(name) is None and name not in slow:
            raise Failed(f"The reply for order {name} was sent, and its checkout never got it.")
    if left_in(sqs, replies):
        raise Failed(
            "Replies that nobody waits for any more are still in the reply queue. The reply for "
            f"order {min(slow)} came too late for its checkout, for one."
        )


EXERCISES = {
    "1": Exercise(lose_nothing, SEEDS, "Every order was charged exactly once."),
    "2": Exercise(right_reply, SEEDS, "Every checkout got the reply to its own request."),
}

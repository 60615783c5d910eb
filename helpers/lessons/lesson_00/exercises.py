"""The exercise of lesson 00: charge every order once, however often it is delivered."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import boto3

from helpers import faults, load, trace
from helpers.lab import Lab
from helpers.lessons.exercise import Exercise, Failed, often
from helpers.lessons.leftovers import left_in
from helpers.patterns.shop import open_shop

SEEDS = (1001, 1002, 1003)


def charge_once(lab: Lab, worker: Callable[..., Any], seed: int) -> None:
    """One worker, and one reply in ten lost on the way to the checkout."""
    sqs = boto3.client("sqs")
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
    draws, charged = Random(f"charges {seed}"), Counter()
    orders = load.orders(rate=0.2, minutes=7, seed=seed)

    def charge(order: dict[str, Any]) -> None:
        time.sleep(draws.uniform(1, 3))
        charged[order["order_id"]] += 1

    def checkout(order: load.Order) -> None:
        sqs.send_message(QueueUrl=queue, MessageBody=order.json())

    with faults.lost_reply("sqs.SendMessage", rate=0.1, seed=seed), lab.running(minutes=15):
        lab.start(open_shop, orders, checkout)
        lab.start(worker, sqs, queue, charge)
    for order in orders:
        times = charged[order.order_id]
        if times == 0:
            raise Failed(f"Order {order.order_id} was never charged.")
        if times > 1:
            raise Failed(
                f"Order {order.order_id} was charged {often(times)}: its customer pays "
                f"{times * order.amount / 100:.2f} euros for {order.amount / 100:.2f}."
            )
    if left := left_in(sqs, queue):
        seen = trace.deliveries(lab.trace).set_index("order_id")["deliveries"]
        raise Failed(
            f"Every order was charged once, but order {seen.idxmax()} was delivered "
            f"{often(seen.max())}. The queue still holds what was not deleted ({left} of its "
            "messages), and hands it out again and again."
        )


EXERCISES = {
    "1": Exercise(charge_once, SEEDS, "Every order was charged once, and the queue is empty."),
}

"""The exercises of lesson 04: the call at night; while the customer is there."""

from __future__ import annotations

import json
import math
import time
from collections import Counter
from collections.abc import Callable
from numbers import Real
from random import Random
from typing import Any

import boto3

from helpers import load, trace
from helpers.lab import Lab
from helpers.lessons.exercise import Exercise, Failed
from helpers.lessons.leftovers import bodies_in
from helpers.patterns.queue import charge_from_queue

# Orders per second, seconds per order, workers, minutes of outage, seconds to look on after it.
NIGHTS = {
    1041: (0.25, 6.0, 3, 2, 150),
    1042: (0.3, 7.0, 2, 2, 150),
    1043: (0.3, 5.0, 3, 1, 110),
}
EXACTLY = 0.15  # how far an estimate may be off
BLINK = 0.05  # seconds within which nobody could tell too late from in time


def call_at_night(lab: Lab, estimate: Callable[..., Any], seed: int) -> None:
    """The estimate agrees with what happens, and knows a backlog that stays."""
    rate, work, workers, minutes, look_on = NIGHTS[seed]
    sqs = boto3.client("sqs")
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
    draws, outage, depths = Random(f"charges {seed}"), 60 * minutes, []
    orders = load.orders(arrivals="steady", rate=rate, seconds=outage + look_on, seed=seed)

    def front_door() -> None:
        for order in orders:
            time.sleep(order.gap)
            sqs.send_message(QueueUrl=queue, MessageBody=order.json())

    def watch() -> None:
        for _ in range(minutes):
            time.sleep(60)
            depths.append(_waiting(sqs, queue))

    def worker() -> None:
        time.sleep(outage + BLINK)  # after the last look
        charge_from_queue(sqs, queue, lambda order: time.sleep(work * draws.uniform(0.9, 1.1)))

    with lab.running(seconds=outage + look_on):
        lab.start(front_door)
        lab.start(watch)
        lab.start(worker, copies=workers)
    said = estimate(list(depths), workers, work)
    if not isinstance(said, Real) or math.isnan(said):
        raise Failed(f"The estimate has to be a number of seconds, got {said!r}.")
    _compare(said, lab.trace, outage, rate * work, f"{workers} workers and {depths[-1]} orders")


def _compare(said: Real, events: Any, outage: float, normal: float, night: str) -> None:
    steps = trace.backlog(events)
    undone = steps["waiting"] + steps["in_flight"]
    says = "it never ends" if said == math.inf else f"{said:.0f} s"
    happened = steps.loc[(steps["time"] > outage) & (undone <= normal), "time"].min() - outage
    if math.isnan(happened):
        if said != math.inf:
            last = trace.sojourns(events).query("received.notna()").iloc[-1]
            name = json.loads(last["body"])["order_id"]
            raise Failed(
                f"With {night} your function says: {says}. At the end of the run, "
                f"{steps['time'].iloc[-1] - outage:.0f} s after the outage, order {name} had just "
                f"been taken, after {last['wait']:.0f} s in the queue, and more were waiting than "
                "at the beginning."
            )
    elif abs(said / happened - 1) > EXACTLY:
        waits = trace.sojourns(events)
        later = waits[waits["entered"].between(outage, outage + happened)].iloc[0]
        name = json.loads(later["body"])["order_id"]
        raise Failed(
            f"With {night} your function says: {says}. The backlog was gone after "
            f"{happened:.0f} s. Order {name}, placed when the workers were back, waited for "
            f"{later['wait']:.0f} s."
        )


def while_there(lab: Lab, worker: Callable[..., Any], seed: int) -> None:
    """What can be charged in time is charged once, and all the rest is in the other queue once."""
    sqs, draws = boto3.client("sqs"), Random(f"customers {seed}")
    queue, late = (sqs.create_queue(QueueName=n)["QueueUrl"] for n in ("orders", "late"))
    work, patience, outage = draws.uniform(2, 4), draws.uniform(15, 25), draws.uniform(40, 60)
    sent: dict[str, float] = {}
    began: dict[str, float] = {}
    charged: Counter[str] = Counter()

    def front_door() -> None:
        for order in load.orders(rate=0.6, seconds=80, seed=seed):
            time.sleep(order.gap)
            sent[order.order_id] = lab.now
            sqs.send_message(QueueUrl=queue, MessageBody=order.json())

    def charge(order: dict[str, Any]) -> None:
        began[order["order_id"]] = lab.now
        time.sleep(work)
        charged[order["order_id"]] += 1

    def away() -> None:
        time.sleep(outage)
        worker(sqs, queue, late, charge, work, patience)

    with lab.running(seconds=240):
        lab.start(front_door)
        lab.start(away, copies=2)
    taken = trace.sojourns(lab.trace, queue="orders")
    first = {json.loads(row.body)["order_id"]: row.received for row in taken.itertuples()}
    aside: Counter[str] = Counter()
    for body in bodies_in(sqs, late):
        name = trace.field(body, "order_id")
        if name not in sent:
            raise Failed(f"The queue late holds a message that is none of the orders: {body!r}.")
        aside[name] += 1
    for name, moment in sent.items():
        done = charged[name], aside[name]
        if done == (0, 0):
            raise Failed(f"Order {name} was neither charged nor put into the queue late.")
        if done == (1, 1):
            raise Failed(f"Order {name} was charged and put into the queue late.")
        if sum(done) > 1:
            what = "charged" if charged[name] else "put into the queue late"
            raise Failed(f"Order {name} was {what} {sum(done)} times.")
        if charged[name] and began[name] + work > moment + patience + BLINK:
            raise Failed(
                f"Order {name} was charged {began[name] + work - moment:.1f} s after it was sent. "
                f"Its customer had left after {patience:.1f} s."
            )
        if aside[name] and first[name] + work < moment + patience - BLINK:
            left = moment + patience - first[name]
            raise Failed(
                f"Order {name} was put into the queue late, although its customer was there for "
                f"another {left:.1f} s and a charge takes {work:.1f} s."
            )


def _waiting(sqs: Any, queue: str) -> int:
    name = "ApproximateNumberOfMessages"
    return int(sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=[name])["Attributes"][name])


EXERCISES = {
    "1": Exercise(call_at_night, tuple(NIGHTS), "Every estimate was within 15 %."),
    "2": Exercise(
        while_there, (1051, 1052, 1053), "Nobody was charged too late, and no order was lost."
    ),
}

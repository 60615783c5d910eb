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
from helpers.lessons.machines import Machine, kept_running
from helpers.patterns.queue import charge_from_queue

# Orders per second, seconds per order, workers, minutes of outage, seconds to look on after it.
# The headroom is more than the arrivals, none, less than the arrivals, and as much as they are.
NIGHTS = {
    1041: (0.25, 6.0, 4, 2, 110),
    1042: (0.3, 7.0, 2, 2, 150),
    1043: (0.3, 4.6, 2, 2, 330),
    1044: (0.25, 6.0, 3, 1, 90),
}
EXACTLY = 0.15  # how far an estimate may be off
DEADLY = (3, 7)  # a machine dies in the middle of these charges, counted over all machines
HIDDEN = 30  # seconds for which an order stays with a machine that has died
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
                f"With {night} your function says: {says}. When we stopped looking, "
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
            f"{happened:.0f} s, and order {name}, placed when the workers were back, waited for "
            f"{later['wait']:.0f} s."
        )


class Leaving:
    """Customers who leave after a while, and workers who come back, on machines that die."""

    def __init__(self, lab: Lab, worker: Callable[..., Any], seed: int) -> None:
        self._lab, self._worker, self._seed = lab, worker, seed
        self._sqs, draws = boto3.client("sqs"), Random(f"customers {seed}")
        self._queue, self._late = (
            self._sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("orders", "late")
        )
        self.takes = draws.uniform(2, 4)  # seconds, for a charge
        self.patience, self._outage = draws.uniform(15, 25), draws.uniform(40, 60)
        self.sent: dict[str, float] = {}
        self.began: dict[str, float] = {}
        self.charged: Counter[str] = Counter()
        self.deaths: list[float] = []
        self._tried = 0

    def front_door(self) -> None:
        for order in load.orders(rate=0.6, seconds=80, seed=self._seed):
            time.sleep(order.gap)
            self.sent[order.order_id] = self._lab.now
            self._sqs.send_message(QueueUrl=self._queue, MessageBody=order.json())

    def worker(self) -> None:
        time.sleep(self._outage)
        kept_running(self._worker, self._given)

    def _given(self, machine: Machine) -> tuple[Any, ...]:
        def charge(order: dict[str, Any]) -> None:
            self._tried += 1
            self.began[order["order_id"]] = self._lab.now
            if self._tried in DEADLY:
                time.sleep(self.takes / 2)
                self.deaths.append(self._lab.now)
                machine.die()
            time.sleep(self.takes)
            self.charged[order["order_id"]] += 1

        sqs = machine.part(self._sqs)
        charges = machine.part(charge)
        return sqs, self._queue, self._late, charges, self.takes, self.patience

    def put_aside(self) -> Counter[str]:
        """How often each order is in the queue late."""
        aside: Counter[str] = Counter()
        for body in bodies_in(self._sqs, self._late):
            name = trace.field(body, "order_id")
            if name not in self.sent:
                raise Failed(
                    f"The queue late holds a message that is none of the orders: {body!r}."
                )
            aside[name] += 1
        return aside

    def judge(self, name: str, aside: int, taken: float) -> None:
        """An order was charged in time, or else put aside; `taken` is when a worker got it."""
        charged = self.charged[name]
        died = any(0 <= death - taken <= HIDDEN for death in self.deaths)
        if (charged, aside) == (0, 0):
            why = ", and the machine that had taken it has died" if died else ""
            raise Failed(f"Order {name} was neither charged nor put into the queue late{why}.")
        if (charged, aside) == (1, 1):
            raise Failed(f"Order {name} was charged and put into the queue late.")
        if charged + aside > 1:
            what = "charged" if charged else "put into the queue late"
            raise Failed(f"Order {name} was {what} {charged + aside} times.")
        leaves = self.sent[name] + self.patience
        if charged and self.began[name] + self.takes > leaves + BLINK:
            after = self.began[name] + self.takes - self.sent[name]
            raise Failed(
                f"Order {name} was charged {after:.1f} s after it was sent. "
                f"Its customer had left after {self.patience:.1f} s."
            )
        if aside and not died and taken + self.takes < leaves - BLINK:
            raise Failed(
                f"Order {name} was put into the queue late, although its customer was there for "
                f"another {leaves - taken:.1f} s and a charge takes {self.takes:.1f} s."
            )


def while_there(lab: Lab, worker: Callable[..., Any], seed: int) -> None:
    """What can be charged in time is charged once, and all the rest is in the other queue once."""
    shop = Leaving(lab, worker, seed)
    with lab.running(seconds=240):
        lab.start(shop.front_door)
        lab.start(shop.worker, copies=2)
    taken = trace.sojourns(lab.trace, queue="orders")
    first = {json.loads(row.body)["order_id"]: row.received for row in taken.itertuples()}
    aside = shop.put_aside()
    for name in shop.sent:
        shop.judge(name, aside[name], first.get(name, math.inf))


def _waiting(sqs: Any, queue: str) -> int:
    name = "ApproximateNumberOfMessages"
    return int(sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=[name])["Attributes"][name])


EXERCISES = {
    "1": Exercise(call_at_night, tuple(NIGHTS), "Every estimate was within 15 %."),
    "2": Exercise(
        while_there,
        (1051, 1052, 1053),
        "Nobody was charged too late, and no order was lost with a machine that died.",
    ),
}

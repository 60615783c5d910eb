"""The exercises of lesson 06: keep it hidden; the right group; poison or outage."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from random import Random
from typing import Any

import boto3
import pandas as pd
from botocore.exceptions import ClientError

from helpers import load, trace
from helpers.lab import Lab
from helpers.lessons.exercise import Exercise, Failed
from helpers.lessons.leftovers import bodies_in
from helpers.lessons.machines import Machine, kept_running
from helpers.lessons.memory import fresh
from helpers.patterns.redelivery import queue_with_dead_letters, work_off
from helpers.patterns.shop import open_shop

SEEDS = (1061, 1062, 1063)
SOON = 60  # seconds within which an order on a dead machine has to be tried again
DEADLY = (5, 18)  # the machines die that begin with so many orders' charges, counted from one


class Charges:
    """What the machines of a shop do: orders begun and charged, and the machines that died."""

    def __init__(self, lab: Lab, seed: int) -> None:
        self._lab, self._draws = lab, Random(f"charges {seed}")
        self.begun: defaultdict[str, list[float]] = defaultdict(list)
        self.charged: Counter[str] = Counter()
        self.died: dict[str, float] = {}  # when a machine died, by the order that it had
        self.wrong: list[str] = []
        self._at_work: Counter[str] = Counter()

    def charge(self, name: str, machine: Machine) -> None:
        """Take 2 to 80 seconds for a charge, or die in the first 20 of them."""
        if self._at_work[name]:
            since = self._lab.now - self.begun[name][-1]
            self.wrong.append(
                f"Order {name} was given to a second worker {since:.0f} s after the first had "
                "begun to charge it. The first was still at it."
            )
        first = name not in self.begun
        self.begun[name].append(self._lab.now)
        if first and len(self.begun) in DEADLY:
            time.sleep(self._draws.uniform(1, 20))
            self.died[name] = self._lab.now
            machine.die()
        self._at_work[name] += 1
        time.sleep(self._draws.choice((3, 5, 10, 20, 40, 80)) * self._draws.uniform(0.8, 1))
        self._at_work[name] -= 1
        self.charged[name] += 1

    def judge(self, orders: list[load.Order]) -> None:
        """No order had two workers, each was charged once, and none stayed on a dead machine."""
        if self.wrong:
            raise Failed(self.wrong[0])
        for name, moment in self.died.items():
            later = [time for time in self.begun[name] if time > moment]
            if not later or later[0] > moment + SOON:
                after = f"again {later[0] - moment:.0f} s later" if later else "never again"
                raise Failed(
                    f"The machine that had order {name} died. The order was tried {after}, and "
                    f"not within {SOON} s."
                )
        for order in orders:
            times = self.charged[order.order_id]
            if times != 1:
                raise Failed(f"Order {order.order_id} was charged {times} times instead of once.")


def keep_it_hidden(lab: Lab, worker: Callable[..., Any], seed: int) -> None:
    """Long charges, each done once, and the orders of two dead machines are tried again soon.

    Twenty orders wait when the machines begin, and there are more machines than that: who takes
    more orders than one has to keep all of them.
    """
    sqs = boto3.client("sqs")
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]  # hidden for 30 s
    steady = load.poisson(rate=0.15, seconds=150, seed=seed)
    arrivals = [*[0.0] * 20, *steady]
    charges, orders = Charges(lab, seed), load.orders(arrivals=arrivals, seed=seed)
    dead: list[str] = []

    def process() -> None:
        time.sleep(1)
        machine = Machine()

        def charge(order: dict[str, Any]) -> None:
            charges.charge(order["order_id"], machine)

        if not machine.run(fresh(worker), machine.part(sqs), queue, machine.part(charge)):
            dead.append(threading.current_thread().name)

    def checkout(order: load.Order) -> None:
        sqs.send_message(QueueUrl=queue, MessageBody=order.json())

    try:
        with lab.running(minutes=16):
            lab.start(open_shop, orders, checkout)
            lab.start(process, copies=24)
    except ClientError:  # a heartbeat for what another worker has deleted, say
        _had_one_worker(lab.trace, dead)
        raise
    charges.judge(orders)
    _had_one_worker(lab.trace, dead)


def _had_one_worker(events: pd.DataFrame, dead: list[str]) -> None:
    """No order came again because of its timeout while a living machine had it."""
    received = trace.messages(events).query("what == 'received'")
    again = trace.duplicates(events).query("cause == 'timeout'")
    for at, name, ident in again[["time", "order_id", "id"]].itertuples(index=False):
        before = received[(received["id"] == ident) & (received["time"] < at)].iloc[-1]
        machine = re.fullmatch(r"(.+), machine", before["caller"])
        if machine and machine[1] not in dead:
            raise Failed(
                f"Order {name} was given to a second worker {at - before['time']:.0f} s after the "
                "first had received it. The first still had it, and its machine was alive."
            )


STEPS = ("placed", "paid", "packed", "shipped")


def right_group(lab: Lab, send: Callable[..., Any], seed: int) -> None:
    """Every event handled once and in its customer's order, by eight workers at once."""
    sqs, draws = boto3.client("sqs"), Random(f"events {seed}")
    queue, _ = queue_with_dead_letters(sqs, "events.fifo", tries=5)
    bodies = load.orders(rate=1.0, seconds=24, seed=seed)
    customers = [order.customer for order in bodies[:8]]
    events = [
        {"order_id": order.order_id, "customer": draws.choice(customers), "step": step}
        for order in bodies
        for step in STEPS
    ]
    handled: list[tuple[float, dict[str, str]]] = []

    def again(event: dict[str, str], after: float) -> None:
        time.sleep(after)
        send(sqs, queue, dict(event))

    def sender() -> None:
        for number, event in enumerate(events):
            time.sleep(0.1)
            send(sqs, queue, dict(event))
            if number % 7 == 3:  # no answer: the checkout asks again, sooner or later
                after = draws.choice((1, 20, 200))
                threading.Thread(target=again, args=(event, after), name="again").start()

    def handle(event: dict[str, str]) -> None:
        time.sleep(draws.uniform(0.5, 1.5))
        handled.append((lab.now, event))

    patience = len(events) / 2
    with lab.running(seconds=patience + 240):
        lab.start(sender)
        lab.start(work_off, sqs, queue, handle, copies=8)
    counts = Counter(_key(event) for _, event in handled)
    for name, step in map(_key, events):
        if counts[name, step] > 1:
            raise Failed(
                f"Order {name}: the event «{step}» was handled {counts[name, step]} times."
            )
    _in_order(events, [event for _, event in handled])
    for name, step in map(_key, events):
        if not counts[name, step]:
            raise Failed(f"Order {name}: the event «{step}» was sent, and no worker ever got it.")
    if late := [event for moment, event in handled if moment > patience]:
        raise Failed(
            f"After {patience:.0f} s {len(late)} of {len(events)} events still waited in the "
            f"queue, «{late[0]['step']}» of order {late[0]['order_id']} among them."
        )


def _key(event: dict[str, str]) -> tuple[str, str]:
    return event["order_id"], event["step"]


def _in_order(events: list[dict[str, str]], handled: list[dict[str, str]]) -> None:
    place = {_key(event): n for n, event in enumerate(events)}
    last: dict[str, tuple[int, dict[str, str]]] = {}
    for event in handled:
        now, customer = place[_key(event)], event["customer"]
        before, other = last.get(customer, (-1, {}))
        if now < before:
            raise Failed(
                f"Customer {customer}: «{event['step']}» of order {event['order_id']} was handled "
                f"after «{other['step']}» of order {other['order_id']}, and was sent before it."
            )
        last[customer] = now, event


OUTAGES = ((6, 8), (12, 20), (40, 50))  # minutes, at least and at most


def poison_or_outage(lab: Lab, worker: Callable[..., Any], seed: int) -> None:
    """Sound orders outlive an outage; poison, and nothing else, ends as dead letters."""
    sqs, draws = boto3.client("sqs"), Random(f"outage {seed}")
    queue, dead = queue_with_dead_letters(sqs, "orders", tries=3)
    orders = load.orders(rate=0.25, minutes=4, seed=seed)
    poison = {order.order_id for order in orders[3::11]}
    begin = draws.uniform(60, 90)
    end = begin + 60 * draws.uniform(*OUTAGES[seed % len(OUTAGES)])
    charged: Counter[str] = Counter()
    tried: Counter[str] = Counter()
    done_at: dict[str, float] = {}

    def charge(order: dict[str, Any]) -> None:
        name = order["order_id"]
        tried[name] += 1
        time.sleep(draws.uniform(0.2, 2))
        if begin <= lab.now < end:
            raise ConnectionError("the card provider is down")
        if name in poison:
            raise ValueError(f"invalid amount in {name}")
        charged[name] += 1
        done_at[name] = lab.now

    def checkout(order: load.Order) -> None:
        sqs.send_message(QueueUrl=queue, MessageBody=order.json())

    with lab.running(seconds=end + 420):
        lab.start(open_shop, orders, checkout)
        for _ in range(3):
            lab.start(kept_running, worker, lambda m: (m.part(sqs), queue, m.part(charge)))
    letters = {json.loads(body)["order_id"] for body in bodies_in(sqs, dead)}
    for order in orders:
        name = order.order_id
        _check_fate(name, name in poison, name in letters, tried[name], charged[name])
        if name not in poison and done_at[name] > max(end, order.placed_at) + 300:
            late = (done_at[name] - end) / 60
            raise Failed(
                f"Order {name} was charged {late:.1f} min after the provider came back, and not "
                "within 5 min."
            )


def _check_fate(name: str, poison: bool, dead: bool, tried: int, charged: int) -> None:
    """Poison is dead; what is sound was charged once."""
    if poison and not dead:
        raise Failed(
            f"Order {name} can never be charged, was tried {tried} times, and is not "
            "among the dead letters."
        )
    if not poison and dead:
        raise Failed(
            f"Order {name} is sound and lies among the dead letters: it was tried "
            f"{tried} times, and the provider was down."
        )
    if not poison and charged != 1:
        raise Failed(f"Order {name} is sound and was charged {charged} times.")


EXERCISES = {
    "1": Exercise(
        keep_it_hidden, SEEDS, "No order had two workers, and none stayed on a dead machine."
    ),
    "2": Exercise(
        right_group, SEEDS, "Every event was handled once, in its customer's order, side by side."
    ),
    "3": Exercise(
        poison_or_outage, SEEDS, "The dead letters are the poisoned orders, and only those."
    ),
}

"""The exercises of lesson 05: whose burst it is; many queues, few questions; a limit per shop."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from random import Random
from typing import Any

import boto3

from helpers import load, trace
from helpers.lab import Lab
from helpers.lessons.exercise import Exercise, Failed
from helpers.patterns.tenants import pack_from_queue

SEEDS = (1051, 1052, 1053)
PATIENT = {"VisibilityTimeout": "300"}  # seconds
BURST = 110  # orders of one customer, within two seconds
BUYERS = ("books", "garden", "coffee")  # the shop of that customer, by the seed
LATE = 15.0  # seconds that another customer's order may wait
LONGEST_WAIT, MOST_ASKED = 20.0, 45.0  # seconds; receives per station and minute
CALM = (90.0, 170.0)  # seconds of the run, in which few orders come
FLOODED = ("books", "wool", "toys")  # the shop that is flooded, by the seed
CROWDS = (("records", 6), ("books", 4), ("paper", 7))  # the shop with the crowd, and its limit
SOON = 10.0  # seconds that another shop's order may wait
AT_ONCE = 50  # so often may an order be received in one moment of simulated time


class Jammed(Exception):
    """The robot stands still, and the order is not packed."""


class Packing:
    """What happened to each order: when it was begun, how often it was packed.

    Parameters
    ----------
    takes : float
        Seconds that an order takes on average; half of it at least, and half more at most.
    limit : int, optional
        How many orders of one shop may be packed at once.
    jams : str, optional
        The order at which the robot stands still, the first time that it is packed.
    """

    def __init__(
        self,
        lab: Lab,
        orders: Iterable[load.Order],
        *,
        seed: int,
        takes: float,
        limit: int | None = None,
        jams: str | None = None,
    ) -> None:
        self.lab = lab
        self.orders = {order.order_id: order for order in orders}
        self.waited: dict[str, float] = {}
        self.packed: Counter[str] = Counter()
        self.busy: Counter[str] = Counter()
        self.crowd: tuple[str, str, int] | None = None  # the first order over the limit
        self._draws, self._takes = Random(f"packing {seed}"), takes
        self._limit, self._jams = limit, jams

    def pack(self, body: str) -> None:
        """Take the time that packing takes."""
        order = self.orders[json.loads(body)["order_id"]]
        name, shop = order.order_id, order.tenant
        self.waited.setdefault(name, self.lab.now - order.placed_at)
        self.busy[shop] += 1
        if self._limit and self.busy[shop] > self._limit and self.crowd is None:
            self.crowd = (name, shop, self.busy[shop])
        time.sleep(self._takes * self._draws.uniform(0.5, 1.5))
        self.busy[shop] -= 1
        if name == self._jams:
            self._jams = None
            raise Jammed(name)
        self.packed[name] += 1

    def check(self) -> None:
        """Every order is packed once."""
        for name, order in self.orders.items():
            if not self.packed[name]:
                raise Failed(
                    f"Order {name} of {order.tenant} was never packed; {self.received(name)}."
                )
            if self.packed[name] > 1:
                raise Failed(
                    f"Order {name} of {order.tenant} was packed {self.packed[name]} times."
                )

    def received(self, name: str) -> str:
        """How often an order was received, in words."""
        found = trace.deliveries(self.lab.trace)
        count = int(found.loc[found["order_id"] == name, "deliveries"].sum())
        return f"it was received {'once' if count == 1 else f'{count} times'}"


def place(lab: Lab, orders: Iterable[load.Order], send: Callable[[load.Order], Any]) -> None:
    """Send each order at its time."""
    for order in orders:
        time.sleep(max(0.0, order.placed_at - lab.now))
        send(order)


def whose_burst(lab: Lab, group: Callable[[load.Order], str | None], seed: int) -> None:
    """One customer of a shop places many orders at once; nobody else's order waits for them."""
    sqs = boto3.client("sqs")
    queue = sqs.create_queue(QueueName="orders", Attributes=PATIENT)["QueueUrl"]
    shop = BUYERS[seed % len(BUYERS)]
    daily = load.orders(rate=1.0, seconds=35, seed=seed)
    times = [20 + 2 * number / BURST for number in range(BURST)]
    burst = load.orders(tenant=shop, arrivals=times, seed=seed + 500)
    hoard = burst[0].customer
    burst = [replace(order, customer=hoard) for order in burst]
    neighbours = load.orders(tenant=shop, arrivals=[26, 28, 30, 32, 34], seed=seed + 600)
    others = [order for order in [*daily, *neighbours] if order.customer != hoard]
    packing = Packing(lab, [*others, *burst], seed=seed, takes=10.0)

    def send(order: load.Order) -> None:
        label = group(order)
        if not (label is None or (isinstance(label, str) and 1 <= len(label) <= 128)):
            raise Failed(
                f"The group of order {order.order_id} is {label!r}; a group is a text of 1 to 128 "
                "characters, or None."
            )
        named = {} if label is None else {"MessageGroupId": label}
        sqs.send_message(QueueUrl=queue, MessageBody=order.json(), **named)

    with lab.running(seconds=90):
        lab.start(place, lab, others, send)
        lab.start(place, lab, burst, send)
        lab.start(partial(pack_from_queue, sqs, queue), packing.pack, copies=40)
    packing.check()
    worst = max(others, key=lambda order: packing.waited[order.order_id])
    late = packing.waited[worst.order_id]
    if late > LATE:
        raise Failed(
            f"Order {worst.order_id} of customer {worst.customer} ({worst.tenant}) waited "
            f"{late:.0f} s, behind the {BURST} orders of customer {hoard} ({shop})."
        )


def many_queues(lab: Lab, station: Callable[..., Any], seed: int) -> None:
    """Two stations, eight queues: nobody waits for long, and idle queues are seldom asked."""
    sqs = boto3.client("sqs")
    shops = [shop.tenant for shop in load.tenants()]
    queues = {
        shop: sqs.create_queue(QueueName=f"orders-{shop}", Attributes=PATIENT)["QueueUrl"]
        for shop in shops
    }
    draws = Random(f"calm {seed}")
    flooded = FLOODED[seed % len(FLOODED)]
    flood = load.orders(tenant=flooded, rate=6.0, seconds=10, seed=seed)
    streams = [flood, load.orders(tenant="cycling", rate=0.2, seconds=50, seed=seed + 100)]
    for number, shop in enumerate(shops):  # one order each, in the calm minutes
        moment = draws.uniform(CALM[0], CALM[1] - 30)
        streams.append(load.orders(tenant=shop, arrivals=[moment], seed=seed + 200 + number))
    everything = [order for orders in streams for order in orders]
    packing = Packing(lab, everything, seed=seed, takes=1.0)

    def send(order: load.Order) -> None:
        sqs.send_message(QueueUrl=queues[order.tenant], MessageBody=order.json())

    with lab.running(seconds=CALM[1]):
        for orders in streams:
            lab.start(place, lab, orders, send)
        lab.start(station, sqs, list(queues.values()), packing.pack, copies=2)
    flooding = {order.order_id for order in flood}
    for order in everything:
        name, end = order.order_id, lab.now - order.placed_at
        waited = packing.waited.get(name, end)
        if waited > LONGEST_WAIT and name not in flooding:
            how = f"waited {waited:.0f} s" if name in packing.waited else "was never packed"
            raise Failed(
                f"Order {name} of {order.tenant}, placed after {order.placed_at:.0f} s, {how}."
            )
    packing.check()
    polls = lab.trace[lab.trace["operation"] == "ReceiveMessage"]
    asked = polls["time"].between(*CALM).sum() / 2 / ((CALM[1] - CALM[0]) / 60)
    if asked > MOST_ASKED:
        raise Failed(
            f"In the calm minutes, when {len(shops)} orders came in all, a station may ask "
            f"{MOST_ASKED:.0f} times a minute, got {asked:.0f}."
        )


def stop_circles(lab: Lab, sqs: Any) -> None:
    """Refuse to hand out the same order again and again while no time passes."""
    received: Counter[str] = Counter()
    last = lab.now

    def count(parsed: dict[str, Any], **_: Any) -> None:
        nonlocal last
        if lab.now != last:
            received.clear()
            last = lab.now
        for message in parsed.get("Messages", []):
            name = json.loads(message["Body"])["order_id"]
            received[name] += 1
            if received[name] > AT_ONCE:
                raise Failed(
                    f"Order {name} was given back and received {AT_ONCE} times in one moment: "
                    "nobody packed it, and no time passed."
                )

    sqs.meta.events.register("after-call.sqs.ReceiveMessage", count)


def limit_per_shop(lab: Lab, station: Callable[..., Any], seed: int) -> None:
    """One queue without groups: at most so many orders of a shop at once, and none is lost."""
    sqs = boto3.client("sqs")
    queue = sqs.create_queue(QueueName="orders", Attributes={"VisibilityTimeout": "60"})["QueueUrl"]
    crowded, limit = CROWDS[seed % len(CROWDS)]
    daily = load.orders(rate=0.5, seconds=40, seed=seed)
    daily = [order for order in daily if order.tenant != crowded]
    crowd = load.orders(tenant=crowded, rate=20.0, seconds=2, seed=seed + 500)
    crowd = [replace(order, placed_at=order.placed_at + 10) for order in crowd]
    jams = crowd[2].order_id
    packing = Packing(lab, [*daily, *crowd], seed=seed, takes=4.0, limit=limit, jams=jams)
    busy: Counter[str] = Counter()
    stop_circles(lab, sqs)

    def send(order: load.Order) -> None:
        sqs.send_message(QueueUrl=queue, MessageBody=order.json())

    def kept_running() -> None:
        while True:
            try:
                station(sqs, queue, packing.pack, busy, limit)
            except Jammed:
                time.sleep(1)
            else:
                return

    with lab.running(seconds=260):
        lab.start(place, lab, daily, send)
        lab.start(place, lab, crowd, send)
        lab.start(kept_running, copies=12)
    if packing.crowd:
        name, shop, count = packing.crowd
        raise Failed(
            f"When order {name} was begun, {count} orders of {shop} were being packed; "
            f"the limit was {limit}."
        )
    for order in daily:
        waited = packing.waited.get(order.order_id, lab.now - order.placed_at)
        if waited > SOON:
            raise Failed(
                f"Order {order.order_id} of {order.tenant} waited {waited:.0f} s for a station."
            )
    if not packing.packed[jams]:
        raise Failed(
            f"The robot stood still at order {jams} when it was packed first, and the order was "
            f"never packed after that; {packing.received(jams)}."
        )
    packing.check()


EXERCISES = {
    "1": Exercise(whose_burst, SEEDS, "Nobody waited for another customer's burst."),
    "2": Exercise(many_queues, SEEDS, "No order waited long, and idle queues cost little."),
    "3": Exercise(limit_per_shop, SEEDS, "No shop took more stations than its share."),
}

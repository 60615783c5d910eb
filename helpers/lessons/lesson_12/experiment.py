"""The shop whose process lesson 12 leads in several ways.

A design is a function: it builds itself in a `Shop` and returns the checkout. The same order takes
the same time and meets the same refusals and hiccups in every design.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from random import Random
from typing import Any, NamedTuple

import boto3
import pandas as pd
from botocore.exceptions import BotoCoreError

from helpers import faults, load
from helpers.lab import Lab
from helpers.lessons.arns import ROLE, arn
from helpers.lessons.lesson_12 import fates, lists, teams
from helpers.lessons.lesson_12.teams import Edge
from helpers.patterns.choreography import Refused
from helpers.patterns.shop import open_shop
from helpers.patterns.workflow import create

Order = dict[str, Any]
Work = Callable[[Order], None]

SECONDS = {"charge": 1.2, "pack": 8.0, "ship": 2.0, "unpack": 4.0}  # on average; others 0.5
SHARES = {"pack": 0.2, "ship": 0.1}  # how often a service refuses
LONGEST = 55  # seconds: no work outlasts its function's time-out of 60
HICCUPS = 0.03  # share of the first calls that fail and would not fail again
MEDIAN, P99 = 0.02, 0.1  # seconds that a call is under way
SERVICES = ("events", "lambda", "stepfunctions")


class Run(NamedTuple):
    """What a run has left behind.

    Attributes
    ----------
    trace : DataFrame
    fates : DataFrame
        What became of each order, by order_id; see `fates.of`.
    listed : list of str
        Ids of the orders that stand in a list of failures: a failed execution, or an event that
        Lambda has given up.
    knows : list of Edge
        Which team has the name of which; see `teams.knows`.
    """

    trace: pd.DataFrame
    fates: pd.DataFrame
    listed: list[str]
    knows: list[Edge]

    @property
    def hanging(self) -> list[str]:
        """Ids of the orders that hang."""
        return list(self.fates.index[self.fates["fate"] == "hangs"])


class Shop:
    """A lab with an empty bus, and services that are not connected yet.

    Parameters
    ----------
    shares : mapping, optional
        How often a service refuses, by its name, from 0 to 1.
    down : mapping, optional
        From a service's name to the seconds between which nothing of its work succeeds.
    """

    def __init__(
        self,
        seed: int,
        shares: Mapping[str, float] = SHARES,
        down: Mapping[str, tuple[float, float]] | None = None,
    ) -> None:
        self.lab, self.shares, self.down = Lab(seed=seed), shares, down or {}
        self.events, self.functions, self.states = map(boto3.client, SERVICES)
        self.events.create_event_bus(Name="shop")
        self.given_up = boto3.client("sqs").create_queue(QueueName="given-up")["QueueUrl"]
        self._tried: set[tuple[str, str]] = set()

    def work(self, name: str) -> Work:
        """The work of a service: takes an order, and leaves a mark named after the service."""

        def work(order: Order) -> None:
            key = name, order["order_id"]
            seconds, hiccup, refused = drawn(*key, self.shares)
            time.sleep(seconds)
            begin, end = self.down.get(name, (0, 0))
            if begin <= self.lab.now < end:
                raise ConnectionError(f"{name} does not answer")
            if hiccup and key not in self._tried:
                self._tried.add(key)
                self.lab.mark("hiccup", order_id=order["order_id"])
                raise ConnectionError(f"{name} does not answer")
            if refused:
                raise Refused(name)
            self.lab.mark(name, order_id=order["order_id"])

        return work

    def deploy(self, *names: str) -> None:
        """Deploy a function for each service: it takes an order, or an event about one."""
        for name in names:
            self.lab.deploy(name, _of_order(self.work(name)), timeout=60)

    def deploy_listener(self, name: str, handler: Callable[[Any, Any], Any]) -> None:
        """Deploy a function; events that it fails three times end in the queue `given-up`."""
        self.lab.deploy(name, handler, timeout=60)
        place = {"OnFailure": {"Destination": arn("sqs", "given-up")}}
        self.functions.put_function_event_invoke_config(FunctionName=name, DestinationConfig=place)

    def machine(self, name: str, definition: Mapping[str, Any]) -> str:
        """Create a state machine; returns its ARN."""
        machine: str = create(self.states, name, definition, ROLE)
        return machine


Checkout = Callable[[Order], None]
Design = Callable[[Shop], Checkout]


def drawn(name: str, order: str, shares: Mapping[str, float] = SHARES) -> tuple[float, bool, bool]:
    """Of a service's work for an order: its seconds, whether there is a hiccup, and a refusal."""
    draws = Random(f"{name} {order}")
    seconds = min(draws.expovariate(1 / SECONDS.get(name, 0.5)), LONGEST)
    return seconds, draws.random() < HICCUPS, draws.random() < shares.get(name, 0)


def orders_of(seed: int) -> list[load.Order]:
    """Six minutes of orders, one every 13 seconds on average."""
    return load.orders(rate=1 / 13, minutes=6, seed=seed)


@contextlib.contextmanager
def opened(seed: int, **how: Any) -> Iterator[Shop]:
    """A shop for as long as the context is open."""
    shop = Shop(seed, **how)
    try:
        yield shop
    finally:
        shop.lab.close()


def run(
    design: Design,
    seed: int = 12,
    *,
    orders: list[load.Order] | None = None,
    then: tuple[float, Callable[[Shop], None]] | None = None,
    network: Sequence[AbstractContextManager[Any]] = (),
    after: Callable[[Shop], None] | None = None,
    minutes: float = 15,
    **how: Any,
) -> Run:
    """Build a design, let the customers come, and see what became of their orders.

    Parameters
    ----------
    then : tuple, optional
        Seconds, and what is done with the shop at that time.
    network : sequence of faults, optional
        What is wrong beside the time on the wire.
    after : callable, optional
        What is done when all is over; it has ten more minutes.
    **how
        `shares` and `down` of the `Shop`.
    """
    with opened(seed, **how) as shop:
        checkout = design(shop)

        def customer(order: load.Order) -> None:
            shop.lab.mark("placed", order_id=order.order_id)
            try:
                checkout(json.loads(order.json()))
            except BotoCoreError:  # several replies lost in a row
                shop.lab.mark("told an error", order_id=order.order_id)

        def later(seconds: float, change: Callable[[Shop], None]) -> None:
            time.sleep(seconds)
            change(shop)

        with contextlib.ExitStack() as wire, shop.lab.running(minutes=minutes):
            for name in SERVICES:
                wire.enter_context(faults.latency(name, median=MEDIAN, p99=P99, seed=seed))
            for fault in network:
                wire.enter_context(fault)
            shop.lab.start(open_shop, orders_of(seed) if orders is None else orders, customer)
            if then is not None:
                shop.lab.start(later, *then)
        if after is not None:
            with shop.lab.running(minutes=10):
                shop.lab.start(after, shop)
        events = shop.lab.trace
        knows = teams.knows(events, shop.events)
        return Run(events, fates.of(events), lists.failures(shop.states, shop.given_up), knows)


def _of_order(work: Work) -> Callable[[Any, Any], None]:
    return lambda given, _: work(given.get("detail", given))

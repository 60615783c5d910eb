"""Hold a Black Friday with a shop that the reader has put together, and see how it went."""

from __future__ import annotations

import contextlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import boto3
import pandas as pd

from helpers import faults, load
from helpers.lab import Lab
from helpers.lessons.exercise import Failed
from helpers.lessons.leftovers import bodies_in
from helpers.lessons.lesson_14.clients import Clients, Session, WorkerSession
from helpers.lessons.lesson_14.opening import opened_shop
from helpers.lessons.lesson_14.plan import MACHINES, Plan, draw
from helpers.lessons.lesson_14.provider import Provider
from helpers.lessons.machines import Machine, is_mistake, kept_running
from helpers.patterns.shop import open_shop

LOST = {"sqs.SendMessage": 0.04, "dynamodb.PutItem": 0.01}  # share of the replies that get lost
NOT_SENT = 0.02  # share of the requests of SendMessage for which there is no connection
RESTART = 10.0  # seconds until the next process begins on a machine
PEACE = 120  # seconds at the end of the day in which nobody tries the poisoned order
CALLS = 15_000  # of boto3 in a day, after which it is ended: a shop that holds makes some 2,000
LOOKS = 1.0  # seconds between two counts of them

Checkout = Callable[..., Any]
Worker = Callable[..., Any]


@dataclass(frozen=True)
class Held:
    """A Black Friday that is over.

    Attributes
    ----------
    events : DataFrame
        The trace. Marks: "placed"; "told" (ok, waited); "asked", an attempt to charge; "charged",
        the effect; "died", a machine.
    put_aside : bool or None
        Whether the poisoned order is kept and no longer tried. None if it is kept and still tried.
    provider : Provider
        The card provider, with what it has seen.
    returned : int
        How many workers came to their end, of which none should.
    fair : frozenset of str
        Names of the standard queues to which a message was sent with a MessageGroupId.
    errors : Counter of str
        What calls of boto3 in a worker ended with, and how often.
    """

    seed: int
    plan: Plan
    events: pd.DataFrame
    put_aside: bool | None
    provider: Provider
    returned: int
    fair: frozenset[str]
    errors: Counter[str]


def hold(set_up: Callable[..., Any], checkout: Checkout, worker: Worker, *, seed: int) -> Held:
    """Hold a Black Friday, in a lab of its own.

    Parameters
    ----------
    set_up : callable
        `set_up(session)` makes what the shop needs, before it opens. What it returns is the `shop`
        of the other two.
    checkout : callable
        `checkout(session, shop, order)` takes an order, while its customer waits. If it raises, she
        reads an error.
    worker : callable
        `worker(session, shop, charge)` runs for ever on each of four machines, and charges cards:
        `charge(order, token=None)`.
    seed : int
        Decides everything that goes wrong.

    Raises
    ------
    ValueError
        If a function does what none of its kind may: what `set_up` returns is no text, or it does
        not come to its end, or the shop makes more calls than a day has room for.
    """
    with contextlib.closing(Lab(seed=seed)) as lab:
        try:
            return hold_in(lab, set_up, checkout, worker, seed)
        except Failed as failed:
            raise ValueError(str(failed)) from None


def hold_in(
    lab: Lab, set_up: Callable[..., Any], checkout: Checkout, worker: Worker, seed: int
) -> Held:
    """`hold` in a lab that stands already, and is not closed after it. Raises Failed."""
    plan, clients = draw(seed), Clients()
    provider = Provider(lab, plan, seed)
    shop = opened_shop(lab, set_up, Session(clients))
    returned: list[float] = []
    customers: list[Machine] = []

    def serve(order: load.Order) -> None:
        lab.mark("placed", order_id=order.order_id)
        begin, ok, machine = lab.now, True, Machine()
        customers.append(machine)
        try:
            with machine.here():  # an answer that comes before the order is stored is a promise
                checkout(Session(clients, machine), json.loads(shop), replace(order))
        except Exception as error:
            if is_mistake(error):
                raise
            ok = False  # the customer reads an error
        lab.mark("told", order_id=order.order_id, ok=ok, waited=lab.now - begin)

    def given(machine: Machine) -> tuple[Any, ...]:
        return (
            WorkerSession(clients, machine),
            json.loads(shop),
            machine.part(provider.for_machine(machine)),
        )

    def runs() -> None:
        kept_running(worker, given, pause=RESTART)
        returned.append(lab.now)

    def count() -> None:
        try:
            while True:
                time.sleep(LOOKS)
                if clients.calls > CALLS:
                    raise Failed(_flooded(lab, clients.calls))
        finally:  # it is the first to be stopped: then no checkout goes on, whatever it catches
            for machine in customers:
                machine.dead = True

    runs.__name__ = "worker"  # so that it has this name in a replay
    with _weather(seed), lab.running(seconds=plan.until):
        lab.start(count)
        lab.start(open_shop, plan.orders, serve)
        lab.start(runs, copies=MACHINES)
    events = lab.trace
    aside = _put_aside(plan, provider)
    fair = frozenset(name for name in clients.fair if not name.endswith(".fifo"))
    return Held(seed, plan, events, aside, provider, len(returned), fair, clients.errors)


def _flooded(lab: Lab, calls: int) -> str:
    """Who made the calls, in a sentence."""
    rows = lab.trace.query("kind == 'call'")
    by_workers = rows["caller"].str.startswith("worker")
    most = "the workers" if by_workers.mean() > 0.5 else "the checkout"
    return (
        f"The day was ended after {lab.now:.0f} simulated seconds and {calls:,} calls, most of "
        f"them by {most}: the last was {rows['operation'].iloc[-1]!r}. A day has room for "
        f"{CALLS:,}, and some 2,000 are enough."
    )


def _put_aside(plan: Plan, provider: Provider) -> bool | None:
    """Whether the poisoned order lies in a queue, and is left in peace at last."""
    if plan.until - provider.asked.get(plan.poisoned, 0) < PEACE:
        return None
    sqs = boto3.client("sqs")
    urls = sqs.list_queues().get("QueueUrls", [])
    return any(plan.poisoned in body for url in urls for body in bodies_in(sqs, url))


@contextlib.contextmanager
def _weather(seed: int) -> Iterator[None]:
    with contextlib.ExitStack() as faulty:
        for target, rate in LOST.items():
            faulty.enter_context(faults.lost_reply(target, rate=rate, seed=seed))
        faulty.enter_context(faults.refused("sqs.SendMessage", rate=NOT_SENT, seed=seed))
        for service in ("sqs", "dynamodb"):
            faulty.enter_context(faults.latency(service, median=0.01, p99=0.06, seed=seed))
        yield

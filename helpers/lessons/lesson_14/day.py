"""Hold a Black Friday with a shop that the reader has put together, and see how it went."""

from __future__ import annotations

import contextlib
import json
import reprlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import boto3
import pandas as pd

from helpers import faults, load
from helpers.lab import Lab
from helpers.lessons.exercise import Failed
from helpers.lessons.leftovers import bodies_in
from helpers.lessons.lesson_14.plan import MACHINES, Plan, draw
from helpers.lessons.lesson_14.provider import Provider
from helpers.lessons.machines import Machine, is_mistake, kept_running
from helpers.patterns.shop import open_shop

LOST = {"sqs.SendMessage": 0.04, "dynamodb.PutItem": 0.01}  # share of the replies that get lost
NOT_SENT = 0.02  # share of the requests of SendMessage for which there is no connection
RESTART = 10.0  # seconds until the next process begins on a machine
PEACE = 120  # seconds at the end of the day in which nobody tries the poisoned order

SetUp = Callable[..., Any]
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
    """

    seed: int
    plan: Plan
    events: pd.DataFrame
    put_aside: bool | None
    provider: Provider
    returned: int
    fair: frozenset[str]


class Clients:
    """The clients of a day, one for each service and its options."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str], Any] = {}
        self.fair: set[str] = set()  # names of the queues that got a message with a group

    def client(self, service: str, options: dict[str, Any]) -> Any:
        """A client of boto3, made once."""
        key = service, repr(sorted((name, id(value)) for name, value in options.items()))
        if key not in self._made:
            self._made[key] = boto3.client(service, **options), options  # keeps its options' ids
            if service == "sqs":
                events = self._made[key][0].meta.events
                for operation in ("SendMessage", "SendMessageBatch"):
                    events.register(f"provide-client-params.sqs.{operation}", self._note)
        return self._made[key][0]

    def _note(self, params: dict[str, Any], **_: Any) -> None:
        if any("MessageGroupId" in entry for entry in (params, *params.get("Entries", ()))):
            self.fair.add(str(params["QueueUrl"]).rpartition("/")[2])


class Session:
    """What the reader's functions get: `session.client("sqs")`, as of a `boto3.Session`."""

    def __init__(self, clients: Clients, machine: Machine | None = None) -> None:
        self._clients, self._machine = clients, machine

    def client(self, service: str, **options: Any) -> Any:
        """A client of boto3. On a machine that dies it stops with it."""
        made = self._clients.client(service, options)
        return self._machine.part(made) if self._machine else made


def hold(set_up: SetUp, checkout: Checkout, worker: Worker, *, seed: int) -> Held:
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
    """
    with contextlib.closing(Lab(seed=seed)) as lab:
        return hold_in(lab, set_up, checkout, worker, seed)


def hold_in(lab: Lab, set_up: SetUp, checkout: Checkout, worker: Worker, seed: int) -> Held:
    """`hold` in a lab that stands already, and is not closed after it."""
    plan, clients = draw(seed), Clients()
    provider = Provider(lab, plan, seed)
    shop = _written_down(set_up(Session(clients)))
    returned: list[float] = []

    def serve(order: load.Order) -> None:
        lab.mark("placed", order_id=order.order_id)
        begin, ok, machine = lab.now, True, Machine()
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
            Session(clients, machine),
            json.loads(shop),
            machine.part(provider.for_machine(machine)),
        )

    def runs() -> None:
        kept_running(worker, given, pause=RESTART)
        returned.append(lab.now)

    runs.__name__ = "worker"  # so that it has this name in a replay
    with _weather(seed), lab.running(seconds=plan.until):
        lab.start(open_shop, plan.orders, serve)
        lab.start(runs, copies=MACHINES)
    events = lab.trace
    aside = _put_aside(plan, provider)
    fair = frozenset(name for name in clients.fair if not name.endswith(".fifo"))
    return Held(seed, plan, events, aside, provider, len(returned), fair)


def _written_down(shop: Any) -> str:
    """What `set_up` returned, as it is given to other machines: as text.

    Raises
    ------
    Failed
        If it cannot be written down, such as a client or a function.
    """
    try:
        return json.dumps(shop)
    except (TypeError, ValueError):
        raise Failed(
            "What set_up returns goes to other machines, so it has to be made of texts, numbers, "
            f"lists and dictionaries. Yours returned {reprlib.repr(shop)}."
        ) from None


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

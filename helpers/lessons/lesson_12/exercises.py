"""The exercises of lesson 12: customs; a bank that is away."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection
from random import Random
from typing import Any

import boto3
from botocore.exceptions import ClientError

from helpers import load
from helpers.lab import Lab
from helpers.lessons.arns import ROLE, execution_arn
from helpers.lessons.exercise import Exercise, Failed, often
from helpers.lessons.lesson_12.teams import UNDO
from helpers.patterns.bus import publish, subscribe_function
from helpers.patterns.choreography import Refused, reacts
from helpers.patterns.shop import open_shop
from helpers.patterns.workflow import create

SEEDS = (1121, 1122, 1123)
WORKS = ("charge", "reserve", "pack", "ship", *UNDO.values(), "thank", "apologise")
SAYS: dict[str, tuple[str, ...]] = {
    "charge": ("CardCharged",),
    "reserve": ("StockReserved",),
    "pack": ("OrderPacked", "PackingFailed"),
    "clear": ("CustomsCleared", "CustomsRefused"),
    "ship": ("OrderShipped", "DeliveryRefused"),
    "unpack": ("OrderUnpacked",),
    "release": ("StockReleased",),
    "refund": ("CardRefunded",),
    "thank": ("CustomerThanked",),
    "apologise": ("CustomerTold",),
}
KINDS = {"OrderPlaced", *(kind for said in SAYS.values() for kind in said)}
WAY = ("charge", "reserve", "pack", "clear", "ship")  # of an order through the shop, with customs
GIVEN_UP = 30  # seconds without an answer, after which an order may be given up


class WatchedServices:
    """Services that write down, order by order, what they have done."""

    def __init__(self, refuses: dict[str, str]) -> None:
        self.refuses = refuses  # the step that refuses an order, by the order's id
        self.done: dict[str, list[str]] = {}

    def service(self, name: str) -> Callable[[dict[str, Any]], None]:
        def work(order: dict[str, Any]) -> None:
            time.sleep(0.5)
            if self.refuses.get(order["order_id"]) == name:
                raise Refused(name)
            self.work(name, order["order_id"])

        return work

    def work(self, name: str, order: str) -> None:
        self.done.setdefault(order, []).append(name)

    def function(self, name: str) -> Callable[[dict[str, Any], Any], None]:
        work = self.service(name)
        return lambda order, _: work(order)

    def judge(self, order: str) -> None:
        """Everything is in force and shipped, or nothing is; and nothing happened twice."""
        done = self.done.get(order, [])
        name, times = f"Order {order}", Counter(done)
        where = self.refuses.get(order)
        told = f", refused by {where}," if where else ""
        for step, back in UNDO.items():
            if times[step] > 1 or times[back] > 1:
                twice = step if times[step] > 1 else back
                raise Failed(f"{name}{told} met {twice!r} {times[twice]} times.")
            if times[back] and (not times[step] or done.index(back) < done.index(step)):
                raise Failed(f"{name}{told} met {back!r} with nothing to undo.")
        if times["ship"] > 1:
            raise Failed(f"{name} was shipped {times['ship']} times.")
        left = [step for step, back in UNDO.items() if times[step] and not times[back]]
        if times["ship"]:
            if len(left) < len(UNDO):
                missing = sorted(UNDO.keys() - set(left))
                raise Failed(f"{name} was shipped, and {missing[0]!r} is not in force for it.")
        elif left:
            raise Failed(f"{name}{told} was not shipped, and {left[0]!r} was never undone.")


class ShopWithBank(WatchedServices):
    """Services whose bank is away at times, and knows each order again.

    lost : ids of orders for which the bank does its work also while it is away: only its answer
        gets lost.
    away : (from, to) of each time in which it answers nobody, in simulated seconds.
    """

    def __init__(
        self, lab: Lab, refuses: dict[str, str], lost: set[str], away: list[tuple[float, float]]
    ) -> None:
        super().__init__(refuses)
        self._lab, self._lost, self._away = lab, lost, away
        self._asked: dict[str, float] = {}  # when an order was to be charged first

    def work(self, name: str, order: str) -> None:
        if name not in ("charge", "refund"):
            return super().work(name, order)
        now, done = self._lab.now, self.done.setdefault(order, [])
        if name == "charge":
            self._asked.setdefault(order, now)
        away = any(start <= now < end for start, end in self._away)
        known = name in done or (name == "refund" and "charge" not in done)
        if not known and (not away or order in self._lost):
            done.append(name)
        if away:
            raise ConnectionError("the bank does not answer")

    def hopeless(self, order: str) -> bool:
        """Whether the order may be given up: for half a minute the bank did not answer."""
        asked = self._asked.get(order, 0.0)
        return any(start <= asked and asked + GIVEN_UP <= end for start, end in self._away)


def _mixed_up(orders: list[load.Order], steps: tuple[str, ...], seed: int) -> dict[str, str]:
    """Each step refuses some orders; the others go through."""
    draws = Random(f"refused {seed}")
    chosen = [draws.choice((*steps, "")) for _ in orders[len(steps) + 1 :]]
    chosen = [*steps, "", *chosen]
    draws.shuffle(chosen)
    return {order.order_id: step for order, step in zip(orders, chosen, strict=True)}


# -- 1


def customs(lab: Lab, make: Callable[..., Any], seed: int) -> None:
    """With customs in the middle, each order is shipped or undone, and its customer told."""
    table = make()
    _check_table(table)
    events, functions = boto3.client("events"), boto3.client("lambda")
    events.create_event_bus(Name="shop")
    orders = load.orders(arrivals=[2.0 * n for n in range(9)], seed=seed)
    shop = WatchedServices(_mixed_up(orders, ("pack", "clear", "ship"), seed))
    for name, kinds in table.items():
        if kinds:
            lab.deploy(name, reacts(events, "shop", "shop", shop.service(name), *SAYS[name]))
            subscribe_function(events, functions, "shop", name, {"detail-type": list(kinds)})
    placed = {"Source": "shop", "DetailType": "OrderPlaced", "EventBusName": "shop"}
    with lab.running(minutes=2):
        lab.start(
            open_shop, orders, lambda order: publish(events, [placed | {"Detail": order.json()}])
        )
    for order in orders:
        name = order.order_id
        done, where = shop.done.get(name, []), shop.refuses[name]
        if "ship" in done and "clear" not in done:
            raise Failed(f"Order {name} was shipped without having been through customs.")
        steps = [step for step in done if step in WAY]
        if len(steps) == len(set(steps)) and steps != [*WAY[: len(steps)]]:
            raise Failed(f"Order {name} went through the shop in this order: {', '.join(steps)}.")
        if not where and "ship" not in done:
            raise Failed(f"Order {name}, refused by nobody, was not shipped.")
        shop.judge(name)
        told = Counter(done)["thank"], Counter(done)["apologise"]
        if told != ((0, 1) if where else (1, 0)):
            raise Failed(
                f"The customer of order {name} was thanked {often(told[0])} and told of a "
                f"cancellation {often(told[1])}."
            )


def _check_table(table: Any) -> None:
    if not isinstance(table, dict):
        raise Failed(f"The function has to return a dictionary, got {table!r}.")
    for name, kinds in table.items():
        if name not in SAYS:
            raise Failed(f"There is no function {name!r}; there are {', '.join(SAYS)}.")
        if isinstance(kinds, str) or not isinstance(kinds, Collection):
            raise Failed(f"The function {name!r} needs a list of kinds of events, got {kinds!r}.")
        for kind in kinds:
            if not isinstance(kind, str) or kind not in KINDS:
                raise Failed(f"The function {name!r} listens to {kind!r}, which nobody publishes.")


# -- 2


def bank(lab: Lab, make: Callable[..., Any], seed: int) -> None:
    """Each order is shipped or undone in reverse order, although the bank is away now and then."""
    definition = make()
    states = boto3.client("stepfunctions")
    draws = Random(f"away {seed}")
    away = [(60.0, 150 + 120 * draws.random()), (500.0, 800 + 240 * draws.random())]
    times: dict[float, tuple[str, bool]] = {}  # when an order comes: who refuses it, answers lost
    for number, (start, end) in enumerate(away):
        for after, step in {-30.0: "", -0.8: "pack", -0.7: "ship", 40.0: ""}.items():
            times[start + after] = step, (step == "pack") == bool(number)
        times[start + 41] = "", bool(number)  # of two orders, one is charged without an answer
        times[end - 12] = "", not number  # half a minute of patience is enough for this one
        times[end + 5] = draws.choice(("pack", "")), False
    orders = load.orders(arrivals=sorted(times), seed=seed)
    names = [order.order_id for order in orders]
    fates = dict(zip(names, (times[at] for at in sorted(times)), strict=True))
    lost = {name for name, (_, answer_lost) in fates.items() if answer_lost}
    shop = ShopWithBank(lab, {name: step for name, (step, _) in fates.items()}, lost, away)
    for name in WORKS:
        lab.deploy(name, shop.function(name))
    try:
        machine = create(states, "orders", definition, ROLE)
    except (TypeError, ClientError) as refusal:
        told = " ".join(str(refusal).rpartition("operation: ")[2].split()).rstrip(".")
        raise Failed(f"Step Functions does not take this definition: {told}.") from None

    def checkout(order: load.Order) -> None:
        states.start_execution(stateMachineArn=machine, name=order.order_id, input=order.json())

    with lab.running(minutes=45):
        lab.start(open_shop, orders, checkout)
    for order in orders:
        name, done = order.order_id, shop.done.get(order.order_id, [])
        shop.judge(name)
        back = [step for step in done if step in UNDO.values()]
        if back != [UNDO[step] for step in reversed(done) if step in UNDO and UNDO[step] in back]:
            raise Failed(f"Order {name} was undone in this order: {', '.join(back)}.")
        if not (shop.refuses[name] or "ship" in done or shop.hopeless(name)):
            raise Failed(
                f"Order {name} was refused by nobody, and not shipped. The bank answered within "
                f"{GIVEN_UP} s."
            )
        execution = execution_arn(machine, name)
        status = states.describe_execution(executionArn=execution)["status"]
        if status != "SUCCEEDED":
            did = ", ".join(done) or "nothing"
            raise Failed(f"The execution of order {name} is {status}; it has done {did}.")
    if not any("ship" in done for done in shop.done.values()):
        raise Failed("No order was shipped.")


EXERCISES = {
    "1": Exercise(customs, SEEDS, "Every order was shipped or undone, and every customer told."),
    "2": Exercise(bank, SEEDS, "Whatever the bank did, each order was shipped or undone."),
}

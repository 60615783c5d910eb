"""The exercises of lesson 09: a version 2 that nobody notices; a view that never goes back."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable
from random import Random
from typing import Any

import boto3
from jsonschema.exceptions import best_match

from helpers import faults, load
from helpers.lab import Lab
from helpers.lessons.exercise import Exercise, Failed
from helpers.lessons.leftovers import bodies_in
from helpers.lessons.lesson_09.schemas import validator
from helpers.lessons.memory import fresh
from helpers.patterns.bus import publish, subscribe
from helpers.patterns.events import fact
from helpers.patterns.shop import open_shop
from helpers.patterns.tenants import pack_from_queue

SEEDS = (1091, 1092, 1093)
OURS = {"source": ["shop.orders"]}
AMOUNTS = (5, 99, 100, 2005, 2070, 123_456_789)  # cents
NOTES = ("Happy birthday", "Get well soon, Ümit", "To Ann, with love")

Json = dict[str, Any]


def _as_placed(order: load.Order) -> Json:
    number = int(order.customer[2:])
    address = {"name": f"Customer {number}", "street": f"{number} Park Row", "city": "Overton"}
    return {**json.loads(order.json()), "revision": 1, "address": address}


def _on_the_bus(*rules: tuple[str, Json]) -> tuple[Any, Any]:
    """A bus with a queue behind each rule."""
    events, sqs = boto3.client("events"), boto3.client("sqs")
    events.create_event_bus(Name="shop")
    for name, pattern in rules:
        subscribe(events, sqs, "shop", name, pattern)
    return events, sqs


def _received(sqs: Any, name: str) -> dict[str, Json]:
    """The details in a queue, by order."""
    queue = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    details = [json.loads(body)["detail"] for body in bodies_in(sqs, queue)]
    return {detail.get("order_id"): detail for detail in details}


# -- 1: version 1's consumers, written when there was no other


def _charging(detail: Json, order: Json) -> str | None:
    cents = detail["amount"] + 0
    right = cents == order["amount"]
    return None if right else f"charging took {cents} cents instead of {order['amount']}"


def _labels(detail: Json, order: Json) -> str | None:
    told, right = (
        " · ".join(each["address"][part].upper() for part in ("name", "street", "city"))
        for each in (detail, order)
    )
    return None if told == right else f"its label says {told}"


def _books(detail: Json, order: Json) -> str | None:
    total = sum(item["quantity"] * item["unit_price"] for item in detail["items"])
    right = total == detail["amount"] == order["amount"]
    return None if right else f"accounts adds its items up to {total}, not {detail['amount']}"


def _loyalty(detail: Json, order: Json) -> str | None:
    key = (detail["tenant"], detail["customer"], detail["order_id"], detail["revision"])
    right = (order["tenant"], order["customer"], order["order_id"], order["revision"])
    return None if key == right else f"loyalty gives its points to {key}"


CONSUMERS = {"charging": _charging, "labels": _labels, "accounts": _books, "loyalty": _loyalty}


def unnoticed(lab: Lab, make: Callable[..., Any], seed: int) -> None:
    """Version 1's consumers work as before, and finance and packing get what they want."""
    large = {**OURS, "detail": {"amount": [{"numeric": [">", 5000]}]}}
    events, sqs = _on_the_bus(("charging", OURS), ("fraud-check", large))
    schema, draws = validator("v1"), Random(f"notes {seed}")
    orders, notes = {}, {}
    placed = [_as_placed(order) for order in load.orders(rate=1, seconds=40, seed=seed)]
    for source, amount in zip(placed, AMOUNTS, strict=False):
        [item, *_] = source["items"]
        source |= {"amount": amount, "items": [item | {"quantity": 1, "unit_price": amount}]}
    for source in placed:
        name = source["order_id"]
        notes[name] = note = draws.choice(NOTES) if draws.random() < 0.3 else None
        orders[name] = copy.deepcopy(source)
        detail = make(source, note)
        if not isinstance(detail, dict):
            raise Failed(f"The function has to return the detail, a dictionary, got {detail!r}.")
        if source != orders[name]:
            raise Failed(f"Your function changed order {name} in the source itself.")
        try:
            entry = fact("OrderPlaced", detail)
        except TypeError as wrong:
            raise Failed(f"The detail of order {name} cannot be sent as JSON: {wrong}.") from None
        publish(events, [entry])
    with lab.running(minutes=1):
        pass
    got, checked = _received(sqs, "charging"), _received(sqs, "fraud-check")
    for name, order in orders.items():
        if name not in got:
            raise Failed(f"Order {name} cannot be found in any event: which field is its id?")
        _use(name, got[name], order)
        if (order["amount"] > 5000) != (name in checked):
            verb = "was not" if order["amount"] > 5000 else "was"
            raise Failed(f"Order {name} over {order['amount']} cents {verb} sent to fraud-check.")
        if error := best_match(schema.iter_errors(got[name])):
            raise Failed(f"Version 1's schema refuses the event of order {name}: {error.message}.")
        _new_wishes(name, got[name], order, notes[name])


def _use(name: str, detail: Json, order: Json) -> None:
    for consumer, use in CONSUMERS.items():
        try:
            found = use(detail, order)
        except (KeyError, TypeError, AttributeError) as error:
            found = f"{consumer} raised {type(error).__name__}: {error}"
        if found:
            raise Failed(f"Order {name}: {found}.")
    for field, value in order.items():  # and consumers that read the others
        if field not in detail:
            raise Failed(f"The event of order {name} has no {field!r}, which version 1 had.")
        if detail[field] != value:
            raise Failed(f"The event of order {name} has another {field!r} than version 1.")


def _new_wishes(name: str, detail: Json, order: Json, note: str | None) -> None:
    euros, cents = divmod(order["amount"], 100)
    wanted = {"value": f"{euros}.{cents:02d}", "currency": "EUR"}
    if detail.get("total") != wanted:
        raise Failed(f"Finance does not get the total of order {name}, got {detail.get('total')}.")
    printed = str(detail["gift_note"]) if "gift_note" in detail else None
    if printed != note:
        said = "no card" if printed is None else f"a card that says {printed!r}"
        raise Failed(f"Packing puts {said} into the parcel of order {name}.")


# -- 2


class ChangingOrders:
    """Orders that change, and the events that say so: each carries the whole order."""

    def __init__(self, events: Any, seed: int) -> None:
        self._events, self._seed = events, seed
        self.states: dict[str, Json] = {}

    def checkout(self, order: load.Order) -> None:
        """Place an order; the customer moves up to three times, and may cancel."""
        draws = Random(f"changes {self._seed} {order.order_id}")
        state = {**_as_placed(order), "status": "open"}
        self._say("OrderPlaced", state)
        for number in range(draws.choice((0, 1, 1, 2, 3))):
            time.sleep(draws.choice((0.2, 20, 60)))
            address = {**state["address"], "street": f"{number + 1} New Street"}
            state = {**state, "revision": self._next(state, draws), "address": address}
            self._say("AddressChanged", state)
        if draws.random() < 0.4:
            time.sleep(draws.choice((0.2, 20)))
            state = {**state, "revision": self._next(state, draws), "status": "cancelled"}
            self._say("OrderCancelled", state)

    def _next(self, state: Json, draws: Random) -> int:
        return state["revision"] + draws.choice((1, 1, 2, 8))  # it grows, by whatever it is

    def _say(self, kind: str, state: Json) -> None:
        self.states[state["order_id"]] = state
        publish(self._events, [fact(kind, state)])


class View:
    """The view that the reader's function keeps, and what it has been told."""

    def __init__(self, keep: Callable[..., Any]) -> None:
        self._keep = keep
        self.held: dict[str, Json] = {}
        self._newest: dict[str, int] = {}
        self._cancelled: set[str] = set()

    def arrive(self, body: str) -> None:
        """Show an event to the reader's function. The view must not go back."""
        event = json.loads(body)
        detail = event["detail"]
        name, revision = detail["order_id"], detail["revision"]
        fresh(self._keep)(copy.deepcopy(event), self.held)  # each event in a process of its own
        newest = self._newest[name] = max(self._newest.get(name, 0), revision)
        if detail["status"] == "cancelled":
            self._cancelled.add(name)
        held = self.held.get(name)
        if held is None and name in self._cancelled:
            return
        if not isinstance(held, dict) or "revision" not in held:
            raise Failed(f"The view has to hold the detail of order {name}, it holds {held!r}.")
        if held["revision"] < newest:
            raise Failed(
                f"Revision {revision} of order {name} arrived, and the view shows revision "
                f"{held['revision']}; revision {newest} had been there."
            )


def never_back(lab: Lab, keep: Callable[..., Any], seed: int) -> None:
    """The view never goes back, and ends as the source does."""
    events, sqs = _on_the_bus(("labels", OURS))
    queue = sqs.get_queue_url(QueueName="labels")["QueueUrl"]
    source, view = ChangingOrders(events, seed), View(keep)

    def refuse() -> None:
        time.sleep(60)
        with faults.error("sqs.SendMessage", resource="labels", rate=0.7, seed=seed):
            time.sleep(150)

    orders = load.orders(rate=1 / 10, minutes=4, seed=seed)
    again = faults.lost_reply("sqs.SendMessage", rate=0.1, seed=seed, resource="labels")
    with again, lab.running(minutes=9):
        lab.start(open_shop, orders, source.checkout)
        lab.start(refuse)
        lab.start(pack_from_queue, sqs, queue, view.arrive)
    _compare(view.held, source.states)


def _compare(view: dict[str, Json], source: dict[str, Json]) -> None:
    for name, state in source.items():
        held = view.get(name)
        if state["status"] == "cancelled":
            if held is not None and held.get("status") != "cancelled":
                raise Failed(f"Order {name} was cancelled, and the view would ship it.")
        elif held is None:
            raise Failed(f"Order {name} is not in the view, and nobody cancelled it.")
        elif held != state:
            raise Failed(f"The view does not show order {name} as its source knows it.")


EXERCISES = {
    "1": Exercise(unnoticed, SEEDS, "Old consumers noticed nothing, new ones get what they want."),
    "2": Exercise(never_back, SEEDS, "The view never went back, and ended as the source did."),
}

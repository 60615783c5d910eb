"""The exercises of lesson 01: one reader for every envelope; an adapter for both versions."""

from __future__ import annotations

import contextlib
import json
import reprlib
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

from helpers import load
from helpers.lab import Lab
from helpers.lessons.exercise import Exercise, Failed
from helpers.lessons.lesson_01.designs import (
    arn,
    attach,
    attach_to_queue,
    call,
    client,
    make_queue,
    make_rule,
    make_topic,
    publish,
    put,
    send,
)
from helpers.patterns.shop import open_shop

SEEDS = (1011, 1012, 1013)
WAYS = {
    "by a call": call,
    "by a queue": send,
    "by a topic and a queue": publish,
    "by a bus": put,
    "by a bus and a queue": lambda body: put(body, "late"),
}
BROKEN = ("49.99", "", None, True, "4999 cents", {"cents": 4999}, ...)  # ...: no amount at all
MORE = (
    {"detail": {"gift": True}},
    {"Message": "happy birthday"},
    {"Records": 2},
    {"body": "to the neighbour"},
)


class Counts:
    """A shop as far as the parts of `designs` need one."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.charged: dict[str, list[Any]] = {}
        self.passed: Counter[str] = Counter()
        self.raised: dict[str, str] = {}  # what the reader's code raised at an order
        self.problem: str | None = None


def one_reader(lab: Lab, reader: Callable[..., Any], seed: int) -> None:
    """The reader reads every envelope, more fields, and text; it refuses what is no amount."""
    draws, shop = Random(f"ways {seed}"), Counts(lab)
    orders = load.orders(rate=0.5, minutes=1, seed=seed)
    came: dict[str, str] = {}
    sent: dict[str, Any] = {}

    def read(event: Any) -> Any:
        inside = json.dumps(event)
        names = [name for name in came if name in inside]
        try:
            bodies = reader(event)
        except Exception as error:
            shop.raised |= dict.fromkeys(names, repr(error))
            raise
        _check_list(bodies, names, came)
        for name in names:
            shop.passed[name] += 1
            found = [body for body in bodies if body["order_id"] == name]
            if name in sent and not found:
                raise Failed(f"Order {name} came {came[name]}, and your reader left it out.")
        return bodies

    def note(body: dict[str, Any]) -> None:
        shop.charged.setdefault(body["order_id"], []).append(body.get("amount"))

    def checkout(order: load.Order) -> None:
        name = order.order_id
        way = came[name] = draws.choice(list(WAYS))
        body = {"order_id": name, "amount": order.amount, **draws.choice(({}, *MORE))}
        if draws.random() < 0.25:
            body["amount"] = str(order.amount)
        if draws.random() < 0.2:
            body["amount"] = draws.choice(BROKEN)
            came[name] = f"{way} with {_told(body['amount'])}"
            if body["amount"] is ...:
                del body["amount"]
        else:
            sent[name] = order.amount
        with contextlib.suppress(Exception):  # what counts is what was charged
            WAYS[way](body)

    def guarded(event: Any) -> Any:
        try:
            return read(event)
        except Failed as failed:
            shop.problem = shop.problem or str(failed)
            raise

    _wire(shop, guarded, note)
    with lab.running(minutes=2):
        lab.start(open_shop, orders, checkout)
    for order in orders:
        _judge(order.order_id, came[order.order_id], sent.get(order.order_id), shop)


def _wire(shop: Counts, read: Any, note: Any) -> None:
    attach(shop, "charge-card", note, read)
    make_topic(shop)  # the topic and the queue share a queue, as two senders may
    attach_to_queue(shop, "charge-card", note, read)
    make_queue(shop, "late")
    attach_to_queue(shop, "charge-card", note, read, queue="late")
    make_rule(shop)
    client("events").create_event_bus(Name="late")
    make_rule(shop, to=arn("sqs", "late"), bus="late")


def _check_list(bodies: Any, names: list[str], came: dict[str, str]) -> None:
    first = f"Order {names[0]} came {came[names[0]]}: " if names else ""
    if not isinstance(bodies, list) or not all(isinstance(body, dict) for body in bodies):
        gave = reprlib.repr(bodies)
        raise Failed(f"{first}your reader has to give a list of dictionaries, it gave {gave}.")
    if missing := [body for body in bodies if "order_id" not in body]:
        keys = ", ".join(map(repr, missing[0]))
        raise Failed(f"{first}your reader gave something without an order id. It has {keys}.")


def _told(amount: Any) -> str:
    return "no amount" if amount is ... else f"the amount {amount!r}"


def _judge(name: str, came: str, amount: int | None, shop: Counts) -> None:
    charged = shop.charged.get(name, [])
    if amount is None:
        if charged:
            raise Failed(f"Order {name} came {came}, and {charged[0]!r} was charged.")
        if shop.passed[name]:
            raise Failed(f"Order {name} came {came}, and your reader let it pass without a word.")
        return
    if shop.problem and not charged:
        raise Failed(shop.problem)
    if not charged:
        why = f": your reader raised {shop.raised[name]}" if name in shop.raised else ""
        raise Failed(f"Order {name} came {came} and was never charged{why}.")
    for found in charged:
        if type(found) is not int or found != amount:
            raise Failed(f"Order {name} came {came}: {amount} was due, {found!r} was charged.")


def both_versions(lab: Lab, adapter: Callable[..., Any], seed: int) -> None:
    """Cents and euros side by side: every order is charged what is due, to the cent."""
    draws, shop = Random(f"versions {seed}"), Counts(lab)
    orders = load.orders(rate=0.5, minutes=1.2, seed=seed)
    said: dict[str, str] = {}
    due: dict[str, int] = {}

    def charge(body: dict[str, Any]) -> None:
        name, given = body["order_id"], json.dumps(body)
        try:
            adapted = adapter(body)
        except Exception as error:
            shop.raised[name] = repr(error)
            raise
        if not isinstance(adapted, dict) or adapted.get("order_id") != name:
            shop.problem = shop.problem or (
                f"Order {name}: your adapter has to give an order of version 1, "
                f"it gave {adapted!r} for {given}."
            )
            return
        shop.charged.setdefault(name, []).append(adapted.get("amount"))

    def checkout(order: load.Order) -> None:
        name = order.order_id
        amount = draws.choice((8, 20, 115, 1690, 250000)) if draws.random() < 0.3 else order.amount
        kind = draws.choices((1, 2, 3), (10, 10, 1))[0]
        if kind == 1:
            body: dict[str, Any] = {"order_id": name, "amount": amount}
        elif kind == 2:
            euros = amount // 100 if amount % 100 == 0 else amount / 100
            body = {"version": 2, "order_id": name, "amount": euros}
        else:
            body = {"version": 3, "order_id": name, "amount": amount, "currency": "JPY"}
        if kind < 3:
            due[name] = amount
        said[name] = json.dumps(body)
        send(body)

    make_queue(shop)
    attach_to_queue(shop, "charge-card", charge)
    with lab.running(minutes=2):
        lab.start(open_shop, orders, checkout)
    if shop.problem:
        raise Failed(shop.problem)
    for name in sorted(said, key=lambda name: name not in due):  # version 3 last
        _judge_version(name, said[name], due.get(name), shop)


def _judge_version(name: str, said: str, amount: int | None, shop: Counts) -> None:
    charged = shop.charged.get(name, [])
    if amount is None:
        if charged:
            raise Failed(
                f"Order {name} said {said}. What version 3 means is not agreed, and {charged[0]!r} "
                "was charged."
            )
        return
    if not charged:
        why = f": your adapter raised {shop.raised[name]}" if name in shop.raised else ""
        raise Failed(f"Order {name} said {said} and was never charged{why}.")
    if type(charged[0]) is not int or charged != [amount]:
        raise Failed(
            f"Order {name} said {said}: {amount} cents were due, {charged[0]!r} was charged."
        )


EXERCISES = {
    "1": Exercise(one_reader, SEEDS, "Five envelopes were read, and nothing was guessed."),
    "2": Exercise(both_versions, SEEDS, "Both versions were charged to the cent."),
}

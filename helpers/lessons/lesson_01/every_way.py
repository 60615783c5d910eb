"""Exercise 1 of lesson 01: orders that come in every envelope, read by one function."""

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
from helpers.lessons.arns import arn
from helpers.lessons.exercise import Failed
from helpers.lessons.lesson_01.designs import (
    attach_function,
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
from helpers.lessons.lesson_01.ledger import Ledger, kind
from helpers.patterns.shop import open_shop

# By a queue the function gets up to ten messages at once. What is no amount goes by a queue of its
# own, one at a time: what raises at one record of a batch has the others delivered again as well.
WAYS = {
    "by a call": call,
    "by a queue": send,
    "by a topic and a queue": publish,
    "by a bus": put,
    "by a bus and a queue": lambda body: put(body, "late"),
}
ALONE = WAYS | {
    "by a queue": lambda body: send(body, "alone"),
    "by a topic and a queue": lambda body: publish(body, "alone"),
    "by a bus and a queue": lambda body: put(body, "late-alone"),
}
TOGETHER = {"BatchSize": 10, "MaximumBatchingWindowInSeconds": 10}
BROKEN = (49.99, "49.99", "", None, True, "4999 cents", {"cents": 4999}, ...)  # ...: none at all
WHOLE = object()  # an amount as it should be
MORE = (
    {"detail": {"gift": True}},
    {"Message": "happy birthday"},
    {"Records": 2},
    {"body": "to the neighbour"},
)


class EveryWay(Ledger):
    """Orders that come in every way, read by the reader's function."""

    def __init__(self, lab: Lab, reader: Callable[..., Any], seed: int) -> None:
        super().__init__(lab)
        self._reader, self._draws = reader, Random(f"ways {seed}")
        self._amounts: list[Any] = []
        self.came: dict[str, str] = {}  # how an order came
        self.due: dict[str, int] = {}  # what it says, where that is an amount
        self.passed: Counter[str] = Counter()
        attach_function(self, "charge-card", self._note, self._read)
        make_topic(self)  # the topic and the queue share a queue, as two senders may
        make_topic(self, "alone", "alone")
        for queue, bus in (("late", "late"), ("late-alone", "late-alone")):
            make_queue(self, queue)
            client("events").create_event_bus(Name=bus)
            make_rule(self, to=arn("sqs", queue), bus=bus)
        make_rule(self)
        for queue in ("orders", "late"):
            self._attach(queue, **TOGETHER)
        for queue in ("alone", "late-alone"):
            self._attach(queue)

    def _attach(self, queue: str, **batch: int) -> None:
        attach_to_queue(self, "charge-card", self._note, self._read, queue=queue, **batch)

    def checkout(self, order: load.Order) -> None:
        name, draws = order.order_id, self._draws
        way = self.came[name] = draws.choice(list(WAYS))
        body = {"order_id": name, "amount": order.amount, **draws.choice(({}, *MORE))}
        if draws.random() < 0.25:
            body["amount"] = str(order.amount)
        ways, broken = WAYS, self._next_amount()
        if broken is not WHOLE:
            ways, body["amount"] = ALONE, broken
            self.came[name] = f"{way} with {_told(body['amount'])}"
            if body["amount"] is ...:
                del body["amount"]
        else:
            self.due[name] = order.amount
        with contextlib.suppress(Exception):  # what counts is what was charged
            ways[way](body)

    def _next_amount(self) -> Any:
        """One of `BROKEN` or `WHOLE`: of twenty orders, each broken one comes once."""
        if not self._amounts:
            self._amounts = [*BROKEN, *[WHOLE] * (20 - len(BROKEN))]
            self._draws.shuffle(self._amounts)
        return self._amounts.pop()

    def judge(self, name: str) -> None:
        """An amount is charged as it is; what is not an amount is refused."""
        came, due, charged = self.came[name], self.due.get(name), self.charged.get(name, [])
        if due is None:
            if charged:
                raise Failed(f"Order {name} came {came}, and {charged[0]!r} was charged.")
            if self.passed[name]:
                raise Failed(
                    f"Order {name} came {came}, and your reader let it pass without a word."
                )
            return
        if not charged:
            raise Failed(
                f"Order {name} came {came} and was never charged{self.reason(name, 'reader')}."
            )
        for amount in charged:
            if type(amount) is not int:
                raise Failed(
                    f"Order {name} came {came}: your reader gave the amount {amount!r}, which is "
                    f"{kind(amount)} and not a whole number of cents."
                )
            if amount != due:
                raise Failed(f"Order {name} came {came}: {due} was due, {amount} was charged.")

    def _read(self, event: Any) -> Any:
        inside = json.dumps(event)
        names = [name for name in self.came if name in inside]
        try:
            bodies = self._reader(event)
        except Exception as error:
            self.raised |= dict.fromkeys(names, repr(error))
            raise
        try:
            _check_list(bodies, names, self.came)
            self._check_complete(bodies, names)
        except Failed as failed:
            self.complain(str(failed))
            raise
        return bodies

    def _check_complete(self, bodies: list[Any], names: list[str]) -> None:
        for name in names:
            self.passed[name] += 1
            if name in self.due and name not in [body["order_id"] for body in bodies]:
                raise Failed(f"Order {name} came {self.came[name]}, and your reader left it out.")

    def _note(self, body: dict[str, Any]) -> None:
        self.charge(body["order_id"], body.get("amount"))


def one_reader(lab: Lab, reader: Callable[..., Any], seed: int) -> None:
    """The reader reads every envelope, also with more fields; it refuses what is not an amount."""
    shop = EveryWay(lab, reader, seed)
    orders = load.orders(rate=0.5, minutes=1, seed=seed)
    with lab.running(minutes=2):
        lab.start(open_shop, orders, shop.checkout)
    if shop.problem:
        raise Failed(shop.problem)
    for order in orders:
        shop.judge(order.order_id)


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

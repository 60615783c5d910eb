"""Exercise 2 of lesson 01: orders of two versions side by side, read by an adapter."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

from helpers import load
from helpers.lab import Lab
from helpers.lessons.exercise import Failed
from helpers.lessons.lesson_01.designs import attach_to_queue, make_queue, send
from helpers.lessons.lesson_01.ledger import Ledger, kind
from helpers.patterns.shop import open_shop


class TwoVersions(Ledger):
    """Orders of versions 1 and 2 at one queue, and now and then one of a version 3."""

    def __init__(self, lab: Lab, adapter: Callable[..., Any], seed: int) -> None:
        super().__init__(lab)
        self._adapter, self._draws = adapter, Random(f"versions {seed}")
        self.said: dict[str, str] = {}
        self.due: dict[str, int] = {}  # cents; nothing is due of version 3
        self.passed: dict[str, Any] = {}  # what the reader made of a version 3
        make_queue(self)
        attach_to_queue(self, "charge-card", self._adapt)

    def checkout(self, order: load.Order) -> None:
        name, draws = order.order_id, self._draws
        amount = draws.choice((8, 20, 115, 1690, 250000)) if draws.random() < 0.3 else order.amount
        version = draws.choices((1, 2, 3), (10, 10, 1))[0]
        if version == 1:
            body: dict[str, Any] = {"order_id": name, "amount": amount}
        elif version == 2:
            euros = amount // 100 if amount % 100 == 0 else amount / 100
            body = {"version": 2, "order_id": name, "amount": euros}
        else:
            body = {"version": 3, "order_id": name, "amount": amount, "currency": "JPY"}
        if version < 3:
            self.due[name] = amount
        self.said[name] = json.dumps(body)
        send(body)

    def judge(self, name: str) -> None:
        """What is due was charged, once; of version 3, nothing."""
        said, due, charged = self.said[name], self.due.get(name), self.charged.get(name, [])
        if due is None:
            if name in self.passed:
                raise Failed(
                    f"Order {name} said {said}. What version 3 means is not agreed, and your "
                    f"adapter gave {self.passed[name]!r}."
                )
            return
        if not charged:
            raise Failed(
                f"Order {name} said {said} and was never charged{self.reason(name, 'adapter')}."
            )
        if type(charged[0]) is not int:
            raise Failed(
                f"Order {name} said {said}: your adapter gave the amount {charged[0]!r}, which is "
                f"{kind(charged[0])} and not a whole number of cents."
            )
        if charged != [due]:
            raise Failed(
                f"Order {name} said {said}: {due} cents were due, {charged[0]} was charged."
            )

    def _adapt(self, body: dict[str, Any]) -> None:
        name, given = body["order_id"], json.dumps(body)
        try:
            adapted = self._adapter(body)
        except Exception as error:
            self.raised[name] = repr(error)
            raise
        if name not in self.due:
            self.passed[name] = adapted
            return
        if not isinstance(adapted, dict) or adapted.get("order_id") != name:
            self.complain(
                f"Order {name}: your adapter has to give an order of version 1, "
                f"it gave {adapted!r} for {given}."
            )
            return
        if adapted.get("version", 1) != 1:
            self.complain(
                f"Order {name}: your adapter has to give an order of version 1, and "
                f"{adapted!r} still says another version."
            )
            return
        self.charge(name, adapted.get("amount"))


def both_versions(lab: Lab, adapter: Callable[..., Any], seed: int) -> None:
    """Cents and euros side by side: every order is charged what is due, to the cent."""
    shop = TwoVersions(lab, adapter, seed)
    with lab.running(minutes=2):
        lab.start(open_shop, load.orders(rate=0.5, minutes=1.2, seed=seed), shop.checkout)
    if shop.problem:
        raise Failed(shop.problem)
    for name in sorted(shop.said, key=lambda name: name not in shop.due):  # version 3 last
        shop.judge(name)

"""The card provider of a Black Friday: slow, now and then down, and not always heard."""

from __future__ import annotations

import reprlib
import time
from collections.abc import Callable
from random import Random
from typing import Any

from helpers.lab import Lab
from helpers.lessons.lesson_14.plan import Plan
from helpers.lessons.machines import Machine

TAKES = 3.0  # seconds for a charge, on average
UNHEARD = 0.03  # share of the charges whose answer never arrives


class Provider:
    """It charges cards, and recognises a token that it has seen before.

    Each charge leaves the mark "charged" in the trace, each attempt the mark "asked".
    """

    def __init__(self, lab: Lab, plan: Plan, seed: int) -> None:
        self._lab, self._plan = lab, plan
        self._draws = Random(f"provider {seed}")
        self._placed = {order.order_id: order for order in plan.orders}
        self._receipts: dict[str, tuple[str, str]] = {}  # by token: the order and the receipt
        self._begun = self._charges = 0
        self.refusal: str | None = None  # what was wrong with what it got last
        self.mixed_up: list[tuple[str, str]] = []  # orders that came with another order's token
        self.asked: dict[str, float] = {}  # when an order was tried last

    def for_machine(self, machine: Machine) -> Callable[..., str]:
        """`charge(order, token=None)` as a machine has it: some charges take it with them."""

        def charge(order: dict[str, Any], token: str | None = None) -> str:
            return self._charge(machine, order, token)

        return charge

    def _charge(self, machine: Machine, order: dict[str, Any], token: str | None) -> str:
        name = self._checked(order, token)
        self.asked[name] = self._lab.now
        self._lab.mark("asked", order_id=name)
        if self._plan.outage[0] <= self._lab.now < self._plan.outage[1]:
            raise ConnectionError("the card provider is down")
        if name == self._plan.poisoned:
            raise ValueError(f"order {name}: nobody can charge {order['amount']} cents")
        self._begun += 1
        dies = self._begun in self._plan.deadly
        time.sleep(self._draws.expovariate(1 / TAKES))
        if dies:
            self._lab.mark("died", order_id=name)
            machine.die()
        receipt = self._receipt(name, token)
        if self._draws.random() < UNHEARD:
            raise TimeoutError("no answer from the card provider")
        return receipt

    def _checked(self, order: Any, token: Any) -> str:
        """The order's id, if it is an order of this day that nobody has changed."""
        known = self._placed.get(str(order.get("order_id"))) if isinstance(order, dict) else None
        if not known:
            self.refusal = f"charge takes an order as a dictionary, and got {reprlib.repr(order)}"
        elif order.get("amount") != known.amount:
            amount = order.get("amount")
            self.refusal = f"the amount of order {known.order_id} was changed to {amount!r}"
        elif not (token is None or (isinstance(token, str) and token)):
            self.refusal = f"a token is a text, and charge got {token!r}"
        else:
            return known.order_id
        raise ValueError(self.refusal)

    def _receipt(self, name: str, token: str | None) -> str:
        """The receipt of a charge: of an earlier one, if the token has been seen."""
        if token in self._receipts:
            before, receipt = self._receipts[str(token)]
            if before != name:
                self.mixed_up.append((name, before))
            return receipt
        self._charges += 1
        receipt = f"receipt-{self._charges}"
        self._lab.mark("charged", order_id=name)
        if token is not None:
            self._receipts[token] = name, receipt
        return receipt

"""The order service: the one place that knows each order as it is now."""

from __future__ import annotations

import json
import time
from typing import Any

import boto3

from helpers import load
from helpers.lab import Lab

PLACES = 4  # answers at a time, an assumption of the lesson
TAKES = 0.5  # seconds each, another
CAPACITY = PLACES / TAKES  # answers per second

Json = dict[str, Any]


def as_placed(order: load.Order) -> Json:
    """An order with what the data does not have: an address, and a revision, which counts."""
    number = int(order.customer[2:])
    street = f"{number % 97 + 1} Mill Lane"
    address = {"name": f"Customer {number}", "street": street, "city": "Millbrook"}
    return {**json.loads(order.json()), "revision": 1, "address": address}


def moved(order: Json) -> Json:
    """The same order after its customer has corrected the address."""
    address = {**order["address"], "street": "1 New Street"}
    return {**order, "revision": order["revision"] + 1, "address": address}


class OrderService:
    """Holds the orders, and answers through the function get-order, a few at a time."""

    def __init__(self, lab: Lab, down: tuple[float, float] = (0, 0)) -> None:
        self.lab, self.down = lab, down
        self.orders: dict[str, Json] = {}
        lab.deploy("get-order", self.get_order, timeout=10)
        limit = {"FunctionName": "get-order", "ReservedConcurrentExecutions": PLACES}
        boto3.client("lambda").put_function_concurrency(**limit)

    def get_order(self, event: Json, _: Any) -> Json:
        """What the function get-order does."""
        if self.down[0] <= self.lab.now < self.down[1]:
            raise ConnectionError("the order service is down")
        time.sleep(TAKES)
        return self.orders[event["order_id"]]

    def move(self, order_id: str) -> None:
        """A customer corrects the address."""
        self.orders[order_id] = moved(self.orders[order_id])

"""The exercises of lesson 13: the right key; one token for all attempts; points, once."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import boto3

from helpers import faults, load
from helpers.lab import Lab
from helpers.lessons.exercise import Exercise, Failed
from helpers.lessons.lesson_13.misfortune import Crash
from helpers.patterns.idempotency import once, table_of_records

SEEDS = (1131, 1132, 1133)
KINDS = ("OrderPlaced", "OrderCancelled")
EFFECTS = {"OrderPlaced": "charged", "OrderCancelled": "refunded"}


def right_key(lab: Lab, key: Callable[[dict[str, Any]], str], seed: int) -> None:
    """Each order charged once and refunded once, whatever repeats its event."""
    dynamodb, draws = boto3.client("dynamodb"), Random(f"events {seed}")
    table_of_records(dynamodb, "records")
    orders = [json.loads(order.json()) for order in load.orders(rate=1.0, seconds=15, seed=seed)]
    regular = orders[0]["customer"]
    for order in orders[::4]:  # a good customer, who orders again and again
        order["customer"] = regular
    events = []
    for order in orders:
        for kind in KINDS[: draws.choice((1, 2))]:
            events.append(_event(draws, kind, order))
            if draws.random() < 0.3:  # the publisher got no answer and repeats itself
                events.append(_event(draws, kind, order))
    done: Counter[tuple[str, str]] = Counter()

    def handle(event: dict[str, Any]) -> None:
        def effect() -> None:
            done[event["detail"]["order_id"], event["detail-type"]] += 1

        name = key(json.loads(json.dumps(event)))
        if not isinstance(name, str) or not name:
            raise Failed(f"A key is a text, and your function gave {name!r}.")
        once(dynamodb, "records", name, effect)

    def deliver() -> None:
        for event in events:
            handle(event)
            if draws.random() < 0.3:  # the bus delivers it again
                handle(event)

    with lab.running():
        lab.start(deliver)
    for event in events:
        name, kind = event["detail"]["order_id"], event["detail-type"]
        count = done[name, kind]
        if count != 1:
            raise Failed(f"Order {name} was {_times(EFFECTS[kind], count)}.")


def _event(draws: Random, kind: str, order: dict[str, Any]) -> dict[str, Any]:
    ident = f"{draws.getrandbits(64):016x}"
    return {"id": ident, "detail-type": kind, "source": "shop.checkout", "detail": order}


def _times(what: str, count: int) -> str:
    return f"{what} {count} times instead of once" if count else f"never {what}"


class Provider:
    """A card provider that recognises a token, and whose answers get lost now and then."""

    def __init__(self, draws: Random) -> None:
        self.draws, self.known = draws, {}  # token -> (order, receipt)
        self.charged: Counter[str] = Counter()

    def pay(self, order: dict[str, Any], token: str) -> str:
        name, lucky = order["order_id"], self.draws.random()
        if lucky < 0.1:
            raise ConnectionError("the card provider did not get the request")
        if token not in self.known:
            self.charged[name] += 1
            self.known[token] = (name, f"receipt-{len(self.known)}")
        before, receipt = self.known[token]
        if before != name:
            raise Failed(f"Order {name} was not charged: its token had been used for {before}.")
        if lucky < 0.25:
            raise ConnectionError("no answer from the card provider")
        if lucky < 0.3:
            raise Crash
        return receipt


def one_token(lab: Lab, payment: Callable[..., Any], seed: int) -> None:
    """Each order charged once, though answers get lost and the machine dies now and then."""
    provider = Provider(Random(f"provider {seed}"))
    orders = [json.loads(o.json()) for o in load.orders(rate=1.0, seconds=60, seed=seed)]
    for order in orders[::4]:  # a good customer again
        order["customer"] = orders[0]["customer"]
    receipts: dict[str, Any] = {}

    def checkout() -> None:
        for order in orders:
            for _ in range(20):  # a machine that died starts again with the same order
                try:
                    receipts[order["order_id"]] = payment(provider.pay, dict(order))
                    break
                except Crash:
                    time.sleep(5)

    with lab.running():
        lab.start(checkout)
    for order in orders:
        name = order["order_id"]
        if provider.charged[name] != 1:
            raise Failed(f"Order {name} was {_times('charged', provider.charged[name])}.")
        if not receipts.get(name):
            raise Failed(f"Order {name} was charged, and its checkout has no receipt.")


class Dying:
    """A DynamoDB client on a machine that dies before or after some of its writes."""

    def __init__(self, client: Any, draws: Random) -> None:
        self._client, self._draws = client, draws

    def __getattr__(self, name: str) -> Any:
        part = getattr(self._client, name)
        if name not in ("put_item", "update_item", "delete_item", "transact_write_items"):
            return part

        def write(*args: Any, **options: Any) -> Any:
            lucky = self._draws.random()
            if lucky < 0.08:
                raise Crash
            answer = part(*args, **options)
            if lucky > 0.92:
                raise Crash
            return answer

        return write


def points_once(lab: Lab, give: Callable[..., Any], seed: int) -> None:
    """Every customer has the points of her orders, though machines die between two writes."""
    dynamodb, draws = boto3.client("dynamodb"), Random(f"points {seed}")
    for table in ("records", "points"):
        table_of_records(dynamodb, table)
    orders = [json.loads(o.json()) for o in load.orders(rate=1.0, seconds=30, seed=seed)]
    for number, order in enumerate(orders):
        order["customer"] = f"c-{number // 2:05d}"  # two orders each

    def deliver(order: dict[str, Any], deliveries: int) -> None:
        while deliveries:
            try:
                give(Dying(dynamodb, draws), dict(order))
                deliveries -= 1
            except Crash:
                time.sleep(30)  # not deleted: the queue delivers it again

    def day() -> None:
        for order in orders:
            deliver(order, draws.choice((1, 1, 2)))
        time.sleep(3600)
        for order in orders[::5]:  # somebody replays an archive
            deliver(order, 1)

    with faults.lost_reply("dynamodb", rate=0.02, seed=seed), lab.running():
        lab.start(day)
    items = dynamodb.scan(TableName="points")["Items"]
    found = {item["id"]["S"]: int(item.get("points", {"N": "0"})["N"]) for item in items}
    for first, second in zip(orders[::2], orders[1::2], strict=False):
        wanted = first["amount"] // 100 + second["amount"] // 100
        has, who = found.get(first["customer"], 0), first["customer"]
        if has != wanted:
            pair = f"{first['order_id']} and {second['order_id']}"
            raise Failed(f"Customer {who} has {has} points; orders {pair} bring {wanted}.")


EXERCISES = {
    "1": Exercise(right_key, SEEDS, "Every charge and every refund happened once."),
    "2": Exercise(one_token, SEEDS, "Every order was charged once, and has its receipt."),
    "3": Exercise(points_once, SEEDS, "Every customer has the points of her orders."),
}

"""The exercises of lesson 13: the right key; one token for all attempts; points, once."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

import boto3

from helpers import faults, load
from helpers.lab import Lab
from helpers.lessons.exercise import Exercise, Failed
from helpers.lessons.machines import Machine, is_mistake
from helpers.lessons.memory import fresh
from helpers.patterns.idempotency import once, table_of_records

SEEDS = (1131, 1132, 1133)
KINDS = ("OrderPlaced", "OrderCancelled")
EFFECTS = {"OrderPlaced": "charged", "OrderCancelled": "refunded"}
BEGUN_AGAIN = 20  # times that a checkout begins again for one order
AGAIN = 45  # seconds until a message that was not acknowledged is delivered again
DELIVERIES = 100  # of one message, until the queue gives it up
MINUTES = 240
WRITES = (
    "put_item", "update_item", "delete_item", "transact_write_items", "batch_write_item",
    "execute_statement", "execute_transaction",
)  # fmt: skip


def right_key(lab: Lab, key: Callable[[dict[str, Any]], str], seed: int) -> None:
    """Each order charged once and refunded once, whatever repeats its event."""
    dynamodb, draws = boto3.client("dynamodb"), Random(f"events {seed}")
    table_of_records(dynamodb, "records")
    orders = [json.loads(order.json()) for order in load.orders(rate=1.0, seconds=15, seed=seed)]
    _order_again(orders)
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

        process = fresh(key)  # each delivery may come to another machine
        name = process(json.loads(json.dumps(event)))
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


def _order_again(orders: list[dict[str, Any]]) -> None:
    """A good customer orders the same things again and again: every fourth order is hers."""
    for order in orders[::4]:
        order |= {part: orders[0][part] for part in ("customer", "tenant", "items", "amount")}


def _event(draws: Random, kind: str, order: dict[str, Any]) -> dict[str, Any]:
    ident = f"{draws.getrandbits(64):016x}"
    return {"id": ident, "detail-type": kind, "source": "shop.checkout", "detail": order}


def _times(what: str, count: int) -> str:
    return f"{what} {count} times instead of once" if count else f"never {what}"


class Provider:
    """A card provider that recognises a token, and whose answers get lost now and then."""

    def __init__(self, draws: Random) -> None:
        self._draws = draws
        self._known: dict[str, tuple[str, str]] = {}  # token -> (order, receipt)
        self.charged: Counter[str] = Counter()
        self.receipts: dict[str, str] = {}
        self.mixed_up: list[tuple[str, str]] = []  # orders that came with another one's token

    def pay(self, machine: Machine, order: dict[str, Any], token: str) -> str:
        name, lucky = order["order_id"], self._draws.random()
        if lucky < 0.1:
            raise ConnectionError("the card provider did not get the request")
        if lucky > 0.97:
            machine.die()
        if token not in self._known:
            self.charged[name] += 1
            receipt = self.receipts[name] = f"receipt-{len(self._known)}"
            self._known[token] = name, receipt
        before, receipt = self._known[token]
        if before != name:
            self.mixed_up.append((name, before))
        if lucky < 0.25:
            raise ConnectionError("no answer from the card provider")
        if lucky < 0.3:
            machine.die()
        return receipt


def one_token(lab: Lab, payment: Callable[..., Any], seed: int) -> None:
    """Each order charged once, though answers get lost and the machine dies now and then."""
    provider = Provider(Random(f"provider {seed}"))
    orders = [json.loads(o.json()) for o in load.orders(rate=1.0, seconds=60, seed=seed)]
    _order_again(orders)
    returned: dict[str, Any] = {}

    def checkout() -> None:
        process = fresh(payment)
        for order in orders:
            for _ in range(BEGUN_AGAIN):
                found: list[Any] = []
                if _on_a_machine(process, provider, order, found):
                    returned[order["order_id"]] = found[0]
                    break
                time.sleep(5)
                process = fresh(payment)  # a machine that died knows nothing any more

    with lab.running(minutes=MINUTES):
        lab.start(checkout)
        lab.start(_goes_on)
    for name, before in provider.mixed_up:
        raise Failed(f"Order {name} was not charged: its token had been used for {before}.")
    for order in orders:
        name = order["order_id"]
        if provider.charged[name] != 1:
            raise Failed(f"Order {name} was {_times('charged', provider.charged[name])}.")
        if name not in returned:
            raise Failed(f"Order {name} was charged, and your function never came back with it.")
        if returned[name] != provider.receipts[name]:
            raise Failed(
                f"Order {name} was charged, and your function returned {returned[name]!r}, which "
                "is not its receipt."
            )


def _goes_on() -> None:
    """Time goes on, also if nothing is left but functions on dead machines."""
    time.sleep(2 * MINUTES * 60)


def _on_a_machine(
    process: Callable[..., Any], provider: Provider, order: dict[str, Any], found: list[Any]
) -> bool:
    machine = Machine()
    pay = machine.part(partial(provider.pay, machine))
    return machine.run(lambda: found.append(process(pay, dict(order))))


class Dying:
    """A DynamoDB client on a machine that dies before or after some of its writes."""

    def __init__(self, client: Any, draws: Random, machine: Machine) -> None:
        self._client, self._draws, self._machine = client, draws, machine

    def __getattr__(self, name: str) -> Any:
        part = getattr(self._client, name)
        if name not in WRITES:
            return part

        def write(*args: Any, **options: Any) -> Any:
            lucky = self._draws.random()
            if lucky < 0.08:
                self._machine.die()
            answer = part(*args, **options)
            if lucky > 0.92:
                self._machine.die()
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

    def deliver(order: dict[str, Any], at: float) -> None:
        """One message, delivered until it is acknowledged; each time in a process of its own."""
        time.sleep(at)
        error: Exception | None = None
        for _ in range(DELIVERIES):
            machine = Machine()
            client = machine.part(Dying(dynamodb, draws, machine))
            try:
                if machine.run(fresh(give), client, dict(order)):
                    return
            except Exception as raised:
                if is_mistake(raised):
                    raise
                error = raised
            time.sleep(AGAIN)  # not deleted: the queue delivers it again
        raise Failed(
            f"Order {order['order_id']} was delivered {DELIVERIES} times, and each time "
            f"{f'your function raised {type(error).__name__!r}' if error else 'its machine died'}."
        )

    with (
        faults.latency("dynamodb", median=0.02, p99=0.1, seed=seed),
        faults.lost_reply("dynamodb", rate=0.02, seed=seed),
        lab.running(minutes=MINUTES),
    ):
        lab.start(_goes_on)
        for number, order in enumerate(orders):
            at = 10.0 * (number // 2)  # both orders of a customer at the same time
            lab.start(deliver, order, at)
            for later in draws.choice(((), (), (0.0,), (5.0,))):
                lab.start(deliver, order, at + later)
            if number % 5 == 0:  # somebody replays an archive
                lab.start(deliver, order, at + 3600)
    _compare(orders, dynamodb.scan(TableName="points")["Items"])


def _compare(orders: list[dict[str, Any]], items: list[dict[str, Any]]) -> None:
    held = {item["id"]["S"]: item.get("points", {"N": "0"}) for item in items}
    wanted: Counter[str] = Counter()
    for order in orders:
        wanted[order["customer"]] += order["amount"] // 100
    for who, due in wanted.items():
        has = held.get(who, {"N": "0"})
        if "N" not in has:
            raise Failed(f"The points of customer {who} are no number, got {has!r}.")
        if float(has["N"]) != due:
            bring = " and ".join(each["order_id"] for each in orders if each["customer"] == who)
            raise Failed(f"Customer {who} has {has['N']} points; {bring} bring {due}.")


EXERCISES = {
    "1": Exercise(right_key, SEEDS, "Every charge and every refund happened once."),
    "2": Exercise(one_token, SEEDS, "Every order was charged once, and has its receipt."),
    "3": Exercise(points_once, SEEDS, "Every customer has the points of her orders."),
}

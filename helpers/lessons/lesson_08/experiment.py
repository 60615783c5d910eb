"""The shop's bus: five routes, what they let through, and what they cost."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3
import pandas as pd
from botocore.exceptions import BotoCoreError

from helpers import load, trace
from helpers.lab import Lab
from helpers.patterns.bus import publish, subscribe, subscribe_function
from helpers.patterns.router import recipients
from helpers.patterns.shop import open_shop

Pattern = dict[str, Any]
Publisher = Callable[[load.Order], dict[str, str]]  # makes an entry for PutEvents of an order

PLACED: Pattern = {"source": ["shop.checkout"], "detail-type": ["OrderPlaced"]}
ROUTES: dict[str, Pattern] = {
    "charging": PLACED,
    "fraud-check": PLACED | {"detail": {"amount": [{"numeric": [">", 10000]}]}},  # cents
    "limited-editions": PLACED | {"detail": {"tenant": ["records"]}},
    "shipping": PLACED,
    "packing-large": PLACED | {"detail": {"pieces": [{"numeric": [">", 3]}]}},
}
NEXT_BEST = PLACED | {"detail": {"items": {"quantity": [{"numeric": [">=", 3]}]}}}


def as_entry(detail: Mapping[str, Any], **more: str) -> dict[str, str]:
    """An event of the checkout, as PutEvents takes it."""
    entry = {"Source": "shop.checkout", "DetailType": "OrderPlaced", "EventBusName": "shop"}
    return entry | {"Detail": json.dumps(detail)} | more


def order_placed(order: load.Order) -> dict[str, str]:
    """The event of the lesson."""
    detail = json.loads(order.json())
    detail["pieces"] = sum(item.quantity for item in order.items)
    return as_entry(detail)


def pieces_left_out(order: load.Order) -> dict[str, str]:
    """An event that has never said how many pieces there are."""
    return as_entry(json.loads(order.json()))


def amount_renamed(order: load.Order) -> dict[str, str]:
    """The event of the lesson, whose `amount` its owner now calls `total`."""
    entry = order_placed(order)
    detail = json.loads(entry["Detail"])
    detail["total"] = detail.pop("amount")
    return entry | {"Detail": json.dumps(detail)}


class Shop:
    """A lab with the bus `shop`, and the clients of its experiments."""

    def __init__(self, seed: int) -> None:
        self.lab = Lab(seed=seed)
        self.events, self.sqs = boto3.client("events"), boto3.client("sqs")
        self.functions = boto3.client("lambda")
        self.bus = self.events.create_event_bus(Name="shop")["EventBusArn"]

    def subscribe(self, name: str, pattern: Pattern, dead: str | None = None, **more: Any) -> str:
        """A rule that sends to a queue. Returns its ARN."""
        rule: str = subscribe(self.events, self.sqs, "shop", name, pattern, dead, **more)
        return rule

    def subscribe_function(
        self, name: str, pattern: Pattern, handler: Callable[[Any, Any], Any]
    ) -> str:
        """A rule that invokes a function. Returns its ARN."""
        self.lab.deploy(name, handler)
        rule: str = subscribe_function(self.events, self.functions, "shop", name, pattern)
        return rule

    def arrived(self, event: Mapping[str, Any], place: str) -> None:
        """Note that an event has reached a place that is not a queue."""
        self.lab.mark("arrived", place=place, order_id=event["detail"]["order_id"])

    def sell(self, orders: list[load.Order], event: Publisher = order_placed) -> None:
        """Publish each order at its time. Start it as a worker."""

        def checkout(order: load.Order) -> None:
            try:
                publish(self.events, [event(order)])
            except BotoCoreError:  # three replies lost in a row
                self.lab.mark("told an error", order_id=order.order_id)

        open_shop(orders, checkout)

    def close(self) -> pd.DataFrame:
        """The trace; the lab is over."""
        events = self.lab.trace
        self.lab.close()
        return events


@contextmanager
def opened(seed: int) -> Iterator[Shop]:
    """A shop for as long as the context is open."""
    shop = Shop(seed)
    try:
        yield shop
    finally:
        shop.lab.close()


def arrivals(events: pd.DataFrame) -> pd.DataFrame:
    """What arrived where, and when: time, place, order_id and, of messages, body."""
    sent = trace.messages(events).query("what == 'sent'")
    ids = [trace.field(body, "order_id") for body in sent["body"]]
    messages = sent.assign(place=sent["queue"], order_id=ids)
    columns = ["time", "place", "order_id", "body"]
    marks = events[events["name"] == "arrived"]
    found = [each.reindex(columns=columns) for each in (messages, marks) if len(each)]
    return pd.concat(found) if found else messages.reindex(columns=columns)


# -- routes


def orders_of(seed: int, minutes: float = 7.5) -> list[load.Order]:
    """So many minutes of orders, one every three seconds on average."""
    return load.orders(rate=1 / 3, minutes=minutes, seed=seed)


def five_routes(
    event: Publisher = order_placed,
    routes: Mapping[str, Pattern] = ROUTES,
    *,
    every: float = 60,
    seed: int = 8,
) -> pd.DataFrame:
    """The trace of a shop that is open while its routes are added, `every` so many seconds."""
    with opened(seed) as shop:

        def add_routes() -> None:
            for name, pattern in routes.items():
                if name == "shipping":
                    shop.subscribe_function(name, pattern, lambda e, _: shop.arrived(e, "shipping"))
                else:
                    shop.subscribe(name, pattern)
                shop.lab.mark("added", route=name)
                time.sleep(every)

        with shop.lab.running(minutes=8):
            shop.lab.start(add_routes)
            shop.lab.start(shop.sell, orders_of(seed), event)
        return shop.close()


def checked(events: pd.DataFrame, orders: list[load.Order]) -> pd.DataFrame:
    """By route, from the moment at which it was added: orders that it should have had (`wanted`, by
    the sender of lesson 07), and how many arrived, were missed, and were not wanted.
    """
    rows, found = {}, arrivals(events)
    for _, added in events[events["name"] == "added"].iterrows():
        ids = found.loc[found["place"] == added["route"], "order_id"].tolist()
        since = [json.loads(o.json()) for o in orders if o.placed_at > added["time"]]
        wanted = {order["order_id"] for order in since if added["route"] in recipients(order)}
        rows[added["route"]] = {
            "wanted": len(wanted),
            "arrived": len(ids),
            "missed": len(wanted - {*ids}),
            "not wanted": len({*ids} - wanted),
        }
    return pd.DataFrame(rows).T.rename_axis("route")


# -- patterns


def verdict(events: Any, pattern: str, detail: str) -> str:
    """Whether an event with this detail matches a pattern for details: yes, nothing, or refused."""
    around = {
        "id": "1", "account": "123456789012", "source": "shop.checkout", "region": "eu-west-1",
        "time": "2026-11-02T08:00:00Z", "resources": [], "detail-type": "OrderPlaced",
    }  # fmt: skip
    event = json.dumps(around | {"detail": json.loads(detail)})
    try:
        answer = events.test_event_pattern(EventPattern=f'{{"detail": {pattern}}}', Event=event)
    except events.exceptions.InvalidEventPatternException:
        return "refused"
    return "yes" if answer["Result"] else ""


def matches(patterns: str, details: str) -> pd.DataFrame:
    """What `verdict` says of each pattern, a row, and each event, a column.

    Both are lines of a name, a bar, and JSON.
    """
    rows, columns = (
        {name.strip(): rest for name, _, rest in (line.partition("|") for line in text.split("\n"))}
        for text in (patterns.strip(), details.strip())
    )
    with opened(8) as shop:
        said = {
            name: [verdict(shop.events, pattern, detail) for pattern in rows.values()]
            for name, detail in columns.items()
        }
    return pd.DataFrame(said, index=pd.Index(list(rows), name="pattern"))


# -- what it costs

WORK = 0.05  # seconds that a function looks at an order, an assumption


def by_sender(seed: int = 8) -> pd.DataFrame:
    """Five functions, and a sender that knows which of them an order concerns."""
    with opened(seed) as shop:
        for name in ROUTES:
            shop.lab.deploy(name, _looks(shop, name, ROUTES))

        def checkout(order: load.Order) -> None:
            told = order_placed(order)
            event = json.dumps({"detail": json.loads(told["Detail"])})
            for name in recipients(json.loads(order.json())):
                shop.functions.invoke(FunctionName=name, InvocationType="Event", Payload=event)

        with shop.lab.running(minutes=2):
            shop.lab.start(open_shop, orders_of(seed, minutes=1), checkout)
        return shop.close()


def by_bus(seed: int = 8, *, rules_select: bool = True) -> pd.DataFrame:
    """The same functions behind rules, which select, or pass every order to every function."""
    with opened(seed) as shop:
        for name, pattern in ROUTES.items():
            asked = pattern if rules_select else PLACED
            shop.subscribe_function(name, asked, _looks(shop, name, ROUTES))
        with shop.lab.running(minutes=2):
            shop.lab.start(shop.sell, orders_of(seed, minutes=1))
        return shop.close()


def _looks(shop: Shop, name: str, routes: Mapping[str, Pattern]) -> Callable[[Any, Any], None]:
    """A function that looks at an order, and works on it if the order concerns it."""

    def handler(event: dict[str, Any], _: Any) -> None:
        time.sleep(WORK)
        shop.lab.mark("looked", place=name)
        if name in recipients(event["detail"]):
            shop.arrived(event, name)

    return handler

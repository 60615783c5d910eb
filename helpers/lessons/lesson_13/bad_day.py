"""A bad day: orders by two ways, lost replies, slow charges and machines that crash."""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import boto3
import pandas as pd
from botocore.config import Config

from helpers import faults, load, trace
from helpers.lab import Lab
from helpers.lessons.lesson_13.workers import Message, OrderBody, crashes, machine, order_in
from helpers.patterns.bus import publish, subscribe
from helpers.patterns.idempotency import once, table_of_records
from helpers.patterns.shop import open_shop

PLACED = {"source": ["shop.checkout"], "detail-type": ["OrderPlaced"]}
ENTRY = {"Source": "shop.checkout", "DetailType": "OrderPlaced", "EventBusName": "shop"}
DOGGED = Config(retries={"total_max_attempts": 8})  # nobody gives up an order
FATES = ("fine", "slow", "before the delete")
CAUSES = ("timeout", "crash", "bus delivers again", "lost reply", "publisher repeats")

KEYS: dict[str, Callable[[Message], str]] = {
    "message id": lambda message: message["MessageId"],
    "event id": lambda message: json.loads(message["Body"]).get("id", message["MessageId"]),
    "body's hash": lambda message: hashlib.sha256(message["Body"].encode()).hexdigest(),
    "order id": lambda message: order_in(message)["order_id"],
    "items": lambda message: json.dumps(order_in(message)["items"]),
}

Charge = Callable[[OrderBody], None]
Consumer = Callable[[Any, Charge], Callable[[Message], Any]]


def as_told(dynamodb: Any, charge: Charge) -> Callable[[Message], Any]:
    """A consumer that charges for each delivery."""
    return lambda message: charge(order_in(message))


def by_once(dynamodb: Any, charge: Charge) -> Callable[[Message], Any]:
    """A consumer that charges once for an order. Its key is the order's id."""
    table_of_records(dynamodb, "records")

    def handle(message: Message) -> None:
        order = order_in(message)
        once(dynamodb, "records", order["order_id"], lambda: charge(order))

    return handle


def bad_day(seed: int, consumer: Consumer = as_told) -> tuple[pd.DataFrame, dict[str, int]]:
    """Four minutes of orders by two ways, in bad weather.

    Parameters
    ----------
    consumer : callable
        Takes a DynamoDB client and `charge(order)`, returns what handles a message.

    Returns
    -------
    tuple
        The trace, and how often each fault struck.
    """
    lab = Lab(seed=seed)
    sqs, events = (boto3.client(name, config=DOGGED) for name in ("sqs", "events"))
    events.create_event_bus(Name="shop")
    subscribe(events, sqs, "shop", "charging", PLACED)
    queue = sqs.get_queue_url(QueueName="charging")["QueueUrl"]
    orders, draws = load.orders(rate=0.22, minutes=4, seed=seed), random.Random(seed)
    fates = {order.order_id: draws.choices(FATES, (8, 1, 1))[0] for order in orders}
    ahead, count = dict(fates), Counter(fates.values())

    def charge(order: OrderBody) -> None:
        time.sleep(45 if ahead.pop(order["order_id"], "") == "slow" else 2)
        lab.mark("charged", order_id=order["order_id"])

    def checkout(order: load.Order) -> None:
        if int(order.order_id[-1]) % 2:  # the web page
            sqs.send_message(QueueUrl=queue, MessageBody=order.json())
        else:  # the app
            publish(events, [ENTRY | {"Detail": order.json()}])

    handle = consumer(boto3.client("dynamodb"), charge)
    lost_sends = faults.lost_reply("sqs.SendMessage", rate=0.1, seed=seed)
    lost_puts = faults.lost_reply("events.PutEvents", rate=0.1, seed=seed)
    with lost_sends, lost_puts, lab.running(minutes=6.5):
        lab.start(open_shop, orders, checkout)
        lab.start(machine, sqs, queue, handle, crashes(lab, fates), copies=6)
    struck = {"timeout": count["slow"], "crash": count["before the delete"]}
    struck |= {"publisher repeats": lost_puts.hits, "sent twice": lost_sends.hits}
    day = lab.trace
    lab.close()
    return day, struck


def delivered(events: pd.DataFrame) -> pd.DataFrame:
    """All deliveries in their order: each kind of key, and the causes of those that are duplicates.

    Returns
    -------
    DataFrame
        The columns of `KEYS`, and cause ("no duplicate" or one of `CAUSES`).
    """
    got = trace.messages(events).query("what == 'received' and outcome == 'ok'")
    rows = [{"MessageId": i, "Body": b} for i, b in zip(got["id"], got["body"], strict=True)]
    ids = pd.DataFrame({name: [key(row) for row in rows] for name, key in KEYS.items()})
    again, died = ids["order id"].duplicated(), events.query("name == 'crashed'")
    cause = trace.duplicates(events)["cause"].set_axis(ids.index[again]).reindex(ids.index)
    same_event = ids["event id"].duplicated()
    if len(died):
        cause[(cause == "timeout") & ids["order id"].isin(died["order_id"])] = "crash"
    cause[(cause == "sent again") & same_event] = "bus delivers again"
    cause[(cause == "sent again") & ~same_event] = "publisher repeats"
    return ids.assign(cause=cause.fillna("no duplicate"))


def known(days: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The share of deliveries of which each key had been seen before on that day, by cause."""
    found = [delivered(day) for day in days]
    seen = pd.concat([each.drop(columns="cause").apply(pd.Series.duplicated) for each in found])
    share = seen.groupby(pd.concat(found)["cause"].to_numpy()).mean()
    return share.reindex(["no duplicate", *CAUSES])

"""Two properties of events, each with a design that has it and one that has not.

In the past tense: the event is published before the order is stored, or after. Immutable: a
corrected address comes as the same event once more, or as another fact.
"""

from __future__ import annotations

import json
import time

import boto3
import pandas as pd
from botocore.config import Config
from botocore.exceptions import ClientError

from helpers import faults, load
from helpers.lab import Lab
from helpers.lessons.leftovers import bodies_in
from helpers.lessons.lesson_09.experiment import PLACED
from helpers.lessons.lesson_09.source import Json, as_placed, moved
from helpers.patterns.bus import publish, subscribe
from helpers.patterns.events import fact, full
from helpers.patterns.shop import open_shop

REFUSED = 0.3  # of the orders cannot be stored, an assumption of the lesson
STEPS = ("publish, then store", "store, then publish")
NEWS = ("OrderPlaced again", "AddressChanged")
EVERYTHING = {"source": ["shop.orders"]}


def tenses(seed: int) -> pd.DataFrame:
    """Orders stored, and parcels labelled that nobody ordered, by what comes first."""
    return pd.DataFrame({steps: _told(steps, seed) for steps in STEPS}).T


def _told(steps: str, seed: int) -> dict[str, int]:
    lab, events, sqs = Lab(seed=seed), boto3.client("events"), boto3.client("sqs")
    table = boto3.client("dynamodb", config=Config(retries={"total_max_attempts": 1}))
    events.create_event_bus(Name="shop")
    subscribe(events, sqs, "shop", "labels", PLACED)
    key = [{"AttributeName": "order_id", "KeyType": "HASH"}]
    kind = [{"AttributeName": "order_id", "AttributeType": "S"}]
    table.create_table(
        TableName="orders",
        KeySchema=key,
        AttributeDefinitions=kind,
        BillingMode="PAY_PER_REQUEST",
    )

    def checkout(order: load.Order) -> None:
        placed = as_placed(order)
        if steps == STEPS[0]:
            publish(events, [full(placed)])
        try:
            table.put_item(TableName="orders", Item={"order_id": {"S": order.order_id}})
        except ClientError:
            return  # the customer reads an error
        lab.mark("stored", order_id=order.order_id)
        if steps == STEPS[1]:
            publish(events, [full(placed)])

    orders = load.orders(arrivals=[float(n) for n in range(40)], seed=seed)
    with (
        faults.error("dynamodb.PutItem", rate=REFUSED, seed=seed),
        lab.running(minutes=2),
    ):
        lab.start(open_shop, orders, checkout)
    stored = set(lab.trace.query("name == 'stored'")["order_id"])
    queue = sqs.get_queue_url(QueueName="labels")["QueueUrl"]
    printed = {json.loads(body)["detail"]["order_id"] for body in bodies_in(sqs, queue)}
    lab.close()
    return {
        "orders": len(orders),
        "stored": len(stored),
        "labels": len(printed),
        "labels without an order": len(printed - stored),
    }


def corrections(seed: int) -> pd.DataFrame:
    """Forty orders, every second of which gets another address, told in two ways."""
    return pd.DataFrame({news: _corrected(news, seed) for news in NEWS}).T


def _corrected(news: str, seed: int) -> dict[str, int]:
    lab, events, sqs = Lab(seed=seed), boto3.client("events"), boto3.client("sqs")
    events.create_event_bus(Name="shop")
    subscribe(events, sqs, "shop", "charging", PLACED)
    subscribe(events, sqs, "shop", "kept", EVERYTHING)
    corrected: set[str] = set()

    def checkout(order: load.Order) -> None:
        placed = as_placed(order)
        publish(events, [full(placed)])
        if int(order.order_id[-1]) % 2:
            time.sleep(20)
            corrected.add(order.order_id)
            publish(events, [fact(news.split()[0], moved(placed))])

    orders = load.orders(arrivals=[float(n) for n in range(40)], seed=seed)
    with lab.running(minutes=2):
        lab.start(open_shop, orders, checkout)
    kept: dict[str, list[Json]] = {}
    for name in ("charging", "kept"):
        queue = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        kept[name] = [json.loads(body)["detail"] for body in bodies_in(sqs, queue)]
    lab.close()
    charges = pd.Series([each["order_id"] for each in kept["charging"]]).value_counts()
    old = {e["order_id"] for e in kept["kept"] if e["revision"] == 1} & corrected
    return {
        "orders": len(orders),
        "corrected": len(corrected),
        "charged twice": int((charges > 1).sum()),
        "old address still kept": len(old),
    }

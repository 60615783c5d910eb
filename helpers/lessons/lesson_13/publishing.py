"""A machine that dies between a write and an event: three ways to do both."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pandas as pd

from helpers import faults, load, trace
from helpers.lab import Lab
from helpers.lessons.lesson_13.bad_day import DOGGED
from helpers.lessons.machines import Crash
from helpers.patterns.bus import publish, subscribe
from helpers.patterns.idempotency import once, table_of_records
from helpers.patterns.outbox import relay, table_with_stream, write_order
from helpers.patterns.redelivery import work_off
from helpers.patterns.shop import open_shop

ENTRY = {"Source": "shop.orders", "DetailType": "OrderPlaced", "EventBusName": "shop"}
DIES = 5  # one order in so many meets a machine that dies between the two

Steps = list[Callable[[], Any]]


def write_publish(write: Callable[[], Any], tell: Callable[[], Any]) -> Steps:
    """Write the order, then publish it."""
    return [write, tell]


def publish_write(write: Callable[[], Any], tell: Callable[[], Any]) -> Steps:
    """Publish the order, then write it."""
    return [tell, write]


def stream_publishes(write: Callable[[], Any], tell: Callable[[], Any]) -> Steps:
    """Write the order. The table's stream does the rest."""
    return [write]


WAYS = {
    "write, publish": write_publish,
    "publish, write": publish_write,
    "write; the stream publishes": stream_publishes,
}


def publishing(seed: int, way: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two and a half minutes of orders, one reply in ten of the bus lost; a machine in five dies.

    It dies after the first of its steps. Orders are packed by `once`.

    Returns
    -------
    tuple
        The trace, and a row per order: dies, written (in the table), events (that reached the
        packing queue), packed.
    """
    lab, sqs, events = Lab(seed=seed), boto3.client("sqs"), boto3.client("events", config=DOGGED)
    dynamodb, functions = boto3.client("dynamodb"), boto3.client("lambda")
    table_of_records(dynamodb, "records")
    stream = table_with_stream(dynamodb, "orders")
    events.create_event_bus(Name="shop")
    subscribe(events, sqs, "shop", "packing", {"source": ["shop.orders"]})
    queue = sqs.get_queue_url(QueueName="packing")["QueueUrl"]
    if WAYS[way] is stream_publishes:
        lab.deploy("relay", relay, timeout=300)
        functions.create_event_source_mapping(
            EventSourceArn=stream, FunctionName="relay", StartingPosition="TRIM_HORIZON",
            BatchSize=10,
        )  # fmt: skip
    orders = load.orders(rate=0.25, minutes=2.5, seed=seed)
    dies = {order.order_id: number % DIES == 0 for number, order in enumerate(orders)}

    def checkout(order: load.Order) -> None:
        body = json.loads(order.json())
        lab.mark("placed", order_id=order.order_id)
        steps = WAYS[way](
            lambda: write_order(dynamodb, body),
            lambda: publish(events, [ENTRY | {"Detail": json.dumps(body)}]),
        )
        try:
            for step in steps:
                step()
                if dies[order.order_id]:
                    lab.mark("crashed", order_id=order.order_id)
                    raise Crash
        except Crash:
            return  # another machine serves the next customer

    def pack(event: dict[str, Any]) -> None:
        name = event["detail"]["order_id"]
        lab.mark("arrived", order_id=name)
        once(dynamodb, "records", name, lambda: lab.mark("packed", order_id=name))

    with faults.lost_reply("events.PutEvents", rate=0.1, seed=seed), lab.running(minutes=5):
        lab.start(open_shop, orders, checkout)
        lab.start(work_off, sqs, queue, pack)
    written = {item["id"]["S"] for item in dynamodb.scan(TableName="orders")["Items"]}
    done = lab.trace
    lab.close()
    rows = pd.DataFrame({"dies": pd.Series(dies)})
    rows["written"] = rows.index.isin(written)
    for column, mark in (("events", "arrived"), ("packed", "packed")):
        rows[column] = trace.effects(done, mark, of="placed").reindex(rows.index)
    return done, rows

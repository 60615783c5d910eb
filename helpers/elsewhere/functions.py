"""The functions of `helpers.elsewhere`: handlers that run in this process or in another.

Each is deployed with this module alone, so it keeps nothing in memory for anybody: what it has done
stands in a queue or a table.
"""

from __future__ import annotations

import json
import time

import boto3

from helpers.patterns.choreography import Refused, reacts


def price(event, context):
    """The price of an order, or an error for one that has none."""
    if event["amount"] < 0:
        raise ValueError("an amount cannot be negative")
    return {"order_id": event["order_id"], "price": event["amount"] + 490}


def slow(event, context):
    """An answer that comes too late."""
    time.sleep(4)
    return {}


def get_order(event, context):
    """The order as its source knows it."""
    item = boto3.client("dynamodb").get_item(
        TableName="orders", Key={"id": {"S": event["order_id"]}}
    )["Item"]
    return json.loads(item["body"]["S"])


def note(event, context):
    """Write down that an order has come, by whatever way: a call, a queue's batch, an event."""
    if "Records" in event:
        orders = [json.loads(record["body"]) for record in event["Records"]]
    else:
        orders = [event.get("detail", event)]
    sqs = boto3.client("sqs")
    queue = sqs.get_queue_url(QueueName="noted")["QueueUrl"]
    for order in orders:
        sqs.send_message(QueueUrl=queue, MessageBody=json.dumps({"order_id": order["order_id"]}))


def charge(event, context):
    """Charge a card, or say that it was declined."""
    if event["amount"] > 12_000:
        raise CardDeclined(event["order_id"])


def refund(event, context):
    """Give the money back."""
    return {}


class CardDeclined(Exception):
    """The bank said no."""


def bill(event, context):
    """React to a placed order: `Charged`, or `Declined` for a large one."""

    def work(order):
        if order["amount"] > 12_000:
            raise Refused

    react("shop.billing", work, "Charged", "Declined")(event, context)


def ship(event, context):
    """React to a charged order: `Shipped`."""
    react("shop.shipping", lambda order: None, "Shipped")(event, context)


def react(source, work, done, refused=None):
    """The pattern, with a client made where the function runs."""
    return reacts(boto3.client("events"), "shop", source, work, done, refused)

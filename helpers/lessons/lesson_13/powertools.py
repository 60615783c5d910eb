"""Powertools' idempotency utility, unmodified, in a function behind the queue."""

from __future__ import annotations

import json
import time
from typing import Any

import boto3
import pandas as pd
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)

from helpers import faults, load
from helpers.lab import Lab
from helpers.lessons.lesson_13.bad_day import DOGGED
from helpers.patterns.idempotency import table_of_records
from helpers.patterns.redelivery import arn_of
from helpers.patterns.shop import open_shop

MONTH = 30 * 86_400  # seconds


def charging_function(lab: Any, dynamodb: Any, hangs: set[str]) -> None:
    """Deploy `charge`: it charges once for an order. Those in `hangs` take too long at first."""
    table_of_records(dynamodb, "records")
    layer = DynamoDBPersistenceLayer("records", boto3_client=dynamodb, expiry_attr="free_at")
    config = IdempotencyConfig(event_key_jmespath="order_id", expires_after_seconds=MONTH)

    @idempotent_function(  # type: ignore[untyped-decorator]
        data_keyword_argument="order", persistence_store=layer, config=config
    )
    def charge(order: dict[str, Any]) -> None:
        if order["order_id"] in hangs:
            hangs.remove(order["order_id"])
            time.sleep(60)  # longer than the function may run
        lab.mark("charged", order_id=order["order_id"])

    def handler(event: dict[str, Any], context: Any) -> None:
        config.register_lambda_context(context)  # from it comes how long the claim holds
        for record in event["Records"]:
            charge(order=json.loads(record["body"]))

    lab.deploy("charge", handler, timeout=10)


def by_powertools(seed: int) -> pd.DataFrame:
    """A reply in seven to the sends is lost, and one order in eight hangs in its first attempt.

    Returns
    -------
    DataFrame
        The trace.
    """
    lab, sqs = Lab(seed=seed), boto3.client("sqs", config=DOGGED)
    orders = load.orders(rate=0.5, minutes=1.5, seed=seed)
    charging_function(lab, boto3.client("dynamodb"), {order.order_id for order in orders[::8]})
    hidden = {"VisibilityTimeout": "60"}
    queue = sqs.create_queue(QueueName="orders", Attributes=hidden)["QueueUrl"]
    source = {"EventSourceArn": arn_of(sqs, queue), "FunctionName": "charge", "BatchSize": 1}
    boto3.client("lambda").create_event_source_mapping(**source)

    def checkout(order: load.Order) -> None:
        sqs.send_message(QueueUrl=queue, MessageBody=order.json())

    with faults.lost_reply("sqs.SendMessage", rate=1 / 7, seed=seed), lab.running(minutes=5):
        lab.start(open_shop, orders, checkout)
    events = lab.trace
    lab.close()
    return events

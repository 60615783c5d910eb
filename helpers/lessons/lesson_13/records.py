"""How long a record lasts, and news that comes late."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import boto3
import pandas as pd

from helpers import load, trace
from helpers.lab import Lab
from helpers.lessons.lesson_13.workers import Message, crashes, machine
from helpers.patterns.idempotency import claim, once, set_status, table_of_records
from helpers.patterns.redelivery import work_off
from helpers.patterns.shop import open_shop

HOUR = 3600  # seconds
DEAD = 100  # workers that claim a key and die
SEVERAL = 10  # of their keys are claimed again after an hour


def time_to_live(seed: int) -> tuple[pd.DataFrame, int]:
    """A hundred workers claim a key for a minute and die. Then we look, each hour of two days.

    Returns
    -------
    tuple
        A row per look (hour, records that are there), and how many of ten keys could be claimed
        again after an hour.
    """
    lab, dynamodb = Lab(seed=seed), boto3.client("dynamodb")
    table_of_records(dynamodb, "records")
    looks: list[dict[str, int]] = []
    free: list[bool] = []

    def die_and_look() -> None:
        for number in range(DEAD):
            claim(dynamodb, "records", f"o-{number}", "a machine that dies", hold=60)
        for hour in range(52):
            if hour == 1:
                mine = (claim(dynamodb, "records", f"o-{n}", "me", hold=60) for n in range(SEVERAL))
                free.extend(result is None for result in mine)
            count = dynamodb.scan(TableName="records", Select="COUNT")["Count"]
            looks.append({"hour": hour, "records": count})
            time.sleep(HOUR)

    with lab.running():
        lab.start(die_and_look)
    lab.close()
    return pd.DataFrame(looks), sum(free)


def next_day(seed: int, keep: float) -> pd.Series[int]:
    """Orders are charged by `once`. After 25 hours somebody sends all of them again.

    Returns
    -------
    Series
        How often each order was charged.
    """
    lab, sqs, dynamodb = Lab(seed=seed), boto3.client("sqs"), boto3.client("dynamodb")
    table_of_records(dynamodb, "records")
    queue = sqs.create_queue(QueueName="charging")["QueueUrl"]
    orders = load.orders(rate=0.5, minutes=1, seed=seed)

    def charge(order: dict[str, Any]) -> None:
        def pay() -> None:
            lab.mark("charged", order_id=order["order_id"])

        once(dynamodb, "records", order["order_id"], pay, keep=keep)

    def send(order: load.Order) -> None:
        sqs.send_message(QueueUrl=queue, MessageBody=order.json())

    def again() -> None:
        for order in orders:
            send(order)

    with lab.running(minutes=3):
        lab.start(open_shop, orders, send)
        lab.start(work_off, sqs, queue, charge)
    with lab.running(hours=25):
        pass
    with lab.running(minutes=3):
        lab.start(again)
        lab.start(work_off, sqs, queue, charge)
    charges = trace.effects(lab.trace, "charged")
    lab.close()
    return charges


def overwrite(dynamodb: Any, order_id: str, status: str, revision: int) -> bool:
    """Write what an order's status is, whatever stands there."""
    now = {"id": {"S": order_id}, "status": {"S": status}, "revision": {"N": str(revision)}}
    dynamodb.put_item(TableName="orders", Item=now)
    return True


def late_news(seed: int, write: Callable[..., bool] = set_status) -> pd.DataFrame:
    """Each order is paid, and after 30 seconds refunded. A machine in three dies before a delete.

    The message "paid" that it leaves is delivered again after 60 seconds.

    Returns
    -------
    DataFrame
        A row per order: late (whether "paid" came again), status (in the end).
    """
    lab, sqs, dynamodb = Lab(seed=seed), boto3.client("sqs"), boto3.client("dynamodb")
    table_of_records(dynamodb, "orders")
    hidden = {"VisibilityTimeout": "60"}
    queue = sqs.create_queue(QueueName="news", Attributes=hidden)["QueueUrl"]
    orders = load.orders(rate=0.25, minutes=2, seed=seed)
    late = {order.order_id: number % 3 == 0 for number, order in enumerate(orders)}

    def tell(order: load.Order) -> None:
        for revision, status in ((1, "paid"), (2, "refunded")):
            body = {"order_id": order.order_id, "status": status, "revision": revision}
            sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(body))
            time.sleep(30)

    def handle(message: Message) -> None:
        news = json.loads(message["Body"])
        write(dynamodb, news["order_id"], news["status"], news["revision"])

    crash = crashes(lab, {name: "before the delete" for name, dies in late.items() if dies})
    with lab.running(minutes=5):
        lab.start(open_shop, orders, tell)
        lab.start(machine, sqs, queue, handle, crash, copies=3)
    items = dynamodb.scan(TableName="orders")["Items"]
    lab.close()
    status = {item["id"]["S"]: item["status"]["S"] for item in items}
    return pd.DataFrame({"late": pd.Series(late), "status": pd.Series(status)})

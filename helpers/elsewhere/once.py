"""The patterns that make it happen once: records, the outbox, Black Friday's shop."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from functools import partial
from typing import Any

import boto3
from botocore.config import Config

from helpers import faults
from helpers.elsewhere.running import drain, held, order_ids, some_orders, until
from helpers.lab import Lab
from helpers.load import Order
from helpers.patterns import black_friday, bus, idempotency, outbox
from helpers.patterns.shop import open_shop


def records(lab: Lab) -> dict[str, Any]:
    """Four workers do the work of ten keys three times each: each is done once."""
    dynamodb, done, answers = boto3.client("dynamodb"), Counter(), []
    idempotency.table_of_records(dynamodb, "charges")
    turn = threading.Lock()

    def charge(key: str) -> str:
        with turn:
            done[key] += 1
        time.sleep(0.05)
        return f"receipt of {key}"

    def work(keys: list[str]) -> None:
        for key in keys:
            while True:
                try:
                    receipt = idempotency.once(dynamodb, "charges", key, partial(charge, key))
                except idempotency.InProgress:
                    time.sleep(0.1)
                else:
                    answers.append(receipt == f"receipt of {key}")
                    break

    keys = [f"o-{n}" for n in range(10)]
    with lab.running():
        for start in range(4):
            lab.start(work, (keys[start:] + keys[:start]) * 3)
    return {
        "keys done, of 10": len(done),
        "done twice": sum(count > 1 for count in done.values()),
        "right answers, of 120": sum(answers),
    }


def one_write(lab: Lab) -> dict[str, Any]:
    """A record and a counter in one transaction, and a status that only grows newer."""
    dynamodb = boto3.client("dynamodb")
    for name in ("records", "totals", "orders"):
        idempotency.table_of_records(dynamodb, name)
    add = {
        "TableName": "totals", "Key": {"id": {"S": "all"}}, "UpdateExpression": "ADD amount :n",
        "ExpressionAttributeValues": {":n": {"N": "5"}},
    }  # fmt: skip
    wrote = []

    def write() -> None:
        for key in ("o-1", "o-2", "o-1", "o-2", "o-3"):
            wrote.append(idempotency.together(dynamodb, "records", key, [{"Update": add}]))
        for revision, status in ((1, "placed"), (3, "shipped"), (2, "charged")):
            idempotency.set_status(dynamodb, "o-1", status, revision)

    with lab.running():
        lab.start(write)
    total = dynamodb.get_item(TableName="totals", Key={"id": {"S": "all"}}, ConsistentRead=True)
    status = dynamodb.get_item(TableName="orders", Key={"id": {"S": "o-1"}}, ConsistentRead=True)
    return {
        "writes that counted": wrote.count(True),
        "total": int(total["Item"]["amount"]["N"]),
        "status at the end": status["Item"]["status"]["S"],
    }


def outbox_of_a_table(lab: Lab) -> dict[str, Any]:
    """Orders written once; the table's stream tells the bus."""
    sqs, events, dynamodb = boto3.client("sqs"), boto3.client("events"), boto3.client("dynamodb")
    placed = some_orders(20)
    events.create_event_bus(Name="shop")
    bus.subscribe(events, sqs, "shop", "placed", {"detail-type": ["OrderPlaced"]})
    told = sqs.get_queue_url(QueueName="placed")["QueueUrl"]
    stream = outbox.table_with_stream(dynamodb, "orders")
    lab.deploy("relay", outbox.relay, timeout=20)
    boto3.client("lambda").create_event_source_mapping(
        EventSourceArn=stream, FunctionName="relay", StartingPosition="TRIM_HORIZON", BatchSize=10
    )

    def place() -> None:
        for order in placed:
            outbox.write_order(dynamodb, json.loads(order.json()))

    with until(lab, lambda: held(sqs, told) >= len(placed)):
        lab.start(place)
    counts = order_ids([event["detail"] for event in drain(sqs, told)])
    return {"orders told, of 20": len(counts)}


def black_fridays_shop(lab: Lab) -> dict[str, Any]:
    """Orders stored by a sender that loses replies, charged once each by two workers."""
    session, placed, charged = boto3, some_orders(30), Counter()
    shop, turn = black_friday.open_queue(session), threading.Lock()
    hasty = Config(read_timeout=1, retries={"mode": "standard", "max_attempts": 6})

    class Hasty:
        """A session whose sender does not wait long for a reply."""

        @staticmethod
        def client(service: str, config: Config | None = None) -> Any:
            return session.client(service, config=hasty)

    def charge(order: dict[str, Any], token: str) -> dict[str, str]:
        with turn:
            charged[token] += 1
        return {"receipt": token}

    def checkout(order: Order) -> None:
        black_friday.take_order(Hasty, shop, order)

    sqs = boto3.client("sqs")
    fault = faults.lost_reply("sqs.SendMessage", rate=0.2, seed=3)
    with fault, until(lab, lambda: len(charged) >= len(placed) and not held(sqs, shop)):
        lab.start(open_shop, placed, checkout)
        lab.start(black_friday.charge_once, session, shop, charge, copies=2)
    return {
        "replies lost": fault.hits,
        "orders charged, of 30": len(charged),
        "charged twice": sum(count > 1 for count in charged.values()),
        "left in the queue": held(sqs, shop),
    }

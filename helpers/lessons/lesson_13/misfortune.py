"""What lesson 13 does to its consumers: a bad day, double-clicks, and crashes in chosen places.

A consumer's machine dies where a plan says so, and starts again. What comes of it is in the trace:
the marks "crashed" (order_id, point) and "charged" (order_id).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import boto3
import pandas as pd
from botocore.config import Config

from helpers import faults, load, trace
from helpers.patterns.bus import publish, subscribe
from helpers.patterns.idempotency import table_of_records
from helpers.patterns.shop import open_shop

OrderBody = dict[str, Any]  # an order, as a message or an event carries it
Message = dict[str, Any]

PLACED = {"source": ["shop.checkout"], "detail-type": ["OrderPlaced"]}
FATES = ("fine", "slow", "before the delete")
CAUSES = ("timeout", "crash", "bus delivers again", "lost reply", "publisher repeats")


class Crash(BaseException):
    """The machine is gone, in the middle of everything. No `except Exception` stops it."""


def order_in(message: Message) -> OrderBody:
    """The order in a message, which an event of the bus carries in its detail."""
    body = json.loads(message["Body"])
    return body.get("detail", body)


KEYS: dict[str, Callable[[Message], str]] = {
    "message id": lambda message: message["MessageId"],
    "event id": lambda message: json.loads(message["Body"]).get("id", message["MessageId"]),
    "body's hash": lambda message: hashlib.sha256(message["Body"].encode()).hexdigest(),
    "order id": lambda message: order_in(message)["order_id"],
    "items": lambda message: json.dumps(order_in(message)["items"]),
}


def work_through(sqs, queue, handle, crash):
    """Take messages for ever; delete last. `crash` is called where the machine may die."""
    while True:
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            with contextlib.suppress(Exception):  # not deleted: it comes again
                handle(message)
                crash("before the delete", order_in(message))
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
                crash("after the delete", order_in(message))


def machine(sqs, queue, handle, crash):
    """A worker that starts again five seconds after each crash, with an empty memory."""
    while True:
        with contextlib.suppress(Crash):
            work_through(sqs, queue, handle, crash)
        time.sleep(5)


def crashes(lab: Any, plan: dict[str, str]) -> Callable[[str, OrderBody], None]:
    """A function that ends the machine at the point that the plan has for an order, once."""
    plan = dict(plan)

    def crash(point: str, order: OrderBody) -> None:
        if plan.get(order["order_id"]) == point:
            del plan[order["order_id"]]
            lab.mark("crashed", order_id=order["order_id"], point=point)
            raise Crash

    return crash


def bad_day(lab: Any, handler: Callable[..., Any]) -> tuple[pd.DataFrame, dict[str, int]]:
    """Four minutes of orders by two ways, in bad weather.

    handler : takes a DynamoDB client and `charge(order)`, returns what handles a message.

    Returns the trace, and how often each misfortune struck.
    """
    dogged = Config(retries={"total_max_attempts": 8})  # nobody gives up an order
    sqs, events = (boto3.client(name, config=dogged) for name in ("sqs", "events"))
    dynamodb = boto3.client("dynamodb")
    events.create_event_bus(Name="shop")
    subscribe(events, sqs, "shop", "charging", PLACED)
    queue = sqs.get_queue_url(QueueName="charging")["QueueUrl"]
    orders, draws = load.orders(rate=0.22, minutes=4, seed=lab.seed), random.Random(lab.seed)
    fates = {order.order_id: draws.choices(FATES, (8, 1, 1))[0] for order in orders}
    ahead, count = dict(fates), Counter(fates.values())
    event = {"Source": "shop.checkout", "DetailType": "OrderPlaced", "EventBusName": "shop"}
    crash = crashes(lab, fates)

    def charge(order: OrderBody) -> None:
        time.sleep(45 if ahead.pop(order["order_id"], "") == "slow" else 2)
        lab.mark("charged", order_id=order["order_id"])

    def checkout(order: load.Order) -> None:
        if int(order.order_id[-1]) % 2:  # the web page
            sqs.send_message(QueueUrl=queue, MessageBody=order.json())
        else:  # the app
            publish(events, [event | {"Detail": order.json()}])

    lost_sends = faults.lost_reply("sqs.SendMessage", rate=0.1, seed=lab.seed)
    lost_puts = faults.lost_reply("events.PutEvents", rate=0.1, seed=lab.seed)
    with lost_sends, lost_puts, lab.running(minutes=6.5):
        lab.start(open_shop, orders, checkout)
        lab.start(machine, sqs, queue, handler(dynamodb, charge), crash, copies=6)
    struck = {"timeout": count["slow"], "crash": count["before the delete"]}
    struck |= {"publisher repeats": lost_puts.hits, "sent twice": lost_sends.hits}
    return lab.trace, struck


def delivered(events: pd.DataFrame) -> pd.DataFrame:
    """All deliveries in their order: each kind of key, and the causes of those that are duplicates.

    Columns: those of `KEYS`, and cause ("no duplicate" or one of `CAUSES`).
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


def double_clicks(lab: Any, guard: Callable[..., Any]) -> pd.DataFrame:
    """A minute of orders, each placed by two threads within a tenth of a second.

    guard : `guard(dynamodb, table, key, work)` sees to it that the work is done once.

    Returns the trace.
    """
    dynamodb, draws = boto3.client("dynamodb"), random.Random(lab.seed)
    table_of_records(dynamodb, "records")

    def click(order: load.Order, pause: float) -> None:
        time.sleep(pause)
        name = order.order_id
        with contextlib.suppress(Exception):  # in progress: nothing for this click to do
            guard(dynamodb, "records", name, lambda: lab.mark("charged", order_id=name))

    def double_click(order: load.Order) -> None:
        for number, pause in enumerate((0, draws.uniform(0, 0.1)), start=1):
            name = f"click {number}, {order.order_id}"
            threading.Thread(target=click, args=(order, pause), name=name).start()

    slow = faults.latency("dynamodb", median=0.020, p99=0.060, seed=lab.seed)
    with slow, lab.running():
        lab.start(open_shop, load.orders(rate=0.5, minutes=1, seed=lab.seed), double_click)
    return lab.trace


def name_calls(ax: Any, race: pd.DataFrame, names: dict[str, str]) -> None:
    """Write into the bars of a timeline what each call was, and draw where it began."""
    lanes = {caller: lane for lane, caller in enumerate(race["caller"].unique())}
    for _, row in race[race["kind"] == "call"].iterrows():
        lane, middle = lanes[row["caller"]], (row["time"] + row["end"]) / 2
        ax.text(middle, lane, names[row["operation"]], color="white", ha="center", va="center")
        ax.vlines(row["time"], lane - 0.25, lane + 0.25, color="white")


@dataclass(frozen=True)
class Way:
    """A way to give points by DynamoDB, and what happens when the reply gets lost.

    transaction : by TransactWriteItems, and not by UpdateItem.
    own_token : with a ClientRequestToken of the caller's own.
    sdk_retries : the SDK tries again; else the caller does.
    again_after : seconds after which the same points are given once more.
    """

    name: str
    transaction: bool = True
    own_token: bool = False
    sdk_retries: bool = True
    again_after: float | None = None


def points(lab: Any, give: Callable[..., Any], ways: Sequence[Way]) -> pd.Series:
    """Customers get points in several ways while replies get lost: the average, for each way.

    give : `give(client, way, order_id)` gives an order's points.
    """
    once = {"total_max_attempts": 1}
    patient = boto3.client("dynamodb", config=Config(read_timeout=2))
    impatient = boto3.client("dynamodb", config=Config(read_timeout=2, retries=once))
    table_of_records(patient, "points")

    def customer(order: load.Order) -> None:
        for way in ways:
            give(patient if way.sdk_retries else impatient, way, order.order_id)
        for way in ways:
            if way.again_after is not None:
                time.sleep(way.again_after)
                give(patient, way, order.order_id)

    with faults.lost_reply("dynamodb", rate=0.3, seed=lab.seed), lab.running():
        lab.start(open_shop, load.orders(rate=1, seconds=12, seed=lab.seed), customer)
    items = patient.scan(TableName="points")["Items"]
    given = {item["id"]["S"]: int(item["points"]["N"]) for item in items}
    averages = pd.Series(given).groupby(lambda name: name.partition(" o-")[0]).mean()
    return averages[[way.name for way in ways]]


def with_crashes(
    lab: Any,
    consume: Callable[..., Any],
    plan: Callable[[int], str],
    takes: Callable[[str | None], float],
    *,
    orders: int = 15,
    minutes: float = 3,
    workers: int = 4,
) -> tuple[pd.DataFrame, pd.Series]:
    """One consumer, whose machines die by plan.

    consume : `consume(dynamodb, key, charge)`; what it may hand to `charge` is a token that the
        card provider recognises, or `book`, which does the work itself and says whether it did.
    plan : number of an order to its fate, such as "after the work".
    takes : fate of an order to the seconds of its first charge; those after it get None.

    Returns the trace, and the fate of each order.
    """
    sqs, dynamodb = boto3.client("sqs"), boto3.client("dynamodb")
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
    for table in ("records", "ledger"):
        table_of_records(dynamodb, table)
    times = load.poisson(rate=0.25, seconds=8.0 * orders, seed=lab.seed)[:orders]
    placed, known = load.orders(arrivals=times, seed=lab.seed), set()
    fates = {order.order_id: plan(number) for number, order in enumerate(placed)}
    crash, ahead = crashes(lab, fates), dict(fates)

    def handle(message: Message) -> None:
        order = order_in(message)

        def charge(token: str | None = None, book: Callable[[], bool] | None = None) -> None:
            crash("before the work", order)
            time.sleep(takes(ahead.pop(order["order_id"], None)))
            if book() if book else token not in known:
                lab.mark("charged", order_id=order["order_id"])
            known.update({token} - {None})
            crash("after the work", order)

        consume(dynamodb, order["order_id"], charge)

    def checkout(order: load.Order) -> None:
        sqs.send_message(QueueUrl=queue, MessageBody=order.json())

    with lab.running(minutes=minutes):
        lab.start(open_shop, placed, checkout)
        lab.start(machine, sqs, queue, handle, crash, copies=workers)
    return lab.trace, pd.Series(fates)

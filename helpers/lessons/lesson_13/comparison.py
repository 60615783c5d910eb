"""One checkout, built five times: sync, queue, router, bus and workflow, in the same bad weather.

The end of the series (lesson 13). Each design is made of the patterns of the lesson that teaches
it. All get the same orders, the same card provider with the same outage, and replies that get lost
as often; so what differs is the design.
"""

from __future__ import annotations

import contextlib
import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from helpers import faults, trace
from helpers.lessons.arns import ROLE
from helpers.patterns.bus import publish, subscribe
from helpers.patterns.idempotency import once, table_of_records
from helpers.patterns.redelivery import work_off
from helpers.patterns.router import recipients, send_to_each
from helpers.patterns.shop import open_shop
from helpers.patterns.sync import CallFailed, call, jittered, retry
from helpers.patterns.workflow import create

if TYPE_CHECKING:
    import pandas as pd

    from helpers.load import Order

OUTAGE = (60, 120)  # seconds during which the card provider refuses
LOST = 0.08  # share of the replies to the sender's calls, and to Lambda's callers, that get lost
FAULTY = (
    "sqs.SendMessage",
    "events.PutEvents",
    "stepfunctions.StartExecution",
    "lambda.Invoke",
)
PATIENT = Config(read_timeout=5)  # and botocore tries again
HASTY = Config(read_timeout=5, retries={"total_max_attempts": 1})

Work = Callable[[dict[str, Any]], Any]
Parts = tuple[Callable[[dict[str, Any]], None], list[tuple[Any, ...]]]


def sync(lab: Any, charge: Work) -> Parts:
    """Lesson 02: invoke the function and wait; three attempts, with jitter between them."""
    lab.deploy("charge-card", lambda order, context: charge(order), timeout=30)
    client = boto3.client("lambda", config=HASTY)

    def checkout(order: dict[str, Any]) -> None:
        retry(lambda: call(client, "charge-card", order), attempts=3, pause=jittered)

    return checkout, []


def queue(lab: Any, charge: Work) -> Parts:
    """Lesson 03: send to a queue; two workers take from it."""
    sqs = boto3.client("sqs", config=PATIENT)
    orders = sqs.create_queue(QueueName="charging")["QueueUrl"]

    def checkout(order: dict[str, Any]) -> None:
        sqs.send_message(QueueUrl=orders, MessageBody=json.dumps(order))

    return checkout, [(work_off, boto3.client("sqs"), orders, charge)] * 2


def router(lab: Any, charge: Work) -> Parts:
    """Lesson 07: the sender decides, and sends to each queue that the order concerns."""
    sqs = boto3.client("sqs", config=PATIENT)
    names = ("charging", "fraud-check", "limited-editions", "shipping", "packing-large")
    queues = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in names}

    def checkout(order: dict[str, Any]) -> None:
        send_to_each(sqs, queues, recipients(order), order)

    return checkout, [(work_off, boto3.client("sqs"), queues["charging"], charge)] * 2


def bus(lab: Any, charge: Work) -> Parts:
    """Lesson 08: say what happened; rules bring it to the queues."""
    events, sqs = boto3.client("events", config=PATIENT), boto3.client("sqs")
    events.create_event_bus(Name="shop")
    placed = {"source": ["shop.checkout"]}
    subscribe(events, sqs, "shop", "charging", placed)
    subscribe(events, sqs, "shop", "shipping", placed)
    rare = {"detail": {"amount": [{"numeric": [">", 10_000]}]}}
    subscribe(events, sqs, "shop", "fraud-check", placed | rare)

    def checkout(order: dict[str, Any]) -> None:
        entry = {"Source": "shop.checkout", "DetailType": "OrderPlaced", "EventBusName": "shop"}
        publish(events, [entry | {"Detail": json.dumps(order)}])

    def inside(event: dict[str, Any]) -> Any:
        return charge(event["detail"])

    orders = sqs.get_queue_url(QueueName="charging")["QueueUrl"]
    return checkout, [(work_off, sqs, orders, inside)] * 2


def workflow(lab: Any, charge: Work) -> Parts:
    """Lesson 10: start an execution under the order's name; the state machine tries again."""
    function = lab.deploy("charge-card", lambda order, context: charge(order), timeout=30)
    states = boto3.client("stepfunctions", config=PATIENT)
    again = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 4, "BackoffRate": 2.0}
    again |= {"MaxDelaySeconds": 30, "MaxAttempts": 20}
    task = {"Type": "Task", "Resource": function, "TimeoutSeconds": 30, "Retry": [again]}
    definition = {"StartAt": "Charge", "States": {"Charge": task | {"End": True}}}
    machine = create(states, "order", definition, ROLE)

    def checkout(order: dict[str, Any]) -> None:
        name, body = order["order_id"], json.dumps(order)
        with contextlib.suppress(states.exceptions.ExecutionAlreadyExists):  # the reply was lost
            states.start_execution(stateMachineArn=machine, name=name, input=body)

    return checkout, []


CHECKOUTS = {"sync": sync, "queue": queue, "router": router, "bus": bus, "workflow": workflow}


def run(lab: Any, design: str, orders: Sequence[Order], *, seed: int, key: bool = True) -> Any:
    """Run one design in a lab, up to two minutes after the last order. Returns the trace.

    Marks: "placed"; "told" (ok, waited), when the customer has her answer; "asked", a delivery to
    the one who charges; "charged", the effect. With `key`, an order is charged by `once`.
    """
    dynamodb, draws = boto3.client("dynamodb"), random.Random(f"charges {seed}")
    table_of_records(dynamodb, "records")

    def pay(order: dict[str, Any]) -> None:
        if OUTAGE[0] <= lab.now < OUTAGE[1]:
            raise ConnectionError("the card provider is down")
        time.sleep(draws.expovariate(1 / 1.2))
        lab.mark("charged", order_id=order["order_id"])

    def charge(order: dict[str, Any]) -> None:
        lab.mark("asked", order_id=order["order_id"])
        if key:
            once(dynamodb, "records", order["order_id"], lambda: pay(order))
        else:
            pay(order)

    send, workers = CHECKOUTS[design](lab, charge)

    def checkout(order: Order) -> None:
        lab.mark("placed", order_id=order.order_id)
        begin, ok = lab.now, True
        try:
            send(json.loads(order.json()))
        except CallFailed:
            ok = False
        lab.mark("told", order_id=order.order_id, ok=ok, waited=lab.now - begin)

    with _weather(seed), lab.running(seconds=orders[-1].placed_at + 120):
        for worker in workers:
            lab.start(*worker)
        lab.start(open_shop, orders, checkout)
    return lab.trace


@contextlib.contextmanager
def _weather(seed: int) -> Iterator[None]:
    with contextlib.ExitStack() as faulty:
        for target in FAULTY:
            faulty.enter_context(faults.lost_reply(target, rate=LOST, seed=seed))
            faulty.enter_context(faults.latency(target, median=0.01, p99=0.06, seed=seed))
        yield


def per_order(events: pd.DataFrame) -> pd.DataFrame:
    """One row per order, with its times in seconds.

    Columns: placed, told, ok, waited (by the customer), charged (NaN if never), latency (placed to
    charged), asked (deliveries), late (deliveries after the first charge), effects, left (when it
    was charged, or when its customer was told that it was not).
    """
    asked, told, charged = (events[events["name"] == n] for n in ("asked", "told", "charged"))
    placed = events[events["name"] == "placed"].set_index("order_id")["time"]
    frame = placed.rename("placed").to_frame()
    told = told.set_index("order_id")
    frame["told"], frame["ok"], frame["waited"] = told["time"], told["ok"], told["waited"]
    frame["charged"] = charged.groupby("order_id")["time"].min()
    frame["latency"] = frame["charged"] - frame["placed"]
    frame["asked"] = trace.effects(events, "asked", of="placed")
    frame["effects"] = trace.effects(events, "charged", of="placed")
    after = asked["time"] > asked["order_id"].map(frame["charged"])
    frame["late"] = asked[after].groupby("order_id").size().reindex(frame.index, fill_value=0)
    frame["left"] = frame["charged"].fillna(frame["told"].where(frame["ok"] == False))  # noqa: E712
    return frame


def open_orders(rows: pd.DataFrame) -> pd.DataFrame:
    """How many orders were placed and neither charged nor given up. DataFrame: time, orders."""
    import pandas as pd

    steps = pd.concat([pd.Series(1, rows["placed"]), pd.Series(-1, rows["left"].dropna())])
    steps = steps.groupby(level=0).sum().cumsum()
    return pd.DataFrame({"time": [0.0, *steps.index], "orders": [0, *steps]})


def summary(rows: pd.DataFrame) -> dict[str, float]:
    """A design's row of the table: latencies in seconds, the backlog, what became of the orders."""
    held = open_orders(rows)
    after = held[(held["time"] > OUTAGE[1]) & (held["orders"] <= 2)]["time"]
    return {
        "customer waits, median (s)": rows["waited"].median(),
        "customer waits, p99 (s)": trace.percentile(rows["waited"], 99),
        "charged after, median (s)": trace.percentile(rows["latency"].dropna(), 50),
        "charged after, p99 (s)": trace.percentile(rows["latency"].dropna(), 99),
        "open orders, at most": held["orders"].max(),
        "caught up after (s)": after.min() - OUTAGE[1],
        "lost": int((rows["effects"] == 0).sum()),
        "duplicates": int((rows["asked"] - 1).clip(lower=0).sum()),
        "of them after the charge": int(rows["late"].sum()),
        "charged twice": int((rows["effects"] > 1).sum()),
    }


def counted_rows(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of the table of summaries that count orders and deliveries, named for a chart."""
    names = {
        "lost": "orders lost",
        "of them after the charge": "delivered again\nafter the charge",
        "charged twice": "charged twice",
    }
    return table.loc[list(names)].rename(names)

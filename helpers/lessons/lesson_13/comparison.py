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
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pandas as pd
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from helpers import faults, load
from helpers.lab import Lab
from helpers.lessons.arns import ROLE, execution_arn
from helpers.patterns.bus import publish, subscribe
from helpers.patterns.idempotency import once, table_of_records
from helpers.patterns.redelivery import work_off
from helpers.patterns.router import recipients, send_to_each
from helpers.patterns.shop import open_shop
from helpers.patterns.sync import CallFailed, call, jittered, retry
from helpers.patterns.workflow import create

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

FAILED = ("FAILED", "TIMED_OUT", "ABORTED")

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
        named = {"name": order["order_id"], "input": json.dumps(order)}
        try:
            states.start_execution(stateMachineArn=machine, **named)
        except states.exceptions.ExecutionAlreadyExists:  # our own first attempt, or another's?
            execution = execution_arn(machine, order["order_id"])
            seen = states.describe_execution(executionArn=execution)
            if seen["input"] != named["input"] or seen["status"] in FAILED:
                raise

    return checkout, []


CHECKOUTS = {"sync": sync, "queue": queue, "router": router, "bus": bus, "workflow": workflow}


def run(seed: int, design: str, *, key: bool = True) -> pd.DataFrame:
    """Run one design, up to two minutes after the last order. Returns the trace.

    Marks: "placed"; "told" (ok, waited), when the customer has her answer; "asked", a delivery to
    the one who charges; "charged", the effect. With `key`, an order is charged by `once`.
    """
    lab = Lab(seed=seed)
    orders = load.orders(rate=0.25, minutes=3.5, seed=seed)
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

    def checkout(order: load.Order) -> None:
        lab.mark("placed", order_id=order.order_id)
        begin, ok = lab.now, True
        try:
            send(json.loads(order.json()))
        except (CallFailed, BotoCoreError):  # the customer is told an error
            ok = False
        lab.mark("told", order_id=order.order_id, ok=ok, waited=lab.now - begin)

    with _weather(seed), lab.running(seconds=orders[-1].placed_at + 120):
        for worker in workers:
            lab.start(*worker)
        lab.start(open_shop, orders, checkout)
    events = lab.trace
    lab.close()
    return events


@contextlib.contextmanager
def _weather(seed: int) -> Iterator[None]:
    with contextlib.ExitStack() as faulty:
        for target in FAULTY:
            faulty.enter_context(faults.lost_reply(target, rate=LOST, seed=seed))
            faulty.enter_context(faults.latency(target, median=0.01, p99=0.06, seed=seed))
        yield

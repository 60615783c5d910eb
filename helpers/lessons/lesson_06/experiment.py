"""The lesson's shop with a standard queue: slow work, batches, faults, poison, an outage.

`fifo` has the runs with a FIFO queue. Both stand on `by_queue`.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import json
import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

import boto3
import pandas as pd
from botocore.exceptions import BotoCoreError

from helpers import faults, load
from helpers.lab import Lab
from helpers.patterns.redelivery import alarm_on, arn_of, queue_with_dead_letters, redrive, work_off
from helpers.patterns.shop import open_shop

Charge = Callable[[Lab, dict[str, Any]], None]
DEAD = "dead-orders"
FIX = 300  # seconds that the developers need, from the alarm on


def by_queue(
    orders: Iterable[load.Order],
    charge: Charge,
    *,
    seed: int,
    minutes: float,
    workers: int = 2,
    most: int = 1,
    make: Callable[[Any], str] | None = None,
    faulty: Sequence[faults.Fault] = (),
    beside: Sequence[Callable[[Lab, Any], None]] = (),
    ids: Mapping[str, Callable[[load.Order], str]] | None = None,
) -> pd.DataFrame:
    """The trace of a shop whose orders go through one queue to workers that charge.

    Parameters
    ----------
    most : int
        Messages that a worker takes in one receive.
    make : callable, optional
        Creates the queue and returns its URL; if not given, a standard queue as it comes.
    faulty : sequence of Fault
        Active during the run.
    beside : sequence of callable
        Others who are at work meanwhile; each is given the lab and the client of SQS.
    ids : mapping, optional
        What a message carries besides its body, by parameter of SendMessage, from the order.
    """
    lab, sqs = Lab(seed=seed), boto3.client("sqs")
    queue = (make or standard)(sqs)

    def checkout(order: load.Order) -> None:
        carried = {name: of(order) for name, of in (ids or {}).items()}
        try:
            sqs.send_message(QueueUrl=queue, MessageBody=order.json(), **carried)
        except BotoCoreError:  # three replies lost in a row
            lab.mark("told an error", order_id=order.order_id)

    with ExitStack() as active:
        for fault in faulty:
            active.enter_context(fault)
        with lab.running(minutes=minutes):
            lab.start(open_shop, orders, checkout)
            lab.start(work_off, sqs, queue, functools.partial(charge, lab), most, copies=workers)
            for other in beside:
                lab.start(other, lab, sqs)
    trace = lab.trace
    lab.close()
    return trace


def standard(sqs: Any, **attributes: str) -> str:
    """A standard queue. Without attributes it hides a received message for 30 seconds."""
    return str(sqs.create_queue(QueueName="orders", Attributes=attributes)["QueueUrl"])


def with_dead_letters(sqs: Any, tries: int = 5) -> str:
    """A standard queue that gives a message up after so many deliveries."""
    return str(queue_with_dead_letters(sqs, "orders", tries)[0])


def taking(seconds: Iterable[float]) -> Charge:
    """Charges that take these seconds, one after the other."""
    works = iter(seconds)

    def charge(lab: Lab, order: dict[str, Any]) -> None:
        took = next(works)
        time.sleep(took)
        lab.mark("charged", order_id=order["order_id"], took=took)

    return charge


def one_order(*works: float, workers: int = 2, minutes: float = 1, seed: int = 6) -> pd.DataFrame:
    """One order, whose charges take these seconds, and after them the last one again and again."""
    charge = taking(itertools.chain(works, itertools.repeat(works[-1])))
    orders = load.orders(arrivals=[0.0], seed=seed)
    return by_queue(orders, charge, seed=seed, minutes=minutes, workers=workers)


def in_batches(most: int, *, seed: int = 6) -> pd.DataFrame:
    """Sixty orders that wait, charges of about 5 s, eight workers, each taking up to `most`."""
    orders = load.orders(arrivals=[0.0] * 60, seed=seed)
    draws = random.Random(seed)
    charge = taking(draws.uniform(4, 6) for _ in itertools.count())
    return by_queue(orders, charge, seed=seed, minutes=4, workers=8, most=most)


def in_function(
    answer: Callable[[Any, Callable[[dict[str, Any]], None]], Any],
    *,
    reports: bool,
    seed: int = 6,
) -> pd.DataFrame:
    """A hundred orders, some of them in euros, in batches of ten to a Lambda function.

    Parameters
    ----------
    answer : callable
        The function's handler: takes the event and what to do with an order.
    reports : bool
        Whether the mapping has `ReportBatchItemFailures`.
    """
    orders = in_euros(load.orders(arrivals=[0.0] * 100, seed=seed), every=25)
    lab, sqs, function = Lab(seed=seed), boto3.client("sqs"), boto3.client("lambda")
    queue, _ = queue_with_dead_letters(sqs, "orders", tries=3)

    def charge(order: dict[str, Any]) -> None:
        time.sleep(0.1)
        lab.mark("charged", order_id=order["order_id"], cents=int(order["amount"]))

    def checkout(order: load.Order) -> None:
        sqs.send_message(QueueUrl=queue, MessageBody=order.json())

    with lab.running(minutes=5):
        lab.start(open_shop, orders, checkout)
        lab.deploy("charge", lambda event, context: answer(event, charge), timeout=5)
        function.create_event_source_mapping(
            FunctionName="charge",
            EventSourceArn=arn_of(sqs, queue),
            BatchSize=10,
            FunctionResponseTypes=["ReportBatchItemFailures"] if reports else [],
        )
    trace = lab.trace
    lab.close()
    return trace


def whole_batch(event: dict[str, Any], work: Callable[[dict[str, Any]], None]) -> None:
    """A handler that says nothing about single records: it fails, or it does not."""
    for record in event["Records"]:
        work(json.loads(record["body"]))


def in_euros(orders: Sequence[load.Order], *, every: int) -> list[load.Order]:
    """The orders, one in `every` with its amount as text in euros, which the worker cannot read."""

    def in_text(order: load.Order) -> load.Order:
        amount: Any = f"{order.amount / 100:.2f}"
        return dataclasses.replace(order, amount=amount)

    return [in_text(order) if n % every == 5 else order for n, order in enumerate(orders)]


def bad_day(*, seed: int = 6) -> tuple[pd.DataFrame, dict[str, int]]:
    """Several things go wrong at once. The trace, and for each cause how often it struck.

    The second counts know nothing of the trace: each fault counts its own hits, and each charge
    says how long it took. Charges take 8 s on average, 5 % of the replies to sends are lost and
    3 % of the deletes forgotten: assumptions of the lesson. Sixteen workers, so that somebody is
    always free to receive a message again.
    """
    works = map(random.Random(seed).expovariate, itertools.repeat(1 / 8))
    lost = faults.lost_reply("sqs.SendMessage", rate=0.05, seed=seed)
    missing = faults.best_effort(forgotten_deletes=0.03, seed=seed)
    orders = load.orders(rate=0.5, minutes=4, seed=seed)
    trace = by_queue(
        orders, taking(works), seed=seed, minutes=9, workers=16, faulty=[lost, missing]
    )
    too_long = int((trace["took"] > 30).sum())
    again = lost.hits - int((trace["name"] == "told an error").sum())  # the SDK sent no fourth time
    return trace, {"timeout": too_long, "lost reply": again, "reappeared": missing.forgotten}


def varying_work(work: float, timeout: int, *, seed: int = 6) -> pd.DataFrame:
    """Charges of `work` seconds on average, exponential, and a queue that hides for `timeout`."""
    works = map(random.Random(seed).expovariate, itertools.repeat(1 / work))
    orders = load.orders(rate=0.5, minutes=3, seed=seed)
    make = functools.partial(standard, VisibilityTimeout=str(timeout))
    return by_queue(orders, taking(works), seed=seed, minutes=9, workers=24, make=make)


def poisoned(*, every: int = 16, seed: int = 6) -> pd.DataFrame:
    """A morning in which some orders are in euros.

    The dead-letter queue has an alarm, which tells a topic, and the topic a pager. Who hears it
    makes the worker read euros, which takes five minutes, and redrives. Marks: charged, heard, and
    redriven (with its number).
    """
    orders = in_euros(load.orders(rate=0.4, minutes=5, seed=seed), every=every)
    fixed: list[bool] = []

    def charge(lab: Lab, order: dict[str, Any]) -> None:
        euros = isinstance(order["amount"], str) and bool(fixed)
        cents = round(100 * float(order["amount"])) if euros else int(order["amount"])
        lab.mark("charged", order_id=order["order_id"], cents=cents)

    def with_an_alarm(sqs: Any) -> str:
        queue, _ = queue_with_dead_letters(sqs, "orders", tries=5)
        sns = boto3.client("sns")
        topic = sns.create_topic(Name="on-call")["TopicArn"]
        pager = sqs.create_queue(QueueName="pager")["QueueUrl"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn_of(sqs, pager))
        alarm_on(boto3.client("cloudwatch"), DEAD, topic)
        return str(queue)

    def on_call(lab: Lab, sqs: Any) -> None:
        pager, dead = (sqs.get_queue_url(QueueName=n)["QueueUrl"] for n in ("pager", DEAD))
        while not sqs.receive_message(QueueUrl=pager, WaitTimeSeconds=20).get("Messages"):
            pass
        lab.mark("heard")
        time.sleep(FIX)
        fixed.append(True)
        lab.mark("redriven", number=redrive(sqs, dead, rate=10))

    return by_queue(orders, charge, seed=seed, minutes=14, make=with_an_alarm, beside=[on_call])


def outage(minutes: float, tries: int, *, seed: int = 6) -> pd.DataFrame:
    """Sound orders, and a provider that is down from minute 1 on. It refuses at once.

    A mark "charged" for each charge. The queue gives up after `tries` deliveries.
    """

    def charge(lab: Lab, order: dict[str, Any]) -> None:
        if 60 <= lab.now < 60 + 60 * minutes:
            raise ConnectionError("the card provider is down")
        lab.mark("charged", order_id=order["order_id"])

    orders = load.orders(rate=0.2, minutes=6, seed=seed)
    make = functools.partial(with_dead_letters, tries=tries)
    return by_queue(orders, charge, seed=seed, minutes=11, make=make)

"""Consumers whose machines die by plan: six ways to write them, and how long a claim holds."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

import boto3
import pandas as pd

from helpers import load, trace
from helpers.lab import Lab
from helpers.lessons.lesson_13.workers import Message, crashes, machine, order_in
from helpers.patterns.idempotency import once, table_of_records, together
from helpers.patterns.shop import open_shop

POINTS = ("before the work", "after the work", "before the delete", "after the delete", "slow")
Charge = Callable[..., None]


def check_work_note(dynamodb: Any, key: str, charge: Charge) -> None:
    """Look for a note; charge; write the note."""
    seen = dynamodb.get_item(TableName="records", Key={"id": {"S": key}}, ConsistentRead=True)
    if "Item" not in seen:
        charge()
        dynamodb.put_item(TableName="records", Item={"id": {"S": key}})


def note_work(dynamodb: Any, key: str, charge: Charge) -> None:
    """Write the note, if there is none; then charge."""
    if together(dynamodb, "records", key, []):
        charge()


def one_transaction(dynamodb: Any, key: str, charge: Charge) -> None:
    """The charge is an entry in a table of our own: entry and note are written as one."""
    entry = {
        "TableName": "ledger",
        "Key": {"id": {"S": key}},
        "UpdateExpression": "ADD charges :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    charge(book=lambda: together(dynamodb, "records", key, [{"Update": entry}]))


CONSUMERS: dict[str, Callable[[Any, str, Charge], Any]] = {
    "as told": lambda db, key, charge: charge(),
    "check, work, note": check_work_note,
    "note, work": note_work,
    "claim, work, finish": lambda db, key, charge: once(db, "records", key, charge),
    "the same, with a token": lambda db, key, charge: once(db, "records", key, lambda: charge(key)),
    "one transaction": one_transaction,
}


def with_crashes(
    seed: int,
    consume: Callable[[Any, str, Charge], Any],
    plan: Callable[[int], str] = lambda number: POINTS[number % 5],
    takes: Callable[[str | None], float] = lambda fate: 45 if fate == "slow" else 2,
    *,
    orders: int = 15,
    minutes: float = 3,
    workers: int = 4,
) -> tuple[pd.DataFrame, pd.Series[str]]:
    """One consumer, whose machines die by plan.

    Parameters
    ----------
    consume : callable
        `consume(dynamodb, key, charge)`. What it may hand to `charge` is a token that the card
        provider recognises, or `book`, which does the work itself and says whether it did.
    plan : callable
        The number of an order to its fate, such as "after the work".
    takes : callable
        The fate of an order to the seconds of its first charge; those after it get None.

    Returns
    -------
    tuple
        The trace, and the fate of each order.
    """
    lab = Lab(seed=seed)
    sqs, dynamodb = boto3.client("sqs"), boto3.client("dynamodb")
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
    for table in ("records", "ledger"):
        table_of_records(dynamodb, table)
    times = load.poisson(rate=0.25, seconds=8.0 * orders, seed=seed)[:orders]
    placed = load.orders(arrivals=times, seed=seed)
    fates = {order.order_id: plan(number) for number, order in enumerate(placed)}
    crash, ahead = crashes(lab, fates), dict(fates)
    known: set[str] = set()

    def handle(message: Message) -> None:
        order = order_in(message)

        def charge(token: str | None = None, book: Callable[[], bool] | None = None) -> None:
            crash("before the work", order)
            time.sleep(takes(ahead.pop(order["order_id"], None)))
            if book() if book else token not in known:
                lab.mark("charged", order_id=order["order_id"])
            if token:
                known.add(token)
            crash("after the work", order)

        consume(dynamodb, order["order_id"], charge)

    def checkout(order: load.Order) -> None:
        sqs.send_message(QueueUrl=queue, MessageBody=order.json())

    with lab.running(minutes=minutes):
        lab.start(open_shop, placed, checkout)
        lab.start(machine, sqs, queue, handle, crash, copies=workers)
    events = lab.trace
    lab.close()
    return events, pd.Series(fates)


def matrix(seed: int) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Each consumer meets each misfortune, three orders of each.

    Returns
    -------
    tuple
        A row per order (consumer, point, charges), and the trace of each consumer.
    """
    rows, traces = [], {}
    for name, consume in CONSUMERS.items():
        traces[name], fates = with_crashes(seed, consume)
        charges = trace.effects(traces[name], "charged")
        rows.append(pd.DataFrame({"consumer": name, "point": fates, "charges": charges}))
    return pd.concat(rows), traces


def per_cell(rows: pd.DataFrame, what: str = "mean") -> pd.DataFrame:
    """Charges per order: a row per misfortune, a column per consumer."""
    found = rows.groupby(["point", "consumer"])["charges"].agg(what).unstack()
    return found.reindex(index=list(POINTS), columns=list(CONSUMERS))


def holding(seed: int, hold: float, average: float) -> pd.DataFrame:
    """Forty orders by `once`; one in five meets a crash before the work. `average` is the work's.

    Returns
    -------
    DataFrame
        A row per order: died, charges, waited (seconds until the first charge).
    """
    draws = random.Random(seed)
    events, fates = with_crashes(
        seed,
        lambda db, key, charge: once(db, "records", key, charge, hold=hold),
        plan=lambda number: "before the work" if number % 5 == 0 else "fine",
        takes=lambda fate: draws.expovariate(1 / average),
        orders=40,
        minutes=9,
        workers=8,
    )
    charges, waits = trace.effects(events, "charged"), trace.end_to_end(events, "charged")
    died = fates == "before the work"
    return pd.DataFrame({"died": died, "charges": charges, "waited": waits})

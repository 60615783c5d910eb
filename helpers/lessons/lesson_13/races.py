"""Customers who double-click: two threads at the same order within a tenth of a second."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Callable
from typing import Any

import boto3
import pandas as pd

from helpers import faults, load, trace
from helpers.lab import Lab
from helpers.patterns.idempotency import table_of_records
from helpers.patterns.shop import open_shop

Guard = Callable[[Any, str, str, Callable[[], Any]], Any]


def check_then_write(dynamodb: Any, table: str, key: str, work: Callable[[], Any]) -> None:
    """Look whether the key is there. If it is not, note it and work."""
    seen = dynamodb.get_item(TableName=table, Key={"id": {"S": key}}, ConsistentRead=True)
    if "Item" not in seen:
        dynamodb.put_item(TableName=table, Item={"id": {"S": key}})
        work()


def double_clicks(seed: int, guard: Guard) -> pd.DataFrame:
    """A minute of orders, each placed by two threads within a tenth of a second.

    Parameters
    ----------
    guard : callable
        `guard(dynamodb, table, key, work)` sees to it that the work is done once.

    Returns
    -------
    DataFrame
        The trace.
    """
    lab = Lab(seed=seed)
    dynamodb, draws = boto3.client("dynamodb"), random.Random(seed)
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

    slow = faults.latency("dynamodb", median=0.020, p99=0.060, seed=seed)
    with slow, lab.running():
        lab.start(open_shop, load.orders(rate=0.5, minutes=1, seed=seed), double_click)
    clicks = lab.trace
    lab.close()
    return clicks


def race(clicks: pd.DataFrame) -> pd.DataFrame:
    """The part of a trace that is about the first order that was charged twice."""
    charges = trace.effects(clicks, "charged")
    return clicks[clicks["caller"].str.endswith((charges > 1).idxmax())]


def name_calls(ax: Any, clicks: pd.DataFrame, names: dict[str, str]) -> None:
    """Write into the bars of a timeline what each call was, and draw where it began."""
    lanes = {caller: lane for lane, caller in enumerate(clicks["caller"].unique())}
    for _, row in clicks[clicks["kind"] == "call"].iterrows():
        lane, middle = lanes[row["caller"]], (row["time"] + row["end"]) / 2
        ax.text(middle, lane, names[row["operation"]], color="white", ha="center", va="center")
        ax.vlines(row["time"], lane - 0.25, lane + 0.25, color="white")

"""Calculated fields: in every event, or when somebody asks."""

from __future__ import annotations

import queue
import random
import time

import pandas as pd

from helpers import load
from helpers.lab import Lab

TAKES = 0.15  # seconds a field, an assumption of the lesson
WANTED = 0.2  # times that a field is wanted per order, another
FIELDS = (2, 4, 6)  # one after the other
MINUTES = 20  # with each
EVERY, ASKED = "in every event", "when asked"
DESIGNS = (EVERY, ASKED)


def growing(
    design: str, *, wanted: float = WANTED, minutes: float = MINUTES, seed: int = 9
) -> pd.DataFrame:
    """One order per second, at random, and every twenty minutes (`minutes`) two more fields.

    The source calculates one thing at a time, for each order or for each desk that asks.

    Returns
    -------
    DataFrame
        A row for each calculation: time (when its order was placed), fields (that there were
        then), count (fields calculated), wait (seconds from the order to the end).
    """
    orders = load.orders(rate=1, minutes=minutes * len(FIELDS), seed=seed)
    placed: queue.Queue[load.Order | None] = queue.Queue()
    rows: list[tuple[float, int, int, float]] = []
    lab = Lab(seed=seed)

    def checkout() -> None:
        for order in orders:
            time.sleep(max(0.0, order.placed_at - lab.now))
            placed.put(order)
        placed.put(None)

    def processor() -> None:
        for order in iter(placed.get, None):
            there = FIELDS[min(int(order.placed_at // (60 * minutes)), len(FIELDS) - 1)]
            draws = random.Random(f"{seed} {order.order_id}")
            asking = sum(int(wanted + draws.random()) for _ in range(there))
            count = there if design == EVERY else asking
            if count:
                time.sleep(TAKES * count)
                rows.append((order.placed_at, there, count, lab.now - order.placed_at))

    with lab.running(minutes=minutes * len(FIELDS) + 5):
        lab.start(checkout)
        lab.start(processor)
    lab.close()
    return pd.DataFrame(rows, columns=["time", "fields", "count", "wait"])


def p99(done: pd.DataFrame) -> pd.Series[float]:
    """The wait of the slowest in a hundred, by the number of fields."""
    return done.groupby("fields")["wait"].quantile(0.99)


def over_time(done: pd.DataFrame, every: float = 300) -> pd.DataFrame:
    """The longest wait in each five minutes: time, wait."""
    waits = done.groupby(done["time"].floordiv(every) * every)["wait"].max()
    return waits.rename_axis("time").reset_index()

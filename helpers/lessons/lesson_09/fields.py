"""Calculated fields: in every event, or when somebody asks."""

from __future__ import annotations

import random

import pandas as pd

from helpers import load

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
    rows: list[tuple[float, int, int, float]] = []
    done, end = 0.0, 60 * (minutes * len(FIELDS) + 5)
    for order in load.orders(rate=1, minutes=minutes * len(FIELDS), seed=seed):
        there = FIELDS[min(int(order.placed_at // (60 * minutes)), len(FIELDS) - 1)]
        draws = random.Random(f"{seed} {order.order_id}")
        asking = sum(int(wanted + draws.random()) for _ in range(there))
        count = there if design == EVERY else asking
        if count:  # first come, first served: no thread has to wait to know when its turn is
            done = max(done, order.placed_at) + TAKES * count
            if done < end:
                rows.append((order.placed_at, there, count, done - order.placed_at))
    return pd.DataFrame(rows, columns=["time", "fields", "count", "wait"])


def p99(done: pd.DataFrame) -> pd.Series[float]:
    """The wait of the slowest in a hundred, by the number of fields."""
    return done.groupby("fields")["wait"].quantile(0.99)


def over_time(done: pd.DataFrame, every: float = 300) -> pd.DataFrame:
    """The longest wait in each five minutes: time, wait."""
    waits = done.groupby(done["time"].floordiv(every) * every)["wait"].max()
    return waits.rename_axis("time").reset_index()

"""What lesson 13 runs; the parts are in the files beside it."""

from __future__ import annotations

import pandas as pd

from helpers import trace
from helpers.lessons.lesson_13.bad_day import CAUSES, as_told, bad_day, by_once, delivered, known
from helpers.lessons.lesson_13.comparison import OUTAGE
from helpers.lessons.lesson_13.crashes import CONSUMERS, holding, matrix, per_cell
from helpers.lessons.lesson_13.powertools import by_powertools, charging_function
from helpers.lessons.lesson_13.publishing import WAYS, publishing
from helpers.lessons.lesson_13.races import check_then_write, double_clicks, name_calls, race
from helpers.lessons.lesson_13.records import late_news, overwrite
from helpers.lessons.lesson_13.series import backlogs, counted, on_record, one_run, open_orders

__all__ = [
    "CONSUMERS", "OUTAGE", "WAYS", "as_told", "backlogs", "bad_day", "by_once", "by_powertools",
    "causes", "charges", "charging_function", "check_then_write", "counted", "crash_points",
    "deliveries", "double_clicks", "holding", "known", "late_news", "matrix", "name_calls",
    "on_record", "one_run", "open_orders", "overwrite", "per_cell", "publishing", "race",
]  # fmt: skip


def charges(events: pd.DataFrame) -> pd.Series[int]:
    """How often each order was charged."""
    return trace.effects(events, "charged")


def deliveries(events: pd.DataFrame) -> pd.Series[int]:
    """How often each order was delivered."""
    return trace.deliveries(events).set_index("order_id")["deliveries"]


def causes(events: pd.DataFrame) -> pd.Series[int]:
    """How many duplicates of a bad day have each cause."""
    counts = delivered(events)["cause"].value_counts()
    return counts.reindex(list(CAUSES), fill_value=0).rename("duplicates")


def crash_points(seed: int) -> pd.DataFrame:
    """Three ways to write and publish, and a machine that dies between the two.

    Returns
    -------
    DataFrame
        A row for each way: orders whose machine died, how many of them are in the table, how many
        were packed, and how many events came for all orders beyond the first.
    """
    found = {}
    for way in WAYS:
        _, rows = publishing(seed, way)
        died = rows[rows["dies"]]
        found[way] = {
            "machines that died": len(died),
            "of their orders, in the table": int(died["written"].sum()),
            "packed": int(died["packed"].sum()),
            "further events, all orders": int((rows["events"] - 1).clip(lower=0).sum()),
        }
    return pd.DataFrame(found).T

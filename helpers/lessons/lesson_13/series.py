"""What the five designs measured, per order, per run, and on the thirty seeds of the record."""

from __future__ import annotations

from typing import Any

import pandas as pd

from helpers import costs, trace
from helpers.findings.record import recorded
from helpers.lessons.lesson_13 import comparison
from helpers.lessons.lesson_13.comparison import CHECKOUTS, OUTAGE

TIMES = range(0, 260, 20)  # seconds at which open orders are counted
COUNTS = {
    "lost": "orders lost",
    "errors": "customers told\nan error",
    "late": "delivered again\nafter the charge",
    "twice": "charged twice",
}


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
    frame["told"], frame["waited"] = told["time"], told["waited"]
    frame["ok"] = told["ok"].astype(bool)
    frame["charged"] = charged.groupby("order_id")["time"].min()
    frame["latency"] = frame["charged"] - frame["placed"]
    frame["asked"] = trace.effects(events, "asked", of="placed")
    frame["effects"] = trace.effects(events, "charged", of="placed")
    after = asked["time"] > asked["order_id"].map(frame["charged"])
    frame["late"] = asked[after].groupby("order_id").size().reindex(frame.index, fill_value=0)
    frame["left"] = frame["charged"].fillna(frame["told"].where(~frame["ok"]))
    return frame


def open_orders(rows: pd.DataFrame) -> pd.DataFrame:
    """How many orders were placed and neither charged nor given up. DataFrame: time, orders."""
    steps = pd.concat([pd.Series(1, rows["placed"]), pd.Series(-1, rows["left"].dropna())])
    steps = steps.groupby(level=0).sum().cumsum()
    return pd.DataFrame({"time": [0.0, *steps.index], "orders": [0, *steps]})


def numbers(events: pd.DataFrame) -> dict[str, float]:
    """What one run of a design measured: latencies in seconds, the backlog, what became of orders.

    `open_060` is the number of open orders after 60 seconds.
    """
    rows = per_order(events)
    held = open_orders(rows)
    found: dict[str, float] = {
        "orders": len(rows),
        "waits_p50": trace.percentile(rows["waited"], 50),
        "waits_p95": trace.percentile(rows["waited"], 95),
        "charged_p50": trace.percentile(rows["latency"].dropna(), 50),
        "charged_p95": trace.percentile(rows["latency"].dropna(), 95),
        "peak": int(held["orders"].max()),
        "lost": int((rows["effects"] == 0).sum()),
        "errors": int((~rows["ok"]).sum()),
        "charged_all_the_same": int((~rows["ok"] & (rows["effects"] > 0)).sum()),
        "late": int(rows["late"].sum()),
        "twice": int((rows["effects"] > 1).sum()),
        "dollars": costs.per_million(events, len(rows)),
    }
    for time in TIMES:
        found[f"open_{time:03d}"] = int(held.loc[held["time"] <= time, "orders"].iloc[-1])
    return found


def on_record() -> dict[str, pd.DataFrame]:
    """What each design measured on the seeds of the record: a row per seed."""
    measured = recorded()
    return {name: pd.DataFrame(measured[f"13.{name}"]).T.sort_index() for name in CHECKOUTS}


def backlogs(record: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Open orders over time on the seeds of the record: time, and low, middle and high of them."""
    found = {}
    for name, runs in record.items():
        held = runs[[f"open_{time:03d}" for time in TIMES]]
        bands = {"low": held.quantile(0.05), "middle": held.median(), "high": held.quantile(0.95)}
        found[name] = pd.DataFrame({"time": list(TIMES)} | {k: list(v) for k, v in bands.items()})
    return found


def counted(record: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """What became of the orders of all seeds: a row per kind, a column per design."""
    table = pd.DataFrame({name: runs[list(COUNTS)].sum() for name, runs in record.items()})
    return table.astype(int).rename(COUNTS)


def one_run(design: str, seed: int) -> tuple[pd.DataFrame, dict[str, Any]]:
    """One design on one seed: its orders, and its numbers."""
    events = comparison.run(seed, design)
    return per_order(events), numbers(events)


__all__ = ["COUNTS", "OUTAGE", "backlogs", "counted", "numbers", "on_record", "one_run"]

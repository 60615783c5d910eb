"""What a warehouse asks for, and pays, when no order comes."""

from __future__ import annotations

import pandas as pd

from helpers.costs import price_of
from helpers.lessons.lesson_05.designs import DESIGNS
from helpers.lessons.lesson_05.experiment import sale
from helpers.lessons.lesson_05.measured import p95, waits


def idle(design: str, *, seed: int = 3, minutes: float = 2) -> float:
    """Receives per minute of a warehouse to which no order comes, after a first minute."""
    trace = sale(design, seed=seed, minutes=minutes + 1, streams=[])
    asked = trace["operation"].eq("ReceiveMessage") & trace["time"].gt(60)
    return float(asked.sum() / minutes)


def nights(*, seed: int = 3) -> dict[str, float]:
    """`idle` of the designs with one queue, queues in turn, and a thread per queue."""
    return {name: idle(name, seed=seed) for name in list(DESIGNS)[:3]}


def polling(runs: dict[str, pd.DataFrame], *, seed: int = 3) -> pd.DataFrame:
    """What the others wait in these sales, and what a month without orders costs, by design.

    A month has 30 days; the price is that of a request to a standard queue in `data/prices.csv`.
    """
    minute = 30 * 24 * 60 * price_of("sqs", "requests").each
    night = nights(seed=seed)
    rows = {
        name: {
            "p95 of the others (s)": round(p95(waits(trace)), 1),
            "receives a minute, idle": round(night[name]),
            "USD for an idle month": round(night[name] * minute, 2),
        }
        for name, trace in runs.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index")

"""Four designs side by side: how orders ended, how long it took, who knows whom, the price."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from helpers import costs
from helpers.lessons.lesson_12 import fates, teams
from helpers.lessons.lesson_12.experiment import Run
from helpers.trace.callers import at_work

LATE = 30  # seconds more than in the workflow


def compared(led: Mapping[str, Run]) -> dict[str, float]:
    """Numbers of the same orders in the designs broadcast, chained, orchestrated and mixed.

    Of each design, by its name: hang, told (customers told once), first (refunded before the goods
    were back), arrows, back (those for the way back alone) and dollars (per million orders).
    """
    numbers: dict[str, float] = {}
    for name, each in led.items():
        told = each.fates["thanked"] + each.fates["apologised"]
        numbers[f"{name}_hang"] = len(each.hanging)
        numbers[f"{name}_told"] = int((told == 1).sum())
        numbers[f"{name}_first"] = fates.refunded_first(each.trace)
        numbers[f"{name}_arrows"] = len(each.knows)
        numbers[f"{name}_back"] = teams.way_back(each.knows)
        numbers[f"{name}_dollars"] = costs.per_million(each.trace)
    ends = [each.fates["fate"] for each in led.values()]
    numbers |= {
        "orders": len(ends[0]),
        "undone": int((ends[0] == "undone").sum()),
        "same_ends": sum(int((each == ends[0]).all()) for each in ends),
        "times_dearer": numbers["orchestrated_dollars"] / numbers["broadcast_dollars"],
    }
    return numbers | _pace(led) | _events(led["mixed"].trace)


def _pace(led: Mapping[str, Run]) -> dict[str, float]:
    """How much longer orders take than in the workflow: in the median, and by half a minute."""
    taken = {name: took(each.trace) for name, each in led.items()}
    more = taken["broadcast"] - taken["orchestrated"]
    slow = set(more.index[more > LATE])
    return {
        "shipped": len(more),
        "more": float(more.median()),
        "more_mixed": float((taken["mixed"] - taken["orchestrated"]).median()),
        "slow": len(slow),
        "slow_and_shaky": len(slow & shaky(led["broadcast"].trace)),
    }


def _events(trace: pd.DataFrame) -> dict[str, float]:
    """Executions of all workflows, and how many more or fewer events these published."""
    started = trace.query("operation == 'StartExecution'")["resource"].value_counts()
    put = trace.query("operation == 'PutEvents'")["caller"].value_counts()
    apart = sum(abs(int(put[at_work("states", name)]) - count) for name, count in started.items())
    return {"executions": int(started.sum()), "apart": int(apart)}


def took(trace: pd.DataFrame) -> pd.Series[float]:
    """Seconds from placed to shipped, by order."""
    marks = trace[trace["kind"] == "mark"].groupby(["name", "order_id"])["time"].min()
    return (marks["ship"] - marks["placed"]).dropna()


def shaky(trace: pd.DataFrame) -> set[str]:
    """Orders that met a hiccup."""
    return set(trace.loc[trace["name"] == "hiccup", "order_id"])

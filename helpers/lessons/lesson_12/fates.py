"""What became of each order, from the marks of a trace."""

from __future__ import annotations

import pandas as pd

from helpers.lessons.lesson_12.teams import TEAM, UNDO

FATES = ("shipped", "undone", "hangs")


def of(trace: pd.DataFrame) -> pd.DataFrame:
    """What became of each order.

    Returns
    -------
    DataFrame
        By order_id: charge, reserve, pack (times done less times undone), ship, thanked and
        apologised (times), fate, and placed (simulated seconds). A fate is "shipped" (all of it is
        in force), "undone" (nothing is) or "hangs".
    """
    marks = trace[trace["kind"] == "mark"]
    done = marks.groupby(["order_id", "name"]).size().unstack(fill_value=0)
    done = done.reindex(columns=list(TEAM), fill_value=0)
    table = pd.DataFrame({step: done[step] - done[back] for step, back in UNDO.items()})
    table["ship"] = done["ship"]
    steps = table.copy()
    table["thanked"], table["apologised"], table["fate"] = done["thank"], done["apologise"], "hangs"
    table.loc[(steps == 1).all(axis=1), "fate"] = "shipped"
    table.loc[(steps == 0).all(axis=1), "fate"] = "undone"
    return table.assign(placed=marks[marks["name"] == "placed"].set_index("order_id")["time"])


def counts(table: pd.DataFrame) -> dict[str, int]:
    """How many orders met which fate."""
    return {fate: int((table["fate"] == fate).sum()) for fate in FATES}


def refunded_first(trace: pd.DataFrame) -> int:
    """How many undone orders were refunded before the last of their goods were back."""
    back = trace[trace["name"].isin([*UNDO.values()])]
    times = back.groupby(["order_id", "name"])["time"].min().unstack()
    times = times.reindex(columns=[*UNDO.values()]).dropna(subset=["refund", "release"])
    return int((times["refund"] < times[["release", "unpack"]].max(axis=1)).sum())


def books(trace: pd.DataFrame, order: str) -> pd.DataFrame:
    """What the teams have written down about an order: team and entry, by seconds."""
    found = trace[(trace["order_id"] == order) & (trace["kind"] == "mark")]
    team = found["caller"].map(TEAM).fillna("checkout")
    rows = {"seconds": found["time"].round(1), "team": team, "entry": found["name"]}
    return pd.DataFrame(rows).set_index("seconds")

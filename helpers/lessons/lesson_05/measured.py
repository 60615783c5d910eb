"""What is read from a sale: how long orders wait, who is overtaken, how many stations are busy.

Knows no AWS SDK.
"""

from __future__ import annotations

import pandas as pd

from helpers.lessons.lesson_05.shops import NOISY, SALE, SHOPS


def waits(trace: pd.DataFrame) -> pd.DataFrame:
    """How long each order waited for a station, in the order in which they were placed.

    One with which no station has begun when the run ends has waited until then, at least.

    Returns
    -------
    DataFrame
        Indexed by order_id: shop, time (when it was placed), wait (seconds).
    """
    placed = trace[trace["name"] == "placed"].set_index("order_id")
    begun = trace[trace["name"] == "begun"].groupby("order_id")["time"].min()
    frame = placed[["shop", "time"]].copy()
    frame["wait"] = begun.reindex(frame.index).fillna(trace["end"].max()) - frame["time"]
    return frame.sort_values("time")


def p95(waited: pd.DataFrame, shop: str | None = None, *, before: bool = False) -> float:
    """The 95th percentile of the wait, in seconds; NaN without an order.

    Parameters
    ----------
    waited : DataFrame
        From `waits`.
    shop : str, optional
        By default all but the one that has the sale.
    before : bool
        Of the orders before the sale, and not of those since it began.
    """
    mine = waited["shop"].ne(NOISY) if shop is None else waited["shop"].eq(shop)
    then = waited["time"].lt(SALE) if before else waited["time"].ge(SALE)
    return float(waited.loc[mine & then, "wait"].quantile(0.95))


def by_shop(trace: pd.DataFrame) -> pd.Series[float]:
    """`p95` of each shop since the sale began, the largest shop first."""
    waited = waits(trace)
    return pd.Series({shop: round(p95(waited, shop), 1) for shop in SHOPS})


def by_side(trace: pd.DataFrame) -> dict[str, float]:
    """`p95` of the others and of the shop that has the sale."""
    waited = waits(trace)
    return {"others": p95(waited), NOISY: p95(waited, NOISY)}


def sides(waited: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """What `waits` gave: of the shop that has the sale, and of the others."""
    noisy = waited["shop"] == NOISY
    return {NOISY: waited[noisy], "the other seven": waited[~noisy]}


def ahead_of(trace: pd.DataFrame, order_id: str) -> int:
    """How many orders waited for a station when this one was placed."""
    waited = waits(trace)
    sent = waited.loc[order_id, "time"]
    return int(((waited["time"] < sent) & (waited["time"] + waited["wait"] > sent)).sum())


def last_packed(trace: pd.DataFrame) -> float:
    """When the last order was packed, in simulated seconds."""
    return float(trace.loc[trace["name"] == "packed", "time"].max())


def overtaken(trace: pd.DataFrame) -> float:
    """Share of packed orders that a later one of the same shop was packed before."""
    packed = trace[trace["name"] == "packed"].set_index("order_id")["time"]
    placed = waits(trace).loc[packed.index].assign(packed=packed).sort_values("time")
    first_of_the_rest = placed[::-1].groupby("shop")["packed"].cummin()
    return float((placed["packed"] > first_of_the_rest.reindex(placed.index)).mean())


def busy(trace: pd.DataFrame) -> int:
    """How many stations packed at once, at most."""
    names = trace.sort_values("time", kind="stable")["name"]
    return int((names.eq("begun").cumsum() - names.eq("packed").cumsum()).max())

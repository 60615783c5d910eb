"""Change something in one of two services that are joined, and count what breaks.

A run has a beginning in which all is well. In minute 1 one side changes something, and nobody else
knows. In minute 5 the parts that have to follow are installed. Then the books are read: what was
charged for each order, and whether its customer was told that it failed.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

import pandas as pd

from helpers import faults, load, trace
from helpers.findings.record import recorded
from helpers.lab import Lab
from helpers.lessons.lesson_01 import trial
from helpers.lessons.lesson_01.changes import CHANGES, FACETS, due
from helpers.lessons.lesson_01.designs import DESIGNS
from helpers.lessons.lesson_01.when import temporal

CHANGE, FOLLOW, SETTLED = 60, 300, 330  # seconds
RATE = 6 / 60  # orders per second
SERVICES = ("lambda", "sqs", "sns", "events", "dynamodb")
SAID = {
    "orders": "orders", "wrong": "lost or wrong (%)", "silent": "without an error (%)",
    "late": "slowest (min)",
}  # fmt: skip
TEAM = {  # who looks after a part
    "sender": "checkout", "receiver": "charge-card", "newcomer": "send-receipt",
    "memory": "charge-card", "wiring": "a third team",
}  # fmt: skip


def change(facet: str, design: str, *, seed: int = 3, without: str | None = None) -> pd.DataFrame:
    """One cell: a change of this facet while orders come by this design.

    Parameters
    ----------
    facet : str
        One of `FACETS`, such as "data format".
    design : str
        How the two services are joined: call, table, queue, topic or bus.
    without : str, optional
        The part that does not follow, although it should.

    Returns
    -------
    DataFrame
        Indexed by order id: placed (seconds), wrong (the books do not say what is due; a lost order
        is wrong too), told (the customer got an error), late (seconds until the first charge).

    Raises
    ------
    ValueError
        With the facet or the design, if there is no such one.
    """
    chosen = _change_of(facet, design)
    follow = {part: install for part, install in chosen.follow.items() if part != without}
    last, end = 390, 480
    if facet == "temporal":
        last, end = 600, 860  # 120 s after the second outage, since a message comes back after 60
    elif without or facet == "own memory":
        last, end = 690, 780  # what goes wrong now and then needs time to show
    orders = load.orders(rate=RATE, seconds=last, seed=seed)
    with Lab(seed=seed) as lab:
        steps = [(CHANGE, chosen.own), (FOLLOW, follow)]
        trial.play(lab, design, orders, until=end, steps=steps)
        events = lab.trace
    expected = due(facet, orders)
    books = trial.books(events).reindex(expected.index).fillna(0)
    placed = pd.Series({order.order_id: order.placed_at for order in orders})
    charged = events[events["name"] == "charged"].groupby("order_id")["time"].min()
    return pd.DataFrame(
        {
            "placed": placed,
            "wrong": (books[expected.columns] != expected).any(axis=1),
            "told": books["told"] > 0,
            "late": charged - placed,
        }
    )


def followers(facet: str, design: str) -> list[str]:
    """The parts of others that have to follow a change: "sender", "receiver", "wiring" or such."""
    return list(_change_of(facet, design).followers)


def tally(orders: pd.DataFrame) -> dict[str, float]:
    """What became of the orders that were placed after the change, before the others followed.

    Returns
    -------
    dict
        orders (how many), wrong and silent (lost or wrong, and of these, without an error to the
        customer; both in percent), late (minutes that the slowest waited), and later: how many are
        wrong of those placed when the others had followed.
    """
    between = orders[orders["placed"].between(CHANGE, FOLLOW)]
    return {
        "orders": len(between),
        "wrong": 100 * between["wrong"].mean(),
        "silent": 100 * (between["wrong"] & ~between["told"]).mean(),
        "late": between["late"].fillna(0).max() / 60,
        "later": int(orders.loc[orders["placed"] > SETTLED, "wrong"].sum()),
    }


def compare(
    facet: str, designs: Sequence[str] = ("call", "queue"), *, seed: int = 3
) -> pd.DataFrame:
    """The same change in several designs. A row per design, with what `tally` counts, in words."""
    rows = {design: tally(change(facet, design, seed=seed)) for design in designs}
    return pd.DataFrame.from_dict(rows, orient="index").rename(columns=SAID)[[*SAID.values()]]


def by_minute(designs: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """How many orders were charged rightly, by the minute in which they were placed."""
    return pd.DataFrame(
        {
            name: (~orders["wrong"]).groupby((orders["placed"] // 60).astype(int)).sum()
            for name, orders in designs.items()
        }
    ).rename_axis("minute in which the order was placed")


def recorded_cells(number: str) -> pd.DataFrame:
    """The heat map on thirty seeds: a row per facet, a column per design.

    Parameters
    ----------
    number : str
        One of `tally`'s, of which the median is given, or "parts", which no seed changes: how many
        parts of others have to follow.
    """
    runs = recorded()

    def cell(facet: str, design: str) -> float:
        if number == "parts":
            return len(followers(facet, design))
        by_seed = runs[f"01.{facet.replace(' ', '_')}"].values()
        return statistics.median(numbers[f"{design}_{number}"] for numbers in by_seed)

    return pd.DataFrame(
        {design: {facet: cell(facet, design) for facet in FACETS} for design in DESIGNS}
    )


def in_words(cells: pd.DataFrame) -> str:
    """A table as a sentence, for those who cannot see its picture."""
    rows = (
        f"{name}: " + ", ".join(f"{design} {value:.0f}" for design, value in row.items())
        for name, row in cells.iterrows()
    )
    return "; ".join(rows) + "."


def outage(design: str, minutes: float, *, seed: int = 3) -> float:
    """Of the orders placed while charge-card is down, the share that is lost, in percent."""
    end = CHANGE + 60 * minutes
    down = temporal(outages=[(CHANGE, end)])[design].own
    orders = load.orders(rate=RATE, seconds=end, seed=seed)
    with Lab(seed=seed) as lab:
        trial.play(lab, design, orders, until=end + 240, steps=[(CHANGE, down)])
        books = trial.books(lab.trace)
    came = [order.order_id for order in orders if order.placed_at > CHANGE]
    return float(100 * (books["charged"].reindex(came).fillna(0) == 0).mean())


def outages(minutes: float, *, seed: int = 3) -> pd.Series:
    """The share that is lost with the call, the bus and the queue, in percent."""
    designs = ("call", "bus", "queue")
    return pd.Series({design: outage(design, minutes, seed=seed) for design in designs})


def calm(design: str, *, seed: int = 3) -> pd.DataFrame:
    """The trace of four minutes in which nothing changes.

    A request takes some time on the wire, 10 ms in the median and 60 ms at the 99th percentile,
    which is an assumption of the lesson.
    """
    with Lab(seed=seed) as lab, ExitStack() as wire:
        for service in SERVICES:
            wire.enter_context(faults.latency(service, median=0.010, p99=0.060, seed=seed))
        orders = load.orders(rate=RATE, seconds=240, seed=seed)
        trial.play(lab, design, orders, until=330)
        return lab.trace


def daily(traces: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """What designs cost while nothing changes, from the trace of each (`calm`).

    Returns
    -------
    DataFrame
        A row per design: things to set up (the function is one), how long the checkout waits (ms)
        and after how long a card is charged (s), both in the median.
    """
    return pd.DataFrame({design: _day(events) for design, events in traces.items()}).T


def _day(events: pd.DataFrame) -> dict[str, float]:
    calls = trace.calls(events)
    charged = events[events["name"] == "charged"].set_index("order_id")["time"]
    by_checkout = calls[calls["caller"].isin(charged.index)].set_index("caller")
    return {
        "things to set up": 1 + int((calls["caller"] == "cell").sum()),
        "checkout waits (ms)": 1000 * by_checkout["latency"].median(),
        "charged after (s)": (charged - by_checkout["start"]).median(),
    }


def year(set_up: pd.Series, price: float, times: int) -> pd.Series:
    """Units of work a year, for each design.

    Parameters
    ----------
    set_up : Series
        Things to set up in each design: each costs one unit, since somebody has to watch it.
    price : float
        Of a part that has to follow, if another team looks after it than the one that started. A
        part of the same team costs 1. The wiring belongs to a third team.
    times : int
        How often charge-card's team starts each of its changes. Every other change comes once: one
        of each facet, and one of the wiring.
    """
    units = set_up.astype(float).copy()
    for facet in (*FACETS, "wiring"):
        for design in units.index:
            chosen = _change_of(facet, design)
            starters = {TEAM[part] for part in chosen.own}
            often = times if set(chosen.own) == {"receiver"} else 1
            for part in chosen.followers:
                units[design] += often * (1 if TEAM[part] in starters else price)
    return units.rename("units of work a year")


def _change_of(facet, design):
    if facet not in CHANGES or design not in DESIGNS:
        raise ValueError(
            f"no cell {facet!r}, {design!r}: facets are {', '.join(FACETS)}; "
            f"designs are {', '.join(DESIGNS)}"
        )
    return CHANGES[facet]()[design]

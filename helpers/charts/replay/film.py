"""What a replay shows: places from left to right, who is where when, and what went wrong.

Knows no AWS SDK. Everything is found from the trace; the page's script and the still pictures draw
the same film.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from helpers import trace as tr
from helpers.charts.replay.misfortunes import Misfortune, misfortunes
from helpers.charts.replay.stage import ENDS, Place, Stage, from_the_dead, without_mapped

KINDS = ("first", "redelivery", "duplicate")


@dataclass
class Dot:
    """A message, an invocation or a token: where it was from when, and how it ended.

    Attributes
    ----------
    visits : list of tuple
        Start (virtual seconds), number of the place, kind, and what ended the visit before.
    end : float, optional
        When it was gone.
    gone : int, optional
        The number of the place of those that are done, or have failed.
    """

    ident: str
    order: Any
    visits: list[tuple[float, int, str, str | None]]
    end: float | None = None
    gone: int | None = None


@dataclass
class Film:
    """A run as it is drawn. Times are simulated seconds."""

    start: float
    end: float
    places: list[Place]
    ways: list[tuple[int, int]]  # numbers of places between which something went
    dots: list[Dot]
    misfortunes: list[Misfortune]
    effects: list[tuple[float, Any, int, str]]  # time, order, place of who made it, name of a mark
    thinned: int = 1  # one order in so many is drawn
    counts: dict[int, list[tuple[float, int]]] = field(default_factory=dict)  # of all, if thinned

    def at(self, moment: float) -> Counter[int]:
        """How many messages are at each place, by its number, at a moment."""
        found: Counter[int] = Counter()
        for dot in self.dots:
            if dot.visits[0][0] <= moment and (dot.end is None or moment < dot.end):
                found[[visit[1] for visit in dot.visits if visit[0] <= moment][-1]] += 1
        return found


def film(
    trace: pd.DataFrame,
    *,
    key: str = "order_id",
    start: float = 0.0,
    end: float | None = None,
    only: Iterable[str] | None = None,
) -> Film:
    """The film of a trace, or of the part between two moments.

    Raises
    ------
    ValueError
        If no message was anywhere in it, or a queue is named that has had none.
    """
    seen = tr.visits(trace, key=key)
    if only is not None:
        wanted, there = list(only), sorted(set(seen["queue"]))
        if unknown := [name for name in wanted if name not in there]:
            raise ValueError(f"nothing was ever in {unknown[0]!r}; there are {there}")
        seen = seen[seen["queue"].isin(wanted)]
    if not len(seen):
        raise ValueError("no message was sent in this trace, so there is nothing to replay")
    end = tr.end_of(trace, None) if end is None else end
    if not end > start:
        raise ValueError(f"end must be after start, got {start} to {end}")
    seen = seen[(seen["start"] <= end) & ~(seen["end"] < start)]
    if not len(seen):
        raise ValueError(f"no message was anywhere between {start:g} s and {end:g} s: no replay")
    seen = from_the_dead(without_mapped(seen))
    stage = Stage(seen)
    dots = [_dot(stage, rows, end) for _, rows in seen.groupby("id", sort=False)]
    shown = Film(
        start=start,
        end=end,
        places=stage.places,
        ways=stage.ways,
        dots=dots,
        misfortunes=[m for m in misfortunes(trace, stage.of_call, key) if start <= m.time <= end],
        effects=[e for e in _effects(trace, key, stage) if start <= e[0] <= end],
    )
    return shown


def _dot(stage: Stage, rows: pd.DataFrame, end: float) -> Dot:
    names = ["start", "queue", "state", "holder", "kind", "ended_by"]
    steps: list[tuple[float, int, str, str | None]] = []
    why = None
    for start, queue, state, holder, kind, ended_by in zip(*(rows[n] for n in names), strict=True):
        here = stage.number(state, queue, holder), kind
        if not steps or steps[-1][1:3] != here:
            steps.append((start, *here, why))
        why = ended_by
    last = rows.iloc[-1]
    dot = Dot(last["id"], last["order"], steps)
    if last["end"] <= end:
        dot.end = last["end"]
        dot.gone = stage.end(why, last["queue"]) if why in ENDS else None
    return dot


def _effects(trace: pd.DataFrame, key: str, stage: Stage) -> list[tuple[float, Any, int, str]]:
    """The marks that a worker set about an order."""
    if key not in trace.columns:
        return []
    marks = trace[(trace["kind"] == "mark") & trace[key].notna()]
    found = []
    names = ["time", key, "caller", "name"]
    for time, order, caller, name in zip(*(marks[n] for n in names), strict=True):
        place = stage.of_caller(caller)
        if stage.places[place].kind in ("worker", "function"):
            found.append((time, order, place, name))
    return found

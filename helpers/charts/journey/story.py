"""The story of one order: the steps that the trace tells, in their order.

Knows no AWS SDK. Part of `helpers.charts.journey`.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from helpers import trace as tr
from helpers.charts.journey.cast import Cast
from helpers.charts.journey.deeds import attempts
from helpers.charts.journey.facts import Facts
from helpers.charts.journey.lives import lives
from helpers.charts.journey.marks import effects
from helpers.charts.journey.moments import Moments
from helpers.charts.journey.runs import runs
from helpers.charts.journey.services import by_themselves
from helpers.charts.journey.step import Step
from helpers.charts.journey.ties import tied
from helpers.charts.spoken import clock


def story(
    trace: pd.DataFrame, order: Any, *, key: str, start: float = 0.0, end: float | None = None
) -> list[Step]:
    """All that happened to an order between two moments, in simulated seconds.

    Raises
    ------
    ValueError
        If nothing in the trace has the field or is about the order, if nothing happened to it in
        that time, or if the time has no length.
    """
    if end is not None and not end > start:
        raise ValueError(f"end must be after start, got {start} to {end}")
    facts = Facts(trace, order, key)
    cast, moments = Cast(facts), Moments(facts)
    found = [
        *attempts(facts, tied(facts), cast, moments),
        *by_themselves(facts, cast),
        *lives(facts, cast),
        *runs(facts),
        *effects(facts, cast, moments),
    ]
    if not found:
        raise ValueError(_unknown(facts))
    until = tr.end_of(trace, end)
    steps = [step for _, step in sorted(found, key=lambda one: one[0])]
    steps = [step for step in steps if start <= step.time <= until]
    if not steps:
        span = f"{clock(start)} and {clock(until)}"
        raise ValueError(f"nothing happened to the order {order!r} between {span}")
    return steps


def _unknown(facts: Facts) -> str:
    """What to say about an order that the trace does not have, or a field."""
    named = [*facts.orders, *facts.called.values()]
    there: list[Any] = []
    for one in [one for orders in named for one in orders] + facts.marks():
        if one is not None and one not in there:
            there.append(one)
    if not there:
        marks = [name for name in facts.trace.columns if name not in tr.COLUMNS]
        has = f"; the marks have {marks}" if marks else ""
        return f"no message and no mark of this trace has a field {facts.key!r}{has}"
    few = ", ".join(map(repr, there[:5])) + (", …" if len(there) > 5 else "")
    return f"nothing in this trace is about the order {facts.order!r}; it has {len(there)}: {few}"

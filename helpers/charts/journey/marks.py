"""The effects in the story of an order: the marks that name it.

Knows no AWS SDK. Part of `helpers.charts.journey`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pandas as pd

from helpers.charts.journey.cast import Cast
from helpers.charts.journey.facts import Facts
from helpers.charts.journey.moments import Moments, Place
from helpers.charts.journey.step import Step
from helpers.charts.spoken import nth


def effects(facts: Facts, cast: Cast, moments: Moments) -> Iterator[tuple[Place, Step]]:
    """A note for each mark of the order, which says how often there was one with its name."""
    mine = [one == facts.order for one in facts.marks()]
    rows = facts.trace[pd.Series(mine, facts.trace.index, dtype=bool)]
    often: Counter[str] = Counter()
    for row, time, caller, name in zip(
        rows.index, rows["time"], rows["caller"], rows["name"], strict=True
    ):
        often[name] += 1
        who, again = cast.of_caller(caller), often[name] > 1
        times = f", the {nth(often[name])} time" if again else ""
        place = (time, moments.of_mark(row, time, caller), 1, row, 0)
        said = f"{who.said} marks the order as {name!r}{times}"
        kind = "effect again" if again else "effect"
        yield place, Step(time, kind, who, None, f"{name}{times}", said)

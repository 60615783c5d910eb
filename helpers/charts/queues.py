"""Charts of queues: the backlog, the age of the oldest message, and what was delivered twice.

Knows no AWS SDK. Part of `helpers.charts`, from which a notebook has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from helpers import trace as tr
from helpers.charts.axes import canvas, finish, is_trace, seconds_axis, whole
from helpers.charts.style import COLOURS, role, roles, styled

# An area's outline is long in SVG.
_FILL: dict[str, Any] = {"alpha": 0.15, "linewidth": 0, "rasterized": True}
_NAMES = {"waiting": "waiting", "in_flight": "in flight", "delayed": "delayed"}


@styled
def backlog(
    data: pd.DataFrame,
    *,
    queue: str | None = None,
    ax: Axes | None = None,
    title: str = "Messages in the queue",
) -> Axes:
    """Messages waiting, in flight and, if there are any, delayed, over time.

    Parameters
    ----------
    data : DataFrame
        A trace, or what `trace.backlog` gives.
    queue : str, optional
        Of a trace, the queue to draw; if not given, all are added up.

    Raises
    ------
    ValueError
        If the trace has never seen the queue.
    """
    steps = tr.backlog(data, queue) if is_trace(data) else data
    ax = canvas(ax)
    for state, name in _NAMES.items():
        if state != "delayed" or steps[state].any():
            ax.step(steps["time"], steps[state], where="post", label=name, **role(state))
    filled = _FILL | {"color": COLOURS["waiting"], "step": "post"}
    ax.fill_between(steps["time"], steps["waiting"], **filled)
    ax.margins(x=0)
    ax.set_ylim(bottom=0)
    ax.yaxis.set_major_locator(whole())
    seconds_axis(ax, "simulated time")
    return finish(ax, title=title, ylabel="messages")


@styled
def age(
    data: pd.DataFrame,
    *,
    queue: str | None = None,
    ax: Axes | None = None,
    title: str = "Age of the oldest message",
) -> Axes:
    """Age of the oldest message over time.

    Parameters
    ----------
    data : DataFrame
        A trace, or what `trace.oldest_age` gives.
    queue : str, optional
        Of a trace, the queue to draw; all of them together if not given.

    Raises
    ------
    ValueError
        If the trace has never seen the queue.
    """
    saw = tr.oldest_age(data, queue) if is_trace(data) else data
    ax = canvas(ax)
    ax.plot(saw["time"], saw["age"], **role("age"))
    ax.fill_between(saw["time"], saw["age"], color=COLOURS["age"], **_FILL)
    ax.margins(x=0)
    ax.set_ylim(bottom=0)
    seconds_axis(ax, "simulated time")
    seconds_axis(ax, "age", axis="y")
    return finish(ax, title=title)


@styled
def duplicates(
    data: pd.DataFrame | Mapping[str, pd.Series[int]],
    *,
    effect: str | None = None,
    key: str = "order_id",
    queue: str | None = None,
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """How many orders were delivered, and had their effect, 0, 1, 2, 3 … times.

    Parameters
    ----------
    data : DataFrame or mapping
        A trace, or names with a Series of counts per key.
    effect : str, optional
        Of a trace, the name of the mark that stands for the effect.
    key : str
        The business key: a field of messages and marks.
    queue : str, optional
        Of a trace, the queue whose deliveries count.

    Raises
    ------
    ValueError
        For a trace of several queues without a `queue`, and for more than five names.
    """
    counts = _counts(data, effect, key, queue) if is_trace(data) else dict(data)
    ax = canvas(ax)
    top = max(
        1, min(6, max((int(series.max()) for series in counts.values() if len(series)), default=1))
    )
    styles, width = roles(counts), 0.8 / len(counts)
    for place, (name, series) in enumerate(counts.items()):
        keys = series.clip(upper=top).value_counts().reindex(range(top + 1), fill_value=0)
        at = keys.index + (place - (len(counts) - 1) / 2) * width
        hatch: dict[str, Any] = {"hatch": "///", "edgecolor": "white"} if place else {}
        bars = ax.bar(at, keys, width * 0.92, color=styles[name]["color"], label=name, **hatch)
        ax.bar_label(bars, [f"{n:,}" if n else "" for n in keys], fontsize=10, padding=2)
    over = any((series > top).any() for series in counts.values())
    ax.set_xticks(range(top + 1), [*map(str, range(top)), f"{top} or more" if over else str(top)])
    ax.grid(axis="x", visible=False)
    ax.margins(y=0.12)
    ax.yaxis.set_major_locator(whole())
    neutral = "Deliveries and effects" if len(counts) > 1 else "Deliveries"
    noun = key.removesuffix("_id")
    return finish(
        ax, title=title or neutral, xlabel=f"times per {noun}", ylabel=f"number of {noun}s"
    )


def _counts(
    trace: pd.DataFrame, effect: str | None, key: str, queue: str | None
) -> dict[str, pd.Series[int]]:
    """Deliveries, and effects if they are asked for, per business key."""
    table = tr.deliveries(trace, key=key, queue=queue)
    if table["queue"].nunique() > 1:
        raise ValueError(f"say which queue: one of {sorted(table['queue'].unique())}")
    counts = {"delivery": table.set_index(key)["deliveries"]}
    return counts | ({"effect": tr.effects(trace, effect, key=key)} if effect else {})

"""Charts of calls: how long they took, and how many attempts they needed.

Knows no AWS SDK. Part of `helpers.charts`, from which a notebook has them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, PercentFormatter

from helpers import trace as tr
from helpers.charts.axes import canvas, finish, is_trace, seconds_axis, whole
from helpers.charts.style import COLOURS, roles, styled


@styled
def latency(
    data: pd.DataFrame | Mapping[str, npt.ArrayLike],
    *,
    by: str = "operation",
    of: str = "calls",
    log: bool = False,
    ax: Axes | None = None,
    title: str = "Latency",
) -> Axes:
    """What share of the calls took at most how long, with p50 (circle) and p99 (diamond).

    Parameters
    ----------
    data : DataFrame or mapping
        A trace (the five most frequent operations are drawn), or names with a row of seconds each,
        such as `end_to_end` gives. What has not finished (NaN) counts in the share: such a line
        ends below 100 %.
    by : str
        The column of `trace.calls` that tells the lines of a trace apart.
    of : str
        What the durations are of, for the label of the axis.
    log : bool
        Whether the seconds stand on a logarithmic axis.

    Raises
    ------
    ValueError
        For a duration of zero on a logarithmic axis, and for more than five names.
    """
    lines, rest = _by_group(data, by) if is_trace(data) else (dict(data), {})
    ax = canvas(ax)
    styles = roles(lines)
    for name, values in lines.items():
        seconds = np.asarray(values, dtype=float)
        if log and (seconds <= 0).any():
            raise ValueError(f"a logarithmic axis cannot show the latency 0 of {name!r}")
        ordered = np.sort(seconds[np.isfinite(seconds)])
        share = np.arange(1, len(ordered) + 1) / max(1, len(seconds))
        marks = {p: tr.percentile(seconds, p) for p in (50, 99)}
        told = ", ".join(f"p{p} {_seconds(value)}" for p, value in marks.items())
        ax.step(ordered, share, where="post", label=f"{name}: {told}", **styles[name])
        for (percent, value), shape in zip(marks.items(), "oD", strict=True):
            if math.isfinite(value):
                ax.plot(value, percent / 100, shape, color=styles[name]["color"], markersize=6)
    if rest:
        ax.plot(
            [], [], " ", label=f"not shown: {sum(map(len, rest.values()))} calls of other kinds"
        )
    ax.set_ylim(0, 1.02)
    ax.yaxis.set_major_formatter(PercentFormatter(1, symbol=""))
    if log:
        ax.set_xscale("log")
        ax.xaxis.set_major_locator(LogLocator(numticks=8))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        ax.set_xlabel("latency (s)")
    else:
        ax.set_xlim(left=0)
        seconds_axis(ax, "latency")
    return finish(ax, title=title, ylabel=f"share of {of} (%)")


def _by_group(
    trace: pd.DataFrame, by: str
) -> tuple[dict[str, npt.ArrayLike], dict[str, pd.Series[float]]]:
    """The latencies of the five largest groups of calls, and those of the others."""
    groups = [(str(name), rows["latency"]) for name, rows in tr.calls(trace).groupby(by)]
    groups.sort(key=lambda group: -len(group[1]))
    return dict(groups[:5]), dict(groups[5:])


def _seconds(value: float) -> str:
    if not math.isfinite(value):
        return "unfinished"
    if 0 < value < 1:
        return f"{value * 1000:.3g} ms"
    scale, unit = next(((s, u) for s, u in ((3600, "h"), (60, "min")) if value >= 3 * s), (1, "s"))
    return f"{value / scale:.3g} {unit}"


@styled
def attempts(
    trace: pd.DataFrame, *, ax: Axes | None = None, title: str = "Attempts per call"
) -> Axes:
    """How many calls needed 1, 2, 3 … attempts, and how they ended."""
    calls = tr.calls(trace)
    ax = canvas(ax)
    ok = calls["outcome"] == "ok"
    most = range(1, int(calls["attempts"].max() if len(calls) else 1) + 1)
    good, bad = (
        calls.loc[rows, "attempts"].value_counts().reindex(most, fill_value=0) for rows in (ok, ~ok)
    )
    ax.bar(most, good, 0.6, color=COLOURS["ok"], label="succeeded")
    ax.bar(
        most, bad, 0.6, bottom=good, color=COLOURS["failure"], label="failed",
        hatch="///", edgecolor="white",
    )  # fmt: skip
    total = good + bad
    for number, calls_ in total.items():
        ax.annotate(
            f"{calls_:,}", (number, calls_), (0, 3), textcoords="offset points", ha="center"
        )
    ax.set_ylim(0, 1.12 * max(1, total.max()))
    ax.set_xticks(most)
    ax.grid(axis="x", visible=False)
    ax.yaxis.set_major_locator(whole())
    return finish(ax, title=title, xlabel="attempts per call", ylabel="number of calls")

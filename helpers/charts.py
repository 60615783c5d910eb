"""One function per chart. Each takes a trace, or a frame computed from one, and returns axes.

Knows no AWS SDK. What is drawn is computed in `helpers.trace`. Every function takes `ax` (axes to
draw into; new ones if not given) and `title` (the finding, in a sentence with its numbers). Axes
made here are shown by a notebook as a cell's last value; `show(ax, alt=…)` gives them the alt text
that a reader who cannot see them needs. Times are virtual seconds in the data, and stand on the
axes in seconds, minutes, hours or days.
"""

import math

import numpy as np
import pandas as pd
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, PercentFormatter

from helpers import trace as tr
from helpers.abreast import abreast
from helpers.figures import canvas, finish, panels, prediction, seconds_axis
from helpers.graphs import graph
from helpers.grids import agreement, bars, heatmap
from helpers.overview import overview
from helpers.pictures import Chart, Picture, describe, show
from helpers.races import race
from helpers.style import COLOURS, role, roles, styled
from helpers.timelines import life, timeline

__all__ = [
    "COLOURS", "Chart", "Picture", "abreast", "age", "agreement", "attempts", "backlog", "bars",
    "compare", "describe", "duplicates", "graph", "heatmap", "latency", "life", "overview",
    "panels", "percentiles", "prediction", "race", "role", "show", "timeline",
]  # fmt: skip

_FILL = {"alpha": 0.15, "linewidth": 0, "rasterized": True}  # an area's outline is long in SVG
_NAMES = {"waiting": "waiting", "in_flight": "in flight", "delayed": "delayed"}


def _whole():
    """Ticks at whole, round numbers."""
    return MaxNLocator(integer=True, min_n_ticks=1, steps=[1, 2, 5, 10])


def _is_trace(data):
    return isinstance(data, pd.DataFrame) and {"kind", "messages"} <= set(data.columns)


@styled
def latency(data, *, by="operation", of="calls", log=False, ax=None, title="Latency"):
    """What share of the calls took at most how long, with p50 (circle) and p99 (diamond).

    data : a trace (the five most frequent operations are drawn), or a dictionary of name to Series
        of seconds, such as `end_to_end` gives. What has not finished (NaN) counts in the share:
        such a line ends below 100 %.
    of : what the durations are of, for the label of the axis.
    log : whether the seconds stand on a logarithmic axis; zeros cannot.
    """
    rest = {}
    if _is_trace(data):
        groups = [(name, rows["latency"]) for name, rows in tr.calls(data).groupby(by)]
        groups.sort(key=lambda group: -len(group[1]))
        data, rest = dict(groups[:5]), dict(groups[5:])
    ax = canvas(ax)
    styles = roles(data)
    for name, values in data.items():
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


def _seconds(value):
    if not math.isfinite(value):
        return "unfinished"
    if 0 < value < 1:
        return f"{value * 1000:.3g} ms"
    scale, unit = next(((s, u) for s, u in ((3600, "h"), (60, "min")) if value >= 3 * s), (1, "s"))
    return f"{value / scale:.3g} {unit}"


@styled
def percentiles(frame, *, xlabel, columns=("p50", "p99"), log=False, ax=None, title="Latency"):
    """Percentiles of the latency (columns, in seconds) against the frame's index, such as load."""
    ax = canvas(ax)
    for name in columns:
        ax.plot(frame.index, frame[name], marker="o", markersize=4, label=name, **role(name))
    if log:
        ax.set_yscale("log")
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    else:
        ax.set_ylim(bottom=0)
    return finish(ax, title=title, xlabel=xlabel, ylabel="latency (s)")


@styled
def backlog(data, *, queue=None, ax=None, title="Messages in the queue"):
    """Messages waiting, in flight and, if there are any, delayed, over time.

    data : a trace, or a frame as `trace.backlog` gives it.
    """
    steps = tr.backlog(data, queue) if _is_trace(data) else data
    ax = canvas(ax)
    for state, name in _NAMES.items():
        if state != "delayed" or steps[state].any():
            ax.step(steps["time"], steps[state], where="post", label=name, **role(state))
    filled = _FILL | {"color": COLOURS["waiting"], "step": "post"}
    ax.fill_between(steps["time"], steps["waiting"], **filled)
    ax.margins(x=0)
    ax.set_ylim(bottom=0)
    ax.yaxis.set_major_locator(_whole())
    seconds_axis(ax, "virtual time")
    return finish(ax, title=title, ylabel="messages")


@styled
def age(data, *, queue=None, ax=None, title="Age of the oldest message"):
    """Age of the oldest message over time. data : a trace, or as `trace.oldest_age` gives it."""
    saw = tr.oldest_age(data, queue) if _is_trace(data) else data
    ax = canvas(ax)
    ax.plot(saw["time"], saw["age"], **role("age"))
    ax.fill_between(saw["time"], saw["age"], color=COLOURS["age"], **_FILL)
    ax.margins(x=0)
    ax.set_ylim(bottom=0)
    seconds_axis(ax, "virtual time")
    seconds_axis(ax, "age", axis="y")
    return finish(ax, title=title)


@styled
def duplicates(data, *, effect=None, key="order_id", queue=None, ax=None, title=None):
    """How many orders were delivered, and had their effect, 0, 1, 2, 3 … times.

    data : a trace, or a dictionary of name to Series of counts per key.
    effect : name of the mark that stands for the effect.
    """
    if _is_trace(data):
        table = tr.deliveries(data, key=key, queue=queue)
        if table["queue"].nunique() > 1:
            raise ValueError(f"say which queue: one of {sorted(table['queue'].unique())}")
        counts = {"delivery": table.set_index(key)["deliveries"]}
        data = counts | ({"effect": tr.effects(data, effect, key=key)} if effect else {})
    ax = canvas(ax)
    top = max(
        1, min(6, max((int(series.max()) for series in data.values() if len(series)), default=1))
    )
    styles, width = roles(data), 0.8 / len(data)
    for place, (name, series) in enumerate(data.items()):
        keys = series.clip(upper=top).value_counts().reindex(range(top + 1), fill_value=0)
        at = keys.index + (place - (len(data) - 1) / 2) * width
        hatch = {"hatch": "///", "edgecolor": "white"} if place else {}
        bars = ax.bar(at, keys, width * 0.92, color=styles[name]["color"], label=name, **hatch)
        ax.bar_label(bars, [f"{n:,}" if n else "" for n in keys], fontsize=10, padding=2)
    over = any((series > top).any() for series in data.values())
    ax.set_xticks(range(top + 1), [*map(str, range(top)), f"{top} or more" if over else str(top)])
    ax.grid(axis="x", visible=False)
    ax.margins(y=0.12)
    ax.yaxis.set_major_locator(_whole())
    neutral = "Deliveries and effects" if len(data) > 1 else "Deliveries"
    noun = key.removesuffix("_id")
    return finish(
        ax, title=title or neutral, xlabel=f"times per {noun}", ylabel=f"number of {noun}s"
    )


@styled
def attempts(trace, *, ax=None, title="Attempts per call"):
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
    ax.yaxis.set_major_locator(_whole())
    return finish(ax, title=title, xlabel="attempts per call", ylabel="number of calls")


@styled
def compare(frames, *, y, ylabel, x="time", xlabel=None, step=False, ax=None, title="Comparison"):
    """One line per frame: column `y` against column `x`.

    frames : dictionary of name to DataFrame. A name that is a role in `COLOURS` has its colour.
    xlabel : not needed for times, which are labelled with their unit.
    step : whether each row's value holds until the next (a backlog), or lines join them.
    """
    ax = canvas(ax)
    for name, style in roles(frames).items():
        rows, where = frames[name], {"drawstyle": "steps-post"} if step else {}
        ax.plot(rows[x], rows[y], label=name.replace("_", " "), **style, **where)
    ax.margins(x=0.01)
    if x == "time":
        seconds_axis(ax, "virtual time")
    elif not xlabel:
        raise ValueError(f"say with its unit what {x!r} is: xlabel is missing")
    return finish(ax, title=title, xlabel=xlabel, ylabel=ylabel)

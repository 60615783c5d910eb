"""Lines and dots from tables: what was measured against what was expected, a load or time.

Knows no AWS SDK. Part of `helpers.charts`, from which a notebook has them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from helpers.charts.axes import canvas, finish, seconds_axis
from helpers.charts.style import COLOURS, role, roles, styled


@styled
def agreement(
    frame: pd.DataFrame,
    *,
    measured: str,
    expected: str,
    label: str,
    seconds: bool = False,
    ax: Axes | None = None,
    title: str = "Agreement",
) -> Axes:
    """What was measured against what a formula expects: dots on the line agree.

    Parameters
    ----------
    frame : DataFrame
        One row per experiment.
    measured, expected : str
        Names of its columns.
    label : str
        What both are, with the unit, such as "orders" (not for seconds, which bring their own).
    seconds : bool
        Whether both are in seconds.

    Raises
    ------
    ValueError
        If there are no positive numbers in these columns.
    """
    ax = canvas(ax, height=4.6)
    top = 1.08 * float(frame[[measured, expected]].max(axis=None))
    if not (math.isfinite(top) and top > 0):
        raise ValueError(f"the frame has no positive numbers in {measured!r} and {expected!r}")
    ax.plot([0, top], [0, top], label="as the formula says", **role("theory"))
    size = matplotlib.rcParams["lines.markersize"]
    ax.plot(
        frame[expected], frame[measured], "o", color=COLOURS["ok"], markersize=size + 1,
        label="measured", linestyle="none", alpha=0.8,
    )  # fmt: skip
    ax.set_xlim(0, top)
    ax.set_ylim(0, top)
    if seconds:
        seconds_axis(ax, f"expected {label}")
        seconds_axis(ax, f"measured {label}", axis="y")
        return finish(ax, title=title)
    return finish(ax, title=title, xlabel=f"expected {label}", ylabel=f"measured {label}")


@styled
def percentiles(
    frame: pd.DataFrame,
    *,
    xlabel: str,
    columns: Sequence[str] = ("p50", "p99"),
    log: bool = False,
    ax: Axes | None = None,
    title: str = "Latency",
) -> Axes:
    """Percentiles of the latency against something else, such as the load.

    Parameters
    ----------
    frame : DataFrame
        The percentiles in seconds; its index is what they are drawn against.
    columns : sequence of str
        Which of its columns are drawn; each is a role in `COLOURS`.
    log : bool
        Whether the seconds stand on a logarithmic axis.

    Raises
    ------
    ValueError
        For a column that is not such a role.
    """
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
def compare(
    frames: Mapping[str, pd.DataFrame],
    *,
    y: str,
    ylabel: str,
    x: str = "time",
    xlabel: str | None = None,
    step: bool = False,
    ax: Axes | None = None,
    title: str = "Comparison",
) -> Axes:
    """One line per frame: column `y` against column `x`.

    Parameters
    ----------
    frames : mapping
        From name to frame. A name that is a role in `COLOURS` has its colour.
    x, y : str
        Columns of every frame; "time" is in simulated seconds.
    xlabel : str, optional
        Not needed for times, which are labelled with their unit.
    step : bool
        Whether each row's value holds until the next (a backlog), or lines join them.

    Raises
    ------
    ValueError
        For more than five frames, or where `xlabel` is missing.
    """
    ax = canvas(ax)
    for name, style in roles(frames).items():
        rows = frames[name]
        where: dict[str, Any] = {"drawstyle": "steps-post"} if step else {}
        ax.plot(rows[x], rows[y], label=name.replace("_", " "), **style, **where)
    ax.margins(x=0.01)
    if x == "time":
        seconds_axis(ax, "simulated time")
    elif not xlabel:
        raise ValueError(f"say with its unit what {x!r} is: xlabel is missing")
    return finish(ax, title=title, xlabel=xlabel, ylabel=ylabel)

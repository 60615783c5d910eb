"""The last chart of the series: several designs, by latency, backlog, and what became of orders.

Knows no AWS SDK. Part of `helpers.charts`, from which a notebook has it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator

from helpers import trace as tr
from helpers.charts.axes import finish, seconds_axis
from helpers.charts.pictures import Chart
from helpers.charts.style import INK, roles, styled

_SHAPES: dict[str, Any] = {"waited": "-", "latency": (0, (2, 1.4))}


@styled
def overview(
    orders: Mapping[str, pd.DataFrame],
    held: Mapping[str, pd.DataFrame],
    counts: pd.DataFrame,
    *,
    shade: tuple[float, float] | None = None,
    titles: Sequence[str] = ("Latency", "Backlog", "What came of it"),
) -> list[Axes]:
    """Three panels: latencies (p50 to p99), open orders over time, and counts.

    Parameters
    ----------
    orders : mapping
        From design to a frame with a row per order: waited (by the customer) and latency (until the
        effect; NaN if never), in seconds.
    held : mapping
        From design to a frame of time (virtual seconds) and orders, drawn as a step line.
    counts : DataFrame
        Whole numbers, a row per kind and a column per design.
    shade : tuple of float, optional
        Start and end of an outage in simulated seconds.

    Returns
    -------
    list of Axes
        Those of the three panels, from top to bottom.

    Raises
    ------
    ValueError
        For more than five designs.
    """
    styles = roles(orders)
    width = matplotlib.rcParams["figure.figsize"][0]
    figure = Figure(figsize=(width, 10.5))
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(3, 1, height_ratios=(1.15, 1, 1))
    axes = [figure.add_subplot(grid[row], axes_class=Chart) for row in range(3)]
    _latencies(axes[0], orders, styles, titles[0])
    _backlogs(axes[1], held, styles, titles[1], shade)
    _counts(axes[2], counts, styles, titles[2])
    return axes


def _latencies(
    ax: Axes, orders: Mapping[str, pd.DataFrame], styles: dict[str, dict[str, Any]], title: str
) -> None:
    """A line per design and latency, from its median (circle) to its 99th percentile (diamond)."""
    for row, (name, frame) in enumerate(orders.items()):
        colour = styles[name]["color"]
        for shift, (column, line) in zip((-0.17, 0.17), _SHAPES.items(), strict=True):
            low, high = (tr.percentile(frame[column].dropna(), p) for p in (50, 99))
            ax.plot([low, high], [row + shift] * 2, color=colour, linestyle=line, linewidth=2)
            ax.plot(low, row + shift, "o", color=colour, markersize=6)
            ax.plot(high, row + shift, "D", color=colour, markersize=6)
            for value, aside, where in ((low, -8, "right"), (high, 8, "left")):
                ax.annotate(
                    _said(value), (value, row + shift), (aside, 0), textcoords="offset points",
                    ha=where, va="center", fontsize=10,
                )  # fmt: skip
    ax.set_xscale("log")
    ax.xaxis.set_major_locator(LogLocator(numticks=8))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.margins(x=0.14)
    ax.set_yticks(range(len(orders)), list(orders))
    ax.set_ylim(len(orders) - 0.45, -0.55)
    ax.grid(axis="y", visible=False)
    lines = [Line2D([], [], color=INK, linestyle=line) for line in _SHAPES.values()]
    marks = [Line2D([], [], color=INK, marker=m, linestyle="none") for m in "oD"]
    ax.legend(
        [*lines, *marks], ["customer waits", "order charged", "median", "p99"],
        loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2, ncols=4, columnspacing=1.5,
    )  # fmt: skip
    finish(ax, title=title, xlabel="latency (s)", indent=8)
    ax.set_title(ax.get_title(loc="left"), pad=22)


def _said(seconds: float) -> str:
    if not math.isfinite(seconds):
        return ""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.3g} s"


def _backlogs(
    ax: Axes,
    held: Mapping[str, pd.DataFrame],
    styles: dict[str, dict[str, Any]],
    title: str,
    shade: tuple[float, float] | None,
) -> None:
    for name, frame in held.items():
        ax.step(frame["time"], frame["orders"], where="post", label=name, **styles[name])
    if shade:
        ax.axvspan(*shade, color="0.92", zorder=0)
    ax.set_ylim(bottom=0)
    ax.margins(x=0)
    ax.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    seconds_axis(ax, "simulated time")
    finish(ax, title=title, ylabel="open orders")


def _counts(ax: Axes, counts: pd.DataFrame, styles: dict[str, dict[str, Any]], title: str) -> None:
    """A group of bars per kind, a bar per design."""
    step = 0.8 / len(counts.columns)
    for place, name in enumerate(counts.columns):
        at = [row + (place - (len(counts.columns) - 1) / 2) * step for row in range(len(counts))]
        hatch: dict[str, Any] = {
            "hatch": ("", "///", "...", "xx", "--")[place % 5],
            "edgecolor": "white",
        }
        drawn = ax.bar(
            at, counts[name], step * 0.92, color=styles[name]["color"], label=name, **hatch
        )
        ax.bar_label(drawn, [f"{value:,.0f}" for value in counts[name]], fontsize=9, padding=2)
    ax.set_xticks(range(len(counts)), [str(kind) for kind in counts.index])
    ax.grid(axis="x", visible=False)
    ax.margins(y=0.12)
    ax.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    finish(ax, title=title, ylabel="number")

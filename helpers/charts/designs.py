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

from helpers.charts.axes import finish, seconds_axis
from helpers.charts.pictures import Chart
from helpers.charts.style import INK, roles, styled

_SHAPES: dict[str, Any] = {"waits": "-", "charged": (0, (2, 1.4))}
_HATCHES = ("", "///", "...", "xx", "--")


@styled
def overview(
    runs: Mapping[str, pd.DataFrame],
    held: Mapping[str, pd.DataFrame],
    counts: pd.DataFrame,
    *,
    shade: tuple[float, float] | None = None,
    titles: Sequence[str] = ("Latency", "Backlog", "What came of it"),
) -> list[Axes]:
    """Three panels, over many seeds: latencies, open orders over time for each design, and counts.

    Parameters
    ----------
    runs : mapping
        From design to a frame with a row per seed: waits_p50 and waits_p95 (of the customers),
        charged_p50 and charged_p95 (until the effect), in seconds.
    held : mapping
        From design to a frame of time (virtual seconds), and of low, middle and high orders.
    counts : DataFrame
        Whole numbers, a row per kind and a column per design.
    shade : tuple of float, optional
        Start and end of an outage in simulated seconds.

    Returns
    -------
    list of Axes
        That of the latencies, those of the backlogs from top to bottom, and that of the counts.

    Raises
    ------
    ValueError
        For more than five designs.
    """
    styles = roles(runs)
    width = matplotlib.rcParams["figure.figsize"][0]
    figure = Figure(figsize=(width, 12))
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(3, 1, height_ratios=(1.15, 1.7, 1))
    latency = figure.add_subplot(grid[0], axes_class=Chart)
    rows = grid[1].subgridspec(len(held), 1, hspace=0)
    backlogs = [figure.add_subplot(rows[n], axes_class=Chart) for n in range(len(held))]
    count = figure.add_subplot(grid[2], axes_class=Chart)
    _latencies(latency, runs, styles, titles[0])
    _backlogs(backlogs, held, styles, titles[1], shade)
    _counts(count, counts, styles, titles[2])
    return [latency, *backlogs, count]


def _latencies(
    ax: Axes, runs: Mapping[str, pd.DataFrame], styles: dict[str, dict[str, Any]], title: str
) -> None:
    """A line per design and latency, from p50 (circle) to p95 (diamond), and p95's range."""
    for row, (name, frame) in enumerate(runs.items()):
        colour = styles[name]["color"]
        for shift, (what, line) in zip((-0.17, 0.17), _SHAPES.items(), strict=True):
            tail, at = frame[f"{what}_p95"], row + shift
            low, high = frame[f"{what}_p50"].median(), tail.median()
            span = [tail.quantile(0.05), tail.quantile(0.95)]
            ax.fill_between(span, at - 0.12, at + 0.12, color=colour, alpha=0.25, linewidth=0)
            ax.plot([low, high], [at] * 2, color=colour, linestyle=line, linewidth=2)
            ax.plot(low, at, "o", color=colour, markersize=6)
            ax.plot(high, at, "D", color=colour, markersize=6)
            for value, edge, aside, where in (
                (low, min(low, span[0]), -8, "right"),
                (high, max(high, span[1]), 8, "left"),
            ):
                ax.annotate(
                    _said(value), (edge, at), (aside, 0), textcoords="offset points",
                    ha=where, va="center", fontsize=10,
                )  # fmt: skip
    ax.set_xscale("log")
    ax.xaxis.set_major_locator(LogLocator(numticks=8))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.margins(x=0.14)
    ax.set_yticks(range(len(runs)), list(runs))
    ax.set_ylim(len(runs) - 0.45, -0.55)
    ax.grid(axis="y", visible=False)
    lines = [Line2D([], [], color=INK, linestyle=line) for line in _SHAPES.values()]
    marks = [Line2D([], [], color=INK, marker=m, linestyle="none") for m in "oD"]
    ax.legend(
        [*lines, *marks], ["customer waits", "order charged", "p50", "p95"],
        loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2, ncols=4, columnspacing=1.5,
    )  # fmt: skip
    finish(ax, title=title, xlabel="latency (s); band: p95 on 90 % of the seeds", indent=8)
    ax.set_title(ax.get_title(loc="left"), pad=22)


def _said(seconds: float) -> str:
    if not math.isfinite(seconds):
        return ""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.3g} s"


def _backlogs(
    axes: Sequence[Axes],
    held: Mapping[str, pd.DataFrame],
    styles: dict[str, dict[str, Any]],
    title: str,
    shade: tuple[float, float] | None,
) -> None:
    """A row per design, all to one scale: curves that would lie on top of each other."""
    most = max(float(frame["high"].max()) for frame in held.values())
    for ax, (name, frame) in zip(axes, held.items(), strict=True):
        colour = styles[name]["color"]
        ax.fill_between(frame["time"], frame["low"], frame["high"], color=colour, alpha=0.25)
        ax.plot(frame["time"], frame["middle"], color=colour, linestyle="-", label=name)
        ax.text(0.01, 0.9, name, transform=ax.transAxes, va="top", color=colour, fontsize=11)
        if shade:
            ax.axvspan(*shade, color="0.92", zorder=0)
        ax.set_ylim(0, 1.1 * most)
        ax.margins(x=0)
        ax.yaxis.set_major_locator(MaxNLocator(2, integer=True))
        seconds_axis(ax, "simulated time")
    for ax in axes[:-1]:
        ax.set_xlabel("")
        ax.tick_params(labelbottom=False)
    axes[len(axes) // 2].set_ylabel("open orders")
    finish(axes[0], title=title)


def _counts(ax: Axes, counts: pd.DataFrame, styles: dict[str, dict[str, Any]], title: str) -> None:
    """A group of bars per kind, a bar per design."""
    step = 0.8 / len(counts.columns)
    for place, name in enumerate(counts.columns):
        at = [row + (place - (len(counts.columns) - 1) / 2) * step for row in range(len(counts))]
        drawn = ax.bar(
            at, counts[name], step * 0.92, color=styles[name]["color"], label=name,
            hatch=_HATCHES[place % 5], edgecolor="white",
        )  # fmt: skip
        ax.bar_label(drawn, [f"{value:,.0f}" for value in counts[name]], fontsize=9, padding=2)
    ax.set_xticks(range(len(counts)), [str(kind) for kind in counts.index])
    ax.grid(axis="x", visible=False)
    ax.margins(y=0.12)
    ax.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    finish(ax, title=title, ylabel="number")

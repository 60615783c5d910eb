"""What all charts share: their axes, titles and legends, time axes, and predictions.

Knows no AWS SDK and does not use pyplot: a figure made here belongs to nobody else, so a notebook
shows it once, where it is asked to, and nothing has to be closed.
"""

from __future__ import annotations

import math
import re
import textwrap
from typing import Any, Literal, TypeGuard

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from helpers.charts.pictures import Chart, figure_of
from helpers.charts.style import role, styled

_UNITS = ((180, 1, "s"), (10_800, 60, "min"), (259_200, 3600, "h"), (math.inf, 86_400, "days"))


@styled
def panels(count: int = 1, *, height: float | None = None) -> list[Axes]:
    """New axes, one above the other, sharing the x axis.

    Parameters
    ----------
    height : float, optional
        Of all of them together, in inches.

    Returns
    -------
    list of Axes
        From top to bottom, `count` of them.

    Raises
    ------
    ValueError
        For fewer than one.
    """
    if count < 1:
        raise ValueError(f"count must be at least 1, got {count}")
    width, usual = matplotlib.rcParams["figure.figsize"]
    figure = Figure(figsize=(width, height or usual * (1 + 0.7 * (count - 1))))
    FigureCanvasAgg(figure)
    made: list[Axes] = []
    for row in range(count):
        shared = made[0] if made else None
        made.append(figure.add_subplot(count, 1, row + 1, axes_class=Chart, sharex=shared))
    for ax in made[:-1]:
        ax.tick_params(labelbottom=False)
    return made


def canvas(ax: Axes | None, *, height: float | None = None) -> Axes:
    """The axes given, or those of a new figure, `height` inches high."""
    return panels(height=height)[0] if ax is None else ax


def finish(
    ax: Axes, *, title: str, xlabel: Any = None, ylabel: Any = None, indent: int = 0
) -> Axes:
    """Title, labels and, where there is more than one thing to tell apart, a legend above.

    Parameters
    ----------
    indent : int
        Characters that stand to the left of the axes, so that the title is broken in time.
    """
    if xlabel:
        ax.set_xlabel(xlabel)
    if ylabel:
        ax.set_ylabel(ylabel)
    place = ax.get_subplotspec()
    if place and not place.is_last_row() and len(ax.get_shared_x_axes().get_siblings(ax)) > 1:
        ax.set_xlabel("")
    names = ax.get_legend_handles_labels()[1]
    columns = place.get_gridspec().ncols if place else 1
    rows = _legend(ax, names, width=84 // columns) if len(names) > 1 else 0
    characters = int(8.6 * figure_of(ax).get_figwidth() / columns - 0.8 * indent)
    ax.set_title(broken(title, max(characters, 20)), pad=8 + 13 * rows)
    return ax


def broken(text: str, width: int) -> str:
    """The text in as few lines as fit the width, alike in length; numbers keep their units."""
    text = re.sub(r"(?<=\d) (?=(?:ms|s|min|h|days|%)(?:\W|$))", "\u00a0", text)
    lines = textwrap.wrap(text, width)
    while width > 20 and len(textwrap.wrap(text, width - 1)) == len(lines):
        width -= 1
    return "\n".join(textwrap.wrap(text, width))


def _legend(ax: Axes, names: list[str], width: int) -> int:
    """Draw the legend above the axes, `width` characters wide; return how many rows it has."""
    one_row = sum(len(name) + 8 for name in names) <= width
    columns = len(names) if one_row else max(1, width // (max(map(len, names)) + 8))
    ax.legend(
        loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2, borderpad=0.1, ncols=columns,
        columnspacing=1.5, handlelength=2.6, labelspacing=0.3,
    )  # fmt: skip
    return math.ceil(len(names) / columns)


class _Seconds(MaxNLocator):
    """Round numbers in a unit, for data in seconds."""

    def __init__(self, scale: float) -> None:
        super().__init__(nbins=8, steps=[1, 2, 5, 10])
        self._scale = scale

    def tick_values(self, vmin: float, vmax: float) -> Any:
        return np.multiply(super().tick_values(vmin / self._scale, vmax / self._scale), self._scale)


def seconds_axis(ax: Axes, label: str, *, axis: Literal["x", "y"] = "x") -> None:
    """Label an axis with data in seconds in seconds, minutes, hours or days, as its length asks."""
    low, high = ax.get_xlim() if axis == "x" else ax.get_ylim()
    _, scale, unit = next(row for row in _UNITS if abs(high - low) <= row[0])
    line = ax.xaxis if axis == "x" else ax.yaxis
    line.set_major_locator(_Seconds(scale))
    line.set_major_formatter(FuncFormatter(lambda value, _: f"{value / scale:.10g}"))
    line.set_label_text(f"{label} ({unit})")


@styled
def prediction(
    ax: Axes, value: float | None, *, axis: Literal["x", "y"] = "y", label: str = "your prediction"
) -> Axes:
    """Draw a prediction as a line across; nothing, if there is none.

    Parameters
    ----------
    value : float or None
        In the unit of the axis's data: seconds on a time axis.
    axis : str
        The axis on which the value is: "x" or "y".

    Raises
    ------
    ValueError
        For a value that is not a finite number, or another axis.
    """
    if value is None:
        return ax
    if not math.isfinite(value):
        raise ValueError(f"a prediction must be a finite number, got {value}")
    if axis not in ("x", "y"):
        raise ValueError(f"axis must be 'x' or 'y', got {axis!r}")
    style = role("prediction") | {"linewidth": 2.2}
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1}
    _make_room(ax, value, axis)
    if axis == "y":
        ax.axhline(value, **style)
        at, where = (0.99, value), ("right", "bottom", ax.get_yaxis_transform())
    else:
        ax.axvline(value, **style)
        at, where = (value, 0.97), ("left", "top", ax.get_xaxis_transform())
    ax.annotate(
        label, at, xytext=(3 if axis == "x" else 0, 2), textcoords="offset points",
        xycoords=where[2], ha=where[0], va=where[1], fontsize=10, bbox=box,
    )  # fmt: skip
    return ax


def _make_room(ax: Axes, value: float, axis: Literal["x", "y"]) -> None:
    """Widen an axis whose limits were set by hand, so that a value beyond them is seen."""
    low, high = ax.get_xlim() if axis == "x" else ax.get_ylim()
    logarithmic = (ax.get_xscale() if axis == "x" else ax.get_yscale()) == "log"
    if low <= value <= high or (logarithmic and value <= 0):
        return
    beyond = value * 2 if logarithmic else value + 0.12 * (value - low)
    limits = (value, high) if value < low else (low, beyond)
    (ax.set_xlim if axis == "x" else ax.set_ylim)(*limits)


def whole() -> MaxNLocator:
    """Ticks at whole, round numbers."""
    return MaxNLocator(integer=True, min_n_ticks=1, steps=[1, 2, 5, 10])


def is_trace(data: object) -> TypeGuard[pd.DataFrame]:
    """Whether the data are a trace, and not yet a frame computed from one."""
    return isinstance(data, pd.DataFrame) and {"kind", "messages"} <= set(data.columns)


@styled
def abreast(count: int, *, title: str, height: float | None = None) -> list[Axes]:
    """New axes, one beside the other, under one title.

    A title of one of them has to be short: a word or two.

    Parameters
    ----------
    height : float, optional
        In inches.

    Returns
    -------
    list of Axes
        From left to right, `count` of them.

    Raises
    ------
    ValueError
        For fewer than two and more than four: more would be too narrow to read.
    """
    if not 2 <= count <= 4:
        raise ValueError(f"2 to 4 axes stand side by side, got {count}")
    width, usual = matplotlib.rcParams["figure.figsize"]
    figure = Figure(figsize=(width, height or usual))
    FigureCanvasAgg(figure)
    figure.suptitle(
        broken(title, int(8.6 * width)), x=0.02, ha="left",
        fontsize=matplotlib.rcParams["axes.titlesize"],
        fontweight=matplotlib.rcParams["axes.titleweight"],
    )  # fmt: skip
    return [figure.add_subplot(1, count, place + 1, axes_class=Chart) for place in range(count)]

"""Tables as pictures: a heat map, bars in groups, and measurement against expectation.

Knows no AWS SDK. Part of `helpers.charts`, from which a notebook has them.
"""

import math

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.ticker import FuncFormatter, MaxNLocator

from helpers.charts.axes import canvas, finish, seconds_axis
from helpers.charts.style import BLUE, COLOURS, role, roles, styled

_SHADES = LinearSegmentedColormap.from_list("shades", ["#ffffff", "#cfe3f2", BLUE, "#00344f"])
_ROW, _CHARACTER = 0.36, 0.085  # inches of a row, and of a character of a label


@styled
def heatmap(frame, *, xlabel, ylabel, highest=None, text=None, ax=None, title="Heat map"):
    """A number per row and column: dark is much. Every cell also says its number.

    frame : a DataFrame of numbers. NaN stands for "not applicable" and stays empty.
    highest : what counts as the darkest; by default the highest number.
    text : a frame of the same shape with what the cells say, such as "yes" and "no".
    """
    values = frame.astype(float).to_numpy()
    if not values.size:
        raise ValueError("the frame has no cells")
    if np.nanmin(values, initial=0) < 0:
        raise ValueError(f"a heat map shows numbers from zero, got {np.nanmin(values):g}")
    most = float(np.nanmax(values, initial=0)) if highest is None else float(highest)
    names, heads = [str(name) for name in frame.index], [str(name) for name in frame.columns]
    slanted = _CHARACTER * max(map(len, heads)) > 5 / len(heads)
    ax = canvas(ax, height=1.6 + _ROW * len(names) + (0.5 if slanted else 0))
    scaled = np.clip(np.nan_to_num(values) / (most or 1), 0, 1)
    ax.pcolormesh(scaled, cmap=_SHADES, vmin=0, vmax=1, edgecolors="white", linewidth=2)
    for row, column in np.ndindex(values.shape):
        if math.isfinite(values[row, column]):
            said = _number(values[row, column]) if text is None else str(text.iloc[row, column])
            ink = _ink(_SHADES(scaled[row, column]))
            ax.text(column + 0.5, row + 0.5, said, ha="center", va="center", fontsize=10, color=ink)
    ax.set_xticks(np.arange(len(heads)) + 0.5, heads)
    ax.set_yticks(np.arange(len(names)) + 0.5, names)
    if slanted:
        ax.tick_params(axis="x", rotation=25)
        for label in ax.get_xticklabels():
            label.set_horizontalalignment("right")
            label.set_rotation_mode("anchor")
    ax.tick_params(length=0)
    ax.set_ylim(len(names), 0)
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    return finish(ax, title=title, xlabel=xlabel, ylabel=ylabel, indent=max(map(len, names)))


def _number(value):
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _ink(shade):
    """Black or white, whichever is better to read on a shade: at least 4.5 to 1 on any."""
    channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(shade)]
    luminance = float(np.dot((0.2126, 0.7152, 0.0722), channels))
    return "white" if luminance < 0.179 else "black"


@styled
def bars(frame, *, ylabel, xlabel=None, log=False, ax=None, title="Comparison"):
    """A group of bars per row, a bar per column. A column that is a role has its colour.

    frame : a DataFrame of numbers; a Series is one column.
    log : whether the axis is logarithmic; a zero cannot stand on it and has no bar.
    """
    frame = frame.to_frame() if isinstance(frame, pd.Series) else frame
    if frame.empty:
        raise ValueError("the frame has no rows")
    ax = canvas(ax)
    width = 0.8 / len(frame.columns)
    for place, (name, style) in enumerate(roles(frame.columns).items()):
        at = np.arange(len(frame)) + (place - (len(frame.columns) - 1) / 2) * width
        hatch = {"hatch": ("", "///", "...", "xx", "--")[place], "edgecolor": "white"}
        drawn = ax.bar(at, frame[name], width * 0.92, color=style["color"], label=name, **hatch)
        said = [_number(value) if math.isfinite(value) else "" for value in frame[name]]
        ax.bar_label(drawn, said, fontsize=10 if len(frame) * len(frame.columns) <= 16 else 8)
    ax.set_xticks(range(len(frame)), [str(name) for name in frame.index])
    ax.grid(axis="x", visible=False)
    if log:
        ax.set_yscale("log")
    else:
        ax.set_ylim(bottom=0)
        ax.yaxis.set_major_locator(MaxNLocator(6))
    ax.margins(y=0.12)
    return finish(ax, title=title, xlabel=xlabel or frame.index.name, ylabel=ylabel)


@styled
def agreement(frame, *, measured, expected, label, seconds=False, ax=None, title="Agreement"):
    """What was measured against what a formula expects: dots on the line agree.

    frame : one row per experiment.
    measured, expected : names of its columns.
    label : what both are, with the unit, such as "orders" (not for seconds, which bring their own).
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

"""Alt text of a chart, from what is drawn on its axes: title, axes, and how each line goes."""

from __future__ import annotations

import math
import re

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.lines import Line2D

MOST_LINES = 4  # more are named, and not told one by one


def describe(ax: Axes) -> str:
    """Sentences that say what a chart shows: its title, its axes, and its series."""
    sentences = [" ".join(ax.get_title(loc="left").split()) or "A chart"]
    for way, axis, limits in (
        ("From left to right", ax.xaxis, ax.get_xlim()),
        ("Upwards", ax.yaxis, ax.get_ylim()),
    ):
        sentences.append(f"{way}: {_reach(axis, min(limits), max(limits))}")
    handles, names = ax.get_legend_handles_labels()
    told = [
        _course(ax, line, name)
        for line, name in zip(handles, names, strict=True)
        if isinstance(line, Line2D) and len(np.asarray(line.get_xydata())) > 2
    ]
    if told and len(told) <= MOST_LINES:
        sentences += told
    elif len(names) > 1:
        sentences.append(f"The series are {_listed(names)}")
    return " ".join(sentence.rstrip(".") + "." for sentence in sentences if sentence)


def _reach(axis: Axis, low: float, high: float) -> str:
    """What an axis measures, from its first number to its last, or the names along it."""
    ticks = [tick for tick in axis.get_majorticklocs() if low <= tick <= high]
    texts = axis.get_major_formatter().format_ticks(ticks)
    label = axis.get_label_text()
    if not texts:
        return label or "no scale"
    if any(re.search(r"\d", text) is None for text in texts):
        along = _listed([" ".join(text.split()) for text in texts])
    else:
        along = f"{texts[0]} to {texts[-1]}"
    return f"{label}, {along}" if label else along


def _course(ax: Axes, line: Line2D, name: str) -> str:
    """Where a line begins, where it is highest, and where it ends."""
    points = [(x, y) for x, y in np.asarray(line.get_xydata()).tolist() if not math.isnan(y)]
    if not points:
        return f"The line “{name}” has no value"
    top = max(points, key=lambda point: point[1])
    begin, most, end = (_value(ax.yaxis, y) for y in (points[0][1], top[1], points[-1][1]))
    where = _value(ax.xaxis, top[0])
    if most in (begin, end):
        return f"The line “{name}” goes from {begin} to {end}"
    return (
        f"The line “{name}” begins at {begin}, is highest at {where} with {most}, and ends at {end}"
    )


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def _value(axis: Axis, value: float) -> str:
    """A number as the axis would write it."""
    [text] = axis.get_major_formatter().format_ticks([value])
    try:
        number = float(text.replace("−", "-"))
    except ValueError:
        return text or f"{value:.3g}"
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"

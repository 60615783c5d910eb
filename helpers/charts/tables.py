"""Tables as pictures: a heat map, and bars in groups.

Knows no AWS SDK. Part of `helpers.charts`, from which a notebook has them.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.ticker import MaxNLocator

from helpers.charts.axes import canvas, finish, whole
from helpers.charts.style import BLUE, roles, styled

_SHADES = LinearSegmentedColormap.from_list("shades", ["#ffffff", "#cfe3f2", BLUE, "#00344f"])
_ROW, _CHARACTER = 0.36, 0.085  # inches of a row, and of a character of a label


@styled
def heatmap(
    frame: pd.DataFrame,
    *,
    xlabel: str,
    ylabel: str,
    highest: float | None = None,
    text: pd.DataFrame | None = None,
    ax: Axes | None = None,
    title: str = "Heat map",
) -> Axes:
    """A number per row and column: dark is much. Every cell also says its number.

    Parameters
    ----------
    frame : DataFrame
        Numbers from zero. NaN stands for "not applicable" and stays empty.
    highest : float, optional
        What counts as the darkest; by default the highest number.
    text : DataFrame, optional
        Of the same shape, with what the cells say, such as "yes" and "no".

    Raises
    ------
    ValueError
        If the frame has no cells, or a number below zero.
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
        value = float(values[row, column])
        if math.isfinite(value):
            said = _number(value) if text is None else str(text.iloc[row, column])
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


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _ink(shade: tuple[float, float, float, float]) -> str:
    """Black or white, whichever is better to read on a shade: at least 4.5 to 1 on any."""
    channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(shade)]
    luminance = float(np.dot((0.2126, 0.7152, 0.0722), channels))
    return "white" if luminance < 0.179 else "black"


@styled
def bars(
    frame: pd.DataFrame | pd.Series[float],
    *,
    ylabel: str,
    xlabel: str | None = None,
    log: bool = False,
    ax: Axes | None = None,
    title: str = "Comparison",
) -> Axes:
    """A group of bars per row, a bar per column. A column that is a role has its colour.

    Parameters
    ----------
    frame : DataFrame or Series
        Numbers, in at most five columns; a Series is one.
    xlabel : str, optional
        By default the name of the index.
    log : bool
        Whether the axis is logarithmic; a zero cannot stand on it and has no bar.

    Raises
    ------
    ValueError
        If the frame has no rows, or more than five columns.
    """
    frame = frame.to_frame() if isinstance(frame, pd.Series) else frame
    if frame.empty:
        raise ValueError("the frame has no rows")
    ax = canvas(ax)
    width = 0.8 / len(frame.columns)
    for place, (name, style) in enumerate(roles(frame.columns).items()):
        at = np.arange(len(frame)) + (place - (len(frame.columns) - 1) / 2) * width
        hatch: dict[str, Any] = {
            "hatch": ("", "///", "...", "xx", "--")[place],
            "edgecolor": "white",
        }
        drawn = ax.bar(at, frame[name], width * 0.92, color=style["color"], label=name, **hatch)
        said = [_number(value) if math.isfinite(value) else "" for value in frame[name]]
        ax.bar_label(drawn, said, fontsize=10 if len(frame) * len(frame.columns) <= 16 else 8)
    ax.set_xticks(range(len(frame)), [str(name) for name in frame.index])
    ax.grid(axis="x", visible=False)
    ax.margins(y=0.12)  # room for the label of the highest bar; fixed by the limit below
    if log:
        ax.set_yscale("log")
    else:
        ax.set_ylim(bottom=0)
        counts = (frame.fillna(0) % 1 == 0).all(axis=None)
        ax.yaxis.set_major_locator(whole() if counts else MaxNLocator(6))
    return finish(ax, title=title, xlabel=xlabel or frame.index.name, ylabel=ylabel)

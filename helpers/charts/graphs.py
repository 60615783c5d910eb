"""Graphs from data: the states of a workflow, and who sends what to whom.

Knows no AWS SDK. Part of `helpers.charts`, from which a notebook has them.
"""

from __future__ import annotations

import itertools
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon
from matplotlib.path import Path
from matplotlib.textpath import TextPath

from helpers.charts.axes import canvas, finish
from helpers.charts.edges import END, Edge, edges_of, groups_of
from helpers.charts.layout import Place, chains, spread
from helpers.charts.style import BLUE, GREEN, GREY, INK, PURPLE, VERMILLION, styled

_WIDE, _GAP, _PAD = 6.6, 0.16, 0.16  # inches: of all, between two things, and beside a text
_GROUPS = (GREEN, PURPLE, VERMILLION, INK)
_HEAD = 0.09  # inches of an arrow's head
_SIZES = ((20, 10), (16, 10), (13, 9.5), (11, 9), (10, 8.5), (9, 8))  # characters a line, points
_PARTS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[-_./])")  # where a long word may be broken


@styled
def graph(
    data: Iterable[tuple[str, ...]] | dict[str, Any],
    *,
    weights: Mapping[tuple[str, str], int] | None = None,
    groups: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    title: str = "Graph",
) -> Axes:
    """Nodes and arrows from top to bottom, laid out by igraph; nothing is placed by hand.

    Parameters
    ----------
    data : iterable or dict
        Edges (`Edge`, or tuples of source, target, label and kind, the last two optional), or the
        definition of a state machine.
    weights : mapping, optional
        From (source, target) to how often the edge was used: stands beside its label, and makes a
        thicker arrow. An edge without one was not used and is thin and dotted.
    groups : mapping, optional
        From node to what it belongs to: a colour and an entry in the legend, up to 4. Of a
        definition, by default, the branches of its Parallel and Map states.

    Raises
    ------
    ValueError
        If there is no edge, a weight is of an edge that there is not, or there are more groups.
    """
    if isinstance(data, dict):
        groups, data = groups_of(data) if groups is None else groups, edges_of(data)
    edges = [Edge(*edge) for edge in data]
    if not edges:
        raise ValueError("a graph needs at least one edge")
    groups = groups or {}
    used = {pair: weight for pair, weight in (weights or {}).items() if weight}
    unknown = used.keys() - {edge[:2] for edge in edges}
    if unknown:
        raise ValueError(f"there are no edges {sorted(unknown)}")
    layer, ways = chains([edge[:2] for edge in edges])
    for characters, points in _SIZES:
        texts = _texts(edges, layer, ways, used, characters)
        sizes = {place: _size(texts.get(place), points) for place in layer}
        x = spread(layer, ways, {place: wide for place, (wide, _) in sizes.items()}, _GAP)
        left = min(x[place] - sizes[place][0] / 2 for place in layer)
        right = max(x[place] + sizes[place][0] / 2 for place in layer)
        if right - left <= _WIDE:
            break
    y, height = _rows(layer, sizes)
    wide = max(right - left, _WIDE)
    ax = canvas(ax, height=height + 0.75)
    ax.set_xlim((left + right - wide) / 2, (left + right + wide) / 2)
    ax.set_ylim(height, 0)
    ax.set_axis_off()
    most = max(used.values(), default=1)
    for edge, way in zip(edges, ways, strict=True):
        weight = used.get(edge[:2], 0) / most if weights is not None else 0.2
        _arrow(ax, [(x[place], y[layer[place]]) for place in way], sizes, way, edge, weight)
    colours = _colours(groups)
    for place, text in texts.items():
        at = (x[place], y[layer[place]])
        if isinstance(place, tuple):
            kind = edges[place[0]].kind
            ink = VERMILLION if kind == "catch" else INK
            box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
            ax.text(*at, text, ha="center", va="center", fontsize=points - 1, color=ink, bbox=box)
        else:
            colour = GREY if place == END else colours.get(groups.get(place, ""), BLUE)
            _box(ax, at, sizes[place], text, colour, points)
    for name, colour in {**colours, **({"all else": BLUE} if colours else {})}.items():
        ax.plot([], [], "s", color=colour, markersize=9, label=name)
    return finish(ax, title=title)


def _colours(groups: Mapping[str, str]) -> dict[str, str]:
    """A colour for each group, and blue for what is in none."""
    names = list(dict.fromkeys(groups.values()))
    if len(names) > len(_GROUPS):
        raise ValueError(f"no more than {len(_GROUPS)} groups can be told apart, got {names}")
    return dict(zip(names, _GROUPS, strict=False))


def _texts(
    edges: Sequence[Edge],
    layer: Mapping[Place, int],
    ways: Sequence[Sequence[Place]],
    used: Mapping[tuple[str, str], int],
    characters: int,
) -> dict[Place, str]:
    """What stands at each place: names of nodes, and labels with how often the edge was used."""
    texts: dict[Place, str] = {
        place: _broken(place, characters) for place in layer if not isinstance(place, tuple)
    }
    for edge, way in zip(edges, ways, strict=True):
        count = used.get(edge[:2])
        said = [edge.label, f"{count:,}" if count else ""]
        if any(said):
            texts[way[1]] = _broken(": ".join(filter(None, said)), characters)
    return texts


def _broken(text: str, characters: int) -> str:
    """The text in lines: broken at spaces, and where a word is too long, within OrderPlaced."""
    lines: list[str] = []
    for line in textwrap.wrap(text, characters, break_long_words=False, break_on_hyphens=False):
        lines.append("")
        for part in _PARTS.split(line) if len(line) > characters else [line]:
            if lines[-1] and len(lines[-1] + part) > characters:
                lines.append("")
            lines[-1] += part
    return "\n".join(lines)


def _size(text: str | None, points: float) -> tuple[float, float]:
    """Width and height in inches."""
    if text is None:
        return 0.02, 0.0
    lines = text.split("\n")
    wide = max(TextPath((0, 0), line, size=points).get_extents().width for line in lines) / 72
    return wide + _PAD, len(lines) * points * 1.25 / 72 + 0.12


def _rows(
    layer: Mapping[Place, int], sizes: Mapping[Place, tuple[float, float]]
) -> tuple[dict[int, float], float]:
    """The middle of each layer from the top, and the height of all."""
    tall = dict.fromkeys(sorted(set(layer.values())), 0.0)
    for place, row in layer.items():
        tall[row] = max(tall[row], sizes[place][1])
    y: dict[int, float] = {}
    at = 0.06
    for row, height in tall.items():
        y[row] = at + height / 2
        at += height + 0.12
    return y, at


def _box(
    ax: Axes,
    at: tuple[float, float],
    size: tuple[float, float],
    text: str,
    colour: str,
    points: float,
) -> None:
    wide, tall = size
    box = FancyBboxPatch(
        (at[0] - wide / 2, at[1] - tall / 2), wide, tall, boxstyle="round,pad=0,rounding_size=0.06",
        facecolor="white", edgecolor=colour, linewidth=1.6,
    )  # fmt: skip
    ax.add_patch(box)
    ax.text(*at, text, ha="center", va="center", fontsize=points, color=INK)


def _arrow(
    ax: Axes,
    middles: Sequence[tuple[float, float]],
    sizes: Mapping[Place, tuple[float, float]],
    way: Sequence[Place],
    edge: Edge,
    weight: float,
) -> None:
    """A curve through the places of the edge's way, from the border of a box to that of another."""
    ink = VERMILLION if edge.kind == "catch" else INK
    style: dict[str, Any] = {"color": ink, "linewidth": 0.8 + 2.4 * weight, "linestyle": "-"}
    if not weight:
        ink, style = GREY, {"color": GREY, "linewidth": 0.8, "linestyle": ":"}
    points = np.array(middles, dtype=float)
    leaves, comes = np.sign(points[1][1] - points[0][1]), np.sign(points[-1][1] - points[-2][1])
    points[0][1] += leaves * sizes[way[0]][1] / 2
    points[-1][1] -= comes * sizes[way[-1]][1] / 2
    if way[0] == way[-1]:  # out at the left and in again at the right
        points[0][0], points[-1][0] = points[0][0] - 0.12, points[-1][0] + 0.12
    (x, y), back = points[-1].copy(), comes * _HEAD
    points[-1][1] -= back
    vertices, codes = [points[0]], [Path.MOVETO]
    for a, b in itertools.pairwise(points):
        half = (a[1] + b[1]) / 2
        vertices += [(a[0], half), (b[0], half), b]
        codes += [Path.CURVE4] * 3
    ax.add_patch(PathPatch(Path(vertices, codes), fill=False, zorder=0.5, **style))
    tip = [(x, y), (x - _HEAD / 2, y - back), (x + _HEAD / 2, y - back)]
    ax.add_patch(Polygon(tip, facecolor=ink, edgecolor="none", zorder=0.6))

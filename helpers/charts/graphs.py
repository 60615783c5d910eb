"""Graphs from data: the states of a workflow, and who sends what to whom.

Knows no AWS SDK. Part of `helpers.charts`, from which a notebook has them.
"""

import itertools
import re
import textwrap
from typing import NamedTuple

import numpy as np
from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon
from matplotlib.path import Path
from matplotlib.textpath import TextPath

from helpers.charts.axes import canvas, finish
from helpers.charts.layout import chains, spread
from helpers.charts.style import BLUE, GREEN, GREY, INK, PURPLE, VERMILLION, styled

END = "End"
_WIDE, _GAP, _PAD = 6.6, 0.16, 0.16  # inches: of all, between two things, and beside a text
_GROUPS = (GREEN, PURPLE, VERMILLION, INK)
_HEAD = 0.09  # inches of an arrow's head
_SIZES = ((20, 10), (16, 10), (13, 9.5), (11, 9), (10, 8.5), (9, 8))  # characters a line, points
_PARTS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[-_./])")  # where a long word may be broken


class Edge(NamedTuple):
    """`kind` is "next", "choice", "catch" or "branch"; a catch has the colour of failure."""

    source: str
    target: str
    label: str = ""
    kind: str = "next"


def edges_of(definition):
    """The edges of a workflow, from its definition in Amazon States Language (a dictionary).

    Next, Default, the rules of a Choice with their conditions, the errors of a Catch, and the first
    state of each branch of a Parallel or Map state. What follows such a state begins where its
    branches end. A state with `End`, or of type Succeed, leads to "End".
    """
    states, found = definition["States"], []
    for name in _in_order(definition):
        state = states[name]
        then = state.get("Next") or (END if state.get("End") or state["Type"] == "Succeed" else "")
        within = branches(state)
        for label, branch in within.items():
            found.append(Edge(name, branch["StartAt"], label, "branch"))
            inner = edges_of(branch)
            found += [edge for edge in inner if edge.target != END]
            if then:
                found += [edge._replace(target=then) for edge in inner if edge.target == END]
        for rule in state.get("Choices", ()):
            found.append(Edge(name, rule["Next"], _condition(rule), "choice"))
        if "Default" in state:
            found.append(Edge(name, state["Default"], "otherwise", "choice"))
        if then and not within:
            found.append(Edge(name, then))
        for catch in state.get("Catch", ()):
            found.append(Edge(name, catch["Next"], ", ".join(catch["ErrorEquals"]), "catch"))
    return list(dict.fromkeys(found))


def groups_of(definition):
    """The Parallel or Map state that each state within one belongs to (the innermost)."""
    found = {}
    for name, state in definition["States"].items():
        for branch in branches(state).values():
            found |= dict.fromkeys(branch["States"], name) | groups_of(branch)
    return found


def branches(state):
    """What a Parallel or Map state runs, by the label of the edge that leads there."""
    if "Branches" in state:
        return {f"branch {at}": branch for at, branch in enumerate(state["Branches"], start=1)}
    inner = state.get("ItemProcessor") or state.get("Iterator")
    return {"each item": inner} if inner else {}


def _in_order(definition):
    """Names of states from the first one on, as they follow each other where all goes well."""
    states, first, rest = definition["States"], [], definition["StartAt"]
    while rest in states and rest not in first:
        first.append(rest)
        rest = states[rest].get("Next") or states[rest].get("Default")
    return [*first, *(name for name in states if name not in first)]


def _condition(rule):
    if "Condition" in rule:
        return rule["Condition"].strip("{%} ")
    for word in ("And", "Or"):
        if word in rule:
            return f" {word.lower()} ".join(map(_condition, rule[word]))
    if "Not" in rule:
        return f"not {_condition(rule['Not'])}"
    test, value = next((key, rule[key]) for key in rule if key not in ("Variable", "Next"))
    return f"{rule['Variable']} {test} {value}"


@styled
def graph(data, *, weights=None, groups=None, ax=None, title="Graph"):
    """Nodes and arrows from top to bottom, laid out by igraph; nothing is placed by hand.

    data : edges (`Edge`, or tuples of source, target, label and kind, the last two optional), or
        the definition of a state machine, a dictionary.
    weights : how often each edge was used, by (source, target): stands beside its label, and makes
        a thicker arrow. An edge without one was not used and is thin and dotted.
    groups : what each node belongs to, by its name: a colour and an entry in the legend, up to 4.
        Of a definition, by default, the branches of its Parallel and Map states.
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
        sizes = {place: _size(texts.get(place), points, place in texts) for place in layer}
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
            colour = GREY if place == END else colours.get(groups.get(place), BLUE)
            _box(ax, at, sizes[place], text, colour, points)
    for name, colour in {**colours, **({"all else": BLUE} if colours else {})}.items():
        ax.plot([], [], "s", color=colour, markersize=9, label=name)
    return finish(ax, title=title)


def _colours(groups):
    """A colour for each group, and blue for what is in none."""
    names = list(dict.fromkeys(groups.values()))
    if len(names) > len(_GROUPS):
        raise ValueError(f"no more than {len(_GROUPS)} groups can be told apart, got {names}")
    return dict(zip(names, _GROUPS, strict=False))


def _texts(edges, layer, ways, used, characters):
    """What stands at each place: names of nodes, and labels with how often the edge was used."""
    texts = {place: _broken(place, characters) for place in layer if not isinstance(place, tuple)}
    for edge, way in zip(edges, ways, strict=True):
        count = used.get(edge[:2])
        said = [edge.label, f"{count:,}" if count else ""]
        if any(said):
            texts[way[1]] = _broken(": ".join(filter(None, said)), characters)
    return texts


def _broken(text, characters):
    """The text in lines: broken at spaces, and where a word is too long, within OrderPlaced."""
    lines = []
    for line in textwrap.wrap(text, characters, break_long_words=False, break_on_hyphens=False):
        lines.append("")
        for part in _PARTS.split(line) if len(line) > characters else [line]:
            if lines[-1] and len(lines[-1] + part) > characters:
                lines.append("")
            lines[-1] += part
    return "\n".join(lines)


def _size(text, points, node):
    """Width and height in inches."""
    if text is None:
        return 0.02, 0.0
    lines = text.split("\n")
    wide = max(TextPath((0, 0), line, size=points).get_extents().width for line in lines) / 72
    return wide + _PAD, len(lines) * points * 1.25 / 72 + 0.12


def _rows(layer, sizes):
    """The middle of each layer from the top, and the height of all."""
    tall = dict.fromkeys(sorted(set(layer.values())), 0.0)
    for place, row in layer.items():
        tall[row] = max(tall[row], sizes[place][1])
    y, at = {}, 0.06
    for row, height in tall.items():
        y[row] = at + height / 2
        at += height + 0.12
    return y, at


def _box(ax, at, size, text, colour, points):
    wide, tall = size
    box = FancyBboxPatch(
        (at[0] - wide / 2, at[1] - tall / 2), wide, tall, boxstyle="round,pad=0,rounding_size=0.06",
        facecolor="white", edgecolor=colour, linewidth=1.6,
    )  # fmt: skip
    ax.add_patch(box)
    ax.text(*at, text, ha="center", va="center", fontsize=points, color=INK)


def _arrow(ax, points, sizes, way, edge, weight):
    """A curve through the places of the edge's way, from the border of a box to that of another."""
    ink = VERMILLION if edge.kind == "catch" else INK
    style = {"color": ink, "linewidth": 0.8 + 2.4 * weight, "linestyle": "-"}
    if not weight:
        ink, style = GREY, {"color": GREY, "linewidth": 0.8, "linestyle": ":"}
    points = np.array(points, dtype=float)
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

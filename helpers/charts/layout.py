"""Where the parts of a drawn graph stand: layers from top to bottom, nothing on top of another.

Knows no AWS SDK. Part of `helpers.charts.graphs`. The order within a layer is Sugiyama's, from
igraph. A label is laid out like a node, halfway along its edge, so that it covers neither nodes
nor labels.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Pair = tuple[str, str]  # names of the nodes that an edge joins
Place = str | tuple[int, int]  # of a node, its name; on an edge, its number and the layer


def depths(edges: Sequence[Pair]) -> tuple[dict[str, int], set[Pair]]:
    """How many edges lie above each node on the longest way to it, and which edges lead back.

    Parameters
    ----------
    edges : sequence of (source, target)
        The first one's source is where the graph is entered; an edge that leads back to a node on
        the way to it does not count.

    Returns
    -------
    depth : dict
        From node to a number of edges.
    back : set
        The edges that lead back.
    """
    follow: dict[str, list[Pair]] = {}
    back: set[Pair] = set()
    seen: set[str] = set()
    path: list[str] = []
    for edge in edges:
        follow.setdefault(edge[0], []).append(edge)
        follow.setdefault(edge[1], [])
    order: list[str] = []

    def visit(node: str) -> None:
        seen.add(node)
        path.append(node)
        for edge in follow[node]:
            if edge[1] in path:
                back.add(edge)
            elif edge[1] not in seen:
                visit(edge[1])
        path.pop()
        order.append(node)

    for node in follow:
        if node not in seen:
            visit(node)
    depth = dict.fromkeys(reversed(order), 0)
    for node in depth:  # sources before targets
        for edge in follow[node]:
            if edge not in back:
                depth[edge[1]] = max(depth[edge[1]], depth[node] + 1)
    return depth, back


def chains(edges: Sequence[Pair]) -> tuple[dict[Place, int], list[list[Place]]]:
    """Each edge as the places that it passes, one per layer, from source to target.

    Returns
    -------
    layer : dict
        From place to its layer, 0 at the top. Nodes stand in even layers, labels in odd ones.
    ways : list of list
        The places of each edge.
    """
    depth, back = depths(edges)
    layer: dict[Place, int] = {node: 2 * deep for node, deep in depth.items()}
    ways: list[list[Place]] = []
    for number, (source, target) in enumerate(edges):
        top, bottom = (target, source) if (source, target) in back else (source, target)
        if source == target:  # out at the side and in again
            layer[number, 1] = layer[source] + 1
            ways.append([source, (number, 1), target])
            continue
        between = [(number, row) for row in range(layer[top] + 1, layer[bottom])]
        layer.update({place: place[1] for place in between})
        way: list[Place] = [top, *between, bottom]
        ways.append(way[::-1] if top is target else way)
    return layer, ways


def spread(
    layer: Mapping[Place, int],
    ways: Sequence[Sequence[Place]],
    width: Mapping[Place, float],
    gap: float,
) -> dict[Place, float]:
    """Where the middle of each place is, from left to right.

    Parameters
    ----------
    width : mapping
        Of each place, in inches.
    gap : float
        Inches between two places of a layer, at least.

    Returns
    -------
    dict
        From place to inches.
    """
    number = {place: index for index, place in enumerate(layer)}
    steps = {
        tuple(sorted((a, b), key=layer.__getitem__))
        for way in ways
        for a, b in itertools.pairwise(way)
    }
    pairs = sorted((number[a], number[b]) for a, b in steps)
    import igraph  # here, since it takes a fifth of a second and few lessons draw a graph

    graph = igraph.Graph(len(layer), pairs, directed=True)
    drawn = graph.layout_sugiyama(layers=list(layer.values()))
    x = np.array([point[0] for point in drawn.coords]) * (gap + np.mean(list(width.values())))
    rows: dict[int, list[Place]] = {}
    for place in sorted(layer, key=lambda place: x[number[place]]):
        rows.setdefault(layer[place], []).append(place)
    near: dict[int, list[int]] = {index: [] for index in number.values()}
    for a, b in pairs:
        near[a].append(b)
        near[b].append(a)
    for _ in range(60):  # towards the middle of the neighbours, as far as the row allows
        for row in sorted(rows):
            here = [number[place] for place in rows[row]]
            wished = [np.mean(x[near[index]]) if near[index] else x[index] for index in here]
            x[here] = _apart(wished, [width[place] for place in rows[row]], gap)
    return {place: float(x[index]) for place, index in number.items()}


def _apart(wished: Sequence[Any], widths: Sequence[float], gap: float) -> npt.NDArray[np.float64]:
    """The middles closest to the wished ones, in this order, at which nothing overlaps."""
    middles = [(a + b) / 2 + gap for a, b in itertools.pairwise(widths)]
    offsets: npt.NDArray[np.float64] = np.cumsum([0.0, *middles])
    blocks: list[tuple[float, int]] = []  # pool adjacent violators: mean and size
    for value in np.asarray(wished) - offsets:
        blocks.append((value, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (right, m), (left, n) = blocks.pop(), blocks.pop()
            blocks.append(((left * n + right * m) / (n + m), n + m))
    pooled: npt.NDArray[np.float64] = np.repeat(
        [mean for mean, _ in blocks], [n for _, n in blocks]
    )
    return pooled + offsets

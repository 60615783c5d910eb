"""Where the parts of a drawn graph stand: layers from top to bottom, nothing on top of another.

Knows no AWS SDK. Part of `helpers.charts.graphs`. The order within a layer is Sugiyama's, from
igraph. A label is laid out like a node, halfway along its edge, so that it covers neither nodes
nor labels.
"""

import itertools

import igraph
import numpy as np


def depths(edges):
    """How many edges lie above each node on the longest way to it, and which edges lead back.

    edges : pairs of names. The first one's source is where the graph is entered; an edge that leads
        back to a node on the way to it does not count.
    """
    follow, back, seen, path = {}, set(), set(), []
    for edge in edges:
        follow.setdefault(edge[0], []).append(edge)
        follow.setdefault(edge[1], [])
    order = []

    def visit(node):
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


def chains(edges):
    """Each edge as the places that it passes, one per layer, from source to target.

    Returns the layer of every place (nodes by their name, all else by the edge's number and its
    layer) and one list of places per edge. Nodes stand in even layers, labels in odd ones.
    """
    depth, back = depths(edges)
    layer, ways = {node: 2 * deep for node, deep in depth.items()}, []
    for number, (source, target) in enumerate(edges):
        top, bottom = (target, source) if (source, target) in back else (source, target)
        if source == target:  # out at the side and in again
            layer[number, 1] = layer[source] + 1
            ways.append([source, (number, 1), target])
            continue
        between = [(number, row) for row in range(layer[top] + 1, layer[bottom])]
        layer.update({place: place[1] for place in between})
        way = [top, *between, bottom]
        ways.append(way[::-1] if top is target else way)
    return layer, ways


def spread(layer, ways, width, gap):
    """Where the middle of each place is, from left to right.

    width : of each place; `gap` stands at least between two in a layer.
    """
    number = {place: index for index, place in enumerate(layer)}
    steps = {
        tuple(sorted((a, b), key=layer.get)) for way in ways for a, b in itertools.pairwise(way)
    }
    pairs = sorted((number[a], number[b]) for a, b in steps)
    graph = igraph.Graph(len(layer), pairs, directed=True)
    drawn = graph.layout_sugiyama(layers=list(layer.values()))
    x = np.array([point[0] for point in drawn.coords]) * (gap + np.mean(list(width.values())))
    rows = {}
    for place in sorted(layer, key=lambda place: x[number[place]]):
        rows.setdefault(layer[place], []).append(place)
    near = {index: [] for index in number.values()}
    for a, b in pairs:
        near[a].append(b)
        near[b].append(a)
    for _ in range(60):  # towards the middle of the neighbours, as far as the row allows
        for row in sorted(rows):
            here = [number[place] for place in rows[row]]
            wished = [np.mean(x[near[index]]) if near[index] else x[index] for index in here]
            x[here] = _apart(wished, [width[place] for place in rows[row]], gap)
    return {place: float(x[index]) for place, index in number.items()}


def _apart(wished, widths, gap):
    """The middles closest to the wished ones, in this order, at which nothing overlaps."""
    middles = [(a + b) / 2 + gap for a, b in itertools.pairwise(widths)]
    offsets = np.cumsum([0, *middles])
    blocks = []  # pool adjacent violators: mean and size
    for value in np.asarray(wished) - offsets:
        blocks.append((value, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (right, m), (left, n) = blocks.pop(), blocks.pop()
            blocks.append(((left * n + right * m) / (n + m), n + m))
    return np.repeat([mean for mean, _ in blocks], [size for _, size in blocks]) + offsets

"""Where places and dots stand in a still picture of a replay, in inches from the left and the top.

Knows no AWS SDK. Part of `helpers.charts.replay`.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import NamedTuple

from helpers.charts.replay.film import Film
from helpers.charts.replay.stage import Place

WIDE, _GAP, _PITCH = 7.2, 0.45, 0.105  # inches
_LEAST = {"queue": 0.74, "dead": 0.56}  # inches of height; of all others 0.4
_WEIGHT = {"queue": 2.3, "worker": 1.25}
Box = tuple[float, float, float, float]  # left, top, width and height in inches
_RANK = [
    "senders",
    "topic",
    "queue",
    "delayed",
    "state",
    "worker",
    "function",
    "nobody",
    "dead",
    "done",
    "failed",
]


def layout(places: list[Place]) -> tuple[list[Box], float]:
    """Left, top, width and height of each place in inches, and the height of all."""
    columns: dict[int, list[int]] = defaultdict(list)
    queues = [place.queue for place in places]
    for number in sorted(
        range(len(places)),
        key=lambda n: (queues.index(places[n].queue), _RANK.index(places[n].kind), places[n].name),
    ):
        columns[places[number].column].append(number)
    weights = {
        column: max(_WEIGHT.get(places[n].kind, 0.95) for n in numbers)
        for column, numbers in columns.items()
    }
    gap = _GAP if len(columns) < 8 else 0.14  # of many columns the names need the room
    unit = (WIDE - gap * (len(columns) - 1) - 0.04) / sum(weights.values())

    def height(number: int) -> float:
        return _LEAST.get(places[number].kind, 0.4)

    tall = max(sum(map(height, col)) + 0.07 * (len(col) - 1) for col in columns.values()) + 0.06
    boxes: list[Box] = [(0, 0, 0, 0)] * len(places)
    x = 0.02
    for column in sorted(columns):
        numbers = columns[column]
        used = sum(map(height, numbers)) + 0.07 * (len(numbers) - 1)
        y = 0.02 + (tall - 0.06 - used) / 2
        for number in numbers:
            boxes[number] = (x, y, weights[column] * unit, height(number))
            y += height(number) + 0.07
        x += weights[column] * unit + gap
    return boxes, tall


def ends(a: Box, b: Box) -> tuple[tuple[float, float], tuple[float, float]]:
    """Where a way begins and ends: at the sides that face each other."""
    (ax, ay, aw, ah), (bx, by, bw, bh) = a, b
    if ax == bx:
        down = by > ay
        return (ax + aw / 2, ay + ah * down), (bx + bw / 2, by + bh * (not down))
    right = bx > ax
    return (ax + aw * right, ay + ah / 2), (bx + bw * (not right), by + bh / 2)


class Spot(NamedTuple):
    """A dot at a moment: what it is, and where it stands in inches."""

    ident: str
    order: object
    kind: str
    x: float
    y: float


def spots(film: Film, boxes: list[Box], moment: float) -> list[Spot]:
    """Those present, the longest there at the right, as many as the place has room for."""
    present = []
    for dot in film.dots:
        if dot.visits[0][0] <= moment and (dot.end is None or moment < dot.end):
            start, place, kind, _ = [visit for visit in dot.visits if visit[0] <= moment][-1]
            present.append((start, place, kind, dot))
    slots: dict[int, itertools.count[int]] = defaultdict(itertools.count)
    found = []
    for _, place, kind, dot in sorted(present, key=lambda one: one[0]):
        x, y, wide, high = boxes[place]
        across, down = int((wide - 0.08) / _PITCH), int((high - 0.22) / _PITCH)
        slot = next(slots[place])
        if slot < across * max(down, 1):
            x, y = x + wide - 0.1 - slot % across * _PITCH, y + 0.29 + slot // across * _PITCH
            found.append(Spot(dot.ident, dot.order, kind, x, y))
    return found

"""A film of more messages than can be told apart: some orders drawn, all of them counted.

Knows no AWS SDK. Part of `helpers.charts.replay`.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from typing import Any

import numpy as np

from helpers.charts.replay.film import Dot, Film

MOMENTS = 500  # at which the counts of all are known


def thinned(film: Film, most: int, order: Any = None) -> Film:
    """The film with the messages of one order in so many, and the counts of all.

    Parameters
    ----------
    most : int
        Messages that are drawn, about.
    order : object, optional
        An order that is kept.
    """
    every = math.ceil(len(film.dots) / most)
    orders = list(dict.fromkeys(_of(dot) for dot in film.dots))
    kept = {*orders[::every], order}
    dots = [dot for dot in film.dots if _of(dot) in kept]
    return dataclasses.replace(film, dots=dots, thinned=every, counts=_counts(film))


def _of(dot: Dot) -> Any:
    """What a message is thinned by: its order, or itself if it is about none."""
    return dot.ident if dot.order is None else dot.order


def _counts(film: Film) -> dict[int, list[tuple[float, int]]]:
    """How many are at each place, or gone, at `MOMENTS` moments: the steps."""
    grid = np.linspace(film.start, film.end, MOMENTS)
    spans: dict[int, tuple[list[float], list[float]]] = {}
    for dot in film.dots:
        last = math.inf if dot.end is None else dot.end
        ends = [visit[0] for visit in dot.visits[1:]] + [last]
        for visit, end in zip(dot.visits, ends, strict=True):
            came, went = spans.setdefault(visit[1], ([], []))
            came.append(visit[0])
            went.append(end)
        if dot.gone is not None and dot.end is not None:
            spans.setdefault(dot.gone, ([], []))[0].append(dot.end)
    counts = {}
    for place, (came, went) in spans.items():
        held = np.searchsorted(np.sort(came), grid, "right")
        held = held - np.searchsorted(np.sort(went), grid, "right")
        steps = [(round(t, 3), int(n)) for t, n in zip(grid.tolist(), held.tolist(), strict=True)]
        runs = itertools.groupby(steps, key=lambda step: step[1])
        counts[place] = [next(run) for _, run in runs]
    return counts

"""The path of two hours: those parts of the lessons that lead from one queue to one effect.

A notebook's metadata say which cells are on it: ``lesson.two_hours`` is a list of parts, each
``{"from": id, "to": id}`` of the first and the last cell. Knows no Sphinx.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helpers.lessons.reading_time import RUNS, reading_time

HEADING = re.compile(r"^#{1,3} (.+)$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Part:
    """One stretch of a lesson.

    Attributes
    ----------
    begin, until : str
        The heading at which it begins, and the one at which it has ended: "" at the lesson's end.
    whole : bool
        Whether it begins with the lesson, so that `begin` is the lesson's title.
    minutes : float
        By the formula of `reading_time`, the runs left out.
    """

    begin: str
    until: str
    whole: bool
    minutes: float


def parts(notebook: Mapping[str, Any]) -> list[Part]:
    """The parts of a notebook that are on the path, in their order.

    Parameters
    ----------
    notebook : mapping
        The JSON of a notebook. Empty metadata mean that nothing of it is on the path.

    Raises
    ------
    ValueError
        With the id, if there is no such cell, if a part ends before it begins, or if it begins in
        a cell without a heading.
    """
    cells = notebook["cells"]
    places = {cell.get("id"): place for place, cell in enumerate(cells)}
    found = []
    for part in notebook.get("metadata", {}).get("lesson", {}).get("two_hours", []):
        for ident in (part["from"], part["to"]):
            if ident not in places:
                raise ValueError(f"two_hours: there is no cell {ident!r}")
        first, last = places[part["from"]], places[part["to"]]
        if last < first:
            raise ValueError(f"two_hours: {part['to']!r} stands before {part['from']!r}")
        begin = headings(cells[first])
        if not begin:
            raise ValueError(f"two_hours: {part['from']!r} has no heading to begin at")
        then = [heading for cell in cells[last + 1 :] for heading in headings(cell)]
        minutes = reading_time({"cells": cells[first : last + 1]})["minutes"] - RUNS
        found.append(Part(begin[-1], (then or [""])[0], first == 0, minutes))
    return found


def headings(cell: Mapping[str, Any]) -> list[str]:
    """The headings of a cell. A part begins at the last of its first cell."""
    if cell["cell_type"] != "markdown":
        return []
    return HEADING.findall(FENCE.sub("", "".join(cell["source"])))


def minutes(notebook: Mapping[str, Any]) -> int:
    """What a lesson takes on the path, with a minute for its runs; 0 if it is not on it."""
    found = parts(notebook)
    return math.ceil(sum(part.minutes for part in found)) + 1 if found else 0

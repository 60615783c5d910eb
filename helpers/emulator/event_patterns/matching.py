"""Event patterns: compiled once, and then matched against many events.

Statements followed: EventBridge User Guide, "Amazon EventBridge event patterns" and "Arrays in
Amazon EventBridge event patterns", and where they are silent aws/event-ruler, the open-source
matcher behind EventBridge (README), all as of November 2026:

- All fields of a pattern have to match, and of each field any of its values.
- "If the value in the event is an array, then the event pattern matches if the intersection of the
  event pattern array and the event array is non-empty."
- Matches within an array of objects have to come from one of its elements ("JSON Array Matching").
- `exists` "only works on the leaf nodes": an object is no value, and an empty array has none.

`alternatives` says what a pattern wants, `operators` when a value is what is wanted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from typing import Any

from helpers.emulator.event_patterns.alternatives import Alternative, Wanted, alternatives
from helpers.emulator.event_patterns.invalid import InvalidPattern

__all__ = ["InvalidPattern", "Pattern", "compiled"]

Place = tuple[tuple[int, int], ...]  # the arrays that a value is in, and in which element
Found = list[list[tuple[Any, Place]]]  # the values of an event, by leaf


@lru_cache(maxsize=4096)
def compiled(pattern: str | None) -> Pattern:
    """The compiled form of an event pattern. Without one, every event matches.

    Raises
    ------
    InvalidPattern
        If EventBridge would refuse it.
    """
    return Pattern([{}] if pattern is None else alternatives(pattern))


@dataclass
class _Node:
    """A place in an event that leads to fields of the pattern."""

    leaf: int | None = None
    below: dict[str, _Node] = field(default_factory=dict)  # by key of the event, maybe with dots


class Pattern:
    """An event pattern, ready to be matched."""

    def __init__(self, wanted: list[Alternative]) -> None:
        self._paths = sorted({path for one in wanted for path in one})
        leaves = {path: leaf for leaf, path in enumerate(self._paths)}
        self._alternatives = [[(leaves[path], one[path]) for path in sorted(one)] for one in wanted]
        self._root = _Node()
        nodes: dict[str, _Node] = {}
        for path, leaf in leaves.items():
            _lead(self._root, nodes, path).leaf = leaf

    def matches(self, event: dict[str, Any]) -> bool:
        """Whether an event, parsed from JSON, matches."""
        found: Found = [[] for _ in self._paths]
        _gather(self._root, event, (), found, count())
        return any(_holds(fields, found) for fields in self._alternatives)


def _lead(root: _Node, nodes: dict[str, _Node], path: str) -> _Node:
    """The node at a path, led to from every node on the way: a key may be several of the steps."""
    if path not in nodes:
        nodes[path] = root.below[path] = node = _Node()
        for at, character in enumerate(path):
            if character == ".":
                _lead(root, nodes, path[:at]).below[path[at + 1 :]] = node
    return nodes[path]


def _gather(node: _Node, value: Any, place: Place, found: Found, arrays: Iterator[int]) -> None:
    """Note the values below a node, and where they stand."""
    if isinstance(value, dict):
        for key, below in node.below.items():
            if key in value:
                _gather(below, value[key], place, found, arrays)
    elif isinstance(value, list):
        array = next(arrays)
        for index, element in enumerate(value):
            nested = isinstance(element, dict | list)
            _gather(node, element, (*place, (array, index)) if nested else place, found, arrays)
    elif node.leaf is not None:
        found[node.leaf].append((value, place))


def _holds(fields: list[tuple[int, Wanted]], found: Found) -> bool:
    """Whether every field of an alternative finds what it wants."""
    in_arrays = []
    for leaf, wanted in fields:
        values = found[leaf]
        if not values and wanted.or_absent:
            continue
        accepted = dict.fromkeys(place for value, place in values if wanted.accepts(value))
        if () in accepted:
            continue
        if not accepted and not wanted.or_absent:
            return False
        in_arrays.append((list(accepted), {place for _, place in values}, wanted.or_absent))
    return not in_arrays or _consistent(in_arrays, {})


def _consistent(
    choices: list[tuple[list[Place], set[Place], bool]], chosen: dict[int, int]
) -> bool:
    """Whether each field finds a place, with one element chosen of each array.

    The fields come in the order of their paths, as in the open-source matcher: one is absent if it
    is in none of the elements that the fields before it have chosen.
    """
    if not choices:
        return True
    (accepted, everywhere, or_absent), *rest = choices
    for place in accepted:
        if _agrees(place, chosen) and _consistent(rest, {**chosen, **dict(place)}):
            return True
    absent = or_absent and not any(_agrees(place, chosen) for place in everywhere)
    return absent and _consistent(rest, chosen)


def _agrees(place: Place, chosen: dict[int, int]) -> bool:
    return all(chosen.get(array, index) == index for array, index in place)

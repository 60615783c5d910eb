"""Event patterns: compiled once, and then matched against many events.

Statements followed: EventBridge User Guide, "Creating Amazon EventBridge event patterns", and where
it is silent aws/event-ruler, the open-source matcher behind EventBridge (README), both as of
November 2026:

- All fields of a pattern have to match, and of each field any of its values. A field of the event
  that is an array matches if any of its elements does.
- Matches in an array of objects have to come from one element of it ("JSON Array Matching").
- A field is known by its path: `{"a.b": …}` and `{"a": {"b": …}}` are the same field.
- `exists` works on leaf nodes only: an object is no value, and neither is an empty array.
- `$or` multiplies a pattern into alternatives, at most 1,000. A field that one of them names again
  replaces the one before.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from typing import Any

from .events_invalid import InvalidPattern, TooManyCombinations
from .events_operators import INSIDE_ANYTHING_BUT, OPERATORS, Literal, Test, matcher, the_only

__all__ = ["InvalidPattern", "Pattern", "TooManyCombinations", "compiled"]

MOST_COMBINATIONS = 1_000
Pairs = tuple[tuple[str, Any], ...]  # an object of a pattern, as it is written
Place = tuple[tuple[int, int], ...]  # arrays of objects that a value is in, and which element
Found = list[list[tuple[Any, Place]]]  # by leaf, the values of an event

# Reserved: with one of these inside, `$or` is a field like any other.
RESERVED = {
    *OPERATORS,
    *INSIDE_ANYTHING_BUT,
    "exists",
    *("=", "<", "<=", ">", ">="),
    *("regex", "not-wildcard", "not-equals-ignore-case"),
    *("date-after", "date-on-or-after", "date-before", "date-on-or-before", "in-date-range"),
    *("ip-address-in-range", "ip-address-not-in-range"),
}


@lru_cache(maxsize=4096)
def compiled(pattern: str | None) -> Pattern:
    """The compiled form of an event pattern. Without one, everything matches.

    Raises
    ------
    InvalidPattern
        If EventBridge would refuse it.
    """
    if pattern is None:
        return Pattern([{}])
    try:
        parsed = json.loads(
            pattern,
            object_pairs_hook=tuple,
            parse_int=Literal,
            parse_float=Literal,
            parse_constant=_no_constant,
        )
    except json.JSONDecodeError as error:
        raise InvalidPattern(
            f"{error.msg} at line: {error.lineno}, column: {error.colno}"
        ) from None
    if not isinstance(parsed, tuple):
        raise InvalidPattern("Filter is not an object")
    return Pattern(_with_fields([{}], "", parsed))


def _no_constant(text: str) -> None:
    raise InvalidPattern(f"Unrecognized token '{text}'")


# Compiling: fields by path, once for each alternative.


@dataclass(frozen=True)
class _Field:
    """What a pattern wants of one field."""

    accepts: Test
    or_absent: bool  # {"exists": false}


Alternative = dict[str, _Field]


def _with_fields(alternatives: list[Alternative], path: str, pairs: Pairs) -> list[Alternative]:
    """The alternatives, each with the fields of an object at `path`."""
    if not pairs:
        raise InvalidPattern("Empty objects are not allowed")
    for name, value in pairs:
        below = f"{path}.{name}" if path else name
        if name == "$or" and _is_or(value):
            alternatives = [
                each
                for option in value
                for each in _with_fields([dict(one) for one in alternatives], path, option)
            ]
            if len(alternatives) > MOST_COMBINATIONS:
                raise TooManyCombinations(len(alternatives))
        elif isinstance(value, tuple):
            alternatives = _with_fields(alternatives, below, value)
        elif isinstance(value, list):
            wanted = _wanted(value)
            for one in alternatives:
                one[below] = wanted
        else:
            raise InvalidPattern(f'"{name}" must be an object or an array')
    return alternatives


def _is_or(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) >= 2
        and all(isinstance(option, tuple) for option in value)
        and not any(name in RESERVED for option in value for name, _ in option)
    )


def _wanted(values: list[Any]) -> _Field:
    if not values:
        raise InvalidPattern("Empty arrays are not allowed")
    tests: list[Test] = []
    present = absent = False
    for value in values:
        exists = _exists(value)
        if exists is None:
            tests.append(matcher(value))
        present = present or exists is True
        absent = absent or exists is False
    if present:
        return _Field(lambda found: True, absent)
    if len(tests) == 1:
        return _Field(tests[0], absent)
    return _Field(lambda found: any(test(found) for test in tests), absent)


def _exists(value: Any) -> bool | None:
    """What `exists` is followed by, or None if the value is something else."""
    if not (isinstance(value, tuple) and value and value[0][0] == "exists"):
        return None
    if not isinstance(value[0][1], bool):
        raise InvalidPattern("exists match pattern must be either true or false.")
    return the_only(value, "Only one key allowed in match expression")[1]


# Matching: the values of the leaves that the pattern names, then each alternative.


@dataclass
class _Node:
    """A place in the event that leads to fields of the pattern."""

    leaf: int | None = None
    below: dict[str, _Node] = field(default_factory=dict)  # by key, which may contain dots


class Pattern:
    """An event pattern, ready to be matched."""

    def __init__(self, alternatives: list[Alternative]) -> None:
        paths = sorted({path for one in alternatives for path in one})
        self._leaves = {path: leaf for leaf, path in enumerate(paths)}
        self._alternatives = [
            [(self._leaves[path], one[path]) for path in sorted(one)] for one in alternatives
        ]
        self._root = _Node()
        for path in paths:
            self._add(self._root, path, path)

    def _add(self, node: _Node, rest: str, path: str) -> None:
        """A key of an event may be any run of the steps of a path."""
        at = -1
        while (at := rest.find(".", at + 1)) >= 0:
            below = node.below.setdefault(rest[:at], _Node())
            self._add(below, rest[at + 1 :], path)
        node.below.setdefault(rest, _Node()).leaf = self._leaves[path]

    def matches(self, event: dict[str, Any]) -> bool:
        """Whether an event matches."""
        found: Found = [[] for _ in self._leaves]
        _gather(self._root, event, (), found, count())
        return any(_holds(fields, found) for fields in self._alternatives)


def _gather(node: _Node, value: Any, place: Place, found: Found, arrays: Iterator[int]) -> None:
    """Note the values below a node of the event."""
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


def _holds(fields: list[tuple[int, _Field]], found: Found) -> bool:
    """Whether every field of an alternative finds what it wants."""
    in_arrays = []
    for leaf, wanted in fields:
        values = found[leaf]
        if not values:
            if not wanted.or_absent:
                return False
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
    """Whether a place can be chosen for each field, with one element per array.

    Fields are tried in the order of their paths, as the open-source matcher does: a field is absent
    if it is in none of the elements that the fields before it have chosen.
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

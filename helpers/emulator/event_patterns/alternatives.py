"""What an event pattern wants, field by field, once for each of its alternatives.

Statements followed: EventBridge User Guide, "Comparison operators for use in event patterns" and
"Content filtering", and where they are silent aws/event-ruler, the open-source matcher behind
EventBridge (README), all as of November 2026:

- A field is known by its path: `{"a.b": …}` and `{"a": {"b": …}}` are the same field.
- "If you include a key more than once the last reference will be the one used to evaluate events."
- `$or` multiplies a pattern into alternatives. APIs refuse a pattern "if the use of $or results in
  over 1000 rule combinations": "multiply the total number of arguments from each $or array".
- Where `$or` is not followed by two objects or more, or they name operators, it is treated "as
  normal field name".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import prod
from typing import Any

from helpers.emulator.event_patterns.invalid import InvalidPattern
from helpers.emulator.event_patterns.numbers import Literal, Test
from helpers.emulator.event_patterns.operators import OPERATORS, alone, matcher

Pairs = tuple[tuple[str, Any], ...]  # an object of a pattern, as it is written

MOST_COMBINATIONS = 1_000
RESERVED = {
    *OPERATORS,
    *("exists", "=", "<", "<=", ">", ">="),
    *("regex", "not-wildcard", "not-equals-ignore-case"),
    *("date-after", "date-on-or-after", "date-before", "date-on-or-before", "in-date-range"),
    *("ip-address-in-range", "ip-address-not-in-range"),
}


@dataclass(frozen=True)
class Wanted:
    """What a pattern wants of one field."""

    accepts: Test
    or_absent: bool  # {"exists": false}


Alternative = dict[str, Wanted]  # by path, with dots


def alternatives(pattern: str) -> list[Alternative]:
    """What the text of a pattern wants: one of these.

    Raises
    ------
    InvalidPattern
        If EventBridge would refuse it.
    """
    try:
        parsed = json.loads(
            pattern,
            object_pairs_hook=tuple,
            parse_int=Literal,
            parse_float=Literal,
            parse_constant=_refuse,
        )
    except json.JSONDecodeError as error:
        where = f"line: {error.lineno}, column: {error.colno}"
        raise InvalidPattern(f"{error.msg} at {where}") from None
    if not isinstance(parsed, tuple):
        raise InvalidPattern("Filter is not an object")
    if _combinations(parsed) > MOST_COMBINATIONS:
        raise InvalidPattern(f"$or results in over {MOST_COMBINATIONS} rule combinations")
    try:
        return _with_fields([{}], "", parsed, or_is_a_field=False)
    except InvalidPattern:
        return _with_fields([{}], "", parsed, or_is_a_field=True)


def _refuse(constant: str) -> None:
    raise InvalidPattern(f"Unrecognized token '{constant}'")


def _combinations(value: Any) -> int:
    if isinstance(value, list):
        return prod(map(_combinations, value))
    if not isinstance(value, tuple):
        return 1
    found = 1
    for name, below in value:
        many = len(below) if name == "$or" and isinstance(below, list) else 1
        found *= max(many, 1) * _combinations(below)
    return found


def _with_fields(
    before: list[Alternative],
    path: str,
    pairs: Pairs,
    *,
    or_is_a_field: bool,
    inside_or: bool = False,
) -> list[Alternative]:
    """The alternatives, each with the fields of the object at `path` besides those before."""
    if not pairs:
        raise InvalidPattern("Empty objects are not allowed")
    found = before
    for name, value in pairs:
        below = f"{path}.{name}" if path else name
        if name == "$or" and not or_is_a_field:
            options = _options(value)
            forks = [([dict(one) for one in found], option) for option in options]
            found = [
                one
                for fork, option in forks
                for one in _with_fields(fork, path, option, or_is_a_field=False, inside_or=True)
            ]
        elif inside_or and name in RESERVED:
            raise InvalidPattern(f"{name} is a reserved name inside $or.")
        elif isinstance(value, tuple):
            found = _with_fields(
                found, below, value, or_is_a_field=or_is_a_field, inside_or=inside_or
            )
        elif isinstance(value, list):
            wanted = _wanted(value)
            for one in found:
                one[below] = wanted
        else:
            raise InvalidPattern(f'"{name}" must be an object or an array')
    return found


def _options(value: Any) -> list[Pairs]:
    if isinstance(value, list) and len(value) > 1 and all(isinstance(one, tuple) for one in value):
        return value
    raise InvalidPattern("$or is followed by an array of two objects or more.")


def _wanted(values: list[Any]) -> Wanted:
    if not values:
        raise InvalidPattern("Empty arrays are not allowed")
    presence = [_exists(value) for value in values]
    tests = [
        matcher(value) for value, exists in zip(values, presence, strict=True) if exists is None
    ]
    absent = False in presence
    if True in presence:
        return Wanted(lambda found: True, absent)
    if len(tests) == 1:
        return Wanted(tests[0], absent)
    return Wanted(lambda found: any(test(found) for test in tests), absent)


def _exists(value: Any) -> bool | None:
    """What `exists` is followed by, or None where the value is something else."""
    if not (isinstance(value, tuple) and value and value[0][0] == "exists"):
        return None
    if not isinstance(value[0][1], bool):
        raise InvalidPattern("exists match pattern must be either true or false.")
    alone(value)
    return value[0][1]

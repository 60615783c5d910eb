"""The numbers of an event pattern, each as a test of one value of an event.

Statements followed: EventBridge User Guide, "Numeric matching", as of November 2026. Numbers are
compared "between -5.0e9 and +5.0e9 inclusive, with 15 digits of precision, or six digits to the
right of the decimal point". Another number only equals itself as it is written, and is refused
where numbers are compared (aws/event-ruler, the open-source matcher behind EventBridge).
A boolean is no number.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from helpers.emulator.event_patterns.invalid import InvalidPattern

Test = Callable[[Any], bool]
LARGEST = Decimal("5e9")
MICRO = 1_000_000  # comparisons are between whole numbers of millionths


@dataclass(frozen=True)
class Literal:
    """A number as it is written in a pattern."""

    text: str


def equals(literal: Literal) -> Test:
    """The test for a number of a pattern."""
    wanted = _in_millionths(Decimal(literal.text))
    if wanted is None:
        return lambda found: _is_number(found) and json.dumps(found) == literal.text
    return lambda found: _comparable(found) == wanted


def equals_comparable(literal: Literal) -> Test:
    """The same, where numbers that cannot be compared are refused."""
    _millionths(literal)
    return equals(literal)


def numeric(argument: Any) -> Test:
    """The test for an array such as ``["=", 5]`` or ``[">", 0, "<=", 5]``."""
    if not isinstance(argument, list):
        raise InvalidPattern("Value of numeric must be an array.")
    operator = argument[0] if argument else None
    if not isinstance(operator, str):
        raise InvalidPattern(f"Invalid member in numeric match: {_shown(operator)}")
    if operator not in ("=", "<", "<=", ">", ">="):
        raise InvalidPattern(f"Unrecognized numeric range operator: {operator}")
    limit = _limit("equals" if operator == "=" else operator, argument[1:2])
    if operator in (">", ">=") and len(argument) > 2:
        return _between(limit, operator == ">", argument[2:])
    if len(argument) > 2:
        raise InvalidPattern("Too many elements in numeric expression")
    bottom = None if operator.startswith("<") else limit + (operator == ">")
    top = None if operator.startswith(">") else limit - (operator == "<")
    return _within(bottom, top)


def _between(bottom: int, open_bottom: bool, rest: list[Any]) -> Test:
    operator = rest[0]
    if not isinstance(operator, str):
        raise InvalidPattern(f"Bad value in numeric range: {_shown(operator)}")
    if operator not in ("<", "<="):
        raise InvalidPattern(f"Bad numeric range operator: {operator}")
    top = _limit(operator, rest[1:2])
    if len(rest) > 2:
        raise InvalidPattern("Too many terms in numeric range expression")
    if bottom >= top:
        raise InvalidPattern("Bottom must be less than top")
    return _within(bottom + open_bottom, top - (operator == "<"))


def _within(bottom: int | None, top: int | None) -> Test:
    def test(found: Any) -> bool:
        number = _comparable(found)
        return (
            number is not None
            and (bottom is None or bottom <= number)
            and (top is None or number <= top)
        )

    return test


def _limit(operator: str, rest: list[Any]) -> int:
    if not rest or not isinstance(rest[0], Literal):
        raise InvalidPattern(f"Value of {operator} must be numeric")
    return _millionths(rest[0])


def _millionths(literal: Literal) -> int:
    number = _in_millionths(Decimal(literal.text))
    if number is None:
        raise InvalidPattern(f"Cannot compare number : {literal.text}")
    return number


def _in_millionths(number: Decimal) -> int | None:
    if not -LARGEST <= number <= LARGEST:
        return None
    scaled = number * MICRO
    whole = int(scaled)
    return whole if whole == scaled else None


def _comparable(found: Any) -> int | None:
    if not _is_number(found):
        return None
    if isinstance(found, int):
        return found * MICRO if -LARGEST <= found <= LARGEST else None
    return _in_millionths(Decimal(repr(found)))


def _is_number(found: Any) -> bool:
    return isinstance(found, int | float) and not isinstance(found, bool)


def _shown(value: Any) -> str:
    return value.text if isinstance(value, Literal) else json.dumps(value)

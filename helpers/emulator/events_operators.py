"""The values of an event pattern, each as a test of one value of an event.

Statements followed: EventBridge User Guide, "Comparison operators for use in event patterns", and
where it is silent aws/event-ruler, the open-source matcher behind EventBridge (README), both as of
November 2026. Among them:

- prefix, suffix, equals-ignore-case and wildcard "only work on string-valued fields".
- Numbers are compared from -5.0e9 to +5.0e9, "with 15 digits of precision, or six digits to the
  right of the decimal point". Others only equal themselves as they are written.
- `anything-but` takes strings only or numbers only. It is true of a value of any other type.
- Wildcards: consecutive ones are refused; a backslash stands before a star or a backslash.
- "Only one key allowed in match expression".
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from .events_invalid import InvalidPattern

Test = Callable[[Any], bool]
Address = IPv4Address | IPv6Address
LARGEST = Decimal("5e9")
MICRO = 1_000_000  # six digits to the right of the decimal point
LIKE_AN_ADDRESS = re.compile(r"[0-9]+(\.[0-9]+){3}|[0-9a-fA-F:]*:[0-9a-fA-F:]*")


@dataclass(frozen=True)
class Literal:
    """A number as it is written in a pattern."""

    text: str


def matcher(value: Any) -> Test:
    """The test that one element of a pattern's array stands for. `exists` is not among them."""
    if isinstance(value, tuple):
        name, argument = the_only(value, "Only one key allowed in match expression")
        if name not in OPERATORS:
            raise InvalidPattern(f"Unrecognized match type {name}")
        return OPERATORS[name](argument)
    if isinstance(value, list):
        raise InvalidPattern("Match value must be String, number, true, false, or null")
    if isinstance(value, Literal):
        return _equals_number(value)
    if isinstance(value, str):
        return _equals_string(value)
    return lambda found: found is value  # true, false and null


def the_only(pairs: tuple[tuple[str, Any], ...], otherwise: str) -> tuple[str, Any]:
    """The one name of an object and its value."""
    if not pairs:
        raise InvalidPattern("Match expression name not found")
    if len(pairs) > 1:
        raise InvalidPattern(otherwise)
    return pairs[0]


# Strings.


def _equals_string(text: str) -> Test:
    address = _address(text)
    if address is not None:
        return lambda found: isinstance(found, str) and _address(found) == address
    return lambda found: isinstance(found, str) and found == text


def _prefix(argument: Any) -> Test:
    text, ignores_case = _maybe_ignoring_case("prefix", argument)
    if ignores_case:
        return lambda found: isinstance(found, str) and found.lower().startswith(text)
    return lambda found: isinstance(found, str) and found.startswith(text)


def _suffix(argument: Any) -> Test:
    text, ignores_case = _maybe_ignoring_case("suffix", argument)
    if ignores_case:
        return lambda found: isinstance(found, str) and found.lower().endswith(text)
    return lambda found: isinstance(found, str) and found.endswith(text)


def _maybe_ignoring_case(operator: str, argument: Any) -> tuple[str, bool]:
    if not isinstance(argument, tuple):
        return _string(argument, f"{operator} match pattern must be a string"), False
    name, text = the_only(argument, "Only one key allowed in match expression")
    if name != "equals-ignore-case":
        raise InvalidPattern(f"Unsupported {operator} pattern: {name}")
    return _string(text, "equals-ignore-case match pattern must be a string").lower(), True


def _equals_ignore_case(argument: Any) -> Test:
    text = _string(argument, "equals-ignore-case match pattern must be a string").lower()
    return lambda found: isinstance(found, str) and found.lower() == text


def _exactly(argument: Any) -> Test:
    text = _string(argument, "exact match pattern must be a string")
    return lambda found: isinstance(found, str) and found == text


def _wildcard(argument: Any) -> Test:
    text = _string(argument, "wildcard match pattern must be a string")
    first, *others = _between_wildcards(text)
    if not others:
        return lambda found: isinstance(found, str) and found == first
    *middle, last = others

    def test(found: Any) -> bool:
        if not (isinstance(found, str) and found.startswith(first) and found.endswith(last)):
            return False
        at, end = len(first), len(found) - len(last)
        for part in middle:
            at = found.find(part, at, end)
            if at < 0:
                return False
            at += len(part)
        return at <= end

    return test


def _between_wildcards(text: str) -> list[str]:
    """The text between the stars, without its escapes."""
    parts, at = [""], 0
    while at < len(text):
        character, following = text[at], text[at + 1 : at + 2]
        if character == "\\":
            if following not in ("*", "\\"):
                raise InvalidPattern(f"Invalid escape character at pos {at + 1}")
            parts[-1] += following
            at += 1
        elif character == "*":
            if following == "*":
                raise InvalidPattern(f"Consecutive wildcard characters at pos {at + 1}")
            parts.append("")
        else:
            parts[-1] += character
        at += 1
    return parts


def _string(argument: Any, otherwise: str) -> str:
    if not isinstance(argument, str):
        raise InvalidPattern(otherwise)
    return argument


# Numbers. One that can be compared becomes a whole number of millionths.


def _equals_number(literal: Literal) -> Test:
    wanted = _in_millionths(Decimal(literal.text))
    if wanted is None:
        return lambda found: _is_number(found) and json.dumps(found) == literal.text
    return lambda found: _comparable(found) == wanted


def _numeric(argument: Any) -> Test:
    if not isinstance(argument, list):
        raise InvalidPattern("Value of numeric must be an array.")
    operator = argument[0] if argument else None
    if not isinstance(operator, str):
        raise InvalidPattern(f"Invalid member in numeric match: {_shown(operator)}")
    if operator not in ("=", "<", "<=", ">", ">="):
        raise InvalidPattern(f"Unrecognized numeric range operator: {operator}")
    limit = _limit("equals" if operator == "=" else operator, argument[1:2])
    if operator == "=":
        test = _within(limit, limit)
    elif operator in ("<", "<="):
        test = _within(None, limit, open_top=operator == "<")
    elif len(argument) > 2:
        return _between(limit, operator == ">", argument[2:])
    else:
        test = _within(limit, None, open_bottom=operator == ">")
    if len(argument) > 2:
        raise InvalidPattern("Too many elements in numeric expression")
    return test


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
    return _within(bottom, top, open_bottom=open_bottom, open_top=operator == "<")


def _within(
    bottom: int | None, top: int | None, *, open_bottom: bool = False, open_top: bool = False
) -> Test:
    lowest = None if bottom is None else bottom + open_bottom
    highest = None if top is None else top - open_top

    def test(found: Any) -> bool:
        number = _comparable(found)
        return (
            number is not None
            and (lowest is None or lowest <= number)
            and (highest is None or number <= highest)
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


# Addresses.


def _address(text: str) -> Address | None:
    if not LIKE_AN_ADDRESS.fullmatch(text):
        return None
    try:
        return ip_address(text)
    except ValueError:
        return None


def _cidr(argument: Any) -> Test:
    text = _string(argument, "prefix match pattern must be a string")  # sic
    host, _, bits = text.partition("/")
    if text.count("/") != 1:
        raise InvalidPattern("Malformed CIDR, one '/' required")
    if not re.fullmatch(r"[+-]?[0-9]+", bits):
        raise InvalidPattern("Malformed CIDR, mask bits must be an integer")
    if int(bits) < 0:
        raise InvalidPattern("Malformed CIDR, mask bits must not be negative")
    address = _address(host)
    if address is None:
        raise InvalidPattern(f"Nonstandard IP address: {host}")
    if int(bits) >= address.max_prefixlen:
        raise InvalidPattern(f"IPv{address.version} mask bits must be < {address.max_prefixlen}")
    network = ip_network(f"{host}/{int(bits)}", strict=False)

    def test(found: Any) -> bool:
        address = _address(found) if isinstance(found, str) else None
        return address is not None and address in network

    return test


# Anything but.


def _anything_but(argument: Any) -> Test:
    if isinstance(argument, tuple):
        name, values = the_only(argument, "Too many elements in numeric expression")
        if name not in INSIDE_ANYTHING_BUT:
            raise InvalidPattern(f"Unsupported anything-but pattern: {name}")
        tests = [_inside_anything_but(name, value) for value in _values(values)]
    else:
        tests = _none_of(_values(argument))
    return lambda found: not any(test(found) for test in tests)


def _values(argument: Any) -> list[Any]:
    if isinstance(argument, list):
        return argument
    if isinstance(argument, str | Literal):
        return [argument]
    raise InvalidPattern("Value of anything-but must be an array or single string/number value.")


def _none_of(values: list[Any]) -> list[Test]:
    if any(not isinstance(value, str | Literal) for value in values):
        raise InvalidPattern("Inside anything but list, start|null|boolean is not supported.")
    if len({type(value) for value in values}) != 1:
        raise InvalidPattern(
            "Inside anything but list, either all values are number or string, "
            "mixed type is not supported"
        )
    for value in values:
        if isinstance(value, Literal):
            _millionths(value)  # refuses what cannot be compared
    return [
        _exactly(value) if isinstance(value, str) else _equals_number(value) for value in values
    ]


def _inside_anything_but(name: str, value: Any) -> Test:
    if not isinstance(value, str):
        raise InvalidPattern(INSIDE_ANYTHING_BUT[name])
    if name in ("prefix", "suffix") and not value:
        raise InvalidPattern("Null prefix/suffix not allowed")
    return OPERATORS[name](value)


def _shown(value: Any) -> str:
    return value.text if isinstance(value, Literal) else json.dumps(value)


OPERATORS: dict[str, Callable[[Any], Test]] = {
    "anything-but": _anything_but,
    "cidr": _cidr,
    "equals-ignore-case": _equals_ignore_case,
    "exactly": _exactly,
    "numeric": _numeric,
    "prefix": _prefix,
    "suffix": _suffix,
    "wildcard": _wildcard,
}
# What may stand inside, and what is said of one that is no string.
INSIDE_ANYTHING_BUT = {
    "equals-ignore-case": "Inside anything-but/equals-ignore-case list, "
    "number|start|null|boolean is not supported.",
    "prefix": "prefix/suffix match pattern must be a string",
    "suffix": "prefix/suffix match pattern must be a string",
    "wildcard": "wildcard match pattern must be a string",
}

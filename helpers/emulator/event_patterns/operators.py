"""The values of an event pattern, each as a test of one value of an event.

Statements followed: EventBridge User Guide, "Comparison operators for use in event patterns", and
where it is silent aws/event-ruler, the open-source matcher behind EventBridge (README), both as of
November 2026. Among them:

- prefix, suffix, equals-ignore-case and wildcard "only work on string-valued fields".
- `anything-but` takes strings only or numbers only. It is true of a value of any other type.
- Wildcards: consecutive ones are refused; a backslash stands before a star or a backslash.
- An address equals itself however it is written.
- A matcher has one operator.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from helpers.emulator.event_patterns.invalid import InvalidPattern
from helpers.emulator.event_patterns.numbers import (
    Literal,
    Test,
    equals,
    equals_comparable,
    numeric,
)

IPV4 = re.compile(r"[0-9]+(\.[0-9]+){3}")
IPV6 = re.compile(r"[0-9a-fA-F:]*:[0-9a-fA-F:]*")
ONE_KEY = "Only one key allowed in match expression"
TOO_MANY = "Too many elements in numeric expression"  # said of anything-but too


def matcher(value: Any) -> Test:
    """The test that one element of a pattern's array stands for. `exists` is not among them."""
    if isinstance(value, tuple):
        name, argument = first(value)
        if name not in OPERATORS:
            raise InvalidPattern(f"Unrecognized match type {name}")
        test = OPERATORS[name](argument)
        alone(value, TOO_MANY if name in ("anything-but", "numeric") else ONE_KEY)
        return test
    if isinstance(value, list):
        raise InvalidPattern("Match value must be String, number, true, false, or null")
    if isinstance(value, Literal):
        return equals(value)
    if isinstance(value, str):
        return _equals(value)
    return lambda found: found is value  # true, false and null


def first(pairs: tuple[tuple[str, Any], ...]) -> tuple[str, Any]:
    """The first name of an object of a pattern, and its value."""
    if not pairs:
        raise InvalidPattern("Match expression name not found")
    return pairs[0]


def alone(pairs: tuple[tuple[str, Any], ...], otherwise: str = ONE_KEY) -> None:
    """Refuse an object of a pattern with more than one name."""
    if len(pairs) > 1:
        raise InvalidPattern(otherwise)


# Strings.


def _equals(text: str) -> Test:
    address = _address(text)
    if address is not None:
        return lambda found: isinstance(found, str) and _address(found) == address
    return _exactly(text)


def _exactly(argument: Any) -> Test:
    text = _string(argument, "exact match pattern must be a string")
    return lambda found: isinstance(found, str) and found == text


def _equals_ignore_case(argument: Any) -> Test:
    text = _string(argument, "equals-ignore-case match pattern must be a string").lower()
    return lambda found: isinstance(found, str) and found.lower() == text


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
    name, value = first(argument)
    if name != "equals-ignore-case":
        raise InvalidPattern(f"Unsupported {operator} pattern: {name}")
    text = _string(value, "equals-ignore-case match pattern must be a string")
    alone(argument)
    return text.lower(), True


def _wildcard(argument: Any) -> Test:
    text = _string(argument, "wildcard match pattern must be a string")
    start, *others = _between_wildcards(text)
    if not others:
        return _exactly(start)
    *middle, last = others

    def test(found: Any) -> bool:
        if not (isinstance(found, str) and found.startswith(start) and found.endswith(last)):
            return False
        at, end = len(start), len(found) - len(last)
        for part in middle:
            at = found.find(part, at, end)
            if at < 0:
                return False
            at += len(part)
        return at <= end

    return test


def _between_wildcards(text: str) -> list[str]:
    """The text between the stars, without its escapes. Positions count the opening quote."""
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


# Addresses.


def _address(text: str) -> IPv4Address | IPv6Address | None:
    if not (IPV4.fullmatch(text) or IPV6.fullmatch(text)):
        return None
    try:
        return ip_address(text)
    except ValueError:
        return None


def _cidr(argument: Any) -> Test:
    text = _string(argument, "prefix match pattern must be a string")  # the matcher's own words
    host, _, bits = text.partition("/")
    if not bits or "/" in bits:
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
    if not isinstance(argument, tuple):
        tests = _any_of(_values(argument))
        return lambda found: not any(test(found) for test in tests)
    name, values = first(argument)
    if name not in INSIDE_ANYTHING_BUT:
        raise InvalidPattern(f"Unsupported anything-but pattern: {name}")
    tests = [_inside_anything_but(name, value) for value in _values(values)]
    alone(argument, TOO_MANY)
    return lambda found: not any(test(found) for test in tests)


def _values(argument: Any) -> list[Any]:
    if isinstance(argument, list):
        return argument
    if isinstance(argument, str | Literal):
        return [argument]
    raise InvalidPattern("Value of anything-but must be an array or single string/number value.")


def _any_of(values: list[Any]) -> list[Test]:
    if any(not isinstance(value, str | Literal) for value in values):
        raise InvalidPattern("Inside anything but list, start|null|boolean is not supported.")
    if len({type(value) for value in values}) != 1:
        raise InvalidPattern(
            "Inside anything but list, either all values are number or string, "
            "mixed type is not supported"
        )
    return [
        _exactly(value) if isinstance(value, str) else equals_comparable(value) for value in values
    ]


def _inside_anything_but(name: str, value: Any) -> Test:
    if not isinstance(value, str):
        raise InvalidPattern(INSIDE_ANYTHING_BUT[name])
    if name in ("prefix", "suffix") and not value:
        raise InvalidPattern("Null prefix/suffix not allowed")
    return OPERATORS[name](value)


OPERATORS: dict[str, Callable[[Any], Test]] = {
    "anything-but": _anything_but,
    "cidr": _cidr,
    "equals-ignore-case": _equals_ignore_case,
    "exactly": _exactly,
    "numeric": numeric,
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

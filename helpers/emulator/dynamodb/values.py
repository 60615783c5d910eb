"""The values of DynamoDB, as a request has them: a dict of one type and its value.

Bytes are bytes here. Every value that comes in is checked and brought into the one form in which it
is kept, so that equal numbers are equal texts.

Words of the errors: answers of AWS recorded in a public conformance suite (2026) and in the public
tests of dynalite, which run against AWS. Depth: Developer Guide, "Quotas", "Nested attribute depth:
up to 32 levels". Sizes: Developer Guide, "DynamoDB item sizes and formats".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from helpers.emulator.dynamodb import numbers
from helpers.emulator.dynamodb.refusals import INVALID, Malformed

Value = dict[str, Any]
Item = dict[str, Value]

TYPES = ("S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL")
SETS = {"SS": "S", "NS": "N", "BS": "B"}
ORDERED = ("S", "N", "B")
DEEPEST = 32
NO_TYPE = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
TWO_TYPES = (
    "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the "
    "supported datatypes"
)
EMPTY_SETS = {
    "SS": "An string set  may not be empty",
    "NS": "An number set  may not be empty",
    "BS": "Binary sets should not be empty",
}
TOO_DEEP = (
    "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels "
    "beyond supported limit"
)


def kind(value: Value) -> str:
    """The type of a value, such as "S"."""
    return next(iter(value))


def checked(value: Any, depth: int = 0) -> Value:
    """A value that has come in, in the form in which it is kept.

    Raises
    ------
    Malformed
        In AWS's words, if it is none that DynamoDB takes.
    """
    if len(value) != 1:
        raise Malformed(TWO_TYPES if value else NO_TYPE)
    [(name, held)] = value.items()
    if name == "S" or name == "B" or name == "BOOL":
        return {name: held}
    if name == "N":
        return {"N": numbers.canonical(held)}
    if name == "NULL":
        if held is not True:
            raise Malformed(INVALID + "Null attribute value types must have the value of true")
        return {"NULL": True}
    if name in SETS:
        return {name: _set(name, held)}
    if depth >= DEEPEST:
        raise Malformed(TOO_DEEP)
    if name == "L":
        return {"L": [checked(one, depth + 1) for one in held]}
    if name == "M":
        return {"M": _named(held, depth + 1)}
    raise Malformed(NO_TYPE)


def item(given: dict[str, Any]) -> Item:
    """All the values of an item or a key, checked."""
    return _named(given, 0)


def _named(given: dict[str, Any], depth: int) -> Item:
    refuse_empty_name(given)
    return {name: checked(value, depth) for name, value in given.items()}


def refuse_empty_name(names: Iterable[str]) -> None:
    """Refuse a name without a character. The words are the lab's.

    Source: Developer Guide, "Supported data types and naming rules": "An attribute name must be at
    least one character long".

    Raises
    ------
    Malformed
        If one has none.
    """
    if "" in names:
        raise Malformed(INVALID + "An attribute name must be at least one character long")


def _set(name: str, members: list[Any]) -> list[Any]:
    if not members:
        raise Malformed(INVALID + EMPTY_SETS[name])
    if name == "NS":
        kept = [numbers.canonical(one) for one in members]
        if len(set(kept)) < len(kept):
            raise Malformed("Input collection contains duplicates")
        return kept
    if len(set(members)) < len(members):
        shown = ", ".join(one if isinstance(one, str) else repr(one) for one in members)
        of = "of type BS " if name == "BS" else " "
        raise Malformed(f"{INVALID}Input collection [{shown}]{of}contains duplicates.")
    return list(members)


def copied(value: Value) -> Value:
    """A value that may be changed."""
    [(name, held)] = value.items()
    if name == "L":
        return {"L": [copied(one) for one in held]}
    if name == "M":
        return {"M": {key: copied(one) for key, one in held.items()}}
    return {name: list(held) if name in SETS else held}


# Comparing.


def equal(one: Value | None, other: Value | None) -> bool:
    """Whether two values have one type and are equal; sets have no order."""
    if one is None or other is None:
        return False
    name = kind(one)
    if name != kind(other):
        return False
    left, right = one[name], other[name]
    if name in SETS:
        return len(left) == len(right) and set(left) == set(right)
    if name == "L":
        return len(left) == len(right) and all(map(equal, left, right))
    if name == "M":
        return left.keys() == right.keys() and all(equal(left[key], right[key]) for key in left)
    return bool(left == right)


def order(value: Value) -> Any:
    """By what values of one type are ordered: numbers, or bytes.

    Source: API model of Query: "numeric order" or "in order of UTF-8 bytes", bytes "unsigned".
    """
    [(name, held)] = value.items()
    if name == "N":
        return Decimal(held)
    return held.encode() if name == "S" else held


COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def compare(operator: str, one: Value | None, other: Value | None) -> bool:
    """The outcome of a comparison; values of two types are unequal, and neither is the smaller.

    Source: API model, Condition: "If an item contains an AttributeValue element of a different
    type than the one provided in the request, the value does not match".
    """
    if one is None or other is None:
        return False
    if operator == "=":
        return equal(one, other)
    if operator == "<>":
        return not equal(one, other)
    name = kind(one)
    if name != kind(other) or name not in ORDERED:
        return False
    return COMPARED[operator](order(one), order(other))


# Sizes.


def size(value: Value) -> int:
    """Bytes of a value."""
    [(name, held)] = value.items()
    if name == "S":
        return len(held.encode())
    if name == "N":
        return numbers.size(held)
    if name == "B":
        return len(held)
    if name in SETS:
        return sum(size({SETS[name]: one}) for one in held)
    if name == "L":
        return 3 + sum(size(one) + 1 for one in held)
    if name == "M":
        return 3 + item_size(held) + len(held)
    return 1


def item_size(found: Item) -> int:
    """Bytes of an item, names and values."""
    return sum(len(name.encode()) + size(value) for name, value in found.items())


def key_of(found: Item, names: Iterable[str]) -> Item:
    """The attributes of an item that are its key."""
    return {name: found[name] for name in names}

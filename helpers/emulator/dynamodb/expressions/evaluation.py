"""Whether an item satisfies a condition.

Source: Developer Guide, "Condition and filter expressions, operators, and functions in DynamoDB".
A path that leads to nothing, and a value of another type, make a comparison false and no error;
`<>` is true of two types, and false of nothing.
"""

from __future__ import annotations

from helpers.emulator.dynamodb import values
from helpers.emulator.dynamodb.expressions.conditions import (
    Call,
    Condition,
    Junction,
    Literal,
    Operand,
    Test,
)
from helpers.emulator.dynamodb.expressions.paths import Path, found_at
from helpers.emulator.dynamodb.values import Item, Value

COUNTED = ("S", "B", "SS", "NS", "BS", "L", "M")


def holds(condition: Condition, item: Item) -> bool:
    """Whether an item satisfies a condition. An item that is not there is empty."""
    if isinstance(condition, Junction):
        outcomes = (holds(one, item) for one in condition.conditions)
        if condition.operator == "AND":
            return all(outcomes)
        return any(outcomes) if condition.operator == "OR" else not next(outcomes)
    if isinstance(condition, Test):
        return _test(condition, item)
    return _call(condition, item)


def _value(operand: Operand, item: Item) -> Value | None:
    if isinstance(operand, Path):
        return found_at(item, operand)
    if isinstance(operand, Literal):
        return operand.value
    assert isinstance(operand, Call)
    return _size(_value(operand.operands[0], item))


def _test(test: Test, item: Item) -> bool:
    first, *others = (_value(operand, item) for operand in test.operands)
    if test.operator == "BETWEEN":
        low, high = others
        return values.compare(">=", first, low) and values.compare("<=", first, high)
    if test.operator == "IN":
        return any(values.equal(first, other) for other in others)
    return values.compare(test.operator, first, others[0])


def _call(call: Call, item: Item) -> bool:
    first, *others = (_value(operand, item) for operand in call.operands)
    if call.name == "attribute_exists":
        return first is not None
    if call.name == "attribute_not_exists":
        return first is None
    second = others[0]
    if first is None or second is None:
        return False
    if call.name == "attribute_type":
        return values.kind(first) == second["S"]
    return begins_with(first, second) if call.name == "begins_with" else contains(first, second)


def begins_with(value: Value, prefix: Value) -> bool:
    """Whether a text or bytes begin with others of the same type."""
    name = values.kind(value)
    if name != values.kind(prefix) or name not in ("S", "B"):
        return False
    return bool(value[name].startswith(prefix[name]))


def contains(value: Value, wanted: Value) -> bool:
    """Whether a text or bytes have a part, or a set or a list an element."""
    name, other = values.kind(value), values.kind(wanted)
    if name in ("S", "B"):
        return name == other and wanted[name] in value[name]
    if name in values.SETS:
        return values.SETS[name] == other and wanted[other] in value[name]
    return name == "L" and any(values.equal(one, wanted) for one in value["L"])


def _size(value: Value | None) -> Value | None:
    if value is None:
        return None
    name = values.kind(value)
    return {"N": str(len(value[name]))} if name in COUNTED else None

"""The parameters from before expressions: Expected, filters, KeyConditions, AttributeUpdates.

Sources: API model (Condition, ExpectedAttributeValue, AttributeValueUpdate); words of the errors:
the public tests of dynalite, which run against AWS.
"""

from __future__ import annotations

from typing import Any

from helpers.emulator.dynamodb import values
from helpers.emulator.dynamodb.expressions.conditions import (
    Call,
    Condition,
    Junction,
    Literal,
    Operand,
    Test,
)
from helpers.emulator.dynamodb.expressions.keys import KeyCondition
from helpers.emulator.dynamodb.expressions.paths import Path
from helpers.emulator.dynamodb.expressions.updates import Action
from helpers.emulator.dynamodb.refusals import INVALID, Malformed
from helpers.emulator.dynamodb.values import Item, Value

OPERATORS = {"EQ": "=", "NE": "<>", "LE": "<=", "LT": "<", "GE": ">=", "GT": ">"}
COUNTS = {"NULL": (0, 0), "NOT_NULL": (0, 0), "BETWEEN": (2, 2), "IN": (1, 100)}
SCALARS = ("S", "N", "B")
TYPES = {
    "LE": SCALARS, "LT": SCALARS, "GE": SCALARS, "GT": SCALARS, "IN": SCALARS, "BETWEEN": SCALARS,
    "CONTAINS": (*SCALARS, "BOOL", "NULL"), "NOT_CONTAINS": (*SCALARS, "BOOL", "NULL"),
    "BEGINS_WITH": ("S", "B"),
}  # fmt: skip


def expected(given: dict[str, Any], operator: str | None) -> Condition | None:
    """The condition that Expected states; None if it states none."""
    return _joined([_expectation(*entry) for entry in given.items()], operator)


def filters(given: dict[str, Any], operator: str | None) -> Condition | None:
    """The condition that QueryFilter or ScanFilter states; None if it states none."""
    return _joined([_condition(name, *_checked(one)) for name, one in given.items()], operator)


def key_conditions(given: dict[str, Any]) -> dict[str, KeyCondition]:
    """What KeyConditions ask of each key."""
    found = {}
    for name, one in given.items():
        comparison, listed = _checked(one)
        operator = OPERATORS.get(comparison, comparison)
        operator = "begins_with" if comparison == "BEGINS_WITH" else operator
        found[name] = KeyCondition(operator, tuple(listed))
    return found


def _joined(conditions: list[Condition], operator: str | None) -> Condition | None:
    if len(conditions) < 2:
        return conditions[0] if conditions else None
    return Junction(operator or "AND", tuple(conditions))


def _expectation(name: str, given: dict[str, Any]) -> Condition:
    for_it = f" for Attribute: {name}"
    if "AttributeValueList" in given and "Value" in given:
        raise Malformed(f"{INVALID}Value and AttributeValueList cannot be used together{for_it}")
    if "ComparisonOperator" in given:
        if "Exists" in given:
            raise Malformed(
                f"{INVALID}Exists and ComparisonOperator cannot be used together{for_it}"
            )
        one = dict(given)
        if "Value" in given:
            one["AttributeValueList"] = [given["Value"]]
        return _condition(name, *_checked(one))
    if "AttributeValueList" in given:
        raise Malformed(
            f"{INVALID}AttributeValueList can only be used with a ComparisonOperator{for_it}"
        )
    exists = given.get("Exists")
    if exists is False:
        if "Value" in given:
            raise Malformed(f"{INVALID}Value cannot be used when Exists is false{for_it}")
        return _condition(name, "NULL", [])
    if "Value" not in given:
        shown = "null" if exists is None else "true"
        raise Malformed(f"{INVALID}Value must be provided when Exists is {shown}{for_it}")
    return _condition(name, "EQ", [values.checked(given["Value"])])


def _checked(given: dict[str, Any]) -> tuple[str, list[Value]]:
    operator = given.get("ComparisonOperator", "EQ")
    listed = [values.checked(value) for value in given.get("AttributeValueList") or []]
    low, high = COUNTS.get(operator, (1, 1))
    if not low <= len(listed) <= high:
        raise Malformed(
            f"{INVALID}Invalid number of argument(s) for the {operator} ComparisonOperator"
        )
    if len({values.kind(value) for value in listed}) > 1:
        raise Malformed(INVALID + "AttributeValues inside AttributeValueList must be of same type")
    for value in listed:
        if operator in TYPES and values.kind(value) not in TYPES[operator]:
            raise Malformed(
                f"{INVALID}ComparisonOperator {operator} is not valid for {values.kind(value)} "
                "AttributeValue type"
            )
    if operator == "BETWEEN" and values.compare(">", *listed):
        raise Malformed(
            "The BETWEEN condition was provided a range where the lower bound is greater than the "
            "upper bound"
        )
    return operator, listed


def _condition(name: str, operator: str, listed: list[Value]) -> Condition:
    operands: tuple[Operand, ...] = (Path((name,)), *(Literal(value) for value in listed))
    if operator in OPERATORS:
        return Test(OPERATORS[operator], operands)
    if operator in ("BETWEEN", "IN"):
        return Test(operator, operands)
    if operator == "NULL":
        return Call("attribute_not_exists", operands)
    if operator == "NOT_NULL":
        return Call("attribute_exists", operands)
    if operator == "NOT_CONTAINS":
        there = Call("attribute_exists", operands[:1])
        return Junction("AND", (there, Junction("NOT", (Call("contains", operands),))))
    return Call(operator.lower(), operands)


def updates(given: dict[str, Any], before: Item) -> tuple[Action, ...]:
    """The changes that AttributeUpdates state; ADD of a list appends."""
    values.refuse_empty_name(given)
    found = []
    for name, update in given.items():
        action, path = update.get("Action", "PUT"), Path((name,))
        value = values.checked(update["Value"]) if update.get("Value") is not None else None
        if value is None and action != "DELETE":
            raise Malformed(
                f"{INVALID}Only DELETE action is allowed when no attribute value is specified"
            )
        operand = Literal(value) if value is not None else None
        if action == "PUT":
            found.append(Action("SET", path, operand))
        elif operand is None:
            found.append(Action("REMOVE", path, None))
        elif action == "ADD" and "L" in operand.value:
            appended = Call("list_append", (path, operand)) if name in before else operand
            found.append(Action("SET", path, appended))
        else:
            allowed = ("SS", "NS", "BS") + (("N",) if action == "ADD" else ())
            if values.kind(operand.value) not in allowed:
                raise Malformed(
                    f"{INVALID}{action} action is not supported for the type "
                    f"{values.kind(operand.value)}"
                )
            found.append(Action(action, path, operand))
    return tuple(found)

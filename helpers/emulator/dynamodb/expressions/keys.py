"""KeyConditionExpression: which hash key, and which part of its items.

Words and order of the errors: the public tests of dynalite, which run against AWS; "Invalid
operator used in KeyConditionExpression: OR" is also in the public tests of other libraries.
"""

from __future__ import annotations

from typing import NamedTuple

from helpers.emulator.dynamodb.expressions.conditions import (
    Call,
    Condition,
    Junction,
    Literal,
    Operand,
    Test,
)
from helpers.emulator.dynamodb.expressions.paths import Path
from helpers.emulator.dynamodb.refusals import Malformed
from helpers.emulator.dynamodb.values import Value

INVALID = "Invalid condition in KeyConditionExpression: "
NO_OPERATOR = "Invalid operator used in KeyConditionExpression: {}"
NESTED = "KeyConditionExpressions cannot contain nested operations"
TURNED = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


class KeyCondition(NamedTuple):
    """What a query asks of one key attribute."""

    operator: str  # of a condition, or "begins_with"
    values: tuple[Value, ...]


def key_conditions(condition: Condition) -> dict[str, KeyCondition]:
    """What a condition asks of each key attribute.

    Raises
    ------
    Malformed
        If it is no condition on keys.
    """
    found: dict[str, KeyCondition] = {}
    _collect(condition, found)
    return found


def _collect(condition: Condition, found: dict[str, KeyCondition]) -> None:
    if isinstance(condition, Junction):
        if condition.operator != "AND":
            raise Malformed(NO_OPERATOR.format(condition.operator))
        for inner in condition.conditions:
            _collect(inner, found)
        return
    operator = condition.operator if isinstance(condition, Test) else condition.name
    if operator in ("IN", "<>") or (isinstance(condition, Call) and operator != "begins_with"):
        raise Malformed(NO_OPERATOR.format(operator))
    name, place = _attribute(operator, condition.operands)
    if name in found:
        raise Malformed("KeyConditionExpressions must only contain one condition per key")
    given = tuple(one.value for one in condition.operands if isinstance(one, Literal))
    found[name] = KeyCondition(TURNED[operator] if place else operator, given)


def _attribute(operator: str, operands: tuple[Operand, ...]) -> tuple[str, int]:
    """The attribute that stands among the operands, and where."""
    if operator in ("BETWEEN", "begins_with") and not isinstance(operands[0], (Path, Call)):
        raise Malformed(f"{INVALID}{operator} operator must have the key attribute as its first "
                        "operand")  # fmt: skip
    at = -1
    for place, operand in enumerate(operands):
        if isinstance(operand, Call):
            raise Malformed(NESTED)
        if isinstance(operand, Path):
            if at >= 0:
                raise Malformed(INVALID + "Multiple attribute names used in one condition")
            if len(operand.parts) > 1:
                raise Malformed(
                    "KeyConditionExpressions cannot have conditions on nested attributes"
                )
            at = place
    if at < 0:
        raise Malformed(INVALID + "No key attribute specified")
    attribute = operands[at]
    assert isinstance(attribute, Path)
    return attribute.head, at

"""What is wrong with a condition, before any item is looked at.

Words and order of the errors: the public tests of dynalite, which run against AWS, and answers of
AWS recorded in a public conformance suite (2026). An operand whose type is written in the request
must fit its operator; a value that comes out of an item need not, and makes the condition false.
"""

from __future__ import annotations

from collections.abc import Iterator

from helpers.emulator.dynamodb import values
from helpers.emulator.dynamodb.expressions.conditions import (
    Call,
    Condition,
    Junction,
    Literal,
    Named,
    Operand,
    Test,
)
from helpers.emulator.dynamodb.expressions.paths import Path
from helpers.emulator.dynamodb.expressions.placeholders import Placeholders
from helpers.emulator.dynamodb.expressions.tokens import is_reserved
from helpers.emulator.dynamodb.refusals import Malformed

OPERANDS = {
    "attribute_exists": 1, "attribute_not_exists": 1, "attribute_type": 2, "begins_with": 2,
    "contains": 2, "size": 1,
}  # fmt: skip
MISUSED = "The function is not allowed to be used this way in an expression; function: {}"
WRONG_TYPE = (
    "Incorrect operand type for operator or function; operator or function: {}, operand type: {}"
)
ALL_TYPES = "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}"
TYPE_NAMES = "{B,NULL,SS,BOOL,L,BS,N,NS,S,M}"
LEAVES = (Test, Call)
MOST_OPERANDS = (
    100  # of IN: Developer Guide, "Condition and filter expressions": "up to 100 values"
)


def bound(condition: Condition, placeholders: Placeholders) -> Condition:
    """A condition with its names and values in place.

    Raises
    ------
    Malformed
        If it makes no sense.
    """
    leaves = list(_leaves(condition))
    for leaf in leaves:
        _refuse_unknown_functions(leaf)
    _refuse_misused_functions(condition)
    for leaf in leaves:
        for path in _paths(leaf):
            refuse_reserved(path)
    return _bound(condition, placeholders)


def paths_of(condition: Condition) -> Iterator[Path]:
    """The paths in a condition."""
    for leaf in _leaves(condition):
        yield from _paths(leaf)


def refuse_reserved(path: Path) -> None:
    """Refuse a reserved word that is written as a name.

    Raises
    ------
    Malformed
        With the word.
    """
    for part in path.parts:
        if isinstance(part, str) and part[0] != "#" and is_reserved(part):
            raise Malformed(f"Attribute name is a reserved keyword; reserved keyword: {part}")


def _leaves(condition: Condition) -> Iterator[Test | Call]:
    if isinstance(condition, Junction):
        for inner in condition.conditions:
            yield from _leaves(inner)
    else:
        yield condition


def _paths(operand: Operand | Test) -> Iterator[Path]:
    if isinstance(operand, Path):
        yield operand
    elif isinstance(operand, LEAVES):
        for inner in operand.operands:
            yield from _paths(inner)


def _refuse_unknown_functions(operand: Operand | Test) -> None:
    if isinstance(operand, LEAVES):
        for inner in operand.operands:
            _refuse_unknown_functions(inner)
        if isinstance(operand, Call) and operand.name not in OPERANDS:
            raise Malformed(f"Invalid function name; function: {operand.name}")


def _refuse_misused_functions(condition: Condition) -> None:
    """Only `size` is an operand, and it is no condition."""
    for leaf in _leaves(condition):
        if isinstance(leaf, Call) and leaf.name == "size":
            raise Malformed(MISUSED.format("size"))
        _refuse_misused_operands(leaf)


def _refuse_misused_operands(leaf: Test | Call) -> None:
    for operand in leaf.operands:
        if isinstance(operand, Call):
            if operand.name != "size":
                raise Malformed(MISUSED.format(operand.name))
            _refuse_misused_operands(operand)


# Binding.


def _bound(condition: Condition, placeholders: Placeholders) -> Condition:
    if isinstance(condition, Junction):
        parts = tuple(_bound(one, placeholders) for one in condition.conditions)
        return Junction(condition.operator, parts)
    if isinstance(condition, Call):
        return _call(condition, placeholders)
    operands = tuple(_operand(one, placeholders) for one in condition.operands)
    test = Test(condition.operator, operands)
    if test.operator == "BETWEEN":
        _check_bounds(operands[1], operands[2])
    elif test.operator == "IN":
        if len(operands) - 1 > MOST_OPERANDS:
            raise Malformed(_count(test.operator, len(operands)))
    else:
        _check_comparison(test)
    return test


def _operand(operand: Operand, placeholders: Placeholders) -> Operand:
    if isinstance(operand, Path):
        return placeholders.path(operand)
    if isinstance(operand, Named):
        return Literal(placeholders.value(operand.name))
    if isinstance(operand, Call):
        return _call(operand, placeholders)
    return operand


def _call(call: Call, placeholders: Placeholders) -> Call:
    made = Call(call.name, tuple(_operand(one, placeholders) for one in call.operands))
    if OPERANDS[made.name] != len(made.operands):
        raise Malformed(_count(made.name, len(made.operands)))
    _check_distinct(made.name, made.operands)
    _check_operand_types(made)
    return made


def _count(name: str, count: int) -> str:
    return (
        "Incorrect number of operands for operator or function; operator or function: "
        f"{name}, number of operands: {count}"
    )


def _check_distinct(name: str, operands: tuple[Operand, ...]) -> None:
    if len(operands) == 2 and isinstance(operands[0], Path) and operands[0] == operands[1]:
        raise Malformed(
            "The first operand must be distinct from the remaining operands for this operator or "
            f"function; operator: {name}, first operand: {operands[0]}"
        )


def type_of(operand: Operand) -> str | None:
    """The type that an operand has in whatever item; None if that depends on the item."""
    if isinstance(operand, Literal):
        return values.kind(operand.value)
    return "N" if isinstance(operand, Call) else None


def _check_operand_types(call: Call) -> None:
    first = call.operands[0]
    if call.name in ("attribute_exists", "attribute_not_exists") and not isinstance(first, Path):
        raise Malformed(
            "Operator or function requires a document path; operator or function: " + call.name
        )
    if call.name == "begins_with":
        for operand in call.operands:
            if type_of(operand) not in (None, "S", "B"):
                raise Malformed(WRONG_TYPE.format(call.name, type_of(operand)))
    elif call.name == "size" and type_of(first) in ("N", "BOOL", "NULL"):
        raise Malformed(WRONG_TYPE.format(call.name, type_of(first)))
    elif call.name == "attribute_type":
        second = call.operands[1]
        if not isinstance(second, Literal) or type_of(second) != "S":
            raise Malformed(WRONG_TYPE.format(call.name, type_of(second) or ALL_TYPES))
        name = second.value["S"]
        if name not in values.TYPES:
            raise Malformed(
                f"Invalid attribute type name found; type: {name}, valid types: {TYPE_NAMES}"
            )


def _check_comparison(test: Test) -> None:
    _check_distinct(test.operator, test.operands)
    if test.operator in ("=", "<>"):
        return
    for operand in test.operands:
        if type_of(operand) not in (None, *values.ORDERED):
            raise Malformed(WRONG_TYPE.format(test.operator, type_of(operand)))


def _check_bounds(low: Operand, high: Operand) -> None:
    if not isinstance(low, Literal) or not isinstance(high, Literal):
        return
    kinds = values.kind(low.value), values.kind(high.value)
    shown = (
        f"lower bound operand: AttributeValue: {_shown(low.value)}, "
        f"upper bound operand: AttributeValue: {_shown(high.value)}"
    )
    for one in kinds:
        if one not in values.ORDERED:
            raise Malformed(WRONG_TYPE.format("BETWEEN", one))
    if kinds[0] != kinds[1]:
        raise Malformed(
            f"The BETWEEN operator requires same data type for lower and upper bounds; {shown}"
        )
    if values.compare(">", low.value, high.value):
        raise Malformed(
            "The BETWEEN operator requires upper bound to be greater than or equal to lower "
            f"bound; {shown}"
        )


def _shown(value: values.Value) -> str:
    [(name, held)] = value.items()
    return f"{{{name}:{held}}}"

"""UpdateExpression: how it is written, and what is wrong with it before an item is looked at.

Grammar: Developer Guide, "Using update expressions in DynamoDB". Words and order of the errors: the
public tests of dynalite, which run against AWS, and answers of AWS recorded in a public conformance
suite (2026).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from helpers.emulator.dynamodb import values
from helpers.emulator.dynamodb.expressions.checking import WRONG_TYPE, refuse_reserved
from helpers.emulator.dynamodb.expressions.conditions import Call, Literal, Named, Operand
from helpers.emulator.dynamodb.expressions.paths import Path, read_path, refuse_clashes
from helpers.emulator.dynamodb.expressions.placeholders import Placeholders
from helpers.emulator.dynamodb.expressions.tokens import COLON, END, NAME, Tokens
from helpers.emulator.dynamodb.refusals import Malformed

SECTIONS = ("SET", "REMOVE", "ADD", "DELETE")
FUNCTIONS = {"if_not_exists": 2, "list_append": 2, "+": 2, "-": 2}
TYPE_NAMES = {
    "S": "STRING", "N": "NUMBER", "B": "BINARY", "NULL": "NULL", "BOOL": "BOOLEAN", "L": "LIST",
    "M": "MAP",
}  # fmt: skip


@dataclass(frozen=True)
class Action:
    """One change: its section, the path that it changes, and to or by what."""

    section: str
    path: Path
    operand: Operand | None


@lru_cache(maxsize=512)
def parsed(text: str) -> tuple[Action, ...]:
    """The changes that a text says, with their placeholders.

    Raises
    ------
    Malformed
        If it says none.
    """
    tokens = Tokens(text)
    actions: list[Action] = []
    seen: list[str] = []
    while tokens.next.kind != END:
        section = tokens.need(*SECTIONS).text.upper()
        seen.append(section)
        actions.append(_action(section, tokens))
        while tokens.take(","):
            actions.append(_action(section, tokens))
    for section in SECTIONS:
        if seen.count(section) > 1:
            raise Malformed(
                f'The "{section}" section can only be used once in an update expression;'
            )
    return tuple(actions)


def _action(section: str, tokens: Tokens) -> Action:
    path = read_path(tokens)
    if section == "REMOVE":
        return Action(section, path, None)
    if section == "SET":
        tokens.need("=")
        return Action(section, path, _sum(tokens))
    return Action(section, path, Named(tokens.need_kind(COLON).text))


def _sum(tokens: Tokens) -> Operand:
    start = tokens.position
    if tokens.take("("):  # around the whole, unless it is around the first operand only
        inner = _sum(tokens)
        tokens.need(")")
        if tokens.word() not in ("+", "-"):
            return inner
        tokens.position = start
    first = _operand(tokens)
    if sign := tokens.take("+", "-"):
        return Call(sign.text, (first, _operand(tokens)))
    return first


def _operand(tokens: Tokens) -> Operand:
    if tokens.take("("):
        inner = _operand(tokens)
        tokens.need(")")
        return inner
    if token := tokens.take_kind(COLON):
        return Named(token.text)
    if tokens.next.kind == NAME and tokens.ahead("("):
        name = tokens.need_kind(NAME).text
        tokens.need("(")
        found = [_operand(tokens)]
        while tokens.take(","):
            found.append(_operand(tokens))
        tokens.need(")")
        return Call(name, tuple(found))
    return read_path(tokens)


# Binding.


def bound(actions: tuple[Action, ...], placeholders: Placeholders) -> tuple[Action, ...]:
    """The changes with their names and values in place.

    Raises
    ------
    Malformed
        If they make no sense.
    """
    for action in actions:
        for path in _paths(action):
            refuse_reserved(path)
    for action in actions:
        _refuse_unknown_functions(action.operand)
    made = tuple(
        Action(one.section, placeholders.path(one.path), _bound(one.operand, placeholders))
        for one in actions
    )
    refuse_clashes([action.path for action in made])
    for action in made:
        _check_operand(action)
        _check_functions(action.operand)
    return made


def _paths(action: Action) -> list[Path]:
    found, todo = [action.path], [action.operand]
    while todo:
        operand = todo.pop()
        if isinstance(operand, Path):
            found.append(operand)
        elif isinstance(operand, Call):
            todo += operand.operands
    return found


def _refuse_unknown_functions(operand: Operand | None) -> None:
    if isinstance(operand, Call):
        if operand.name not in FUNCTIONS:
            raise Malformed(f"Invalid function name; function: {operand.name}")
        for inner in operand.operands:
            _refuse_unknown_functions(inner)


def _bound(operand: Operand | None, placeholders: Placeholders) -> Operand | None:
    if isinstance(operand, Path):
        return placeholders.path(operand)
    if isinstance(operand, Named):
        return Literal(placeholders.value(operand.name))
    if isinstance(operand, Call):
        inner = tuple(_bound(one, placeholders) for one in operand.operands)
        return Call(operand.name, inner)  # type: ignore[arg-type]
    return operand


def _check_operand(action: Action) -> None:
    """ADD takes a number or a set, DELETE a set."""
    if action.section not in ("ADD", "DELETE"):
        return
    assert isinstance(action.operand, Literal)
    name = values.kind(action.operand.value)
    if name not in values.SETS and not (action.section == "ADD" and name == "N"):
        raise Malformed(
            "Incorrect operand type for operator or function; operator: "
            f"{action.section}, operand type: {TYPE_NAMES[name]}, "
            f"typeSet: ALLOWED_FOR_{action.section}_OPERAND"
        )


def _check_functions(operand: Operand | None) -> None:
    if not isinstance(operand, Call):
        return
    for inner in operand.operands:
        _check_functions(inner)
    name, given = operand.name, operand.operands
    if len(given) != FUNCTIONS[name]:
        raise Malformed(
            "Incorrect number of operands for operator or function; operator or function: "
            f"{name}, number of operands: {len(given)}"
        )
    if name == "if_not_exists":
        if not isinstance(given[0], Path):
            raise Malformed(
                "Operator or function requires a document path; operator or function: " + name
            )
        return
    wanted = "L" if name == "list_append" else "N"
    for one in given:
        if isinstance(one, Literal) and values.kind(one.value) != wanted:
            raise Malformed(WRONG_TYPE.format(name, values.kind(one.value)))

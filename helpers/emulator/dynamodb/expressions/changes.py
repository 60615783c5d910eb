"""What an update expression makes of an item.

Source: Developer Guide, "Using update expressions in DynamoDB". All values are those from before
the update. Words of the errors: the public tests of dynalite, which run against AWS.
"""

from __future__ import annotations

from helpers.emulator.dynamodb import numbers, values
from helpers.emulator.dynamodb.expressions.conditions import Call, Literal, Operand
from helpers.emulator.dynamodb.expressions.paths import Path, found_at
from helpers.emulator.dynamodb.expressions.updates import Action
from helpers.emulator.dynamodb.refusals import ItemInvalid, Malformed
from helpers.emulator.dynamodb.values import Item, Value

WRONG_TYPE = "An operand in the update expression has an incorrect data type"
NO_PATH = "The document path provided in the update expression is invalid for update"
NO_ATTRIBUTE = "The provided expression refers to an attribute that does not exist in the item"


def changed(before: Item, actions: tuple[Action, ...]) -> Item:
    """A new item, as the changes make it.

    Raises
    ------
    ItemInvalid
        If what the item holds does not allow them.
    """
    after = {name: values.copied(value) for name, value in before.items()}
    todo = [(action, _wanted(action, before)) for action in actions]
    removed: list[tuple[list[Value], int]] = []
    beyond: list[tuple[int, list[Value], Value]] = []
    for action, value in todo:
        elements = _parent(after, action.path)
        _apply(action, elements, value, removed, beyond)
    for _, elements, value in sorted(beyond, key=lambda entry: entry[0]):
        elements.append(value)
    for elements, place in sorted(removed, key=lambda entry: -entry[1]):
        del elements[place]
    return after


def _parent(after: Item, path: Path) -> dict[str, Value] | list[Value]:
    """The map or list that holds what a path leads to, of a kind that fits the path's end."""
    if len(path.parts) == 1:
        return after
    holder = found_at(after, Path(path.parts[:-1]))
    name = "L" if isinstance(path.parts[-1], int) else "M"
    if holder is None or name not in holder:
        raise ItemInvalid(NO_PATH)
    found: dict[str, Value] | list[Value] = holder[name]
    return found


def _apply(
    action: Action,
    elements: dict[str, Value] | list[Value],
    value: Value | None,
    removed: list[tuple[list[Value], int]],
    beyond: list[tuple[int, list[Value], Value]],
) -> None:
    """Change one element; list elements go, and come at the end, when all else is done."""
    part = action.path.parts[-1]
    if isinstance(elements, dict):
        assert isinstance(part, str)
        if value is None:
            elements.pop(part, None)
        else:
            elements[part] = value
        return
    assert isinstance(part, int)
    if value is None:
        if part < len(elements):
            removed.append((elements, part))
    elif part < len(elements):
        elements[part] = value
    else:
        beyond.append((part, elements, value))


def _wanted(action: Action, before: Item) -> Value | None:
    """What stands at the action's path afterwards; None if nothing does."""
    if action.section == "REMOVE":
        return None
    if action.section == "SET":
        assert action.operand is not None
        return values.copied(_value(action.operand, before))
    assert isinstance(action.operand, Literal)
    held, operand = found_at(before, action.path), action.operand.value
    name = values.kind(operand)
    if held is not None and name not in held:
        raise ItemInvalid(WRONG_TYPE)
    if action.section == "DELETE":
        if held is None:
            return None
        left = [one for one in held[name] if one not in operand[name]]
        return {name: left} if left else None
    if name == "N":
        return {"N": _added(held["N"] if held else "0", operand["N"])}
    so_far = held[name] if held else []
    return {name: so_far + [one for one in operand[name] if one not in so_far]}


def _added(first: str, second: str, *, minus: bool = False) -> str:
    try:
        return numbers.added(first, second, minus=minus)
    except Malformed as error:
        raise ItemInvalid(error.message) from None


def _value(operand: Operand, before: Item) -> Value:
    if isinstance(operand, Literal):
        return operand.value
    if isinstance(operand, Path):
        found = found_at(before, operand)
        if found is None:
            raise ItemInvalid(NO_ATTRIBUTE)
        return found
    assert isinstance(operand, Call)
    first, second = operand.operands
    if operand.name == "if_not_exists":
        assert isinstance(first, Path)
        held = found_at(before, first)
        return held if held is not None else _value(second, before)
    left, right = _value(first, before), _value(second, before)
    name = "L" if operand.name == "list_append" else "N"
    if name not in left or name not in right:
        raise ItemInvalid(WRONG_TYPE)
    if name == "L":
        return {"L": left["L"] + right["L"]}
    return {"N": _added(left["N"], right["N"], minus=operand.name == "-")}

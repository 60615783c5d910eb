"""Document paths: how they are written, and what they lead to in an item.

Source: Developer Guide, "Referring to item attributes when using expressions in DynamoDB".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from helpers.emulator.dynamodb.expressions.tokens import DIGITS, HASH, NAME, Token, Tokens
from helpers.emulator.dynamodb.refusals import Malformed
from helpers.emulator.dynamodb.values import Item, Value

Part = str | int
OVERLAP = (
    "Two document paths {} with each other; must remove or rewrite one of these paths; "
    "path one: {}, path two: {}"
)


class Path(NamedTuple):
    """The parts of a path: names (also "#n", until it is bound) and places in lists."""

    parts: tuple[Part, ...]

    def __str__(self) -> str:
        parts = (f"[{part}]" if isinstance(part, int) else part for part in self.parts)
        return f"[{', '.join(parts)}]"

    @property
    def head(self) -> str:
        return str(self.parts[0])


def read_path(tokens: Tokens) -> Path:
    """Read a path; a syntax error if there is none."""
    parts: list[Part] = [_name(tokens).text]
    while True:
        if tokens.take("."):
            parts.append(_name(tokens).text)
        elif tokens.take("["):
            parts.append(int(tokens.need_kind(DIGITS).text))
            tokens.need("]")
        else:
            return Path(tuple(parts))


def _name(tokens: Tokens) -> Token:
    return tokens.need_kind(NAME, HASH)


def found_at(item: Item, path: Path) -> Value | None:
    """The value that a path leads to; None if there is nothing."""
    value = item.get(path.head)
    for part in path.parts[1:]:
        if value is None:
            return None
        value = child(value, part)
    return value


def child(value: Value, part: Part) -> Value | None:
    """The element of a list or a map."""
    if isinstance(part, int):
        elements = value.get("L", ())
        return elements[part] if part < len(elements) else None
    held: Value | None = value.get("M", {}).get(part)
    return held


def clash(first: Path, second: Path) -> str | None:
    """What is wrong with two paths in one expression; None if they may stand side by side."""
    for one, other in zip(first.parts, second.parts, strict=False):
        if isinstance(one, int) != isinstance(other, int):
            return OVERLAP.format("conflict", first, second)
        if one != other:
            return None
    return OVERLAP.format("overlap", first, second)


def refuse_clashes(paths: Sequence[Path]) -> None:
    """Refuse paths of which one leads through another.

    Raises
    ------
    Malformed
        With both paths.
    """
    seen: list[Path] = []
    for path in paths:
        for other in seen:
            if path.head == other.head and (text := clash(other, path)):
                raise Malformed(text)
        seen.append(path)


def projected(item: Item, paths: Iterable[Path]) -> Item:
    """Only what the paths lead to, in the maps and lists that they lead through."""
    found: Item = {}
    for path in paths:
        if len(path.parts) == 1:
            if path.head in item:
                found[path.head] = item[path.head]
        elif found_at(item, path) is not None:
            found[path.head] = _merged(found.get(path.head), item[path.head], path.parts[1:])
    return {name: _closed(value) for name, value in found.items()}


def _merged(so_far: Value | None, value: Value, parts: tuple[Part, ...]) -> Value:
    """What has been picked so far, and what these parts lead to; lists by their places."""
    if not parts:
        return value
    name, part = ("L", parts[0]) if isinstance(parts[0], int) else ("M", parts[0])
    inner = child(value, part)
    assert inner is not None
    picked = dict(so_far["picked"][1]) if so_far else {}
    picked[part] = _merged(picked.get(part), inner, parts[1:])
    return {"picked": (name, picked)}


def _closed(value: Value) -> Value:
    if "picked" not in value:
        return value
    name, picked = value["picked"]
    if name == "L":
        return {"L": [_closed(picked[place]) for place in sorted(picked)]}
    return {"M": {key: _closed(one) for key, one in picked.items()}}

"""Checks made from the shapes of an API model, one for each operation.

A shape may contain itself, as DynamoDB's values do. Parts without a constraint cost nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from botocore.model import ListShape, MapShape, Shape, StructureShape

LONGEST_VALUE = 256  # characters of a value that an error repeats; AWS repeats all of it

Check = Callable[[Any, str], Iterator["Violation"]]


class Violation(NamedTuple):
    """One constraint that a value breaks."""

    value: str | None  # as AWS writes it; None if there is none
    path: str
    constraint: str
    shape: str

    def __str__(self) -> str:
        value = "null" if self.value is None else f"'{self.value}'"
        return f"Value {value} at '{self.path}' failed to satisfy constraint: {self.constraint}"


def check_of(shape: Shape, *, required_alone: bool = False) -> Check | None:
    """What yields each violation of a value and the path to it; None if nothing is constrained.

    Parameters
    ----------
    required_alone : bool
        Ask only for what must be there.
    """
    return _Compiler(required_alone=required_alone).check_of(shape)


class _Compiler:
    """Makes one check out of a shape and the shapes inside it, which may contain itself."""

    def __init__(self, *, required_alone: bool) -> None:
        self._required_alone = required_alone
        self._known: dict[str, Check | None] = {}
        self._bounded: set[str] = set()

    def check_of(self, shape: Shape) -> Check | None:
        """None if nothing in the shape is constrained."""
        self._bounded = self._find_bounded(shape)
        return self._compile(shape)

    def _find_bounded(self, top: Shape) -> set[str]:
        """Names of the shapes that have a constraint, or have one inside."""
        shapes: dict[str, Shape] = {}
        todo = [top]
        while todo:
            shape = todo.pop()
            if shape.name not in shapes:
                shapes[shape.name] = shape
                todo += _inside(shape)
        bounded = {name for name, shape in shapes.items() if self._own(shape)}
        while True:
            more = {
                name
                for name, shape in shapes.items()
                if name not in bounded and any(inner.name in bounded for inner in _inside(shape))
            }
            if not more:
                return bounded
            bounded |= more

    def _own(self, shape: Shape) -> bool:
        if isinstance(shape, StructureShape):
            return bool(shape.required_members)
        return not self._required_alone and bool(_constraints(shape))

    def _compile(self, shape: Shape) -> Check | None:
        name = shape.name
        if name not in self._bounded:
            return None
        if name in self._known:
            return self._known[name] or (lambda value, path: self._again(name, value, path))
        self._known[name] = None
        if isinstance(shape, StructureShape):
            check = self._structure(shape)
        elif isinstance(shape, ListShape):
            check = self._list(shape)
        elif isinstance(shape, MapShape):
            check = self._map(shape)
        else:
            check = _scalar(shape)
        self._known[name] = check
        return check

    def _again(self, name: str, value: Any, path: str) -> Iterator[Violation]:
        check = self._known[name]
        if check is not None:
            yield from check(value, path)

    def _structure(self, shape: StructureShape) -> Check:
        required = [
            (name, _as_said(name)) for name in shape.required_members if _is_read(shape, name)
        ]
        members = [
            (name, _as_said(name), check)
            for name, member in shape.members.items()
            if (check := self._compile(member)) is not None
        ]

        def check_structure(value: Any, path: str) -> Iterator[Violation]:
            if not isinstance(value, dict):
                return
            for name, said in required:
                if value.get(name) is None:
                    constraint = "Member must not be null"
                    yield Violation(None, path + said, constraint, shape.name)
            for name, said, check in members:
                inner = value.get(name)
                if inner is not None:
                    yield from check(inner, path + said)

        return _entering(check_structure)

    def _list(self, shape: ListShape) -> Check:
        own, member = self._own_of(shape), shape.member
        inner = self._compile(member)
        simple = _constraints(member) if not _inside(member) and inner is not None else []

        def check_list(value: Any, path: str) -> Iterator[Violation]:
            if not isinstance(value, list):
                return
            yield from own(value, path)
            if simple:
                if any(not fits(one) for one in value for _, fits in simple):
                    texts = ", ".join(text for text, _ in simple)
                    constraint = f"Member must satisfy constraint: [{texts}]"
                    yield Violation(_shown(value), path, constraint, member.name)
            elif inner is not None:
                for number, one in enumerate(value, 1):
                    yield from inner(one, f"{path}.{number}.member")

        return check_list

    def _map(self, shape: MapShape) -> Check:
        own, inner = self._own_of(shape), self._compile(shape.value)
        keys = [] if self._required_alone else _constraints(shape.key)

        def check_map(value: Any, path: str) -> Iterator[Violation]:
            if not isinstance(value, dict):
                return
            yield from own(value, path)
            if any(not fits(key) for key in value for _, fits in keys):
                texts = ", ".join(text for text, _ in keys)
                constraint = f"Map keys must satisfy constraint: [{texts}]"
                yield Violation(_shown(value), path, constraint, shape.key.name)
            if inner is not None:
                for key, one in value.items():
                    yield from inner(one, f"{path}.{key}.member")

        return check_map

    def _own_of(self, shape: Shape) -> Check:
        return _nothing if self._required_alone else _scalar(shape)


def _is_read(shape: StructureShape, name: str) -> bool:
    """Whether `arrivals` reads a member: it leaves out headers, and a body that is one member."""
    headers = shape.members[name].serialization.get("location") in ("header", "headers")
    return not headers and name != shape.serialization.get("payload")


def _inside(shape: Shape) -> list[Shape]:
    if isinstance(shape, StructureShape):
        return list(shape.members.values())
    if isinstance(shape, ListShape):
        return [shape.member]
    if isinstance(shape, MapShape):
        return [shape.key, shape.value]
    return []


def _entering(check: Check) -> Check:
    """Parts of a structure are named after a dot, but for the parameters themselves."""
    return lambda value, path: check(value, f"{path}." if path else "")


def _nothing(_value: Any, _path: str) -> Iterator[Violation]:
    return iter(())


def _as_said(name: str) -> str:
    """A member's name as AWS's errors have it."""
    return name[:1].lower() + name[1:]


# The constraints of one value.


def _scalar(shape: Shape) -> Check:
    constraints = _constraints(shape)

    def check(value: Any, path: str) -> Iterator[Violation]:
        for text, fits in constraints:
            if not fits(value):
                yield Violation(_shown(value), path, text, shape.name)

    return check


def _constraints(shape: Shape) -> list[tuple[str, Callable[[Any], bool]]]:
    """Pairs of AWS's words for a constraint, and whether a value fits it."""
    found: list[tuple[str, Callable[[Any], bool]]] = []
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    number = shape.type_name in ("integer", "long", "float", "double")
    blob = shape.type_name == "blob"
    measure, what = (_number, "value") if number else (_bytes if blob else _length, "length")
    if high is not None:
        text = f"Member must have {what} less than or equal to {high}"
        found.append((text, lambda value: (size := measure(value)) is None or size <= high))
    if low:
        text = f"Member must have {what} greater than or equal to {low}"
        found.append((text, lambda value: (size := measure(value)) is None or size >= low))
    pattern = _compiled(shape.metadata.get("pattern"))
    if pattern is not None:
        text = f"Member must satisfy regular expression pattern: {shape.metadata['pattern']}"
        found.append(
            (text, lambda value: not isinstance(value, str) or bool(pattern.fullmatch(value)))
        )
    choices = shape.metadata.get("enum")
    if choices:
        text = f"Member must satisfy enum value set: [{', '.join(choices)}]"
        found.append((text, lambda value: value in choices))
    return found


def _number(value: Any) -> float | None:
    return None if isinstance(value, bool) or not isinstance(value, (int, float)) else value


def _length(value: Any) -> int | None:
    return len(value) if isinstance(value, (str, list, dict, bytes)) else None


def _bytes(value: Any) -> int | None:
    """Bytes of a blob, which travels in base64."""
    return len(value.rstrip("=")) * 3 // 4 if isinstance(value, str) else _length(value)


def _compiled(pattern: str | None) -> re.Pattern[str] | None:
    """The pattern, if Python's regular expressions have all that it uses (Java's have more)."""
    if pattern is None or r"\p" in pattern:
        return None
    try:
        return re.compile(pattern)
    except re.error:
        return None


def _shown(value: Any) -> str:
    if isinstance(value, list):
        text = f"[{', '.join(_shown(one) for one in value)}]"
    elif isinstance(value, dict):
        text = f"{{{', '.join(f'{key}={_shown(one)}' for key, one in value.items())}}}"
    else:
        text = str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"

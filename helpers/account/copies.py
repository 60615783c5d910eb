"""Variables that a function changes and that a notebook would look at in vain. Part of `zipped`.

In the lab a function and the notebook share their lists. On Lambda the function has copies, and
what it appends there is seen by nobody. That is no mistake, so it is told and not refused.
"""

from __future__ import annotations

import dis
import types
from collections.abc import Iterable, Iterator
from typing import Any

MUTABLE = (list, dict, set, bytearray)
CHANGING = {
    "add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem",
    "remove", "reverse", "setdefault", "sort", "update",
}  # fmt: skip
_LOADS = {"LOAD_DEREF", "LOAD_GLOBAL", "LOAD_NAME", "LOAD_CLASSDEREF"}
_METHODS = {"LOAD_ATTR", "LOAD_METHOD"}
_NO_RESULT = {"COPY_FREE_VARS", "EXTENDED_ARG", "KW_NAMES", "NOP", "PRECALL", "RESUME"}


class CopiedVariable(UserWarning):
    """A function on Lambda changes a copy of a variable that the notebook keeps."""


def changed(functions: Iterable[types.FunctionType]) -> list[str]:
    """Names of the lists, dicts and sets around these functions that their code changes."""
    found = set()
    for function in functions:
        around = _around(function)
        for name in _changed_by(function.__code__):
            if isinstance(around.get(name), MUTABLE):
                found.add(name)
    return sorted(found)


def _around(function: types.FunctionType) -> dict[str, Any]:
    """The variables of a function that are not its own: globals, and those it closes over."""
    around = dict(function.__globals__)
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            around[name] = cell.cell_contents
        except ValueError:  # not bound yet
            around.pop(name, None)
    return around


def _changed_by(code: types.CodeType) -> Iterator[str]:
    """Names whose value is changed in place: ``x.append(…)``, ``x[…] = …``, ``del x[…]``."""
    before: list[dis.Instruction] = []
    for step in dis.get_instructions(code):
        target: dis.Instruction | None = None
        if step.opname in _METHODS and step.argval in CHANGING:
            target = _pushed(before, above=0)
        elif step.opname in ("STORE_SUBSCR", "DELETE_SUBSCR"):
            target = _pushed(before, above=1)  # the key is on top
        if target is not None and target.opname in _LOADS:
            yield str(target.argval)
        before.append(step)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _changed_by(constant)


def _pushed(before: list[dis.Instruction], *, above: int) -> dis.Instruction | None:
    """The instruction that put a value on the stack, with so many values above it since."""
    step: dis.Instruction
    for step in reversed(before):
        effect = dis.stack_effect(step.opcode, step.arg, jump=False)
        if above < max(effect, 1) and step.opname not in _NO_RESULT:
            return step
        above -= effect
    return None

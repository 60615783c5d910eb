"""An intrinsic function as it is written in a definition, read into its parts.

"The argument list is a comma-separated list" of strings in apostrophes, numbers, ``null``, paths
and further functions. In a string, ``\\'``, ``\\{``, ``\\}`` and ``\\\\`` stand for the character
behind the backslash, and "if an open escape backslash \\ is found in the intrinsic invocation
string, the interpreter will return a runtime error" [Amazon States Language, "Intrinsic
Functions"; Step Functions Developer Guide, "Intrinsic functions", November 2026]. "You can nest up
to 10 intrinsic functions within a field" [same guide].

moto keeps the backslashes, loses letters outside ASCII, and ends a string at an escaped apostrophe.
"""

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

MOST_NESTED = 10
SPACE = re.compile(r"\s*")
NAME = re.compile(r"States\.(\w+)\s*\(")
STRING = re.compile(r"'((?:[^'\\]|\\.)*)'", re.DOTALL)
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?=\s*[,)])")
WORD = re.compile(r"(true|false|null)(?=\s*[,)])")
PATH = re.compile(r"\$(?:\[(?:'[^']*'|\"[^\"]*\"|[^\]'\"])*\]|[^,()\[\]])*")


class Unreadable(ValueError):
    """What is written there is not an intrinsic function."""


@dataclass(frozen=True)
class Text:
    """A string, with its backslashes."""

    written: str


@dataclass(frozen=True)
class Value:
    """A number, true, false or null."""

    value: Any


@dataclass(frozen=True)
class Path:
    """A path into the input, into the context object (``$$.``), or a variable (``$name``)."""

    written: str


@dataclass(frozen=True)
class Call:
    """One function with its arguments."""

    name: str
    arguments: tuple["Argument", ...]


Argument = Text | Value | Path | Call


@lru_cache(1024)
def read(written: str) -> Call:
    """The function that `written` calls.

    Raises
    ------
    Unreadable
        With what is wrong.
    """
    call, end = _call(written, 0, 1)
    if written[end:].strip():
        raise Unreadable(f"nothing may follow the function, got {written[end:]!r}")
    return call


def _call(written: str, start: int, depth: int) -> tuple[Call, int]:
    found = NAME.match(written, start)
    if found is None:
        raise Unreadable(f"expected States.Function(...), got {written[start:]!r}")
    if depth > MOST_NESTED:
        raise Unreadable(f"at most {MOST_NESTED} functions may be nested")
    arguments: list[Argument] = []
    at = _skip(written, found.end())
    if written[at : at + 1] == ")":
        return Call(found[1], ()), at + 1
    while True:
        argument, at = _argument(written, at, depth)
        arguments.append(argument)
        at = _skip(written, at)
        mark = written[at : at + 1]
        if mark == ")":
            return Call(found[1], tuple(arguments)), at + 1
        if mark != ",":
            raise Unreadable(f"expected a comma or a parenthesis, got {written[at:]!r}")
        at = _skip(written, at + 1)


def _argument(written: str, at: int, depth: int) -> tuple[Argument, int]:
    if (found := STRING.match(written, at)) is not None:
        return Text(found[1]), found.end()
    if (found := NUMBER.match(written, at) or WORD.match(written, at)) is not None:
        return Value(json.loads(found[0])), found.end()
    if (found := PATH.match(written, at)) is not None:
        return Path(found[0].rstrip()), found.end()
    return _call(written, at, depth + 1)


def _skip(written: str, at: int) -> int:
    found = SPACE.match(written, at)
    return at if found is None else found.end()

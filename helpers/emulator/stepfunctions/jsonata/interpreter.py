"""JSONata expressions: read once, evaluated many times, JSON in and JSON out.

The interpreter is `jsonata-python`; moto's own expects a Java library. It is imported with the
first expression. `$now` and `$millis` follow the lab's clock, `$random` and `$shuffle` its seed.
"""

import math
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache, lru_cache
from types import ModuleType
from typing import Any

from helpers.emulator.stepfunctions.jsonata.functions import FUNCTIONS, QueryError

DEPTH = (
    5000  # of Python's stack, while an expression is evaluated: some 300 calls inside each other
)
EXACT = 2**53  # whole numbers up to here are whole numbers in a float, too


class Undefined(QueryError):
    """The expression "returned nothing"."""


class Unsupported(QueryError):
    """The expression returned something that is no JSON."""


def check(expression: str) -> None:
    """Read an expression.

    Raises
    ------
    QueryError
        If it is no JSONata.
    """
    _read(expression)


def evaluate(expression: str, variables: Mapping[str, Any]) -> Any:
    """The value of an expression, as JSON of its own.

    Parameters
    ----------
    variables : mapping
        Values by name, without the dollar sign.

    Raises
    ------
    QueryError
        If the expression fails, or has no value.
    """
    library = _library()
    program = _read(expression)
    null = library.utils.Utils.NULL_VALUE
    bound = {name: null if value is None else value for name, value in variables.items()}
    library.Jsonata.CURRENT.jsonata = program  # some functions look there
    try:
        with _deep_stack():
            value = program.evaluate(None, {**_functions(), **bound})
    except QueryError:
        raise
    except library.jexception.JException as error:
        raise QueryError(f"{error.error}: {error}") from None
    except Exception as error:  # whatever else an expression makes the interpreter do
        raise QueryError(f"{type(error).__name__}: {error}") from None
    if value is None:
        raise Undefined("returned nothing (undefined)")
    return _json(value, null)


def kind(value: Any) -> str:
    """JSONata's name for the type of a JSON value."""
    if isinstance(value, bool):
        return "boolean"
    if value is None:
        return "null"
    names = {int: "number", float: "number", str: "string", list: "array", dict: "object"}
    return names[type(value)]


@lru_cache(maxsize=1024)
def _read(expression: str) -> Any:
    library = _library()
    try:
        with _deep_stack():
            program = library.Jsonata(expression)
    except library.jexception.JException as error:
        raise QueryError(f"{error.error}: {error}") from None
    if program.errors:
        raise QueryError(str(program.errors[0]))
    program.set_output_convert_nulls(False)  # else null and nothing are one
    return program


@cache
def _library() -> ModuleType:
    """The interpreter, which must neither raise the stack's limit for all nor print."""
    limit = sys.getrecursionlimit()
    try:
        from jsonata import jsonata
    finally:
        sys.setrecursionlimit(limit)
    jsonata.print = lambda *_: None
    return jsonata


@cache
def _functions() -> dict[str, Any]:
    of = _library().Jsonata
    return {name: of.JFunction(of.JLambda(call), types) for name, call, types in FUNCTIONS}


@contextmanager
def _deep_stack() -> Iterator[None]:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, DEPTH))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def _json(value: Any, null: Any) -> Any:
    """A copy with plain types: a whole number has no decimal point, as in JavaScript."""
    if value is None or value is null:
        return None
    if isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise QueryError(f"D1001: Number out of range: {value}")
        return int(value) if value.is_integer() and abs(value) < EXACT else value
    if isinstance(value, list):
        return [_json(element, null) for element in value]
    if isinstance(value, dict):
        return {name: _json(element, null) for name, element in value.items()}
    raise Unsupported("returned an unsupported result type")

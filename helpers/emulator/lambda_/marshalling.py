"""What a handler returns, written as Lambda's Python runtime writes it.

The runtime encodes with simplejson and one addition of its own [awslambdaric 4.2.2,
lambda_runtime_marshaller.py, read in November 2026]:

- `Decimal` becomes a number with all its digits, and `Decimal("NaN")`, of either sign, NaN. Items
  of DynamoDB's resource API hold Decimals.
- Characters outside ASCII stay as they are (since the runtime python3.12); NaN and Infinity are
  written, though JSON has no such numbers.
- A named tuple becomes an object, and bytes inside a result become text [simplejson's defaults].
- A handler that returns bytes has answered with these bytes; they are not encoded.
- What cannot be written is a Runtime.MarshalError: "Unable to marshal response: ..."
"""

from __future__ import annotations

from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any

Pieces = list[str]


def marshal(result: Any) -> str | bytes:
    """The payload of a handler's result.

    Raises
    ------
    TypeError, ValueError, RecursionError
        If it cannot be written: a value of another type, or one that contains itself.
    """
    if isinstance(result, bytes):
        return result
    pieces: Pieces = []
    _write(result, pieces, set())
    return "".join(pieces)


def _write(value: Any, pieces: Pieces, open_now: set[int]) -> None:
    if value is None or value is True or value is False:
        pieces.append({None: "null", True: "true", False: "false"}[value])
    elif isinstance(value, str):
        pieces.append(encode_basestring(value))
    elif isinstance(value, bytes):
        pieces.append(encode_basestring(value.decode()))
    elif isinstance(value, int):
        pieces.append(int.__repr__(value))
    elif isinstance(value, float):
        pieces.append(_float(value))
    elif isinstance(value, Decimal):
        pieces.append("NaN" if value.is_nan() else str(value))
    elif isinstance(value, dict | list | tuple):
        _write_container(value, pieces, open_now)
    else:
        raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def _write_container(value: Any, pieces: Pieces, open_now: set[int]) -> None:
    if id(value) in open_now:
        raise ValueError("Circular reference detected")
    open_now.add(id(value))
    if isinstance(value, tuple) and callable(as_dict := getattr(value, "_asdict", None)):
        value_to_write: Any = as_dict()
    else:
        value_to_write = value
    if isinstance(value_to_write, dict):
        between = "{"
        for key, item in value_to_write.items():
            pieces.append(f"{between}{encode_basestring(_key(key))}: ")
            _write(item, pieces, open_now)
            between = ", "
        pieces.append("}" if value_to_write else "{}")
    else:
        between = "["
        for item in value_to_write:
            pieces.append(between)
            _write(item, pieces, open_now)
            between = ", "
        pieces.append("]" if value_to_write else "[]")
    open_now.discard(id(value))


def _key(key: Any) -> str:
    if isinstance(key, str):
        return key
    if isinstance(key, bytes):
        return key.decode()
    if key is None or key is True or key is False:
        return {None: "null", True: "true", False: "false"}[key]
    if isinstance(key, int):
        return int.__repr__(key)
    if isinstance(key, float):
        return _float(key)
    raise TypeError(f"keys must be str, int, float, bool or None, not {type(key).__name__}")


def _float(number: float) -> str:
    if number != number:
        return "NaN"
    if number in (float("inf"), float("-inf")):
        return "Infinity" if number > 0 else "-Infinity"
    return float.__repr__(number)

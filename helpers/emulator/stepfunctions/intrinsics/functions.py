"""What each intrinsic function gives for its arguments.

[Step Functions Developer Guide, "Intrinsic functions for JSONPath states", November 2026] Where an
argument is not of the kind that the page asks for, the function fails. Equality is that of JSON:
true is not 1. The edges of StringSplit and of the text that Format writes for an object follow
recordings of AWS (localstack/localstack, tests of intrinsic functions, 2023 to 2024).
"""

import base64
import binascii
import hashlib
import json
import math
import random
from collections.abc import Callable
from typing import Any

from moto.moto_api._internal import mock_random

LONGEST_TEXT = 10_000  # characters that Base64Encode, Base64Decode and Hash take
LONGEST_RANGE = 1000  # elements that ArrayRange gives
ALGORITHMS = ("MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512")


class Failure(Exception):
    """The function cannot give anything for these arguments. The text is for the reader."""


def array(*values: Any) -> list[Any]:
    return list(values)


def array_partition(values: Any, size: Any) -> list[list[Any]]:
    _list(values)
    step = _whole(size)
    if step < 1:
        raise Failure(f"the chunk size must be a positive number, got {size}")
    return [values[start : start + step] for start in range(0, len(values), step)]


def array_contains(values: Any, value: Any) -> bool:
    return any(_same(value, held) for held in _list(values))


def array_range(first: Any, last: Any, step: Any) -> list[int]:
    start, end, by = _whole(first), _whole(last), _whole(step)
    if by == 0:
        raise Failure("the increment must not be zero")
    found = range(start, end + (1 if by > 0 else -1), by)
    if len(found) > LONGEST_RANGE:
        raise Failure(f"an array may have {LONGEST_RANGE} elements at most, got {len(found)}")
    return list(found)


def array_get_item(values: Any, index: Any) -> Any:
    _list(values)
    if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < len(values):
        raise Failure(f"there is no element {index} in an array of {len(values)}")
    return values[index]


def array_length(values: Any) -> int:
    return len(_list(values))


def array_unique(values: Any) -> list[Any]:
    found: list[Any] = []
    for value in _list(values):
        if not any(_same(value, held) for held in found):
            found.append(value)
    return found


def base64_encode(text: Any) -> str:
    return base64.b64encode(_short(text).encode()).decode()


def base64_decode(text: Any) -> str:
    try:
        return base64.b64decode(_short(text), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Failure(f"expected text in Base64, got {text!r}: {error}") from None


def hashed(text: Any, algorithm: Any) -> str:
    if algorithm not in ALGORITHMS:
        raise Failure(f"expected one of {', '.join(ALGORITHMS)}, got {algorithm!r}")
    return hashlib.new(algorithm.replace("-", ""), _short(text).encode()).hexdigest()


def json_merge(first: Any, second: Any, deep: Any) -> dict[str, Any]:
    if not isinstance(first, dict) or not isinstance(second, dict):
        raise Failure(f"expected two JSON objects, got {_written(first)} and {_written(second)}")
    if deep is not False:
        raise Failure("only the shallow merge is supported: the third argument must be false")
    return {**first, **second}


def json_to_string(value: Any) -> str:
    return _written(value)


def string_to_json(text: Any) -> Any:
    if text is None or (isinstance(text, str) and not text.strip()):
        return None
    try:
        return json.loads(_text(text), parse_constant=_text)
    except ValueError as error:
        raise Failure(f"expected JSON, got {text!r}: {error}") from None


def math_add(first: Any, second: Any) -> int:
    return _whole(first) + _whole(second)


def math_random(start: Any, end: Any, seed: Any = None) -> int:
    """From `start` up to, but not including, `end`; by the lab's seed, or by one's own."""
    first, last = _whole(start), _whole(end)
    if first >= last:
        raise Failure(f"the start must be less than the end, got {start} and {end}")
    draws = random if seed is None else random.Random(_whole(seed))
    return draws.randrange(first, last)


def string_split(text: Any, delimiters: Any) -> list[str]:
    """Each character of `delimiters` parts; nothing comes of what is empty between two."""
    _text(delimiters)
    parts = [""]
    for character in _text(text):
        if character in delimiters:
            parts.append("")
        else:
            parts[-1] += character
    return [part for part in parts if part]


def uuid() -> str:
    return str(mock_random.uuid4())


def in_words(value: Any) -> str:
    """How Format writes a value: ``[1, a]``, ``{name=text}``, text as it is."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return f"[{', '.join(map(in_words, value))}]"
    if isinstance(value, dict):
        pairs = (f"{name}={in_words(held)}" for name, held in value.items())
        return f"{{{', '.join(pairs)}}}"
    return _written(value)


# Each function, and how many arguments it takes, at least and at most. Format is with its text.
FUNCTIONS: dict[str, tuple[Callable[..., Any], int, float]] = {
    "Array": (array, 0, math.inf),
    "ArrayPartition": (array_partition, 2, 2),
    "ArrayContains": (array_contains, 2, 2),
    "ArrayRange": (array_range, 3, 3),
    "ArrayGetItem": (array_get_item, 2, 2),
    "ArrayLength": (array_length, 1, 1),
    "ArrayUnique": (array_unique, 1, 1),
    "Base64Encode": (base64_encode, 1, 1),
    "Base64Decode": (base64_decode, 1, 1),
    "Hash": (hashed, 2, 2),
    "JsonMerge": (json_merge, 3, 3),
    "JsonToString": (json_to_string, 1, 1),
    "StringToJson": (string_to_json, 1, 1),
    "MathAdd": (math_add, 2, 2),
    "MathRandom": (math_random, 2, 3),
    "StringSplit": (string_split, 2, 2),
    "UUID": (uuid, 0, 0),
}


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Failure(f"expected an array, got {_written(value)}")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Failure(f"expected a string, got {_written(value)}")
    return value


def _short(value: Any) -> str:
    if len(_text(value)) > LONGEST_TEXT:
        raise Failure(f"a string may have {LONGEST_TEXT} characters at most, got {len(value)}")
    return value


def _whole(value: Any) -> int:
    """The nearest whole number, a half rounded up."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Failure(f"expected a number, got {_written(value)}")
    return value if isinstance(value, int) else math.floor(value + 0.5)


def _same(first: Any, second: Any) -> bool:
    if isinstance(first, int | float) and isinstance(second, int | float):
        return isinstance(first, bool) == isinstance(second, bool) and first == second
    return _sorted(first) == _sorted(second)


def _sorted(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _written(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)

"""The functions that Step Functions adds to JSONata, and the one that it takes away.

[Step Functions Developer Guide, "Transforming data with JSONata", November 2026] `$partition`,
`$range`, `$hash`, `$random` with an optional seed, `$uuid`, and `$parse`; "$eval is not supported".
Where the page is silent, they follow what others have recorded of AWS (floci-io/floci,
docs/services/step-functions.md, 2026): numbers are cut to whole ones, nothing comes of a chunk size
of zero or of a range that leads nowhere, and a range of one element is that element.
"""

import hashlib
import json
import math
import random
from collections.abc import Callable
from typing import Any

from moto.moto_api._internal import mock_random

ALGORITHMS = ("MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512")


class QueryError(Exception):
    """An expression that cannot be read, or has no value. The text is for the reader."""


def partition(array: list[Any], size: float) -> list[list[Any]] | None:
    """`array` in pieces of `size` elements; the last one holds what is left."""
    size = math.trunc(size)
    if size < 1 or not array:
        return None
    return [array[start : start + size] for start in range(0, len(array), size)]


def numbers(first: float, last: float, step: float) -> list[int] | int | None:
    """The whole numbers from `first` to `last`, `step` apart, both ends included."""
    first, last, step = math.trunc(first), math.trunc(last), math.trunc(step)
    if step == 0:
        return None
    found = list(range(first, last + (1 if step > 0 else -1), step))
    return found if len(found) > 1 else next(iter(found), None)


def hashed(text: str, algorithm: str) -> str:
    """The digest of `text`, in hexadecimal digits."""
    if algorithm not in ALGORITHMS:
        raise QueryError(f"$hash knows {', '.join(ALGORITHMS)}, got {algorithm!r}")
    return hashlib.new(algorithm.replace("-", ""), text.encode()).hexdigest()


def drawn(seed: float | None = None) -> float:
    """A number from 0 to 1, by the lab's seed or the one given."""
    return random.random() if seed is None else random.Random(math.trunc(seed)).random()


def uuid() -> str:
    """A new version 4 UUID."""
    return str(mock_random.uuid4())


def parsed(text: str) -> Any:
    """What a text of JSON holds."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise QueryError(f"$parse expects JSON, got {text!r}: {error}") from None


def evaluated(*_: Any) -> None:
    raise QueryError("T1006: Attempted to invoke a non-function. $eval is not supported")


# Name, function, and JSONata's signature: the types of the arguments.
FUNCTIONS: tuple[tuple[str, Callable[..., Any], str], ...] = (
    ("partition", partition, "<an:a>"),
    ("range", numbers, "<nnn:x>"),
    ("hash", hashed, "<ss:s>"),
    ("random", drawn, "<n?:n>"),
    ("uuid", uuid, "<:s>"),
    ("parse", parsed, "<s:x>"),
    ("eval", evaluated, "<x?x?:x>"),
)

"""ProjectionExpression: which parts of an item are shown.

Source: Developer Guide, "Using projection expressions in DynamoDB". Words of the errors: answers of
AWS recorded in a public conformance suite (2026).
"""

from __future__ import annotations

from functools import lru_cache

from helpers.emulator.dynamodb.expressions.checking import refuse_reserved
from helpers.emulator.dynamodb.expressions.paths import Path, read_path, refuse_clashes
from helpers.emulator.dynamodb.expressions.placeholders import Placeholders
from helpers.emulator.dynamodb.expressions.tokens import END, Tokens


@lru_cache(maxsize=512)
def parsed(text: str) -> tuple[Path, ...]:
    """The paths that a text names, with their placeholders.

    Raises
    ------
    Malformed
        If it names none.
    """
    tokens = Tokens(text)
    found = [read_path(tokens)]
    while tokens.take(","):
        found.append(read_path(tokens))
    if tokens.next.kind != END:
        tokens.fail()
    return tuple(found)


def bound(paths: tuple[Path, ...], placeholders: Placeholders) -> tuple[Path, ...]:
    """The paths with their names in place.

    Raises
    ------
    Malformed
        If one is a reserved word, or two overlap.
    """
    for path in paths:
        refuse_reserved(path)
    found = tuple(placeholders.path(path) for path in paths)
    refuse_clashes(found)
    return found

"""How complex the wildcards of a field are, and which EventBridge refuses.

Statements followed, as of November 2026:

- "EventBridge calculates the complexity of repeating character sequences that occur after a
  wildcard character." A rule that is too complex is refused with InvalidEventPatternException (User
  Guide, "Comparison operators for use in event patterns", on wildcards).
- Complexity is the largest number of beginnings of the wildcards that one text can match at once
  (aws/event-ruler, the open-source matcher behind EventBridge, MachineComplexityEvaluator): `ab`
  matches two beginnings of `a*bc`, `a*` and `a*b`.

AWS does not publish the limit. Ten is what fits the answers that are known: three values of the
form `*:stack/NAME/*` are accepted and four are refused (vals-ai/Valkyrie, pull request 278, April
2026), and `*:*:*:*:*:event-bus/*` is refused (recorded in the tests of LocalStack, December 2024).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from helpers.emulator.event_patterns.invalid import InvalidPattern

MOST_BEGINNINGS = 10
MOST_STEPS = 20_000  # of the search; what is not found by then is accepted, a choice of the lab
STAR = -1
TOO_COMPLEX = (
    "Rule is too complex - try using fewer wildcard characters or fewer repeating character "
    "sequences after a wildcard character"
)


def check(pattern: dict[str, Any]) -> None:
    """Refuse an event pattern, parsed from JSON and valid but for this, if it is too complex.

    Raises
    ------
    InvalidPattern
        If the wildcards of one field are too complex together.
    """
    for wildcards in _by_field(pattern):
        if complexity(wildcards) > MOST_BEGINNINGS:
            raise InvalidPattern(TOO_COMPLEX)


def complexity(wildcards: list[str]) -> int:
    """How many of their beginnings one text can match, counted up to one too many."""
    texts = [_tokens(text) for text in dict.fromkeys(wildcards)]
    letters = sorted({token for tokens in texts for token in tokens if token != STAR})
    most = 0
    start = tuple(frozenset([0]) for _ in texts)  # of each, the lengths of what has matched
    seen, todo = {start}, [start]
    while todo and len(seen) < MOST_STEPS:
        reached = todo.pop()
        for letter in letters:
            following = tuple(map(_after, texts, reached, [letter] * len(texts)))
            if following in seen:
                continue
            seen.add(following)
            todo.append(following)
            most = max(most, sum(map(len, following)))
            if most > MOST_BEGINNINGS:
                return most
    return most


def _after(tokens: list[int], lengths: frozenset[int], letter: int) -> frozenset[int]:
    """The lengths of the beginnings that match a text, once a letter has come to it."""
    found = set()
    for length in lengths:
        if length and tokens[length - 1] == STAR:
            found.add(length)
        if length < len(tokens) and tokens[length] == letter:
            found.add(length + 1)
    return frozenset(found | {at + 1 for at in found if at < len(tokens) and tokens[at] == STAR})


def _tokens(text: str) -> list[int]:
    """The bytes of a wildcard's value as they stand in JSON, between quotes; stars are `STAR`."""
    found, escaped = [ord('"')], False
    for byte in text.encode():
        if escaped or byte not in b"\\*":
            found.append(byte)
            escaped = False
        elif byte == ord("*"):
            found.append(STAR)
        else:
            escaped = True
    return [*found, ord('"')]


def _by_field(value: Any) -> Iterator[list[str]]:
    """The wildcards of each field that has any, wherever it stands in a pattern."""
    if isinstance(value, dict):
        for below in value.values():
            yield from _by_field(below)
    elif isinstance(value, list):
        wildcards = [text for element in value for text in _wildcards(element)]
        if wildcards:
            yield wildcards
        for element in value:  # the alternatives of $or
            yield from _by_field(element)


def _wildcards(element: Any) -> list[str]:
    if not isinstance(element, dict):
        return []
    inside = element.get("anything-but")
    holder = inside if isinstance(inside, dict) else element
    found = holder.get("wildcard", [])
    texts = found if isinstance(found, list) else [found]
    return [text for text in texts if isinstance(text, str)]

"""What an exercise of a lesson is: a rule that the reader's function has to keep."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from helpers.lab import Lab


class Failed(Exception):
    """Raised by an exercise's rule, with the sentence that the reader gets."""


def often(count: int) -> str:
    """How often something happened: "never", "once", "twice", "3 times"."""
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


@dataclass(frozen=True)
class Exercise:
    """An exercise: a `rule` that runs the reader's function in a lab and raises `Failed`.

    The rule is run once per seed, each time in a lab of its own. `praise` says what the passing
    function has been shown to do.
    """

    rule: Callable[[Lab, Any, int], None]
    seeds: tuple[int, ...]
    praise: str

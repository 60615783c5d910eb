"""The three kinds of claim: a law, a tendency, and a quantity."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from string import Formatter

Numbers = Mapping[str, float]  # what one run measured, by name
Run = Callable[[int], Numbers]  # a function of the seed

ID = re.compile(r"\d\d\.[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Finding:
    """A claim about a run.

    Parameters
    ----------
    id : str
        The lesson's number and a name: ``"03.none-lost"``.
    sentence : str
        What is claimed. ``{lost}`` stands for the number ``lost`` of a run.
    run : callable
        Takes a seed, runs the experiment, returns its numbers by name. At most three seconds.
        Several findings may share one run: it is run once for all of them.

    Raises
    ------
    ValueError
        With the id, if it is not of that form.
    """

    id: str
    sentence: str
    run: Run

    def __post_init__(self) -> None:
        if not ID.fullmatch(self.id):
            raise ValueError(f"a finding's id is like '03.none-lost', got {self.id!r}")

    @property
    def lesson(self) -> str:
        """The lesson's number, two digits."""
        return self.id[:2]

    @property
    def source(self) -> str:
        """The name of the run, as the record has it: ``"03.outage"``."""
        return f"{self.lesson}.{self.run.__name__}"

    @property
    def names(self) -> list[str]:
        """The numbers that the sentence names."""
        return [name for _, name, _, _ in Formatter().parse(self.sentence) if name]


@dataclass(frozen=True)
class Law(Finding):
    """It holds on every seed."""

    holds: Callable[[Numbers], bool]


@dataclass(frozen=True)
class Tendency(Finding):
    """It holds on at least this share of the seeds, more than a half and less than one."""

    holds: Callable[[Numbers], bool]
    share: float

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0.5 < self.share < 1:
            raise ValueError(
                f"{self.id}: the share of a tendency is between 0.5 and 1, got {self.share!r}"
            )


@dataclass(frozen=True)
class Quantity(Finding):
    """A number of the run, with the range in which it lies."""

    number: str
    unit: str = ""


def shares(finding: Law | Tendency, measured: Sequence[Numbers]) -> float:
    """The share of these runs in which the claim holds."""
    return sum(bool(finding.holds(numbers)) for numbers in measured) / len(measured)

"""The lifelines of a drawing: one for each participant, or for several of one kind.

Knows no AWS SDK. Part of `helpers.charts.journey`.
"""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from helpers.charts.journey.cast import Participant
from helpers.charts.journey.step import Step
from helpers.charts.journey.telling import participants

MOST = 5  # lifelines, of which each has a head wide enough to read on a phone
_SHARE = (
    "worker",
    "sender",
    "queue",
    "function",
    "topic",
    "workflow",
    "table",
    "bucket",
    "service",
)
_SEVERAL = {"queue": "queues", "bucket": "buckets"}


class Lane(NamedTuple):
    """A lifeline: a kind, and the names of whom it stands for."""

    kind: str
    names: tuple[str, ...]

    @property
    def head(self) -> str:
        """The name in its head."""
        if len(self.names) == 1:
            return self.names[0]
        return _SEVERAL.get(self.kind, f"{self.kind}s")


def lanes(steps: list[Step]) -> dict[Participant, Lane]:
    """The lifeline of each participant, in the order of the story.

    Where there would be more than `MOST`, those of one kind share one: the workers first.
    """
    there = participants(steps)
    shared: dict[str, list[Participant]] = defaultdict(list)
    for one in there:
        shared[one.kind].append(one)
    together: set[str] = set()
    for kind in _SHARE:
        many = sum(1 if kind in together else len(of) for kind, of in shared.items())
        if many > MOST and len(shared[kind]) > 1:
            together.add(kind)
    return {
        one: Lane(
            one.kind,
            tuple(other.name for other in shared[one.kind])
            if one.kind in together
            else (one.name,),
        )
        for one in there
    }

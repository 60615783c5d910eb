"""The story of an order in sentences, and what is left of a long one.

Knows no AWS SDK. Part of `helpers.charts.journey`.
"""

from __future__ import annotations

from collections import Counter

from helpers.charts.journey.cast import Participant
from helpers.charts.journey.step import Step
from helpers.charts.spoken import clock, count

MOST = 40  # steps that are drawn
_LAST = 12  # of them, after what is folded


def participants(steps: list[Step]) -> list[Participant]:
    """Who takes part, in the order of their first part."""
    seen = [one for step in steps for one in (step.source, step.target) if one is not None]
    return list(dict.fromkeys(seen))


def folded(steps: list[Step]) -> list[Step]:
    """The steps that are drawn: all, or the first and the last ones with a note between them."""
    if len(steps) <= MOST:
        return steps
    first, last = MOST - _LAST - 1, len(steps) - _LAST
    left_out = steps[first:last]
    kinds = Counter(step.kind for step in left_out)
    taken = sum(kinds[kind] for kind in ("received", "again", "copy"))
    lost = sum(kinds[kind] for kind in ("request lost", "reply lost", "receive lost"))
    done = kinds["effect"] + kinds["effect again"]
    parts = [
        count(number, *words)
        for number, words in (
            (taken, ("delivery", "deliveries")),
            (lost, ("lost request or reply", "lost requests or replies")),
            (done, ("effect",)),
        )
        if number
    ]
    among = f", among them {', '.join(parts)}" if parts else ""
    until = clock(left_out[-1].time)
    note = Step(
        left_out[0].time,
        "folded",
        left_out[0].source,
        None,
        f"{len(left_out)} more steps until {until} are not drawn{among}",
        f"begin {len(left_out)} more steps, until {until}, that are not drawn{among}",
    )
    return [*steps[:first], note, *steps[last:]]


def told(steps: list[Step], all_of_them: int, title: str) -> str:
    """The story: who takes part, and a sentence for each step that is drawn."""
    there = ", ".join(one.said for one in participants(steps))
    said = [
        f"{title.rstrip('.')}: {count(all_of_them, 'step')} from {clock(steps[0].time)} "
        f"to {clock(steps[-1].time)}.",
        f"Taking part: {there}.",
    ]
    said += [f"At {clock(step.time)} {step.said}." for step in steps]
    return " ".join(said)

"""The exercises of lesson 14: a shop for each of the three grades."""

from __future__ import annotations

import reprlib
import textwrap
from collections.abc import Callable
from functools import partial
from typing import Any

from helpers import costs, trace
from helpers.lab import Lab
from helpers.lessons.exercise import Exercise, Failed, often
from helpers.lessons.lesson_14 import scorecard
from helpers.lessons.lesson_14.day import Held, hold_in

SEEDS = (1141, 1142, 1143)
WORDS = 200  # characters of an error


def reaches(grade: int, lab: Lab, shop: Callable[[], Any], seed: int) -> None:
    """A Black Friday on which everything is met that this grade asks, and those below it."""
    held = hold_in(lab, *parts_of(shop), seed)
    for measure in scorecard.MEASURES:
        if measure.grade <= grade and measure.of(held) > measure.most:
            raise Failed(SAYS[measure.key](held, measure))


def parts_of(shop: Callable[[], Any]) -> tuple[Any, Any, Any]:
    """The three functions of a shop.

    Raises
    ------
    Failed
        If it gives something else.
    """
    parts = shop()
    if not (isinstance(parts, tuple) and len(parts) == 3 and all(map(callable, parts))):
        raise Failed(
            "A shop gives its three functions, as in `return set_up, checkout, worker`. "
            f"Yours gave {reprlib.repr(parts)}."
        )
    return parts


def _refused(held: Held, _: scorecard.Measure) -> str:
    name = scorecard.refused(held)[0]
    told = scorecard.told(held).loc[name]
    if not told["answered"]:
        return f"The customer of order {name} was still waiting for an answer when the day ended."
    return f"The customer of order {name} read an error, after {told['waited']:.1f} s."


def _lost(held: Held, _: scorecard.Measure) -> str:
    name = scorecard.lost(held)[0]
    for mistaken, other in held.provider.mixed_up:
        if mistaken == name:
            return (
                f"Order {name} was accepted and never charged. It came to the card provider with "
                f"the token of order {other}."
            )
    tries = int((held.events.query("name == 'asked'")["order_id"] == name).sum())
    said = f"Order {name} was accepted and never charged."
    if tries:
        return f"{said} It was tried {often(tries)}, the last time in vain."
    if held.provider.refusal:
        return f"{said} The card provider refused what it got: {held.provider.refusal}."
    if held.returned:
        return (
            f"{said} Nobody tried it: a worker has to run for ever, and {held.returned} returned."
        )
    if held.errors:
        [(words, count)] = held.errors.most_common(1)
        told = textwrap.shorten(words, WORDS, placeholder=" …")
        return f"{said} Nobody tried it: in the workers, boto3 failed {often(count)}, with {told}."
    return f"{said} Nobody tried it."


def _twice(held: Held, _: scorecard.Measure) -> str:
    found = scorecard.twice(held)
    name = found.index[0]
    times = held.events.query("name == 'charged' and order_id == @name")["time"]
    return (
        f"Order {name} was charged {often(int(found.iloc[0]))}, the second time "
        f"{times.iloc[1] - times.iloc[0]:.0f} s after the first."
    )


def _loose(held: Held, _: scorecard.Measure) -> str:
    name = held.plan.poisoned
    tries = int((held.events.query("name == 'asked'")["order_id"] == name).sum())
    if held.put_aside is None:
        return (
            f"Order {name}, which nobody can charge, was still being tried at the end of the day: "
            f"{tries} times by then."
        )
    return f"Order {name}, which nobody can charge, is in no queue: it was accepted and is gone."


def _waited(held: Held, measure: scorecard.Measure) -> str:
    waited = scorecard.told(held)["waited"]
    return (
        f"The customer of order {waited.idxmax()} waited {waited.max():.1f} s for an answer. One "
        f"in a hundred waited {trace.percentile(waited, 99):.1f} s or longer, and {measure.most} s "
        "are allowed."
    )


def _others(held: Held, measure: scorecard.Measure) -> str:
    wait = scorecard.others(held)["wait"]
    most = trace.percentile(wait, 90)
    return (
        f"While {held.plan.loud} was loud, order {wait.idxmax()} of another shop was charged after "
        f"{wait.max():.0f} s. 90 % of the others' orders took up to {most:.0f} s, and "
        f"{measure.most} s are allowed."
    )


def _recovery(held: Held, measure: scorecard.Measure) -> str:
    after = scorecard.before_the_end_of_the_outage(held)
    return (
        f"Order {after.idxmax()} was placed before the outage's end and charged "
        f"{after.max():.0f} s after it, where {measure.most} s are allowed."
    )


def _dollars(held: Held, measure: scorecard.Measure) -> str:
    bill = costs.billed(held.events, len(held.plan.orders), fair=held.fair)
    per_million = bill[costs.bills.PER_MILLION]
    most = bill.loc[per_million.idxmax()]
    return (
        f"AWS bills {per_million.sum():.2f} dollars per million orders, and {measure.most} are "
        f"allowed. The largest part is {per_million.max():.2f} for {most['what']!r} of "
        f"{most['service']}."
    )


SAYS: dict[str, Callable[[Held, scorecard.Measure], str]] = {
    "errors": _refused,
    "lost": _lost,
    "twice": _twice,
    "loose": _loose,
    "p99": _waited,
    "others": _others,
    "recovery": _recovery,
    "dollars": _dollars,
}
EXERCISES = {
    "1": Exercise(partial(reaches, 1), SEEDS, "First grade: nobody forgotten, nobody pays twice."),
    "2": Exercise(partial(reaches, 2), SEEDS, "Second grade: everybody is served in time."),
    "3": Exercise(partial(reaches, 3), SEEDS, "Third grade: and it costs little."),
}

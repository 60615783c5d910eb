"""What time did to the messages of an order: delays and timeouts that ended, and what is left.

Knows no AWS SDK. Part of `helpers.charts.journey`.
"""

from __future__ import annotations

from helpers import trace as tr
from helpers.charts.journey.cast import Cast
from helpers.charts.journey.facts import Facts
from helpers.charts.journey.moments import FIRST, LAST, Place
from helpers.charts.journey.names import Messages
from helpers.charts.journey.step import Step
from helpers.charts.spoken import spent

_LEAST = 0.5  # seconds of waiting that are worth a note
_STATES = {"waiting": "waiting", "in_flight": "in flight", "delayed": "delayed"}


def lives(facts: Facts, cast: Cast) -> list[tuple[Place, Step]]:
    """Notes over the queues."""
    trace, mine = facts.trace, facts.mine
    seen = tr.states(trace)
    seen = seen[seen["body"].isin(mine["body"].unique())]
    received = {
        (queue, ident, time): place
        for place, queue, ident, what, time in zip(
            mine.index, *(mine[name] for name in ("queue", "id", "what", "time")), strict=True
        )
        if what == "received"
    }
    over, names = tr.end_of(trace, None), Messages(mine)
    found: list[tuple[Place, Step]] = []
    columns = ["queue", "id", "state", "start", "end", "ended_by"]
    for at, (queue, ident, state, start, end, by) in enumerate(
        zip(*(seen[name] for name in columns), strict=True)
    ):
        who, name = cast.queue(queue), names.name(queue, ident)
        told = _told(by, state, end - start, who.said, name or "the message")
        if told is None:
            continue
        kind, text, said = told
        time, place = (over, LAST) if kind == "rest" else (end, FIRST)
        if kind == "waited":
            place = received.get((queue, ident, end), FIRST)
        text = f"{name}: {text}" if name else text
        found.append(((time, place, 0, at, 0), Step(time, kind, who, None, text, said)))
    return found


def _told(
    by: str | None, state: str, span: float, queue: str, message: str
) -> tuple[str, str, str] | None:
    """The kind, text and sentence of a state's end, if it is worth a note."""
    if by is None:
        here = _STATES[state]
        said = f"{message} is still {here} in {queue}, and there the trace ends"
        return "rest", f"still {here} at the end", said
    if by == "received" and state == "waiting" and span >= _LEAST:
        return "waited", f"waited {spent(span)}", f"{message} has waited {spent(span)} in {queue}"
    if by == "delay":
        said = f"a delay of {spent(span)} is over and {queue} shows {message}"
        return "delay", f"after a delay of {spent(span)}: visible", said
    if by == "timeout":
        said = f"nobody has deleted {message} within {spent(span)}, so {queue} shows it again"
        return "timeout", f"not deleted within {spent(span)}: visible again", said
    if by == "purged":
        return "purged", "purged", f"{queue} is purged, and {message} is gone"
    return None

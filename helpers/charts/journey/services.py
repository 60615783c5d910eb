"""What services did with an order's messages by themselves.

Knows no AWS SDK. Part of `helpers.charts.journey`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from helpers.charts.journey.cast import Cast, Participant
from helpers.charts.journey.facts import Facts
from helpers.charts.journey.moments import Place
from helpers.charts.journey.names import Messages
from helpers.charts.journey.step import Step
from helpers.trace.callers import service_of

_LATE = {
    "sent": "stored", "received": "handed out", "deleted": "deleted",
    "visibility": "given another timeout",
}  # fmt: skip


def by_themselves(facts: Facts, cast: Cast) -> Iterator[tuple[Place, Step]]:
    """What services did with the order's messages without a call that asked for it."""
    mine = facts.mine
    redriven = mine[mine["what"] == "redriven"]
    inner, names = facts.inner, Messages(mine)
    for row in mine[inner | mine["call"].isna()].itertuples():
        place: Place = (row.time, row.Index, 1, row.Index, 0)
        queue, name = cast.queue(row.queue), names.name(row.queue, row.id)
        one, of = name or "the message", f" ({name})" if name else ""
        if row.what == "moved":
            to = cast.queue(row.to)
            said = f"{queue.said} moves {one} to {to.said}"
            yield place, Step(row.time, "moved", queue, to, f"moved{of}", said)
        elif row.what == "expired":
            said = f"{one} expires in {queue.said}"
            yield place, Step(row.time, "expired", queue, None, f"expired: kept too long{of}", said)
        elif row.what == "reappeared":
            text = "a server still had a copy: visible again"
            said = f"a server of {queue.said} still had a copy, so {one} is visible again"
            yield place, Step(row.time, "reappeared", queue, None, text, said)
        elif row.what == "sent":
            same = redriven[(redriven["time"] == row.time) & (redriven["body"] == row.body)]
            yield place, _sent(row, queue, [cast.queue(q) for q in same["queue"]], name, cast)
        elif row.what in ("received", "deleted", "visibility"):
            yield place, _late(row, queue, name)


def _sent(row: Any, queue: Participant, redriven: list[Participant], name: str, cast: Cast) -> Step:
    """What sent a message without a call: a redrive, a service, or one who had given up."""
    if redriven:
        of = f" ({name})" if name else ""
        said = f"{redriven[0].said} gives the message back to {queue.said}, under a new id"
        return Step(row.time, "redriven", redriven[0], queue, f"redriven{of}", said)
    at_work = service_of(row.caller)
    if at_work is not None and at_work[0] == "sqs":
        return _late(row, queue, name)
    source = cast.of_caller(row.caller)
    said = f"{source.said} delivers to {queue.said}"
    return Step(row.time, "call", source, queue, "delivers", said)


def _late(row: Any, queue: Participant, name: str) -> Step:
    """What a queue did though its caller had given up."""
    text = f"{_LATE[row.what]}, though the caller no longer waits"
    said = f"in {queue.said} {name or 'the message'} is {text}"
    return Step(row.time, "late", queue, None, f"{name}: {text}" if name else text, said)

"""The calls in the story of an order, and what services did by themselves.

Knows no AWS SDK. Part of `helpers.charts.journey`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

import pandas as pd

from helpers import trace as tr
from helpers.charts.journey.cast import Cast, Participant
from helpers.charts.journey.facts import Facts
from helpers.charts.journey.moments import FIRST, Moments, Place
from helpers.charts.journey.names import Messages
from helpers.charts.journey.step import NO_REPLY, Step
from helpers.charts.spoken import spent
from helpers.trace.callers import service_of

_DELIVERY = {"first": "received", "redelivery": "again", "duplicate": "copy"}
_COLUMNS = [
    "time", "end", "processed", "caller", "service", "operation", "call", "attempt", "outcome",
    "resource",
]  # fmt: skip
_Found = Iterator[tuple[Place, Step]]


class _Attempt(NamedTuple):
    """A row of the trace, and its number in it."""

    row: int
    time: float
    end: float
    processed: float
    caller: str
    service: str
    operation: str
    call: int
    attempt: int
    outcome: str
    resource: str | None

    @property
    def unheard(self) -> bool:
        """Whether no reply came."""
        return any(word in self.outcome for word in NO_REPLY)


def attempts(facts: Facts, calls: set[int], cast: Cast, moments: Moments) -> _Found:
    """The steps of each attempt of these calls."""
    mine, rows = facts.mine, facts.trace[facts.trace["call"].isin(calls)]
    handled: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for row in mine[mine["call"].notna() & ~facts.inner].itertuples():
        handled[row.call, row.attempt].append(row)
    maker = _Calls(facts, cast, moments)
    columns = (rows[name] for name in _COLUMNS)
    last = rows.groupby("call")["attempt"].max()
    for one in map(_Attempt, rows.index, *columns):
        done, final = handled[one.call, one.attempt], one.attempt == last[one.call]
        if one.operation != "ReceiveMessage":
            yield from maker.called(one, done, final)
            continue
        for row in done:
            yield from maker.received(one, row, final)


class _Calls:
    """Makes steps of attempts."""

    def __init__(self, facts: Facts, cast: Cast, moments: Moments) -> None:
        self._cast, self._moments = cast, moments
        some = facts.trace["messages"].map(len).gt(0)
        self._handling = set(facts.trace.index[some])
        self._messages, self._events = Messages(facts.mine), facts.events
        trace = facts.trace
        seen = tr.visits(trace, key=facts.key)
        flights = seen[seen["state"] == "in_flight"]
        columns = (flights[name] for name in ("id", "start", "kind"))
        self._kinds = {(ident, start): kind for ident, start, kind in zip(*columns, strict=True)}
        late = trace[trace["call"].isna() & trace["operation"].notna()]
        columns = (late[name] for name in ("operation", "resource", "time"))
        self._late = list(zip(*columns, strict=True))

    def called(self, one: _Attempt, done: list[Any], final: bool) -> _Found:
        """The steps of an attempt that is not a ReceiveMessage."""
        source = self._cast.of_caller(one.caller)
        target = self._cast.of_call(one.service, one.resource)
        own = source == target
        more = self._more(one, done)
        place = self._moments.of_call(one.row, one.time, one.caller, one.resource)
        begun: Place = (one.time, place, 1, one.row, 0)
        away = one.unheard and pd.isna(one.processed)
        late = away and (one.operation, one.resource) in [
            (operation, resource) for operation, resource, time in self._late if time >= one.time
        ]
        kind = "deleted" if "Delete" in one.operation and one.service == "sqs" else "call"
        if away and not late:
            unreached = "Connect" in one.outcome and "Closed" not in one.outcome
            kind = "request lost"
            more += ": no connection" if unreached else ": the request is lost"
        said = f"{source.said} calls {one.operation} on {target.said}{more}"
        if own:
            said = f"{source.said} calls {one.operation}{more}"
        text = f"{one.operation}{more}"
        step = Step(one.time, kind, source, target, text, said)
        yield begun, step._replace(kind="called", target=None) if own else step
        yield from self._ended(one, source, target, final, place)

    def _ended(
        self, one: _Attempt, source: Participant, target: Participant, final: bool, place: float
    ) -> _Found:
        """The reply, where it did not come or refused."""
        if one.outcome in ("ok", tr.CUT_OFF):
            return
        back = target if source != target else source
        to = source if source != target else None
        if not one.unheard:
            at = self._moments.of_reply(one.row, one.end, one.caller)
            said = f"{target.said} answers {source.said} with the error {one.outcome}"
            ended: Place = (one.end, at, 1, one.row, 1)
            yield ended, Step(one.end, "refused", back, to, one.outcome, said)
            return
        runs = one.service == "lambda"  # accepted at once; the reply comes when the work is done
        time = one.end if runs or pd.isna(one.processed) else one.processed
        lost: Place = (time, FIRST if runs else place, 1, one.row, 1)
        if runs and not self._answered(one):
            pass  # the function is still at work, or it never was
        elif not pd.isna(one.processed):
            said = f"the reply of {target.said} to {source.said} is lost"
            yield lost, Step(time, "reply lost", back, to, "reply lost", said)
        else:
            lost = (one.time, place, 1, one.row, 1)
        yield from self._waited(one, source, final, lost)

    def _answered(self, one: _Attempt) -> bool:
        """Whether the run of a function that an Invoke began was over when its caller gave up."""
        begun = {
            event.ident
            for event in self._events
            if (event.what, event.resource, event.time) == ("began", one.resource, one.processed)
        }
        return any(
            event.what == "ended" and event.ident in begun and event.time <= one.end
            for event in self._events
        )

    def _waited(self, one: _Attempt, who: Participant, final: bool, lost: Place) -> _Found:
        """The caller's wait in vain."""
        wait, up = one.end - one.time, " and gives up" if final else ""
        if wait < 0.05 and not final:
            return
        vain = f"waits {spent(wait)} in vain" if wait >= 0.05 else "gets no reply"
        said = f"{who.said} {vain}{up} ({one.outcome})"
        yield (*lost[:4], 2), Step(lost[0], "wait", who, None, f"{vain}{up}", said)

    def received(self, one: _Attempt, row: Any, final: bool) -> _Found:
        """The steps of a delivery."""
        queue, who = self._cast.queue(row.queue), self._cast.of_caller(one.caller)
        place: Place = (row.time, row.Index, 1, one.row, 1)
        name = self._messages.name(row.queue, row.id)
        kind = _DELIVERY[self._kinds.get((row.id, row.time), "first")]
        often = self._messages.often(row)
        again = f", delivery {often}" if often > 1 else ""
        if one.outcome == "ok":
            word = "received again" if kind == "again" else "received"
            of = f" ({name})" if name else ""
            text = f"{word}{of}{again}"
            extra = " once more" if kind == "again" else ""
            extra += ", a duplicate of another message" if kind == "copy" else ""
            said = f"{who.said} receives {name or 'the message'} from {queue.said}{extra}{again}"
            yield place, Step(row.time, kind, queue, who, text, said)
            return
        lost = "reply lost" if one.unheard else one.outcome
        text = f"ReceiveMessage{again}: {lost}"
        said = f"{queue.said} hands {name or 'the message'} to {who.said}{again}, but the "
        said += "reply is lost" if one.unheard else f"call ends with {one.outcome}"
        yield place, Step(row.time, "receive lost", queue, who, text, said)
        if one.unheard:
            yield from self._waited(one, who, final, place)

    def _more(self, one: _Attempt, done: list[Any]) -> str:
        """What is special about a call: its attempt, its message, and what it does not do."""
        said = f", attempt {one.attempt}" if one.attempt > 1 else ""
        kept = bool(done) or one.row in self._handling or one.outcome != "ok"
        if one.operation == "SendMessage" and (one.resource or "").endswith(".fifo") and not kept:
            said += ": a duplicate, not stored again"
        if one.operation == "DeleteMessage" and not kept:
            said += ", without effect"
        for row in done[:1]:
            name = self._messages.name(row.queue, row.id)
            said += f" ({name})" if name else ""
            if row.what == "visibility":
                said += f": {spent(max(0, row.visible_at - row.time))} from now"
            if not row.effective:
                said += ", without effect"
        at_work = service_of(one.caller)
        if at_work is not None and at_work[0] == "events":
            said += f" (rule {at_work[1]})"
        if one.outcome == tr.CUT_OFF:
            said += ", cut off by the end of the run"
        return said

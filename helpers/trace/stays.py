"""The lives of messages: what each was doing in which queue, computed from the trace.

Knows no AWS SDK. The rules that are followed are those of the SQS API model (DeleteMessage,
ChangeMessageVisibility, SendMessage; botocore 1.44.5, November 2026): a received message is in
flight until its visibility timeout ends or it is deleted; only the latest receipt handle deletes it
for certain; a delayed message is neither waiting nor in flight. AWS leaves open what an older
handle deletes; here, and in the emulator, nothing. It does change the visibility on a standard
queue (`emulator.sqs.queue` names the source).

A message that was deleted and has reappeared begins another stay, so it is told apart from one that
a timeout has made visible again.

A message whose sending is not in the trace enters its queue when it is first seen. A second send
with the same id (deduplication) adds nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, nan
from typing import TYPE_CHECKING, Any

from helpers.trace.handlings import messages

if TYPE_CHECKING:
    import pandas as pd

TOGETHER = 1e-5  # seconds; the emulator keeps epoch seconds in a float
STATES = ("waiting", "in_flight", "delayed")
_ENTERS = {"sent", "received", "moved", "reappeared"}
_LEAVES = {"deleted", "expired", "redriven"}
_COLUMNS = [
    "queue", "id", "body", "stay", "state", "start", "end", "ended_by", "handling",
]  # fmt: skip

_Key = tuple[str, str]  # queue and id


def states(trace: pd.DataFrame, *, until: float | None = None) -> pd.DataFrame:
    """The life of every message: one row per time spent waiting, in flight or delayed.

    Parameters
    ----------
    until : float, optional
        Virtual seconds up to which timeouts and delays are let end; the end of the trace if not
        given. Pass `lab.now` if time has passed since the last row.

    Returns
    -------
    DataFrame
        queue, id, body, stay (number of the message's stay in a queue), state, start and end
        (virtual seconds; NaN: still so), ended_by ("received", "timeout", "delay", "visibility",
        "deleted", "moved", "expired", "purged", "redriven"), handling (row of `messages(trace)`
        that began it; -1: a timeout did).
    """
    import pandas as pd

    until, lives = end_of(trace, until), _Lives()
    frame = messages(trace)
    names = ["time", "queue", "what", "id", "body", "visible_at", "to", "effective"]
    for row, handling in enumerate(zip(*(frame[name].tolist() for name in names), strict=True)):
        if handling[0] > until:
            break
        lives.handle(row, handling)
    frame = pd.DataFrame(lives.rows(until), columns=_COLUMNS, dtype=object)
    return frame.astype({"stay": int, "start": float, "end": float, "handling": int})


def end_of(trace: pd.DataFrame, until: float | None) -> float:
    """The moment given, or that at which the trace ends, in simulated seconds."""
    if until is not None:
        return float(until)
    return float(trace["end"].max()) if len(trace) else 0.0


@dataclass(slots=True)
class Stay:
    """A message in a queue, and its present state there. Times are simulated seconds."""

    number: int
    body: str | None
    state: str
    start: float  # when the state began
    ends: float  # when it ends if nothing else happens
    row: int  # the handling that began it; -1: a timeout did


class _Lives:
    """The stays of one moment, and the states that are over by then."""

    def __init__(self) -> None:
        self._here: dict[_Key, Stay] = {}
        self._over: list[tuple[Any, ...]] = []
        self._stays = 0

    def handle(self, row: int, handling: tuple[Any, ...]) -> None:
        """Take in the next row of `messages(trace)`."""
        time, queue, what, ident, body, visible_at, to, effective = handling
        if what == "purged":
            self._purge(queue, time)
            return
        key = (queue, ident)
        stay = self._settled(key, time)
        if what == "moved":
            if stay is not None:
                self._close(key, stay, time, what)
            key = (to, ident)
            stay = self._settled(key, time)
        if stay is None and what in _ENTERS:
            delayed = what == "sent" and visible_at > time + TOGETHER
            stay = self._enter(key, body, time, visible_at if delayed else None, row)
        if stay is None:
            return
        if what == "received":
            self._turn(key, stay, time, what, "in_flight", visible_at, row)
        elif what == "visibility" and effective and stay.state == "in_flight":
            stay.ends = visible_at
            if visible_at <= time:
                self._turn(key, stay, time, what, "waiting", inf, row)
        elif what in _LEAVES and effective:
            self._close(key, stay, time, what)

    def rows(self, until: float) -> list[tuple[Any, ...]]:
        """All states, as rows with `_COLUMNS`; those that go on have no end."""
        for key in list(self._here):
            stay = self._settled(key, until)
            if stay is not None:
                self._close(key, stay, nan, None)
        return self._over

    def _settled(self, key: _Key, time: float) -> Stay | None:
        """The stay at this time: a delay or a timeout that is over by now ended when it did."""
        stay = self._here.get(key)
        if stay is not None and stay.ends <= time + TOGETHER:
            by = "delay" if stay.state == "delayed" else "timeout"
            self._turn(key, stay, min(stay.ends, time), by, "waiting", inf, -1)
        return stay

    def _enter(
        self, key: _Key, body: str | None, time: float, delayed_until: float | None, row: int
    ) -> Stay:
        self._stays += 1
        state, ends = ("waiting", inf) if delayed_until is None else ("delayed", delayed_until)
        stay = self._here[key] = Stay(self._stays, body, state, time, ends, row)
        return stay

    def _turn(
        self, key: _Key, stay: Stay, time: float, by: str, state: str, ends: float, row: int
    ) -> None:
        """Close the message's present state and open the next."""
        self._close(key, stay, time, by)
        stay.state, stay.start, stay.ends, stay.row = state, time, ends, row
        self._here[key] = stay

    def _close(self, key: _Key, stay: Stay, time: float, by: str | None) -> None:
        del self._here[key]
        self._over.append(
            (*key, stay.body, stay.number, stay.state, stay.start, time, by, stay.row)
        )

    def _purge(self, queue: str, time: float) -> None:
        for key in [key for key in self._here if key[0] == queue]:
            stay = self._settled(key, time)
            if stay is not None:
                self._close(key, stay, time, "purged")

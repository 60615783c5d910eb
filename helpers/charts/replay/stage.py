"""The places of a replay, found from where messages were: each in its column, from left to right.

Knows no AWS SDK. Part of `helpers.charts.replay`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from helpers.charts.layout import depths
from helpers.trace.callers import service_of

CROWD = 6  # workers of one queue that get a place each; more share one
RULES = 3  # rules that get a place each; more share one, the bus
SENDERS = "senders"
# Where that goes whose last visit was ended so.
ENDS = dict.fromkeys(["deleted", "ok", "Succeeded"], "done")
ENDS |= dict.fromkeys(["failed", "stopped", "Failed", "Aborted", "TimedOut"], "failed")
ENDS |= {"expired": "expired", "purged": "purged"}
_AREA = {"waiting": "queue", "delayed": "delayed", "running": "function"}


@dataclass
class Place:
    """Where messages can be.

    Attributes
    ----------
    kind : str
        "senders", "topic", "queue", "dead" (a queue to which messages are moved only), "delayed",
        "worker", "nobody" (a reply that was lost holds them), "function", "state", "done" or
        "failed" (of functions and workflows; of queues, what expired or was purged).
    name, queue : str
        What stands on it, and the queue, function or state machine that it belongs to; of a topic
        or rule, the only one that it leads to.
    column : int
        From left to right.
    """

    kind: str
    name: str
    queue: str | None = None
    column: int = 0


class Stage:
    """The places of a run, numbered, each in its column."""

    def __init__(self, seen: pd.DataFrame) -> None:
        self._functions = set(seen["queue"][seen["state"] == "running"])
        self.places: list[Place] = []
        self._numbers: dict[tuple[str, str, str | None], int] = {}
        flights = seen[(seen["state"] == "in_flight") & seen["holder"].notna()]
        self._crowded = {
            queue for queue, rows in flights.groupby("queue") if rows["holder"].nunique() > CROWD
        }
        self._holders = {
            holder: queue
            for queue, holder in zip(*(flights[n] for n in ("queue", "holder")), strict=True)
        }
        services = map(service_of, seen["holder"][seen["state"] == "sending"].dropna().unique())
        self._many_rules = [one[0] for one in services if one].count("events") > RULES
        self._dead = _moved_into(seen) - set(seen["queue"][seen["state"] == "sending"])
        ways: dict[tuple[int, int], None] = {}
        before: dict[str, int] = {}
        columns = ["id", "queue", "state", "holder", "ended_by"]
        for ident, queue, state, holder, ended_by in zip(
            *(seen[name] for name in columns), strict=True
        ):
            here = self.number(state, queue, holder)
            if ident in before and before[ident] != here:
                ways.setdefault((before[ident], here))
            before[ident] = here
            if ended_by in ENDS:
                ways.setdefault((here, self.end(ended_by, queue)))
        self._columns(list(ways))
        self.ways = list(ways)
        for number, place in enumerate(self.places):
            found = {self.places[b].queue for a, b in ways if a == number}
            if place.kind == "topic" and len(found) == 1:
                [place.queue] = found

    def number(self, state: str, queue: str, holder: str | None) -> int:
        """The place of a visit."""
        if state == "sending":
            return self.of_caller(holder)
        if state == "entered":
            return self._numbered("state", holder or "", queue)
        if state != "in_flight":
            area = "dead" if queue in self._dead and state == "waiting" else _AREA[state]
            return self._numbered(area, "delayed" if area == "delayed" else queue, queue)
        if holder is None:
            return self._numbered("nobody", "nobody", queue)
        poller = service_of(holder)  # of a function's event source mapping
        name = "workers" if queue in self._crowded else poller[1] if poller else holder
        return self._numbered("worker", name, queue)

    def of_caller(self, caller: str | None) -> int:
        """The place of who calls: a worker or a function, a topic or bus, or a sender."""
        if caller in self._holders:
            return self.number("in_flight", self._holders[caller], caller)
        function = re.sub(r"-\d+$", "", caller or "")  # its second environment is named …-2
        if function in self._functions:
            return self._numbered("function", function, function)
        at_work = service_of(caller or "")
        if at_work is not None and at_work[0] in ("sns", "events"):
            shared = at_work[0] == "events" and self._many_rules
            return self._numbered("topic", "bus" if shared else at_work[1], None)
        return self._numbered("senders", SENDERS, None)

    def of_call(self, caller: str, resource: str | None) -> tuple[int, int] | None:
        """The places of a call's two ends, if it is to one that is seen."""
        kinds = ("queue", "dead", "function")
        found = (self._numbers.get((kind, resource or "", resource)) for kind in kinds)
        there = next((number for number in found if number is not None), None)
        return None if there is None else (self.of_caller(caller), there)

    def end(self, ended_by: str, queue: str) -> int:
        """Where that goes which is over."""
        name = ENDS[ended_by]
        of = None if queue in self._functions else queue  # functions share one
        return self._numbered("done" if name == "done" else "failed", name, of)

    def _numbered(self, kind: str, name: str, queue: str | None) -> int:
        known = (kind, name, queue)
        if known not in self._numbers:
            self._numbers[known] = len(self.places)
            self.places.append(Place(kind, name, queue))
        return self._numbers[known]

    def _columns(self, ways: list[tuple[int, int]]) -> None:
        """A column for each place: behind all from which something came, but for ways back."""
        main = [way for way in ways if self._leads_on(*way)]
        deep, _ = depths([(str(a), str(b)) for a, b in main])
        for number, place in enumerate(self.places):
            place.column = deep.get(str(number), 0)
        for place in self.places:  # beside what they belong to
            if place.kind in ("delayed", "nobody"):
                kind = "queue" if place.kind == "delayed" else "worker"
                beside = [p.column for p in self.places if (p.kind, p.queue) == (kind, place.queue)]
                queue = [
                    p.column for p in self.places if (p.kind, p.queue) == ("queue", place.queue)
                ]
                place.column = max(beside or [column + 1 for column in queue] or [1])
        used = sorted({place.column for place in self.places})
        for place in self.places:
            place.column = used.index(place.column)

    def _leads_on(self, source: int, target: int) -> bool:
        """Whether a way is one that the columns follow: not back into the same queue."""
        a, b = self.places[source], self.places[target]
        if {a.kind, b.kind} & {"delayed", "nobody"} or (a.kind == "dead" and b.kind == "queue"):
            return False
        if self._many_rules and a.kind == "function" and b.kind == "topic":
            return False  # all meet at the bus
        return not (a.kind == "worker" and b.kind == "queue" and a.queue == b.queue)


def without_mapped(seen: pd.DataFrame) -> pd.DataFrame:
    """Without the invocations by an event source mapping: their messages are in flight there."""
    mapped = {
        at_work[1]
        for at_work in map(service_of, seen["holder"][seen["state"] == "in_flight"].dropna())
        if at_work is not None and at_work[0] == "lambda"
    }
    sources = seen["order"].isna() & seen["queue"].isin(mapped)
    return seen[~(sources & seen["state"].isin(["running", "sending"]))]


def from_the_dead(seen: pd.DataFrame) -> pd.DataFrame:
    """With the messages that a redrive sent coming from the dead-letter queue that had them."""
    back = seen[seen["ended_by"] == "redriven"]
    queues = dict(zip(zip(back["order"], back["end"], strict=True), back["queue"], strict=True))
    seen = seen.copy()
    for row in seen[(seen["state"] == "sending") & (seen["kind"] == "redelivery")].itertuples():
        if (row.order, row.end) in queues:
            there = queues[row.order, row.end], "waiting", None, row.end, "redriven"
            seen.loc[row.Index, ["queue", "state", "holder", "start", "ended_by"]] = there
    return seen


def _moved_into(seen: pd.DataFrame) -> set[str]:
    """The queues that messages came into from another one, without being sent."""
    before = seen.groupby("id")["queue"].shift()
    return set(seen["queue"][before.notna() & (before != seen["queue"])])

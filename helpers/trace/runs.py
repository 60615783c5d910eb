"""Invocations of functions and executions of workflows, as visits: where each was and when.

Knows no AWS SDK. Part of `helpers.trace.visits`, computed from what services said they did.
"""

from __future__ import annotations

import json
from collections import defaultdict
from math import nan
from typing import TYPE_CHECKING, Any

from helpers.trace.callers import service_of
from helpers.trace.handlings import steps
from helpers.trace.orders import enclosed, field

if TYPE_CHECKING:
    import pandas as pd

VISIT = ["id", "order", "queue", "state", "holder", "start", "end", "ended_by", "kind"]


class Runs:
    """What was said to topics, buses, functions and workflows, and the visits that followed.

    Attributes
    ----------
    rows : list of tuple
        Visits, with `VISIT`; those that go on have no end.
    """

    def __init__(self, trace: pd.DataFrame, key: str) -> None:
        self.rows: list[tuple[Any, ...]] = []
        self._said: defaultdict[tuple[str | None, Any], list[tuple[float, str]]]
        self._said = defaultdict(list)  # by service and order: when, and who said it
        self._open: dict[str, tuple[Any, ...]] = {}  # visits without their end and kind
        self._kinds: dict[str, str] = {}
        self._seen: set[tuple[str, Any, str | None]] = set()  # what each function was given
        self._ended: dict[str, int] = {}  # the row of the last visit of each
        self._orders: dict[str, Any] = {}  # of executions
        for time, resource, what, ident, body, place, service, caller in steps(trace).itertuples(
            index=False
        ):
            if what == "called":
                self._said[service, field(body, key)].append((time, caller))
            elif what == "began":
                self._began(time, resource, ident, body, field(body, key))
            elif what == "entered":
                self._entered(time, resource, ident, field(body, key), place)
            elif what in ("ended", "left"):
                self._end(ident, time, body if what == "ended" else what)
            else:
                self._over(time, ident, body)
        for ident in list(self._open):
            self._end(ident, nan, None)

    def on_the_way(self, sending: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        """A sending by a topic or a bus begins with who published it, and lasts from then on."""
        ident, order, queue, state, holder, _, end, by, kind = sending
        at_work = service_of(holder or "")
        if at_work is None or at_work[0] not in ("sns", "events"):
            return [sending]
        found = self._last(at_work[0], order, end)
        if found is None:
            return [sending]
        begin, publisher = found
        return [
            (ident, order, queue, state, publisher, begin, begin, by, kind),
            (ident, order, queue, state, holder, begin, end, by, kind),
        ]

    def _last(self, service: str, order: Any, until: float) -> tuple[float, str] | None:
        """When something was last said to a service about an order, and who said it."""
        before = [one for one in self._said.get((service, order), []) if one[0] <= until]
        return before[-1] if order is not None and before else None

    def _began(self, time: float, function: str, ident: str, body: str, order: Any) -> None:
        source, says = self._last("lambda", order, time), (function, order, content(body))
        sending = (ident, order, function, "sending", source and source[1])
        if ident in self._ended:  # it was kept to be tried again
            kind = "redelivery"
            self.rows.append((*sending, self.rows[self._ended[ident]][6], time, "sent", kind))
        else:
            kind = "duplicate" if order is not None and says in self._seen else "first"
            self.rows += self.on_the_way((*sending, time, time, "sent", kind))
        self._seen.add(says)
        self._kinds[ident] = kind
        self._open[ident] = (ident, order, function, "running", None, time)

    def _entered(self, time: float, machine: str, token: str, order: Any, state: str) -> None:
        execution = token.partition("#")[0]
        if execution not in self._orders:
            self._orders[execution] = order
            source = self._last("stepfunctions", order, time)
            holder = source and source[1]
            self.rows.append(
                (token, order, machine, "sending", holder, time, time, "sent", "first")
            )
        self._open[token] = (token, self._orders[execution], machine, "entered", state, time)

    def _end(self, ident: str, time: float, by: str | None) -> None:
        if ident in self._open:
            self._ended[ident] = len(self.rows)
            self.rows.append((*self._open.pop(ident), time, by, self._kinds.get(ident, "first")))

    def _over(self, time: float, execution: str, how: str | None) -> None:
        for token in [one for one in self._open if one.partition("#")[0] == execution]:
            self._end(token, time, how)
        if execution in self._ended:  # it has left its last state, and that was all
            row = self.rows[self._ended[execution]]
            self.rows[self._ended[execution]] = (*row[:7], how, row[8])


def content(body: str | None) -> str | None:
    """What a message says, out of its envelopes: the same for two that say the same."""
    try:
        inner = json.loads(body or "")
    except ValueError:
        return body
    said = body
    while isinstance(inner, dict) and (inner := enclosed(inner)) is not None:
        said = json.dumps(inner, sort_keys=True)
    return said

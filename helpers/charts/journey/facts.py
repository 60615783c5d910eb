"""What a trace says about one order, as the other parts of this package read it.

Knows no AWS SDK. Part of `helpers.charts.journey`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import pandas as pd

from helpers import trace as tr
from helpers.trace.handlings import STEPS


class Event(NamedTuple):
    """What a function or a workflow did: a handling that is about no message in a queue.

    Attributes
    ----------
    place : int
        Its number among all handlings.
    row : int
        That of the trace.
    what : str
        "began", "ended", "entered", "left" or "over", as in `Handling`.
    state : str, optional
        Of a workflow.
    """

    place: int
    row: int
    time: float
    what: str
    ident: str
    body: str | None
    service: str
    resource: str
    state: str | None


class Facts:
    """A trace, seen from one order.

    Attributes
    ----------
    handled : DataFrame
        `messages(trace)`, its rows numbered by their places among all handlings of the trace.
    orders : list of tuple
        The orders that each of its rows is about.
    mine : DataFrame
        Those of its rows that are about the order.
    inner : Series
        Whether each of these was done by a service itself, though it stands in the row of a call.
    events : list of Event
        What functions and workflows did, of any order.
    called : dict
        The orders that the body of each Publish, PutEvents, Invoke and StartExecution names, by the
        number of the call.
    """

    def __init__(self, trace: pd.DataFrame, order: Any, key: str) -> None:
        self.trace, self.order, self.key = trace, order, key
        self.handled = tr.messages(trace)
        self.events: list[Event] = []
        self.called: dict[int, tuple[Any, ...]] = {}
        places = []
        for place, (row, time, resource, service, h) in enumerate(self._in_order()):
            if h.what not in STEPS:
                places.append(place)
            else:
                self.events.append(
                    Event(place, row, time, h.what, h.id or "", h.body, service, resource, h.queue)
                )
        self.handled.index = pd.Index(places)
        orders_in = cache(lambda body: _orders_in(body, key))
        self.orders = [orders_in(body) for body in self.handled["body"]]
        mine = [order in orders for orders in self.orders]
        self.mine = self.handled[pd.Series(mine, self.handled.index, dtype=bool)]

    @property
    def inner(self) -> pd.Series[bool]:
        operations = dict(zip(self.trace["call"], self.trace["operation"], strict=True))
        asked = self.mine["call"].map(operations)
        sends = asked.isin(["SendMessage", "SendMessageBatch"])
        done = self.mine["what"].isin(["moved", "expired", "reappeared", "redriven"])
        return done | (self.mine["what"].eq("sent") & ~sends)

    def _in_order(self) -> list[tuple[int, float, Any, Any, tr.Handling]]:
        """The handlings of the trace in the order of `messages`, and what services did."""
        rows = self.trace[self.trace["messages"].map(len).gt(0)]
        columns = ["processed", "resource", "service", "call", "messages"]
        found = []
        for row, time, resource, service, call, handlings in zip(
            rows.index, *(rows[name] for name in columns), strict=True
        ):
            for h in handlings:
                if h.what == "called":
                    more = _orders_in(h.body, self.key)
                    self.called[call] = (*self.called.get(call, ()), *more)
                elif not pd.isna(time):
                    found.append((row, time, resource, service, h))
        return sorted(found, key=lambda one: (one[1], one[-1].turn))

    def about(self, body: Any) -> bool:
        """Whether a body names the order."""
        return self.order in _orders_in(body, self.key)

    def marks(self) -> list[Any]:
        """The key's field of each row's mark; None where there is none."""
        if self.key not in self.trace.columns:
            return [None] * len(self.trace)
        field = self.trace[self.key].astype(object)
        return list(field.where(self.trace["kind"].eq("mark") & field.notna(), None))


def _orders_in(body: Any, key: str) -> tuple[Any, ...]:
    """The orders that a body names: by its own field, else by a field of something in it."""
    own = tr.field(body, key)
    return (own,) if own is not None else tuple(_inside(body, key))


def _inside(value: Any, key: str) -> Iterator[Any]:
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            value = json.loads(value)
        except ValueError:
            return
    if isinstance(value, dict):
        if value.get(key) is not None:
            yield value[key]
        else:
            for inner in value.values():
                yield from _inside(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _inside(inner, key)

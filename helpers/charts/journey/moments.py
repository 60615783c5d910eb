"""What came before what, where happenings of a trace have the same time.

Knows no AWS SDK. Part of `helpers.charts.journey`. Handlings are numbered in their true order. A
call or a mark that handled no message is put beside what its caller did at that moment.
"""

from __future__ import annotations

from collections import defaultdict

import pandas as pd

from helpers.charts.journey.facts import Facts

FIRST, LAST = -1.0, float("inf")  # places at a moment
Place = tuple[float, float, int, float, int]  # time, place at that time, depth, row, part of a row


class Moments:
    """The places of a trace's rows within their moments."""

    def __init__(self, facts: Facts) -> None:
        handled, trace = facts.handled, facts.trace
        places: dict[tuple[int, int], int] = {}
        for place, call, attempt in zip(
            handled.index, handled["call"], handled["attempt"], strict=True
        ):
            if not pd.isna(call):
                places.setdefault((call, attempt), place)
        self._begun: dict[float, list[tuple[int, str, float]]] = defaultdict(list)
        self._done: dict[tuple[str, float], list[tuple[int, float]]] = defaultdict(list)
        self._own: dict[int, float] = {}
        self._calls: dict[tuple[str, float], int] = {}  # the last row that has no place of its own
        columns = ["time", "processed", "caller", "call", "attempt"]
        for index, time, processed, caller, call, attempt in zip(
            trace.index, *(trace[name] for name in columns), strict=True
        ):
            known = None if pd.isna(call) else places.get((call, attempt))
            if known is not None:
                self._own[index] = known
                self._done[caller, processed].append((index, known))
                if processed == time:
                    self._begun[time].append((index, caller, known))
            elif not pd.isna(call):
                self._calls[caller, time] = index
        self._caused: dict[tuple[str, float], float] = {}
        self._events: dict[tuple[str, float], list[tuple[int, int]]] = defaultdict(list)
        for event in facts.events:
            at = event.resource, event.time
            self._events[at].append((event.row, event.place))
            if event.what in ("began", "entered") and facts.about(event.body):
                self._caused.setdefault(at, event.place)

    def of_mark(self, row: int, time: float, caller: str) -> float:
        """The place of a mark: within a function's run, or beside what its caller did then."""
        around = self._events[caller, time]
        before = [place for at, place in around if at < row]
        if before:
            return max(before) + 0.5
        if around:
            return min(place for _, place in around) - 0.5
        called = self._calls.get((caller, time), row) > row
        return self._beside(row, time, caller, FIRST if called else LAST)

    def of_call(self, row: int, time: float, caller: str, resource: str | None) -> float:
        """The place of a call: its own, or before what it caused, or beside its caller's."""
        if row in self._own:
            return self._own[row]
        if resource is not None and (resource, time) in self._caused:
            return self._caused[resource, time] - 0.25
        return self._beside(row, time, caller, FIRST)

    def of_reply(self, row: int, end: float, caller: str) -> float:
        """The place of the end of a call: before what its caller did next."""
        after = [place for at, who, place in self._begun[end] if who == caller and at > row]
        return min(after) - 0.5 if after else LAST

    def _beside(self, row: int, time: float, caller: str, otherwise: float) -> float:
        later = [(who, place) for at, who, place in self._begun[time] if at > row]
        after = [place for who, place in later if who == caller]
        if after:
            return min(after) - 0.5
        before = [place for at, place in self._done[caller, time] if at < row]
        if before:
            return max(before) + 0.5
        return otherwise

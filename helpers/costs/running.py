"""What functions and workflows are billed for while they run. Part of `helpers.costs`.

- Lambda counts a request "each time it starts executing", and its duration "rounded up to the
  nearest 1 ms", times its memory [Lambda pricing, as archived in June 2026]. In a lab a function
  lasts as long as it sleeps or waits; one that does neither is billed for 1 ms.
- A standard workflow of Step Functions is billed "each time a step of your workflow is executed",
  "including retries" [Step Functions pricing]: here, per state that is entered and per "retried"
  mark, which the lab makes before each attempt of a state but the first.
- An express workflow is billed per execution and for its duration, "rounded up to the nearest
  100ms", in chunks of 64 MB [same]. How much memory it uses is not in the trace: one chunk here.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

EXPRESS_MEMORY = 64  # MB


def invocations(
    trace: pd.DataFrame, memory: int | Mapping[str, int]
) -> Iterator[tuple[str, str, float]]:
    """Requests and GB-seconds of the functions in a trace. One that still runs counts until now."""
    begun: dict[str, float] = {}
    for time, function, what, ident in _steps(trace, "began", "ended"):
        if what == "began":
            begun[ident] = time
            yield "lambda", "requests", 1.0
        elif ident in begun:
            yield _duration(function, time - begun.pop(ident), memory)
    if begun:
        names = {ident: name for _, name, _, ident in _steps(trace, "began")}
        for ident, time in begun.items():
            yield _duration(names[ident], float(trace["end"].max()) - time, memory)


def _duration(
    function: str, seconds: float, memory: int | Mapping[str, int]
) -> tuple[str, str, float]:
    size = memory if isinstance(memory, int) else memory.get(function, 128)
    return "lambda", "duration (x86)", _rounded_up(seconds, 1000) * size / 1024


def transitions(trace: pd.DataFrame, express: Collection[str]) -> Iterator[tuple[str, str, float]]:
    """State transitions of the standard workflows, requests and GB-seconds of the express ones."""
    waited_for = trace[trace["operation"] == "StartSyncExecution"]["resource"]
    express = {*express, *waited_for}
    spans: dict[tuple[str, str], list[float]] = {}
    for time, machine, what, token in _steps(trace, "entered", "over"):
        if machine in express:
            spans.setdefault((machine, token.partition("#")[0]), [time, math.inf])
            if what == "over":
                spans[machine, token][1] = time
        elif what == "entered":
            yield "stepfunctions", "state transitions", 1.0
    if "machine" in trace.columns:
        retried = trace[trace["name"].eq("retried") & ~trace["machine"].isin(express)]
        for _ in range(int(retried["machine"].count())):
            yield "stepfunctions", "state transitions", 1.0
    for start, end in spans.values():
        seconds = min(end, float(trace["end"].max())) - start
        yield "stepfunctions", "express requests", 1.0
        size = _rounded_up(seconds, 10) * EXPRESS_MEMORY / 1024
        yield "stepfunctions", "express duration", size


def _rounded_up(seconds: float, parts: int) -> float:
    """Rounded up to parts of a second, at least one. The clock counts microseconds."""
    return max(1, math.ceil(round(seconds * parts, 6))) / parts


def _steps(trace: pd.DataFrame, *kinds: str) -> Iterator[tuple[float, str, str, str]]:
    """(time, resource, what, id) of what functions or workflows did, in its order."""
    rows = trace[trace["messages"].map(len).gt(0) & trace["processed"].notna()]
    found = [
        (time, handling.turn, resource, handling.what, handling.id or "")
        for time, resource, messages in zip(
            rows["processed"], rows["resource"], rows["messages"], strict=True
        )
        for handling in messages
        if handling.what in kinds
    ]
    for time, _, resource, what, ident in sorted(found, key=lambda step: step[:2]):
        yield time, resource, what, ident

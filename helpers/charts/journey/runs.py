"""What functions and workflows did for an order.

Knows no AWS SDK. Part of `helpers.charts.journey`.
"""

from __future__ import annotations

from collections.abc import Iterator

from helpers.charts.journey.cast import Participant
from helpers.charts.journey.facts import Event, Facts
from helpers.charts.journey.moments import Place
from helpers.charts.journey.step import Step
from helpers.charts.spoken import nth

_BAD = ("failed", "stopped", "Failed", "Aborted", "TimedOut")


def runs(facts: Facts) -> Iterator[tuple[Place, Step]]:
    """Notes: an invocation began again or failed, a state was entered, an execution was over."""
    mine: set[tuple[str, str]] = set()
    begun: dict[str, int] = {}
    for event in facts.events:
        whole = event.resource, event.ident.partition("#")[0]
        if event.what in ("began", "entered") and facts.about(event.body):
            mine.add(whole)
        if whole not in mine:
            continue
        if event.what == "began":
            begun[event.resource] = begun.get(event.resource, 0) + 1
        step = _step(event, begun.get(event.resource, 0))
        if step is not None:
            yield (event.time, event.place, 1, event.place, 0), step


def _step(event: Event, begun: int) -> Step | None:
    """The note of an event, if it is worth one."""
    function = Participant("function", event.resource)
    workflow = Participant("workflow", event.resource)
    if event.what == "began":
        times = f", the {nth(begun)} time" if begun > 1 else ""
        return Step(event.time, "began", function, None, f"runs{times}",
                    f"{function.said} begins to run{times}")  # fmt: skip
    if event.what == "ended" and event.body in _BAD:
        return Step(event.time, "broke", function, None, f"run {event.body}",
                    f"a run of {function.said} has {event.body}")  # fmt: skip
    if event.what == "entered":
        return Step(event.time, "entered", workflow, None, f"state {event.state}",
                    f"{workflow.said} enters the state {event.state}")  # fmt: skip
    if event.what == "over":
        kind = "broke" if event.body in _BAD else "over"
        return Step(event.time, kind, workflow, None, f"execution {event.body}",
                    f"the execution of {workflow.said} is over: {event.body}")  # fmt: skip
    return None

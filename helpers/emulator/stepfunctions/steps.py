"""Tells the lab which states an execution enters and leaves, from the events of its history.

Each line of control is a token with a name of its own: the execution's, and for a branch of a
Parallel state or an iteration of a Map state a number behind it. An express execution keeps no
history on AWS, but goes from state to state as well.
"""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

from moto.stepfunctions.parser.api import HistoryEventType
from moto.stepfunctions.parser.asl.eval.event.event_manager import EventManager
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

from helpers.emulator.happenings import happened

ENDS = (
    HistoryEventType.ExecutionSucceeded,
    HistoryEventType.ExecutionFailed,
    HistoryEventType.ExecutionAborted,
    HistoryEventType.ExecutionTimedOut,
)


class Teller(NamedTuple):
    """Whose history it is."""

    machine: str
    execution: str
    numbers: Any  # of the lines of control, from 1


def teller(worker: ExecutionWorker) -> Teller:
    """Who tells of an execution that begins."""
    details = worker._evaluation_details
    return Teller(
        details.state_machine_details.name, details.execution_details.name, itertools.count(1)
    )


def tell(manager: EventManager, context: Any, event_type: HistoryEventType, details: Any) -> None:
    """Tell what an event of the history says, if it is about a state or is the end."""
    teller: Teller | None = manager.teller
    if teller is None:
        return
    machine, execution, numbers = teller
    if event_type in ENDS:
        happened("over", "stepfunctions", machine, execution, event_type.value[len("Execution") :])
        return
    entered = (details or {}).get("stateEnteredEventDetails")
    left = (details or {}).get("stateExitedEventDetails")
    about = entered or left
    if about is None:
        return
    number = context.token = getattr(context, "token", None) or next(numbers)
    token = execution if number == 1 else f"{execution}#{number}"
    given = about.get("input" if entered else "output")
    happened(
        "entered" if entered else "left", "stepfunctions", machine, token, given, about["name"]
    )

"""How long an execution may be, in time and in events.

- A standard workflow runs for a year at most, an express one for five minutes: then "it will fail
  with a ``States.Timeout`` error" [Step Functions Developer Guide, "Service quotas", November
  2026]. moto has no such end. `TimeoutSeconds` of a state machine ends it earlier.
- The history of a standard one has at most 25,000 events. Where the last of them is not the end of
  the execution, it is an ExecutionFailed [same guide, "Avoid reaching the history quota"]. moto
  writes on. AWS's page does not name the error; it is called ``States.Runtime`` here.

Time passes for an execution in `pause` alone: in a Wait state, a task, or before a retry.
"""

import time
from contextlib import AbstractContextManager
from threading import Event
from typing import Any, NamedTuple

from moto.stepfunctions.parser.api import HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import (
    CustomErrorName,
)
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_manager import EventManager
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

from helpers.emulator.guard import applied
from helpers.emulator.moments import TOGETHER
from helpers.emulator.stepfunctions import steps
from helpers.emulator.stepfunctions.context import complete

EXPECTED_SOURCES = {
    "moto.stepfunctions.parser.asl.eval.event.event_manager:EventManager.add_event": "cb430fa2e3fe",
    "moto.stepfunctions.parser.backend.execution_worker:ExecutionWorker._get_evaluation_environment": "ce8421b71dab",  # noqa: E501
}
LONGEST = {"STANDARD": 365 * 86_400, "EXPRESS": 300}  # seconds
MOST = 25_000  # events
_add_event = EventManager.add_event
_environment = ExecutionWorker._get_evaluation_environment


class Limit(NamedTuple):
    """When an execution is over, whatever it does."""

    execution: Environment
    over_at: float  # epoch seconds


class HistoryFull(FailureEventException):
    """There is room for one more event, which has to be the end of the execution."""

    def __init__(self, env: Environment) -> None:
        name = CustomErrorName("States.Runtime")
        super().__init__(FailureEvent(env, name, HistoryEventType.ExecutionFailed))

    def get_execution_failed_event_details(self) -> dict[str, str]:
        cause = f"The execution reached the maximum number of history events ({MOST})."
        return {"error": "States.Runtime", "cause": cause}


def environment(worker: ExecutionWorker) -> Environment:
    """Replaces `ExecutionWorker._get_evaluation_environment`: one that has an end."""
    env = _environment(worker)
    complete(env)
    kind = worker._evaluation_details.state_machine_details.typ
    # All frames of an execution share this manager, those of a distributed Map too.
    env.callback_pool_manager.limit = Limit(env, time.time() + LONGEST[kind])
    if kind == "STANDARD":
        env.event_manager.execution = env
    env.event_manager.teller = steps.teller(worker)
    return env


def shorten(env: Environment, seconds: float) -> None:
    """The execution, which begins now, runs for so many seconds at most."""
    shared = env.callback_pool_manager
    over_at = min(shared.limit.over_at, time.time() + seconds)
    shared.limit = Limit(env, over_at)


def pause(env: Environment, woken: Event, seconds: float) -> None:
    """Wait so many seconds or until `woken`, but not for longer than the execution may run."""
    execution, over_at = env.callback_pool_manager.limit
    woken.wait(min(seconds, over_at - time.time()))
    if time.time() > over_at - TOGETHER and execution.is_running():
        execution.set_timed_out()


def add_event(
    manager: EventManager,
    context: Any,
    event_type: HistoryEventType,
    event_details: Any = None,
    **more: Any,
) -> int:
    """Replaces `EventManager.add_event`: the last place is kept for the end."""
    full = len(manager._history_event_list) >= MOST - 1
    if full and event_type not in steps.ENDS and manager.execution is not None:
        raise HistoryFull(manager.execution)
    number = _add_event(manager, context, event_type, event_details, **more)
    steps.tell(manager, context, event_type, event_details)
    return number


def corrections() -> AbstractContextManager[None]:
    """Give executions their limits for as long as the context is open."""
    return applied(
        EXPECTED_SOURCES,
        (ExecutionWorker, {"_get_evaluation_environment": environment}),
        (EventManager, {"add_event": add_event, "execution": None, "teller": None}),
    )

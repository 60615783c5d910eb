"""A Distributed Map state: its Map Run, told in the history of the execution that has the state.

The history has MapRunStarted, then MapRunSucceeded or MapRunFailed with an error and a cause [API
model of botocore 1.44.5: HistoryEventType, MapRunFailedEventDetails]. What the children do is in no
history here.

A source that cannot be read is ``States.ItemReaderFailed``, which Retry and Catch see [Step
Functions Developer Guide, "Handling errors", error names, November 2026]. moto ends the execution.
"""

from contextlib import AbstractContextManager
from typing import Any

from moto.stepfunctions.parser.api import HistoryEventType, MapRunStatus
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.distributed_iteration_component import (  # noqa: E501
    DistributedIterationComponent,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_manager import EventManager

from helpers.emulator.guard import applied
from helpers.emulator.stepfunctions.map_runs import MapRun, failed

MAP = "moto.stepfunctions.parser.asl.component.state.exec.state_map"
COMPONENT = f"{MAP}.iteration.distributed_iteration_component:DistributedIterationComponent"
EXPECTED_SOURCES = {
    f"{COMPONENT}._eval_body": "5f5e01607eb0",
    f"{COMPONENT}._map_run": "e45cb604929f",
    f"{MAP}.state_map:StateMap._eval_execution": "fb4daa9ac528",
    f"{MAP}.iteration.itemprocessor.map_run_record:MapRunRecord.__init__": "4f809c942a6f",
}
UNREADABLE = "States.ItemReaderFailed"


def iterate(component: DistributedIterationComponent, env: Environment) -> None:
    """Replaces `DistributedIterationComponent._eval_body`."""
    asked = env.stack.pop()
    record, history = asked.map_run_record, env.event_manager
    _note(env, HistoryEventType.MapRunStarted, {"mapRunArn": record.map_run_arn})
    try:
        if asked.item_reader:
            _read(asked.item_reader, env)
        else:
            env.stack.append(asked.input_items)
        env.event_manager = EventManager()  # what children do is in no history
        items = env.stack.pop()
        env.stack.append(MapRun(component, env, asked, items).run())
    except Exception as error:
        env.event_manager = history
        pair = isinstance(error, FailureEventException) and error.extract_error_cause_pair()
        told = dict(zip(("error", "cause"), pair or (), strict=False))
        details = {name: text for name, text in told.items() if text}
        _note(env, HistoryEventType.MapRunFailed, details)
        record.set_stop(status=MapRunStatus.FAILED)
        raise
    finally:
        env.event_manager = history
    if not env.is_running():
        record.set_stop(status=MapRunStatus.ABORTED)
        return
    _note(env, HistoryEventType.MapRunSucceeded, None)
    record.set_stop(status=MapRunStatus.SUCCEEDED)


def _read(reader: Any, env: Environment) -> None:
    try:
        reader.eval(env=env)
    except FailureEventException:
        raise
    except Exception as error:
        raise failed(env, UNREADABLE, str(error)) from error


def _note(env: Environment, kind: HistoryEventType, details: dict[str, Any] | None) -> None:
    name = f"{kind.value[:1].lower()}{kind.value[1:]}EventDetails"
    env.event_manager.add_event(
        context=env.event_history_context,
        event_type=kind,
        event_details=None if details is None else {name: details},
    )


def corrections() -> AbstractContextManager[None]:
    """Run Distributed Maps for as long as the context is open."""
    return applied(
        EXPECTED_SOURCES,
        (DistributedIterationComponent, {"_eval_body": iterate}),
    )

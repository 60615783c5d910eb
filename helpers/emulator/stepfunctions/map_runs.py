"""The Map Run of a Distributed Map: its child workflow executions, and how many of them may fail.

[Step Functions Developer Guide, "Using Map state in Distributed mode", "ItemBatcher (Map)" and
"ResultWriter (Map)", November 2026]

- "The default percentage value is zero, which means that the workflow fails if any one of its child
  workflow executions fails or times out." With a count, a percentage or both, it fails when one of
  them is exceeded, with ``States.ExceedToleratedFailureThreshold``, and the children that still run
  are stopped. moto tolerates every failure.
- The result of a child that failed is what is known of its execution ("equivalent to having set
  Transformation to NONE"); moto gives null.
- `ItemBatcher` lays as many items as its limits allow into the input of one child, with
  `BatchInput`. A failed child has failed all its items.
- Express children run for five minutes at most. Each child has its own execution in ``$$``.

Children have no history of their own here, and are in no list of executions.
"""

import json
import time
from collections import deque
from datetime import UTC, datetime
from threading import Event
from typing import Any

from moto.moto_api._internal import mock_random
from moto.stepfunctions.parser.api import HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.distributed_iteration_component import (  # noqa: E501
    DistributedIterationComponent,
)
from moto.stepfunctions.parser.asl.eval.callback.callback import CallbackPoolManager
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.program_state import (
    ProgramError,
    ProgramStopped,
    ProgramTimedOut,
)
from moto.stepfunctions.parser.asl.eval.states import ItemData, MapData

from helpers.emulator.stepfunctions.batches import batched
from helpers.emulator.stepfunctions.context import moment
from helpers.emulator.stepfunctions.limits import LONGEST, Limit
from helpers.emulator.stepfunctions.threads import start_another

EXCEEDED = "States.ExceedToleratedFailureThreshold"


class MapRun:
    """The children of one Distributed Map, and what becomes of them.

    Parameters
    ----------
    asked
        moto's input of the component: record, selector and so on.
    items : list
        What the children are about, one or more each.
    """

    def __init__(
        self,
        component: DistributedIterationComponent,
        env: Environment,
        asked: Any,
        items: list[Any],
    ) -> None:
        self._component, self._env, self._record = component, env, asked.map_run_record
        chosen = [_selected(env, asked, number, item) for number, item in enumerate(items)]
        children = batched(component.batcher, env, chosen)
        self._total, self._failed = len(items), 0
        self._left = deque(enumerate(children))
        self._open = len(children)
        self._outputs: list[Any] = [None] * len(children)
        self._running: list[Environment] = []
        self._done = Event()
        self._is_exceeded = False
        self._count("total", len(items), len(children))
        self._count("pending", len(items), len(children))

    def run(self) -> list[Any]:
        """Run all children. Returns their outputs, in the order of the items.

        Raises
        ------
        FailureEventException
            If more failed than is tolerated.
        """
        if self._open:
            most = self._record.max_concurrency or self._open
            for _ in range(min(most, self._open)):
                start_another(self._work)
            self._done.wait()
        if self._is_exceeded:
            raise failed(
                self._env, EXCEEDED, "The specified tolerated failure threshold was exceeded"
            )
        return self._outputs

    def _work(self) -> None:
        while self._left:
            number, (given, size) = self._left.popleft()
            self._count("pending", -size, -1)
            self._count("running", size, 1)
            self._outputs[number] = self._child(given, size)
            self._count("running", -size, -1)
            self._close(1)

    def _close(self, children: int) -> None:
        self._open -= children
        if not self._open:
            self._done.set()

    def _child(self, given: Any, size: int) -> Any:
        """Run one child. Returns its output, or what is known of it if it has failed."""
        frame = self._env.open_inner_frame()
        told = self._identity(frame, given)
        frame.states.reset(given)
        self._running.append(frame)
        self._component._get_iteration_program().eval(frame)
        self._running.remove(frame)
        state = frame.program_state()
        self._env.delete_frame(frame)
        if isinstance(state, ProgramStopped):
            self._count("aborted", size, 1)
            return None
        if isinstance(state, ProgramError | ProgramTimedOut):
            error = state.error if isinstance(state, ProgramError) else {"error": "States.Timeout"}
            is_late = isinstance(state, ProgramTimedOut)
            self._count("timed_out" if is_late else "failed", size, 1)
            self._fail(size)
            return _description(told, given, "TIMED_OUT" if is_late else "FAILED", error or {})
        self._count("succeeded", size, 1)
        self._count("results_written", size, 1)
        return frame.states.get_input()

    def _identity(self, frame: Environment, given: Any) -> dict[str, Any]:
        """Make the frame an execution of its own. Returns what is known of it."""
        machine, kind = self._record.map_state_machine_arn, "execution"
        if self._component.has_express_children:
            kind = "express"
            frame.callback_pool_manager = CallbackPoolManager(activity_store={})
            frame.callback_pool_manager.limit = Limit(frame, time.time() + LONGEST["EXPRESS"])
        name, data = str(mock_random.uuid4()), frame.states.context_object.context_object_data
        data["Execution"] = {
            **data["Execution"],
            "Id": f"{machine.replace(':stateMachine:', f':{kind}:')}:{name}",
            "Input": given,
            "Name": name,
            "StartTime": moment(datetime.now(UTC)),
        }
        return {**data["Execution"], "StateMachineArn": machine}

    def _fail(self, items: int) -> None:
        """So many more items have failed; stop everything if that is too much."""
        self._failed += items
        if self._is_exceeded or not self._is_too_much():
            return
        self._is_exceeded = True
        never = len(self._left)
        self._left.clear()
        for frame in self._running:
            frame.set_stop(stop_date=datetime.now(UTC), cause=None, error=None)
        self._close(never)

    def _is_too_much(self) -> bool:
        count, percentage = self._record.tolerated_failure_count, self._percentage
        by_count, by_percentage = self._component.declares
        if (by_count or count) and self._failed > count:
            return True
        if (by_percentage or percentage) and 100 * self._failed / self._total > percentage:
            return True
        return not (by_count or count or by_percentage or percentage)

    @property
    def _percentage(self) -> float:
        return self._record.tolerated_failure_percentage

    def _count(self, what: str, items: int, children: int) -> None:
        getattr(self._record.item_counter, what).offset(items)
        getattr(self._record.execution_counter, what).offset(children)


def _selected(env: Environment, asked: Any, number: int, item: Any) -> Any:
    """An item as `ItemSelector` makes it."""
    selector = asked.item_selector or asked.parameters
    if selector is None:
        return item
    frame, given = env.open_inner_frame(), env.stack[-1]
    frame.states.context_object.context_object_data["Map"] = MapData(
        Item=ItemData(Index=number, Value=item)
    )
    frame.states.reset(given)
    frame.stack.append(given)
    selector.eval(frame)
    env.delete_frame(frame)
    return frame.stack[-1]


def _description(
    told: dict[str, Any], given: Any, status: str, error: dict[str, Any]
) -> dict[str, Any]:
    known = {
        "Cause": error.get("cause"),
        "Error": error.get("error"),
        "ExecutionArn": told["Id"],
        "Input": json.dumps(given, separators=(",", ":"), ensure_ascii=False),
        "InputDetails": {"Included": True},
        "Name": told["Name"],
        "StartDate": told["StartTime"],
        "StateMachineArn": told["StateMachineArn"],
        "Status": status,
        "StopDate": moment(datetime.now(UTC)),
    }
    return {name: value for name, value in known.items() if value is not None}


def failed(env: Environment, error: str, cause: str) -> FailureEventException:
    """The failure of a Map Run, which Retry and Catch see."""
    details = {"mapRunFailedEventDetails": {"error": error, "cause": cause}}
    kind = HistoryEventType.MapRunFailed
    return FailureEventException(FailureEvent(env, ErrorName(error), kind, details))

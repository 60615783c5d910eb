"""Activities: tasks that a worker outside asks for.

[Step Functions Developer Guide, "Activities", November 2026; API model of botocore 1.44.5:
CreateActivity, GetActivityTask, SendTask*; localstack/localstack, recordings of test_activities.py
and test_sfn_api_activities.py, March 2024]

- GetActivityTask holds a worker's request for 60 seconds at most; without a task it answers without
  a token. A task goes to one worker, the oldest first. moto does not have it.
- `TimeoutSeconds` runs from when the task is scheduled, `HeartbeatSeconds` from when a worker has
  it. What is over before a worker asks goes to nobody.
- An activity that does not exist is ``ActivityDoesNotExist`` for a worker, and for a task the end
  of the execution, with ``States.Runtime``.
- CreateActivity of a name that exists gives the same activity.
"""

import time
from collections import deque
from contextlib import AbstractContextManager
from threading import Condition, Event
from typing import Any

from moto.core.exceptions import AWSError
from moto.core.responses import ActionResult
from moto.stepfunctions.models import Activity, StepFunctionBackend
from moto.stepfunctions.parser.api import HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.state_task_activitiy import (
    StateTaskActivity,
)
from moto.stepfunctions.parser.asl.eval.callback.callback import HeartbeatTimeoutError
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str
from moto.stepfunctions.parser.asl.utils.json_path import NoSuchJsonPathError
from moto.stepfunctions.parser.models import (
    StepFunctionsParserBackend,
    stepfunctions_parser_backends,
)
from moto.stepfunctions.responses import StepFunctionResponse

from helpers.emulator.guard import applied
from helpers.emulator.stepfunctions.errors import HEARTBEAT, RUNTIME, path_failure
from helpers.emulator.stepfunctions.tokens import TaskToken, tokens_of

ACTIVITY = (
    "moto.stepfunctions.parser.asl.component.state.exec.state_task.state_task_activitiy:"
    "StateTaskActivity"
)
MODELS = "moto.stepfunctions.models:StepFunctionBackend"
EXPECTED_SOURCES = {
    f"{ACTIVITY}._eval_execution": "19e00cc3f757",
    f"{ACTIVITY}._eval_parameters": "101b77837e2d",
    f"{ACTIVITY}._from_error": "8aae6eb423a2",
    f"{MODELS}.create_activity": "4148ad3497f4",
    f"{MODELS}.describe_activity": "28b73e56019e",
}
LONGEST_POLL = 60  # seconds [API model: GetActivityTask]

_create = StepFunctionBackend.create_activity
_describe = StepFunctionBackend.describe_activity
_from_error = StateTaskActivity._from_error


class ActivityTask(TaskToken):
    """A task that is scheduled, and from `take` on with a worker."""

    def __init__(self, env: Environment, token: str, given: str) -> None:
        super().__init__(env)
        self.token, self.given = token, given
        self._taken = Event()

    def take(self, worker: str | None) -> None:
        """A worker has the task."""
        details = {} if worker is None else {"workerName": worker}
        _note(self._env, HistoryEventType.ActivityStarted, "activityStarted", details)
        self._taken.set()

    def close(self) -> None:
        super().close()
        self._taken.set()

    def wait(self, heartbeat: float | None) -> Any:
        self._taken.wait()
        return super().wait(heartbeat)


class Waiting:
    """The scheduled tasks of one activity, and the workers that ask for them."""

    def __init__(self) -> None:
        self._tasks: deque[ActivityTask] = deque()
        self._changed = Condition()

    def put(self, task: ActivityTask) -> None:
        with self._changed:
            self._tasks.append(task)
            self._changed.notify()

    def take(self, worker: str | None) -> ActivityTask | None:
        """The oldest task, for which a worker waits a minute at most."""
        end = time.time() + LONGEST_POLL
        with self._changed:
            while True:
                while self._tasks:
                    task = self._tasks.popleft()
                    if not task.is_over:
                        task.take(worker)
                        return task
                left = end - time.time()
                if left <= 0 or not self._changed.wait(left):
                    return None


def _waiting(backend: StepFunctionsParserBackend, arn: str) -> Waiting:
    return vars(backend).setdefault("_activity_tasks", {}).setdefault(arn, Waiting())


# -- in the workflow


def work(state: StateTaskActivity, env: Environment) -> None:
    """Replaces `_eval_execution`: schedule the task, and wait for its worker's report."""
    where, arn = env.aws_execution_details, state.resource.resource_arn
    backend = stepfunctions_parser_backends[where.account][where.region]
    if arn not in backend.activities:
        raise _ended(env, f"The activity {arn} does not exist.")
    given = to_json_str(state._eval_parameters(env=env), separators=(",", ":"))
    heartbeat = _seconds(state.heartbeat, env) if state.heartbeat else None
    told: dict[str, Any] = {"resource": arn, "input": given, "inputDetails": {"truncated": False}}
    if not state.timeout.is_default_value():
        told["timeoutInSeconds"] = _seconds(state.timeout, env)
    if heartbeat is not None:
        told["heartbeatInSeconds"] = heartbeat
    _note(env, HistoryEventType.ActivityScheduled, "activityScheduled", told)
    token = env.states.context_object.update_task_token()
    task = env.task_token = ActivityTask(env, token, given)
    tokens_of(backend)[token] = (task, state, env)
    _waiting(backend, arn).put(task)
    output = task.wait(heartbeat)
    env.stack.append(output)
    text = to_json_str(output, separators=(",", ":"))
    told = {"output": text, "outputDetails": {"truncated": False}}
    _note(env, HistoryEventType.ActivitySucceeded, "activitySucceeded", told)


def from_error(state: StateTaskActivity, env: Environment, ex: Exception) -> FailureEvent:
    """Replaces `_from_error`, which raises what Retry and Catch are to see."""
    if isinstance(ex, FailureEventException):
        return ex.failure_event
    if isinstance(ex, NoSuchJsonPathError):
        return path_failure(env, ex)
    event = _from_error(state, env, ex)
    if isinstance(ex, HeartbeatTimeoutError):
        event.error_name = ErrorName(HEARTBEAT)
    return event


def _seconds(component: Any, env: Environment) -> int:
    component.eval(env=env)
    return env.stack.pop()


def _ended(env: Environment, cause: str) -> FailureEventException:
    details = {"executionFailedEventDetails": {"error": RUNTIME, "cause": cause}}
    kind = HistoryEventType.ExecutionFailed
    return FailureEventException(FailureEvent(env, ErrorName(RUNTIME), kind, details))


def _note(env: Environment, kind: HistoryEventType, name: str, details: dict[str, Any]) -> None:
    env.event_manager.add_event(
        context=env.event_history_context,
        event_type=kind,
        event_details={f"{name}EventDetails": details},
    )


# -- in the API


def create_activity(backend: StepFunctionBackend, name: str, **settings: Any) -> Activity:
    """Create it, unless it is there."""
    held = next((one for one in backend.activities.values() if one.name == name), None)
    return _create(backend, name=name, **settings) if held is None else held


def describe_activity(backend: StepFunctionBackend, activity_arn: str) -> Activity:
    backend._validate_activity_arn(activity_arn)
    if activity_arn not in backend.activities:
        raise AWSError(f"Activity Does Not Exist: '{activity_arn}'", "ActivityDoesNotExist")
    return _describe(backend, activity_arn)


def get_activity_task(response: StepFunctionResponse) -> ActionResult:
    """GetActivityTask, which moto does not have."""
    backend, arn = response.stepfunction_backend, response._get_param("activityArn")
    backend.describe_activity(arn)
    task = _waiting(backend, arn).take(response._get_param("workerName"))
    return ActionResult({} if task is None else {"taskToken": task.token, "input": task.given})


def corrections() -> AbstractContextManager[None]:
    """Let activities act for as long as the context is open."""
    return applied(
        EXPECTED_SOURCES,
        (StateTaskActivity, {"_eval_execution": work, "_from_error": from_error}),
        (
            StepFunctionBackend,
            {"create_activity": create_activity, "describe_activity": describe_activity},
        ),
        (StepFunctionResponse, {"get_activity_task": get_activity_task}),
    )

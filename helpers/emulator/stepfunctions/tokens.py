"""Task tokens: who waits for one, and what becomes of an answer.

- Every attempt of a task has a token of its own, its whole time-out and its whole heartbeat. moto
  gives a retry the token of the attempt before, and it times out at once.
- A token is good for one answer. When its task is over (answered, timed out, stopped), every call
  with it gets ``TaskTimedOut``: "The task token has either expired or the task associated with the
  token has already been closed" [API model of botocore 1.44.5: TaskTimedOut], whether the execution
  runs on or not. What is no token is ``InvalidToken``.
- A heartbeat sets the heartbeat's clock back and nothing else: `TimeoutSeconds` is "the maximum
  allowed duration, regardless of the number of SendTaskHeartbeat requests" [API model:
  SendTaskHeartbeat]. Without `HeartbeatSeconds` it is accepted and does nothing.
- SendTaskFailure's error and cause are kept. An output is JSON, of 262,144 bytes at most [API
  model: SendTaskSuccess, InvalidOutput].
"""

import json
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from moto.core.exceptions import AWSError
from moto.core.responses import ActionResult, EmptyResult
from moto.stepfunctions.exceptions import ValidationException
from moto.stepfunctions.parser.api import InvalidToken
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.resource import (
    ResourceCondition,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import (  # noqa: E501
    StateTaskService,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_callback import (  # noqa: E501
    StateTaskServiceCallback,
)
from moto.stepfunctions.parser.asl.eval.callback.callback import HeartbeatTimeoutError
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.models import (
    StepFunctionsParserBackend,
    stepfunctions_parser_backends,
)
from moto.stepfunctions.responses import StepFunctionResponse

from helpers.emulator.guard import applied
from helpers.emulator.moments import TOGETHER
from helpers.emulator.stepfunctions.errors import failure

SERVICE = "moto.stepfunctions.parser.asl.component.state.exec.state_task.service"
CALLBACK = f"{SERVICE}.state_task_service_callback:StateTaskServiceCallback"
BACKEND = "moto.stepfunctions.parser.models:StepFunctionsParserBackend"
EXPECTED_SOURCES = {
    f"{CALLBACK}._eval_integration_pattern": "3b97ada1d4cb",
    f"{CALLBACK}._after_eval_execution": "baf0479ea012",
    f"{SERVICE}.state_task_service:StateTaskService._eval_execution": "81a8da94bfdb",
    f"{BACKEND}.send_task_success": "2e95c66f0d67",
    f"{BACKEND}.send_task_failure": "2d5a9597cf1d",
    f"{BACKEND}.send_task_heartbeat": "279ad79cd7a2",
    "moto.stepfunctions.responses:StepFunctionResponse.send_task_failure": "f0fed5e80576",
    "moto.stepfunctions.parser.asl.eval.states:ContextObject.update_task_token": "16d3cd21a9fc",
}
LIMIT = 262_144  # bytes of an input or output [API model: SensitiveData]

_by_polling = StateTaskServiceCallback._eval_integration_pattern


class Abandoned(Exception):
    """The attempt that waited is over already; nobody hears of this."""


class TaskToken:
    """One attempt that waits for somebody to report.

    Parameters
    ----------
    env : Environment
        The attempt's frame. When it runs no more, every report is late.
    """

    def __init__(self, env: Environment) -> None:
        self._env = env
        self._reported = threading.Event()
        self._output: Any = None
        self._error: Exception | None = Abandoned()
        self._beaten = 0.0
        self._closed = False
        self.stop_job: Callable[[], None] | None = None  # of a task that waits for a job

    @property
    def is_over(self) -> bool:
        return self._closed or not self._env.is_running()

    def answer(self, output: Any = None, error: Exception | None = None) -> None:
        """End the wait with an output, or an error to raise.

        Raises
        ------
        AWSError
            TaskTimedOut, if the task is over.
        """
        self._refuse_late()
        self._output, self._error = output, error
        self.close()

    def beat(self) -> None:
        """Set the heartbeat's clock back. Raises as `answer` does."""
        self._refuse_late()
        self._beaten = time.time()

    def close(self) -> None:
        """From now on, every report is late."""
        self._closed = True
        self._reported.set()

    def wait(self, heartbeat: float | None) -> Any:
        """Wait for the answer, `heartbeat` seconds at a time at most. Returns the output."""
        self._beaten = time.time()
        while not self._reported.wait(
            None if heartbeat is None else self._beaten + heartbeat - time.time()
        ):
            if heartbeat is not None and self._beaten + heartbeat - time.time() < TOGETHER:
                raise HeartbeatTimeoutError
        if self._error is not None:
            raise self._error
        return self._output

    def _refuse_late(self) -> None:
        if self.is_over:
            message = "Task Timed Out: 'Provided task does not exist anymore'"
            raise AWSError(message, "TaskTimedOut")


def tokens_of(
    backend: StepFunctionsParserBackend,
) -> dict[str, tuple[TaskToken, Any, Environment]]:
    """Every token, with the state that waits for it and the frame in which it waits."""
    return vars(backend).setdefault("_task_tokens", {})


# -- in the workflow


def issue(state: StateTaskServiceCallback, env: Environment) -> None:
    """Replaces `_eval_execution`: a token for this attempt, then the work."""
    supported = state._supported_integration_patterns
    # moto has put one for the state as such into its pool, which nobody gets to see
    if state.resource.condition is not None and ResourceCondition.WaitForTaskToken in supported:
        where = env.aws_execution_details
        backend = stepfunctions_parser_backends[where.account][where.region]
        env.task_token = TaskToken(env)
        token = env.states.context_object.update_task_token()
        tokens_of(backend)[token] = (env.task_token, state, env)
    StateTaskService._eval_execution(state, env)


def await_report(state: StateTaskServiceCallback, env: Environment, **of: Any) -> None:
    """Replaces `_eval_integration_pattern`, for everything that waits here."""
    watch = getattr(state, "watch_job", None)
    if state.resource.condition != ResourceCondition.WaitForTaskToken and watch is None:
        _by_polling(state, env, **of)
        return
    submitted = env.stack.pop()
    heartbeat = None
    if state.heartbeat:
        state.heartbeat.eval(env=env)
        heartbeat = env.stack.pop()
    if watch is not None and state.resource.condition != ResourceCondition.WaitForTaskToken:
        watch(env, submitted)
    env.stack.append(env.task_token.wait(heartbeat))


# -- in the API


def _find(backend: StepFunctionsParserBackend, token: str) -> tuple[TaskToken, Any, Environment]:
    found = tokens_of(backend).get(token)
    if found is None:
        raise InvalidToken
    return found


def send_task_success(backend: StepFunctionsParserBackend, task_token: str, outcome: str) -> None:
    token, _, _ = _find(backend, task_token)
    refuse_long("output", outcome)
    try:
        output = parsed(outcome)
    except ValueError as error:
        raise AWSError(f"Invalid Output: '{error}'", "InvalidOutput") from None
    token.answer(output)


def send_task_failure(
    backend: StepFunctionsParserBackend,
    task_token: str,
    error: str | None = None,
    cause: str | None = None,
) -> None:
    token, state, env = _find(backend, task_token)
    token.answer(error=FailureEventException(failure(state, env, error, cause)))


def send_task_heartbeat(backend: StepFunctionsParserBackend, task_token: str) -> None:
    _find(backend, task_token)[0].beat()


def answer_failure(response: StepFunctionResponse) -> ActionResult:
    """SendTaskFailure with its cause, which moto leaves out."""
    response.stepfunction_backend.send_task_failure(
        response._get_param("taskToken"),
        error=response._get_param("error"),
        cause=response._get_param("cause"),
    )
    return EmptyResult()


def parsed(text: str) -> Any:
    """What JSON text stands for; ValueError for NaN and the like, which are not JSON."""

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)


def refuse_long(name: str, text: str) -> None:
    """Refuse more than 262,144 bytes, as AWS words a violated constraint of its API model."""
    if len(text.encode()) > LIMIT:
        raise ValidationException(
            f"1 validation error detected: Value at '{name}' failed to satisfy constraint: "
            f"Member must have length less than or equal to {LIMIT}"
        )


def corrections() -> AbstractContextManager[None]:
    """Correct task tokens for as long as the context is open."""
    task = {
        "_eval_execution": issue,
        "_eval_integration_pattern": await_report,
    }
    backend = {
        "send_task_success": send_task_success,
        "send_task_failure": send_task_failure,
        "send_task_heartbeat": send_task_heartbeat,
    }
    return applied(
        EXPECTED_SOURCES,
        (StateTaskServiceCallback, task),
        (StepFunctionsParserBackend, backend),
        (StepFunctionResponse, {"send_task_failure": answer_failure}),
    )

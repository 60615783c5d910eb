"""One attempt of a state that does work: its time, what ends it, and the pause before the next.

- A task that runs longer than `TimeoutSeconds` fails; the default is 99,999,999 s, with or without
  `HeartbeatSeconds` [Step Functions Developer Guide, "Task workflow state", November 2026]. moto
  takes 60 s beside a heartbeat.
- What is left of an attempt that timed out, or whose execution was stopped, writes no history and
  takes no answers any more. In moto an execution that waits for a token cannot be stopped.
- A pause before a retry ends with the execution.
- What ends the whole execution, such as a path that leads nowhere, is not an event of its task: the
  history goes from TaskStateEntered to ExecutionFailed [localstack/localstack, recording of
  test_activity_task_on_deleted, March 2024].
"""

import copy
import time
from contextlib import AbstractContextManager
from threading import Thread
from typing import Any

from moto.stepfunctions.parser.api import HistoryEventType
from moto.stepfunctions.parser.asl.component.common.catch.catch_outcome import CatchOutcome
from moto.stepfunctions.parser.asl.component.common.retry.retrier_decl import (
    MaxAttemptsOutcome,
    RetrierDecl,
    RetrierOutcome,
)
from moto.stepfunctions.parser.asl.component.common.retry.retry_outcome import RetryOutcome
from moto.stepfunctions.parser.asl.component.common.timeouts.timeout import (
    EvalTimeoutError,
    TimeoutSeconds,
)
from moto.stepfunctions.parser.asl.component.state.exec.execute_state import ExecutionState
from moto.stepfunctions.parser.asl.eval.environment import Environment

from helpers.emulator import marks
from helpers.emulator.guard import applied
from helpers.emulator.stepfunctions.limits import pause
from helpers.trace.callers import at_work

STATE = "moto.stepfunctions.parser.asl.component.state.exec.execute_state:ExecutionState"
RETRIER = "moto.stepfunctions.parser.asl.component.common.retry.retrier_decl:RetrierDecl"
ENVIRONMENT = "moto.stepfunctions.parser.asl.eval.environment:Environment"
EXPECTED_SOURCES = {
    f"{STATE}._evaluate_with_timeout": "c56deda08a42",
    f"{STATE}._eval_state": "88a5f8e4c72b",
    f"{STATE}.from_state_props": "16c725c841c9",
    f"{RETRIER}._eval_body": "48463fff19ce",
    f"{ENVIRONMENT}.set_stop": "163c10d46b1c",
    f"{ENVIRONMENT}.set_timed_out": "853b04bf9e6a",
    f"{ENVIRONMENT}.as_inner_frame_of": "eb77183cac4a",
}

_from_state_props = ExecutionState.from_state_props


class History:
    """The history of an execution, as long as the attempt that writes it counts."""

    def __init__(self, kept: Any) -> None:
        self._kept = kept
        self.is_over = False

    def add_event(self, **event: Any) -> int:
        return 0 if self.is_over else self._kept.add_event(**event)


def machine_name(env: Environment) -> str:
    """The name of the state machine that `env` runs."""
    return env.states.context_object.context_object_data["StateMachine"]["Name"]


def attempt(state: ExecutionState, env: Environment) -> None:
    """Replaces `_evaluate_with_timeout`: run the state's work once, for its time at most."""
    state.timeout.eval(env=env)
    seconds = env.stack.pop()
    frame = env.open_frame()
    frame.states.reset(input_value=env.states.get_input())
    frame.stack = copy.deepcopy(env.stack)
    frame.history = frame.event_manager = History(env.event_manager)
    outcome: list[tuple[Any, Exception | None]] = []

    def work() -> None:
        try:
            state._eval_execution(frame)
            outcome.append((frame.stack[-1], None))
        except Exception as error:
            outcome.append((None, error))
        frame.program_state_event.set()  # what also wakes when the execution is stopped

    Thread(target=work, name=at_work("states", machine_name(env)), daemon=True).start()
    pause(env, frame.program_state_event, seconds)
    abandon(frame)
    env.close_frame(frame)
    if not env.is_running():
        stop_job(frame)
        return
    output, error = outcome[0] if outcome else (None, EvalTimeoutError())
    if error is not None:
        raise error
    _put_out(state, env, output)


def abandon(frame: Environment) -> None:
    """Nothing that the attempt in `frame` still does counts from now on."""
    frame.history.is_over = True  # a Map Run puts another manager there
    frame.set_ended()
    token = vars(frame).get("task_token")
    if token is not None:
        token.close()


def stop_job(frame: Environment) -> None:
    """Stop what an attempt waits for, where that can be stopped."""
    token = vars(frame).get("task_token")
    if token is not None and token.stop_job is not None:
        token.stop_job()


def _put_out(state: ExecutionState, env: Environment, output: Any) -> None:
    env.stack.append(output)
    if not state._is_language_query_jsonpath():
        env.states.set_result(output)
    if state.assign_decl:
        state.assign_decl.eval(env=env)
    if state.result_selector:
        state.result_selector.eval(env=env)
    if state.result_path:
        state.result_path.eval(env)
    else:
        env.states.reset(input_value=env.stack.pop())


def eval_state(state: ExecutionState, env: Environment) -> None:
    """Replaces `_eval_state`: attempts, until one succeeds, is caught, or was the last."""
    env.states.context_object.context_object_data["State"]["RetryCount"] = 0
    while env.is_running():
        try:
            state._evaluate_with_timeout(env)
            return
        except Exception as error:
            failure = state._from_error(env=env, ex=error)
        if failure.event_type != HistoryEventType.ExecutionFailed:
            env.event_manager.add_event(
                context=env.event_history_context,
                event_type=failure.event_type,
                event_details=failure.event_details,
            )
        told = state._construct_error_output_value(failure_event=failure)
        env.states.set_error_output(told)
        env.states.set_result(told)
        if state.retry and state._handle_retry(env, failure) == RetryOutcome.CanRetry:
            if env.is_running():
                # No history has it, nor any call; AWS bills it as a state transition.
                marks.mark("retried", machine=machine_name(env), state=state.name)
            continue
        if state.catch:
            state._handle_catch(env, failure)
            if env.stack[-1] == CatchOutcome.Caught:
                return
        state._handle_uncaught(env, failure)


def from_state_props(state: ExecutionState, state_props: Any) -> None:
    """Read the state's fields; a heartbeat alone sets no time-out."""
    _from_state_props(state, state_props)
    timeout = state.timeout
    if isinstance(timeout, TimeoutSeconds) and timeout.is_default:
        seconds = TimeoutSeconds.DEFAULT_TIMEOUT_SECONDS
        state.timeout = TimeoutSeconds(timeout_seconds=seconds, is_default=True)


def retry(retrier: RetrierDecl, env: Environment) -> None:
    """Replaces `RetrierDecl._eval_body`: its pause ends when the execution does."""
    retrier.error_equals.eval(env)
    if not env.stack.pop():
        env.stack.append(RetrierOutcome.Skipped)
        return
    retrier.max_attempts.eval(env=env)
    if env.stack.pop() == MaxAttemptsOutcome.EXHAUSTED:
        env.stack.append(RetrierOutcome.Failed)
        return
    retrier.interval_seconds.eval(env=env)
    retrier.backoff_rate.eval(env=env)
    retrier.max_delay_seconds.eval(env=env)
    retrier.jitter_strategy.eval(env=env)
    end = time.time() + env.stack.pop()
    while env.is_running() and (left := end - time.time()) > 0:
        pause(env, env.program_state_event, left)
    env.stack.append(RetrierOutcome.Executed)


def corrections() -> AbstractContextManager[None]:
    """Correct attempts for as long as the context is open."""
    state = {
        "_evaluate_with_timeout": attempt,
        "_eval_state": eval_state,
        "from_state_props": from_state_props,
    }
    return applied(
        EXPECTED_SOURCES,
        (ExecutionState, state),
        (RetrierDecl, {"_eval_body": retry}),
    )

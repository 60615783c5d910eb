"""A workflow that starts another one: ``arn:aws:states:::states:startExecution`` and its patterns.

[Step Functions Developer Guide, "Start a new AWS Step Functions state machine from a running
execution" and "Discover service integration patterns", November 2026]

- Without a suffix, the task ends when the execution is started.
- ``.sync`` and ``.sync:2`` wait for its end. The result is its description; input and output are
  JSON text with the first, and JSON with the second. A child that does not succeed fails the task
  with ``States.TaskFailed``, and its description is the cause.
- A parent that is stopped stops the child it waits for, as best it can.
- With ``.waitForTaskToken``, the child gets the token and reports.

moto raises `KeyError` for all of these.
"""

import json
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.resource import (
    ResourceCondition,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_sfn import (  # noqa: E501
    StateTaskServiceSfn,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from helpers.emulator.guard import applied
from helpers.emulator.stepfunctions.calls import call, client
from helpers.emulator.stepfunctions.errors import FAILED, failure

SFN = (
    "moto.stepfunctions.parser.asl.component.state.exec.state_task.service."
    "state_task_service_sfn:StateTaskServiceSfn"
)
EXPECTED_SOURCES = {
    f"{SFN}._eval_service_task": "dc94f9e92201",
    f"{SFN}._normalise_parameters": "d75d3da19aad",
    f"{SFN}._from_error": "7cdee0936130",
}


def start(
    state: StateTaskServiceSfn, env: Environment, resource_runtime_part: Any, **of: Any
) -> None:
    """Replaces `_eval_service_task`: start the child by a plain call."""
    service = client("states", resource_runtime_part.region)
    started = call(service, "start_execution", of["normalised_parameters"])
    env.stack.append(started)


def watch_job(state: StateTaskServiceSfn, env: Environment, started: dict[str, Any]) -> None:
    """Let the end of the child answer for the task that waits; let its stop stop the child."""
    where = env.aws_execution_details
    backend = stepfunctions_parser_backends[where.account][where.region]
    child = backend.describe_execution(started["ExecutionArn"])
    token = env.task_token

    def ended() -> None:
        if token.is_over:
            return
        described = description(child, state.resource.condition == ResourceCondition.Sync2)
        if child.status == "SUCCEEDED":
            token.answer(described)
        else:
            cause = json.dumps(described, separators=(",", ":"))
            token.answer(error=FailureEventException(failure(state, env, FAILED, cause)))

    def stop() -> None:
        if child.stop_date is None:
            service = client("states", where.region)
            with suppress(ClientError, BotoCoreError):  # nobody is left to hear of it
                service.stop_execution(executionArn=child.exec_arn)

    token.stop_job = stop
    if child.stop_date is not None:
        ended()
    else:
        child.on_end.append(ended)


def description(execution: Any, as_json: bool) -> dict[str, Any]:
    """What DescribeExecution tells, as it stands in the result of a task."""
    output = execution.output if as_json else json.dumps(execution.output, separators=(",", ":"))
    told = {
        "Cause": execution.cause,
        "Error": execution.error,
        "ExecutionArn": execution.exec_arn,
        "Input": execution.input_data if as_json else execution.execution_input,
        "InputDetails": {"Included": True},
        "Name": execution.name,
        "StartDate": _milliseconds(execution.start_date),
        "StateMachineArn": execution.state_machine_arn,
        "Status": execution.status,
        "StopDate": _milliseconds(execution.stop_date),
    }
    if execution.status == "SUCCEEDED":
        told |= {"Output": output, "OutputDetails": {"Included": True}}
    return {name: value for name, value in sorted(told.items()) if value is not None}


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def corrections() -> AbstractContextManager[None]:
    """Correct nested executions for as long as the context is open."""
    return applied(
        EXPECTED_SOURCES,
        (StateTaskServiceSfn, {"_eval_service_task": start, "watch_job": watch_job}),
    )

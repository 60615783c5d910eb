"""What moto leaves out of an answer about executions.

The stop date of an execution that timed out; an output that is a JSON string, as JSON; that the
input is whole; the order and the pages of GetExecutionHistory, and its events without inputs and
outputs if the caller wants none (``includeExecutionData``); that express workflows have no list of
executions (``StateMachineTypeNotSupported``) [API model of botocore 1.44.5: DescribeExecution,
ListExecutions, GetExecutionHistory].
"""

import json
from contextlib import AbstractContextManager
from typing import Any

from moto.core.exceptions import AWSError
from moto.core.responses import ActionResult
from moto.stepfunctions.exceptions import InvalidToken
from moto.stepfunctions.models import StateMachine
from moto.stepfunctions.responses import StepFunctionResponse

from helpers.emulator.guard import applied

RESPONSE = "moto.stepfunctions.responses:StepFunctionResponse"
EXPECTED_SOURCES = {
    f"{RESPONSE}.describe_execution": "c3953bdc9ce2",
    f"{RESPONSE}.list_executions": "6fec14cfc5af",
    f"{RESPONSE}.get_execution_history": "3889cc6224ac",
}

DATA = {"input", "output"}  # [API model: includeExecutionData]

_describe = StepFunctionResponse.describe_execution
_list = StepFunctionResponse.list_executions


def answer_describe(response: StepFunctionResponse) -> ActionResult:
    answer = _describe(response).result
    execution = response.stepfunction_backend.describe_execution(answer["executionArn"])
    answer["stopDate"] = execution.stop_date
    answer["inputDetails"] = {"included": True}
    if "output" in answer:
        answer["output"] = json.dumps(execution.output, separators=(",", ":"), ensure_ascii=False)
    return ActionResult(answer)


def answer_list(response: StepFunctionResponse) -> ActionResult:
    arn = response._get_param("stateMachineArn")
    require(response.stepfunction_backend.describe_state_machine(arn), "STANDARD")
    answer = _list(response).result
    for told in answer["executions"]:
        execution = response.stepfunction_backend.describe_execution(told["executionArn"])
        told["stopDate"] = execution.stop_date
    return ActionResult(answer)


def require(machine: StateMachine, kind: str) -> None:
    """Refuse an operation that the other type of state machine has."""
    if machine.type != kind:
        message = "This operation is not supported by this type of state machine"
        raise AWSError(message, "StateMachineTypeNotSupported")


def answer_history(response: StepFunctionResponse) -> ActionResult:
    """Events in the order asked for, a page at a time."""
    arn = response._get_param("executionArn")
    events = response.stepfunction_backend.get_execution_history(arn)["events"]
    if response._get_param("reverseOrder"):
        events.reverse()
    page = response._get_param("maxResults") or 1000  # [API model: PageSize]
    token = response._get_param("nextToken") or "0"
    if not token.isdecimal():
        raise InvalidToken(f"'{token}'")
    start = int(token)
    shown = events[start : start + page]
    if response._get_param("includeExecutionData") is False:
        shown = [_without_data(event) for event in shown]
    answer: dict[str, Any] = {"events": shown}
    if start + page < len(events):
        answer["nextToken"] = str(start + page)
    return ActionResult(answer)


def _without_data(event: dict[str, Any]) -> dict[str, Any]:
    """An event without the "input or output of a history event"."""
    return {
        name: {key: told for key, told in value.items() if key not in DATA}
        if isinstance(value, dict)
        else value
        for name, value in event.items()
    }


def corrections() -> AbstractContextManager[None]:
    """Complete the answers for as long as the context is open."""
    answers = {
        "describe_execution": answer_describe,
        "list_executions": answer_list,
        "get_execution_history": answer_history,
    }
    return applied(
        EXPECTED_SOURCES,
        (StepFunctionResponse, answers),
    )

"""Which errors a Retry and a Catch match, and how a failed task's error is called.

[Step Functions Developer Guide, "Handling errors in Step Functions workflows", November 2026]:

- ``States.ALL`` matches every error but ``States.DataLimitExceeded`` and ``States.Runtime``.
- ``States.TaskFailed`` matches every error but ``States.Timeout``.
- ``States.Timeout`` is a task that ran too long, or that sent no heartbeat in time.
  ``States.HeartbeatTimeout`` is the second alone, and is there for Catch and Retry. So both names
  match a missed heartbeat. History and DescribeExecution call it ``States.Timeout``, as recordings
  of AWS do (localstack/localstack, pull request 10663).
- Lambda's own errors are called ``Lambda.TooManyRequestsException`` and so on, with either form of
  resource; a request without an answer is ``Lambda.SdkClientException``. A call that a service
  refuses fails its task, of EventBridge as well; moto fails the execution with ``States.Runtime``.

A Catch may lead back to its own state. A branch of a Parallel or Map state hands on the name of its
error, ``States.Timeout`` included; moto fails the execution with ``States.Runtime`` there.
"""

import json
from contextlib import AbstractContextManager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.stepfunctions.parser.api import HistoryEventType
from moto.stepfunctions.parser.asl.component.common.catch.catcher_decl import (
    CatcherDecl,
    CatcherOutcomeCaught,
)
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import (
    CustomErrorName,
)
from moto.stepfunctions.parser.asl.component.common.error_name.error_equals_decl import (
    ErrorEqualsDecl,
)
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service,
    state_task_service_dynamodb,
    state_task_service_lambda,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_events import (  # noqa: E501
    StateTaskServiceEvents,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.state_task import StateTask
from moto.stepfunctions.parser.asl.component.state.exec.state_task.state_task_activitiy import (
    StateTaskActivity,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.state_task_lambda import (
    StateTaskLambda,
)
from moto.stepfunctions.parser.asl.component.state.state import CommonStateField
from moto.stepfunctions.parser.asl.eval.callback.callback import HeartbeatTimeoutError
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str
from moto.stepfunctions.parser.asl.utils.json_path import NoSuchJsonPathError

from helpers.emulator.guard import applied

ASL = "moto.stepfunctions.parser.asl.component"
TASK = f"{ASL}.state.exec.state_task"
TABLE = f"{TASK}.service.state_task_service_dynamodb:StateTaskServiceDynamoDB"
EXPECTED_SOURCES = {
    f"{ASL}.common.catch.catcher_decl:CatcherDecl._eval_body": "4fd0a6060a5b",
    f"{ASL}.common.error_name.custom_error_name:CustomErrorName.__init__": "2814dc26f7ae",
    f"{ASL}.common.error_name.error_equals_decl:ErrorEqualsDecl._eval_body": "aeda14a0cc01",
    f"{ASL}.state.state:CommonStateField._set_next": "08e86e76621b",
    f"{TASK}.state_task:StateTask._from_error": "8f7051977d26",
    f"{TASK}.state_task_lambda:StateTaskLambda._from_error": "1a3cdc6f4b30",
    f"{TABLE}._from_error": "a27eaf8b4975",
    f"{TASK}.service.state_task_service_events:StateTaskServiceEvents._from_error": "cf4ff53c24cd",
}
HEARTBEAT, TIMEOUT = "States.HeartbeatTimeout", "States.Timeout"
ALL, FAILED = "States.ALL", "States.TaskFailed"
RUNTIME = "States.Runtime"
TERMINAL = ("States.DataLimitExceeded", RUNTIME)
# An error that DynamoDB's API model does not name [localstack/localstack, recordings of
# test_put_item_invalid_table_name and test_invalid_param, May 2023].
UNNAMED, UNNAMED_TABLE_ERROR = "ValidationException", "DynamoDB.AmazonDynamoDBException"
PREFIXES = {  # of error names, by the service in the resource's ARN
    "dynamodb": "DynamoDB",
    "events": "EventBridge",
    "lambda": "Lambda",
    "sns": "SNS",
    "sqs": "SQS",
    "states": "StepFunctions",
}

_catch = CatcherDecl._eval_body
_set_next = CommonStateField._set_next
_task_error = StateTask._from_error
_function_error = StateTaskLambda._from_error
_table_error = state_task_service_dynamodb.StateTaskServiceDynamoDB._from_error
_bus_error = StateTaskServiceEvents._from_error
_cause = state_task_service_lambda.StateTaskServiceLambda._error_cause_from_client_error


def matches(names: set[str | None], error: str | None) -> bool:
    """Whether an `ErrorEquals` of these names matches an error, by the rules above."""
    if error in names or (error == HEARTBEAT and TIMEOUT in names):
        return True
    if error in TERMINAL:
        return False
    return ALL in names or (FAILED in names and error not in (HEARTBEAT, TIMEOUT))


def error_equals(declared: ErrorEqualsDecl, env: Environment) -> None:
    """Replaces `ErrorEqualsDecl._eval_body`."""
    error = env.stack.pop().error_name
    env.stack.append(matches({name.error_name for name in declared.error_names}, error))


def catch(catcher: CatcherDecl, env: Environment) -> None:
    """Remember that the next state has been chosen, should it be the same one."""
    _catch(catcher, env)
    if env.stack and isinstance(env.stack[-1], CatcherOutcomeCaught):
        env.heap["caught"] = True  # moto empties the heap after each state


def set_next(state: CommonStateField, env: Environment) -> None:
    if not env.heap.pop("caught", False):
        _set_next(state, env)


def task_error(state: StateTask, env: Environment, ex: Exception) -> FailureEvent:
    """Replaces `StateTask._from_error`: a missed heartbeat, a call refused or unanswered."""
    if isinstance(ex, NoSuchJsonPathError):
        return path_failure(env, ex)
    if isinstance(ex, HeartbeatTimeoutError):
        event = state._get_timed_out_failure_event(env)
        event.error_name = ErrorName(HEARTBEAT)
        return event
    if not isinstance(state, state_task_service.StateTaskService):
        return _task_error(state, env, ex)
    service = state.resource.service_name
    if service == "aws-sdk":
        service = state.resource.api_name
    prefix = PREFIXES.get(service, service[:1].upper() + service[1:])
    if isinstance(ex, BotoCoreError):
        return failure(state, env, f"{prefix}.SdkClientException", str(ex))
    if isinstance(ex, ClientError):  # of a service for which moto has no rule of its own
        code = ex.response["Error"]["Code"].removesuffix("Exception")
        return failure(state, env, f"{prefix}.{code}Exception", str(ex))
    return _task_error(state, env, ex)


def path_failure(env: Environment, missing: NoSuchJsonPathError) -> FailureEvent:
    """A path that leads nowhere ends the execution, as it does in a state without a task."""
    searched = to_json_str(missing.data, separators=(",", ":"))
    cause = (
        f"The JSONPath '{missing.json_path}' specified for the field '{env.next_field_name}' "
        f"could not be found in the input '{searched}'"
    )
    return FailureEvent(
        env=env,
        error_name=ErrorName(RUNTIME),
        event_type=HistoryEventType.ExecutionFailed,
        event_details={"executionFailedEventDetails": {"error": RUNTIME, "cause": cause}},
    )


def failure(state: Any, env: Environment, error: str | None, cause: str | None) -> FailureEvent:
    """A TaskFailed of a task that calls a service, an ActivityFailed of one with a worker."""
    told = {"error": error, "cause": cause}
    told = {name: text for name, text in told.items() if text is not None}
    if isinstance(state, StateTaskActivity):
        kind = HistoryEventType.ActivityFailed
        return FailureEvent(env, ErrorName(error), kind, {"activityFailedEventDetails": told})
    details = {
        "resourceType": state._get_sfn_resource_type(),
        "resource": state._get_sfn_resource(),
    }
    details |= told
    return FailureEvent(
        env=env,
        error_name=ErrorName(error),
        event_type=HistoryEventType.TaskFailed,
        event_details={"taskFailedEventDetails": details},
    )


def function_error(state: StateTaskLambda, env: Environment, ex: Exception) -> FailureEvent:
    """The same names as ``lambda:invoke`` has, for a function's ARN as the resource."""
    if isinstance(ex, ClientError):
        error, cause = _cause(ex)
    elif isinstance(ex, BotoCoreError):
        error, cause = "Lambda.SdkClientException", str(ex)
    else:
        return _function_error(state, env, ex)
    return FailureEvent(
        env=env,
        error_name=ErrorName(error),
        event_type=HistoryEventType.LambdaFunctionFailed,
        event_details={"lambdaFunctionFailedEventDetails": {"error": error, "cause": cause}},
    )


def table_error(state: Any, env: Environment, ex: Exception) -> FailureEvent:
    """DynamoDB's own errors by name; a time-out is not one of them."""
    if not isinstance(ex, ClientError):
        return task_error(state, env, ex)
    event = _table_error(state, env, ex)
    if ex.response["Error"]["Code"] == UNNAMED:
        event.error_name = ErrorName(UNNAMED_TABLE_ERROR)
        event.event_details["taskFailedEventDetails"]["error"] = UNNAMED_TABLE_ERROR
    return event


def bus_error(state: StateTaskServiceEvents, env: Environment, ex: Exception) -> FailureEvent:
    """The cause of a refused entry is the answer, as JSON text; moto puts an object there."""
    event = _bus_error(state, env, ex)
    details = event.event_details.get("taskFailedEventDetails", {})
    if not isinstance(details.get("cause", ""), str):
        details["cause"] = json.dumps(details["cause"], separators=(",", ":"))
    return event


def corrections() -> AbstractContextManager[None]:
    """Correct the names of errors for as long as the context is open."""
    table = state_task_service_dynamodb.StateTaskServiceDynamoDB
    return applied(
        EXPECTED_SOURCES,
        (ErrorEqualsDecl, {"_eval_body": error_equals}),
        (CatcherDecl, {"_eval_body": catch}),
        (CommonStateField, {"_set_next": set_next}),
        (CustomErrorName, {"__init__": ErrorName.__init__}),
        (StateTask, {"_from_error": task_error}),
        (StateTaskLambda, {"_from_error": function_error}),
        (table, {"_from_error": table_error}),
        (StateTaskServiceEvents, {"_from_error": bus_error}),
    )

"""The calls that a workflow's tasks make to other services.

They are plain boto3 calls that pass where the reader's calls pass (see `clients`), with one client
per service for the whole lab, and one attempt: a workflow tries again by its own `Retry`.

Parameters and results of SDK integrations and of nested executions are written in Pascal case, also
where the service's own API is not ("The API action will always be camel case, and parameter names
will be Pascal case") [Step Functions Developer Guide, "Learning to use AWS service SDK
integrations", November 2026]. moto passes them on as they are, which `states` does not understand.
"""

import json
from contextlib import AbstractContextManager
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape
from botocore.response import StreamingBody
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_aws_sdk,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.utils import boto_client

from helpers.emulator import clients
from helpers.emulator.guard import applied
from helpers.emulator.stepfunctions.names import BOTO_NAMES
from helpers.emulator.stepfunctions.parameters import complete

SDK = (
    "moto.stepfunctions.parser.asl.component.state.exec.state_task.service."
    "state_task_service_aws_sdk:StateTaskServiceAwsSdk"
)
EXPECTED_SOURCES = {
    "moto.stepfunctions.parser.asl.utils.boto_client:boto_client_for": "1f44dc2ac8aa",
    f"{SDK}._eval_service_task": "e68dc9e06e6a",
    f"{SDK}._normalise_service_error_name": "7fccfad3463f",
}
# A function runs for 900 s at most, an express workflow for 300 s; nothing takes longer to answer.
PATIENCE = 1000.0  # seconds

_error_name = state_task_service_aws_sdk.StateTaskServiceAwsSdk._normalise_service_error_name


def client(service_name: str, region_name: str, **_: Any) -> Any:
    """Replaces moto's ``boto3.client``: each client is made once per lab."""
    name = BOTO_NAMES.get(service_name, service_name)
    made = clients.client(name, region_name, PATIENCE, parameter_validation=False)
    made.meta.events.register("before-parameter-build", complete, unique_id="of-a-task")
    return made


def call(service: Any, action: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Call a client's method with parameters in Pascal case; the result is in Pascal case too."""
    operation = service.meta.service_model.operation_model(
        service.meta.method_to_api_mapping[action]
    )
    answer = getattr(service, action)(**native(parameters, operation.input_shape))
    answer.pop("ResponseMetadata", None)
    return pascal(answer, operation.output_shape)


def native(value: Any, shape: Shape | None) -> Any:
    """`value` with the names of the service's own API, and JSON where that has text."""
    if isinstance(shape, StringShape) and not isinstance(value, str):
        return json.dumps(value, separators=(",", ":"))
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        named = {}
        for name, inner in value.items():
            own = name if name in shape.members else name[:1].lower() + name[1:]
            named[own] = native(inner, shape.members.get(own))
        return named
    return _each(native, value, shape)


def pascal(value: Any, shape: Shape | None) -> Any:
    """`value` with every name of the API in Pascal case, and nothing in it but JSON."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        return {
            name[:1].upper() + name[1:]: pascal(inner, shape.members.get(name))
            for name, inner in value.items()
        }
    if isinstance(value, StreamingBody):
        return value.read().decode()
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return _each(pascal, value, shape)


def _each(change: Any, value: Any, shape: Shape | None) -> Any:
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [change(inner, shape.member) for inner in value]
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {name: change(inner, shape.value) for name, inner in value.items()}
    return value


def sdk_task(state: Any, env: Environment, resource_runtime_part: Any, **of: Any) -> None:
    """Replaces the SDK integration's `_eval_service_task`."""
    service = client(state.resource.api_name, resource_runtime_part.region)
    action = state._get_boto_service_action()
    env.stack.append(call(service, action, of["normalised_parameters"]))


def error_name(service: str) -> str:
    """How an SDK integration calls a service in the names of its errors."""
    if service.lower() in state_task_service_aws_sdk._SERVICE_ERROR_NAMES:
        return _error_name(service)
    return service[:1].upper() + service[1:]


def corrections() -> AbstractContextManager[None]:
    """Correct the calls of tasks for as long as the context is open."""
    sdk = {
        "_eval_service_task": sdk_task,
        "_normalise_service_error_name": staticmethod(error_name),
    }
    return applied(
        EXPECTED_SOURCES,
        (boto_client, {"boto3": SimpleNamespace(client=client)}),
        (state_task_service_aws_sdk.StateTaskServiceAwsSdk, sdk),
    )

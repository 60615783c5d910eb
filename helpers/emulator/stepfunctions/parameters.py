"""The names of a task's parameters: those that a service's API has, those that it needs.

- A name in the definition that the API does not have is refused with it: ``The field '...' is not
  supported by Step Functions``.
- A name that comes with the input is left out of the call, and without one that the API needs the
  task fails with the service's ``ValidationException``, which Retry and Catch see
  [localstack/localstack, recordings of test_invalid_param and test_dynamodb_invalid_param, May and
  July 2023]. In moto both end the execution with ``States.Runtime``.
- The names are those of the API model of botocore 1.44.5, in Pascal case.
- What the API takes as bytes, such as the body of an object, may be any JSON in a definition. It is
  sent as compact JSON, which is the lab's form; a text is sent as it is.
"""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import botocore.session
from botocore.exceptions import ClientError
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from moto.moto_api._internal import mock_random

from helpers.emulator.stepfunctions.integrations import INTEGRATION
from helpers.emulator.stepfunctions.names import BOTO_NAMES

# Structures whose names Step Functions writes in its own way ("Bool", "Nul") beside the API's.
FREE = ("AttributeValue",)
KNOWN = ("dynamodb", "events", "lambda", "sns", "sqs", "states")  # optimized, with the API's names


def complaints(resource: str, parameters: Any) -> Iterator[str]:
    """What is wrong with the `Parameters` or `Arguments` of a Task state, as far as it is fixed."""
    found = INTEGRATION.fullmatch(resource)
    if found is None or not isinstance(parameters, dict):
        return
    service, action = found.group("service", "action")
    if ":aws-sdk:" not in resource and service not in KNOWN:
        return
    operation = _operation(BOTO_NAMES.get(service, service), action)
    if operation is None or operation.input_shape is None:
        return
    yield from _unknown(parameters, operation.input_shape)


def _unknown(given: Any, shape: Shape | None) -> Iterator[str]:
    """Names that no API has, wherever in the parameters."""
    if isinstance(shape, ListShape) and isinstance(given, list):
        for inner in given:
            yield from _unknown(inner, shape.member)
    elif isinstance(shape, MapShape) and isinstance(given, dict):
        for inner in given.values():
            yield from _unknown(inner, shape.value)
    elif isinstance(shape, StructureShape) and isinstance(given, dict) and shape.name not in FREE:
        known = {name.lower(): member for name, member in shape.members.items()}
        for name, inner in given.items():
            plain = name.removesuffix(".$")
            if plain.lower() not in known or plain[:1].islower():
                yield f"The field '{plain}' is not supported by Step Functions"
            elif plain == name:
                yield from _unknown(inner, known[plain.lower()])


@cache
def _operation(service: str, action: str) -> OperationModel | None:
    session = botocore.session.get_session()
    if service not in session.get_available_services():
        return None
    model = session.get_service_model(service)
    name = next((name for name in model.operation_names if name.lower() == action.lower()), None)
    return None if name is None else model.operation_model(name)


def complete(params: dict[str, Any], model: OperationModel, **_: Any) -> None:
    """Leave out what the API does not have, and refuse a call without what it needs.

    A handler of botocore's ``before-parameter-build``.
    """
    shape = model.input_shape
    if shape is None:
        return
    _leave_out(params, shape)
    missing = [name for name in shape.required_members if name not in params]
    if missing:
        raise _refusal(missing, model.name)
    for name, value in params.items():
        if shape.members[name].type_name == "blob" and isinstance(value, dict | list | int | float):
            params[name] = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def _leave_out(given: Any, shape: Shape | None) -> None:
    """Take out of a call what botocore has no name for, and what is null."""
    if isinstance(shape, ListShape) and isinstance(given, list):
        for inner in given:
            _leave_out(inner, shape.member)
    elif isinstance(shape, MapShape) and isinstance(given, dict):
        for inner in given.values():
            _leave_out(inner, shape.value)
    elif isinstance(shape, StructureShape) and isinstance(given, dict):
        for name in [name for name in given if name not in shape.members or given[name] is None]:
            del given[name]
        for name, inner in given.items():
            _leave_out(inner, shape.members[name])


def _refusal(missing: list[str], operation: str) -> ClientError:
    told = "; ".join(
        f"Value null at '{name[:1].lower()}{name[1:]}' failed to satisfy constraint: "
        "Member must not be null"
        for name in missing
    )
    count = f"{len(missing)} validation error{'s' if len(missing) > 1 else ''} detected"
    return ClientError(
        {
            "Error": {"Code": "ValidationException", "Message": f"{count}: {told}"},
            "ResponseMetadata": {"HTTPStatusCode": 400, "RequestId": str(mock_random.uuid4())},
        },
        operation,
    )

"""The names of a task's parameters: those that a service's API has, those that it needs.

- A name in the definition that the API does not have is refused with it: ``The field '...' is not
  supported by Step Functions``.
- A name that comes with the input is left out of the call, and without one that the API needs the
  task fails with the service's ``ValidationException``, which Retry and Catch see
  [localstack/localstack, recordings of test_invalid_param and test_dynamodb_invalid_param, May and
  July 2023]. In moto both end the execution with ``States.Runtime``.
- The names are those of the API model of botocore 1.44.5, in Pascal case.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import botocore.session
from botocore.exceptions import ClientError
from botocore.model import OperationModel
from moto.moto_api._internal import mock_random

from helpers.emulator.stepfunctions.integrations import INTEGRATION
from helpers.emulator.stepfunctions.names import BOTO_NAMES

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
    given = {name.removesuffix(".$") for name in parameters}
    known = {name.lower() for name in operation.input_shape.members}
    for name in sorted(given):
        if name.lower() not in known or name[:1].islower():
            yield f"The field '{name}' is not supported by Step Functions"


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
    for name in [name for name in params if name not in shape.members or params[name] is None]:
        del params[name]
    missing = [name for name in shape.required_members if name not in params]
    if missing:
        raise _refusal(missing, model.name)


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

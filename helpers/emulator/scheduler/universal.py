"""Universal targets: any operation that the lab models, as ``arn:aws:scheduler:::aws-sdk:…``.

Statements followed (EventBridge Scheduler User Guide, "Using universal targets in EventBridge
Scheduler", November 2026):

- The ARN ends in ``service:apiAction``; the service has the name that AWS's SDKs have for it.
- "Input – A well-formed JSON you specify with the request parameters that EventBridge Scheduler
  sends to the target API."
- "EventBridge Scheduler does not support read-only API actions, such as common GET operations, that
  begin with the following list of prefixes".

A blob is text there, as in the guide's example of ``lambda:invoke``. Names of parameters begin with
a capital or with a small letter: both are understood.
"""

from __future__ import annotations

from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError, UnknownServiceError
from botocore.model import Shape
from moto.scheduler.exceptions import ValidationException

from helpers.emulator import clients
from helpers.emulator.arrivals import operation_model, service_model
from helpers.emulator.modelled import MODELLED, REFUSED
from helpers.emulator.not_modelled import NotModelled

PREFIX = "aws-sdk:"
BOTO3 = {"sfn": "stepfunctions", "eventbridge": "events"}  # where the SDKs' names differ
READ_ONLY = (
    "get", "describe", "list", "poll", "receive", "search", "scan", "query", "select", "read",
    "lookup", "discover", "validate", "batchGet", "batchDescribe", "batchRead", "transactGet",
    "adminGet", "adminList", "testMigration", "retrieve", "testConnection", "translateDocument",
    "isAuthorized", "invokeModel",
)  # fmt: skip


def check(resource: str, operation: str) -> None:
    """Refuse what AWS refuses, and what the lab does not carry out.

    Parameters
    ----------
    resource : str
        The end of the ARN, such as "aws-sdk:sqs:sendMessage".
    operation : str
        The operation of Scheduler that is given it.
    """
    service, action = _named(resource)
    if action.startswith(READ_ONLY):
        raise ValidationException(f"The API action {action} of {service} is not supported.")
    called = _operation(service, action)
    if called is None:
        raise ValidationException(f"The service {service} has no API action {action}.")
    verdict = MODELLED.get((service, called))
    if verdict is None:
        missing, instead = f"{service}.{called} as a target", "an operation that the lab models"
        raise NotModelled("scheduler", operation, missing, instead)
    if verdict.kind is REFUSED:
        missing = f"{service}.{called} as a target ({verdict.note})"
        raise NotModelled("scheduler", operation, missing, verdict.instead)


def call(action: str, parameters: dict[str, Any], region: str) -> None:
    """Call an operation, such as "sqs:sendMessage".

    Raises
    ------
    ClientError, BotoCoreError
        What the call raises; also if a bus has not taken an event.
    """
    service, name = _named(action)
    operation = _operation(service, name)
    assert operation is not None, action  # CreateSchedule refuses others
    model = operation_model(service, operation)
    shape = model.input_shape if model else None
    fitted = parameters if shape is None else _fitted(shape, parameters)
    answer = getattr(clients.client(service, region), xform_name(operation))(**fitted)
    if operation == "PutEvents":
        for entry in answer["Entries"]:
            if "ErrorCode" in entry:
                told: Any = {
                    "Error": {"Code": entry["ErrorCode"], "Message": entry["ErrorMessage"]},
                    "ResponseMetadata": {"HTTPStatusCode": 400},
                }
                raise ClientError(told, operation)


def _named(resource: str) -> tuple[str, str]:
    service, _, action = resource.removeprefix(PREFIX).partition(":")
    return BOTO3.get(service, service), action


def _operation(service: str, action: str) -> str | None:
    """The API model's name of an action. Names of AWS's SDKs begin with a small letter."""
    try:
        names = service_model(service).operation_names
    except UnknownServiceError:
        raise ValidationException(f"There is no service {service}.") from None
    return next((name for name in names if name.lower() == action.lower()), None)


def _fitted(shape: Shape, value: Any) -> Any:
    """A value with the names of the API model; text becomes a blob where one is expected."""
    if shape.type_name == "structure" and isinstance(value, dict):
        members = {name.lower(): name for name in shape.members}
        fitted = {}
        for key, held in value.items():
            name = members.get(key.lower(), key)
            fitted[name] = _fitted(shape.members[name], held) if name in shape.members else held
        return fitted
    if shape.type_name == "list" and isinstance(value, list):
        return [_fitted(shape.member, held) for held in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {key: _fitted(shape.value, held) for key, held in value.items()}
    if shape.type_name == "blob" and isinstance(value, str):
        return value.encode()
    return value

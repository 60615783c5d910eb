"""Targets of a schedule: which are taken, and the calls by which they are invoked.

Statements followed, as of November 2026:

- Templated targets are named by their ARN: SQS SendMessage, SNS Publish, Lambda Invoke, Step
  Functions StartExecution, EventBridge PutEvents (EventBridge Scheduler User Guide, "Using
  templated targets in EventBridge Scheduler"). Others are universal ones, see `universal`.
- "If you are configuring a templated Lambda, AWS Step Functions, or Amazon EventBridge target, the
  input must be a well-formed JSON. [...] The maximum size of the Input field is 256 KB." (API model
  in botocore 1.44.5: Target)
- SqsParameters: "If you specify an Amazon SQS FIFO queue as a target, the queue must have
  content-based deduplication enabled." (the same) No deduplication id is sent.
- A function is invoked asynchronously.

Whether a target exists is found out when it is invoked. The words of these refusals are the lab's.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from moto.scheduler.exceptions import ValidationException

from helpers.emulator.not_modelled import NotModelled
from helpers.emulator.scheduler import universal

KINDS = {  # by service: how the resource begins
    "sqs": "",
    "sns": "",
    "lambda": "function:",
    "states": "stateMachine:",
    "events": "event-bus/",
    "scheduler": universal.PREFIX,
}
NEEDS_JSON = ("lambda", "states", "events", "scheduler")
LARGEST_INPUT = 256 * 1024  # bytes
OTHERS = (
    "EcsParameters", "KinesisParameters", "SageMakerPipelineParameters",
    "EventBridgePutEventsV2Parameters", "EventBridgePutRawEventsParameters",
)  # fmt: skip
INSTEAD = (
    "a queue, a topic, a function, a state machine, an event bus, or "
    "arn:aws:scheduler:::aws-sdk:service:action of a service that the lab models"
)

Target = dict[str, Any]


class Request(NamedTuple):
    """What an invocation calls."""

    action: str
    parameters: dict[str, Any]


def check(target: Target, operation: str) -> None:
    """Refuse a target that is not valid, or that the lab would not invoke.

    Parameters
    ----------
    target : dict
        As CreateSchedule takes it.
    operation : str
        The operation of Scheduler that is given it.

    Raises
    ------
    ValidationException, NotModelled
    """
    service, resource = _parts(target["Arn"])
    others = [name for name in OTHERS if target.get(name) is not None]
    if others or service not in KINDS or not resource.startswith(KINDS[service]):
        kind = others[0] if others else target["Arn"]
        raise NotModelled("scheduler", operation, f"a target of the kind {kind}", INSTEAD)
    if service == "scheduler":
        universal.check(resource, operation)
    if service == "events" and not target.get("EventBridgeParameters"):
        raise ValidationException(
            f"EventBridgeParameters must be specified for the target {target['Arn']}."
        )
    text = target.get("Input")
    if text is None:
        if service == "scheduler":
            raise ValidationException(f"Input must be specified for the target {target['Arn']}.")
        return
    if len(text.encode()) > LARGEST_INPUT:
        raise ValidationException(f"Input must be at most {LARGEST_INPUT} bytes.")
    if service in NEEDS_JSON:
        _check_json(text, target["Arn"], is_object=service == "scheduler")


def _parts(arn: str) -> tuple[str, str]:
    """Service and resource of an ARN."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        raise ValidationException(f"Provided Arn {arn} is not in correct format.")
    return parts[2], parts[5]


def _check_json(text: str, arn: str, *, is_object: bool) -> None:
    try:
        found = json.loads(text)
    except ValueError:
        raise ValidationException(f"Input for the target {arn} must be a JSON text.") from None
    if is_object and not isinstance(found, dict):
        raise ValidationException(f"Input for the target {arn} must be a JSON object.")


def request(target: Target, text: str) -> Request:
    """The action by which a target is invoked, and its parameters.

    Parameters
    ----------
    text : str
        What the target gets.

    Returns
    -------
    Request
        As a universal target has it: "sqs:sendMessage" and the like.
    """
    arn = target["Arn"]
    service, resource = _parts(arn)
    if service == "scheduler":
        return Request(resource.removeprefix(universal.PREFIX), json.loads(text))
    if service == "sqs":
        parameters = {"MessageBody": text, "QueueUrl": queue_url(arn)}
        return Request("sqs:sendMessage", {**parameters, **(target.get("SqsParameters") or {})})
    if service == "sns":
        return Request("sns:publish", {"Message": text, "TopicArn": arn})
    if service == "lambda":
        parameters = {"FunctionName": arn, "InvocationType": "Event", "Payload": text}
        return Request("lambda:invoke", parameters)
    if service == "states":
        return Request("sfn:startExecution", {"Input": text, "StateMachineArn": arn})
    told = target["EventBridgeParameters"]
    entry = {
        "Source": told["Source"],
        "DetailType": told["DetailType"],
        "Detail": text,
        "EventBusName": arn,
    }
    return Request("eventbridge:putEvents", {"Entries": [entry]})


def queue_url(arn: str) -> str:
    """The address of a queue."""
    region, account, name = arn.split(":")[3:6]
    return f"https://sqs.{region}.amazonaws.com/{account}/{name}"

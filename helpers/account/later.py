"""Names in calls that a service makes later: in a state machine's definition, in a schedule.

Part of `names`. There the parameters of an operation stand in a text, under the operation's name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from helpers.account.models import model
from helpers.account.shapes import NAMES

Given = Callable[[str, str, dict[str, Any]], dict[str, Any]]

# arn:aws:states:::lambda:invoke.waitForTaskToken, arn:aws:states:::aws-sdk:sqs:sendMessage, and the
# same of EventBridge Scheduler's universal targets
_CALLED = re.compile(
    r"arn:aws[a-z-]*:(?:states|scheduler):::(?:aws-sdk:)?(?P<service>\w+):(?P<operation>\w+)"
)
_SDK_NAMES = {"sfn": "stepfunctions", "states": "stepfunctions", "eventbridge": "events",
              "cloudwatchlogs": "logs"}  # fmt: skip


def in_definition(text: str, given: Given) -> str:
    """A definition in Amazon States Language whose states call with names of this run.

    What is no JSON is handed back as it is: Step Functions says what is wrong with it.
    """
    try:
        definition = json.loads(text)
    except ValueError:
        return text
    changed = _states(definition, given)
    return text if changed == definition else json.dumps(changed)


def in_target(target: dict[str, Any], given: Given) -> dict[str, Any]:
    """A schedule's target, with names of this run in the call that it makes."""
    arn, text = target.get("Arn"), target.get("Input")
    if not isinstance(arn, str) or not isinstance(text, str):
        return target
    try:
        arguments = json.loads(text)
    except ValueError:
        return target
    changed = _arguments(arn, arguments, given)
    return target if changed == arguments else target | {"Input": json.dumps(changed)}


def _states(part: Any, given: Given) -> Any:
    if isinstance(part, list):
        return [_states(each, given) for each in part]
    if not isinstance(part, dict):
        return part
    copy = {key: _states(value, given) for key, value in part.items()}
    if isinstance(part.get("Resource"), str):
        for key in ("Parameters", "Arguments"):
            if isinstance(part.get(key), dict):
                copy[key] = _arguments(part["Resource"], part[key], given)
    return copy


def _arguments(called: str, arguments: Any, given: Given) -> Any:
    found = _CALLED.match(called)
    if not found or not isinstance(arguments, dict):
        return arguments
    service = _SDK_NAMES.get(found["service"], found["service"])
    operation = found["operation"][:1].upper() + found["operation"][1:]
    if service not in NAMES or operation not in model(service).operation_names:
        return arguments
    return given(service, operation, arguments)

"""Which resource a Task state may name, and with which pattern.

The table is "Optimized integrations in Step Functions" [Step Functions Developer Guide,
"Integrating optimized services with Step Functions", November 2026]. SDK integrations have request
and response, and the callback. "Express Workflows only support Request Response integrations".
The messages are those of AWS as quoted in public issues; they "might change", only the code is to
be relied upon [API model of botocore 1.44.5: ValidateStateMachineDefinition].
"""

import re
from functools import cache

import botocore.session

from helpers.emulator.stepfunctions.names import BOTO_NAMES

TOKEN, SYNC = "waitForTaskToken", "sync"
# the patterns of a service beside request and response, and its actions where they are few
OPTIMIZED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "apigateway": ((TOKEN,), ("invoke",)),
    "athena": ((SYNC,), ()),
    "batch": ((SYNC,), ("submitJob",)),
    "bedrock": ((SYNC, TOKEN), ()),
    "codebuild": ((SYNC,), ()),
    "databrew": ((SYNC,), ()),
    "dynamodb": ((), ("getItem", "putItem", "deleteItem", "updateItem")),
    "ecs": ((SYNC, TOKEN), ("runTask",)),
    "eks": ((SYNC, TOKEN), ()),
    "elasticmapreduce": ((SYNC,), ()),
    "emr-containers": ((SYNC,), ()),
    "emr-serverless": ((SYNC,), ()),
    "events": ((TOKEN,), ("putEvents",)),
    "glue": ((SYNC,), ("startJobRun",)),
    "http": ((), ("invoke",)),
    "lambda": ((TOKEN,), ("invoke",)),
    "mediaconvert": ((SYNC,), ()),
    "sagemaker": ((SYNC,), ()),
    "sns": ((TOKEN,), ("publish",)),
    "sqs": ((TOKEN,), ("sendMessage",)),
    "states": ((SYNC, "sync:2", TOKEN), ("startExecution",)),
}
FUNCTION = re.compile(r"arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:[\w$:.-]+")
ACTIVITY = re.compile(r"arn:aws[\w-]*:states:[\w-]+:\d{12}:activity:.+")
INTEGRATION = re.compile(
    r"arn:aws[\w-]*:states:[\w-]*:\d*:(?:aws-sdk:)?(?P<service>[\w-]+):(?P<action>\w+)"
    r"(?:\.(?P<pattern>.+))?"
)


def complaint(resource: object, *, express: bool) -> str | None:
    """What is wrong with the `Resource` of a Task state, if anything is."""
    if not isinstance(resource, str):
        return "Value is not a valid resource ARN"
    if FUNCTION.fullmatch(resource):
        return None
    if ACTIVITY.fullmatch(resource):
        return "Express state machine does not support Activity ARN" if express else None
    found = INTEGRATION.fullmatch(resource)
    if found is None:
        return "Value is not a valid resource ARN"
    service, action, pattern = found.group("service", "action", "pattern")
    is_known = _is_sdk if ":aws-sdk:" in resource else _is_optimized
    if not is_known(service, action, pattern):
        return (
            f"The resource provided {resource} is not recognized. The value is not a valid "
            "resource ARN, or the resource is not available in this region."
        )
    if express and pattern is not None:
        return f"Express state machine does not support '.{pattern}' service integration"
    return None


def _is_optimized(service: str, action: str, pattern: str | None) -> bool:
    if service not in OPTIMIZED:
        return False
    patterns, actions = OPTIMIZED[service]
    if actions and action.lower() not in (known.lower() for known in actions):
        return False
    return pattern is None or pattern in patterns


def _is_sdk(service: str, action: str, pattern: str | None) -> bool:
    if pattern not in (None, TOKEN):
        return False
    operations = _operations(service)
    return operations is None or action in operations


@cache
def _operations(service: str) -> frozenset[str] | None:
    """A service's actions as a resource writes them; None if botocore does not know its name."""
    session = botocore.session.get_session()
    name = BOTO_NAMES.get(service, service)
    if name not in session.get_available_services():
        return None
    operations = session.get_service_model(name).operation_names
    return frozenset(operation[:1].lower() + operation[1:] for operation in operations)

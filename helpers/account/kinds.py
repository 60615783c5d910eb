"""What a run can make on an account: which call makes it, how it is tagged, which call ends it.

A call that makes something else is refused (`refuse_unkept`): nothing is made that nobody removes.
How each kind is removed is in `removal`. What goes away with the thing that it is part of, such as
a rule's targets or a function's permissions, is no kind of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

Params = dict[str, Any]
Tags = Mapping[str, str]


class NotKept(RuntimeError):
    """A call that makes what a run could not remove again."""


class Kind(NamedTuple):
    """A kind of resource.

    Attributes
    ----------
    name : str
        As a sentence has it: "queue".
    service : str
        boto3's name of it.
    makes, ends : str
        The operation that makes it, and the one with which a reader removes it himself.
    called : callable
        Its name, from the parameters of the call that makes it; no other of its kind has it.
    ended : callable
        What it is called in the parameters of the call that ends it: such a name, or what `known`
        found in the answer.
    tags : str
        How the call takes tags: "map", "list" of Key and Value, "small list" of key and value, or
        "" where AWS takes none.
    known : callable or None
        What AWS calls it, from the answer, where that is needed to remove it.
    needed : callable or None
        What else is needed to remove it, from the parameters.
    """

    name: str
    service: str
    makes: str
    ends: str
    called: Callable[[Params], str]
    ended: Callable[[Params], list[str]]
    tags: str = ""
    known: Callable[[Any], str] | None = None
    needed: Callable[[Params], Params] | None = None


def last(text: str) -> str:
    """The last part of an ARN or of a URL."""
    return re.split(r"[:/]", text)[-1]


def function_name(text: str) -> str:
    """A function's name, from its name, its ARN or a part of it, without a qualifier."""
    return text.rpartition("function:")[2].partition(":")[0]


def _by(member: str) -> tuple[Callable[[Params], str], Callable[[Params], list[str]]]:
    return (lambda p: p[member]), (lambda p: [p[member]])


def _rule(params: Params) -> str:
    bus = params.get("EventBusName") or "default"
    return f"{last(bus)}/{params['Name']}"


def _schedule(params: Params) -> str:
    return f"{params.get('GroupName') or 'default'}/{params['Name']}"


KINDS = {
    kind.name: kind
    for kind in (
        Kind("queue", "sqs", "CreateQueue", "DeleteQueue", lambda p: p["QueueName"],
             lambda p: [last(p["QueueUrl"])], "map"),
        Kind("topic", "sns", "CreateTopic", "DeleteTopic", lambda p: p["Name"],
             lambda p: [last(p["TopicArn"])], "list"),
        Kind("subscription", "sns", "Subscribe", "Unsubscribe",
             lambda p: f"{last(p['TopicArn'])} to {p.get('Endpoint')}",
             lambda p: [p["SubscriptionArn"]], known=lambda a: str(a["SubscriptionArn"]),
             needed=lambda p: {"topic": p["TopicArn"], "endpoint": p.get("Endpoint")}),
        Kind("event bus", "events", "CreateEventBus", "DeleteEventBus", *_by("Name"), "list"),
        Kind("rule", "events", "PutRule", "DeleteRule", _rule, lambda p: [_rule(p)], "list"),
        Kind("archive", "events", "CreateArchive", "DeleteArchive", *_by("ArchiveName")),
        Kind("replay", "events", "StartReplay", "CancelReplay", *_by("ReplayName")),
        Kind("function", "lambda", "CreateFunction", "DeleteFunction",
             lambda p: function_name(p["FunctionName"]),
             lambda p: [] if p.get("Qualifier") else [function_name(p["FunctionName"])], "map"),
        Kind("event source mapping", "lambda", "CreateEventSourceMapping",
             "DeleteEventSourceMapping",
             lambda p: f"{function_name(p['FunctionName'])} from {p.get('EventSourceArn')}",
             lambda p: [p["UUID"]], "map", known=lambda a: str(a["UUID"]),
             needed=lambda p: {"function": function_name(p["FunctionName"]),
                               "source": p.get("EventSourceArn")}),
        Kind("state machine", "stepfunctions", "CreateStateMachine", "DeleteStateMachine",
             lambda p: p["name"], lambda p: [last(p["stateMachineArn"])], "small list"),
        Kind("activity", "stepfunctions", "CreateActivity", "DeleteActivity",
             lambda p: p["name"], lambda p: [last(p["activityArn"])], "small list"),
        Kind("table", "dynamodb", "CreateTable", "DeleteTable",
             lambda p: last(p["TableName"]), lambda p: [last(p["TableName"])], "list"),
        Kind("alarm", "cloudwatch", "PutMetricAlarm", "DeleteAlarms",
             lambda p: p["AlarmName"], lambda p: list(p["AlarmNames"]), "list"),
        Kind("schedule", "scheduler", "CreateSchedule", "DeleteSchedule",
             _schedule, lambda p: [_schedule(p)]),
        Kind("schedule group", "scheduler", "CreateScheduleGroup", "DeleteScheduleGroup",
             *_by("Name"), "list"),
        Kind("bucket", "s3", "CreateBucket", "DeleteBucket", *_by("Bucket")),  # tagged afterwards
        Kind("log group", "logs", "CreateLogGroup", "DeleteLogGroup", *_by("logGroupName"), "map"),
        Kind("role", "iam", "CreateRole", "DeleteRole", *_by("RoleName"), "list"),
    )
}  # fmt: skip

_MAKERS = {(kind.service, kind.makes): kind for kind in KINDS.values()}
_ENDERS: dict[tuple[str, str], list[Kind]] = {}
for _kind in KINDS.values():
    _ENDERS.setdefault((_kind.service, _kind.ends), []).append(_kind)

# What makes something begins with one of these words. The operations below do too, and make only
# what is part of a kind and goes with it, or data in it, or nothing that stays.
_MAKING = re.compile(
    "Add|Allocate|Associate|Copy|Create|Enable|Export|Import|Publish|Put|Register|Request|Restore|"
    "Run|Start|Subscribe|Upload"
)
PARTS = {
    "sqs": {"AddPermission", "StartMessageMoveTask"},
    "sns": {"AddPermission", "Publish", "PublishBatch", "PutDataProtectionPolicy"},
    "events": {"EnableRule", "PutEvents", "PutPermission", "PutTargets"},
    "lambda": {
        "AddPermission", "CreateAlias", "CreateFunctionUrlConfig", "PublishVersion",
        "PutFunctionConcurrency", "PutFunctionEventInvokeConfig", "PutFunctionRecursionConfig",
        "PutProvisionedConcurrencyConfig", "PutRuntimeManagementConfig",
    },
    "stepfunctions": {
        "CreateStateMachineAlias", "PublishStateMachineVersion", "StartExecution",
        "StartSyncExecution",
    },
    "dynamodb": {"PutItem", "PutResourcePolicy"},
    "dynamodbstreams": set(),
    "cloudwatch": {"EnableAlarmActions", "PutMetricData"},
    "scheduler": set(),
    "s3": {
        "CopyObject", "CreateMultipartUpload", "PutBucketLifecycleConfiguration",
        "PutBucketNotificationConfiguration", "PutBucketPolicy", "PutBucketTagging",
        "PutBucketVersioning", "PutObject", "PutObjectTagging", "PutPublicAccessBlock",
        "UploadPart", "UploadPartCopy",
    },
    "logs": {
        "CreateLogStream", "PutLogEvents", "PutMetricFilter", "PutRetentionPolicy",
        "PutSubscriptionFilter", "StartQuery",
    },
    "iam": {"PutRolePolicy"},
    "sts": set(),
    "resourcegroupstaggingapi": set(),
}  # fmt: skip


def made_by(service: str, operation: str) -> Kind | None:
    """The kind of thing that an operation makes."""
    return _MAKERS.get((service, operation))


def ended_by(service: str, operation: str) -> list[Kind]:
    """The kinds of thing that an operation removes."""
    return _ENDERS.get((service, operation), [])


def refuse_unkept(service: str, operation: str, params: Params) -> None:
    """Refuse what makes something that a run could not remove again.

    Raises
    ------
    NotKept
        With the call, and what is kept of this service.
    """
    call = f"{service}.{operation}"
    if service not in PARTS:
        raise NotKept(
            f"{call} is not sent: on an account, a run removes what it made, and of {service} it "
            f"knows nothing. It knows {', '.join(sorted(PARTS))}"
        )
    if operation == "PutPermission" and params.get("EventBusName", "default") == "default":
        raise NotKept(
            f"{call} is not sent: it would change the policy of the account's default event bus, "
            "which is not this run's. Make a bus of your own"
        )
    part_or_kind = operation in PARTS[service] or (service, operation) in _MAKERS
    if _MAKING.match(operation) and not part_or_kind:
        known = sorted(kind.makes for kind in KINDS.values() if kind.service == service)
        raise NotKept(
            f"{call} is not sent: on an account, a run removes what it made, and this it could "
            f"not. Of {service} it can: {', '.join(known) or 'nothing'}"
        )


def tagged(kind: Kind, params: Params, tags: Tags) -> Params:
    """The parameters with these tags beside the reader's own, as the service wants them."""
    if kind.tags == "map":
        member = "tags" if kind.service in ("sqs", "logs") else "Tags"
        return params | {member: dict(params.get(member) or {}) | dict(tags)}
    if not kind.tags:
        return params
    small = kind.tags == "small list"
    member, key, value = ("tags", "key", "value") if small else ("Tags", "Key", "Value")
    own = [tag for tag in params.get(member) or [] if tag.get(key) not in tags]
    return params | {member: [*own, *({key: k, value: v} for k, v in tags.items())]}

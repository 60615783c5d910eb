"""The roles that AWS's services take on to act for a run: what they may do, and on what.

Each is restricted to the resources of the run by its prefix, and to its account: only that
account's resources may ask for the role (aws:SourceAccount), and it reaches no other account's
(aws:ResourceAccount). [IAM User Guide, "The confused deputy problem" and "AWS global condition
context keys", read 2026-11.]
"""

from __future__ import annotations

from typing import Any

from helpers.account.names import Names

Policy = dict[str, Any]

# boto3's name of a service, and the service principal that takes on its role.
PRINCIPALS = {
    "lambda": "lambda.amazonaws.com",
    "stepfunctions": "states.amazonaws.com",
    "events": "events.amazonaws.com",
    "scheduler": "scheduler.amazonaws.com",
}

_ON = {  # the resources that carry a run's prefix, after arn:partition:service:region:account:
    "sqs": ("sqs", "{prefix}*"),
    "sns": ("sns", "{prefix}*"),
    "bus": ("events", "event-bus/{prefix}*"),
    "function": ("lambda", "function:{prefix}*"),
    "machine": ("states", "stateMachine:{prefix}*"),
    "table": ("dynamodb", "table/{prefix}*"),
    "stream": ("dynamodb", "table/{prefix}*/stream/*"),
    "logs": ("logs", "log-group:/aws/lambda/{prefix}*"),
}
_SENDS = {"sqs": ["sqs:SendMessage"], "sns": ["sns:Publish"], "bus": ["events:PutEvents"]}
_TABLES = [
    "dynamodb:ConditionCheckItem", "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem",
    "dynamodb:Query", "dynamodb:UpdateItem",
]  # fmt: skip
_FROM_QUEUE = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
_FROM_STREAM = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
# These have no resource [Service Authorization Reference, "Actions defined by …"]. Step Functions
# takes an answer from whoever has the token; the poller of a stream lists those there are.
_WITHOUT_RESOURCE = [
    "dynamodb:ListStreams", "states:SendTaskFailure", "states:SendTaskHeartbeat",
    "states:SendTaskSuccess",
]  # fmt: skip

# What the patterns' functions, workflows, rules and schedules do. A mapping polls with the
# role of its function [Lambda Developer Guide, "Using Lambda with Amazon SQS", "… DynamoDB"].
ALLOWED: dict[str, dict[str, list[str]]] = {
    "lambda": _SENDS
    | {
        "sqs": ["sqs:SendMessage", *_FROM_QUEUE],
        "function": ["lambda:InvokeFunction"],
        "machine": ["states:StartExecution"],
        "table": _TABLES,
        "stream": _FROM_STREAM,
        "logs": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
    },
    "stepfunctions": _SENDS
    | {
        "function": ["lambda:InvokeFunction"],
        "machine": ["states:StartExecution"],
        "table": ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem",
                  "dynamodb:UpdateItem"],
    },
    "events": {"bus": ["events:PutEvents"], "machine": ["states:StartExecution"]},
    "scheduler": _SENDS
    | {"function": ["lambda:InvokeFunction"], "machine": ["states:StartExecution"]},
}  # fmt: skip


def check_service(service: str) -> str:
    """The service, if it has a role in a run.

    Raises
    ------
    ValueError
        With the service.
    """
    if service not in PRINCIPALS:
        raise ValueError(f"a run has roles for {', '.join(PRINCIPALS)}, got {service!r}")
    return service


def trust(service: str, names: Names) -> Policy:
    """Who may take on the role: this service, for resources of this account."""
    return _document(
        {
            "Effect": "Allow",
            "Principal": {"Service": PRINCIPALS[check_service(service)]},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": names.account}},
        }
    )


def permissions(service: str, names: Names) -> Policy:
    """What the role may do."""
    here = {"StringEquals": {"aws:ResourceAccount": names.account}}
    statements: list[Policy] = [
        {
            "Effect": "Allow",
            "Action": sorted(actions),
            "Resource": _resource(which, names),
            "Condition": here,
        }
        for which, actions in ALLOWED[check_service(service)].items()
    ]
    if service == "lambda":
        statements.append({"Effect": "Allow", "Action": _WITHOUT_RESOURCE, "Resource": "*"})
    return _document(*statements)


def _resource(which: str, names: Names) -> str | list[str]:
    service, pattern = _ON[which]
    place = f"arn:{names.partition}:{service}:{names.region}:{names.account}"
    arn = f"{place}:{pattern.format(prefix=names.prefix)}"
    if which == "logs":  # the group, and the streams in it
        return [arn, f"{arn}:log-stream:*"]
    if which == "bus":
        return [arn, f"{place}:event-bus/default"]
    return arn


def _document(*statements: Policy) -> Policy:
    return {"Version": "2012-10-17", "Statement": list(statements)}

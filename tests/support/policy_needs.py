"""What a call needs: the IAM actions, each with the ARN of what it acts on."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from functools import cache

import parliament
from project import ROOT

from helpers.account.actions import actions_of

FOLDER = ROOT / "data" / "policies"
REGION, ACCOUNT = "eu-west-1", "123456789012"
PLACEHOLDERS = {"${Region}": REGION, "${Account}": ACCOUNT, "${Role}": "lab"}
# What Lambda does with the role of a function for a mapping: the poller is AWS's, and what it calls
# is not in a trace [Lambda Developer Guide, "Execution role permissions" of "Using Lambda with
# Amazon SQS" and of "Using AWS Lambda with Amazon DynamoDB", read 2026-11].
POLLING = {
    "sqs": ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"),
    "dynamodb": ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator",
                 "dynamodb:ListStreams"),
}  # fmt: skip
WITHOUT_RESOURCE = {"dynamodb:ListStreams"}  # [Service Authorization Reference, DynamoDB]


def arn(service, resource):
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def last(text):
    return text.replace("/", ":").rpartition(":")[2]


def rule(bus, name):
    bus = last(bus or "default")
    return arn("events", f"rule/{name}" if bus == "default" else f"rule/{bus}/{name}")


def of_sqs(operation, p):
    if operation in ("StartMessageMoveTask", "ListMessageMoveTasks"):
        return [p["SourceArn"]]
    return [arn("sqs", p.get("QueueName") or last(p["QueueUrl"]))]


def of_events(operation, p):
    if operation == "PutEvents":
        buses = {last(each.get("EventBusName", "default")) for each in p["Entries"]}
        return [arn("events", f"event-bus/{bus}") for bus in sorted(buses)]
    return [rule(p.get("EventBusName"), p.get("Rule") or p["Name"])]


def of_states(operation, p):
    if operation.startswith("SendTask"):
        return ["*"]
    if operation == "CreateStateMachine":
        return [arn("states", f"stateMachine:{p['name']}")]
    return [p.get("stateMachineArn") or p["executionArn"]]


def of_cloudwatch(operation, p):
    return [arn("cloudwatch", f"alarm:{p['AlarmName']}")] if "AlarmName" in p else ["*"]


OF = {
    "sqs": of_sqs,
    "sns": lambda _, p: [p["TopicArn"]],
    "events": of_events,
    "stepfunctions": of_states,
    "cloudwatch": of_cloudwatch,
    "lambda": lambda _, p: [arn("lambda", f"function:{last(p['FunctionName'])}")],
    "dynamodb": lambda _, p: [arn("dynamodb", f"table/{p['TableName']}")],
}


def needs(service, operation, params):
    """(action, ARN) of all that a call needs."""
    if "TransactItems" in params:  # each part has an action and a table of its own
        return [
            need
            for part in params["TransactItems"]
            for body in part.values()
            for action in actions_of(service, operation, {"TransactItems": [part]})
            for need in [(action, arn("dynamodb", f"table/{body['TableName']}"))]
        ]
    found = []
    for action in actions_of(service, operation, params):
        if action == "iam:PassRole":
            targets = [params, *params.get("Targets", [])]
            roles = [t.get("roleArn") or t.get("RoleArn") for t in targets]
            found += [(action, role) for role in roles if role]
        elif operation == "StartMessageMoveTask" and action == "sqs:SendMessage":
            back = params["SourceArn"].replace("dead-", "")  # where its messages came from
            found.append((action, back))
        else:
            found += [(action, place) for place in OF[service](operation, params)]
    return found


def policy(name):
    """A policy of data/policies, for the lab's region and account."""
    text = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    for placeholder, value in PLACEHOLDERS.items():
        text = text.replace(placeholder, value)
    return json.loads(text)


def listed(value):
    return value if isinstance(value, list) else [value]


def grants(document):
    """(action, resource) of all that a policy allows."""
    return {
        (action, resource)
        for statement in document["Statement"]
        if statement["Effect"] == "Allow"
        for action in listed(statement["Action"])
        for resource in listed(statement.get("Resource", "*"))
    }


def allows(document, action, place):
    return any(
        fnmatchcase(action.lower(), granted.lower()) and fnmatchcase(place, resource)
        for granted, resource in grants(document)
    )


# -- what a whole run needs, its making and removing included


def _lambda(operation, p):
    if "UUID" in p or operation == "CreateEventSourceMapping":
        return [arn("lambda", f"event-source-mapping:{p.get('UUID', 'new')}")]
    return [arn("lambda", f"function:{last(p['FunctionName'])}")]


def _given(p, name):
    return [p[name]] if name in p else []


def _events(operation, p):
    if "ArchiveName" in p:  # and the bus whose events it keeps
        return [arn("events", f"archive/{p['ArchiveName']}"), *_given(p, "EventSourceArn")]
    if "ReplayName" in p:  # and the archive from which, and the bus to which
        to = _given(p.get("Destination", {}), "Arn")
        return [arn("events", f"replay/{p['ReplayName']}"), *_given(p, "EventSourceArn"), *to]
    if operation in ("CreateEventBus", "DeleteEventBus"):
        return [arn("events", f"event-bus/{p['Name']}")]
    return of_events(operation, p)


def _states(operation, p):
    if operation == "CreateActivity":
        return [arn("states", f"activity:{p['name']}")]
    return [p["activityArn"]] if "activityArn" in p else of_states(operation, p)


def _scheduler(operation, p):
    if "Group" in operation:
        return [arn("scheduler", f"schedule-group/{p['Name']}")]
    return [arn("scheduler", f"schedule/{p.get('GroupName', 'default')}/{p['Name']}")]


def _s3(operation, p):
    bucket = f"arn:aws:s3:::{p['Bucket']}"
    of_an_object = operation in ("PutObject", "GetObject", "DeleteObjects", "AbortMultipartUpload")
    return [f"{bucket}/x" if of_an_object else bucket]


OF_A_RUN = {
    "lambda": _lambda,
    "events": _events,
    "stepfunctions": _states,
    "scheduler": _scheduler,
    "s3": _s3,
    "sns": lambda _, p: [p.get("TopicArn") or p.get("SubscriptionArn") or arn("sns", p["Name"])],
    "cloudwatch": lambda _, p: [
        arn("cloudwatch", f"alarm:{name}") for name in p.get("AlarmNames", [p.get("AlarmName")])
    ],
    "logs": lambda _, p: [arn("logs", f"log-group:{p['logGroupName']}")],
    "iam": lambda _, p: [f"arn:aws:iam::{ACCOUNT}:role/{p['RoleName']}"],
}


def _passed(params):
    parts = [params, params.get("Target", {}), *params.get("Targets", [])]
    return [p[name] for p in parts for name in ("roleArn", "RoleArn", "Role") if name in p]


def needs_of_a_run(service, operation, params):
    """As `needs`, for any call of a keeper; an action that IAM restricts to nothing is of "*"."""
    if "TransactItems" in params:
        return set(needs(service, operation, params))
    found = set()
    for action in actions_of(service, operation, params):
        if action == "iam:PassRole":
            places = _passed(params)
        elif is_of_everything(action):
            places = ["*"]
        else:
            places = {**OF, **OF_A_RUN}[service](operation, params)
        found |= {(action, place) for place in places}
    return found


@cache
def is_of_everything(action):
    """Whether IAM knows no kind of resource for an action, by the linter's data."""
    prefix, _, privilege = action.lower().partition(":")
    kinds = [
        each["resource_type"]
        for service in parliament.iam_definition
        if service["prefix"] == prefix
        for known in service["privileges"]
        if known["privilege"].lower() == privilege
        for each in known["resource_types"]
    ]
    assert kinds, f"the linter knows no action {action}"
    return not any(kinds)

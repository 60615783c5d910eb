"""What a call needs: the IAM actions, each with the ARN of what it acts on."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase

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

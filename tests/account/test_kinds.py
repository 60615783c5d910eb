"""Nothing is made that a run could not remove, and nothing is changed that another made."""

from __future__ import annotations

import re

import pytest

from helpers.account import kinds
from helpers.account.kinds import KINDS, NotKept, made_by, refuse_unkept, tagged
from helpers.account.models import model
from helpers.account.names import Names
from helpers.account.removers import REMOVERS
from helpers.account.strangers import NotOfThisRun, refuse_strangers

SERVICES = sorted({kind.service for kind in KINDS.values()})
P = "eda-7f3a-"
NAMES = Names(P, "123456789012", "eu-west-1")
# Verbs with which AWS's operations make something.
MAKES = re.compile("Create|Register|Allocate|Import|Restore|Publish(Layer|Version)|Start")


@pytest.mark.parametrize("service", SERVICES)
def test_whatever_makes_something_is_kept_or_part_of_what_is_kept_or_refused(service):
    for operation in filter(MAKES.match, model(service).operation_names):
        if made_by(service, operation) or operation in kinds.PARTS[service]:
            refuse_unkept(service, operation, {})
        else:
            with pytest.raises(NotKept, match=rf"{service}\.{operation} is not sent"):
                refuse_unkept(service, operation, {})


@pytest.mark.parametrize("service", sorted(kinds.PARTS))
def test_what_is_listed_is_there(service):
    assert set(kinds.PARTS[service]) <= set(model(service).operation_names)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_kind_can_be_made_tagged_and_removed(kind):
    known = model(kind.service)
    assert {kind.makes, kind.ends} <= set(known.operation_names)
    assert kind.name in REMOVERS
    members = known.operation_model(kind.makes).input_shape.members
    given = tagged(kind, {}, {"a": "b"})
    assert set(given) <= set(members)
    if "Tags" in members or "tags" in members:
        assert given, f"{kind.makes} takes tags"


@pytest.mark.parametrize("service", SERVICES)
def test_reading_and_sending_are_not_refused(service):
    for operation in model(service).operation_names:
        if operation.startswith(("Get", "List", "Describe", "Send", "Receive", "Query", "Invoke")):
            refuse_unkept(service, operation, {})


OURS = f"arn:aws:sns:eu-west-1:123456789012:{P}placed"
THEIRS = "arn:aws:sns:eu-west-1:123456789012:placed"


@pytest.mark.parametrize(
    ("call", "member"),
    [
        ("sns.DeleteTopic", "TopicArn"),
        ("sns.SetTopicAttributes", "TopicArn"),
        ("sns.Unsubscribe", "SubscriptionArn"),
        ("sqs.DeleteQueue", "QueueUrl"),
        ("sqs.PurgeQueue", "QueueUrl"),
        ("sqs.AddPermission", "QueueUrl"),
        ("sqs.TagQueue", "QueueUrl"),
        ("stepfunctions.DeleteStateMachine", "stateMachineArn"),
        ("stepfunctions.UpdateStateMachine", "stateMachineArn"),
        ("stepfunctions.StopExecution", "executionArn"),
        ("lambda.DeleteFunction", "FunctionName"),
        ("dynamodb.DeleteTable", "TableName"),
        ("dynamodb.PutItem", "TableName"),
        ("events.DeleteEventBus", "Name"),
        ("events.PutRule", "EventBusName"),
    ],
)
def test_what_another_made_is_changed_by_none_of_these(call, member):
    service, operation = call.split(".")
    refuse_strangers(NAMES, service, operation, {member: OURS})
    with pytest.raises(NotOfThisRun, match=re.escape(f"{call} of {THEIRS} is not sent")):
        refuse_strangers(NAMES, service, operation, {member: THEIRS})


@pytest.mark.parametrize(
    "call", ["sns.Publish", "sqs.SendMessage", "events.PutEvents", "lambda.Invoke"]
)
def test_what_another_made_may_be_used(call):
    refuse_strangers(NAMES, *call.split("."), {"TopicArn": THEIRS, "QueueUrl": "https://a/1/q"})

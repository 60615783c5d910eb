"""What a run made on an account is removed at its end."""

from __future__ import annotations

import json

import boto3
from botocore.exceptions import EndpointConnectionError
from kept_run import (
    ACCOUNT,
    PREFIX,
    REGION,
    ROLE,
    TABLE,
    WAITS,
    Cell,
    Refusing,
    arn,
    denied,
    keeper,
    left_over,
    make_one_of_each,
    send,
)
from uploaded_function import archive

from helpers.account.kinds import KINDS
from helpers.account.register import Register


def test_one_of_each_kind_is_made_and_removed(kept, cell):
    make_one_of_each(cell)
    assert {entry.kind for entry in kept.kept} == set(KINDS)
    assert len(left_over()) == 16
    lines = []
    done = kept.remove_all(lines.append)
    assert [removal.error for removal in done] == [None] * len(done)
    assert lines == [f"Removed {len(done)} of {len(done)} resources."]
    assert left_over() == {}
    assert kept.kept == []


def test_removed_newest_first_and_a_second_time_there_is_nothing(kept, cell):
    for name in ("a", "b", "c"):
        cell.sqs("CreateQueue", QueueName=name)
    done = kept.remove_all(lambda line: None)
    assert [removal.entry.name for removal in done] == [f"{PREFIX}{name}" for name in "cba"]
    lines = []
    assert kept.remove_all(lines.append) == []
    assert lines == ["Nothing to remove."]


def test_what_a_reader_removes_himself_is_off_the_register(kept, cell):
    make_one_of_each(cell)
    before = len(kept.kept)
    url = cell.sqs("GetQueueUrl", QueueName="orders")["QueueUrl"]
    subscription = next(e.details["ident"] for e in kept.kept if e.kind == "subscription")
    mapping = next(e.details["ident"] for e in kept.kept if e.kind == "event source mapping")
    cell.sns("Unsubscribe", SubscriptionArn=subscription)
    cell.sqs("DeleteQueue", QueueUrl=url)
    cell.events("RemoveTargets", Rule="all", EventBusName="shop", Ids=["q"])
    cell.events("DeleteRule", Name="all", EventBusName="shop")
    cell.lambda_("DeleteEventSourceMapping", UUID=mapping)
    cell.cloudwatch("DeleteAlarms", AlarmNames=["late orders"])
    cell.scheduler("DeleteSchedule", Name="s", GroupName="nightly")
    gone = {"subscription", "queue", "rule", "event source mapping", "alarm", "schedule"}
    assert {entry.kind for entry in kept.kept} == set(KINDS) - gone
    assert len(kept.kept) == before - len(gone)
    kept.remove_all(lambda line: None)
    assert left_over() == {}


def test_the_log_group_of_a_function_outlives_it_and_is_removed(kept, cell):
    code = {"ZipFile": archive({"f.py": "def handler(event, context): return 1"})}
    given = {"Runtime": "python3.12", "Handler": "f.handler", "Role": ROLE, "Code": code}
    cell.lambda_("CreateFunction", FunctionName="charge", **given)
    boto3.client("logs").create_log_group(logGroupName=f"/aws/lambda/{PREFIX}charge")
    cell.lambda_("DeleteFunction", FunctionName="charge")
    assert [e.name for e in kept.kept if e.kind == "log group"] == [f"/aws/lambda/{PREFIX}charge"]
    kept.remove_all(lambda line: None)
    assert left_over() == {}


def test_a_mapping_that_nobody_registered_goes_with_its_function(kept, cell):
    code = {"ZipFile": archive({"f.py": "def handler(event, context): return 1"})}
    given = {"Runtime": "python3.12", "Handler": "f.handler", "Role": ROLE, "Code": code}
    cell.lambda_("CreateFunction", FunctionName="charge", **given)
    cell.sqs("CreateQueue", QueueName="orders")
    boto3.client("lambda").create_event_source_mapping(
        FunctionName=f"{PREFIX}charge", EventSourceArn=arn("sqs", f"{PREFIX}orders")
    )
    kept.remove_all(lambda line: None)
    assert left_over() == {}


def test_a_removal_that_fails_is_told_and_stays_in_the_register(lab, tmp_path):
    errors = {"delete_queue": denied("DeleteQueue", "sqs:deletequeue")}
    kept = keeper(tmp_path, client=lambda service: Refusing(boto3.client(service), errors))
    cell = Cell(kept)
    cell.sqs("CreateQueue", QueueName="orders")
    cell.sns("CreateTopic", Name="placed")
    lines = []
    done = kept.remove_all(lines.append)
    assert [(each.entry.kind, each.error is None) for each in done] == [
        ("topic", True),
        ("queue", False),
    ]
    assert f"Not removed: queue {PREFIX}orders in {REGION}." in lines[0]
    assert "lack the permission sqs:deletequeue" in lines[0]
    assert lines[1] == "Removed 1 of 2 resources."
    assert f"python -m helpers.sweep --account {ACCOUNT}" in lines[2]
    assert [entry.kind for entry in Register(tmp_path).read().entries] == ["queue"]
    errors.clear()
    assert [each.error for each in kept.remove_all(lines.append)] == [None]
    assert Register(tmp_path).read().entries == []


class Failing:
    """A client whose operations all end in an error."""

    def __init__(self, error, tries):
        self._error, self._tries = error, tries

    def __getattr__(self, name):
        def fail(**_):
            self._tries.append(name)
            raise self._error

        return fail


def test_one_odd_failure_does_not_keep_the_rest_from_being_removed(lab, tmp_path):
    """An endpoint may answer what no code expects."""
    clients = {"dynamodb": Failing(KeyError("Table"), [])}
    kept = keeper(tmp_path, client=lambda name: clients.get(name) or boto3.client(name))
    cell = Cell(kept)
    cell.sqs("CreateQueue", QueueName="orders")
    cell.dynamodb("CreateTable", TableName="stock", **TABLE)
    lines = []
    kept.remove_all(lines.append)
    assert f"Not removed: table {PREFIX}stock in {REGION}. KeyError: 'Table'" in lines[0]
    assert [entry.kind for entry in kept.kept] == ["table"]


def test_when_nobody_answers_not_all_are_tried(lab, tmp_path):
    tries = []
    gone = EndpointConnectionError(endpoint_url="https://sqs")
    kept = keeper(tmp_path, client=lambda name: Failing(gone, tries))
    cell = Cell(kept)
    for name in "abcdef":
        cell.sqs("CreateQueue", QueueName=name)
    done = kept.remove_all(lambda line: None)
    assert [each.error for each in done] == [gone] * 6
    assert len(tries) == 2
    assert len(kept.kept) == 6


def test_what_is_made_in_another_region_is_removed_there(lab, tmp_path):
    def client(service, region=REGION):
        return boto3.client(service, region_name=region)

    kept = keeper(tmp_path, client=client)
    there = boto3.client("sqs", region_name="eu-west-2")
    for one in (there, boto3.client("sqs")):
        kept.call(send, one, "CreateQueue", {"QueueName": "orders"})
    machine = {"name": "order", "definition": json.dumps(WAITS), "roleArn": ROLE}
    states = boto3.client("stepfunctions", region_name="eu-west-2")
    made = kept.call(send, states, "CreateStateMachine", machine)["stateMachineArn"]
    assert made == f"arn:aws:states:eu-west-2:{ACCOUNT}:stateMachine:{PREFIX}order"
    assert [(entry.region, entry.kind) for entry in kept.kept] == [
        ("eu-west-2", "queue"), (REGION, "queue"), ("eu-west-2", "role"),
        ("eu-west-2", "state machine"),
    ]  # fmt: skip
    kept.call(send, boto3.client("sqs"), "DeleteQueue", {"QueueUrl": f"https://x/1/{PREFIX}orders"})
    assert [entry.region for entry in kept.kept] == ["eu-west-2"] * 3
    assert [each.error for each in kept.remove_all(lambda line: None)] == [None] * 3
    assert "QueueUrls" not in there.list_queues()
    assert states.list_state_machines()["stateMachines"] == []
    assert left_over() == {}

"""A run on an account: named, tagged, and registered before it is made."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from kept_run import (
    ACCOUNT,
    PREFIX,
    REGION,
    TABLE,
    Cell,
    arn,
    keeper,
    left_over,
    make_one_of_each,
    send,
)

from helpers.account.keeping import Keeper
from helpers.account.kinds import NotKept
from helpers.account.register import Register
from helpers.account.strangers import NotOfThisRun


def test_it_is_in_the_register_before_the_call_is_sent(tmp_path, lab):
    seen = []

    def make(client, operation, params):
        seen.append([entry.name for entry in Register(tmp_path).read().entries])
        return send(client, operation, params)

    cell = Cell(keeper(tmp_path), make)
    cell.sqs("CreateQueue", QueueName="orders")
    cell.sqs("CreateQueue", QueueName="orders")
    assert seen == [[f"{PREFIX}orders"]] * 2


def test_an_answer_that_never_came_leaves_what_can_be_removed(kept, cell):
    """The call was sent and its reply lost: the queue may be there."""

    def lost(client, operation, params):
        send(client, operation, params)
        raise ReadTimeoutError(endpoint_url="https://sqs")

    with pytest.raises(ReadTimeoutError):
        Cell(kept, lost).sqs("CreateQueue", QueueName="orders")
    cell.sns("CreateTopic", Name="placed")
    with pytest.raises(ReadTimeoutError):
        Cell(kept, lost).sns(
            "Subscribe",
            TopicArn=arn("sns", "placed"),
            Protocol="sqs",
            Endpoint=arn("sqs", "orders"),
        )
    kept.remove_all(lambda line: None)
    assert left_over() == {}


def test_what_aws_refused_was_not_made(kept, cell):
    with pytest.raises(ClientError, match="InvalidAttributeValue"):
        cell.sqs("CreateQueue", QueueName="orders", Attributes={"VisibilityTimeout": "-1"})
    assert kept.kept == []


def test_what_was_there_already_stays_in_the_register(kept, cell):
    """An earlier try of the same call may have made it, and lost its reply."""
    boto3.client("dynamodb").create_table(TableName=f"{PREFIX}stock", **TABLE)
    with pytest.raises(ClientError, match="ResourceInUse"):
        cell.dynamodb("CreateTable", TableName="stock", **TABLE)
    kept.remove_all(lambda line: None)
    assert left_over() == {}


def test_all_that_takes_tags_is_tagged(kept, cell):
    make_one_of_each(cell)
    queue = boto3.client("sqs").get_queue_url(QueueName=f"{PREFIX}orders")["QueueUrl"]
    tags = boto3.client("sqs").list_queue_tags(QueueUrl=queue)["Tags"]
    assert tags == kept.tags
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", tags["eda-expires"])
    assert tags["eda-owner"] == "test"
    assert tags["eda-project"] == "event-driven-architectures"
    listed = [
        boto3.client("sns").list_tags_for_resource(ResourceArn=arn("sns", f"{PREFIX}placed")),
        boto3.client("events").list_tags_for_resource(
            ResourceARN=arn("events", f"rule/{PREFIX}shop/{PREFIX}all")
        ),
        boto3.client("dynamodb").list_tags_of_resource(
            ResourceArn=arn("dynamodb", f"table/{PREFIX}stock")
        ),
    ]
    listed.append(
        {"Tags": boto3.client("s3").get_bucket_tagging(Bucket=f"{PREFIX}letters")["TagSet"]}
    )
    for found in listed:
        assert {tag["Key"]: tag["Value"] for tag in found["Tags"]} == kept.tags
    found = boto3.client("lambda").list_tags(Resource=arn("lambda", f"function:{PREFIX}charge"))
    assert found["Tags"] == kept.tags
    found = boto3.client("stepfunctions").list_tags_for_resource(
        resourceArn=arn("states", f"stateMachine:{PREFIX}order")
    )
    assert {tag["key"]: tag["value"] for tag in found["tags"]} == kept.tags


def test_a_readers_own_tags_stay(kept, cell):
    cell.sqs("CreateQueue", QueueName="q", tags={"team": "shop"})
    queue = boto3.client("sqs").get_queue_url(QueueName=f"{PREFIX}q")["QueueUrl"]
    tags = boto3.client("sqs").list_queue_tags(QueueUrl=queue)["Tags"]
    assert tags == kept.tags | {"team": "shop"}
    cell.sns("CreateTopic", Name="t", Tags=[{"Key": "team", "Value": "shop"}])
    found = boto3.client("sns").list_tags_for_resource(ResourceArn=arn("sns", f"{PREFIX}t"))
    assert {"Key": "team", "Value": "shop"} in found["Tags"]


def test_what_cannot_be_registered_is_not_made(lab, tmp_path):
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    kept = keeper(tmp_path / "file")
    with pytest.raises(OSError, match="file"):
        Cell(kept).sqs("CreateQueue", QueueName="orders")
    assert left_over() == {}


def test_an_interrupt_in_the_middle_of_a_call_leaves_what_can_be_removed(kept):
    def interrupted(client, operation, params):
        send(client, operation, params)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Cell(kept, interrupted).sqs("CreateQueue", QueueName="orders")
    kept.remove_all(lambda line: None)
    assert left_over() == {}


@pytest.mark.parametrize(
    ("call", "action"),
    [
        ("sqs.SendMessageBatch", "sqs:SendMessage"),
        ("lambda.Invoke", "lambda:InvokeFunction"),
        ("stepfunctions.ListStateMachines", "states:ListStateMachines"),
    ],
)
def test_a_missing_permission_is_named_though_aws_does_not(kept, call, action):
    service, operation = call.split(".")
    told = {"Error": {"Code": "AccessDeniedException", "Message": "no"}}

    def make(client, operation, params):
        raise ClientError(told, operation)

    with pytest.raises(ClientError, match=f"lack the permission {action}\\.") as caught:
        kept.call(make, boto3.client(service), operation, {})
    assert caught.value.response == told


def test_wrong_credentials_and_a_used_up_quota_say_what_to_do(kept):
    def make(code):
        def refuse(client, operation, params):
            raise ClientError({"Error": {"Code": code, "Message": "no"}}, operation)

        return refuse

    lambda_ = boto3.client("lambda")
    with pytest.raises(ClientError, match="Sign in anew"):
        kept.call(make("ExpiredTokenException"), lambda_, "ListFunctions", {})
    with pytest.raises(ClientError, match="A quota of lambda is used up"):
        kept.call(make("CodeStorageExceededException"), lambda_, "ListFunctions", {})


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("lambda", "PublishLayerVersion", {"LayerName": "l", "Content": {}}),
        ("dynamodb", "CreateBackup", {"TableName": "t", "BackupName": "b"}),
        ("cloudwatch", "PutDashboard", {"DashboardName": "d", "DashboardBody": "{}"}),
        ("iam", "CreateUser", {"UserName": "u"}),
        ("events", "PutPermission", {"StatementId": "s", "Action": "a", "Principal": "*"}),
        ("ec2", "RunInstances", {"MinCount": 1, "MaxCount": 1}),
    ],
)
def test_what_a_run_could_not_remove_is_not_made(kept, service, operation, params):
    sent = []
    with pytest.raises(NotKept, match=rf"{service}\.{operation} is not sent"):
        kept.call(lambda *call: sent.append(call), boto3.client(service), operation, params)
    assert sent == []


def test_what_another_made_is_not_changed(kept):
    theirs = boto3.client("sqs").create_queue(QueueName="theirs")["QueueUrl"]
    cell = Cell(kept)
    for operation in ("DeleteQueue", "PurgeQueue"):
        with pytest.raises(NotOfThisRun, match=f"sqs.{operation} of https://.*theirs is not sent"):
            kept.call(
                send,
                boto3.client("sqs"),
                operation,
                {"QueueUrl": theirs.replace(ACCOUNT, "2" * 12)},
            )
    with pytest.raises(ClientError, match="NonExistentQueue"):
        cell.sqs("DeleteQueue", QueueUrl=theirs)  # in the lab's account it is read as the run's own
    assert boto3.client("sqs").list_queues()["QueueUrls"] == [theirs]


def test_lists_that_can_be_narrowed_show_the_runs_own(kept, cell):
    boto3.client("sqs").create_queue(QueueName="theirs")
    mine = cell.sqs("CreateQueue", QueueName="mine")["QueueUrl"]
    assert cell.sqs("ListQueues")["QueueUrls"] == [mine]
    boto3.client("events").put_rule(Name="theirs", EventPattern='{"source": ["shop"]}')
    cell.events("PutRule", Name="mine", EventPattern='{"source": ["shop"]}')
    assert [rule["Name"] for rule in cell.events("ListRules")["Rules"]] == ["mine"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"account": "1234"}, "twelve digits .*got '1234'"),
        ({"owner": "me; drop"}, "got 'me; drop'"),
        ({"owner": ""}, "got ''"),
        ({"expires": datetime(2026, 1, 1)}, "with a time zone, got datetime"),
        ({"prefix": "eda"}, "got 'eda'"),
        ({"region": "here"}, "got 'here'"),
    ],
)
def test_bad_input_is_refused_with_its_value(tmp_path, wrong, said):
    right = {
        "account": ACCOUNT, "region": REGION, "prefix": PREFIX, "owner": "test",
        "expires": datetime.now(UTC), "register": Register(tmp_path), "client": boto3.client,
    }  # fmt: skip
    with pytest.raises(ValueError, match=said):
        Keeper(**right | wrong)

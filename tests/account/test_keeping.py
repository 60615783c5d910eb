"""A run on an account: named, tagged, registered before it is made, and removed."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from kept_run import (
    ACCOUNT,
    PREFIX,
    REGION,
    ROLE,
    TABLE,
    WAITS,
    Cell,
    arn,
    keeper,
    make_one_of_each,
    send,
)
from uploaded_function import archive

from helpers import Lab
from helpers.account import service_roles
from helpers.account.keeping import Keeper
from helpers.account.kinds import KINDS, NotKept
from helpers.account.register import Register
from helpers.account.strangers import NotOfThisRun


@pytest.fixture
def lab():
    with Lab(seed=1) as lab:
        yield lab


@pytest.fixture
def kept(lab, tmp_path):
    return keeper(tmp_path)


@pytest.fixture
def cell(kept):
    return Cell(kept)


def denied(operation, action):
    told = {"Code": "AccessDenied", "Message": f"User: x is not authorized to perform: {action}"}
    return ClientError({"Error": told, "ResponseMetadata": {"HTTPStatusCode": 403}}, operation)


def left_over():
    """What is in the account, by kind."""
    found = {
        "queues": boto3.client("sqs").list_queues().get("QueueUrls", []),
        "topics": boto3.client("sns").list_topics()["Topics"],
        "subscriptions": boto3.client("sns").list_subscriptions()["Subscriptions"],
        "buses": boto3.client("events").list_event_buses()["EventBuses"][1:],
        "archives": boto3.client("events").list_archives()["Archives"],
        "functions": boto3.client("lambda").list_functions()["Functions"],
        "mappings": boto3.client("lambda").list_event_source_mappings()["EventSourceMappings"],
        "tables": boto3.client("dynamodb").list_tables()["TableNames"],
        "machines": boto3.client("stepfunctions").list_state_machines()["stateMachines"],
        "activities": boto3.client("stepfunctions").list_activities()["activities"],
        "alarms": boto3.client("cloudwatch").describe_alarms()["MetricAlarms"],
        "schedules": boto3.client("scheduler").list_schedules()["Schedules"],
        "groups": boto3.client("scheduler").list_schedule_groups()["ScheduleGroups"][1:],
        "buckets": boto3.client("s3").list_buckets()["Buckets"],
        "log groups": boto3.client("logs").describe_log_groups()["logGroups"],
        "roles": boto3.client("iam").list_roles()["Roles"],
    }
    return {kind: things for kind, things in found.items() if things}


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
    class Refusing:
        def __init__(self, client):
            self._client = client

        def __getattr__(self, name):
            if name == "delete_queue":
                raise denied("DeleteQueue", "sqs:deletequeue")
            return getattr(self._client, name)

    broken = True

    def client(service):
        real = boto3.client(service)
        return Refusing(real) if broken else real

    kept = keeper(tmp_path, client=client)
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
    broken = False
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


def test_a_role_is_made_once_and_can_do_no_more_than_its_runs_work(kept, lab):
    role = kept.role("lambda")
    assert kept.role("lambda") == role == f"arn:aws:iam::{ACCOUNT}:role/{PREFIX}lambda-{REGION}"
    assert [entry.kind for entry in kept.kept] == ["role"]
    iam, name = boto3.client("iam"), role.rpartition("/")[2]
    trust = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]["Statement"]
    assert [each["Principal"] for each in trust] == [{"Service": "lambda.amazonaws.com"}]
    assert trust[0]["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    policy = iam.get_role_policy(RoleName=name, PolicyName="run")["PolicyDocument"]
    for statement in policy["Statement"]:
        assert not [action for action in statement["Action"] if "*" in action]
        resources = statement["Resource"]
        resources = resources if isinstance(resources, list) else [resources]
        if resources == ["*"]:
            named = {action.partition(":")[2] for action in statement["Action"]}
            assert {name for name in named if not name.startswith("SendTask")} == {"ListStreams"}
            continue
        assert statement["Condition"] == {"StringEquals": {"aws:ResourceAccount": ACCOUNT}}
        for resource in resources:
            assert f":{REGION}:{ACCOUNT}:" in resource
            assert PREFIX in resource or resource.endswith("event-bus/default")


def test_lists_that_can_be_narrowed_show_the_runs_own(kept, cell):
    boto3.client("sqs").create_queue(QueueName="theirs")
    mine = cell.sqs("CreateQueue", QueueName="mine")["QueueUrl"]
    assert cell.sqs("ListQueues")["QueueUrls"] == [mine]
    boto3.client("events").put_rule(Name="theirs", EventPattern='{"source": ["shop"]}')
    cell.events("PutRule", Name="mine", EventPattern='{"source": ["shop"]}')
    assert [rule["Name"] for rule in cell.events("ListRules")["Rules"]] == ["mine"]


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


def test_a_role_of_no_service_is_refused(kept):
    with pytest.raises(ValueError, match="got 'sqs'"):
        kept.role("sqs")


def test_a_role_whose_policy_was_refused_gets_it_at_the_next_try(lab, tmp_path):
    class Refusing:
        def __init__(self, client):
            self._client = client

        def __getattr__(self, name):
            if name == "put_role_policy" and broken:
                raise denied("PutRolePolicy", "iam:PutRolePolicy")
            return getattr(self._client, name)

    broken = True
    kept = keeper(tmp_path, client=lambda service: Refusing(boto3.client(service)))
    with pytest.raises(ClientError, match="lack the permission iam:PutRolePolicy"):
        kept.role("events")
    broken = False
    name = kept.role("events").rpartition("/")[2]
    assert boto3.client("iam").list_role_policies(RoleName=name)["PolicyNames"] == ["run"]
    assert len(kept.kept) == 1
    kept.remove_all(lambda line: None)
    assert left_over() == {}


def test_a_role_that_iam_has_just_made_is_waited_for(kept, monkeypatch):
    """AWS refuses a role for some seconds after it was made."""
    monkeypatch.setattr(service_roles, "PAUSE", 0.01)
    tries = []

    def make(client, operation, params):
        tries.append(operation)
        if len(tries) < 3:
            told = "The role defined for the function cannot be assumed by Lambda."
            raise ClientError(
                {"Error": {"Code": "InvalidParameterValueException", "Message": told}}, operation
            )
        return send(client, operation, params)

    code = {"ZipFile": archive({"f.py": "def handler(event, context): return 1"})}
    given = {"Runtime": "python3.12", "Handler": "f.handler", "Role": ROLE, "Code": code}
    Cell(kept, make).lambda_("CreateFunction", FunctionName="charge", **given)
    assert tries == ["CreateFunction"] * 3


def test_a_role_that_is_not_new_is_not_waited_for(kept):
    told = {"Code": "InvalidParameterValueException", "Message": "cannot assume this role"}

    def make(client, operation, params):
        raise ClientError({"Error": told}, operation)

    with pytest.raises(ClientError, match="cannot assume"):
        kept.call(make, boto3.client("lambda"), "GetFunction", {"FunctionName": "f"})


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

"""Names of a run: what cells write goes out with a prefix, and comes back without."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.account.models import model
from helpers.account.names import Names, NameTooLong
from helpers.account.shapes import NAMES
from helpers.lessons.arns import ACCOUNT, REGION, ROLE, arn, url
from helpers.patterns import callback, workflow

OTHER, PLACE = "210987654321", "eu-central-1"
P = "eda-7f3a-"


@pytest.fixture
def names():
    return Names(P, OTHER, PLACE)


def here(service, resource):
    return f"arn:aws:{service}:{PLACE}:{OTHER}:{resource}"


@pytest.mark.parametrize(
    ("call", "params", "sent"),
    [
        ("sqs.CreateQueue", {"QueueName": "orders.fifo"}, {"QueueName": f"{P}orders.fifo"}),
        ("sqs.GetQueueUrl", {"QueueName": "orders"}, {"QueueName": f"{P}orders"}),
        ("sqs.ListQueues", {"QueueNamePrefix": "or"}, {"QueueNamePrefix": f"{P}or"}),
        ("sns.CreateTopic", {"Name": "placed"}, {"Name": f"{P}placed"}),
        (
            "events.PutRule",
            {"Name": "r", "EventBusName": "shop"},
            {"Name": f"{P}r", "EventBusName": f"{P}shop"},
        ),
        ("events.PutTargets", {"Rule": "r", "Targets": []}, {"Rule": f"{P}r", "Targets": []}),
        (
            "events.PutEvents",
            {"Entries": [{"EventBusName": "shop", "Source": "shop"}, {"EventBusName": "default"}]},
            {
                "Entries": [
                    {"EventBusName": f"{P}shop", "Source": "shop"},
                    {"EventBusName": "default"},
                ]
            },
        ),
        ("lambda.Invoke", {"FunctionName": "f:live"}, {"FunctionName": f"{P}f:live"}),
        (
            "lambda.GetFunction",
            {"FunctionName": f"{ACCOUNT}:function:f"},
            {"FunctionName": f"{OTHER}:function:{P}f"},
        ),
        (
            "dynamodb.TransactWriteItems",
            {"TransactItems": [{"Put": {"TableName": "t", "Item": {"id": {"S": "t"}}}}]},
            {"TransactItems": [{"Put": {"TableName": f"{P}t", "Item": {"id": {"S": "t"}}}}]},
        ),
        ("dynamodb.BatchWriteItem", {"RequestItems": {"t": []}}, {"RequestItems": {f"{P}t": []}}),
        (
            "dynamodb.ExecuteStatement",
            {"Statement": "SELECT * FROM orders WHERE a = 'FROM x'"},
            {"Statement": f"SELECT * FROM \"{P}orders\" WHERE a = 'FROM x'"},
        ),
        ("stepfunctions.CreateActivity", {"name": "a"}, {"name": f"{P}a"}),
        (
            "stepfunctions.StartExecution",
            {"stateMachineArn": arn("states", "stateMachine:order"), "name": "o-1"},
            {"stateMachineArn": here("states", f"stateMachine:{P}order"), "name": "o-1"},
        ),
        (
            "cloudwatch.PutMetricAlarm",
            {"AlarmName": "late orders", "Dimensions": [{"Name": "QueueName", "Value": "q"}]},
            {
                "AlarmName": f"{P}late orders",
                "Dimensions": [{"Name": "QueueName", "Value": f"{P}q"}],
            },
        ),
        (
            "cloudwatch.PutMetricData",
            {"Namespace": "shop", "MetricData": [{"Dimensions": [{"Name": "shop", "Value": "q"}]}]},
            {"Namespace": "shop", "MetricData": [{"Dimensions": [{"Name": "shop", "Value": "q"}]}]},
        ),
        (
            "scheduler.CreateSchedule",
            {"Name": "s", "GroupName": "default"},
            {"Name": f"{P}s", "GroupName": "default"},
        ),
        (
            "s3.CopyObject",
            {"Bucket": "b", "Key": "k", "CopySource": "a/k"},
            {"Bucket": f"{P}b", "Key": "k", "CopySource": f"{P}a/k"},
        ),
        (
            "s3.CopyObject",
            {"Bucket": "b", "Key": "k", "CopySource": {"Bucket": "a", "Key": "k"}},
            {"Bucket": f"{P}b", "Key": "k", "CopySource": {"Bucket": f"{P}a", "Key": "k"}},
        ),
        (
            "logs.FilterLogEvents",
            {"logGroupName": "/aws/lambda/f"},
            {"logGroupName": f"/aws/lambda/{P}f"},
        ),
    ],
)
def test_a_name_gets_the_prefix_wherever_it_is(names, call, params, sent):
    before = json.dumps(params)
    assert names.given(*call.split("."), params) == sent
    assert json.dumps(params) == before, "the cell's own parameters are left alone"


@pytest.mark.parametrize("service", sorted(NAMES))
def test_every_name_listed_is_in_botocores_model(service):
    """A shape that a new botocore calls otherwise would leave names without their prefix."""
    shapes, members = set(), set()

    def walk(shape, operation, seen):
        if shape.name in seen:
            return
        seen = seen | {shape.name}
        shapes.add(shape.name)
        if shape.type_name == "structure":
            members.update(f"{operation}.{name}" for name in shape.members)
            parts = list(shape.members.values())
        else:
            parts = {"list": ["member"], "map": ["key", "value"]}.get(shape.type_name, [])
            parts = [getattr(shape, part) for part in parts]
        for part in parts:
            walk(part, operation, seen)

    for operation in model(service).operation_names:
        if shape := model(service).operation_model(operation).input_shape:
            walk(shape, operation, frozenset())
    assert {name for name in NAMES[service] if "." not in name} <= shapes
    assert {name for name in NAMES[service] if "." in name} <= members


@pytest.mark.parametrize(
    ("labs", "ours"),
    [
        (arn("sqs", "orders"), here("sqs", f"{P}orders")),
        (arn("sns", "placed:1234"), here("sns", f"{P}placed:1234")),
        (arn("lambda", "function:f:live"), here("lambda", f"function:{P}f:live")),
        (arn("lambda", "event-source-mapping:u"), here("lambda", "event-source-mapping:u")),
        (arn("states", "execution:m:o-1"), here("states", f"execution:{P}m:o-1")),
        (arn("events", "rule/shop/r"), here("events", f"rule/{P}shop/{P}r")),
        (arn("events", "rule/r"), here("events", f"rule/{P}r")),
        (arn("events", "event-bus/default"), here("events", "event-bus/default")),
        (arn("dynamodb", "table/t/stream/2026"), here("dynamodb", f"table/{P}t/stream/2026")),
        (
            arn("cloudwatch", "alarm:waiting in q"),
            here("cloudwatch", f"alarm:{P}waiting in q"),
        ),
        (
            arn("logs", "log-group:/aws/lambda/f:*"),
            here("logs", f"log-group:/aws/lambda/{P}f:*"),
        ),
        (arn("scheduler", "schedule/default/s"), here("scheduler", f"schedule/default/{P}s")),
        (ROLE, f"arn:aws:iam::{OTHER}:role/{P}lab"),
        (f"arn:aws:iam::{ACCOUNT}:root", f"arn:aws:iam::{OTHER}:root"),
        ("arn:aws:s3:::letters/*", f"arn:aws:s3:::{P}letters/*"),
        (url("orders.fifo"), f"https://sqs.{PLACE}.amazonaws.com/{OTHER}/{P}orders.fifo"),
        # what is not the lab's stays
        (here("sqs", f"{P}orders"), here("sqs", f"{P}orders")),
        (here("sqs", "mine"), here("sqs", "mine")),
        ("arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
        ("arn:aws:states:::lambda:invoke", "arn:aws:states:::lambda:invoke"),
        ("https://example.com/123456789012/orders", "https://example.com/123456789012/orders"),
    ],
)
def test_the_labs_arns_and_urls_become_those_of_the_run(names, labs, ours):
    assert names.here(labs) == ours
    nested = json.dumps({"policy": json.dumps({"to": [labs, "x"], "and": f"{labs}"})})
    found = json.loads(json.loads(names.here(nested))["policy"])
    assert found == {"to": [ours, "x"], "and": ours}
    assert names.here(names.here(nested)) == names.here(nested)


def test_an_account_that_is_the_labs_keeps_its_names_apart_too():
    same = Names(P, ACCOUNT, REGION)
    assert same.here(arn("sqs", "orders")) == arn("sqs", f"{P}orders")
    assert same.here(arn("sqs", f"{P}orders")) == arn("sqs", f"{P}orders")


def test_a_policy_names_this_account(names):
    condition = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    policy = json.dumps({"Statement": [{"Condition": condition}]})
    sent = names.given(
        "sqs", "SetQueueAttributes", {"QueueUrl": url("q"), "Attributes": {"Policy": policy}}
    )
    assert OTHER in sent["Attributes"]["Policy"]
    assert ACCOUNT not in sent["Attributes"]["Policy"]


def test_a_definition_names_what_its_states_call(names):
    definition = json.dumps(workflow.order_process(url("shipping")))
    given = {"name": "order", "definition": definition, "roleArn": ROLE}
    states = json.loads(names.given("stepfunctions", "CreateStateMachine", given)["definition"])
    found = {name: state.get("Arguments", {}) for name, state in states["States"].items()}
    assert found["Charge"]["FunctionName"] == f"{P}charge"
    assert found["Reserve"]["TableName"] == f"{P}stock"
    assert found["Reserve"]["Key"] == {"sku": {"S": "{% $states.input.items[0].sku %}"}}
    assert found["Tell accepted"]["Entries"][0]["EventBusName"] == f"{P}shop"
    assert found["Ask for shipping"]["QueueUrl"].endswith(f"/{OTHER}/{P}shipping")


def test_a_definition_in_jsonpath_and_a_task_that_waits(names):
    given = callback.waiting(
        "sqs:sendMessage", {"QueueUrl": url("asked"), "MessageBody": callback.TOKEN_AND_ORDER}
    )
    given = callback.with_failures_to("give-up", given)
    sent = names.given("stepfunctions", "CreateStateMachine", {"definition": json.dumps(given)})
    states = json.loads(sent["definition"])["States"]
    assert states["Ask"]["Parameters"]["QueueUrl"].endswith(f"{P}asked")
    assert states["Ask"]["Parameters"]["MessageBody"] == callback.TOKEN_AND_ORDER
    assert states["Failed"]["Parameters"]["FunctionName"] == f"{P}give-up"


def test_what_is_no_json_is_left_for_step_functions_to_refuse(names):
    assert names.given("stepfunctions", "CreateStateMachine", {"definition": "{"}) == {
        "definition": "{"
    }


def test_a_schedule_that_calls_any_operation(names):
    target = {
        "Arn": "arn:aws:scheduler:::aws-sdk:dynamodb:putItem",
        "RoleArn": ROLE,
        "Input": json.dumps({"TableName": "t", "Item": {}}),
    }
    sent = names.given("scheduler", "CreateSchedule", {"Name": "s", "Target": target})
    assert json.loads(sent["Target"]["Input"])["TableName"] == f"{P}t"


def test_a_package_is_left_as_it_is_and_a_payload_is_not(names):
    text = f"to {arn('sqs', 'orders')}".encode()
    code = names.given("lambda", "UpdateFunctionCode", {"FunctionName": "f", "ZipFile": text})
    assert code["ZipFile"] == text
    sent = names.given("lambda", "Invoke", {"FunctionName": "f", "Payload": text})
    assert sent["Payload"] == f"to {here('sqs', f'{P}orders')}".encode()


@pytest.mark.parametrize(
    ("region", "sent"),
    [
        ("us-east-1", {"Bucket": f"{P}b"}),
        (
            "eu-central-1",
            {
                "Bucket": f"{P}b",
                "CreateBucketConfiguration": {"LocationConstraint": "eu-central-1"},
            },
        ),
    ],
)
def test_a_bucket_is_made_in_the_runs_region(region, sent):
    labs = {"Bucket": "b", "CreateBucketConfiguration": {"LocationConstraint": REGION}}
    assert Names(P, OTHER, region).given("s3", "CreateBucket", labs) == sent


def test_another_partition_has_arns_and_urls_of_its_own():
    china = Names(P, OTHER, "cn-north-1")
    assert china.here(arn("sqs", "q")) == f"arn:aws-cn:sqs:cn-north-1:{OTHER}:{P}q"
    assert china.here(url("q")) == f"https://sqs.cn-north-1.amazonaws.com.cn/{OTHER}/{P}q"


@given(name=st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True))
def test_twice_is_as_once_and_what_comes_back_is_what_was_written(name):
    names = Names(P, OTHER, PLACE)
    sent = names.given("sns", "CreateTopic", {"Name": name})
    assert names.given("sns", "CreateTopic", sent) == sent
    if not name.startswith(P) and name != "default":
        assert names.shown(sent["Name"]) == name
        rows = {"Rules": [{"Name": sent["Name"], "EventBusName": P + "shop"}]}
        told = names.told("events", "ListRules", rows)
        assert told == {"Rules": [{"Name": name, "EventBusName": "shop"}]}


def test_answers_lose_the_prefix_in_names_and_nowhere_else(names):
    answer = {"Responses": {f"{P}t": [{"id": {"S": f"{P}o-1"}}]}}
    assert names.told("dynamodb", "BatchGetItem", answer) == {
        "Responses": {"t": [{"id": {"S": f"{P}o-1"}}]}
    }
    found = {"stateMachines": [{"name": f"{P}m", "stateMachineArn": here("states", f"s:{P}m")}]}
    assert names.told("stepfunctions", "ListStateMachines", found) == {
        "stateMachines": [{"name": "m", "stateMachineArn": here("states", f"s:{P}m")}]
    }


def test_the_trace_shows_what_the_cells_wrote(names):
    assert names.shown(f"{P}orders") == "orders"
    assert names.shown(f"rule/{P}shop/{P}r of {here('sqs', P + 'q')}") == (
        f"rule/shop/r of {here('sqs', 'q')}"
    )
    assert names.shown(f"not-{P}orders") == f"not-{P}orders"


@pytest.mark.parametrize(
    ("call", "member", "limit"),
    [
        ("sqs.CreateQueue", "QueueName", 80),
        ("sns.CreateTopic", "Name", 256),
        ("lambda.CreateFunction", "FunctionName", 64),
        ("events.PutRule", "Name", 64),
        ("events.CreateEventBus", "Name", 256),
        ("events.CreateArchive", "ArchiveName", 48),
        ("dynamodb.CreateTable", "TableName", 255),
        ("stepfunctions.CreateStateMachine", "name", 80),
        ("cloudwatch.PutMetricAlarm", "AlarmName", 255),
        ("scheduler.CreateSchedule", "Name", 64),
        ("s3.CreateBucket", "Bucket", 63),
    ],
)
def test_a_name_that_gets_too_long_is_refused_with_it_and_the_limit(names, call, member, limit):
    fits = "n" * (limit - len(P))
    assert names.given(*call.split("."), {member: fits}) == {member: P + fits}
    with pytest.raises(NameTooLong, match=f"{P}n+.* AWS takes {limit} here"):
        names.given(*call.split("."), {member: fits + "n"})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("eda", OTHER, PLACE), "prefix is .*got 'eda'"),
        (("Eda-", OTHER, PLACE), "got 'Eda-'"),
        (("e" * 20 + "-", OTHER, PLACE), "prefix is up to 20"),
        ((None, OTHER, PLACE), "got None"),
        ((P, "12345678901", PLACE), "twelve digits .*got '12345678901'"),
        ((P, 123456789012, PLACE), "as text, got 123456789012"),
        ((P, "１２３４５６７８９０１２", PLACE), "twelve digits"),
        ((P, OTHER, "europe"), "got 'europe'"),
        ((P, OTHER, "eu-west-99"), "got 'eu-west-99'"),
    ],
)
def test_bad_input_is_refused_with_its_value(given, said):
    with pytest.raises(ValueError, match=said):
        Names(*given)

"""What an API model says is refused by the service, before moto sees it.

The words and codes of single answers stand beside where they are recorded.
"""

from __future__ import annotations

import functools

import boto3
import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from helpers import Lab
from helpers.emulator import constraints
from helpers.emulator.arrivals import operation_model, service_model
from helpers.emulator.model_checks import check_of

ROLE = "arn:aws:iam::123456789012:role/lab"
AS_SENT = Config(parameter_validation=False, retries={"total_max_attempts": 1})
LONG = 10_000  # characters; what may be longer is not made for a test


@pytest.fixture(scope="module")
def lab():
    with Lab(seed=1) as lab:
        yield lab


def refusal(service, operation, **parameters):
    """Code and message, from a client that looks at nothing before it sends."""
    client = boto3.client(service, config=AS_SENT)
    with pytest.raises(ClientError) as refused:
        getattr(client, operation)(**parameters)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return tuple(refused.value.response["Error"][key] for key in ("Code", "Message"))


def said(value, path, constraint):
    failed = f"Value {value} at '{path}' failed to satisfy constraint: {constraint}"
    return f"1 validation error detected: {failed}"


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "words"),
    [
        # EventBridge. moto has these words for PutEvents, and AWS recorded ones for the others.
        (
            "events",
            "put_events",
            {"Entries": []},
            said("'[]'", "entries", "Member must have length greater than or equal to 1"),
        ),
        (
            "events",
            "put_rule",
            {"Name": "a b", "EventPattern": "{}"},
            said(
                "'a b'",
                "name",
                r"Member must satisfy regular expression pattern: [\.\-_A-Za-z0-9]+",
            ),
        ),
        (
            "events",
            "remove_targets",
            {"Rule": "r", "Ids": ["@@"]},
            said(
                "'[@@]'",
                "ids",
                "Member must satisfy constraint: [Member must have length less than or equal to "
                "64, Member must have length greater than or equal to 1, Member must satisfy "
                r"regular expression pattern: [\.\-_A-Za-z0-9]+]",
            ),
        ),
        (
            "stepfunctions",
            "create_state_machine",
            {"name": "x" * 81, "definition": "{}", "roleArn": ROLE},
            said(f"'{'x' * 81}'", "name", "Member must have length less than or equal to 80"),
        ),
        (
            "stepfunctions",
            "describe_state_machine",
            {},
            said("null", "stateMachineArn", "Member must not be null"),
        ),
        (
            "dynamodb",
            "create_table",
            {
                "TableName": "t",
                "BillingMode": "FREE",
                "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}],
            },
            said(
                "'FREE'",
                "billingMode",
                "Member must satisfy enum value set: [PROVISIONED, PAY_PER_REQUEST]",
            ),
        ),
        # LocalStack's recorded tests of Lambda have this form for every name of a function.
        (
            "lambda",
            "get_alias",
            {"FunctionName": "f", "Name": "a b"},
            said(
                "'a b'",
                "name",
                "Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)",
            ),
        ),
        (
            "scheduler",
            "get_schedule",
            {"Name": "x" * 65},
            said(f"'{'x' * 65}'", "name", "Member must have length less than or equal to 64"),
        ),
    ],
)
def test_a_call_that_breaks_the_model_is_refused_in_aws_words(
    lab, service, operation, parameters, words
):
    assert refusal(service, operation, **parameters) == ("ValidationException", words)


def test_sns_and_cloudwatch_have_a_code_of_their_own(lab):
    """SNS: LocalStack's tests of message attributes, 2024. CloudWatch: the SDKs' own tests."""
    topic = boto3.client("sns").create_topic(Name="t")["TopicArn"]
    untyped = {"a": {"StringValue": "x"}}
    assert refusal("sns", "publish", TopicArn=topic, Message="m", MessageAttributes=untyped) == (
        "ValidationError",
        said("null", "messageAttributes.a.member.dataType", "Member must not be null"),
    )
    alarm = {"AlarmName": "a", "StateValue": "mno", "StateReason": "r"}
    code, words = refusal("cloudwatch", "set_alarm_state", **alarm)
    assert code == "ValidationError"
    assert "Value 'mno' at 'stateValue' failed to satisfy constraint" in words


def test_sqs_and_sns_name_the_parameter_that_is_not_there(lab):
    assert refusal("sqs", "create_queue") == (
        "MissingParameter",
        "The request must contain the parameter QueueName.",
    )
    assert refusal("sns", "create_topic") == (
        "InvalidParameter",
        "Invalid parameter: Name Reason: no value for required parameter",
    )


def test_the_runtime_of_a_function_has_a_code_of_its_own(lab):
    """LocalStack's recorded test_create_lambda_exceptions, 2024."""
    code = {"ZipFile": b"x"}
    assert (
        refusal(
            "lambda",
            "create_function",
            FunctionName="f",
            Runtime="python0",
            Role=ROLE,
            Handler="a.b",
            Code=code,
        )[0]
        == "InvalidParameterValueException"
    )


def test_all_that_is_broken_is_named_with_its_value(lab):
    _, words = refusal("events", "put_rule", Name="a b" * 30, State="ON", EventPattern="{}")
    assert words.startswith("3 validation errors detected: Value 'a ba b")
    assert "'state' failed to satisfy constraint: Member must satisfy enum value set" in words


def test_parts_of_lists_and_maps_are_named_by_their_place(lab):
    targets = [{"Id": "1", "Arn": "arn:aws:sqs:eu-west-1:123456789012:q"}, {"Id": "a b", "Arn": ""}]
    _, words = refusal("events", "put_targets", Rule="r", Targets=targets)
    assert "Value 'a b' at 'targets.2.member.id' failed" in words
    assert "Value '' at 'targets.2.member.arn' failed" in words
    requests = [{"PutRequest": {"Item": {"id": {"S": str(number)}}}} for number in range(26)]
    _, words = refusal("dynamodb", "batch_write_item", RequestItems={"orders": requests})
    assert "at 'requestItems.orders.member' failed" in words
    assert "less than or equal to 25" in words


def test_a_refused_call_is_in_the_trace_and_changes_nothing(lab):
    refusal("events", "put_rule", Name="a b", EventPattern="{}")
    assert boto3.client("events").list_rules()["Rules"] == []
    assert list(lab.trace.outcome)[-2:] == ["ValidationException", "ok"]


def test_a_long_value_is_not_repeated_in_full(lab):
    _, words = refusal("events", "put_rule", Name="x" * 5_000, EventPattern="{}")
    assert len(words) < 1_000


# All of the model.


def operations():
    return [
        (service, name)
        for service in sorted(constraints.SERVICES - {"sqs"})
        for name in service_model(service).operation_names
    ]


@pytest.mark.parametrize(("service", "name"), operations())
def test_every_longest_and_largest_value_of_an_operation_is_held(service, name):
    model = operation_model(service, name)
    for member, shape in (model.input_shape.members if model.input_shape else {}).items():
        longest = shape.metadata.get("max")
        if longest is None or (longest > LONG and shape.type_name != "integer"):
            continue
        too_much = {
            "string": lambda most: "x" * (most + 1),
            "integer": lambda most: most + 1,
            "list": lambda most: [{}] * (most + 1),
        }.get(shape.type_name)
        if too_much is None:
            continue
        broken = check_of(model.input_shape)({member: too_much(longest)}, "")
        assert any(f"less than or equal to {longest}" in str(one) for one in broken), member


@functools.cache
def installed(service):
    """botocore's model of a service, read once for all its operations."""
    return botocore.session.get_session().get_service_model(service)


@pytest.mark.parametrize(("service", "name"), operations())
def test_the_model_of_the_installed_botocore_is_the_one_that_is_asked(service, name):
    theirs = installed(service).operation_model(name)
    ours = operation_model(service, name)
    for shape in (theirs.input_shape, ours.input_shape):
        assert (shape is None) == (theirs.input_shape is None)
    if theirs.input_shape is not None:
        assert set(theirs.input_shape.members) == set(ours.input_shape.members)
        assert theirs.input_shape.required_members == ours.input_shape.required_members

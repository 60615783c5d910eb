"""Whom an invocation names, what it may hold, and how much concurrency a function may have."""

from __future__ import annotations

import asyncio
import json
import time

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from uploaded_function import answer, archive, create

from helpers import Lab

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:f"


@pytest.fixture
def lab():
    with Lab(seed=5) as lab:
        yield lab


@pytest.fixture
def aws(lab):
    return boto3.client("lambda", config=Config(retries={"total_max_attempts": 1}))


def code(version):
    return f"def handler(event, context): return [{version!r}, context.function_version, " \
        "context.invoked_function_arn]"  # fmt: skip


def change(aws, version, **settings):
    content = archive({"app.py": code(version)})
    return aws.update_function_code(FunctionName="f", ZipFile=content, **settings)


class TestQualifiers:
    @pytest.fixture
    def published(self, aws):
        """Version 1 is the first code, $LATEST the second; "live" is version 1."""
        create(code("first"))
        assert aws.publish_version(FunctionName="f")["Version"] == "1"
        change(aws, "second")
        aws.create_alias(FunctionName="f", Name="live", FunctionVersion="1")

    @pytest.mark.parametrize(
        ("name", "options", "expected"),
        [
            ("f", {}, ["second", "$LATEST", ARN]),
            (ARN, {}, ["second", "$LATEST", ARN]),
            ("123456789012:function:f", {}, ["second", "$LATEST", ARN]),
            ("f", {"Qualifier": "$LATEST"}, ["second", "$LATEST", f"{ARN}:$LATEST"]),
            ("f", {"Qualifier": "1"}, ["first", "1", f"{ARN}:1"]),
            ("f:1", {}, ["first", "1", f"{ARN}:1"]),
            (f"{ARN}:1", {"Qualifier": "1"}, ["first", "1", f"{ARN}:1"]),
            ("f", {"Qualifier": "live"}, ["first", "1", f"{ARN}:live"]),
            (f"{ARN}:live", {}, ["first", "1", f"{ARN}:live"]),
        ],
    )
    def test_the_version_runs_and_is_told_how_it_was_named(
        self, aws, published, name, options, expected
    ):
        reply = aws.invoke(FunctionName=name, **options)
        assert json.loads(reply["Payload"].read()) == expected
        assert reply["ExecutedVersion"] == expected[1]

    @pytest.mark.parametrize("kind", ["RequestResponse", "Event", "DryRun"])
    @pytest.mark.parametrize("name", ["7", "nobody", "$LATEST2"])
    def test_an_unknown_one(self, aws, published, name, kind):
        with pytest.raises(ClientError) as told:
            aws.invoke(FunctionName="f", Qualifier=name, InvocationType=kind)
        assert told.value.response["Error"] == {
            "Code": "ResourceNotFoundException",
            "Message": f"Function not found: {ARN}:{name}",
        }

    def test_two_that_differ(self, aws, published):
        with pytest.raises(aws.exceptions.InvalidParameterValueException, match="does not match"):
            aws.invoke(FunctionName="f:1", Qualifier="live")

    def test_another_region(self, aws, published):
        elsewhere = ARN.replace("eu-west-1", "us-east-1")
        with pytest.raises(aws.exceptions.ResourceNotFoundException, match="not reachable in this"):
            aws.invoke(FunctionName=elsewhere)

    def test_an_alias_that_moves(self, aws, published):
        aws.publish_version(FunctionName="f")
        aws.update_alias(FunctionName="f", Name="live", FunctionVersion="2")
        assert answer(Qualifier="live")[:2] == ["second", "2"]

    def test_an_alias_that_sends_a_share_elsewhere(self, aws, published):
        aws.publish_version(FunctionName="f")
        aws.update_alias(
            FunctionName="f",
            Name="live",
            RoutingConfig={"AdditionalVersionWeights": {"2": 0.25}},
        )
        found = [answer(Qualifier="live")[1] for _ in range(200)]
        assert 25 <= found.count("2") <= 75
        assert found.count("1") + found.count("2") == 200

    def test_versions_have_environments_of_their_own(self, lab, aws):
        create("n = []\ndef handler(event, context):\n    n.append(1)\n    return len(n)")
        aws.publish_version(FunctionName="f")
        assert [answer(), answer(), answer(Qualifier="1")] == [1, 2, 1]

    def test_publishing_with_the_code(self, lab, aws):
        create(code("first"), Publish=True)
        assert answer(Qualifier="1")[0] == "first"
        assert change(aws, "second", Publish=True)["Version"] == "2"
        assert [answer(Qualifier=str(n))[0] for n in (1, 2)] == ["first", "second"]

    def test_a_deployed_function_has_versions_too(self, lab, aws):
        lab.deploy("f", lambda event, context: "first")
        aws.publish_version(FunctionName="f")
        lab.deploy("f", lambda event, context: "second")
        assert [answer(), answer(Qualifier="1")] == ["second", "first"]

    def test_the_record_of_an_asynchronous_event_names_the_version(self, lab, aws, published):
        sqs = boto3.client("sqs")
        url = sqs.create_queue(QueueName="ended")["QueueUrl"]
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        destination = {"OnSuccess": {"Destination": found["Attributes"]["QueueArn"]}}
        aws.put_function_event_invoke_config(FunctionName="f", DestinationConfig=destination)
        aws.invoke(FunctionName="f", InvocationType="Event")
        with lab.running(seconds=1):
            pass
        [message] = sqs.receive_message(QueueUrl=url)["Messages"]
        record = json.loads(message["Body"])
        assert record["requestContext"]["functionArn"] == f"{ARN}:$LATEST"
        assert record["responsePayload"][0] == "second"


class TestSizes:
    @pytest.mark.parametrize(
        ("kind", "limit"), [("RequestResponse", 6_291_456), ("Event", 1_048_576)]
    )
    def test_a_payload_up_to_the_limit(self, lab, aws, kind, limit):
        """[Developer Guide, "Lambda quotas": 6 MB, and 1 MB since October 2025]"""
        lab.deploy("f", lambda event, context: len(event))
        aws.invoke(FunctionName="f", InvocationType=kind, Payload=b'"' + b"x" * (limit - 2) + b'"')
        with pytest.raises(ClientError) as told:
            payload = b'"' + b"x" * (limit - 1) + b'"'
            aws.invoke(FunctionName="f", InvocationType=kind, Payload=payload)
        assert told.value.response["Error"] == {
            "Code": "RequestEntityTooLargeException",
            "Message": f"{limit + 1} byte payload is too large for the {kind} invocation type "
            f"(limit {limit} bytes)",
        }
        assert told.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413


class TestOtherWays:
    def test_the_deprecated_operation_accepts_an_event(self, lab, aws):
        seen = []
        lab.deploy("f", lambda event, context: seen.append(event))
        assert aws.invoke_async(FunctionName="f", InvokeArgs=b'{"a": 1}')["Status"] == 202
        with lab.running(seconds=1):
            pass
        assert seen == [{"a": 1}]

    @pytest.mark.parametrize("name", ["DurableExecutionName", "TenantId"])
    def test_what_the_lab_does_not_model_is_refused(self, lab, aws, name):
        lab.deploy("f", lambda event, context: 1)
        with pytest.raises(aws.exceptions.InvalidParameterValueException, match=f"{name}.*'mine'"):
            aws.invoke(FunctionName="f", **{name: "mine"})

    def test_a_dry_run_runs_nothing(self, lab, aws):
        ran = []
        lab.deploy("f", lambda event, context: ran.append(1))
        reply = aws.invoke(FunctionName="f", InvocationType="DryRun")
        assert (reply["StatusCode"], reply["Payload"].read(), ran) == (204, b"", [])
        assert "ExecutedVersion" not in reply


class TestReservations:
    def test_the_last_hundred_cannot_be_reserved(self, lab, aws):
        """[Developer Guide, "Configuring reserved concurrency for a function", November 2026]"""
        for name in ("f", "g"):
            lab.deploy(name, lambda event, context: 1)
        aws.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=500)
        aws.put_function_concurrency(FunctionName="g", ReservedConcurrentExecutions=400)
        with pytest.raises(aws.exceptions.InvalidParameterValueException, match=r"of \[100\]"):
            aws.put_function_concurrency(FunctionName="g", ReservedConcurrentExecutions=401)
        found = aws.get_function_concurrency(FunctionName="g")
        assert found["ReservedConcurrentExecutions"] == 400
        aws.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
        aws.put_function_concurrency(FunctionName="g", ReservedConcurrentExecutions=900)

    def test_it_is_of_all_versions_together(self, lab, aws):
        lab.deploy("f", lambda event, context: time.sleep(1))
        aws.publish_version(FunctionName="f")
        aws.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=1)
        outcomes = []

        def call(**options):
            try:
                aws.invoke(FunctionName="f", **options)
                outcomes.append("ran")
            except aws.exceptions.TooManyRequestsException as error:
                outcomes.append(error.response["Reason"])

        with lab.running():
            lab.start(call)
            lab.start(lambda: call(Qualifier="1"))
        assert outcomes == ["ReservedFunctionConcurrentInvocationLimitExceeded", "ran"]


class TestDeleting:
    def test_a_name_that_is_used_again_begins_anew(self, lab, aws):
        create("n = []\ndef handler(event, context):\n    n.append(1)\n    return len(n)")
        assert [answer(), answer()] == [1, 2]
        aws.delete_function(FunctionName="f")
        create("n = []\ndef handler(event, context):\n    n.append(1)\n    return len(n)")
        assert answer() == 1

    def test_what_is_listed(self, lab, aws):
        create(code("first"))
        aws.publish_version(FunctionName="f")
        everything = aws.list_functions(FunctionVersion="ALL")["Functions"]
        assert [found["Version"] for found in everything] == ["$LATEST", "1"]
        found = aws.get_function(FunctionName="f")["Configuration"]
        assert (found["Handler"], found["Runtime"]) == ("app.handler", "python3.13")
        with pytest.raises(aws.exceptions.ResourceNotFoundException):
            aws.get_function(FunctionName="f", Qualifier="9")


def test_an_unknown_type_of_invocation_is_refused(lab, aws):
    """A header of the request, whose values are in the API model."""
    lab.deploy("f", lambda event, context: event)
    with pytest.raises(ClientError, match="at 'invocationType' failed to satisfy constraint"):
        aws.invoke(FunctionName="f", InvocationType="Sometimes")


@pytest.mark.parametrize("error", [KeyboardInterrupt, GeneratorExit, asyncio.CancelledError])
def test_what_is_no_exception_ends_the_process(lab, aws, error):
    """awslambdaric 4.2.2, bootstrap.py: only an Exception is caught."""

    def handler(event, context):
        raise error

    lab.deploy("f", handler)
    answer = aws.invoke(FunctionName="f")
    told = json.loads(answer["Payload"].read())
    assert answer["FunctionError"] == "Unhandled"
    assert told["errorType"] == "Runtime.ExitError"
    assert told["errorMessage"].endswith("exit status 1")

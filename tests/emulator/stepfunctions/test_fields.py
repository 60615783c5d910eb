"""What CreateStateMachine refuses in a state: fields, numbers, names of errors, paths, parameters.

Sources: Amazon States Language, "Errors" and "Paths"; Step Functions Developer Guide, pages on
the states, "Handling errors" and "Using paths", November 2026; aws/aws-cdk, issue 10530,
floci-io/floci, issue 2735, and localstack/localstack, issue 6811, for AWS's own words.
"""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from emulated_states import ROLE, Flow, create, machine, task

from helpers import Lab

INVOKE = "arn:aws:states:::lambda:invoke"
TASK = task(INVOKE, {"FunctionName": "f"})
PASS = {"Type": "Pass", "End": True}
INLINE = {"StartAt": "P", "States": {"P": PASS}}


@pytest.fixture
def lab():
    with Lab(seed=3) as lab:
        yield lab


def told(state: dict[str, Any], **top: Any) -> list[tuple[str, str | None]]:
    """The messages and places of everything that is wrong with a state called A."""
    others = {"B": PASS} if '"B"' in json.dumps(state) else {}
    definition = {"StartAt": "A", "States": {"A": state, **others}, **top}
    answer = boto3.client("stepfunctions").validate_state_machine_definition(
        definition=json.dumps(definition)
    )
    if answer["result"] == "FAIL":  # and so does CreateStateMachine
        with pytest.raises(ClientError) as caught:
            create(definition)
        assert caught.value.response["Error"]["Code"] == "InvalidDefinition"
    else:
        create(definition, name=f"made-{abs(hash(json.dumps(definition)))}")
    return [(one["message"], one.get("location")) for one in answer["diagnostics"]]


class TestErrors:
    ALONE = "States.ALL must appear alone and at end of list"

    @pytest.mark.parametrize("field", ["Retry", "Catch"])
    @pytest.mark.parametrize(
        ("names", "place"),
        [
            ([["States.ALL"], ["Other"]], "[0]/ErrorEquals[0]"),
            ([["Other", "States.ALL"]], "[0]/ErrorEquals[1]"),
            ([["States.ALL", "States.ALL"]], "[0]/ErrorEquals[0]"),
        ],
    )
    def test_all_stands_alone_and_last(self, lab, field, names, place):
        more = {"Next": "B"} if field == "Catch" else {}
        rules = [{"ErrorEquals": one, **more} for one in names]
        assert told({**TASK, field: rules}) == [(self.ALONE, f"/States/A/{field}{place}")]

    @pytest.mark.parametrize("kind", ["Map", "Parallel"])
    def test_also_in_states_with_states_inside(self, lab, kind):
        inside = {"ItemProcessor": INLINE} if kind == "Map" else {"Branches": [INLINE]}
        rules = [{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["X"]}]
        state = {"Type": kind, "End": True, "Retry": rules, **inside}
        assert [message for message, _ in told(state)] == [self.ALONE]

    def test_last_it_is_fine(self, lab):
        rules = [{"ErrorEquals": ["X"]}, {"ErrorEquals": ["States.ALL"]}]
        assert told({**TASK, "Retry": rules}) == []


class TestNumbers:
    @pytest.mark.parametrize(
        ("state", "field"),
        [
            ({**TASK, "TimeoutSeconds": 0}, "TimeoutSeconds"),
            ({**TASK, "TimeoutSeconds": 100_000_000}, "TimeoutSeconds"),
            ({**TASK, "HeartbeatSeconds": 0}, "HeartbeatSeconds"),
            ({"Type": "Wait", "Seconds": 100_000_000, "End": True}, "Seconds"),
            ({"Type": "Wait", "Seconds": -1, "End": True}, "Seconds"),
        ],
    )
    def test_out_of_range_are_refused_with_the_range(self, lab, state, field):
        ((message, place),) = told(state)
        assert str(state[field]) in message
        assert "99999999" in message
        assert place == f"/States/A/{field}"

    @pytest.mark.parametrize("delay", [0, 31_622_400])
    def test_the_longest_delay_of_a_retry(self, lab, delay):
        retry = {"ErrorEquals": ["X"], "MaxDelaySeconds": delay}
        ((message, _),) = told({**TASK, "Retry": [retry]})
        assert message.endswith(f"got {delay}")

    def test_the_ends_of_the_ranges_are_taken(self, lab):
        assert told({"Type": "Wait", "Seconds": 0, "End": True}) == []
        assert told({"Type": "Wait", "Seconds": 99_999_999, "End": True}) == []
        assert told({**TASK, "TimeoutSeconds": 1}) == []


class TestFields:
    @pytest.mark.parametrize(
        ("field", "state"),
        [
            ("Next", {"Type": "Fail", "Next": "B"}),
            ("End", {"Type": "Succeed", "End": True}),
            ("ResultPath", {"Type": "Wait", "Seconds": 1, "ResultPath": "$.a", "End": True}),
            ("Result", {**TASK, "Result": 1}),
            ("Seconds", {**PASS, "Seconds": 1}),
            ("Parameters", {"Type": "Succeed", "Parameters": {}}),
            ("ItemsPath", {**PASS, "ItemsPath": "$.a"}),
            ("Output", {**PASS, "Output": 1}),  # of JSONata
            ("Arguments", {**TASK, "Arguments": {}}),
        ],
    )
    def test_of_another_type_or_language_are_refused(self, lab, field, state):
        assert (f"Field '{field}' is not supported", "/States/A") in told(state)

    def test_of_jsonata_stand_in_its_states(self, lab):
        assert told({**PASS, "QueryLanguage": "JSONata", "Output": 1}) == []
        assert told({**PASS, "Output": 1}, QueryLanguage="JSONata") == []


class TestPaths:
    @pytest.mark.parametrize("value", ["x", "", "$.", "$.[x", "$.a]", "States.Nope()"])
    def test_a_dynamic_field_holds_a_path_or_a_function(self, lab, value):
        message = (
            "The value for the field 'a.$' must be a valid JSONPath or a valid intrinsic function "
            "call"
        )
        expected = [(message, "/States/A/Parameters")]
        assert told({**PASS, "Parameters": {"a.$": value}}) == expected
        assert told({**PASS, "Parameters": {"in": [{"a.$": value}]}}) == expected

    def test_and_no_number(self, lab):
        ((message, _), *_) = told({**PASS, "Parameters": {"a.$": 1}})
        assert message == "The value for the field 'a.$' must be a STRING that contains a JSONPath"

    @pytest.mark.parametrize("path", ["$.a[*]", "$..a", "$.a[0:2]", "$.a[?(@.b)]"])
    def test_a_result_goes_to_one_place(self, lab, path):
        ((message, place),) = told({**PASS, "ResultPath": path})
        assert message.startswith("Value is not a Reference Path")
        assert place == "/States/A/ResultPath"

    @pytest.mark.parametrize(
        "path", ["$", "$.a.b", "$['a b']", "$.a[0]", "$$.Execution.Id", "$.a[?(@.b=='x]')].c"]
    )
    def test_an_input_may_come_from_several(self, lab, path):
        assert told({**PASS, "InputPath": path}) == []

    @pytest.mark.parametrize("path", ["x", "$.[x"])
    def test_a_path_begins_with_a_dollar_and_closes_its_brackets(self, lab, path):
        assert told({**PASS, "InputPath": path}) == [
            (f"Invalid path '{path}'", "/States/A/InputPath")
        ]


TABLE = {"TableName.$": "$.TableName", "Item.$": "$.Item"}


class TestParameters:
    @pytest.mark.parametrize(
        ("resource", "parameters", "name"),
        [
            ("dynamodb:putItem", {"TableNam": "t", "Item": {}}, "TableNam"),
            ("lambda:invoke", {"FunctionNme.$": "$.f"}, "FunctionNme"),
            ("states:startExecution", {"stateMachineArn": "arn"}, "stateMachineArn"),
            ("aws-sdk:ssm:getParameter", {"Nam": "x"}, "Nam"),
            ("aws-sdk:eventbridge:putEvents", {"Entrie": []}, "Entrie"),
        ],
    )
    def test_a_misspelt_one_is_refused_with_the_definition(self, lab, resource, parameters, name):
        state = task(f"arn:aws:states:::{resource}", parameters)
        assert told(state) == [
            (f"The field '{name}' is not supported by Step Functions", "/States/A/Parameters")
        ]

    @pytest.mark.parametrize(
        ("resource", "parameters", "error"),
        [
            # [localstack/localstack, recording of test_invalid_param, May 2023]
            ("dynamodb:putItem", TABLE, "DynamoDB.AmazonDynamoDBException"),
            # [the same, test_dynamodb_invalid_param, July 2023]
            ("aws-sdk:dynamodb:putItem", TABLE, "DynamoDb.DynamoDbException"),
            ("aws-sdk:ssm:getParameter", {}, "Ssm.SsmException"),
        ],
    )
    def test_one_that_the_input_lacks_fails_the_task(self, lab, resource, parameters, error):
        catch = [{"ErrorEquals": ["States.ALL"], "Next": "B"}]
        ask = task(f"arn:aws:states:::{resource}", parameters, Catch=catch)
        given = {"TableName": "t", "Item": None}
        flow = Flow(machine({"A": ask, "B": PASS}), given)
        with lab.running(seconds=1):
            pass
        assert flow.output["Error"] == error
        missing = "name" if "ssm" in resource else "item"
        assert flow.output["Cause"].startswith(
            f"1 validation error detected: Value null at '{missing}' failed to satisfy constraint: "
            "Member must not be null"
        )

    def test_in_jsonata_one_that_the_api_does_not_have_is_left_out_of_the_call(self, lab):
        url = boto3.client("sqs").create_queue(QueueName="q")["QueueUrl"]
        state = {
            "Type": "Task",
            "QueryLanguage": "JSONata",
            "Resource": "arn:aws:states:::aws-sdk:sqs:sendMessage",
            "Arguments": "{% $states.input %}",
            "End": True,
        }
        given = {"QueueUrl": url, "MessageBody": "hello", "Colour": "red"}
        flow = Flow(machine({"A": state}), given)
        with lab.running(seconds=1):
            pass
        assert set(flow.output) >= {"MessageId"}


class TestRetryWaits:
    """[Developer Guide, "Handling errors": IntervalSeconds, BackoffRate, MaxDelaySeconds]"""

    def waits(self, seed: int = 3, **retry: Any) -> list[float]:
        with Lab(seed=seed) as lab:
            moments = []

            def fail(event, context):
                moments.append(lab.now)
                raise ValueError("no")

            lab.deploy("f", fail)
            rule = {"ErrorEquals": ["States.ALL"], **retry}
            Flow(machine({"A": {**TASK, "Retry": [rule]}}))
            with lab.running(hours=1):
                pass
        return [round(b - a, 3) for a, b in pairwise(moments)]

    def test_grow_up_to_the_longest(self):
        assert self.waits(IntervalSeconds=1, BackoffRate=2, MaxAttempts=5, MaxDelaySeconds=3) == [
            1,
            2,
            3,
            3,
            3,
        ]

    def test_are_1_second_and_twice_as_long_each_time_by_default(self):
        assert self.waits() == [1, 2, 4]

    def test_with_jitter_are_anything_up_to_that(self):
        retry = {"IntervalSeconds": 4, "MaxAttempts": 6, "JitterStrategy": "FULL"}
        drawn = self.waits(**retry)
        assert all(0 <= wait <= 4 * 2**n for n, wait in enumerate(drawn))
        assert drawn != [4, 8, 16, 32, 64, 128]
        assert drawn == self.waits(**retry)
        assert drawn != self.waits(seed=4, **retry)


def test_an_input_with_nan_is_no_json(lab):
    """[RFC 8259: "Numeric values that cannot be represented ... are not permitted"]"""
    client, arn = boto3.client("stepfunctions"), machine({"A": PASS})
    with pytest.raises(ClientError) as caught:
        client.start_execution(stateMachineArn=arn, input='{"a": NaN}')
    assert caught.value.response["Error"]["Code"] == "InvalidExecutionInput"


def test_an_update_of_nothing_is_refused(lab):
    """[API model: UpdateStateMachine, MissingRequiredParameter]"""
    client, arn = boto3.client("stepfunctions"), machine({"A": PASS})
    with pytest.raises(ClientError) as caught:
        client.update_state_machine(stateMachineArn=arn)
    assert caught.value.response["Error"]["Code"] == "MissingRequiredParameter"
    assert client.update_state_machine(stateMachineArn=arn, roleArn=ROLE)["updateDate"]

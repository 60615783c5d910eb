"""A JSONata expression that fails is caught and retried like any error of its state."""

from __future__ import annotations

import boto3
import pytest
from emulated_jsonata import ERROR, expression, passing

ROLE = "arn:aws:iam::123456789012:role/lab"
SEND = "arn:aws:states:::sqs:sendMessage"
CAUGHT = {
    "Type": "Pass",
    "Output": {
        "error": expression("$error"),
        "was": expression("$states.input"),
        "assigned": expression("$exists($sent)"),
    },
    "End": True,
}


class TestCatch:
    @pytest.fixture
    def task(self, lab):
        url = boto3.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
        return {
            "Type": "Task",
            "Resource": SEND,
            "Arguments": {"QueueUrl": url, "MessageBody": expression("$states.input.order")},
            "Catch": [
                {"ErrorEquals": ["Other"], "Next": "Caught"},
                {
                    "ErrorEquals": [ERROR],
                    "Next": "Caught",
                    "Assign": {"error": expression("$states.errorOutput.Error")},
                    "Output": {
                        "cause": expression("$states.errorOutput.Cause"),
                        "input": expression("$states.input"),
                    },
                },
            ],
            "End": True,
        }

    @pytest.mark.parametrize(
        ("field", "sent", "change"),
        [
            ("Arguments/MessageBody", 0, {}),
            ("Output/id", 1, {"Output": {"id": expression("$states.result.Nothing")}}),
            ("Assign/id", 1, {"Assign": {"id": expression("$states.result.Nothing")}}),
            (
                "Output",
                1,
                {"Assign": {"sent": True}, "Output": expression("$states.input.nothing")},
            ),
        ],
    )
    def test_an_expression_of_any_field_is_caught(self, lab, run, task, field, sent, change):
        given = {"order": "o-1"} if change else {"none": 0}
        ended = run({"Send": {**task, **change}, "Caught": CAUGHT}, given)
        assert ended.status == "SUCCEEDED"
        assert ended.output["error"] == ERROR
        assert ended.output["was"]["input"] == given
        assert f"specified for the field '{field}'" in ended.output["was"]["cause"]
        assert ended.output["assigned"] is False
        assert len(lab.trace[lab.trace.operation == "SendMessage"]) == sent
        assert len(ended.details("EvaluationFailed")) == 1

    def test_retried_first(self, lab, run, task):
        retry = {"ErrorEquals": [ERROR], "IntervalSeconds": 10, "MaxAttempts": 2, "BackoffRate": 2}
        change = {"Output": expression("$states.result.Nothing"), "Retry": [retry]}
        ended = run({"Send": {**task, **change}, "Caught": CAUGHT}, {"order": "o-1"})
        assert ended.seconds == 30
        assert len(lab.trace[lab.trace.operation == "SendMessage"]) == 3
        assert len(ended.details("EvaluationFailed")) == 3

    def test_an_output_that_succeeds_in_the_second_attempt(self, run, task):
        retry = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 10, "MaxAttempts": 2}
        text = "$states.context.State.RetryCount = 1 ? $exists($states.errorOutput) : $error('no')"
        ended = run({"Send": {**task, "Output": expression(text), "Retry": [retry]},
                     "Caught": CAUGHT}, {"order": "o-1"})  # fmt: skip
        assert (ended.status, ended.output) == ("SUCCEEDED", False)

    def test_arguments_of_a_parallel_state(self, run, task):
        both = {
            "Type": "Parallel",
            "Arguments": {"order": expression("$states.input.order")},
            "Branches": [{"StartAt": "In", "States": {"In": {"Type": "Succeed"}}}],
            "Catch": task["Catch"],
            "End": True,
        }
        ended = run({"Both": both, "Caught": CAUGHT}, {"none": 0})
        assert ended.output["error"] == ERROR
        assert [row["location"] for row in ended.details("EvaluationFailed")] == ["Arguments/order"]
        assert run({"Both": both, "Caught": CAUGHT}, {"order": 1}).output == [{"order": 1}]

    def test_in_a_branch_it_fails_the_whole_and_says_once_where(self, run):
        inner = passing(expression("$states.input.missing"))["Only"]
        both = {
            "Type": "Parallel",
            "Branches": [{"StartAt": "In", "States": {"In": inner}}],
            "End": True,
        }
        ended = run({"Both": both})
        assert ended.error == ERROR
        assert ended.cause.startswith("An error occurred while executing the state 'In' (entered")
        assert ended.cause.count("An error occurred") == 1

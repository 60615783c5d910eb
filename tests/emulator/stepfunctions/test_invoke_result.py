"""The result of ``lambda:invoke``, and the history of an execution that was stopped.

Sources: localstack/localstack, recording of test_context_object.py::test_result_selector, September
2024; API model of botocore 1.44.5, StopExecution and ExecutionAbortedEventDetails.
"""

from __future__ import annotations

import boto3
import pytest
from emulated_states import Flow, ask, machine, task

from helpers import Lab

INVOKE = "arn:aws:states:::lambda:invoke"
WAIT = {"Type": "Wait", "Seconds": 100, "End": True}
INSIDE = {"StartAt": "W", "States": {"W": WAIT}}


@pytest.fixture
def lab():
    with Lab(seed=4) as lab:
        yield lab


def pass_time(lab, seconds):
    with lab.running(seconds=seconds):
        pass


class TestInvoke:
    def test_gives_the_whole_answer(self, lab):
        lab.deploy("f", lambda event, context: {"ü": event})
        flow = Flow(machine({"F": task(INVOKE, {"FunctionName": "f", "Payload": 1})}))
        pass_time(lab, 1)
        result = flow.output
        assert sorted(result) == [
            "ExecutedVersion", "Payload", "SdkHttpMetadata", "SdkResponseMetadata", "StatusCode",
        ]  # fmt: skip
        assert (result["ExecutedVersion"], result["StatusCode"]) == ("$LATEST", 200)
        assert result["Payload"] == {"ü": 1}
        http, request = result["SdkHttpMetadata"], result["SdkResponseMetadata"]["RequestId"]
        assert sorted(http) == ["AllHttpHeaders", "HttpHeaders", "HttpStatusCode"]
        headers = http["HttpHeaders"]
        assert headers | {"X-Amzn-Trace-Id": "", "Content-Length": ""} == {
            "Connection": "keep-alive",
            "Content-Length": "",
            "Content-Type": "application/json",
            "Date": "Mon, 02 Nov 2026 08:00:00 GMT",
            "X-Amz-Executed-Version": "$LATEST",
            "X-Amzn-Trace-Id": "",
            "x-amzn-Remapped-Content-Length": "0",
            "x-amzn-RequestId": request,
        }
        assert http["AllHttpHeaders"] == {name: [value] for name, value in headers.items()}

    def test_of_a_failing_function_is_the_function_s_error(self, lab):
        def fail(event, context):
            raise ValueError("no")

        lab.deploy("f", fail)
        flow = Flow(machine({"F": task(INVOKE, {"FunctionName": "f"})}))
        pass_time(lab, 1)
        assert flow.end["error"] == "ValueError"


class TestStopped:
    @pytest.mark.parametrize(
        ("state", "types"),
        [
            (WAIT, ["WaitStateEntered"]),
            ({"Type": "Parallel", "Branches": [INSIDE], "End": True},
             ["ParallelStateEntered", "ParallelStateStarted", "WaitStateEntered"]),
            ({"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": INSIDE, "End": True},
             ["MapStateEntered", "MapStateStarted", "MapIterationStarted", "WaitStateEntered",
              "MapIterationAborted"]),
        ],
    )  # fmt: skip
    def test_the_history_ends_at_once_with_the_abort(self, lab, state, types):
        flow = Flow(machine({"A": state}), {"items": [1]})
        pass_time(lab, 5)
        client = boto3.client("stepfunctions")
        client.stop_execution(executionArn=flow.arn, error="Enough", cause="why")
        assert flow.types == ["ExecutionStarted", *types, "ExecutionAborted"]
        assert flow.details("ExecutionAborted") == [{"error": "Enough", "cause": "why"}]
        assert flow.lasted == pytest.approx(5)
        before = flow.events
        pass_time(lab, 200)
        assert flow.events == before

    def test_a_task_that_waits_for_its_token_too(self, lab):
        url = boto3.client("sqs").create_queue(QueueName="q")["QueueUrl"]
        flow = Flow(machine({"A": ask(url)}))
        pass_time(lab, 5)
        boto3.client("stepfunctions").stop_execution(executionArn=flow.arn)
        assert flow.types[-2:] == ["TaskSubmitted", "ExecutionAborted"]
        assert flow.details("ExecutionAborted") == [{}]
        assert flow.end["inputDetails"] == {"included": True}

"""Executions of workflows: how they are named, how they end, and what their history tells."""

from __future__ import annotations

import json
import logging

import boto3
import pytest
from botocore.exceptions import ClientError
from emulated_executions import pass_time, refused
from emulated_states import Flow, ask, machine, task
from moto import backend_index
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_callback import (  # noqa: E501
    StateTaskServiceCallback,
)
from moto.stepfunctions.parser.models import StepFunctionsParserBackend
from moto.stepfunctions.responses import StepFunctionResponse

from helpers import Lab
from helpers.emulator.stepfunctions import limits

PLACES = (
    (StepFunctionsParserBackend, "start_execution"),
    (StepFunctionsParserBackend, "send_task_success"),
    (StepFunctionsParserBackend, "create_state_machine"),
    (StepFunctionResponse, "describe_execution"),
    (StateTaskServiceCallback, "_eval_integration_pattern"),
)
WAIT = {"Wait": {"Type": "Wait", "Seconds": 3600, "End": True}}
KNOWN = {"Type": "Pass", "End": True}
INVOKE = "arn:aws:states:::lambda:invoke"
DAY = 86_400


class TestNames:
    def test_without_one_each_start_is_an_execution(self, lab, client):
        arn = machine(WAIT)
        flows = [Flow(arn) for _ in range(50)]
        assert len({flow.arn for flow in flows}) == 50
        assert all(len(flow.end["name"]) == 36 for flow in flows)
        pass_time(lab, 3601)
        assert {flow.status for flow in flows} == {"SUCCEEDED"}

    def test_the_same_start_while_it_runs_is_the_same_execution(self, lab, client):
        arn = machine(WAIT)
        first = client.start_execution(stateMachineArn=arn, name="one", input="{}")
        pass_time(lab, 60)
        again = client.start_execution(stateMachineArn=arn, name="one", input="{}")
        assert (again["executionArn"], again["startDate"]) == (
            first["executionArn"], first["startDate"],
        )  # fmt: skip
        assert len(client.list_executions(stateMachineArn=arn)["executions"]) == 1

    def test_another_input_or_a_closed_execution_is_refused_for_90_days(self, lab, client):
        arn = machine(WAIT)
        Flow(arn, name="one")
        start = {"stateMachineArn": arn, "name": "one"}
        assert refused(client.start_execution, **start, input="[]") == "ExecutionAlreadyExists"
        pass_time(lab, 3601)
        assert refused(client.start_execution, **start, input="{}") == "ExecutionAlreadyExists"
        pass_time(lab, 90 * DAY - 60)
        assert refused(client.start_execution, **start, input="{}") == "ExecutionAlreadyExists"
        pass_time(lab, 60)
        assert Flow(arn, name="one").status == "RUNNING"

    def test_an_input_is_json_of_at_most_262144_bytes(self, lab, client):
        arn = machine({"Pass": KNOWN})
        start = client.start_execution
        assert refused(start, stateMachineArn=arn, input="{") == "InvalidExecutionInput"
        fits = json.dumps("x" * 262_142)
        assert refused(start, stateMachineArn=arn, input=f" {fits}") == "ValidationException"
        start(stateMachineArn=arn, input=fits)

    def test_a_machine_of_that_name_is_not_replaced_in_silence(self, lab, client):
        arn = machine(WAIT)
        assert machine(WAIT) == arn
        with pytest.raises(ClientError, match="StateMachineAlreadyExists"):
            machine({"Pass": KNOWN})
        with pytest.raises(ClientError, match="StateMachineAlreadyExists"):
            machine(WAIT, type="EXPRESS")


class TestEnds:
    @pytest.mark.parametrize(
        "state",
        [
            WAIT["Wait"],
            {"Type": "Parallel", "End": True, "Branches": [{"StartAt": "Wait", "States": WAIT}]},
            {"Type": "Map", "End": True, "ItemsPath": "$.items",
             "ItemProcessor": {"StartAt": "Wait", "States": WAIT}},
        ],
        ids=["Wait", "Parallel", "Map"],
    )  # fmt: skip
    def test_a_stop_ends_what_waits(self, lab, client, state):
        flow = Flow(machine({"Only": state}), {"items": [1, 2]})
        pass_time(lab, 60)
        stopped = client.stop_execution(executionArn=flow.arn, error="Enough", cause="it rains")
        end = flow.end
        assert (end["status"], end["error"], end["cause"]) == ("ABORTED", "Enough", "it rains")
        assert (end["stopDate"], flow.lasted) == (stopped["stopDate"], 60)
        pass_time(lab)
        assert flow.types[-1] == "ExecutionAborted"
        assert flow.events[-1]["timestamp"] == stopped["stopDate"]
        pass_time(lab, 7200)
        assert client.stop_execution(executionArn=flow.arn)["stopDate"] == stopped["stopDate"]

    def test_a_stop_at_once(self, lab, client):
        flow = Flow(machine(WAIT))
        client.stop_execution(executionArn=flow.arn)
        assert (flow.status, flow.lasted) == ("ABORTED", 0)

    def test_the_whole_execution_may_have_a_time_out(self, lab, client):
        queue = boto3.client("sqs").create_queue(QueueName="tokens")["QueueUrl"]
        definition = {"StartAt": "Ask", "TimeoutSeconds": 90, "States": {"Ask": ask(queue)}}
        role = "arn:aws:iam::123456789012:role/lab"
        arn = client.create_state_machine(
            name="short", definition=json.dumps(definition), roleArn=role
        )["stateMachineArn"]
        flow = Flow(arn)
        pass_time(lab, 100)
        assert (flow.status, flow.lasted, flow.types[-1]) == ("TIMED_OUT", 90, "ExecutionTimedOut")
        [listed] = client.list_executions(stateMachineArn=arn)["executions"]
        assert (listed["status"], listed["stopDate"]) == ("TIMED_OUT", flow.end["stopDate"])

    @pytest.mark.parametrize("inside", ["Wait", "Task", "Parallel", "Retry"])
    def test_nothing_takes_longer_than_a_year(self, lab, client, inside):
        year, forever = 365 * DAY, 99_999_999
        queue = boto3.client("sqs").create_queue(QueueName="tokens")["QueueUrl"]
        wait = {"Wait": {"Type": "Wait", "Seconds": forever, "End": True}}
        again = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 40 * DAY, "BackoffRate": 9}]
        flow = Flow(machine({"Only": {
            "Wait": wait["Wait"],
            "Task": ask(queue),
            "Parallel": {"Type": "Parallel", "End": True,
                         "Branches": [{"StartAt": "Wait", "States": wait}, {"StartAt": "Ask",
                                      "States": {"Ask": ask(queue)}}]},
            "Retry": ask(queue, TimeoutSeconds=60, Retry=again),
        }[inside]}))  # fmt: skip
        pass_time(lab, year - 60)
        assert flow.status == "RUNNING"
        pass_time(lab, 120)
        assert (flow.status, flow.lasted, flow.types[-1]) == (
            "TIMED_OUT", year, "ExecutionTimedOut",
        )  # fmt: skip

    @pytest.mark.parametrize("caught", [False, True])
    def test_a_history_has_room_for_25_000_events(self, lab, client, caught, monkeypatch):
        assert limits.MOST == 25_000
        monkeypatch.setattr(limits, "MOST", 40)
        stop = {"Variable": "$.stop", "IsPresent": True, "Next": "Stop"}
        loop = {
            "Look": {"Type": "Wait", "Seconds": 60, "Next": "Stop?"},
            "Stop?": {"Type": "Choice", "Choices": [stop], "Default": "Look"},
            "Stop": {"Type": "Succeed"},
        }
        around = {"Type": "Parallel", "Branches": [{"StartAt": "Look", "States": loop}]}
        catch = [{"ErrorEquals": ["States.ALL"], "Next": "Stop"}]
        states = {"Around": {**around, "Catch": catch, "Next": "Stop"}, "Stop": loop["Stop"]}
        flow = Flow(machine(states if caught else loop))
        pass_time(lab, 7200)
        assert (flow.status, len(flow.events), flow.types[-1]) == ("FAILED", 40, "ExecutionFailed")
        assert flow.end["cause"] == (
            "The execution reached the maximum number of history events (40)."
        )

    def test_the_last_event_may_be_a_success(self, lab, client, monkeypatch):
        flow = Flow(machine(WAIT))
        pass_time(lab, 7200)
        monkeypatch.setattr(limits, "MOST", len(flow.events))
        again = Flow(machine(WAIT))
        pass_time(lab, 7200)
        assert again.types == flow.types

    def test_an_output_that_is_text_is_json_all_the_same(self, lab, client):
        flow = Flow(machine({"Pass": {**KNOWN, "Result": "done"}}))
        pass_time(lab)
        assert flow.end["output"] == '"done"'

    def test_too_long_a_result_is_an_error_that_states_all_does_not_catch(self, lab, client):
        lab.deploy("talk", lambda event, context: "x" * event["length"])
        catch = [{"ErrorEquals": ["States.ALL"], "Next": "Known"}]
        states = {"Talk": task(INVOKE, {"FunctionName": "talk", "Payload.$": "$"}, Catch=catch)}
        arn = machine(states | {"Known": KNOWN})
        flows = [Flow(arn, {"length": length}) for length in (1000, 262_144)]
        pass_time(lab)
        assert [flow.status for flow in flows] == ["SUCCEEDED", "FAILED"]
        assert flows[1].end["error"] == "States.DataLimitExceeded"


class TestCatch:
    def test_back_to_the_same_state(self, lab, client):
        """What is caught may be tried again by hand, with the error in the input."""
        seen = []

        def third_time(event, context):
            seen.append(event)
            if len(seen) < 3:
                raise ValueError("not yet")
            return "done"

        arn = lab.deploy("third_time", third_time)
        catch = [{"ErrorEquals": ["ValueError"], "ResultPath": "$.why", "Next": "Work"}]
        flow = Flow(machine({"Work": task(arn, Catch=catch)}), {"order": 1})
        pass_time(lab)
        assert flow.output == "done"
        assert [set(event) for event in seen] == [{"order"}, {"order", "why"}, {"order", "why"}]
        assert flow.types.count("TaskStateEntered") == 3

    def test_a_branch_that_times_out_is_caught_outside(self, lab, client):
        queue = boto3.client("sqs").create_queue(QueueName="tokens")["QueueUrl"]
        branch = {"StartAt": "Ask", "States": {"Ask": ask(queue, TimeoutSeconds=60)}}
        other = {"StartAt": "Wait", "States": WAIT}
        both = {
            "Type": "Parallel",
            "Branches": [branch, other],
            "End": True,
            "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Known"}],
        }
        flow = Flow(machine({"Both": both, "Known": KNOWN}))
        pass_time(lab, 61)
        assert (flow.status, flow.lasted) == ("SUCCEEDED", 60)
        assert flow.output["Error"] == "States.Timeout"


class TestHistory:
    def test_events_of_a_callback_are_those_of_aws(self, lab, client):
        queue = boto3.client("sqs").create_queue(QueueName="tokens")["QueueUrl"]
        flow = Flow(machine({"Ask": ask(queue, TimeoutSeconds=7200, HeartbeatSeconds=3600)}))
        pass_time(lab, 7300)
        what = {"resourceType": "sqs", "resource": "sendMessage.waitForTaskToken"}
        assert flow.types == [
            "ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted",
            "TaskSubmitted", "TaskTimedOut", "ExecutionFailed",
        ]  # fmt: skip
        [scheduled] = flow.details("TaskScheduled")
        assert scheduled.items() >= {**what, "region": "eu-west-1"}.items()
        assert (scheduled["timeoutInSeconds"], scheduled["heartbeatInSeconds"]) == (7200, 3600)
        assert json.loads(scheduled["parameters"])["QueueUrl"] == queue
        assert flow.details("TaskStarted") == [what]
        [submitted] = flow.details("TaskSubmitted")
        assert submitted.items() >= what.items()
        assert "MessageId" in json.loads(submitted["output"])
        assert flow.details("TaskTimedOut") == [{**what, "error": "States.Timeout"}]
        assert flow.details("ExecutionFailed") == [{"error": "States.Timeout"}]
        began = flow.end["startDate"]
        times = [(event["timestamp"] - began).total_seconds() for event in flow.events]
        assert times == [0] * 5 + [3600] * 2
        assert [event["id"] for event in flow.events] == list(range(1, 8))
        assert [event["previousEventId"] for event in flow.events] == [0, 0, 2, 3, 4, 5, 6]

    def test_it_comes_backwards_and_in_pages(self, lab, client):
        flow = Flow(machine({"Pass": KNOWN}))
        pass_time(lab)
        ask_for = {"executionArn": flow.arn, "reverseOrder": True, "maxResults": 3}
        first = client.get_execution_history(**ask_for)
        second = client.get_execution_history(**ask_for, nextToken=first["nextToken"])
        backwards = [event["type"] for event in first["events"] + second["events"]]
        assert backwards == flow.types[::-1]
        assert "nextToken" not in second


def test_a_failing_execution_does_not_fill_the_screen(lab, client, caplog):
    caplog.set_level(logging.DEBUG, logger="moto")
    flow = Flow(machine({"Fail": {"Type": "Fail", "Error": "No"}}))
    pass_time(lab)
    assert flow.status == "FAILED"
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_moto_is_as_it_was_when_the_lab_is_closed():
    log = logging.getLogger("moto.stepfunctions")

    def held():
        found = [vars(owner)[name] for owner, name in PLACES]
        return [*found, log.level, backend_index.backend_url_patterns]

    before = held()
    with Lab(seed=1):
        machine({"Pass": KNOWN})
        assert all(one is not other for one, other in zip(held(), before, strict=True))
    assert all(one is other for one, other in zip(held(), before, strict=True))
    assert not hasattr(StepFunctionResponse, "start_sync_execution")


def test_a_history_without_data(lab, client):
    """API model of botocore 1.44.5: includeExecutionData."""
    flow = Flow(machine({"A": KNOWN}), {"a": 1})
    pass_time(lab)
    told = client.get_execution_history(executionArn=flow.arn, includeExecutionData=False)
    assert [event["type"] for event in told["events"]] == flow.types
    assert '"input":' not in json.dumps(told["events"], default=str)
    assert '"output":' not in json.dumps(told["events"], default=str)
    assert flow.details("ExecutionStarted")[0]["input"] == '{"a": 1}'


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("log-*.txt", "log-2026.txt", True),
        ("a\\*b", "a*b", True),
        ("a\\*b", "axb", False),
        ("a\\\\*", "a\\x", True),
        ("a?c", "abc", False),
        ("[a]", "[a]", True),
        ("[a]", "a", False),
        ("*", "two\nlines", True),
    ],
)
def test_a_star_stands_for_anything(lab, pattern, text, expected):
    """Amazon States Language, "Data-test Expression": StringMatches, and how to escape a star."""
    choice = {"Variable": "$.text", "StringMatches": pattern, "Next": "Yes"}
    flow = Flow(
        machine(
            {
                "A": {"Type": "Choice", "Choices": [choice], "Default": "No"},
                "Yes": {"Type": "Pass", "Result": True, "End": True},
                "No": {"Type": "Pass", "Result": False, "End": True},
            }
        ),
        {"text": text},
    )
    pass_time(lab)
    assert flow.output is expected

"""Step Functions: a workflow that starts another one, and waits for it or not."""

from __future__ import annotations

import json

import boto3
import pytest
from emulated_states import Flow, ask, machine, task

from helpers import Lab

START = "arn:aws:states:::states:startExecution"
KNOWN = {"Type": "Pass", "End": True}


@pytest.fixture
def lab():
    with Lab(seed=4) as lab:
        yield lab


@pytest.fixture
def client(lab):
    return boto3.client("stepfunctions")


def pass_time(lab, seconds):
    with lab.running(seconds=seconds):
        pass


def waiting(seconds=600, **last):
    states = {"Wait": {"Type": "Wait", "Seconds": seconds, "Next": "Last"}}
    return machine(states | {"Last": last or {**KNOWN, "Result": {"paid": True}}}, name="child")


def parent(child, pattern="", **fields):
    parameters = {"StateMachineArn": child, "Input": {"order.$": "$.order"}, "Name.$": "$.name"}
    states = {"Start": task(START + pattern, parameters, **fields)}
    return machine(states | ({"Known": KNOWN} if "Catch" in fields else {}), name="parent")


def run(arn):
    return Flow(arn, {"order": 7, "name": "child-7"})


def test_without_a_suffix_the_parent_does_not_wait(lab, client):
    child = waiting()
    flow = run(parent(child))
    pass_time(lab, 1)
    assert (flow.status, flow.lasted) == ("SUCCEEDED", 0)
    assert set(flow.output) == {"ExecutionArn", "StartDate"}
    described = client.describe_execution(executionArn=flow.output["ExecutionArn"])
    assert (described["name"], described["input"]) == ("child-7", '{"order":7}')
    assert described["status"] == "RUNNING"


@pytest.mark.parametrize(
    ("pattern", "given", "output"),
    [
        (".sync", '{"order":7}', '{"paid":true}'),
        (".sync:2", {"order": 7}, {"paid": True}),
    ],
)
def test_sync_waits_for_the_result_as_text_or_as_json(lab, client, pattern, given, output):
    flow = run(parent(waiting(), pattern))
    pass_time(lab, 700)
    assert (flow.status, flow.lasted) == ("SUCCEEDED", 600)
    told = flow.output
    assert (told["Input"], told["Output"], told["Status"]) == (given, output, "SUCCEEDED")
    assert (told["Name"], told["StopDate"] - told["StartDate"]) == ("child-7", 600_000)
    assert flow.types == [
        "ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSubmitted",
        "TaskSucceeded", "TaskStateExited", "ExecutionSucceeded",
    ]  # fmt: skip
    what = {"resourceType": "states", "resource": f"startExecution{pattern}"}
    assert flow.details("TaskSucceeded")[0].items() >= what.items()


@pytest.mark.parametrize("pattern", [".sync", ".sync:2"])
def test_a_child_that_fails_fails_the_task(lab, client, pattern):
    child = waiting(Type="Fail", Error="Declined", Cause="no cover")
    catch = [{"ErrorEquals": ["States.TaskFailed"], "Next": "Known"}]
    flow = run(parent(child, pattern, Catch=catch))
    pass_time(lab, 700)
    assert flow.output["Error"] == "States.TaskFailed"
    cause = json.loads(flow.output["Cause"])
    assert (cause["Status"], cause["Error"], cause["Cause"]) == ("FAILED", "Declined", "no cover")
    assert "Output" not in cause


def test_waiting_for_an_hour_costs_no_calls(lab, client):
    flow = run(parent(waiting(seconds=3600), ".sync:2"))
    calls = lab.trace["call"].nunique()
    pass_time(lab, 3700)
    assert flow.status == "SUCCEEDED"
    assert lab.trace["call"].nunique() - calls <= 3


def test_a_stopped_parent_stops_its_child(lab, client):
    flow = run(parent(waiting(), ".sync"))
    pass_time(lab, 60)
    child = json.loads(flow.details("TaskSubmitted")[0]["output"])["ExecutionArn"]
    client.stop_execution(executionArn=flow.arn)
    pass_time(lab, 1)
    assert client.describe_execution(executionArn=child)["status"] == "ABORTED"


def test_a_stopped_child_fails_the_task(lab, client):
    flow = run(parent(waiting(), ".sync"))
    pass_time(lab, 60)
    child = json.loads(flow.details("TaskSubmitted")[0]["output"])["ExecutionArn"]
    client.stop_execution(executionArn=child, error="Enough")
    pass_time(lab, 1)
    assert (flow.status, flow.end["error"], flow.lasted) == ("FAILED", "States.TaskFailed", 60)
    assert json.loads(flow.end["cause"])["Status"] == "ABORTED"


def test_a_task_may_time_out_before_its_child(lab, client):
    flow = run(parent(waiting(), ".sync", TimeoutSeconds=100))
    pass_time(lab, 700)
    assert (flow.end["error"], flow.lasted) == ("States.Timeout", 100)


def test_a_child_may_report_with_the_parents_token(lab, client):
    report = task(
        "arn:aws:states:::aws-sdk:sfn:sendTaskSuccess",
        {"TaskToken.$": "$.token", "Output": {"shipped": 7}},
    )
    child = machine({"Wait": {"Type": "Wait", "Seconds": 30, "Next": "Report"}, "Report": report},
                    name="child")  # fmt: skip
    parameters = {"StateMachineArn": child, "Input": {"token.$": "$$.Task.Token"}}
    flow = Flow(machine({"Start": task(f"{START}.waitForTaskToken", parameters)}, name="parent"))
    pass_time(lab, 60)
    assert (flow.output, flow.lasted) == ({"shipped": 7}, 30)


def test_a_child_that_runs_already_is_an_error_with_a_name(lab, client):
    child = waiting()
    Flow(child, name="child-7")
    name = "StepFunctions.ExecutionAlreadyExistsException"
    catch = [{"ErrorEquals": [name], "Next": "Known"}]
    flow = run(parent(child, ".sync", Catch=catch))
    pass_time(lab, 1)
    assert flow.output["Error"] == name


def test_a_machine_that_does_not_exist_is_one_too(lab, client):
    child = waiting().replace(":child", ":nobody")
    flow = run(parent(child))
    pass_time(lab, 1)
    assert flow.end["error"] == "StepFunctions.StateMachineDoesNotExistException"


def test_a_chain_of_three_with_a_person_at_its_end(lab, client):
    queue = boto3.client("sqs").create_queue(QueueName="tokens")["QueueUrl"]
    arn = machine({"Ask": ask(queue)}, name="third")
    for name in ("second", "first"):
        state = task(f"{START}.sync:2", {"StateMachineArn": arn}, OutputPath="$.Output")
        arn = machine({"Start": state}, name=name)
    flows = [Flow(arn) for _ in range(30)]
    pass_time(lab, 3600)
    sqs = boto3.client("sqs")
    for number in range(30):
        [message] = sqs.receive_message(QueueUrl=queue)["Messages"]
        client.send_task_success(taskToken=message["Body"], output=str(number))
    pass_time(lab, 1)
    assert sorted(flow.output for flow in flows) == list(range(30))

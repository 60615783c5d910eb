"""Activities, as a worker and a workflow see them.

Sources: Step Functions Developer Guide, "Activities", November 2026; API model of botocore 1.44.5
(CreateActivity, GetActivityTask, SendTask*); localstack/localstack, recordings of AWS in
test_activities.py and test_sfn_api_activities.py, March 2024.
"""

from __future__ import annotations

import json
import threading

import boto3
import pytest
from botocore.exceptions import ClientError
from emulated_states import Flow, machine, task

from helpers import Lab

LAST = {"Type": "Pass", "End": True}
GIVEN = {"Value1": "Hello", "Value2": "World"}


@pytest.fixture
def lab():
    with Lab(seed=9) as lab:
        yield lab


@pytest.fixture
def client(lab):
    return boto3.client("stepfunctions")


@pytest.fixture
def activity(client):
    return client.create_activity(name="work")["activityArn"]


def flow_of(activity, **fields):
    states = {"Ask": task(activity, **fields)}
    if "Catch" in fields:
        states["Caught"] = LAST
    return Flow(machine(states), GIVEN)


def pass_time(lab, seconds=0.0):
    with lab.running(seconds=seconds):
        pass


def code(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Code"]


class TestWorker:
    def test_asks_for_a_task_and_reports(self, lab, client, activity):
        """Recorded: test_activity_task"""
        flow = flow_of(activity)
        asked = client.get_activity_task(activityArn=activity, workerName="me")
        assert json.loads(asked["input"]) == GIVEN
        client.send_task_success(taskToken=asked["taskToken"], output=asked["input"])
        pass_time(lab)
        assert flow.output == GIVEN
        assert flow.types == [
            "ExecutionStarted", "TaskStateEntered", "ActivityScheduled", "ActivityStarted",
            "ActivitySucceeded", "TaskStateExited", "ExecutionSucceeded",
        ]  # fmt: skip
        assert [event["previousEventId"] for event in flow.events] == [0, 0, 2, 3, 4, 5, 6]
        (scheduled,) = flow.details("ActivityScheduled")
        assert scheduled == {
            "resource": activity,
            "input": '{"Value1":"Hello","Value2":"World"}',
            "inputDetails": {"truncated": False},
        }
        assert flow.details("ActivityStarted") == [{"workerName": "me"}]

    def test_may_have_no_name(self, lab, client, activity):
        """Recorded: test_activity_task_no_worker_name"""
        flow = flow_of(activity)
        client.get_activity_task(activityArn=activity)
        assert flow.details("ActivityStarted") == [{}]

    def test_waits_a_minute_and_goes_without_a_token(self, lab, client, activity):
        """API model: "If no task is available within 60 seconds, the poll returns" none"""
        start = lab.now
        answer = client.get_activity_task(activityArn=activity)
        assert lab.now - start == pytest.approx(60)
        assert "taskToken" not in answer

    def test_who_waits_gets_the_task_when_it_comes(self, lab, client, activity):
        got = []

        def work():
            asked = client.get_activity_task(activityArn=activity)
            got.append((lab.now, json.loads(asked["input"])))
            client.send_task_success(taskToken=asked["taskToken"], output="1")

        arn = machine({"W": {"Type": "Wait", "Seconds": 10, "Next": "A"}, "A": task(activity)})
        with lab.running(minutes=2):
            threading.Thread(target=work, name="worker").start()
            flow = Flow(arn, GIVEN)
        assert got == [(pytest.approx(10), GIVEN)]
        assert flow.output == 1

    def test_each_task_goes_to_one_worker_the_oldest_first(self, lab, client, activity):
        arn = machine({"Ask": task(activity)})
        flows = []
        for number in range(3):
            flows.append(Flow(arn, {"n": number}))
            pass_time(lab, 1)
        tokens = [client.get_activity_task(activityArn=activity) for _ in flows]
        assert [json.loads(one["input"])["n"] for one in tokens] == [0, 1, 2]
        assert len({one["taskToken"] for one in tokens}) == 3

    def test_gets_the_parameters_and_the_token(self, lab, client, activity):
        parameters = {"v.$": "$.Value1", "at.$": "$$.Execution.StartTime"}
        Flow(machine({"Ask": task(activity, parameters)}), GIVEN)
        asked = client.get_activity_task(activityArn=activity)
        assert json.loads(asked["input"]) == {"v": "Hello", "at": "2026-11-02T08:00:00.000Z"}


class TestFailures:
    def test_a_failure_has_its_error_and_cause(self, lab, client, activity):
        """Recorded: test_activity_task_failure"""
        flow = flow_of(activity)
        token = client.get_activity_task(activityArn=activity)["taskToken"]
        client.send_task_failure(taskToken=token, error="Programmatic Error", cause="why")
        pass_time(lab)
        told = {"error": "Programmatic Error", "cause": "why"}
        assert flow.types[-2:] == ["ActivityFailed", "ExecutionFailed"]
        assert flow.details("ActivityFailed") == flow.details("ExecutionFailed") == [told]

    def test_is_caught(self, lab, client, activity):
        flow = flow_of(activity, Catch=[{"ErrorEquals": ["Oops"], "Next": "Caught"}])
        token = client.get_activity_task(activityArn=activity)["taskToken"]
        client.send_task_failure(taskToken=token, error="Oops", cause="why")
        pass_time(lab)
        assert flow.output == {"Error": "Oops", "Cause": "why"}

    def test_is_tried_again_with_a_new_token(self, lab, client, activity):
        flow = flow_of(activity, Retry=[{"ErrorEquals": ["States.TaskFailed"]}])
        first = client.get_activity_task(activityArn=activity)["taskToken"]
        client.send_task_failure(taskToken=first)
        second = client.get_activity_task(activityArn=activity)["taskToken"]
        assert lab.now == pytest.approx(1)
        client.send_task_success(taskToken=second, output='"done"')
        pass_time(lab)
        assert flow.output == "done"
        assert second != first

    def test_an_activity_that_is_gone_ends_the_execution(self, lab, client, activity):
        """Recorded: test_activity_task_on_deleted"""
        client.delete_activity(activityArn=activity)
        flow = flow_of(activity, Retry=[{"ErrorEquals": ["States.ALL"]}])
        pass_time(lab)
        assert flow.types == ["ExecutionStarted", "TaskStateEntered", "ExecutionFailed"]
        assert flow.details("ExecutionFailed") == [
            {
                "error": "States.Runtime",
                "cause": "An error occurred while executing the state 'Ask' (entered at the event "
                f"id #2). The activity {activity} does not exist.",
            }
        ]


class TestTime:
    def test_nobody_takes_the_task(self, lab, client, activity):
        flow = flow_of(activity, TimeoutSeconds=60)
        pass_time(lab, 61)
        assert (flow.status, flow.end["error"], flow.lasted) == (
            "FAILED", "States.Timeout", pytest.approx(60),
        )  # fmt: skip
        assert "ActivityTimedOut" in flow.types
        assert "taskToken" not in client.get_activity_task(activityArn=activity)

    def test_the_heartbeat_counts_from_the_worker_on(self, lab, client, activity):
        """Recorded: test_activity_task_with_heartbeat"""
        flow = flow_of(activity, TimeoutSeconds=600, HeartbeatSeconds=10)
        pass_time(lab, 100)
        token = client.get_activity_task(activityArn=activity)["taskToken"]
        pass_time(lab, 8)
        client.send_task_heartbeat(taskToken=token)
        pass_time(lab, 8)
        assert flow.status == "RUNNING"
        pass_time(lab, 3)
        assert flow.end["error"] == "States.Timeout"
        assert flow.lasted == pytest.approx(118)
        (scheduled,) = flow.details("ActivityScheduled")
        assert (scheduled["timeoutInSeconds"], scheduled["heartbeatInSeconds"]) == (600, 10)

    @pytest.mark.parametrize("name", ["States.HeartbeatTimeout", "States.Timeout", "States.ALL"])
    def test_a_missed_heartbeat_is_caught(self, lab, client, activity, name):
        catch = [{"ErrorEquals": [name], "Next": "Caught"}]
        flow = flow_of(activity, HeartbeatSeconds=5, Catch=catch)
        client.get_activity_task(activityArn=activity)
        pass_time(lab, 6)
        assert flow.output["Error"] == "States.Timeout"

    def test_what_is_over_takes_no_reports(self, lab, client, activity):
        flow_of(activity, TimeoutSeconds=5)
        token = client.get_activity_task(activityArn=activity)["taskToken"]
        pass_time(lab, 6)
        assert code(client.send_task_success, taskToken=token, output="1") == "TaskTimedOut"
        assert code(client.send_task_heartbeat, taskToken=token) == "TaskTimedOut"
        assert code(client.send_task_failure, taskToken="no such token") == "InvalidToken"

    def test_a_stopped_execution_has_no_task_any_more(self, lab, client, activity):
        flow = flow_of(activity)
        pass_time(lab, 1)
        client.stop_execution(executionArn=flow.arn)
        assert "taskToken" not in client.get_activity_task(activityArn=activity)
        assert flow.types[-1] == "ExecutionAborted"


class TestActivity:
    """Recorded: test_sfn_api_activities.py"""

    def test_created_twice_is_the_same(self, lab, client, activity):
        again = client.create_activity(name="work")
        assert again["activityArn"] == activity
        described = client.describe_activity(activityArn=activity)
        assert described["creationDate"] == again["creationDate"]
        assert [one["name"] for one in client.list_activities()["activities"]] == ["work"]

    def test_deleted_may_be_deleted_again_and_is_not_there(self, lab, client, activity):
        for _ in range(2):
            client.delete_activity(activityArn=activity)
        for call in (client.describe_activity, client.get_activity_task):
            with pytest.raises(ClientError) as caught:
                call(activityArn=activity)
            error = caught.value.response["Error"]
            assert error == {
                "Code": "ActivityDoesNotExist",
                "Message": f"Activity Does Not Exist: '{activity}'",
            }

    @pytest.mark.parametrize("name", ["TestActivity InvalidName$", "a/b", "a<b"])
    def test_has_a_name_like_that_of_a_state_machine(self, lab, client, name):
        assert code(client.create_activity, name=name) == "InvalidName"

    def test_is_not_for_express_workflows(self, lab, client, activity):
        with pytest.raises(ClientError, match="does not support Activity ARN"):
            machine({"Ask": task(activity)}, type="EXPRESS")

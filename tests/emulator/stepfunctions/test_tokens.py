"""Step Functions: who may answer with a task token, when, and what comes of it."""

from __future__ import annotations

import time

import boto3
import pytest
from botocore.exceptions import ClientError
from emulated_states import Flow, ask, machine
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import Lab
from helpers.emulator.stepfunctions.errors import matches

KNOWN = {"Type": "Pass", "End": True}


@pytest.fixture
def lab():
    with Lab(seed=5) as lab:
        yield lab


@pytest.fixture
def client(lab):
    return boto3.client("stepfunctions")


@pytest.fixture
def queue(lab):
    return boto3.client("sqs").create_queue(QueueName="tokens")["QueueUrl"]


def tokens(lab, queue, *, seconds=0.1):
    """Let time pass, and take the tokens that were sent."""
    pass_time(lab, seconds)
    sqs, found = boto3.client("sqs"), []
    while got := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in got:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            found.append(message["Body"])
    return found


def pass_time(lab, seconds):
    with lab.running(seconds=seconds):
        pass


def refused(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Code"]


class TestAnswers:
    def test_success_becomes_the_result(self, lab, client, queue):
        flow = Flow(machine({"Ask": ask(queue)}))
        [token] = tokens(lab, queue)
        client.send_task_success(taskToken=token, output='{"approved": true}')
        pass_time(lab, 1)
        assert (flow.status, flow.output) == ("SUCCEEDED", {"approved": True})

    def test_failure_keeps_error_and_cause_everywhere(self, lab, client, queue):
        flow = Flow(machine({"Ask": ask(queue)}))
        [token] = tokens(lab, queue)
        client.send_task_failure(taskToken=token, error="Declined", cause="no stock")
        pass_time(lab, 1)
        told = {"error": "Declined", "cause": "no stock"}
        assert (flow.status, flow.end["error"], flow.end["cause"]) == ("FAILED", *told.values())
        assert flow.details("TaskFailed") == [
            {"resourceType": "sqs", "resource": "sendMessage.waitForTaskToken", **told}
        ]
        assert flow.details("ExecutionFailed") == [told]

    def test_a_catch_gets_error_and_cause(self, lab, client, queue):
        catch = [{"ErrorEquals": ["Declined"], "ResultPath": "$.why", "Next": "Known"}]
        flow = Flow(machine({"Ask": ask(queue, Catch=catch), "Known": KNOWN}), {"order": 7})
        [token] = tokens(lab, queue)
        client.send_task_failure(taskToken=token, error="Declined", cause="no stock")
        pass_time(lab, 1)
        assert flow.output == {"order": 7, "why": {"Error": "Declined", "Cause": "no stock"}}

    def test_a_failure_without_a_word_binds_empty_strings(self, lab, client, queue):
        catch = [{"ErrorEquals": ["States.ALL"], "Next": "Known"}]
        flow = Flow(machine({"Ask": ask(queue, Catch=catch), "Known": KNOWN}))
        [token] = tokens(lab, queue)
        client.send_task_failure(taskToken=token)
        pass_time(lab, 1)
        assert flow.output == {"Error": "", "Cause": ""}

    def test_an_error_may_be_called_like_one_of_aws(self, lab, client, queue):
        catch = [{"ErrorEquals": ["States.Timeout"], "Next": "Known"}]
        flow = Flow(machine({"Ask": ask(queue, Catch=catch), "Known": KNOWN}))
        [token] = tokens(lab, queue)
        client.send_task_failure(taskToken=token, error="States.Timeout")
        pass_time(lab, 1)
        assert flow.output == {"Error": "States.Timeout", "Cause": ""}

    @pytest.mark.parametrize("token", ["nonsense", "b6b1a3de-0c1d-4c52-9f0e-111111111111"])
    def test_what_is_no_token_is_invalid(self, lab, client, queue, token):
        Flow(machine({"Ask": ask(queue)}))
        pass_time(lab, 1)
        assert refused(client.send_task_success, taskToken=token, output="1") == "InvalidToken"
        assert refused(client.send_task_failure, taskToken=token) == "InvalidToken"
        assert refused(client.send_task_heartbeat, taskToken=token) == "InvalidToken"

    def test_an_output_is_json_and_not_too_long(self, lab, client, queue):
        flow = Flow(machine({"Ask": ask(queue)}))
        [token] = tokens(lab, queue)
        send = client.send_task_success
        assert refused(send, taskToken=token, output="{approved}") == "InvalidOutput"
        long = '"' + "ü" * 131_072 + '"'  # two bytes each, and the quotes
        assert refused(send, taskToken=token, output=long) == "ValidationException"
        send(taskToken=token, output='"fits"')
        pass_time(lab, 1)
        assert flow.output == "fits"


class TestLate:
    """[API model: TaskTimedOut] "expired or the task associated with it has been closed"."""

    def everything(self, client, token):
        return {
            refused(client.send_task_success, taskToken=token, output="1"),
            refused(client.send_task_failure, taskToken=token, error="Late"),
            refused(client.send_task_heartbeat, taskToken=token),
        }

    @pytest.mark.parametrize("after", [{}, {"Next": "Rest"}], ids=["over", "still running"])
    @pytest.mark.parametrize("how", ["answered", "declined", "timed out"])
    def test_a_task_that_is_over_takes_no_answer(self, lab, client, queue, after, how):
        catch = [{"ErrorEquals": ["States.ALL"], "Next": "Rest"}] if after else []
        wait = {"Type": "Wait", "Seconds": 9000, "End": True}
        states = {"Ask": ask(queue, TimeoutSeconds=60, Catch=catch, **after)}
        flow = Flow(machine(states | ({"Rest": wait} if after else {})))
        [token] = tokens(lab, queue)
        if how == "answered":
            client.send_task_success(taskToken=token, output="1")
        elif how == "declined":
            client.send_task_failure(taskToken=token, error="Declined")
        else:
            pass_time(lab, 60)
        assert self.everything(client, token) == {"TaskTimedOut"}  # at once
        pass_time(lab, 100)
        assert self.everything(client, token) == {"TaskTimedOut"}
        assert (flow.status == "RUNNING") == bool(after)
        pass_time(lab, 9000)
        assert self.everything(client, token) == {"TaskTimedOut"}
        assert flow.status == ("SUCCEEDED" if after or how == "answered" else "FAILED")

    def test_the_second_answer_changes_nothing(self, lab, client, queue):
        flow = Flow(machine({"Ask": ask(queue)}))
        [token] = tokens(lab, queue)
        codes = []

        def answer(text):
            try:
                client.send_task_success(taskToken=token, output=text)
            except ClientError as error:
                codes.append(error.response["Error"]["Code"])

        with lab.running(seconds=1):
            for text in ("1", "2", "3"):
                lab.start(answer, text)
        assert (flow.output, codes) == (1, ["TaskTimedOut"] * 2)

    def test_a_stopped_execution_takes_no_answer(self, lab, client, queue):
        flow = Flow(machine({"Ask": ask(queue)}))
        [token] = tokens(lab, queue)
        client.stop_execution(executionArn=flow.arn, error="Stop", cause="no need")
        assert self.everything(client, token) == {"TaskTimedOut"}
        assert (flow.status, flow.end["error"], flow.end["cause"]) == ("ABORTED", "Stop", "no need")


class TestRetry:
    def test_each_attempt_has_its_own_token_and_its_whole_time(self, lab, client, queue):
        retry = [{"ErrorEquals": ["States.Timeout"], "IntervalSeconds": 5, "MaxAttempts": 2}]
        flow = Flow(machine({"Ask": ask(queue, TimeoutSeconds=60, Retry=retry)}))
        [first] = tokens(lab, queue, seconds=59)
        assert tokens(lab, queue, seconds=5) == []
        [second] = tokens(lab, queue, seconds=2)  # 60 + 5 s
        assert refused(client.send_task_success, taskToken=first, output="1") == "TaskTimedOut"
        [third] = tokens(lab, queue, seconds=70)  # 65 + 60 + 10 s
        assert len({first, second, third}) == 3
        pass_time(lab, 58)
        client.send_task_success(taskToken=third, output='"in time"')
        pass_time(lab, 1)
        assert flow.output == "in time"
        times = [e["timestamp"].timestamp() for e in flow.events if e["type"] == "TaskTimedOut"]
        began = flow.end["startDate"].timestamp()
        assert [round(moment - began, 3) for moment in times] == [60, 125]

    def test_a_declined_task_is_asked_again(self, lab, client, queue):
        retry = [{"ErrorEquals": ["Busy"], "IntervalSeconds": 1, "MaxAttempts": 5}]
        flow = Flow(machine({"Ask": ask(queue, Retry=retry)}))
        seen = []
        for _ in range(3):
            seen += tokens(lab, queue, seconds=10)
            client.send_task_failure(taskToken=seen[-1], error="Busy")
        [last] = tokens(lab, queue, seconds=10)
        client.send_task_success(taskToken=last, output="4")
        pass_time(lab, 1)
        assert (len({*seen, last}), flow.output) == (4, 4)
        assert flow.types.count("TaskFailed") == 3

    def test_a_pause_ends_with_the_execution(self, lab, client, queue):
        retry = [{"ErrorEquals": ["Busy"], "IntervalSeconds": 3600}]
        flow = Flow(machine({"Ask": ask(queue, Retry=retry)}))
        [token] = tokens(lab, queue)
        client.send_task_failure(taskToken=token, error="Busy")
        pass_time(lab, 10)
        client.stop_execution(executionArn=flow.arn)
        assert flow.status == "ABORTED"
        pass_time(lab, 7200)
        assert flow.types[-1] == "ExecutionAborted"
        assert flow.events[-1]["timestamp"] == flow.end["stopDate"]
        assert tokens(lab, queue) == []


class TestHeartbeat:
    def test_without_a_timeout_only_the_heartbeat_counts(self, lab, client, queue):
        flow = Flow(machine({"Ask": ask(queue, HeartbeatSeconds=600)}))
        [token] = tokens(lab, queue)

        def beat():
            for _ in range(100):
                time.sleep(599)
                client.send_task_heartbeat(taskToken=token)

        with lab.running(days=1):
            lab.start(beat)
        assert (flow.status, flow.lasted) == ("FAILED", pytest.approx(100 * 599 + 600.1, abs=0.1))

    @pytest.mark.parametrize("name", ["States.HeartbeatTimeout", "States.Timeout", "States.ALL"])
    def test_a_missed_one_is_caught_by_either_name(self, lab, queue, name):
        catch = [
            {"ErrorEquals": ["States.TaskFailed"], "Next": "Wrong"},
            {"ErrorEquals": [name], "Next": "Known"},
        ]
        wrong = {"Type": "Fail", "Error": "Wrong"}
        states = {"Ask": ask(queue, HeartbeatSeconds=60, Catch=catch), "Known": KNOWN}
        flow = Flow(machine(states | {"Wrong": wrong}))
        pass_time(lab, 61)
        assert flow.output == {"Error": "States.Timeout", "Cause": ""}
        assert flow.types.count("TaskTimedOut") == 1

    def test_a_time_out_is_no_missed_heartbeat(self, lab, client, queue):
        catch = [{"ErrorEquals": ["States.HeartbeatTimeout"], "Next": "Known"}]
        states = {"Ask": ask(queue, HeartbeatSeconds=60, TimeoutSeconds=100, Catch=catch)}
        flow = Flow(machine(states | {"Known": KNOWN}))
        [token] = tokens(lab, queue, seconds=50)
        client.send_task_heartbeat(taskToken=token)
        pass_time(lab, 51)
        assert (flow.status, flow.end["error"], flow.lasted) == ("FAILED", "States.Timeout", 100)

    def test_without_heartbeat_seconds_it_is_accepted_and_does_nothing(self, lab, client, queue):
        flow = Flow(machine({"Ask": ask(queue, TimeoutSeconds=100)}))
        [token] = tokens(lab, queue, seconds=90)
        client.send_task_heartbeat(taskToken=token)
        pass_time(lab, 20)
        assert flow.lasted == 100

    def test_each_attempt_has_its_whole_heartbeat(self, lab, client, queue):
        retry = [{"ErrorEquals": ["States.HeartbeatTimeout"], "IntervalSeconds": 1}]
        flow = Flow(machine({"Ask": ask(queue, HeartbeatSeconds=60, Retry=retry)}))
        pass_time(lab, 61 + 30)
        _, second = tokens(lab, queue)
        client.send_task_heartbeat(taskToken=second)
        pass_time(lab, 59)
        client.send_task_success(taskToken=second, output="2")
        pass_time(lab, 1)
        assert flow.output == 2

    def test_seconds_may_come_from_the_input(self, lab, queue):
        states = {"Ask": ask(queue, HeartbeatSecondsPath="$.beat", TimeoutSecondsPath="$.most")}
        arn = machine(states)
        flows = [Flow(arn, {"beat": 10, "most": 500}), Flow(arn, {"beat": 400, "most": 500})]
        pass_time(lab, 1000)
        assert [flow.lasted for flow in flows] == [10, 400]
        assert flows[0].details("TaskScheduled")[0]["timeoutInSeconds"] == 500
        assert flows[0].details("TaskScheduled")[0]["heartbeatInSeconds"] == 10


NAMES = st.sampled_from(
    ["States.ALL", "States.TaskFailed", "States.Timeout", "States.HeartbeatTimeout",
     "States.Runtime", "States.DataLimitExceeded", "Declined", "Busy"]
)  # fmt: skip


@given(names=st.sets(NAMES, min_size=1), error=NAMES.filter(lambda name: name != "States.ALL"))
@settings(max_examples=300, deadline=None)
def test_which_names_match_which_errors(names, error):
    """[Developer Guide, "Handling errors in Step Functions workflows", November 2026]"""
    terminal = error in ("States.Runtime", "States.DataLimitExceeded")
    late = error in ("States.Timeout", "States.HeartbeatTimeout")
    expected = (
        error in names
        or ("States.ALL" in names and not terminal)
        or ("States.TaskFailed" in names and not terminal and not late)
        or ("States.Timeout" in names and late)
    )
    assert matches(names, error) == expected

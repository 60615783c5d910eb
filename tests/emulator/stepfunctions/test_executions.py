"""Step Functions: executions, what their tasks call, and what their history tells."""

from __future__ import annotations

import json
import logging
import time

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from emulated_states import Flow, ask, machine, task
from moto import backend_index
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_callback import (  # noqa: E501
    StateTaskServiceCallback,
)
from moto.stepfunctions.parser.models import StepFunctionsParserBackend
from moto.stepfunctions.responses import StepFunctionResponse

from helpers import Lab, faults
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
EVENT = {"Source": "shop", "DetailType": "order placed", "Detail": {}}
DAY = 86_400


@pytest.fixture
def lab():
    with Lab(seed=3) as lab:
        yield lab


@pytest.fixture
def client(lab):
    return boto3.client("stepfunctions")


def pass_time(lab, seconds=1.0):
    with lab.running(seconds=seconds):
        pass


def refused(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Code"]


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


class TestFunctions:
    RESOURCES = ("arn", "invoke")

    def work(self, lab, how, handler, *, timeout=3, **fields):
        arn = lab.deploy("work", handler, timeout=timeout)
        if how == "arn":
            return task(arn, **fields)
        return task(INVOKE, {"FunctionName": "work", "Payload.$": "$"}, **fields)

    @pytest.mark.parametrize("how", RESOURCES)
    def test_the_result_of_a_function(self, lab, client, how):
        state = self.work(lab, how, lambda event, context: {"twice": 2 * event["n"]})
        flow = Flow(machine({"Work": state}), {"n": 21})
        pass_time(lab)
        output = flow.output if how == "arn" else flow.output["Payload"]
        assert output == {"twice": 42}
        started = "LambdaFunctionStarted" if how == "arn" else "TaskStarted"
        assert started in flow.types

    @pytest.mark.parametrize("how", RESOURCES)
    def test_an_error_has_the_name_of_its_class(self, lab, client, how):
        class OutOfStock(Exception):
            pass

        def fail(event, context):
            raise OutOfStock("no more umbrellas")

        catch = [{"ErrorEquals": ["OutOfStock"], "Next": "Known"}]
        state = self.work(lab, how, fail, Catch=catch)
        flow = Flow(machine({"Work": state, "Known": KNOWN}))
        pass_time(lab)
        assert flow.output["Error"] == "OutOfStock"
        assert json.loads(flow.output["Cause"])["errorMessage"] == "no more umbrellas"

    @pytest.mark.parametrize("how", RESOURCES)
    def test_a_throttle_is_tried_again_by_its_name(self, lab, client, how):
        retry = [
            {"ErrorEquals": ["Lambda.TooManyRequestsException"], "IntervalSeconds": 2,
             "MaxAttempts": 8, "BackoffRate": 1},
        ]  # fmt: skip
        state = self.work(lab, how, lambda event, context: time.sleep(1.5), Retry=retry)
        boto3.client("lambda").put_function_concurrency(
            FunctionName="work", ReservedConcurrentExecutions=1
        )
        arn = machine({"Work": state})
        flows = [Flow(arn) for _ in range(4)]
        pass_time(lab, 60)
        assert {flow.status for flow in flows} == {"SUCCEEDED"}
        assert sorted(flow.lasted for flow in flows) == [1.5, 3.5, 5.5, 7.5]

    @pytest.mark.parametrize("how", RESOURCES)
    def test_a_call_without_an_answer_can_be_caught(self, lab, client, how):
        catch = [{"ErrorEquals": ["Lambda.SdkClientException"], "Next": "Known"}]
        state = self.work(lab, how, lambda event, context: 1, Catch=catch)
        with faults.refused("lambda"):
            flow = Flow(machine({"Work": state, "Known": KNOWN}))
            pass_time(lab)
        assert flow.output["Error"] == "Lambda.SdkClientException"

    @pytest.mark.parametrize("how", RESOURCES)
    def test_a_task_that_timed_out_leaves_no_traces(self, lab, client, how):
        """The function runs on, as on AWS; the execution does not hear of it."""
        done = []

        def slow(event, context):
            time.sleep(20)
            done.append(lab.now)
            return 1

        state = self.work(lab, how, slow, timeout=60, TimeoutSeconds=5)
        flow = Flow(machine({"Work": state}))
        pass_time(lab, 6)
        types = flow.types
        pass_time(lab, 60)
        assert (flow.status, flow.end["error"], flow.lasted) == ("FAILED", "States.Timeout", 5)
        assert (flow.types, done) == (types, [20])

    def test_a_function_gets_the_token_and_reports_later(self, lab, client):
        def charge(event, context):
            time.sleep(2)
            boto3.client("stepfunctions").send_task_success(
                taskToken=event["token"], output=json.dumps(event["order"])
            )

        lab.deploy("charge", charge)
        parameters = {
            "FunctionName": "charge",
            "Payload": {"token.$": "$$.Task.Token", "order.$": "$.order"},
        }
        state = task(f"{INVOKE}.waitForTaskToken", parameters)
        flow = Flow(machine({"Charge": state}), {"order": 9})
        pass_time(lab, 10)
        assert (flow.output, flow.lasted) == (9, 2)


class TestCalls:
    def test_an_sdk_integration_speaks_pascal_case(self, lab, client):
        child = machine({"Pass": {**KNOWN, "Result": "child"}}, name="child")
        start = task(
            "arn:aws:states:::aws-sdk:sfn:startExecution",
            {"StateMachineArn": child, "Name": "one", "Input": "{}"},
            ResultPath="$.started",
            Next="Look",
        )
        look = task(
            "arn:aws:states:::aws-sdk:sfn:describeExecution",
            {"ExecutionArn.$": "$.started.ExecutionArn"},
        )
        flow = Flow(machine({"Start": start, "Look": look}))
        pass_time(lab)
        assert (flow.output["Name"], flow.output["Output"]) == ("one", '"child"')

    def test_its_errors_are_called_after_the_service(self, lab, client):
        parameters = {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/none"}
        catch = [{"ErrorEquals": ["Sqs.QueueDoesNotExistException"], "Next": "Known"}]
        look = task("arn:aws:states:::aws-sdk:sqs:purgeQueue", parameters, Catch=catch)
        flow = Flow(machine({"Look": look, "Known": KNOWN}))
        pass_time(lab)
        assert flow.output["Error"] == "Sqs.QueueDoesNotExistException"

    @pytest.mark.parametrize(
        ("action", "parameters", "caught"),
        [
            ("dynamodb:getItem", {"TableName": "t", "Key": {"id": {"S": "1"}}}, "DynamoDB"),
            ("events:putEvents", {"Entries": [EVENT]}, "EventBridge"),
            ("lambda:invoke", {"FunctionName": "work"}, "Lambda"),
            ("states:startExecution", {"StateMachineArn": "{machine}"}, "StepFunctions"),
        ],
    )
    def test_a_fault_of_the_lab_can_be_caught(self, lab, client, action, parameters, caught):
        """It quotes a request id, which the error's cause tells."""
        service = action.split(":")[0]
        other = machine({"Nothing": KNOWN}, name="other")
        parameters = json.loads(json.dumps(parameters).replace("{machine}", other))
        catch = [{"ErrorEquals": ["States.TaskFailed"], "Next": "Known"}]
        call = task(f"arn:aws:states:::{action}", parameters, Catch=catch)
        flow = Flow(machine({"Call": call, "Known": KNOWN}))
        target = {"states": "stepfunctions.StartExecution"}.get(service, service)
        with faults.error(target, status=400, code="Broken"):
            pass_time(lab, 60)
        assert flow.output["Error"].startswith(f"{caught}.Broken")

    def test_a_time_out_of_a_call_is_called_so_for_every_service(self, lab, client):
        get = {"TableName": "orders", "Key": {"id": {"S": "1"}}}
        send = {
            "QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/q",
            "MessageBody": "m",
        }
        flows = [
            Flow(machine({"Call": task(f"arn:aws:states:::{action}", parameters, TimeoutSeconds=5)},
                         name=f"flow-{number}"))
            for number, (action, parameters) in enumerate(
                [("dynamodb:getItem", get), ("sqs:sendMessage", send)]
            )
        ]  # fmt: skip
        with faults.latency("dynamodb", median=60), faults.latency("sqs", median=60):
            pass_time(lab, 200)
        assert [(flow.end["error"], flow.lasted) for flow in flows] == [("States.Timeout", 5)] * 2

    def test_a_call_whose_reply_is_lost_ends_some_time(self, lab, client):
        """moto's own client waits for three years."""
        queue = boto3.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
        catch = [{"ErrorEquals": ["SQS.SdkClientException"], "Next": "Known"}]
        send = {"QueueUrl": queue, "MessageBody": "m"}
        state = task("arn:aws:states:::sqs:sendMessage", send, Catch=catch)
        with faults.lost_reply("sqs.SendMessage"):
            flow = Flow(machine({"Send": state, "Known": KNOWN}))
            pass_time(lab, 3600)
        assert flow.status == "SUCCEEDED"
        assert len(boto3.client("sqs").receive_message(QueueUrl=queue)["Messages"]) == 1

    def test_the_calls_stand_in_the_trace_under_the_machines_name(self, lab, client):
        queue = boto3.client("sqs").create_queue(QueueName="tokens")["QueueUrl"]
        Flow(machine({"Ask": ask(queue)}, name="approve"))
        pass_time(lab)
        sent = lab.trace[lab.trace.operation == "SendMessage"]
        assert list(sent.caller) == ["states:approve"]


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


class TestExpress:
    def run(self, arn, given=None, **more):
        return boto3.client("stepfunctions").start_sync_execution(
            stateMachineArn=arn, input=json.dumps(given or {}), **more
        )

    def test_the_answer_has_the_result(self, lab, client):
        lab.deploy("work", lambda event, context: time.sleep(2) or event["n"] + 1)
        state = task(INVOKE, {"FunctionName": "work", "Payload.$": "$"}, OutputPath="$.Payload")
        arn = machine({"Work": state}, type="EXPRESS")
        answer = self.run(arn, {"n": 1}, name="one")
        assert (answer["status"], answer["output"], answer["name"]) == ("SUCCEEDED", "2", "one")
        assert (answer["stopDate"] - answer["startDate"]).total_seconds() == lab.now == 2
        assert ":express:flow:one:" in answer["executionArn"]
        assert self.run(arn, {"n": 1}, name="one")["executionArn"] != answer["executionArn"]

    def test_a_failure_is_an_answer_too(self, lab, client):
        arn = machine({"Fail": {"Type": "Fail", "Error": "No", "Cause": "way"}}, type="EXPRESS")
        answer = self.run(arn)
        assert (answer["status"], answer["error"], answer["cause"]) == ("FAILED", "No", "way")
        assert "output" not in answer

    def test_it_ends_after_five_minutes(self, lab, client):
        patient = boto3.client("stepfunctions", config=Config(read_timeout=400))
        answer = patient.start_sync_execution(stateMachineArn=machine(WAIT, type="EXPRESS"))
        assert (answer["status"], lab.now) == ("TIMED_OUT", pytest.approx(300))

    def test_what_each_type_does_not_have(self, lab, client):
        express = machine(WAIT, name="quick", type="EXPRESS")
        standard = machine(WAIT, name="slow")
        unsupported = "StateMachineTypeNotSupported"
        assert refused(client.list_executions, stateMachineArn=express) == unsupported
        assert refused(client.start_sync_execution, stateMachineArn=standard) == unsupported

    def test_an_asynchronous_start_is_not_idempotent(self, lab, client):
        arn = machine(WAIT, type="EXPRESS")
        arns = {
            client.start_execution(stateMachineArn=arn, name="one")["executionArn"]
            for _ in range(3)
        }
        assert len(arns) == 3


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

"""What tasks of a workflow call: functions, and the operations of other services."""

from __future__ import annotations

import json
import time

import boto3
import pytest
from emulated_executions import pass_time
from emulated_states import Flow, ask, machine, task

from helpers import faults

KNOWN = {"Type": "Pass", "End": True}
INVOKE = "arn:aws:states:::lambda:invoke"
EVENT = {"Source": "shop", "DetailType": "order placed", "Detail": {}}


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

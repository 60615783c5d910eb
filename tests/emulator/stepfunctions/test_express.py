"""Express workflows: what a synchronous start answers, and what they do not have."""

from __future__ import annotations

import json
import time

import boto3
import pytest
from botocore.config import Config
from emulated_executions import refused
from emulated_states import machine, task

WAIT = {"Wait": {"Type": "Wait", "Seconds": 3600, "End": True}}
INVOKE = "arn:aws:states:::lambda:invoke"


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

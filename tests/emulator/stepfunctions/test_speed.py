"""Workflows cost little, however long they wait and however many items they have."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter

import boto3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from timed_states import describe, each, machine, seconds, start, wait

from helpers import Lab

ROLE = "arn:aws:iam::123456789012:role/lab"
SEND = "arn:aws:states:::sqs:sendMessage"


class TestLoading:
    PROGRAM = """
import boto3, sys
from helpers import Lab
with Lab(seed=1):
    states = boto3.client("stepfunctions")
    states.list_state_machines()
    print(sorted(name for name in sys.modules if name.startswith(("moto.batch", "moto.ec2"))))
    print(boto3.client("batch").describe_job_queues()["jobQueues"])
    from moto.batch import models, utils
    print(models.JobStatus is utils.JobStatus, "jsonata" in sys.modules)
"""

    def test_the_first_call_reads_no_other_service(self):
        done = subprocess.run(
            [sys.executable, "-c", self.PROGRAM], capture_output=True, encoding="utf-8", check=True
        )
        assert done.stdout.splitlines() == ["[]", "[]", "True False"]

    def test_moto_is_as_it_was_when_the_lab_is_closed(self):
        from moto.stepfunctions.parser.asl.component.program.program import Program
        from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
        from moto.stepfunctions.parser.asl.utils import json_path

        def held():
            parser = vars(AmazonStateLanguageParser)
            return parser["parse"], vars(Program)["eval"], json_path.parse

        before = held()
        with Lab(seed=1):
            boto3.client("stepfunctions").list_state_machines()
            assert not set(held()) & set(before)
        assert held() == before


class TestTime:
    @pytest.mark.parametrize("days", [1, 300])
    def test_a_long_wait_wakes_nobody_up(self, lab, days):
        length = days * 86_400
        task = {
            "Type": "Task",
            "Resource": f"{SEND}.waitForTaskToken",
            "TimeoutSeconds": length,
            "Parameters": {
                "QueueUrl": boto3.client("sqs").create_queue(QueueName="q")["QueueUrl"],
                "MessageBody.$": "$$.Task.Token",
            },
            "End": True,
        }
        asks = {"StartAt": "Ask", "States": {"Ask": task}}
        both = {"Type": "Parallel", "Branches": [asks, wait(length)], "End": True}
        arn = machine("long", "Both", {"Both": both})
        before = lab._clock.switches
        with lab.running(days=days, seconds=1):
            execution = start(arn)
        assert lab._clock.switches - before < 30
        assert (describe(execution)["error"], seconds(execution)) == ("States.Timeout", length)

    @settings(max_examples=10, deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 10**6), st.floats(0, 10)), min_size=1, max_size=8))
    def test_a_wait_is_as_long_as_it_says(self, waits):
        with Lab(seed=1) as lab:
            states = {
                f"wait-{number}": {"Type": "Wait", "Seconds": length, "Next": f"wait-{number + 1}"}
                for number, (length, _) in enumerate(waits)
            }
            states[f"wait-{len(waits)}"] = {"Type": "Succeed"}
            arn = machine("waits", "wait-0", states)
            with lab.running(days=200):
                time.sleep(sum(pause for _, pause in waits))
                execution = start(arn)
            total = sum(length for length, _ in waits)
            assert seconds(execution) == pytest.approx(total, abs=1e-3)

    @pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata"])
    def test_a_timestamp_is_the_same_moment_everywhere(self, lab, monkeypatch, zone):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        try:
            until = {"Type": "Wait", "Timestamp": "2026-11-02T09:00:00.750Z", "End": True}
            arn = machine("until", "Until", {"Until": until})
            with lab.running(hours=12):
                time.sleep(0.5)
                execution = start(arn)
        finally:
            monkeypatch.undo()
            time.tzset()
        assert seconds(execution) == 3600.25

    def test_a_moment_that_has_passed_is_not_waited_for(self, lab):
        until = {"Type": "Wait", "TimestampPath": "$.at", "End": True}
        arn = machine("until", "Until", {"Until": until})
        with lab.running(hours=1):
            past = start(arn, "past", {"at": "2026-11-01T00:00:00Z"})
            offset = start(arn, "offset", {"at": "2026-11-02T10:30:00+02:00"})
            wrong = start(arn, "wrong", {"at": "tomorrow"})
        assert (seconds(past), seconds(offset)) == (0, 1800)
        assert describe(wrong)["error"] == "States.Runtime"

    def test_a_stopped_execution_waits_no_longer(self, lab):
        arn = machine("stopped", "Both", {"Both": each(wait(3600), items=5)})
        with lab.running(hours=2):
            execution = start(arn)
            time.sleep(100)
            boto3.client("stepfunctions").stop_execution(executionArn=execution)
        assert (describe(execution)["status"], seconds(execution)) == ("ABORTED", 100)

    def test_a_machines_own_timeout(self, lab):
        arn = machine("short", "Wait", wait(3600)["States"], TimeoutSeconds=60)
        with lab.running(hours=2):
            execution = start(arn)
        assert (describe(execution)["status"], seconds(execution)) == ("TIMED_OUT", 60)


class TestMap:
    @pytest.mark.parametrize(
        ("items", "given", "at_once"),
        [
            (20, 1, 1),
            (20, 3, 3),
            (20, 19, 19),
            (20, 50, 20),
            (20, 0, 20),
            (100, 0, 40),
            (90, 60, 40),
        ],
    )
    def test_so_many_at_a_time_and_results_in_order(self, lab, items, given, at_once):
        sqs = boto3.client("sqs")
        url = sqs.create_queue(QueueName="q")["QueueUrl"]
        arguments = {"QueueUrl": url, "MessageBody": "{% $string($states.input) %}"}
        send = {"Type": "Task", "Resource": SEND, "Arguments": arguments}
        output = "{% $states.input %}"
        processor = {
            "StartAt": "Begin",
            "States": {
                "Begin": {**send, "Output": output, "Next": "Wait"},
                "Wait": {"Type": "Wait", "Seconds": "{% 10 + $states.input % 3 %}", "Next": "End"},
                "End": {**send, "Output": output, "End": True},
            },
        }
        state = each(processor, items=items, MaxConcurrency=given)
        del state["QueryLanguage"]
        arn = machine("map", "Each", {"Each": state}, QueryLanguage="JSONata")
        with lab.running(hours=1):
            execution = start(arn)
        assert json.loads(describe(execution)["output"]) == list(range(1, items + 1))
        calls = lab.trace[lab.trace.operation == "SendMessage"]
        running, most, seen = 0, 0, Counter()
        for messages in calls.messages:
            [sent] = messages
            running += 1 if sent.body not in seen else -1
            seen[sent.body] += 1
            most = max(most, running)
        assert (most, len(seen)) == (at_once, items)
        assert set(calls.caller) == {"states:map"}

    def test_a_thousand_items_one_after_another(self, lab):
        processor = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
        state = each(processor, items=1500, MaxConcurrency=1)
        arn = machine("map", "Each", {"Each": state})
        with lab.running(seconds=1):
            execution = start(arn)
        assert json.loads(describe(execution)["output"]) == list(range(1, 1501))

    def test_an_item_that_fails_ends_the_others(self, lab):
        url = boto3.client("sqs").create_queue(QueueName="q")["QueueUrl"]
        processor = {
            "StartAt": "Wait",
            "States": {
                "Wait": {"Type": "Wait", "SecondsPath": "$", "Next": "Which"},
                "Which": {
                    "Type": "Choice",
                    "Choices": [{"Variable": "$", "NumericEquals": 7, "Next": "Fail"}],
                    "Default": "Send",
                },
                "Fail": {"Type": "Fail", "Error": "Seven"},
                "Send": {
                    "Type": "Task",
                    "Resource": SEND,
                    "Parameters": {"QueueUrl": url, "MessageBody.$": "States.Format('{}', $)"},
                    "End": True,
                },
            },
        }
        arn = machine("map", "Each", {"Each": each(processor)})
        with lab.running(hours=1):
            execution = start(arn)
        assert (describe(execution)["error"], seconds(execution)) == ("Seven", 7)
        assert len(lab.trace[lab.trace.operation == "SendMessage"]) == 6

    def test_distributed(self, lab):
        processor = {
            **wait(10),
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        }
        arn = machine("map", "Each", {"Each": each(processor, items=200)})
        with lab.running(hours=1):
            execution = start(arn)
        assert json.loads(describe(execution)["output"]) == list(range(1, 201))
        assert seconds(execution) == 10

    @pytest.mark.parametrize("mode", ["INLINE", "DISTRIBUTED"])
    def test_ends_with_the_time_of_its_execution(self, lab, mode):
        kind = {"ExecutionType": "STANDARD"} if mode == "DISTRIBUTED" else {}
        processor = {**wait(10), "ProcessorConfig": {"Mode": mode, **kind}}
        arn = machine("map", "Each", {"Each": each(processor, items=200)}, TimeoutSeconds=5)
        with lab.running(hours=1):
            execution = start(arn)
        assert (describe(execution)["status"], seconds(execution)) == ("TIMED_OUT", 5)


def test_failures_do_not_appear_on_the_screen(lab, capfd, caplog):
    fails = {
        "StartAt": "F",
        "States": {"F": {"Type": "Fail", "Error": "Broken", "Cause": "as planned"}},
    }
    arn = machine("fails", "Both", {"Both": {"Type": "Parallel", "Branches": [fails], "End": True}})
    wrong = machine("wrong", "P", {"P": {"Type": "Pass", "InputPath": "$.no", "End": True}})
    with lab.running(seconds=1):
        executions = [start(arn), start(wrong)]
    assert [describe(execution)["status"] for execution in executions] == ["FAILED"] * 2
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []

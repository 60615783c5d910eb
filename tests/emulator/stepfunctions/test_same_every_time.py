"""The same seed runs the same workflows in the same way, many at a time too."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter

import boto3
from timed_states import describe, each, machine, start, wait

from helpers import Lab
from helpers.lab import beside

ROLE = "arn:aws:iam::123456789012:role/lab"
SEND = "arn:aws:states:::sqs:sendMessage"


def busy(seed, runs):
    """Everything that so many executions leave behind, half of which fail in a branch."""
    with Lab(seed=seed) as lab:
        sqs, states = boto3.client("sqs"), boto3.client("stepfunctions")
        url = sqs.create_queue(QueueName="q")["QueueUrl"]
        ask = {
            "Type": "Task",
            "Resource": f"{SEND}.waitForTaskToken",
            "TimeoutSeconds": 3600,
            "Arguments": {
                "QueueUrl": url,
                "MessageBody": {
                    "token": "{% $states.context.Task.Token %}",
                    "draw": "{% $random() %}",
                },
            },
            "Assign": {"a": "{% $states.result.n %}", "b": "{% $uuid() %}", "c": 3},
            "Retry": [{"ErrorEquals": ["Later"], "MaxAttempts": 2, "JitterStrategy": "FULL"}],
            "End": True,
        }
        asks = {"StartAt": "Ask", "States": {"Ask": ask}}
        branches = [
            {"StartAt": f"W{n}", "States": {f"W{n}": {"Type": "Wait", "Seconds": n, "End": True}}}
            for n in range(20)
        ]
        flow = {
            "All": {"Type": "Parallel", "Branches": branches, "Next": "Each"},
            "Each": {**each(asks, MaxConcurrency=4), "Next": "End"},
            "End": {"Type": "Succeed"},
        }
        del flow["Each"]["End"], flow["Each"]["QueryLanguage"]
        arn = machine("busy", "All", flow, QueryLanguage="JSONata")

        def answer(token, draw):
            if draw < 0.2:
                error = "Never" if draw < 0.02 else "Later"
                states.send_task_failure(taskToken=token, error=error)
            else:
                states.send_task_success(taskToken=token, output=json.dumps({"n": draw}))

        def decide():
            while True:
                reply = sqs.receive_message(
                    QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=20
                )
                for message in reply.get("Messages", []):
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                    body = json.loads(message["Body"])
                    with contextlib.suppress(states.exceptions.TaskTimedOut):
                        answer(**body)  # too late when another item has failed meanwhile

        with lab.running(hours=2):
            lab.start(decide)
            for number in range(runs):
                start(arn, f"run-{number}")
                time.sleep(1)
        rows = states.list_executions(stateMachineArn=arn, maxResults=1000)["executions"]
        ends = [describe(row["executionArn"]) for row in rows]
        for end in ends:
            del end["ResponseMetadata"]
        last = states.get_execution_history(executionArn=rows[0]["executionArn"], maxResults=1000)
        return [repr(row) for row in lab.trace.to_dict("records")], ends, last["events"]


class TestSameEveryTime:
    def test_parallel_and_map_with_twenty_branches(self):
        trace, ends, events = busy(1, runs=9)
        statuses = Counter(end["status"] for end in ends)
        assert statuses.total() == 9
        assert min(statuses["SUCCEEDED"], statuses["FAILED"]) > 2
        assert {"Never", None} <= {end.get("error") for end in ends}
        assert len(events) > 100
        again = busy(1, runs=9)
        for before, after in zip((trace, ends, events), again, strict=True):
            assert len(before) == len(after)
            assert [row for row in zip(before, after, strict=True) if row[0] != row[1]] == []
        assert len(busy(1, runs=2)[0]) != len(busy(2, runs=2)[0])

    def test_in_every_process_and_in_every_lab_of_one(self):
        program = (
            f"import runpy; digest = runpy.run_path({__file__!r})['digest']; "
            "print(digest(), digest())"
        )
        seen = set()
        for seed in ("1", "2"):
            done = subprocess.run(
                [sys.executable, "-c", program],
                capture_output=True,
                encoding="utf-8",
                check=True,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": seed},
            )
            seen |= set(done.stdout.split())
        assert len(seen) == 1

    def test_in_labs_beside_an_open_one(self, lab):
        def tokens():
            with beside(seed=3) as inner:
                sqs = boto3.client("sqs")
                url = sqs.create_queue(QueueName="q")["QueueUrl"]
                ask = {
                    "Type": "Task",
                    "Resource": f"{SEND}.waitForTaskToken",
                    "TimeoutSeconds": 10,
                    "Parameters": {"QueueUrl": url, "MessageBody.$": "$$.Task.Token"},
                    "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}],
                    "End": True,
                }
                arn = machine("asks", "Ask", {"Ask": ask})
                with inner.running(hours=1):
                    start(arn)
                received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
                return sorted(message["Body"] for message in received["Messages"])

        first = tokens()
        assert len(set(first)) == 3
        assert tokens() == first

    def test_threads_are_few_and_named_after_the_machine(self, lab):
        inner = each(wait(60), items=3)
        branches = [{"StartAt": "Each", "States": {"Each": inner}}, wait(60)]
        both = {"Type": "Parallel", "Branches": branches, "End": True}
        arn = machine("names", "Both", {"Both": both})
        before = set(threading.enumerate())
        with lab.running(hours=1):
            start(arn)
            time.sleep(1)
            names = [thread.name for thread in set(threading.enumerate()) - before]
        # the execution, its attempts at Both and Each, two branches, three items
        assert names == ["states:names"] * 8

    def test_hundreds_at_a_time(self, lab):
        sqs, states = boto3.client("sqs"), boto3.client("stepfunctions")
        url = sqs.create_queue(QueueName="q")["QueueUrl"]
        ask = {
            "Type": "Task",
            "Resource": f"{SEND}.waitForTaskToken",
            "TimeoutSeconds": 5000,
            "Parameters": {
                "QueueUrl": url,
                "MessageBody": {"token.$": "$$.Task.Token", "order.$": "$.order"},
            },
            "Next": "Cool",
        }
        cool = {"Type": "Wait", "Seconds": 600, "End": True}
        arn = machine("orders", "Ask", {"Ask": ask, "Cool": cool})

        def answer(token, order):
            time.sleep(3600)
            if order % 3 == 0:
                states.send_task_failure(taskToken=token, error="Declined", cause=str(order))
            elif order % 3 == 1:
                states.send_task_success(taskToken=token, output=json.dumps(order))

        def hand_out():
            while True:
                reply = sqs.receive_message(
                    QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=20
                )
                for message in reply.get("Messages", []):
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                    lab.start(answer, *json.loads(message["Body"]).values())

        with lab.running(hours=2):
            lab.start(hand_out)
            executions = [
                states.start_execution(stateMachineArn=arn, input=json.dumps({"order": n}))
                for n in range(200)
            ]
        for order, execution in enumerate(executions):
            end = states.describe_execution(executionArn=execution["executionArn"])
            told = end["status"], end.get("error"), end.get("cause"), end.get("output")
            lasted = (end["stopDate"] - end["startDate"]).total_seconds()
            assert (*told, lasted) == (
                ("FAILED", "Declined", str(order), None, 3600),
                ("SUCCEEDED", None, None, str(order), 4200),
                ("FAILED", "States.Timeout", None, None, 5000),
            )[order % 3]


def digest():
    """A few letters for everything that a busy lab leaves behind."""
    return hashlib.sha256(repr(busy(3, runs=2)).encode()).hexdigest()

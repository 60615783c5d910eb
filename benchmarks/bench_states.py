"""What workflows cost, as ratios within one run: ``uv run python benchmarks/bench_states.py``.

The first call of a service costs most in a process of its own, so it is measured in fresh ones, in
seconds of processor time and with Python's compiled files in place. The two sides of a ratio take
turns, and each figure is the best of several rounds.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time

import boto3

from helpers import Lab

ROUNDS, WORKFLOWS = 3, 200
ROLE = "arn:aws:iam::123456789012:role/lab"
FIRST = """
import boto3, time
from helpers import Lab
with Lab(seed=1):
    boto3.client("sqs").list_queues()
    client = boto3.client({service!r})
    begin = time.process_time()
    client.{operation}()
    print(time.process_time() - begin)
"""
LISTS = {  # of services that a lesson calls, one call each
    "stepfunctions": "list_state_machines",
    "dynamodb": "list_tables",
    "events": "list_rules",
    "lambda": "list_functions",
    "sns": "list_topics",
}
WAIT = {"Type": "Wait", "Seconds": 3600, "End": True}


def first_call(service: str) -> float:
    """Seconds for the first call of a service in a process that has called SQS."""
    program = FIRST.format(service=service, operation=LISTS[service])
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True
    )
    return float(done.stdout)


def ask(url: str) -> dict:
    """A task that waits until somebody reports."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "TimeoutSeconds": 7200,
        "Parameters": {"QueueUrl": url, "MessageBody": {"token.$": "$$.Task.Token"}},
        "End": True,
    }


def workflows(count: int, *, callback: bool) -> float:
    """Seconds for so many workflows of one simulated hour each."""
    with Lab(seed=1) as lab:
        sqs, states = boto3.client("sqs"), boto3.client("stepfunctions")
        url = sqs.create_queue(QueueName="tokens")["QueueUrl"]
        only = ask(url) if callback else WAIT
        machine = states.create_state_machine(
            name="hour",
            definition=json.dumps({"StartAt": "Only", "States": {"Only": only}}),
            roleArn=ROLE,
        )["stateMachineArn"]

        def report(token: str) -> None:
            time.sleep(3600)
            states.send_task_success(taskToken=token, output="{}")

        def hand_out() -> None:
            while True:
                reply = sqs.receive_message(
                    QueueUrl=url, WaitTimeSeconds=20, MaxNumberOfMessages=10
                )
                for message in reply.get("Messages", []):
                    lab.start(report, json.loads(message["Body"])["token"])
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

        def begin() -> None:
            for number in range(count):
                states.start_execution(stateMachineArn=machine, name=f"run-{number}")

        began = time.process_time()
        with lab.running(hours=1, minutes=5):
            lab.start(begin)
            if callback:
                lab.start(hand_out)
        lasted = time.process_time() - began
        found = states.get_paginator("list_executions").paginate(stateMachineArn=machine)
        ends = [row["status"] for page in found for row in page["executions"]]
        if ends != ["SUCCEEDED"] * count:
            raise RuntimeError(f"not every workflow succeeded: {set(ends)}")
        return lasted


def calls(count: int) -> float:
    """Seconds for so many calls of SQS, to compare with."""
    with Lab(seed=1) as lab:
        sqs = boto3.client("sqs")
        url = sqs.create_queue(QueueName="plain")["QueueUrl"]

        def send() -> None:
            for _ in range(count):
                sqs.send_message(QueueUrl=url, MessageBody="order")

        began = time.process_time()
        with lab.running():
            lab.start(send)
        return time.process_time() - began


def main() -> None:
    first = {service: min(first_call(service) for _ in range(ROUNDS)) for service in LISTS}
    states = first.pop("stepfunctions")
    others = max(first.values())
    rounds = [
        (
            workflows(WORKFLOWS, callback=False),
            workflows(WORKFLOWS, callback=True),
            calls(WORKFLOWS),
        )
        for _ in range(ROUNDS)
    ]
    waits, callbacks, sends = (min(column) for column in zip(*rounds, strict=True))
    print(f"first call, Step Functions  {states:6.2f} s ({states - others:.2f} over; at most 0.4)")
    print(f"first call, the others      {others:6.2f} s at most")
    print(f"{WORKFLOWS} hours of Wait           {waits:6.2f} s (at most 5)")
    print(f"{WORKFLOWS} hours of a callback     {callbacks:6.2f} s (at most 5)")
    print(f"a Wait / a call of SQS      {waits / sends:6.2f}")
    print(f"a callback / a call of SQS  {callbacks / sends:6.2f}")


if __name__ == "__main__":
    main()

"""Step Functions' callback wait over a day, in virtual time.

Hundreds of executions wait for somebody who answers, declines, says nothing, answers too late or
twice, or goes on sending heartbeats for ever.
"""

from __future__ import annotations

import json
import time
from collections import Counter

import boto3
import pytest
from botocore.exceptions import ClientError
from emulated_states import ask, machine
from in_ci import each_seed

from helpers import Lab

HOUR = 3600
BEAT, HEARTBEAT = 1500, 1800  # seconds between heartbeats, and how long one is waited for
TIMEOUT = 15 * HOUR  # of a task, heartbeats or not
MANNERS = ("answers", "declines", "silent", "stops beating", "late", "twice", "beats for ever")


def decide(client, order, token, told):
    """What one person does with a token, over hours."""

    def report(call, **arguments):
        try:
            call(taskToken=token, **arguments)
        except ClientError as error:
            told[order].append(error.response["Error"]["Code"])

    def beat(seconds):
        for _ in range(seconds // BEAT):
            time.sleep(BEAT)
            report(client.send_task_heartbeat)

    manner = MANNERS[order % len(MANNERS)]
    output = json.dumps({"approved": order})
    if manner == "silent":
        return
    if manner == "stops beating":
        beat(3 * BEAT)
        return
    if manner == "late":
        time.sleep(2 * HOUR)
        report(client.send_task_success, output=output)
        return
    beat((20 if manner == "beats for ever" else 1 + order % 5) * HOUR)
    if manner == "declines":
        report(client.send_task_failure, error="Declined", cause=f"no stock of {order}")
    else:
        report(client.send_task_success, output=output)
    if manner == "twice":
        report(client.send_task_success, output="{}")


def approve(seed, *, executions, hours=24):
    """The trace, the end of every execution, and the codes that each person was told."""
    with Lab(seed=seed) as lab:
        sqs, client = boto3.client("sqs"), boto3.client("stepfunctions")
        url = sqs.create_queue(QueueName="approvals")["QueueUrl"]
        state = ask(url, HeartbeatSeconds=HEARTBEAT, TimeoutSeconds=TIMEOUT)
        state["Parameters"]["MessageBody"] = {"token.$": "$$.Task.Token", "order.$": "$.order"}
        del state["Parameters"]["MessageBody.$"]
        arn = machine({"Approve": state}, name="approve")
        told = {order: [] for order in range(executions)}

        def place_orders():
            for order in range(executions):
                body = json.dumps({"order": order})
                client.start_execution(stateMachineArn=arn, name=f"order-{order}", input=body)
                if order % 20 == 19:
                    time.sleep(30)

        def hand_out():
            while lab.now < HOUR:  # all have asked by then
                reply = sqs.receive_message(
                    QueueUrl=url, WaitTimeSeconds=20, MaxNumberOfMessages=10
                )
                for message in reply.get("Messages", []):
                    body = json.loads(message["Body"])
                    lab.mark("asked", **body)
                    lab.start(decide, client, body["order"], body["token"], told)
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

        with lab.running(hours=hours):
            lab.start(place_orders)
            lab.start(hand_out)
        ends = {}
        for order in range(executions):
            name = arn.replace(":stateMachine:", ":execution:") + f":order-{order}"
            end = client.describe_execution(executionArn=name)
            lasted = (end["stopDate"] - end["startDate"]).total_seconds()
            ends[order] = (end["status"], lasted, end.get("error"), end.get("output"))
        return [repr(row) for row in lab.trace.to_dict("records")], ends, told


def expected(order):
    """Status, seconds, error, output; and what the person was told."""
    manner = MANNERS[order % len(MANNERS)]
    worked = (1 + order % 5) * HOUR // BEAT * BEAT
    good = ("SUCCEEDED", worked, None, json.dumps({"approved": order}, separators=(",", ":")))
    late = {"TaskTimedOut"}
    return {
        "answers": (good, set()),
        "declines": (("FAILED", worked, "Declined", None), set()),
        "silent": (("FAILED", HEARTBEAT, "States.Timeout", None), set()),
        "stops beating": (("FAILED", 3 * BEAT + HEARTBEAT, "States.Timeout", None), set()),
        "late": (("FAILED", HEARTBEAT, "States.Timeout", None), late),
        "twice": (good, late),
        "beats for ever": (("FAILED", TIMEOUT, "States.Timeout", None), late),
    }[manner]


@pytest.mark.parametrize("seed", each_seed(1, 2, 3))
def test_every_execution_ends_as_it_was_answered(seed):
    trace, ends, told = approve(seed, executions=105)
    assert len(trace) > 1500
    for order, end in ends.items():
        (status, lasted, error, output), codes = expected(order)
        assert (end[0], end[2], end[3]) == (status, error, output), MANNERS[order % 7]
        assert end[1] == pytest.approx(lasted, abs=0.1)
        assert set(told[order]) == codes
    assert Counter(end[0] for end in ends.values()) == {"FAILED": 75, "SUCCEEDED": 30}


def test_every_run_is_identical():
    first = approve(2, executions=28)
    assert approve(2, executions=28) == first


def test_another_seed_has_other_tokens():
    one, other = (approve(seed, executions=7)[0] for seed in (2, 3))
    assert one != other

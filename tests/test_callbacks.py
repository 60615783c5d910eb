"""Step Functions' callback wait, hours of it, in virtual time."""

from __future__ import annotations

import json
import time

import boto3

from helpers import Lab

EXECUTIONS = 20
BEAT, HEARTBEAT = 500, 600  # seconds between heartbeats, and how long one is waited for


def definition(url):
    wait = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "HeartbeatSeconds": HEARTBEAT,
        "TimeoutSeconds": 99_999_999,  # AWS's own default; moto's is 60 beside a heartbeat
        "Parameters": {
            "QueueUrl": url,
            "MessageBody": {"token.$": "$$.Task.Token", "order.$": "$.order"},
        },
        "End": True,
    }
    return json.dumps({"StartAt": "Approve", "States": {"Approve": wait}})


def approve(seed):
    """The trace and the end of every execution: (status, seconds, error, output)."""
    with Lab(seed=seed) as lab:
        sqs, states = boto3.client("sqs"), boto3.client("stepfunctions")
        url = sqs.create_queue(QueueName="approvals")["QueueUrl"]
        machine = states.create_state_machine(
            name="approve",
            definition=definition(url),
            roleArn="arn:aws:iam::123456789012:role/lab",
        )["stateMachineArn"]

        def place_orders():
            for number in range(EXECUTIONS):
                body = json.dumps({"order": number})
                states.start_execution(stateMachineArn=machine, name=f"order-{number}", input=body)
                time.sleep(30)

        def decide(order, token):
            for beat in range(6 * (1 + order % 4)):
                if order % 5 == 4 and beat == 4:
                    return  # whoever was to decide has gone home
                time.sleep(BEAT)
                states.send_task_heartbeat(taskToken=token)
            if order % 5 == 3:
                states.send_task_failure(taskToken=token, error="Declined", cause="no stock")
            else:
                states.send_task_success(taskToken=token, output=json.dumps({"approved": order}, separators=(",", ":")))

        def hand_out():
            while True:
                reply = sqs.receive_message(
                    QueueUrl=url, WaitTimeSeconds=20, MaxNumberOfMessages=10
                )
                for message in reply.get("Messages", []):
                    body = json.loads(message["Body"])
                    lab.mark("asked", **body)
                    lab.start(decide, body["order"], body["token"])
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

        with lab.running(hours=6):
            lab.start(place_orders)
            lab.start(hand_out)
        ends = {}
        for row in states.list_executions(stateMachineArn=machine)["executions"]:
            end = states.describe_execution(executionArn=row["executionArn"])
            lasted = (end["stopDate"] - end["startDate"]).total_seconds()
            ends[end["name"]] = (end["status"], lasted, end.get("error"), end.get("output"))
        return [repr(row) for row in lab.trace.to_dict("records")], ends


def test_twenty_executions_wait_for_hours_and_end_as_they_were_answered():
    began = time.perf_counter()
    _, ends = approve(seed=1)
    print(f"{time.perf_counter() - began:.1f} s of real time")
    expected = {}
    for order in range(EXECUTIONS):
        hours = BEAT * 6.0 * (1 + order % 4)
        if order % 5 == 4:
            end = ("FAILED", 4.0 * BEAT + HEARTBEAT, "States.Timeout", None)
        elif order % 5 == 3:
            end = ("FAILED", hours, "Declined", None)
        else:
            end = ("SUCCEEDED", hours, None, json.dumps({"approved": order}, separators=(",", ":")))
        expected[f"order-{order}"] = end
    assert ends == expected


def test_every_run_is_identical():
    trace, ends = approve(seed=2)
    assert len(trace) > 1000
    for _ in range(4):
        assert approve(seed=2) == (trace, ends)


def test_another_seed_has_other_tokens():
    assert approve(seed=2)[0] != approve(seed=3)[0]

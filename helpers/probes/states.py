"""Step Functions."""

from __future__ import annotations

import json
from typing import Any

import boto3
from botocore.exceptions import ClientError

from helpers.probes.parts import Queue, kind


def machine(name: str, state: dict[str, Any]) -> tuple[Any, str]:
    """A state machine with one state, and the client that made it."""
    definition = json.dumps({"StartAt": "Only", "States": {"Only": {**state, "End": True}}})
    role = "arn:aws:iam::123456789012:role/lab"
    client = boto3.client("stepfunctions")
    made = client.create_state_machine(name=name, definition=definition, roleArn=role)
    return client, made["stateMachineArn"]


def late_token(lab: Any) -> str:
    """Success is reported after the task has timed out."""
    queue = Queue("tokens")
    task = {"Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "TimeoutSeconds": 60}
    task["Parameters"] = {"QueueUrl": queue.url, "MessageBody.$": "$$.Task.Token"}
    client, arn = machine("waits", {"Type": "Task", **task})
    with lab.running(seconds=90):
        lab.start(lambda: client.start_execution(stateMachineArn=arn, name="one"))
    [message] = queue.receive()
    try:
        client.send_task_success(taskToken=message["Body"], output="{}")
    except ClientError as error:
        return kind(error)
    return "accepted"


def two_executions(lab: Any) -> str:
    """Two executions of one state machine, started without a name."""
    client, arn = machine("waits-too", {"Type": "Wait", "Seconds": 60})
    try:
        made = {client.start_execution(stateMachineArn=arn)["executionArn"] for _ in range(2)}
    except ClientError as error:
        return kind(error)
    return "two executions" if len(made) == 2 else "one execution"

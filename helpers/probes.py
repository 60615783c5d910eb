"""Small programs of AWS calls, each about one thing that an emulator may do differently from AWS.

Each takes a lab and says in a few words what came of it. `helpers.differences` runs them, all in
one lab, so each has names of its own. The function "work" is there already, and answers "done".
"""

from __future__ import annotations

import json
from typing import Any

import boto3
from botocore.exceptions import ClientError

FIFO = {"FifoQueue": "true"}


class Queue:
    """A queue and the few calls that the probes make."""

    def __init__(self, name: str, **attributes: str) -> None:
        self.sqs = boto3.client("sqs")
        self.url = self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        names = ["QueueArn"]
        found = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=names)
        self.arn = found["Attributes"]["QueueArn"]

    def send(self, body: str, **more: str) -> str:
        return self.sqs.send_message(QueueUrl=self.url, MessageBody=body, **more)["MessageId"]

    def receive(self, **more: int) -> list[dict[str, Any]]:
        return self.sqs.receive_message(QueueUrl=self.url, **more).get("Messages", [])

    def delete(self, message: dict[str, Any]) -> None:
        self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])


def _pass(lab: Any, seconds: float) -> None:
    with lab.running(seconds=seconds):
        pass


def old_handle(lab: Any) -> str:
    """A consumer is late: its message has been received again. It deletes all the same."""
    queue = Queue("late")
    queue.send("order")
    [first] = queue.receive(VisibilityTimeout=10)
    _pass(lab, 11)
    queue.receive(VisibilityTimeout=10)
    queue.delete(first)
    _pass(lab, 11)
    return "the message stays" if queue.receive() else "the message is gone"


def repeat_after_delete(lab: Any) -> str:
    """A message is sent, received and deleted, and a minute later sent again."""
    queue = Queue("again.fifo", **FIFO)
    for _ in range(2):
        queue.send("order", MessageGroupId="g", MessageDeduplicationId="d")
        received = queue.receive()
        for message in received:
            queue.delete(message)
        _pass(lab, 60)
    return "delivered again" if received else "not delivered"


def repeat_in_groups(lab: Any) -> str:
    """One deduplication id in two message groups, where each group counts for itself."""
    queue = Queue("groups.fifo", DeduplicationScope="messageGroup", **FIFO)
    for group in "ab":
        queue.send("order", MessageGroupId=group, MessageDeduplicationId="d")
    return f"{len(queue.receive(MaxNumberOfMessages=10))} delivered"


def fifo_after_timeout(lab: Any) -> str:
    """A batch of one group is received, not deleted, and becomes visible again."""
    queue = Queue("batch.fifo", **FIFO)
    for number in range(3):
        queue.send(str(number), MessageGroupId="g", MessageDeduplicationId=str(number))
    queue.receive(MaxNumberOfMessages=10, VisibilityTimeout=10)
    _pass(lab, 11)
    order = [message["Body"] for message in queue.receive(MaxNumberOfMessages=10)]
    return "all three, in order" if order == ["0", "1", "2"] else f"{len(order)} of three"


def retention(lab: Any) -> str:
    """One message has outlived its retention; one receive follows."""
    queue = Queue("aged", MessageRetentionPeriod="60")
    queue.send("old")
    _pass(lab, 61)
    queue.send("new")
    return "the next message" if queue.receive() else "nothing"


def size(lab: Any) -> str:
    """1,000 characters of two bytes each, where 1,024 bytes are allowed."""
    try:
        Queue("large", MaximumMessageSize="1024").send("ü" * 1000)
    except ClientError:
        return "refused"
    return "accepted"


def redrive(lab: Any) -> str:
    """Messages go back from the dead-letter queue."""
    dead = Queue("dead")
    policy = json.dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": 1})
    queue = Queue("source", RedrivePolicy=policy, VisibilityTimeout="1")
    queue.send("order")
    for _ in range(2):
        queue.receive()
        _pass(lab, 2)
    try:
        queue.sqs.start_message_move_task(SourceArn=dead.arn)
    except Exception as error:
        return _kind(error)
    _pass(lab, 2)
    return "messages return" if queue.receive() else "messages stay"


def standard_queue(lab: Any) -> str:
    """Ten messages through a standard queue, one consumer."""
    queue = Queue("standard")
    sent = [queue.send(str(number)) for number in range(10)]
    received = [message["MessageId"] for _ in sent for message in queue.receive()]
    return "once and in order" if received == sent else "maybe again, maybe out of order"


def function(lab: Any) -> str:
    """A Python function is invoked."""
    answer = boto3.client("lambda").invoke(FunctionName="work", Payload=b'"order"')
    return "runs" if answer["Payload"].read() == b'"done"' else "does not run"


def concurrency(lab: Any) -> str:
    """A function whose reserved concurrency is zero is invoked."""
    client = boto3.client("lambda")
    client.put_function_concurrency(FunctionName="work", ReservedConcurrentExecutions=0)
    try:
        client.invoke(FunctionName="work", Payload=b"{}")
    except ClientError as error:
        return _kind(error)
    return "accepted"


def lost_target(lab: Any) -> str:
    """An event is published whose target, a queue, has been deleted."""
    queue, events = Queue("target"), boto3.client("events")
    events.put_rule(Name="gone", EventPattern=json.dumps({"source": ["shop"]}))
    events.put_targets(Rule="gone", Targets=[{"Id": "queue", "Arn": queue.arn}])
    queue.sqs.delete_queue(QueueUrl=queue.url)
    entry = {"Source": "shop", "DetailType": "OrderPlaced", "Detail": "{}"}
    try:
        events.put_events(Entries=[entry])
    except Exception as error:
        return f"fails: {_kind(error)}"
    return "accepted"


def _machine(name: str, state: dict[str, Any]) -> tuple[Any, str]:
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
    client, machine = _machine("waits", {"Type": "Task", **task})
    with lab.running(seconds=90):
        lab.start(lambda: client.start_execution(stateMachineArn=machine, name="one"))
    [message] = queue.receive()
    try:
        client.send_task_success(taskToken=message["Body"], output="{}")
    except ClientError as error:
        return _kind(error)
    return "accepted"


def two_executions(lab: Any) -> str:
    """Two executions of one state machine, started without a name."""
    client, machine = _machine("waits-too", {"Type": "Wait", "Seconds": 60})
    try:
        made = {client.start_execution(stateMachineArn=machine)["executionArn"] for _ in range(2)}
    except ClientError as error:
        return _kind(error)
    return "two executions" if len(made) == 2 else "one execution"


def _kind(error: Exception) -> str:
    if isinstance(error, ClientError):
        return str(error.response["Error"]["Code"])
    return type(error).__name__

"""Step Functions."""

from __future__ import annotations

import json
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from helpers.differences.probe import MODEL, ROLE, Queue, difference, kind, let_pass

ASK = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
LAST = {"Type": "Pass", "End": True}


def machine(name: str, state: dict[str, Any], **states: Any) -> tuple[Any, str]:
    """A state machine that starts with `state`, and the client that made it."""
    state = state if "Next" in state else {**state, "End": True}
    definition = json.dumps({"StartAt": "Only", "States": {"Only": state, **states}})
    client = boto3.client("stepfunctions")
    made = client.create_state_machine(name=name, definition=definition, roleArn=ROLE)
    return client, made["stateMachineArn"]


def asking(queue: Queue, **fields: Any) -> dict[str, Any]:
    """A task that sends its token to a queue and waits."""
    parameters = {"QueueUrl": queue.url, "MessageBody.$": "$$.Task.Token"}
    return {"Type": "Task", "Resource": ASK, "Parameters": parameters, **fields}


def end(client: Any, arn: str) -> dict[str, Any]:
    """How the only execution of a state machine stands."""
    [execution] = client.list_executions(stateMachineArn=arn)["executions"]
    return client.describe_execution(executionArn=execution["executionArn"])


def run(lab: Any, client: Any, arn: str, seconds: float = 1) -> dict[str, Any]:
    """Start an execution, let time pass, and see how it stands."""
    with lab.running(seconds=seconds):
        lab.start(lambda: client.start_execution(stateMachineArn=arn, name="one"))
    return end(client, arn)


@difference(
    "Step Functions: a late task token", aws="TaskTimedOut", source=f"{MODEL}, TaskTimedOut"
)
def late_token(lab: Any) -> str:
    """Success is reported after the task has timed out."""
    queue = Queue("tokens")
    client, arn = machine("waits", {**asking(queue), "TimeoutSeconds": 60})
    run(lab, client, arn, seconds=90)
    [message] = queue.receive()
    try:
        client.send_task_success(taskToken=message["Body"], output="{}")
    except ClientError as error:
        return kind(error)
    return "accepted"


@difference(
    "Step Functions: a task reported twice", aws="TaskTimedOut", source=f"{MODEL}, TaskTimedOut"
)
def second_report(lab: Any) -> str:
    """Success is reported twice, while the execution goes on."""
    queue = Queue("tokens-twice")
    wait = {"Type": "Wait", "Seconds": 60, "End": True}
    client, arn = machine("asks", {**asking(queue), "Next": "Rest"}, Rest=wait)
    run(lab, client, arn)
    [message] = queue.receive()
    try:
        for output in ("1", "2"):
            client.send_task_success(taskToken=message["Body"], output=output)
    except ClientError as error:
        return kind(error)
    return "accepted"


@difference(
    "Step Functions: the token of a retry",
    aws="another token",
    source="Developer Guide, service integration patterns",
)
def token_of_a_retry(lab: Any) -> str:
    """A task that asks again after its time-out."""
    queue = Queue("tokens-of-retries")
    retry = [{"ErrorEquals": ["States.Timeout"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    client, arn = machine("asks-again", asking(queue, TimeoutSeconds=60, Retry=retry))
    run(lab, client, arn, seconds=70)
    tokens = {queue.receive()[0]["Body"] for _ in range(2)}
    return "another token" if len(tokens) == 2 else "the same token"


@difference(
    "Step Functions: the cause in SendTaskFailure", aws="kept", source=f"{MODEL}, SendTaskFailure"
)
def failure_cause(lab: Any) -> str:
    """The cause in SendTaskFailure."""
    queue = Queue("tokens-declined")
    client, arn = machine("declined", asking(queue))
    run(lab, client, arn)
    [message] = queue.receive()
    client.send_task_failure(taskToken=message["Body"], error="Declined", cause="no stock")
    let_pass(lab, 1)
    return "kept" if end(client, arn).get("cause") == "no stock" else "lost"


@difference(
    "Step Functions: HeartbeatSeconds 600 alone",
    aws="fails after 600 s",
    source="Developer Guide, Task state",
)
def heartbeat_alone(lab: Any) -> str:
    """HeartbeatSeconds of 600 without TimeoutSeconds, and nobody says anything."""
    queue = Queue("tokens-unheard")
    client, arn = machine("unheard", asking(queue, HeartbeatSeconds=600))
    told = run(lab, client, arn, seconds=700)
    return f"fails after {(told['stopDate'] - told['startDate']).total_seconds():.0f} s"


@difference(
    "Step Functions: two starts without a name",
    aws="two executions",
    source=f"{MODEL}, StartExecution",
)
def two_executions(lab: Any) -> str:
    """Two executions of one state machine, started without a name."""
    client, arn = machine("waits-too", {"Type": "Wait", "Seconds": 60})
    try:
        made = {client.start_execution(stateMachineArn=arn)["executionArn"] for _ in range(2)}
    except ClientError as error:
        return kind(error)
    return "two executions" if len(made) == 2 else "one execution"


@difference(
    "Step Functions: StopExecution while it waits", aws="ABORTED", source=f"{MODEL}, StopExecution"
)
def stopped(lab: Any) -> str:
    """StopExecution of one that waits for a token."""
    client, arn = machine("stopped", asking(Queue("tokens-stopped")))
    told = run(lab, client, arn)
    client.stop_execution(executionArn=told["executionArn"])
    let_pass(lab, 60)
    return str(end(client, arn)["status"])


@difference(
    "Step Functions: startExecution.sync:2", aws="paid", source="Developer Guide, nested workflows"
)
def nested(lab: Any) -> str:
    """A workflow waits for another one."""
    _, child = machine("child", {"Type": "Pass", "Result": "paid"})
    service = "arn:aws:states:::states:startExecution.sync:2"
    start = {"Type": "Task", "Resource": service, "Parameters": {"StateMachineArn": child}}
    client, arn = machine("parent", start)
    told = run(lab, client, arn, seconds=5)
    if told["status"] != "SUCCEEDED":
        return str(told.get("error", told["status"]))
    return str(json.loads(told["output"])["Output"])


@difference(
    "Step Functions: Catch back to its own state",
    aws="RUNNING",
    source="Developer Guide, error handling",
)
def caught_in_place(lab: Any) -> str:
    """A Catch that leads back to its own state, and the second time-out."""
    queue = Queue("tokens-again")
    catch = [{"ErrorEquals": ["States.Timeout"], "Next": "Only"}]
    client, arn = machine("round", asking(queue, TimeoutSeconds=60, Catch=catch))
    told = run(lab, client, arn, seconds=90)
    if told["status"] == "RUNNING":  # else it would go round for 400 days in a later row
        client.stop_execution(executionArn=told["executionArn"])
    return str(told["status"])


@difference(
    "Step Functions: a branch's time-out is caught",
    aws="caught",
    source="Developer Guide, error handling",
)
def caught_outside(lab: Any) -> str:
    """A branch times out, and the Parallel state has a Catch for it."""
    ask = asking(Queue("tokens-branch"), TimeoutSeconds=60, End=True)
    both = {
        "Type": "Parallel",
        "Branches": [{"StartAt": "Ask", "States": {"Ask": ask}}],
        "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Last"}],
    }
    client, arn = machine("branches", both, Last=LAST)
    told = run(lab, client, arn, seconds=90)
    return "caught" if told["status"] == "SUCCEEDED" else str(told.get("error"))


def _created(name: str, state: dict[str, Any]) -> str:
    try:
        machine(name, state)
    except ClientError as error:
        return kind(error)
    return "accepted"


@difference(
    "Step Functions: a Next that names no state",
    aws="InvalidDefinition",
    source=f"{MODEL}, CreateStateMachine",
)
def dangling(_: Any) -> str:
    """A Next that names no state."""
    return _created("dangling", {"Type": "Pass", "Next": "Nowhere"})


@difference(
    "Step Functions: sqs:sendMessage.sync",
    aws="InvalidDefinition",
    source="Developer Guide, optimized integrations",
)
def wrong_pattern(_: Any) -> str:
    """A pattern that the service does not have."""
    resource = "arn:aws:states:::sqs:sendMessage.sync"
    return _created("pattern", {"Type": "Task", "Resource": resource, "Parameters": {}})


@difference(
    "Step Functions: a name with another definition",
    aws="StateMachineAlreadyExists",
    source=f"{MODEL}, CreateStateMachine",
)
def redefined(_: Any) -> str:
    """CreateStateMachine with the name of another one."""
    _created("taken", LAST)
    return _created("taken", {"Type": "Succeed"} | {"Comment": "another"} | LAST)


@difference("Step Functions: StartSyncExecution", aws="paid", source=f"{MODEL}, StartSyncExecution")
def express(_: Any) -> str:
    """A synchronous express workflow."""
    client = boto3.client("stepfunctions")
    definition = json.dumps({"StartAt": "Only", "States": {"Only": {**LAST, "Result": "paid"}}})
    made = client.create_state_machine(
        name="express", definition=definition, roleArn=ROLE, type="EXPRESS"
    )
    try:
        answer = client.start_sync_execution(stateMachineArn=made["stateMachineArn"])
    except (ClientError, BotoCoreError, RuntimeError, NotImplementedError) as error:
        return kind(error)
    return str(json.loads(answer["output"]))


@difference(
    "Step Functions: a wait of 500 days, after 400",
    aws="TIMED_OUT",
    source="Developer Guide, service quotas",
)
def longer_than_a_year(lab: Any) -> str:
    """A standard execution runs for a year at most."""
    wait = {"Type": "Wait", "Seconds": 500 * 86_400}
    return run(lab, *machine("long", wait), seconds=400 * 86_400)["status"]

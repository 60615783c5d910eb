"""Workflows for the tests: made and run in a few words."""

from __future__ import annotations

import json
from typing import Any

import boto3

ROLE = "arn:aws:iam::123456789012:role/lab"
SEND = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"


def machine(states: dict[str, Any], *, name: str = "flow", **settings: Any) -> str:
    """A state machine that starts with the first of `states`. Returns its ARN."""
    definition = {"StartAt": next(iter(states)), "States": states}
    return create(definition, name=name, **settings)


def create(definition: Any, *, name: str = "flow", **settings: Any) -> str:
    client = boto3.client("stepfunctions")
    text = definition if isinstance(definition, str) else json.dumps(definition)
    made = client.create_state_machine(name=name, definition=text, roleArn=ROLE, **settings)
    return made["stateMachineArn"]


def task(resource: str, parameters: Any = None, **fields: Any) -> dict[str, Any]:
    """A Task state; the last one unless `Next` says otherwise."""
    state = {"Type": "Task", "Resource": resource, **fields}
    if parameters is not None:
        state["Parameters"] = parameters
    if "Next" not in state:
        state["End"] = True
    return state


def ask(queue: str, **fields: Any) -> dict[str, Any]:
    """A task that sends its token to a queue and waits."""
    return task(SEND, {"QueueUrl": queue, "MessageBody.$": "$$.Task.Token"}, **fields)


class Flow:
    """One execution, looked at as a user would."""

    def __init__(self, arn: str, given: Any = None, **settings: Any) -> None:
        self.client = boto3.client("stepfunctions")
        started = self.client.start_execution(
            stateMachineArn=arn, input=json.dumps(given or {}), **settings
        )
        self.arn = started["executionArn"]

    @property
    def end(self) -> dict[str, Any]:
        return self.client.describe_execution(executionArn=self.arn)

    @property
    def status(self) -> str:
        return self.end["status"]

    @property
    def output(self) -> Any:
        return json.loads(self.end["output"])

    @property
    def lasted(self) -> float:
        """Simulated seconds."""
        end = self.end
        return (end["stopDate"] - end["startDate"]).total_seconds()

    @property
    def events(self) -> list[dict[str, Any]]:
        return self.client.get_execution_history(executionArn=self.arn)["events"]

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.events]

    def details(self, kind: str) -> list[dict[str, Any]]:
        """What the events of a type tell."""
        field = kind[:1].lower() + kind[1:] + "EventDetails"
        return [event.get(field, {}) for event in self.events if event["type"] == kind]

"""Workflows whose time is measured: made, started and described in a few words."""

from __future__ import annotations

import json

from lab_clients import client

ROLE = "arn:aws:iam::123456789012:role/lab"


def machine(name, first, states, **more):
    """The ARN of a new state machine that begins with `first`."""
    definition = json.dumps({"StartAt": first, "States": states, **more})
    made = client("stepfunctions").create_state_machine(
        name=name, definition=definition, roleArn=ROLE
    )
    return made["stateMachineArn"]


def start(arn, name="one", given=None):
    started = client("stepfunctions").start_execution(
        stateMachineArn=arn, name=name, input=json.dumps(given or {})
    )
    return started["executionArn"]


def describe(execution):
    return client("stepfunctions").describe_execution(executionArn=execution)


def seconds(execution):
    ended = describe(execution)
    return (ended["stopDate"] - ended["startDate"]).total_seconds()


def each(processor, *, items=20, **more):
    """A Map state over the numbers up to `items`."""
    return {
        "Type": "Map",
        "QueryLanguage": "JSONata",
        "Items": f"{{% [1..{items}] %}}",
        "ItemProcessor": processor,
        "End": True,
        **more,
    }


def wait(length):
    return {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": length, "End": True}}}

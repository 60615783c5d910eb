"""What somebody on call can list: executions that failed, and events that Lambda has given up.

`ListExecutions` is eventually consistent: "The results are best effort and may not reflect very
recent updates and changes" (API model of botocore 1.44.5, November 2026). Here it is read long
after the last execution has ended.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3

from helpers.lessons.leftovers import bodies_in

Order = dict[str, Any]


def executions(states: Any, machine: str, status: str) -> list[dict[str, Any]]:
    """The executions of a state machine that have this status."""
    pages = states.get_paginator("list_executions").paginate(
        stateMachineArn=machine, statusFilter=status
    )
    return [execution for page in pages for execution in page["executions"]]


def inputs(states: Any, status: str) -> Iterator[Order]:
    """What the executions of this status were given, of all state machines."""
    for machine in states.list_state_machines()["stateMachines"]:
        for execution in executions(states, machine["stateMachineArn"], status):
            told = states.describe_execution(executionArn=execution["executionArn"])
            yield json.loads(told["input"])


def failures(states: Any, given_up: str) -> list[str]:
    """Ids of the orders in a list of failures: of executions, or of events in a queue."""
    failed = {order["order_id"] for order in inputs(states, "FAILED")}
    bodies = [json.loads(body) for body in bodies_in(boto3.client("sqs"), given_up)]
    return sorted(failed | {body["requestPayload"]["detail"]["order_id"] for body in bodies})

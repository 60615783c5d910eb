"""EventBridge Scheduler."""

from __future__ import annotations

from typing import Any

import boto3

from helpers.differences.probe import ROLE, Queue, difference, kind, let_pass

AT_ONCE = {"FlexibleTimeWindow": {"Mode": "OFF"}}


@difference("Scheduler: rate(1 minute)", aws="fires", source="User Guide, schedule types")
def rate(lab: Any) -> str:
    """A schedule sends a message each minute."""
    queue, client = Queue("scheduled"), boto3.client("scheduler")
    target = {"Arn": queue.arn, "RoleArn": ROLE, "Input": "now"}
    given = {**AT_ONCE, "ScheduleExpression": "rate(1 minute)", "Target": target}
    client.create_schedule(Name="rate", **given)
    let_pass(lab, 90)
    client.delete_schedule(Name="rate")
    return "fires" if queue.receive() else "never fires"


@difference(
    "Scheduler: rate(10 seconds)", aws="ValidationException", source="User Guide, schedule types"
)
def seconds(lab: Any) -> str:
    """A unit that there is not."""
    client, target = boto3.client("scheduler"), {"Arn": Queue("seconds").arn, "RoleArn": ROLE}
    given = {**AT_ONCE, "ScheduleExpression": "rate(10 seconds)", "Target": target}
    try:
        client.create_schedule(Name="seconds", **given)
    except Exception as error:
        return kind(error)
    return "accepted"

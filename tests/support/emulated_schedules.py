"""What the tests of Scheduler have in common: schedules, and when a target was called."""

from __future__ import annotations

from datetime import UTC, datetime

from lab_clients import client

ROLE = "arn:aws:iam::123456789012:role/scheduler"
BEGIN = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)  # when a lab begins: a Monday


def asked(expression: str, arn: str, *, minutes: int | None = None, **more: object) -> dict:
    """The parameters of CreateSchedule. `Input` and the like go into the target."""
    parts = ("Input", "RetryPolicy", "DeadLetterConfig", "SqsParameters", "EventBridgeParameters")
    target = {name: more.pop(name) for name in parts if name in more}
    off = {"Mode": "OFF"}
    return {
        "ScheduleExpression": expression,
        "FlexibleTimeWindow": off
        if minutes is None
        else {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": minutes},
        "Target": {"Arn": arn, "RoleArn": ROLE, **target},
        **more,
    }


def schedule(name: str, expression: str, arn: str, **more: object) -> str:
    """Create a schedule. Returns its ARN."""
    given = asked(expression, arn, **more)
    return client("scheduler").create_schedule(Name=name, **given)["ScheduleArn"]


def firings(lab, name: str) -> list[float]:
    """Minutes since the lab began at which a schedule called its target."""
    trace = lab.trace
    rows = trace[(trace.caller == f"scheduler:{name}") & (trace.attempt == 1)]
    return [round(seconds / 60, 6) for seconds in rows.time]

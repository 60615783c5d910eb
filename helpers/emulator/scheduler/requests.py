"""CreateSchedule and UpdateSchedule: what they are given, what they refuse, and what becomes of it.

Statements followed, as of November 2026 (API model in botocore 1.44.5, unless named otherwise):

- UpdateSchedule: "EventBridge Scheduler uses all values, including empty values, specified in the
  request and overrides the existing schedule."
- ClientToken: a "unique, case-sensitive identifier you provide to ensure the idempotency of the
  request". A request that repeats one is answered as that was.
- "If you do set the value to FLEXIBLE, you must then specify a maximum window of time" (User Guide,
  "Configuring flexible time windows in EventBridge Scheduler"). The words are the lab's.
- "The StartDate you specify cannot be earlier than 5 minutes ago." (moto, pull request 8172)
- A one-time schedule in the past is taken (recorded in LocalStack's tests, February 2025). AWS does
  not say what becomes of it: it does not fire here, and the reader is told.

A rate goes on as it was when an update leaves expression, time zone and StartDate of an enabled
schedule alone; else it begins anew. AWS does not say.
"""

from __future__ import annotations

import json
import time
from typing import Any

from moto.scheduler.exceptions import ValidationException
from moto.scheduler.models import EventBridgeSchedulerBackend
from moto.scheduler.responses import EventBridgeSchedulerResponse

from helpers.emulator import notices
from helpers.emulator.scheduler import targets
from helpers.emulator.scheduler.keeping import TimedSchedule, keep
from helpers.emulator.scheduler.refusals import Conflict
from helpers.emulator.scheduler.times import times

NAMES = (
    "Description", "EndDate", "FlexibleTimeWindow", "GroupName", "KmsKeyArn", "ScheduleExpression",
    "ScheduleExpressionTimezone", "StartDate", "State", "Target", "ActionAfterCompletion",
)  # fmt: skip
EARLIEST_START = 300.0  # seconds before now
RETRY_POLICY = {"MaximumEventAgeInSeconds": 86_400, "MaximumRetryAttempts": 185}
NEVER = (
    "the moment of {} has passed: AWS takes such a schedule and does not say what becomes of it. "
    "It does not fire in the lab; give a moment that is to come"
)

Given = dict[str, Any]


def create_schedule(response: EventBridgeSchedulerResponse) -> str:
    """Replaces `EventBridgeSchedulerResponse.create_schedule`."""
    backend, given = response.scheduler_backend, _given(response)
    token = response._get_param("ClientToken")
    tokens: dict[str, tuple[Given, str]] = vars(backend).setdefault("tokens", {})
    if token in tokens and tokens[token][0] == given:
        return tokens[token][1]
    group = backend.get_schedule_group(given["GroupName"])
    if given["Name"] in group.schedules:
        raise Conflict(f"Schedule {given['Name']}")
    schedule = _schedule(backend, given, "CreateSchedule")
    group.add_schedule(schedule)
    keep(backend, schedule, schedule.times.first())
    answer = json.dumps({"ScheduleArn": schedule.arn})
    if token is not None:
        tokens[token] = (given, answer)
    return answer


def update_schedule(response: EventBridgeSchedulerResponse) -> str:
    """Replaces `EventBridgeSchedulerResponse.update_schedule`."""
    backend, given = response.scheduler_backend, _given(response)
    before = backend.get_schedule(given["GroupName"], given["Name"])
    assert isinstance(before, TimedSchedule)  # of `create_schedule`
    schedule = _schedule(backend, given, "UpdateSchedule", before)
    schedule.creation_date = before.creation_date
    backend.get_schedule_group(given["GroupName"]).add_schedule(schedule)
    goes_on = schedule.times.began == before.times.began
    first = schedule.times.following(time.time()) if goes_on else schedule.times.first()
    keep(backend, schedule, first)
    return json.dumps({"ScheduleArn": schedule.arn})


def _given(response: EventBridgeSchedulerResponse) -> Given:
    given = {name: response._get_param(name) for name in NAMES}
    return {**given, "Name": response.uri.split("?")[0].split("/")[-1]}


def _schedule(
    backend: EventBridgeSchedulerBackend,
    given: Given,
    operation: str,
    before: TimedSchedule | None = None,
) -> TimedSchedule:
    now = time.time()
    _check_window(given["FlexibleTimeWindow"])
    expression, zone = given["ScheduleExpression"], given["ScheduleExpressionTimezone"]
    began = now if before is None else _began(before, given, now)
    start, end = given["StartDate"], given["EndDate"]
    moments = times(expression, zone, began=began, start=start, end=end)
    if not moments.is_one_time and (before is None or before.start_date != start):
        _check_start(moments.start, now)
    targets.check(given["Target"], operation)
    if moments.once is not None and moments.once < now and began == now:
        notices.tell(f"scheduler.{operation}", NEVER.format(expression))
    policy = {**RETRY_POLICY, **(given["Target"].get("RetryPolicy") or {})}
    schedule = TimedSchedule(
        region=backend.region_name,
        account_id=backend.account_id,
        group_name=given["GroupName"] or "default",
        name=given["Name"],
        description=given["Description"],
        schedule_expression=expression,
        schedule_expression_timezone=zone,
        flexible_time_window=given["FlexibleTimeWindow"],
        target={**given["Target"], "RetryPolicy": policy},
        state=given["State"],
        kms_key_arn=given["KmsKeyArn"],
        start_date=None,  # moto's own check of it takes an asterisk for a sign of recurrence
        end_date=given["EndDate"],
        action_after_completion=given["ActionAfterCompletion"] or "NONE",
    )
    schedule.start_date, schedule.times = given["StartDate"], moments
    return schedule


def _began(before: TimedSchedule, given: Given, now: float) -> float:
    """From when a rate counts after an update."""
    kept = (before.schedule_expression, before.schedule_expression_timezone, before.start_date)
    asked = (
        given["ScheduleExpression"],
        given["ScheduleExpressionTimezone"] or "UTC",
        given["StartDate"],
    )
    began: float = before.times.began
    return began if before.state == "ENABLED" and kept == asked else now


def _check_window(window: dict[str, Any]) -> None:
    if window["Mode"] == "FLEXIBLE" and window.get("MaximumWindowInMinutes") is None:
        raise ValidationException(
            "MaximumWindowInMinutes must be specified for the flexible time window mode FLEXIBLE."
        )


def _check_start(start: float | None, now: float) -> None:
    if start is not None and start < now - EARLIEST_START:
        raise ValidationException("The StartDate you specify cannot be earlier than 5 minutes ago.")

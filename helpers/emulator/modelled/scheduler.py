"""EventBridge Scheduler."""

from __future__ import annotations

from helpers.emulator.modelled.verdict import Verdict, moto, refused

NEVER = refused(
    "schedules: none would ever fire",
    "a rule of EventBridge with a ScheduleExpression: events.put_rule and put_targets",
)

ROWS: dict[str, Verdict] = {
    "CreateSchedule": NEVER,
    "CreateScheduleGroup": moto(),
    "DeleteSchedule": NEVER,
    "DeleteScheduleGroup": moto(),
    "GetSchedule": NEVER,
    "GetScheduleGroup": moto(),
    "ListScheduleGroups": moto(),
    "ListSchedules": moto(),
    "ListTagsForResource": moto(),
    "TagResource": moto(),
    "UntagResource": moto(),
    "UpdateSchedule": NEVER,
}

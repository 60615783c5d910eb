"""EventBridge Scheduler."""

from __future__ import annotations

from helpers.emulator.modelled.verdict import Verdict, acts, moto

ROWS: dict[str, Verdict] = {
    "CreateSchedule": acts(
        "targets: SQS, SNS, Lambda, Step Functions, event buses, and each operation that the lab "
        "models; fires at the moment itself, where AWS says within the minute"
    ),
    "CreateScheduleGroup": acts(),
    "DeleteSchedule": acts(),
    "DeleteScheduleGroup": acts("at once, with its schedules"),
    "GetSchedule": acts(),
    "GetScheduleGroup": moto(),
    "ListScheduleGroups": moto(),
    "ListSchedules": moto(),
    "ListTagsForResource": moto(),
    "TagResource": moto(),
    "UntagResource": moto(),
    "UpdateSchedule": acts("replaces everything"),
}

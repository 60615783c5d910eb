"""Schedules that keep their time, until they are changed, deleted or over.

Statements followed, as of November 2026:

- A flexible window: "EventBridge Scheduler invokes the target within the time window you set"
  (User Guide, "Configuring flexible time windows in EventBridge Scheduler"): here at a moment drawn
  from the lab's seed.
- "For one-time schedules, [deletion] occurs after the schedule has invoked its target once. [...] A
  recurring schedule's last invocation is the invocation that occurs closest to the EndDate you
  specify. If you configure a schedule with automatic deletion but do not specify a value for
  EndDate, EventBridge Scheduler does not automatically delete the schedule." (User Guide, "Deleting
  a schedule in EventBridge Scheduler")

A firing that has begun goes on, with its retries, when its schedule is changed or deleted: AWS does
not say.
"""

from __future__ import annotations

import random
from functools import partial

from moto.scheduler.models import EventBridgeSchedulerBackend, Schedule

from helpers.emulator.scheduler.invocations import Firing
from helpers.emulator.scheduler.times import Times
from helpers.emulator.timekeeper import Timekeeper
from helpers.trace.callers import at_work

MINUTE = 60.0


class TimedSchedule(Schedule):
    """A schedule that knows its times."""

    times: Times


def is_current(backend: EventBridgeSchedulerBackend, schedule: Schedule) -> bool:
    """Whether a schedule is still there, and the last that was made of its name."""
    group = backend.schedule_groups.get(schedule.group_name)
    return group is not None and group.schedules.get(schedule.name) is schedule


def keep(
    backend: EventBridgeSchedulerBackend, schedule: TimedSchedule, first: float | None
) -> None:
    """Let a schedule fire for the first time at a moment in epoch seconds."""
    if schedule.state == "ENABLED" and first is not None:
        keeper = _keeper(backend)
        keeper.call(partial(_due, backend, schedule, first), at=first)


def _keeper(backend: EventBridgeSchedulerBackend) -> Timekeeper:
    keeper: Timekeeper = vars(backend).setdefault(
        "keeper", Timekeeper(at_work("scheduler", "time"))
    )
    return keeper


def _due(backend: EventBridgeSchedulerBackend, schedule: TimedSchedule, moment: float) -> None:
    if not is_current(backend, schedule):
        return
    keeper, following = _keeper(backend), schedule.times.following(moment)
    window = schedule.flexible_time_window
    if window["Mode"] == "FLEXIBLE":
        delay = random.uniform(0, window["MaximumWindowInMinutes"] * MINUTE)
    else:
        delay = 0.0
    is_last = following is None and (schedule.times.is_one_time or schedule.times.end is not None)
    keeper.call(
        partial(_fire, backend, schedule, moment, is_last=is_last),
        at=moment + delay,
    )
    if following is not None:
        keeper.call(partial(_due, backend, schedule, following), at=following)


def _fire(
    backend: EventBridgeSchedulerBackend, schedule: TimedSchedule, moment: float, *, is_last: bool
) -> None:
    if not is_current(backend, schedule):
        return

    def done() -> None:
        ends = is_last and schedule.action_after_completion == "DELETE"
        if ends and is_current(backend, schedule):
            backend.delete_schedule(schedule.group_name, schedule.name)

    Firing(schedule, moment, _keeper(backend), done).start()

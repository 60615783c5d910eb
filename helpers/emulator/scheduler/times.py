"""When a schedule fires: its expression, its time zone, and the dates within which it may.

Statements followed, as of November 2026:

- `at(yyyy-mm-ddThh:mm:ss)`, `rate(value unit)` and `cron(fields)`, in the zone of
  ScheduleExpressionTimezone. "EventBridge Scheduler ignores StartDate for one-time schedules", and
  EndDate too (API model in botocore 1.44.5: CreateSchedule).
- StartDate is "the date, in UTC, after which the schedule can begin invoking its target", and
  "invocations might occur on, or after" it; EndDate likewise "on, or before" (the same).
- "With rate-based schedules, you use the StartDate property to set the first occurrence of the
  schedule. If you do not provide a StartDate for a rate-based schedule, your schedule starts
  invoking the target immediately" (User Guide, "Schedule types on EventBridge Scheduler").
- A day of a rate is 24 hours, also where summer time makes a day shorter (AWS re:Post Knowledge
  Center, "How can I adjust my Amazon EventBridge schedule for daylight saving?").
- The words of a refusal, that a unit may stand in the singular after any number ("rate(2 minute)"),
  and that a moment in the past is taken: answers recorded in LocalStack's tests of Scheduler,
  January and February 2025.

AWS fires within the minute ("60 second precision"); here a schedule fires at the moment itself. A
one-time schedule at a moment that summer time leaves out fires as much later: AWS does not say.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from moto.scheduler.exceptions import ValidationException

from helpers.emulator import schedule_expressions
from helpers.emulator.moments import RESOLUTION

AT = re.compile(r"at\(([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})\)")
RATE = re.compile(r"rate\(([1-9][0-9]*) +(minute|hour|day)s?\)")


@dataclass(frozen=True)
class Times:
    """The moments at which one schedule fires, in epoch seconds."""

    expression: str
    zone: tzinfo
    began: float  # when it was created
    start: float | None = None
    end: float | None = None
    once: float | None = None  # of `at`
    rate: int | None = None  # seconds

    @property
    def is_one_time(self) -> bool:
        return self.once is not None

    def first(self) -> float | None:
        """The first firing of a schedule that has just been created, which may be now.

        One of cron comes later than the creation, as with a rule of EventBridge.
        """
        is_cron = self.once is None and self.rate is None
        return self.following(self.began if is_cron else self.began - RESOLUTION)

    def following(self, after: float) -> float | None:
        """The first firing later than a moment, or None."""
        if self.once is not None:
            return self.once if self.once > after else None
        if self.start is not None:
            after = max(after, self.start - RESOLUTION)
        found = self._by_rate(after) if self.rate else self._by_cron(after)
        if found is None or (self.end is not None and found > self.end):
            return None
        return found

    def _by_rate(self, after: float) -> float:
        assert self.rate is not None
        origin = self.began if self.start is None else self.start
        periods = max(0, math.floor((after - origin) / self.rate))
        moment = origin + periods * self.rate
        return moment if moment > after else moment + self.rate

    def _by_cron(self, after: float) -> float | None:
        return schedule_expressions.next_time(self.expression, after, zone=self.zone)


def times(
    expression: str, zone: str | None, *, began: float, start: Any = None, end: Any = None
) -> Times:
    """Read the parameters of CreateSchedule with these meanings; dates are in epoch seconds.

    Raises
    ------
    ValidationException
        If the expression or the time zone is not valid.
    """
    found = Times(
        expression,
        _zone(zone or "UTC"),
        began,
        start=None if start is None else float(start),
        end=None if end is None else float(end),
        once=_once(expression, zone),
        rate=_rate(expression),
    )
    if found.once is None and found.rate is None:
        try:
            if not expression.startswith("cron("):
                raise schedule_expressions.InvalidSchedule(expression)
            found._by_cron(began)
        except schedule_expressions.InvalidSchedule:
            raise _invalid(expression) from None
    return found


def _once(expression: str, zone: str | None) -> float | None:
    written = AT.fullmatch(expression)
    if written is None:
        return None
    try:
        moment = datetime.fromisoformat(written[1])
    except ValueError:
        raise _invalid(expression) from None
    return moment.replace(tzinfo=_zone(zone or "UTC")).timestamp()


def _rate(expression: str) -> int | None:
    written = RATE.fullmatch(expression)
    if written is None:
        return None
    return int(written[1]) * schedule_expressions.SECONDS[written[2]]


def _zone(name: str) -> tzinfo:
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValidationException(f"Invalid Schedule Expression Timezone {name}.") from None


def _invalid(expression: str) -> ValidationException:
    return ValidationException(f"Invalid Schedule Expression {expression}.")

"""Schedule expressions: `rate(…)` and `cron(…)`, of rules (in UTC) and of schedules (in a zone).

Statements followed: EventBridge User Guide, "Creating a scheduled rule", "Cron expressions
reference" and "Rate expressions", as of November 2026:

- "A rate expression starts when you create the scheduled event rule, and then it runs on a defined
  schedule." The unit is singular after 1 and plural after more.
- "Cron expressions have six required fields, which are separated by white space": minutes, hours,
  day of month, month, day of week (1 to 7 or SUN to SAT), year (1970 to 2199).
- "If you specify a value or a * (asterisk) in one of the fields [day of month, day of week], you
  must use a ? (question mark) in the other."
- `L` is "the last day of the month or week", `3W` "the weekday closest to the third day of the
  month", `3#2` the second Tuesday. "If you use a '#' character, you can define only one
  expression in the day-of-week field."

In a time zone with summer time: "When the time shifts forward in Spring, your schedule invocation
gets skipped if the cron expression falls on a non-existent date and time. When the time shifts back
in the Fall, your schedule runs only once and doesn't repeat its invocation." (AWS re:Post Knowledge
Center, "How can I adjust my Amazon EventBridge schedule for daylight saving?", November 2026.)

The library cronsim knows five of the fields. What it lacks is here: the year, `W`, ranges over the
end (20-2), and a week that begins with 1 for Sunday.
"""

from __future__ import annotations

import calendar
import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache

from cronsim import CronSim, CronSimError

RATE = re.compile(r"rate\(([1-9][0-9]*) +(minute|hour|day)(s?)\)")
CRON = re.compile(r"cron\((.*)\)", re.DOTALL)
SECONDS = {"minute": 60, "hour": 3_600, "day": 86_400}
FIRST_YEAR, LAST_YEAR = 1970, 2199
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
MONTHS = tuple(name.upper() for name in calendar.month_abbr)[1:]


class InvalidSchedule(ValueError):
    """A schedule expression that EventBridge refuses."""

    code = "ValidationException"

    def __init__(self, expression: str) -> None:
        super().__init__("Parameter ScheduleExpression is not valid.")
        self.expression = expression


def next_time(
    expression: str, after: float, *, began: float | None = None, zone: tzinfo = UTC
) -> float | None:
    """When a rule or a schedule fires next.

    Parameters
    ----------
    expression : str
        Such as ``"rate(5 minutes)"`` or ``"cron(0 12 * * ? *)"``.
    after : float
        Epoch seconds. The answer is later than that.
    began : float, optional
        Epoch seconds at which the rule was created. A rate counts from there, or from `after`.
    zone : tzinfo, optional
        The time zone of the fields of a cron expression.

    Returns
    -------
    float or None
        Epoch seconds, or None if the rule does not fire any more.

    Raises
    ------
    InvalidSchedule
        If EventBridge would refuse the expression.
    """
    schedule = _parsed(expression)
    if isinstance(schedule, _Cron):
        return schedule.next_time(after, zone)
    origin = after if began is None else began
    periods = max(1, math.floor((after - origin) / schedule) + 1)
    moment = origin + periods * schedule
    return moment if moment > after else moment + schedule


@lru_cache(maxsize=1024)
def _parsed(expression: str) -> int | _Cron:
    """Seconds of a rate, or the fields of a cron expression."""
    if rate := RATE.fullmatch(expression):
        value, unit, plural = rate.groups()
        if (int(value) > 1) == bool(plural):
            return int(value) * SECONDS[unit]
    elif cron := CRON.fullmatch(expression):
        try:
            return _Cron.parse(cron[1].upper().split())
        except (CronSimError, ValueError):
            pass
    raise InvalidSchedule(expression)


@dataclass(frozen=True)
class _Cron:
    fields: str  # as cronsim takes them
    near: int | None  # the day that a weekday has to be the closest to
    years: frozenset[int]

    @classmethod
    def parse(cls, fields: list[str]) -> _Cron:
        minutes, hours, day, month, weekday, year = fields
        if (day == "?") == (weekday == "?"):
            raise ValueError("one of day of month and day of week must be ?, and the other not")
        near = None
        if nearest := re.fullmatch(r"([0-9]{1,2})W", day):
            near, day = int(nearest[1]), "*"
            _number(str(near), 1, 31)
        parts = (
            _spread(minutes, 0, 59),
            _spread(hours, 0, 23),
            "*" if day == "?" else _spread(day, 1, 31),
            _spread(month, 1, 12, MONTHS),
            "*" if weekday == "?" else _weekdays(weekday),
        )
        cron = cls(" ".join(parts), near, frozenset(_years(year)))
        CronSim(cron.fields, datetime(FIRST_YEAR, 1, 1))  # raises CronSimError
        return cron

    def next_time(self, after: float, zone: tzinfo) -> float | None:
        """Epoch seconds of the first moment after a moment that is there in the zone."""
        local = datetime.fromtimestamp(after, zone).replace(tzinfo=None)
        while (following := self._next_local(local)) is not None:
            local = following
            found = local.replace(tzinfo=zone).timestamp()  # of two, the first
            exists = datetime.fromtimestamp(found, zone).replace(tzinfo=None) == local
            if exists and found > after:
                return found
        return None

    def _next_local(self, moment: datetime) -> datetime | None:
        """The next moment by the clock on the wall."""
        while True:
            if moment.year > max(self.years):
                return None
            found = next(CronSim(self.fields, moment), None)
            if found is None:
                return None
            if found.year not in self.years:
                years = [year for year in self.years if year > found.year]
                if not years:
                    return None
                moment = datetime(min(years) - 1, 12, 31, 23, 59, 59)
            elif self.near is not None and not _is_weekday_near(found.date(), self.near):
                moment = found.replace(hour=23, minute=59, second=59)
            else:
                return found


def _spread(text: str, lowest: int, highest: int, names: tuple[str, ...] = ()) -> str:
    """A field in numbers, with ranges over the end in two parts."""
    parts = []
    for term in text.split(","):
        span, slash, step = term.partition("/")
        if not term:
            raise ValueError(f"{text} has an empty part")
        if slash:
            _number(step, 1, highest - lowest + 1)
        first, dash, last = span.partition("-")
        if not dash:
            parts.append(f"{_named(span or '*', lowest, names)}{slash}{step}")
            continue
        start, end = (
            _number(_named(each, lowest, names), lowest, highest) for each in (first, last)
        )
        size = highest - lowest + 1
        values = range(start, (end if end >= start else end + size) + 1, int(step or 1))
        parts += [str((value - lowest) % size + lowest) for value in values]
    return ",".join(parts)


def _weekdays(text: str) -> str:
    """The day of week for cronsim, for which 0 is Sunday."""
    if text == "L":
        return "6"  # the last day of the week
    if "L" in text or "#" in text:
        which = re.fullmatch(r"([0-9A-Z]+?)(L|#[1-5])", text)
        if which is None:
            raise ValueError(f"{text} is no day of week")
        return f"{_number(_named(which[1], 1, DAYS), 1, 7) - 1}{which[2]}"
    parts = []
    for term in _spread(text, 1, 7, DAYS).split(","):
        day, slash, step = term.partition("/")
        if slash:
            first = 1 if day == "*" else _number(day, 1, 7)
            parts += [str(each - 1) for each in range(first, 8, int(step))]
        else:
            parts.append("*" if day == "*" else str(_number(day, 1, 7) - 1))
    return ",".join(parts)


def _years(text: str) -> set[int]:
    found: set[int] = set()
    for term in _spread(text, FIRST_YEAR, LAST_YEAR).split(","):
        span, slash, step = term.partition("/")
        every = range(FIRST_YEAR, LAST_YEAR + 1)
        if span != "*":
            first = _number(span, FIRST_YEAR, LAST_YEAR)
            every = range(first, LAST_YEAR + 1 if slash else first + 1)
        found.update(every[:: int(step or 1)])
    return found


def _named(text: str, lowest: int, names: tuple[str, ...]) -> str:
    return str(names.index(text) + lowest) if text in names else text


def _number(text: str, lowest: int, highest: int) -> int:
    if not re.fullmatch("[0-9]+", text) or not lowest <= int(text) <= highest:
        raise ValueError(f"expected {lowest} to {highest}, got {text}")
    return int(text)


def _is_weekday_near(day: date, near: int) -> bool:
    """Whether it is the weekday closest to a day of its month, within the month."""
    last = calendar.monthrange(day.year, day.month)[1]
    if near > last:
        return False
    weekday = date(day.year, day.month, near).weekday()
    if weekday == calendar.SATURDAY:
        near += -1 if near > 1 else 2
    elif weekday == calendar.SUNDAY:
        near += 1 if near < last else -2
    return day.day == near

"""Which state the last datapoints of a metric put an alarm into.

Statements followed (CloudWatch User Guide, "Using Amazon CloudWatch alarms" and "Configuring how
CloudWatch alarms treat missing data", November 2026; the tables there are tests):

- The alarm is in ALARM if DatapointsToAlarm of the last EvaluationPeriods datapoints breach.
- "CloudWatch attempts to retrieve a higher number of data points than specified by Evaluation
  Periods": in the guide's examples five for three, so here two more. If enough of them are there,
  the most recent are evaluated, and how missing data are treated does not matter.
- Else "CloudWatch fills in the missing data points with the result you specified". `ignore`: "the
  current alarm state is maintained"; `missing`: without any data, INSUFFICIENT_DATA.
- "Alarms are designed to always go into ALARM state when the oldest available breaching datapoint
  during the Evaluation Periods number of data points is at least as old as the value of Datapoints
  to Alarm, and all other more recent data points are breaching or missing", also if missing data
  are treated as missing; by the tables, not if a datapoint in the range does not breach. One that
  is younger makes INSUFFICIENT_DATA (an older version of the page).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence

OK, ALARM, INSUFFICIENT_DATA = "OK", "ALARM", "INSUFFICIENT_DATA"
MISSING, IGNORE, BREACHING, NOT_BREACHING = "missing", "ignore", "breaching", "notBreaching"
MORE_PERIODS = 2  # that are looked at beyond EvaluationPeriods
COMPARISONS: dict[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "LessThanThreshold": (operator.lt, "less than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
}


def state_of(
    points: Sequence[bool | None], *, periods: int, to_alarm: int, missing: str
) -> str | None:
    """The state of an alarm; None: it stays as it is.

    Parameters
    ----------
    points : sequence of bool
        Whether each datapoint breaches, oldest first; None where there is none.
    periods, to_alarm : int
        EvaluationPeriods and DatapointsToAlarm.
    missing : str
        TreatMissingData.
    """
    there = [point for point in points if point is not None]
    if len(there) >= periods:
        return ALARM if sum(there[-periods:]) >= to_alarm else OK
    breaching, filled = sum(there), periods - len(there)
    if missing == BREACHING:
        return ALARM if breaching + filled >= to_alarm else OK
    if breaching >= to_alarm:
        return ALARM
    if missing == NOT_BREACHING or breaching < len(there):
        return OK
    if missing == IGNORE:
        return None
    oldest = next((age for age, point in zip(_ages(points), points, strict=True) if point), 0)
    return ALARM if oldest >= to_alarm else INSUFFICIENT_DATA


def _ages(points: Sequence[bool | None]) -> range:
    """How many periods ago each datapoint began, oldest first; the last one period ago."""
    return range(len(points), 0, -1)

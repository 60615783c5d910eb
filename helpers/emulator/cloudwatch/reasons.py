"""Why an alarm is in its state: the words and the JSON that CloudWatch gives for it.

The forms are those of the CloudWatch User Guide, "Alarm events and EventBridge" (November 2026);
of missing data, those that readers of CloudWatch have published, such as "no datapoints were
received for 1 period and 1 missing datapoint was treated as [NonBreaching]".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from helpers.emulator.cloudwatch.evaluation import ALARM, COMPARISONS, INSUFFICIENT_DATA, MISSING

INITIAL = "Unchecked: Initial alarm creation"
TREATED = {"breaching": "Breaching", "notBreaching": "NonBreaching"}


@dataclass(frozen=True)
class Datapoint:
    """One datapoint that was evaluated."""

    start: float  # epoch seconds
    value: float
    samples: float
    breaches: bool


@dataclass(frozen=True)
class Settings:
    """What an alarm compares."""

    statistic: str
    period: int  # seconds
    periods: int
    to_alarm: int
    comparison: str
    threshold: float
    missing: str
    unit: str | None


def words(state: str, points: list[Datapoint], settings: Settings) -> str:
    """StateReason, of the datapoints that were evaluated, oldest first."""
    number, filled = settings.periods, settings.periods - len(points)
    if state == INSUFFICIENT_DATA:
        return f"Insufficient Data: {_counted(number)} unknown."
    if filled > 0 and settings.missing != MISSING and settings.missing in TREATED:
        received = "no datapoints were" if not points else _counted(len(points))
        treated = f"{_counted(filled, 'missing datapoint')} treated as"
        return (
            f"Threshold Crossed: {received} received for {number} period{'s' * (number > 1)} and "
            f"{treated} [{TREATED[settings.missing]}]."
        )
    is_alarm = state == ALARM
    named = [point for point in points if point.breaches == is_alarm]
    told = ", ".join(f"{point.value} ({_day(point.start)})" for point in reversed(named))
    many = len(named) != 1
    least = settings.to_alarm if is_alarm else number - settings.to_alarm + 1
    change = "OK -> ALARM" if is_alarm else "ALARM -> OK"
    return (
        f"Threshold Crossed: {len(named)} out of the last {number} datapoints [{told}] "
        f"{'were' if many else 'was'} {'' if is_alarm else 'not '}"
        f"{COMPARISONS[settings.comparison][1]} the threshold ({float(settings.threshold)}) "
        f"(minimum {least} datapoint{'s' * (least > 1)} for {change} transition)."
    )


def data(points: list[Datapoint], settings: Settings, now: float) -> str:
    """StateReasonData."""
    told: dict[str, Any] = {"version": "1.0", "queryDate": timestamp(now)}
    if points:
        told["startDate"] = timestamp(points[0].start)
    if settings.unit:
        told["unit"] = settings.unit
    told |= {
        "statistic": settings.statistic,
        "period": settings.period,
        "recentDatapoints": [point.value for point in points],
        "threshold": float(settings.threshold),
        "evaluatedDatapoints": [
            {
                "timestamp": timestamp(point.start),
                "sampleCount": point.samples,
                "value": point.value,
            }
            for point in reversed(points)
        ],
    }
    return json.dumps(told, separators=(",", ":"))


def timestamp(seconds: float) -> str:
    """Epoch seconds as CloudWatch writes them: ``2026-11-02T08:01:00.000+0000``."""
    written = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return written.replace("+00:00", "+0000")


def moment(seconds: float) -> datetime:
    """Epoch seconds as moto keeps moments: in UTC, and without saying so."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%d/%m/%y %H:%M:%S")


def _counted(number: int, what: str = "datapoint") -> str:
    return f"{number} {what} was" if number == 1 else f"{number} {what}s were"

"""Statistics of a metric over periods: what an alarm compares with its threshold.

- SampleCount, Sum, Average, Minimum, Maximum as in the CloudWatch User Guide, "CloudWatch
  statistics definitions", November 2026.
- Percentiles "are not available for metrics when any of the metric values are negative", and need
  the values one by one: data put as StatisticValues count only if they are one sample or all alike
  (API model in botocore 1.44.5: PutMetricData). Between two values a percentile is drawn straight;
  AWS does not say.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from helpers.emulator.metric_sources import Stretch

MINUTE = 60.0
PERCENTILE = re.compile(r"p(100(?:\.0+)?|[0-9]{1,2}(?:\.[0-9]+)?)")


@dataclass
class Period:
    """The samples of one period."""

    samples: float = 0.0
    total: float = 0.0
    lowest: float = math.inf
    highest: float = -math.inf
    values: list[float] = field(default_factory=list)  # only if a percentile is wanted

    def statistic(self, name: str) -> float | None:
        """A statistic, such as "Sum" or "p99"; None if there are no samples for it."""
        if not self.samples:
            return None
        if name in VALUES:
            return float(VALUES[name](self))
        return _percentile(sorted(self.values), float(name[1:]))


VALUES = {
    "SampleCount": lambda period: period.samples,
    "Sum": lambda period: period.total,
    "Average": lambda period: period.total / period.samples,
    "Minimum": lambda period: period.lowest,
    "Maximum": lambda period: period.highest,
}


def periods(
    stretches: Iterable[Stretch], begin: float, length: float, number: int, statistic: str
) -> list[Period]:
    """The samples by period, oldest first.

    Parameters
    ----------
    begin : float
        Epoch seconds.
    length : float
        Of a period, in seconds.
    statistic : str
        The one that is wanted.
    """
    found = [Period() for _ in range(number)]
    keeps_values = statistic not in VALUES
    for stretch in stretches:
        last_start = stretch.start + MINUTE * (stretch.minutes - 1)
        first = max(0, math.floor((stretch.start - begin) / length))
        last = min(number - 1, math.floor((last_start - begin) / length))
        for index in range(first, last + 1):
            start = begin + index * length
            _add(found[index], stretch, start, start + length, keeps_values=keeps_values)
    return found


def _add(period: Period, stretch: Stretch, start: float, end: float, *, keeps_values: bool) -> None:
    """Add those minutes of a stretch that begin between two moments."""
    first = max(0, math.ceil((start - stretch.start) / MINUTE))
    beyond = min(stretch.minutes, math.ceil((end - stretch.start) / MINUTE))
    number = beyond - first
    if number <= 0:
        return
    low = stretch.first + stretch.slope * first
    high = stretch.first + stretch.slope * (beyond - 1)
    samples, total = float(number), number * (low + high) / 2
    if stretch.samples is not None:
        samples, low, high = stretch.samples, stretch.lowest, stretch.highest
    period.samples += samples
    period.total += total
    period.lowest = min(period.lowest, low, high)
    period.highest = max(period.highest, low, high)
    if keeps_values:
        if stretch.samples is None:
            period.values += [
                stretch.first + stretch.slope * minute for minute in range(first, beyond)
            ]
        elif low == high or samples == 1:
            period.values += [low] * int(samples)


def _percentile(values: list[float], percent: float) -> float | None:
    if not values or values[0] < 0:
        return None
    place = (len(values) - 1) * percent / 100
    below = math.floor(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (place - below)

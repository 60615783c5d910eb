"""Statistics over periods, of data that come in stretches."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from helpers.emulator.cloudwatch.statistics import PERCENTILE, periods
from helpers.emulator.metric_sources import Stretch

BEGIN = 1_800_000_000.0
STRETCHES = st.tuples(
    st.integers(-20, 20).map(lambda minute: BEGIN + 60 * minute),
    st.integers(1, 30),
    st.integers(0, 9).map(float),
    st.sampled_from([0.0, 0.0, 60.0]),
).map(lambda parts: Stretch(*parts))
PLAIN = {
    "Sum": sum,
    "SampleCount": len,
    "Minimum": min,
    "Maximum": max,
    "Average": lambda values: sum(values) / len(values),
    "p0": min,
    "p100": max,
}


@given(
    stretches=st.lists(STRETCHES, max_size=4),
    length=st.sampled_from([60, 120, 300]),
    statistic=st.sampled_from(sorted(PLAIN)),
)
def test_a_stretch_counts_as_its_minutes_one_by_one(stretches, length, statistic):
    minutes = [
        (stretch.start + 60 * number, stretch.first + stretch.slope * number)
        for stretch in stretches
        for number in range(stretch.minutes)
    ]
    for index, period in enumerate(periods(stretches, BEGIN, length, 5, statistic)):
        start = BEGIN + index * length
        values = [value for moment, value in minutes if start <= moment < start + length]
        found = period.statistic(statistic)
        if not values:
            assert found is None
        else:
            assert math.isclose(found, PLAIN[statistic](values), abs_tol=1e-9)


def test_data_with_many_samples():
    """StatisticValues of PutMetricData: no percentile, unless all samples are alike."""
    mixed = Stretch(BEGIN, 1, 10.0, 0, 4, 1.0, 5.0)
    alike = Stretch(BEGIN, 1, 6.0, 0, 3, 2.0, 2.0)

    def of(stretch, statistic):
        return periods([stretch], BEGIN, 60, 1, statistic)[0].statistic(statistic)

    names = ("Sum", "SampleCount", "Minimum", "Maximum", "Average")
    assert [of(mixed, name) for name in names] == [10, 4, 1, 5, 2.5]
    assert of(mixed, "p50") is None
    assert of(alike, "p50") == 2
    assert of(Stretch(BEGIN, 1, -1.0), "p50") is None


def test_which_percentiles_there_are():
    assert all(PERCENTILE.fullmatch(name) for name in ("p0", "p50", "p99.9", "p100", "p0.0"))
    assert not any(PERCENTILE.fullmatch(name) for name in ("p101", "p", "p-1", "tm90", "p100.5"))

"""Arrival processes: the rates, gaps and windows that they promise."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import load
from helpers.load import arrivals

SEEDS = range(1, 11)
rates = st.floats(0.01, 20)
lengths = st.floats(0.5, 120)
seeds = st.integers(0, 2**64)


def is_a_load(times, length):
    """Sorted, not rounded away from microseconds, and inside the window."""
    return (
        bool(np.all(np.diff(times, prepend=0.0) >= 0))
        and bool(np.all(times < length))
        and np.array_equal(times, np.round(times, 6))
    )


def kolmogorov_smirnov(sample, distribution):
    """The largest distance between the sample's distribution and the given one, times √n.

    Under the hypothesis it exceeds 1.63 once in a hundred samples, 1.95 once in a thousand
    (Kolmogorov's limit distribution).
    """
    sample = np.sort(sample)
    steps = np.arange(len(sample) + 1) / len(sample)
    expected = distribution(sample)
    distance = max(np.max(steps[1:] - expected), np.max(expected - steps[:-1]))
    return distance * math.sqrt(len(sample))


def test_steady_arrivals_are_one_gap_apart():
    assert load.steady(rate=2, seconds=3).tolist() == [0, 0.5, 1, 1.5, 2, 2.5]
    assert len(load.steady(rate=2, minutes=10)) == 1200
    assert len(load.steady(rate=0.1, seconds=30)) == 3


@pytest.mark.parametrize("seed", SEEDS)
def test_poisson_gaps_are_exponential(seed):
    gaps = np.diff(load.poisson(rate=2.0, hours=1, seed=seed), prepend=0.0)
    assert kolmogorov_smirnov(gaps, lambda g: 1 - np.exp(-2.0 * g)) < 1.95


def test_poisson_counts_have_the_mean_and_the_variance_of_the_rate():
    counts = [len(load.poisson(rate=5, minutes=1, seed=seed)) for seed in range(400)]
    # Both are 300; four standard errors are 3.5 and 85.
    assert np.mean(counts) == pytest.approx(300, abs=3.5)
    assert np.var(counts) == pytest.approx(300, abs=85)


def test_gaps_do_not_depend_on_each_other():
    gaps = np.diff(load.poisson(rate=2, hours=1, seed=11))
    assert abs(np.corrcoef(gaps[:-1], gaps[1:])[0, 1]) < 4 / math.sqrt(len(gaps))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_burst_is_faster_between_its_two_times(seed):
    times = load.burst(rate=1, peak=8, start=600, end=900, seed=seed, hours=1)
    inside = (times >= 600) & (times < 900)
    # Poisson counts, so four standard deviations are four times the root of the mean.
    assert inside.sum() == pytest.approx(2400, abs=4 * math.sqrt(2400))
    assert (~inside).sum() == pytest.approx(3300, abs=4 * math.sqrt(3300))
    assert kolmogorov_smirnov(times[inside], lambda t: (t - 600) / 300) < 1.95


@pytest.mark.parametrize("seed", SEEDS)
def test_a_varying_rate_is_followed(seed):
    """At rate t / 100 the arrivals before t are distributed as (t / 600)²."""
    times = load.varying(rate_at=lambda t: t / 100, highest=6, seed=seed, minutes=10)
    assert len(times) == pytest.approx(1800, abs=4 * math.sqrt(1800))
    assert kolmogorov_smirnov(times, lambda t: (t / 600) ** 2) < 1.95


def test_a_resampled_history_keeps_its_counts_per_bin():
    history = [10.0] * 300 + [70.0] * 900  # two bins of a minute, and one without arrivals
    counts = np.zeros(3)
    for seed in SEEDS:
        drawn, times = arrivals.resampled(history, length=180, width=60, scale=2, seed=seed)
        counts += np.histogram(times, [0, 60, 120, 180])[0]
        assert np.array_equal(drawn >= 300, times >= 60)
    assert counts == pytest.approx([6000, 18000, 0], abs=4 * math.sqrt(18000))
    assert counts[2] == 0


@settings(deadline=None, max_examples=60)
@given(rate=rates, length=lengths, seed=seeds)
def test_every_process_stays_sorted_and_inside_its_window(rate, length, seed):
    assert is_a_load(load.steady(rate=rate, seconds=length), length)
    assert is_a_load(load.poisson(rate=rate, seconds=length, seed=seed), length)
    times = load.burst(
        rate=rate, peak=3 * rate, start=length / 3, end=length / 2, seed=seed, seconds=length
    )
    assert is_a_load(times, length)
    times = load.varying(
        rate_at=lambda t: rate * t / length, highest=rate, seed=seed, seconds=length
    )
    assert is_a_load(times, length)


@settings(deadline=None, max_examples=60)
@given(
    recorded=st.lists(st.floats(0, 999, allow_subnormal=False), max_size=60).map(sorted),
    width=st.floats(1, 2000),
    scale=st.floats(0.1, 5),
    seed=seeds,
)
def test_a_resampled_history_stays_inside_its_window(recorded, width, scale, seed):
    drawn, times = arrivals.resampled(recorded, length=1000, width=width, scale=scale, seed=seed)
    assert is_a_load(times, 1000)
    assert len(drawn) == len(times)
    edges = np.arange(0, 1000, width)
    edges = np.append(edges[edges < 1000], 1000)
    bins = np.searchsorted(edges, np.array(recorded)[drawn], side="right") - 1
    # The drawn arrival and the time are of the same bin; a microsecond for the rounding.
    assert np.all(edges[bins] - 1e-6 <= times)
    assert np.all(times <= edges[bins + 1] + 1e-6)


@settings(deadline=None, max_examples=60)
@given(rate=rates, length=lengths, seed=seeds)
def test_a_longer_load_begins_with_the_shorter_one(rate, length, seed):
    short = load.poisson(rate=rate, seconds=length, seed=seed)
    long = load.poisson(rate=rate, seconds=2 * length, seed=seed)
    assert np.array_equal(short, long[: len(short)])


@settings(deadline=None, max_examples=60)
@given(rate=rates, seed=seeds)
def test_a_higher_rate_squeezes_the_same_arrivals_together(rate, seed):
    slow = load.poisson(rate=rate, seconds=60, seed=seed)
    fast = load.poisson(rate=4 * rate, seconds=15, seed=seed)
    both = min(len(slow), len(fast))
    assert abs(len(slow) - len(fast)) <= 1  # one may be rounded out of the window
    assert slow[:both] == pytest.approx(4 * fast[:both], abs=1e-5)


def test_different_seeds_give_different_times():
    firsts = {float(load.poisson(rate=1, minutes=5, seed=seed)[0]) for seed in range(200)}
    assert len(firsts) == 200


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        ({"rate": -1}, ValueError, "rate must be positive, got -1"),
        ({"rate": 0}, ValueError, "rate must be positive, got 0"),
        ({"rate": math.nan}, ValueError, "rate must be finite, got nan"),
        ({"rate": math.inf}, ValueError, "rate must be finite, got inf"),
        ({"rate": "2"}, TypeError, "rate must be a number, got '2'"),
        ({"rate": True}, TypeError, "rate must be a number, got True"),
        ({"rate": 2e6}, ValueError, "may hold 1,000,000 arrivals, got a rate for 120,000,000"),
        ({"minutes": -3}, ValueError, "minutes must be positive, got -3"),
        ({"minutes": None}, ValueError, "exactly one of seconds, minutes and hours, got none"),
        ({"hours": 2}, ValueError, "exactly one of seconds, minutes and hours, got .*'hours': 2"),
        ({"seed": -1}, ValueError, "seed must be at least 0, got -1"),
        ({"seed": 1.5}, TypeError, "seed must be a whole number, got 1.5"),
        ({"seed": None}, TypeError, "seed must be a whole number, got None"),
    ],
)
def test_a_wrong_value_is_in_the_message(wrong, error, message):
    with pytest.raises(error, match=message):
        load.poisson(**({"rate": 2.0, "minutes": 1, "seed": 1} | wrong))
    with pytest.raises(error, match=message):
        load.orders(**({"rate": 2.0, "minutes": 1, "seed": 1} | wrong))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"peak": 1}, "peak must be at least the rate, 2, got 1"),
        ({"start": -1}, "got start=-1, end=20"),
        ({"end": 10}, "got start=10, end=10"),
        ({"end": 61}, "got start=10, end=61"),
    ],
)
def test_a_burst_outside_its_load_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        load.burst(**({"rate": 2, "peak": 9, "start": 10, "end": 20} | wrong), minutes=1, seed=1)


@pytest.mark.parametrize("rate_at", [lambda t: t, lambda t: -t, lambda t: t * math.nan])
def test_a_rate_beyond_its_bounds_is_refused(rate_at):
    with pytest.raises(ValueError, match="rate_at must stay between 0 and highest=2, got"):
        load.varying(rate_at=rate_at, highest=2, seed=1, minutes=1)

"""Arrival processes: when orders come, as arrays of seconds since the start.

Everything random starts from a Poisson process with one arrival per second, whose gaps are drawn
by inversion (Devroye, "Non-Uniform Random Variate Generation", 1986, chapters II.2 and VI.1).
Two properties follow. With the same seed, a longer load begins with the shorter one. And a
higher rate squeezes the same arrivals together, so that two rates are compared on one history.

Times are rounded to microseconds. Random numbers are `random.Random.random()`, the stream that
Python promises to keep from version to version (library reference, `random`, "Notes on
Reproducibility"), so a seed means the same load on every machine.
"""

import math
from numbers import Integral, Real
from random import Random

import numpy as np

LIMIT = 1_000_000  # arrivals; more is a slip of the unit


def steady(*, rate, seconds=None, minutes=None, hours=None):
    """One arrival every ``1 / rate`` seconds, the first at 0.

    Parameters
    ----------
    rate : float
        Arrivals per second.
    seconds, minutes, hours : float
        How long; exactly one of them.

    Returns
    -------
    numpy.ndarray
        Arrival times in seconds, sorted, each before the end.

    Raises
    ------
    TypeError, ValueError
        A value is not what it should be; the message names it.
    """
    length = duration(seconds=seconds, minutes=minutes, hours=hours)
    _expect(positive("rate", rate) * length)
    return _inside(np.arange(math.ceil(rate * length)) / rate, length)


def poisson(*, rate, seed, seconds=None, minutes=None, hours=None):
    """Poisson arrivals: gaps are exponential with mean ``1 / rate`` seconds.

    Parameters, result and errors as for `steady`; `seed` is a whole number, at least 0.
    """
    length = duration(seconds=seconds, minutes=minutes, hours=hours)
    return _inside(unit_poisson(positive("rate", rate) * length, seed=seed) / rate, length)


def varying(*, rate_at, highest, seed, seconds=None, minutes=None, hours=None):
    """Poisson arrivals whose rate changes with time, by thinning.

    Arrivals are drawn at the highest rate, and each is kept with probability
    ``rate_at(time) / highest`` (Lewis and Shedler, "Simulation of nonhomogeneous Poisson
    processes by thinning", Naval Research Logistics Quarterly 26, 1979).

    Parameters
    ----------
    rate_at : callable
        Takes an array of seconds, returns the rate at each, in arrivals per second.
    highest : float
        A rate that `rate_at` never exceeds.
    seed, seconds, minutes, hours
        As for `poisson`.
    """
    length = duration(seconds=seconds, minutes=minutes, hours=hours)
    times = poisson(rate=positive("highest", highest), seed=seed, seconds=length)
    rates = np.broadcast_to(np.asarray(rate_at(times), dtype=float), times.shape)
    wrong = ~((rates >= 0) & (rates <= highest))
    if wrong.any():
        first = int(wrong.argmax())
        raise ValueError(
            f"rate_at must stay between 0 and highest={highest}, "
            f"got {rates[first]} at {times[first]} s"
        )
    uniform = Random(f"{seed}/kept").random
    return times[np.array([uniform() for _ in times]) * highest < rates]


def burst(*, rate, peak, start, end, seed, seconds=None, minutes=None, hours=None):
    """Poisson arrivals at `rate`, and at `peak` from second `start` to second `end`.

    Parameters
    ----------
    rate, peak : float
        Arrivals per second outside and inside the burst; `peak` is at least `rate`.
    start, end : float
        Seconds since the start of the load.
    seed, seconds, minutes, hours
        As for `poisson`.
    """
    length = duration(seconds=seconds, minutes=minutes, hours=hours)
    if positive("peak", peak) < positive("rate", rate):
        raise ValueError(f"peak must be at least the rate, {rate}, got {peak}")
    if not 0 <= number("start", start) < number("end", end) <= length:
        raise ValueError(
            f"a burst must start and end within 0 to {length} s, got start={start}, end={end}"
        )
    return varying(
        rate_at=lambda times: np.where((times >= start) & (times < end), peak, rate),
        highest=peak,
        seed=seed,
        seconds=length,
    )


def resampled(recorded, *, length, width, scale, seed):
    """Poisson arrivals with the rates of a recorded history.

    The rate is constant within each bin: the recorded count, times `scale`, over the width.
    Arrivals are drawn by inversion of the cumulative rate (Leemis, "Nonparametric estimation and
    variate generation for a nonhomogeneous Poisson process from event count data", IIE
    Transactions 36, 2004).

    Parameters
    ----------
    recorded : sequence of float
        Recorded arrival times in seconds, from 0 to before `length`.
    length, width : float
        Of the history and of a bin, in seconds.
    scale : float
        Expected arrivals per recorded arrival.
    seed : int

    Returns
    -------
    drawn : numpy.ndarray of int
        For each arrival, the index of a recorded one of the same bin.
    times : numpy.ndarray of float
        Arrival times in seconds.
    """
    edges = np.arange(0, length, width)
    edges = np.append(edges[edges < length], length)  # arange may overshoot by rounding
    counts, _ = np.histogram(recorded, edges)
    before = np.concatenate([[0], np.cumsum(counts)])
    # A position is a point on the cumulative count: its whole part is a recorded arrival.
    positions = unit_poisson(positive("scale", scale) * len(recorded), seed=seed) / scale
    positions = positions[positions < len(recorded)]
    bins = np.searchsorted(before, positions, side="right") - 1
    part = (positions - before[bins]) / counts[bins]
    times = np.round(edges[bins] + part * (edges[bins + 1] - edges[bins]), 6)
    inside = times < length
    return positions[inside].astype(int), times[inside]


def checked(times):
    """Arrival times of the reader's own, rounded to microseconds."""
    times = np.asarray(times, dtype=float)
    if times.ndim != 1 or len(times) > LIMIT:
        raise ValueError(f"arrival times must be one row of at most {LIMIT:,}, got {times.shape}")
    # A NaN compares as false, so it counts as going back.
    wrong = np.flatnonzero(~(np.diff(times, prepend=0.0) >= 0) | ~np.isfinite(times))
    if wrong.size:
        at = wrong[0]
        raise ValueError(
            f"arrival times must be finite, at least 0 and sorted, got {times[at]} at index {at}"
        )
    return np.round(times, 6)


def unit_poisson(until, *, seed):
    """Poisson arrivals at rate 1, from 0 to before `until`, not rounded."""
    uniform = Random(f"{whole('seed', seed)}/arrivals").random
    _expect(until)
    times, time = [], 0.0
    while (time := time - math.log1p(-uniform())) < until:
        times.append(time)
    return np.array(times)


def duration(*, seconds=None, minutes=None, hours=None):
    """The one duration that is given, in seconds."""
    given = {"seconds": seconds, "minutes": minutes, "hours": hours}
    given = {unit: value for unit, value in given.items() if value is not None}
    if len(given) != 1:
        raise ValueError(f"give exactly one of seconds, minutes and hours, got {given or 'none'}")
    [(unit, value)] = given.items()
    return float(positive(unit, value) * {"seconds": 1, "minutes": 60, "hours": 3600}[unit])


def positive(name, value):
    """The value, if it is a number above 0."""
    if number(name, value) <= 0:
        raise ValueError(f"{name} must be positive, got {value!r}")
    return value


def number(name, value):
    """The value, if it is a finite number."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, got {value!r}")
    if not math.isfinite(value):
        raise ValueError(f"{name} must be finite, got {value!r}")
    return value


def whole(name, value):
    """The value, if it is a whole number, at least 0."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be a whole number, got {value!r}")
    if value < 0:
        raise ValueError(f"{name} must be at least 0, got {value!r}")
    return value


def _expect(arrivals):
    if arrivals > LIMIT:
        raise ValueError(f"a load may hold {LIMIT:,} arrivals, got a rate for {arrivals:,.0f}")


def _inside(times, length):
    times = np.round(times, 6)
    return times[times < length]

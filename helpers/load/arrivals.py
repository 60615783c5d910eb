"""Arrival processes: when orders come, as arrays of seconds since the start.

Everything random starts from a Poisson process with one arrival per second, whose gaps are drawn
by inversion (Devroye, "Non-Uniform Random Variate Generation", 1986, chapters II.2 and VI.1).
Two properties follow. With the same seed, a longer load begins with the shorter one. And a
higher rate squeezes the same arrivals together, so that two rates are compared on one history.

Times are rounded to microseconds. Random numbers are `random.Random.random()`, the stream that
Python promises to keep from version to version (library reference, `random`, "Notes on
Reproducibility"), so a seed means the same load on every machine.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from random import Random

import numpy as np
import numpy.typing as npt

from helpers.load.checks import Times, duration, expect, number, positive, whole


def steady(
    *,
    rate: float,
    seconds: float | None = None,
    minutes: float | None = None,
    hours: float | None = None,
) -> Times:
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
    expect(positive("rate", rate) * length)
    return _inside(np.arange(math.ceil(rate * length)) / rate, length)


def poisson(
    *,
    rate: float,
    seed: int,
    seconds: float | None = None,
    minutes: float | None = None,
    hours: float | None = None,
) -> Times:
    """Poisson arrivals: gaps are exponential with mean ``1 / rate`` seconds.

    Parameters, result and errors as for `steady`; `seed` is a whole number, at least 0.
    """
    length = duration(seconds=seconds, minutes=minutes, hours=hours)
    return _inside(unit_poisson(positive("rate", rate) * length, seed=seed) / rate, length)


def varying(
    *,
    rate_at: Callable[[Times], npt.ArrayLike],
    highest: float,
    seed: int,
    seconds: float | None = None,
    minutes: float | None = None,
    hours: float | None = None,
) -> Times:
    """Poisson arrivals whose rate changes with time, by thinning.

    Arrivals are drawn at the highest rate, and each is kept with probability
    ``rate_at(time) / highest`` (Lewis and Shedler, "Simulation of nonhomogeneous Poisson
    processes by thinning", Naval Research Logistics Quarterly 26, 1979).

    Parameters
    ----------
    rate_at : callable
        Takes an array of seconds, returns the rate at each, in arrivals per second.
    highest : float
        A rate that `rate_at` never exceeds, in arrivals per second.
    seed, seconds, minutes, hours
        As for `poisson`.

    Returns
    -------
    numpy.ndarray
        As for `steady`.

    Raises
    ------
    TypeError, ValueError
        As for `steady`, and for a rate that is not between 0 and the highest.
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


def burst(
    *,
    rate: float,
    peak: float,
    start: float,
    end: float,
    seed: int,
    seconds: float | None = None,
    minutes: float | None = None,
    hours: float | None = None,
) -> Times:
    """Poisson arrivals at `rate`, and at `peak` from second `start` to second `end`.

    Parameters
    ----------
    rate, peak : float
        Arrivals per second outside and inside the burst; `peak` is at least `rate`.
    start, end : float
        Seconds since the start of the load.
    seed, seconds, minutes, hours
        As for `poisson`.

    Returns
    -------
    numpy.ndarray
        As for `steady`.

    Raises
    ------
    TypeError, ValueError
        As for `steady`, and for a burst that is lower than the rate or not within the load.
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


def resampled(
    recorded: Sequence[float], *, length: float, width: float, scale: float, seed: int
) -> tuple[npt.NDArray[np.int_], Times]:
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


def unit_poisson(until: float, *, seed: int) -> Times:
    """Poisson arrivals at rate 1, from 0 to before `until`, not rounded."""
    uniform = Random(f"{whole('seed', seed)}/arrivals").random
    expect(until)
    times: list[float] = []
    time = 0.0
    while (time := time - math.log1p(-uniform())) < until:
        times.append(time)
    return np.array(times)


def _inside(times: Times, length: float) -> Times:
    times = np.round(times, 6)
    return times[times < length]

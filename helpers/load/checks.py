"""What the functions of a load are given, checked: the errors name what is wrong and its value."""

from __future__ import annotations

import math
from numbers import Integral, Real

import numpy as np
import numpy.typing as npt

Times = npt.NDArray[np.float64]  # one row of seconds since the start
LIMIT = 1_000_000  # arrivals; more is a slip of the unit


def duration(
    *, seconds: float | None = None, minutes: float | None = None, hours: float | None = None
) -> float:
    """The one duration that is given, in seconds."""
    units = {"seconds": seconds, "minutes": minutes, "hours": hours}
    given = {unit: value for unit, value in units.items() if value is not None}
    if len(given) != 1:
        raise ValueError(f"give exactly one of seconds, minutes and hours, got {given or 'none'}")
    [(unit, value)] = given.items()
    return float(positive(unit, value) * {"seconds": 1, "minutes": 60, "hours": 3600}[unit])


def positive(name: str, value: float) -> float:
    """The value, if it is a number above 0."""
    if number(name, value) <= 0:
        raise ValueError(f"{name} must be positive, got {value!r}")
    return value


def number(name: str, value: float) -> float:
    """The value, if it is a finite number."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, got {value!r}")
    if not math.isfinite(value):
        raise ValueError(f"{name} must be finite, got {value!r}")
    return value


def whole(name: str, value: int) -> int:
    """The value, if it is a whole number, at least 0."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be a whole number, got {value!r}")
    if value < 0:
        raise ValueError(f"{name} must be at least 0, got {value!r}")
    return value


def expect(arrivals: float) -> None:
    """Refuse a load that is too large."""
    if arrivals > LIMIT:
        raise ValueError(f"a load may hold {LIMIT:,} arrivals, got a rate for {arrivals:,.0f}")


def checked(given: npt.ArrayLike) -> Times:
    """Arrival times of the reader's own, rounded to microseconds.

    Raises
    ------
    ValueError
        If they are not one row of finite, sorted numbers from 0, or if they are too many.
    """
    times = np.asarray(given, dtype=float)
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

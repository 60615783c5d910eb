"""What a reader gives a lab, looked at before anything happens."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from numbers import Real
from typing import Any

UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}


def duration(given: Mapping[str, Any]) -> float:
    """Seconds of a run, from what was given by unit.

    Raises
    ------
    ValueError
        With the unit and its value.
    """
    for unit, value in given.items():
        if not (isinstance(value, Real) and math.isfinite(value) and float(value) >= 0):
            raise ValueError(f"a run lasts a finite, non-negative time, got {unit}={value!r}")
    return float(sum(UNITS[unit] * value for unit, value in given.items()))


def check_worker(function: Any) -> None:
    """Refuse what is no worker.

    Raises
    ------
    TypeError
        With the value.
    """
    if not callable(function):
        raise TypeError(f"a worker is a function, got {function!r}")
    if inspect.isgeneratorfunction(function) or inspect.iscoroutinefunction(function):
        raise TypeError(
            f"a worker is a plain function that waits with time.sleep, got {function!r}, which "
            "would do nothing when called (yield, async)"
        )


def name_of(function: Callable[..., Any]) -> str:
    """What the trace calls a worker."""
    function = getattr(function, "func", function)  # of a functools.partial
    return str(getattr(function, "__name__", type(function).__name__))

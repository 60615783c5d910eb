"""Reading the time: the wall clock and the monotonic one, for the threads of the clock that runs.

time-machine changes what `time.time`, `datetime.now` and their like do, wherever they are bound.
The monotonic clocks, which it leaves alone, are here.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import time_machine

from helpers.clock import current
from helpers.clock.inplace import CFunction
from helpers.clock.intypes import Constructor
from helpers.clock.scheduler import NANO

UP = 86_400 * NANO  # what a monotonic clock has counted when virtual time begins

MONOTONIC = CFunction(time.monotonic)
MONOTONIC_NS = CFunction(time.monotonic_ns)
CTIME, ASCTIME = CFunction(time.ctime), CFunction(time.asctime)
if hasattr(time, "clock_gettime"):
    GETTIME = CFunction(time.clock_gettime)
    GETTIME_NS = CFunction(time.clock_gettime_ns)

_MONOTONIC_IDS = {
    getattr(time, name)
    for name in ("CLOCK_MONOTONIC", "CLOCK_MONOTONIC_RAW", "CLOCK_BOOTTIME", "CLOCK_UPTIME_RAW")
    if hasattr(time, name)
}
_real_time_ns = time_machine.escape_hatch.time.time_ns


class Travel(time_machine.travel):
    """time-machine's own start and stop, with a traveller that looks at the thread."""

    def __init__(self) -> None:
        super().__init__(0, tick=False)

    def start(self) -> time_machine.Traveller:
        super().start()
        time_machine.traveller_stack[-1] = traveller = _PerThread(0, None, False)
        return traveller


class _PerThread(time_machine.Traveller):
    """Virtual time for the clock's threads, real time for all others."""

    def time_ns(self) -> int:
        clock, task = current.clock, current.task()
        if clock is None or task is None:
            return _real_time_ns()
        return clock.epoch_ns + clock.now_ns + task.readings


def monotonic_ns() -> int:
    """`time.monotonic_ns`."""
    task, clock = current.task(), current.clock
    if clock is None or task is None:
        return MONOTONIC_NS.real()
    return UP + clock.now_ns + task.readings


def monotonic() -> float:
    """`time.monotonic`."""
    task = current.task()
    return MONOTONIC.real() if task is None else monotonic_ns() / NANO


def clock_gettime(clock: int, /) -> float:
    """`time.clock_gettime`: virtual for a clock that `monotonic` could read."""
    virtual = current.task() is not None and clock in _MONOTONIC_IDS
    return monotonic_ns() / NANO if virtual else GETTIME.real(clock)


def clock_gettime_ns(clock: int, /) -> int:
    """`time.clock_gettime_ns`."""
    virtual = current.task() is not None and clock in _MONOTONIC_IDS
    return monotonic_ns() if virtual else GETTIME_NS.real(clock)


def ctime(seconds: float | None = None, /) -> str:
    """`time.ctime`, which reads the clock if it is given no time."""
    return CTIME.real(time.time() if seconds is None else seconds)


def asctime(*parts: Any) -> str:
    """`time.asctime`, likewise."""
    return ASCTIME.real(*parts or (time.localtime(),))


READINGS: list[tuple[Any, Callable[..., Any]]] = [
    (MONOTONIC, monotonic),
    (MONOTONIC_NS, monotonic_ns),
    (CTIME, ctime),
    (ASCTIME, asctime),
]
if hasattr(time, "clock_gettime"):
    READINGS += [(GETTIME, clock_gettime), (GETTIME_NS, clock_gettime_ns)]


@functools.cache
def numpy_readings() -> list[tuple[Constructor, Callable[..., Any]]]:
    """`numpy.datetime64`, which reads the system's clock itself for two words."""
    import numpy as np

    construct = Constructor(np.datetime64)

    def datetime64(cls: type, *args: Any, **kwargs: Any) -> Any:
        word = args[0].lower() if args and isinstance(args[0], str) else None
        if word in ("now", "today") and current.task() is not None:
            time = datetime.now(UTC) if word == "now" else datetime.now()  # as numpy has it
            text = time.strftime("%Y-%m-%dT%H:%M:%S" if word == "now" else "%Y-%m-%d")
            args = (text, *args[1:])
        return construct.real(cls, *args, **kwargs)

    return [(construct, datetime64)]

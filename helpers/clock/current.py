"""The clock that runs, and whose thread calls. There is one flow of time in a process."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from threading import get_ident

from helpers.clock.scheduler import Scheduler
from helpers.clock.tasks import ClockError, Task

clock: Scheduler | None = None


@contextlib.contextmanager
def running(scheduler: Scheduler) -> Iterator[None]:
    """Make `scheduler` the one that runs."""
    global clock
    if clock is not None:
        raise ClockError("another clock runs already in this process; end its run first")
    clock = scheduler
    try:
        yield
    finally:
        clock = None


def _forget() -> None:
    """A child process made by a fork has one thread, and lives in real time."""
    global clock
    clock = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def task() -> Task | None:
    """The calling thread, if it is one of the running clock's."""
    return None if clock is None else clock.tasks.get(get_ident())


def runner() -> Task | None:
    """The same, if it is also its turn: not the watching cell, not a thread that is being ended."""
    found = task()
    return found if clock is not None and clock.current is found else None


def cell_moment() -> tuple[Scheduler, float] | None:
    """The clock and its time, if the caller is the cell that runs it; else None."""
    found = task()
    if clock is None or found is None or found is not clock.cell:
        return None
    return clock, clock.now

"""The waits of a run's threads on the wall clock: each can be ended, and raises `Stopped` then."""

from __future__ import annotations

import contextlib
import math
import threading
from collections.abc import Callable
from threading import TIMEOUT_MAX
from typing import Any, NoReturn, Protocol

from helpers.clock.patches import JOIN, SLEEP, START, WAIT
from helpers.clock.readings import MONOTONIC
from helpers.clock.scheduler import SWALLOWED
from helpers.clock.tasks import Baton, Stopped, Task

LOOK = 0.05  # seconds between two looks of a thread that joins another

_monotonic: Callable[[], float] = MONOTONIC.real


class Running(Protocol):
    """What the waits know of the clock whose run, or whose visit, is on: `WallClock`."""

    bells: dict[int, Baton]
    cell: Task | None

    def task(self) -> Task | None:
        """The task of the calling thread."""

    def launch(self, thread: threading.Thread, *, background: bool) -> None:
        """Start a thread as one of the clock's."""


clock: Running | None = None


def ring(bell: Baton) -> None:
    """Wake whoever waits at a bell, if nobody has."""
    with contextlib.suppress(RuntimeError):
        bell.give()


def end_here(task: Task) -> NoReturn:
    """Raise `Stopped` in the thread of a task that is being ended.

    One that has swallowed it several times waits for good.
    """
    task.refusals += 1
    if task.refusals > SWALLOWED:
        task.done = True
        Baton().take()
    raise Stopped


def _mine() -> Task | None:
    return None if clock is None else clock.task()


def _the_cell() -> Task | None:
    return None if clock is None else clock.cell


def _sleep(seconds: float, /) -> None:
    task = _mine()
    if task is None or task is _the_cell() or not seconds > 0:
        SLEEP.real(seconds)  # which also refuses what is no time
    elif task.stopping or task.baton.take(min(seconds, TIMEOUT_MAX)):
        end_here(task)


class _Waiter:
    """Stands in a condition's list of waiters, whose `notify` calls `release`."""

    def __init__(self, bell: Baton) -> None:
        self.bell, self.notified = bell, False

    def release(self) -> None:
        self.notified = True
        ring(self.bell)


def _wait(condition: Any, timeout: float | None = None) -> bool:
    # As in the standard library, but for the bell, which is rung at the end of the run too.
    task, running = _mine(), clock
    if task is None or running is None or task is _the_cell():
        return WAIT.real(condition, timeout)
    if not condition._is_owned():
        raise RuntimeError("cannot wait on un-acquired lock")
    waiter = _Waiter(Baton())
    condition._waiters.append(waiter)
    saved = condition._release_save()
    running.bells[task.ident] = waiter.bell
    try:
        if not task.stopping:
            waiter.bell.take(-1 if timeout is None else min(max(0, timeout), TIMEOUT_MAX))
    finally:
        running.bells.pop(task.ident, None)
        condition._acquire_restore(saved)
        with contextlib.suppress(ValueError):
            condition._waiters.remove(waiter)
    if task.stopping:
        end_here(task)
    return waiter.notified


def _join(thread: threading.Thread, timeout: float | None = None) -> None:
    task = _mine()
    if task is None:
        JOIN.real(thread, timeout)
        return
    until = math.inf if timeout is None else _monotonic() + timeout
    while thread.is_alive() or thread is threading.current_thread():  # which Python refuses
        if task.stopping:
            end_here(task)
        JOIN.real(thread, max(0.0, min(LOOK, until - _monotonic())))
        if _monotonic() >= until:
            return


def _start(thread: Any) -> None:
    parent, running = _mine(), clock
    if parent is None or running is None or thread._started.is_set():
        START.real(thread)
    else:
        running.launch(thread, background=parent.background or parent.serving)


REPLACEMENTS: list[tuple[Any, Callable[..., Any]]] = [
    (SLEEP, _sleep),
    (WAIT, _wait),
    (JOIN, _join),
    (START, _start),
]
SLEEP.name(_sleep)

"""A thread of virtual time: the right to run, its waits, and the core that it runs on.

`helpers.clock` decides who runs; here stands how a thread is handed the right to. Another way of
switching, for a place that has no threads, would replace `Baton` alone.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
from _thread import allocate_lock
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpers.clock import Clock


class Stopped(BaseException):
    """Ends a thread at its next wait. No `Exception`: ``except Exception`` lets it pass."""


class Baton:
    """The right to run, handed from one thread to another. The only place that knows how."""

    def __init__(self) -> None:
        self._lock = allocate_lock()
        self._lock.acquire()

    def give(self) -> None:
        """Let the owner of this baton run."""
        self._lock.release()

    def take(self, timeout: float = -1) -> bool:
        """Wait until somebody gives it; False after `timeout` seconds of real time."""
        return self._lock.acquire(True, timeout)


@contextlib.contextmanager
def rare_collections() -> Iterator[None]:
    """Look for cyclic garbage seldom during the block: Python's own rate costs a run 7 to 10 %."""
    usual = gc.get_threshold()
    if usual[0]:  # 0: somebody has switched the collector off
        gc.set_threshold(max(usual[0], 50_000), *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


@contextlib.contextmanager
def one_core() -> Iterator[None]:
    """Keep the calling thread, and those that it starts, on the core that it runs on.

    Handing over to a thread on another core takes three to four times as long. Only where the
    system lets a thread choose (Linux); elsewhere runs take longer and are the same.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {_core(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def _core(allowed: set[int]) -> int:
    """The core that the system has just put this thread on, or any that is allowed."""
    try:
        here = ctypes.CDLL(None).sched_getcpu()
    except (AttributeError, OSError):
        here = -1
    return here if here in allowed else sorted(allowed)[os.getpid() % len(allowed)]


class Task:
    """One thread of the clock."""

    def __init__(self, name: str, *, background: bool = False) -> None:
        self.name = name
        self.background = background
        self.serving = False  # inside a service: threads that it starts belong to the service
        self.baton = Baton()
        self.ident: int | None = None
        self.wait: Wait | None = None
        self.stopping = False
        self.refusals = 0
        self.done = False
        self.finished = Baton()  # given once, when the thread has unwound
        self.joiners: list[Wait] = []

    def __repr__(self) -> str:
        return f"<Task {self.name}>"


class Wait:
    """One wait of one task. `threading.Condition.notify` calls `release`, as on its own lock."""

    __slots__ = ("clock", "deadline", "over", "task", "what", "woken")

    def __init__(self, clock: Clock, task: Task, deadline: int | None, what: str) -> None:
        self.clock, self.task, self.deadline, self.what = clock, task, deadline, what
        self.woken = False  # somebody notified
        self.over = False  # the task stands among the ready ones

    def release(self) -> None:
        """Wake the task. A notice at the very moment of the deadline still counts."""
        self.woken = True
        if not self.over:
            self.over = True
            self.clock._ready.append(self.task)

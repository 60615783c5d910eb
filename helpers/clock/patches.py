"""What the clock replaces while it runs, and how it is put back.

Each replacement looks whose thread calls: one of the clock's waits in virtual time, any other gets
the real function. So a notebook kernel's own threads go on undisturbed.
"""

from __future__ import annotations

import contextlib
import functools
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from threading import get_ident
from typing import Any

import time_machine

from helpers.clock.scheduler import Scheduler
from helpers.clock.swapping import swapped
from helpers.clock.tasks import ClockError, Task

_real_sleep = time.sleep
_real_monotonic = time.monotonic
_real_monotonic_ns = time.monotonic_ns
_real_wait = threading.Condition.wait
_real_acquire = threading.Semaphore.acquire
_real_start = threading.Thread.start
_real_join = threading.Thread.join
_real_is_alive = threading.Thread.is_alive

_clock: Scheduler | None = None  # the one that runs; there is one flow of time in a process
_rebound: list[tuple[dict[str, Any], str, Any]] = []


@contextlib.contextmanager
def installed(clock: Scheduler) -> Iterator[None]:
    """Replace what waits and what reads the time, and put all of it back on any exit."""
    global _clock
    if _clock is not None:
        raise ClockError("another clock runs already in this process; end its run first")
    with _Travel(clock), contextlib.ExitStack() as undo:
        for owner, name, replacement in [*_REPLACEMENTS, *_kernel_replacements()]:
            undo.enter_context(swapped(owner, {name: replacement}))
        undo.callback(_unbind)
        _clock = clock
        try:
            yield
        finally:
            _clock = None


def rebind(function: Callable[..., Any]) -> None:
    """Let a function that did ``from time import sleep`` sleep in virtual time, during the run."""
    namespace = getattr(getattr(function, "func", function), "__globals__", {})
    for name, value in list(namespace.items()):
        if value is _real_sleep or value is _real_monotonic or value is _real_monotonic_ns:
            _rebound.append((namespace, name, value))
            namespace[name] = {
                _real_sleep: _sleep,
                _real_monotonic: _monotonic,
                _real_monotonic_ns: _monotonic_ns,
            }[value]


def cell_moment() -> tuple[Scheduler, float] | None:
    """The clock and its time, if the caller is the cell that runs it; else None."""
    task = _task()
    return (_clock, _clock.now) if task is not None and task is _clock._cell else None


def _unbind() -> None:
    while _rebound:
        namespace, name, value = _rebound.pop()
        namespace[name] = value


class _Travel(time_machine.travel):
    """time-machine's own start and stop, with a traveller that looks at the thread."""

    def __init__(self, clock: Scheduler) -> None:
        super().__init__(0, tick=False)
        self._clock = clock

    def start(self) -> time_machine.Traveller:
        super().start()
        time_machine.traveller_stack[-1] = traveller = _PerThread(self._clock)
        return traveller


class _PerThread(time_machine.Traveller):
    """Virtual time for the clock's threads, real time for all others."""

    def __init__(self, clock: Scheduler) -> None:
        super().__init__(0, None, False)
        self._clock = clock

    def time_ns(self) -> int:
        clock = self._clock
        if get_ident() in clock._tasks:
            return clock.epoch_ns + clock.now_ns
        return _real_time_ns()


_real_time_ns = time_machine.escape_hatch.time.time_ns


def _task() -> Task | None:
    return None if _clock is None else _clock._tasks.get(get_ident())


def _sleep(seconds: float, /) -> None:
    task = _task()
    if task is None:
        return _real_sleep(seconds)
    return _clock.sleep(task, seconds)


def _monotonic() -> float:
    return _real_monotonic() if _task() is None else _monotonic_ns() / 1e9


def _monotonic_ns() -> int:
    return _real_monotonic_ns() if _task() is None else _clock.epoch_ns + _clock.now_ns


def _wait(condition: threading.Condition, timeout: float | None = None) -> bool:
    task = _task()
    if task is None:
        return _real_wait(condition, timeout)
    if not condition._is_owned():
        raise RuntimeError("cannot wait on un-acquired lock")
    # The condition's own notify() calls release() on what stands in its list of waiters.
    what = "a notice" if timeout is None else f"a notice for {timeout:g} s"
    wait = _clock.new_wait(task, timeout, what)
    condition._waiters.append(wait)
    saved = condition._release_save()
    try:
        return _clock.block(wait)
    finally:
        condition._acquire_restore(saved)
        with contextlib.suppress(ValueError):
            condition._waiters.remove(wait)


def _acquire(
    semaphore: threading.Semaphore, blocking: bool = True, timeout: float | None = None
) -> bool:
    # A pool of threads asks with a time-out of 0 while it holds locks that its other callers need,
    # so nobody else may run meanwhile.
    if blocking and timeout is not None and timeout <= 0 and _task() is not None:
        blocking, timeout = False, None
    return _real_acquire(semaphore, blocking, timeout)


def _start(thread: threading.Thread) -> None:
    parent = _task()
    if parent is None or thread._started.is_set():
        return _real_start(thread)
    return _clock.launch(thread, background=parent.background or parent.serving)


def _join(thread: threading.Thread, timeout: float | None = None) -> None:
    task, target = _task(), getattr(thread, "_task", None)
    if task is None or target is None:
        return _real_join(thread, timeout)
    if target is task:
        raise RuntimeError("cannot join current thread")
    if not target.done:
        wait = _clock.new_wait(task, timeout, f"the end of {target.name}")
        target.joiners.append(wait)
        if not _clock.block(wait):
            target.joiners.remove(wait)
    return None


def _is_alive(thread: threading.Thread) -> bool:
    # The OS thread outlives its last step by some microseconds, which must not show.
    target = getattr(thread, "_task", None)
    return _real_is_alive(thread) if target is None else not target.done


_REPLACEMENTS: list[tuple[Any, str, Any]] = [
    (time, "sleep", _sleep),
    (time, "monotonic", _monotonic),
    (time, "monotonic_ns", _monotonic_ns),
    (threading, "_time", _monotonic),
    (queue, "time", _monotonic),
    (queue, "SimpleQueue", queue._PySimpleQueue),  # the C one waits where nobody can see it
    (threading.Condition, "wait", _wait),
    (threading.Semaphore, "acquire", _acquire),
    (threading.Thread, "start", _start),
    (threading.Thread, "join", _join),
    (threading.Thread, "is_alive", _is_alive),
]


def _kernel_replacements() -> list[tuple[Any, str, Any]]:
    """In a notebook kernel, flushing the output waits for the kernel's own thread."""
    iostream = sys.modules.get("ipykernel.iostream")
    if iostream is None:
        return []
    flush = iostream.OutStream.flush

    @functools.wraps(flush)
    def flush_for_real(stream: Any) -> None:
        with contextlib.nullcontext() if _clock is None else _clock.real_time():
            flush(stream)

    return [(iostream.OutStream, "flush", flush_for_real)]

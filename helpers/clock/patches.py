"""What the clock replaces while it runs, and how it is put back.

Each replacement looks whose thread calls: one of the clock's waits in virtual time, any other gets
the real function. So a notebook kernel's own threads go on undisturbed.
"""

from __future__ import annotations

import contextlib
import functools
import sys
import threading
import time
from _thread import LockType, RLock
from collections.abc import Callable, Iterator
from threading import get_ident
from typing import Any

from helpers.clock import current
from helpers.clock.inplace import CFunction, PythonFunction
from helpers.clock.intypes import ClassEntry
from helpers.clock.lines import lines
from helpers.clock.locks import GET, RLOCK, acquire_lock, acquire_rlock, get
from helpers.clock.outside import OUTSIDE, slept_outside
from helpers.clock.readings import READINGS, Travel, numpy_readings
from helpers.clock.scheduler import Scheduler
from helpers.clock.selecting import SELECT, SELECTORS, select_
from helpers.clock.swapping import swapped
from helpers.clock.tasks import LOCK, Task

SLEEP = CFunction(time.sleep)
WAIT = PythonFunction(threading.Condition.wait)
ACQUIRE = PythonFunction(threading.Semaphore.acquire)
START = PythonFunction(threading.Thread.start)
JOIN = PythonFunction(threading.Thread.join)
IS_ALIVE = PythonFunction(threading.Thread.is_alive)


@contextlib.contextmanager
def installed(clock: Scheduler) -> Iterator[None]:
    """Replace what waits and what reads the time, and put all of it back on any exit."""
    with current.running(clock), Travel(), contextlib.ExitStack() as undo:
        for owner, name, replacement in _kernel_replacements():
            undo.enter_context(swapped(owner, {name: replacement}))
        numpy = numpy_readings() if "numpy" in sys.modules else []
        replacements = [*REPLACEMENTS, *numpy]
        try:  # each call from a cell passes here: a stack of callbacks took a fifth longer
            for replaced, replacement in replacements:
                replaced.put(replacement)
            yield
        finally:
            for replaced, _ in reversed(replacements):
                replaced.back()


@contextlib.contextmanager
def shortened() -> Iterator[None]:
    """Let ``with lock`` find the replacement directly, which is faster than by way of C.

    For runs and not for each visit: Python gives a class a limited number of versions.
    """
    with contextlib.ExitStack() as undo:
        for entry, replacement in _SHORT_WAYS:
            undo.callback(entry.back)
            entry.put(replacement)
        yield


def _sleep(seconds: float, /) -> None:
    clock = current.clock
    if clock is not None and (task := clock.tasks.get(get_ident())) is not None:
        clock.sleep(task, seconds)
        return
    SLEEP.real(seconds)
    slept_outside(seconds)


def _wait(condition: Any, timeout: float | None = None) -> bool:
    task, clock = current.task(), current.clock
    if task is None or clock is None:
        return WAIT.real(condition, timeout)
    lock = condition._lock
    if not (lock.locked() if type(lock) is LockType else condition._is_owned()):
        raise RuntimeError("cannot wait on un-acquired lock")
    # The condition's own notify() calls release() on what stands in its list of waiters.
    what = "a notice" if timeout is None else f"a notice for {timeout:g} s"
    wait = clock.new_wait(task, timeout, what)
    condition._waiters.append(wait)
    saved = condition._release_save()
    try:
        return clock.block(wait)
    finally:
        _acquire_again(condition, saved)
        with contextlib.suppress(ValueError):
            condition._waiters.remove(wait)


def _acquire_again(condition: Any, saved: Any) -> None:
    """The condition's lock, as often as it was held. Another thread may hold it across a wait."""
    lock = condition._lock
    if type(lock) is LockType:
        if lines or not LOCK.real(lock, False):
            lock.acquire()
    elif type(lock) is RLock:
        for _ in range(saved[0]):
            lock.acquire()
    else:
        condition._acquire_restore(saved)


def _acquire(
    semaphore: threading.Semaphore, blocking: bool = True, timeout: float | None = None
) -> bool:
    # A pool of threads asks with a time-out of 0 while it holds locks that its other callers need,
    # so nobody else may run meanwhile.
    if blocking and timeout is not None and timeout <= 0 and current.task() is not None:
        blocking, timeout = False, None
    return ACQUIRE.real(semaphore, blocking, timeout)


def _start(thread: Any) -> None:
    parent, clock = current.task(), current.clock
    if parent is None or clock is None or thread._started.is_set():
        START.real(thread)
    else:
        clock.launch(thread, background=parent.background or parent.serving)


def _join(thread: threading.Thread, timeout: float | None = None) -> None:
    task, clock = current.task(), current.clock
    if task is None or clock is None:
        JOIN.real(thread, timeout)
        return
    target: Task | None = getattr(thread, "_task", None)
    if target is None:  # a thread outside the run ends in real time
        clock.passed.timed(task, JOIN.real, thread, timeout)
        return
    if target is task:
        raise RuntimeError("cannot join current thread")
    if not target.done:
        wait = clock.new_wait(task, timeout, f"the end of {target.name}")
        target.joiners.append(wait)
        if not clock.block(wait):
            target.joiners.remove(wait)


def _is_alive(thread: threading.Thread) -> bool:
    # The OS thread outlives its last step by some microseconds, which must not show.
    target = getattr(thread, "_task", None)
    return IS_ALIVE.real(thread) if target is None else not target.done


REPLACEMENTS: list[tuple[Any, Callable[..., Any]]] = [
    (SLEEP, _sleep),
    *READINGS,
    (WAIT, _wait),
    (ACQUIRE, _acquire),
    (START, _start),
    (JOIN, _join),
    (IS_ALIVE, _is_alive),
    (LOCK, acquire_lock),
    (RLOCK, acquire_rlock),
    (GET, get),
    (SELECT, select_),
    *SELECTORS,
    *OUTSIDE,
]

for _replaced, _replacement in REPLACEMENTS:
    if isinstance(_replaced, CFunction):
        _replaced.name(_replacement)

_SHORT_WAYS = [
    (ClassEntry(owner, name), replacement)
    for owner, replacement in ((LockType, acquire_lock), (RLock, acquire_rlock))
    for name in ("acquire", "__enter__")
]


def _kernel_replacements() -> list[tuple[Any, str, Any]]:
    """In a notebook kernel, flushing the output waits for the kernel's own thread."""
    iostream = sys.modules.get("ipykernel.iostream")
    if iostream is None:
        return []
    flush = iostream.OutStream.flush

    @functools.wraps(flush)
    def flush_for_real(stream: Any) -> None:
        clock = current.clock
        with contextlib.nullcontext() if clock is None else clock.real_time():
            flush(stream)

    return [(iostream.OutStream, "flush", flush_for_real)]

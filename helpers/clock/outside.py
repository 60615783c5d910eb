"""Waits for the world outside the run, which are real: child processes, and signals by a timer.

A child process lives in real time, so the time-outs of `subprocess` and `multiprocessing` count
real seconds here too, and the run tells how many. So it does for sleeps of threads that are not of
the run, such as those of a pool that was made before it.
"""

from __future__ import annotations

import multiprocessing.connection
import multiprocessing.process
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import current_thread, get_ident
from typing import Any

from helpers.clock import current
from helpers.clock.inplace import CFunction, PythonFunction
from helpers.clock.places import readers


def _for_real(function: PythonFunction[Any]) -> Callable[..., Any]:
    """A wait for another process: in real time, which is noted."""

    def wait(*args: Any) -> Any:
        task, clock = current.task(), current.clock
        if task is None or clock is None:
            return function.real(*args)
        return clock.passed.timed(task, function.real, *args)

    return wait


def slept_outside(seconds: float) -> None:
    """A thread that is not of the run has slept in real time, while it was on.

    That is told of the reader's own threads alone: a notebook kernel has some that always sleep.
    """
    clock, ident = current.clock, get_ident()
    if clock is None or ident in clock.aside or readers(sys._getframe(1)) is None:
        return
    clock.passed.waited(f"{current_thread().name} (not a thread of this run)", seconds, ident)


def _arming(function: CFunction[Any], name: str) -> Callable[..., Any]:
    """`signal.alarm` and `setitimer`: the system counts, in real seconds."""

    def arm(*args: Any) -> Any:
        task, clock = current.task(), current.clock
        if task is not None and clock is not None and any(args[-2:]):  # else it disarms one
            call = f"signal.{name}({', '.join(f'{value:g}' for value in args)})"
            clock.passed.say(f"{task.name} called {call}, which counts real seconds")
        return function.real(*args)

    return arm


def _submitting(function: PythonFunction[Any]) -> Callable[..., Any]:
    """`ThreadPoolExecutor.submit`: threads from before the run work on in real time."""

    def submit(executor: ThreadPoolExecutor, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        task, clock = current.task(), current.clock
        if task is None or clock is None:
            return function.real(executor, fn, *args, **kwargs)
        if any(not hasattr(thread, "_task") for thread in executor._threads):
            clock.passed.say(
                f"{task.name} gave work to threads that were started before the run, of the pool "
                f"{executor._thread_name_prefix}: make the pool inside the run"
            )
        return function.real(executor, fn, *args, **kwargs)

    return submit


_PROCESSES: list[Callable[..., Any]] = [
    subprocess.Popen.wait,
    subprocess.Popen.communicate,
    multiprocessing.process.BaseProcess.join,
    multiprocessing.connection.wait,
    multiprocessing.connection._ConnectionBase.poll,
]
_TIMERS = [
    CFunction(getattr(signal, name)) for name in ("alarm", "setitimer") if hasattr(signal, name)
]
_SUBMIT = PythonFunction(ThreadPoolExecutor.submit)

OUTSIDE: list[tuple[Any, Callable[..., Any]]] = [
    *((replaced, _for_real(replaced)) for replaced in map(PythonFunction, _PROCESSES)),
    *((replaced, _arming(replaced, replaced.function.__name__)) for replaced in _TIMERS),
    (_SUBMIT, _submitting(_SUBMIT)),
]

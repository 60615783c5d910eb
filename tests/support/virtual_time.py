"""What the tests of the clock share: its first moment, and that nothing of it is left behind."""

from __future__ import annotations

import _queue
import gc
import select
import signal
import subprocess
import threading
import time

EPOCH = 1_793_606_400.0

_OF_C = [time.sleep, time.monotonic, time.monotonic_ns, select.select]
_OF_C += [  # what Windows does not have
    getattr(module, name)
    for module, name in (
        (time, "clock_gettime"),
        (time, "clock_gettime_ns"),
        (signal, "alarm"),
        (signal, "setitimer"),
    )
    if hasattr(module, name)
]
_OF_PYTHON = [
    threading.Condition.wait,
    threading.Thread.start,
    threading.Thread.join,
    threading.Thread.is_alive,
    subprocess.Popen.wait,
    subprocess.Popen.communicate,
]
_LOCKS = [type(threading.Lock()), type(threading.RLock())]
_METHODS = [(owner, name) for owner in _LOCKS for name in ("acquire", "__enter__")]
_METHODS.append((_queue.SimpleQueue, "get"))


def _is_real() -> list[object]:
    """How each function that the clock replaces looks in a Python that has not met a clock."""
    return [
        gc.get_threshold(),
        [(function.__self__, repr(function)) for function in _OF_C],
        [function.__code__ for function in _OF_PYTHON],
        [vars(owner)[name] for owner, name in _METHODS],
        [callable(lock) for lock in (threading.Lock(), threading.RLock())],
    ]


_USUAL = _is_real()


def assert_everything_is_real() -> None:
    assert _is_real() == _USUAL
    assert abs(time.time() - EPOCH) > 60
    for thread in threading.enumerate():
        if hasattr(thread, "_task"):  # its work is done; on a busy machine it may still be leaving
            thread.join(10)
            assert not thread.is_alive(), thread
    begin = time.perf_counter()
    time.sleep(0.002)
    assert time.perf_counter() - begin >= 0.002

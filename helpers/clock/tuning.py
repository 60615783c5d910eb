"""What makes a run fast, and changes nothing else: one core, and rare collections of garbage."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
from collections.abc import Iterator


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
    try:
        allowed = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {_core(allowed)})
    except (AttributeError, OSError):  # there is no choice, or a container's rules forbid it
        yield
        return
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

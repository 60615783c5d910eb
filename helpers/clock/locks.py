"""Locks and C queues in virtual time: `acquire` and `get` wait for what another thread holds.

A lock that no other thread holds is taken at once, as ever. One that a thread of the clock holds
across a wait is waited for in virtual time, with its time-out. One that a thread outside the clock
holds is waited for in real time, as that thread lives in real time.
"""

from __future__ import annotations

import re
from _queue import Empty, SimpleQueue
from _thread import LockType, RLock
from collections.abc import Callable
from threading import TIMEOUT_MAX
from typing import Any
from weakref import WeakSet

from helpers.clock import current
from helpers.clock.intypes import ClassEntry, CMethod
from helpers.clock.lines import NOT_YET, lines, stand
from helpers.clock.places import frames
from helpers.clock.scheduler import Scheduler
from helpers.clock.tasks import LOCK

GRACE = 0.02  # seconds of real time in which a thread outside the clock releases a lock

RLOCK = CMethod(RLock, "acquire", "__enter__")
GET = ClassEntry(SimpleQueue, "get")

_held_across_waits: WeakSet[LockType] = WeakSet()
_owned_by_caller: Callable[[RLock], bool] = vars(RLock)["_is_owned"]


def _acquire_for(
    method: CMethod,
    what: str,
    free: Callable[[Any], bool],
    for_real: Callable[[Scheduler, Any, float], bool | None],
) -> Callable[..., bool]:
    """`acquire` of one type of lock.

    `for_real` tells whether it took the lock from a thread outside the clock, None if none has it.
    """
    real: Callable[..., bool] = method.real

    def attempt(lock: Any) -> Any:
        return True if real(lock, False) else NOT_YET

    def acquire(lock: Any, blocking: bool = True, timeout: float = -1) -> bool:
        if timeout == -1:
            if not blocking:
                return real(lock, False)
            if not lines and real(lock, False):
                return True
        task, clock = current.runner(), current.clock
        waits = blocking and (timeout == -1 or 0 <= timeout <= TIMEOUT_MAX)
        if task is None or clock is None or not waits:
            return real(lock, blocking, timeout)
        if id(lock) not in lines or _is_owned(lock):
            if real(lock, False):
                return True
            outcome = for_real(clock, lock, timeout)
            if outcome is not None:
                return outcome
        seconds = None if timeout == -1 else timeout
        outcome = stand(
            clock,
            task,
            lock,
            timeout=seconds,
            what=what if seconds is None else f"{what} for {seconds:g} s",
            attempt=lambda: attempt(lock),
            free=lambda: free(lock),
        )
        return outcome is True

    return acquire


def _is_owned(lock: Any) -> bool:
    return isinstance(lock, RLock) and _owned_by_caller(lock)


def _lock_for_real(clock: Scheduler, lock: LockType, timeout: float) -> bool | None:
    """A lock does not know its owner. Threads outside the clock hold one for a moment only."""
    if lock in _held_across_waits:
        return None
    tasks = clock.tasks
    if any(ident not in tasks for ident in frames()) and LOCK.real(lock, True, GRACE):
        return True
    _held_across_waits.add(lock)
    return None


def _rlock_for_real(clock: Scheduler, lock: Any, timeout: float) -> bool | None:
    owner = re.search(r"owner=(\d+)", repr(lock))  # what Python tells of it, in every version
    if owner is None or int(owner[1]) in clock.tasks:
        return None
    taken: bool = RLOCK.real(lock, True, timeout)
    return taken


def get(queue: SimpleQueue[Any], block: bool = True, timeout: float | None = None) -> Any:
    """`queue.SimpleQueue.get`."""
    task, clock = current.runner(), current.clock
    if task is None or clock is None or not block:
        return GET.real(queue, block, timeout)
    if timeout is not None and not 0 <= timeout <= TIMEOUT_MAX:
        return GET.real(queue, block, timeout)

    def attempt() -> Any:
        try:
            return GET.real(queue, False)
        except Empty:
            return NOT_YET

    item = NOT_YET if id(queue) in lines else attempt()
    if item is NOT_YET:
        what = "an item" if timeout is None else f"an item for {timeout:g} s"
        item = stand(
            clock,
            task,
            queue,
            timeout=timeout,
            what=what,
            attempt=attempt,
            free=lambda: not queue.empty(),
        )
    if item is NOT_YET:
        raise Empty
    return item


acquire_lock = _acquire_for(LOCK, "a lock", lambda lock: not lock.locked(), _lock_for_real)
acquire_rlock = _acquire_for(
    RLOCK, "a lock", lambda lock: repr(lock).startswith("<unlocked"), _rlock_for_real
)

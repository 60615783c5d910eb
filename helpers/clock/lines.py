"""Standing in line for what nobody announces: a lock held across a wait, an item, a wake-up.

First come, first served. Nothing tells the clock that a lock is free again; but only one thread of
the clock runs at a time, so it is enough to look at every hand-over.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from helpers.clock.scheduler import Scheduler
from helpers.clock.tasks import Task, Wait

NOT_YET = object()

lines: dict[int, Line] = {}  # by the id of what is waited for; empty nearly always


class Line:
    """The threads that wait for one thing."""

    def __init__(self, thing: Any, free: Callable[[], bool]) -> None:
        self.thing, self.free = thing, free
        self.waits: deque[Wait] = deque()

    def look(self) -> None:
        """Wake the first in the line if the thing is free. Called at every hand-over."""
        first = self.waits[0]
        if not first.over and self.free():
            first.release()


def stand(
    clock: Scheduler,
    task: Task,
    thing: Any,
    *,
    timeout: float | None,
    what: str,
    attempt: Callable[[], Any],
    free: Callable[[], bool],
) -> Any:
    """What `attempt` returns when it is the task's turn at `thing`; `NOT_YET` after `timeout`."""
    line = lines.get(id(thing))
    if line is None:
        line = lines[id(thing)] = Line(thing, free)
        clock.lookouts = [*clock.lookouts, line.look]
    unwinding = task.stopping  # and needs the lock for its ``finally``
    wait = clock.new_wait(task, timeout, what)
    line.waits.append(wait)
    try:
        while True:
            clock.block(wait, unwinding=unwinding)
            result = attempt()
            if result is not NOT_YET or not wait.woken:
                return result
            again = Wait(wait.ready, task, wait.deadline, what)  # another thread was quicker
            line.waits[line.waits.index(wait)] = again
            wait = again
    finally:
        line.waits.remove(wait)
        if not line.waits:
            del lines[id(thing)]
            clock.lookouts = [look for look in clock.lookouts if look != line.look]

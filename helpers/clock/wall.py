"""Plain threads on the wall clock, with the face of `Clock`: for a lab that talks to an endpoint.

Nothing is virtual here. A worker is an ordinary thread, all run at once, and an hour takes an hour.
What is replaced while a run lasts are the waits of the run's own threads (`time.sleep`,
`Condition.wait`, `Thread.join`), so that they can be ended: each raises `Stopped` once the run is
over. A thread that computes gets `Stopped` in the middle of its code, and one that waits for an
answer from the network is left until the answer is there.
"""

from __future__ import annotations

import contextlib
import ctypes
import math
import sys
import threading
import time
from collections.abc import Callable, Iterator
from threading import get_ident
from typing import Any, NoReturn

from helpers.clock import current
from helpers.clock import wall_waits as waits
from helpers.clock.patches import SLEEP, START
from helpers.clock.readings import MONOTONIC
from helpers.clock.tasks import Baton, ClockError, Stopped, Task

LOOK = 0.05  # seconds between two looks of the waiting cell, and of a wait at its end
GRACE = 2.0  # seconds that a thread gets to end by itself
FORCE = 10.0  # and to come to the end of a step, once it is told in the middle of its code
ANSWER = 70.0  # seconds that an answer may take: the longest poll is Step Functions', of 60

_monotonic: Callable[[], float] = MONOTONIC.real


class WallClock:
    """Real time since the clock was made, and the threads of its runs.

    Attributes
    ----------
    now : float
        Seconds since it was made.
    watch : callable, optional
        Called with the run's seconds while the cell waits.
    """

    is_real = True

    def __init__(self) -> None:
        self._began = _monotonic()
        self.epoch_ns = time.time_ns()
        self.watch: Callable[[float], None] | None = None
        self.ends: float | None = None  # of the present run, on this clock
        self.cell: Task | None = None
        self._tasks: dict[int, Task] = {}
        self.bells: dict[int, Baton] = {}  # of conditions that threads wait for, by thread
        self._all: list[Task] = []
        self._error: BaseException | None = None

    @property
    def now(self) -> float:
        return _monotonic() - self._began

    @property
    def is_running(self) -> bool:
        return self.cell is not None

    def task(self) -> Task | None:
        """The task of the calling thread, or None if it is not one of the clock's."""
        return self._tasks.get(get_ident())

    # -- a run

    @contextlib.contextmanager
    def running(
        self, *, seconds: float | None = None, at_most: float | None = None
    ) -> Iterator[WallClock]:
        """Run what is started inside: for `seconds`, or until all of it is done.

        `at_most` ends a run of the second kind too.

        Raises
        ------
        ClockError
            If the clock runs already. An exception of a thread comes out with its own traceback.
        """
        for length in (seconds, at_most):
            if length is not None and not (math.isfinite(length) and length >= 0):
                raise ValueError(f"a run lasts a finite, non-negative time, got {length!r} seconds")
        limit = (
            seconds if at_most is None else at_most if seconds is None else min(seconds, at_most)
        )
        with self.visit():
            self.ends = None if limit is None else self.now + limit
            try:
                yield self
                self._look_on(until_done=seconds is None)
            finally:
                try:
                    self._stop(lambda task: not task.background)
                finally:  # also where an interrupt has ended the wait for the others
                    self.ends, error, self._error = None, self._error, None
            if error is not None:
                raise error

    @contextlib.contextmanager
    def visit(self) -> Iterator[None]:
        """Let the calling thread take part, for the length of the block."""
        if self.cell is not None or waits.clock is not None:
            raise ClockError("this clock runs already; a run cannot stand inside another run")
        if current.clock is not None:
            raise ClockError("another clock runs already in this process; end its run first")
        cell = Task("cell")
        cell.ident = get_ident()
        with contextlib.ExitStack() as undo:
            for replaced, replacement in waits.REPLACEMENTS:
                undo.callback(replaced.back)
                replaced.put(replacement)
            waits.clock, self.cell, self._tasks[cell.ident] = self, cell, cell
            try:
                yield
            finally:
                waits.clock, self.cell = None, None
                del self._tasks[cell.ident]

    def start(
        self, function: Callable[..., Any], *args: Any, name: str, background: bool = False
    ) -> threading.Thread:
        """Start `function` in a thread of its own, at once."""
        thread = threading.Thread(target=function, args=args, name=name)
        self.launch(thread, background=background)
        return thread

    def launch(self, thread: threading.Thread, *, background: bool) -> None:
        """Start `thread` as one of the clock's."""
        task = Task(thread.name, background=background)
        run = thread.run

        def body() -> None:
            task.ident = get_ident()
            self._tasks[task.ident] = task
            try:
                if not task.stopping:
                    run()
            except Stopped:
                pass
            except BaseException as error:
                self._failed(task, error)
            finally:
                task.done = True
                self._tasks.pop(task.ident, None)

        vars(thread).update(run=body, _task=task)
        thread.daemon = True
        self._all = [other for other in self._all if not other.done] + [task]
        START.real(thread)

    def close(self) -> None:
        """End every thread that is left. May be called with the clock at rest."""
        if any(not task.done for task in self._all):
            with self.visit():
                self._stop(lambda _: True)

    def end(self, task: Task) -> NoReturn:
        """Raise `Stopped` in the calling thread, which is being ended, as the waits do."""
        waits.end_here(task)

    def left(self) -> float | None:
        """Seconds until the present run ends; None if it ends when its workers are done."""
        return None if self.ends is None else max(0.0, self.ends - self.now)

    def _failed(self, task: Task, error: BaseException) -> None:
        if task.background or self.cell is None:
            threading.excepthook(
                threading.ExceptHookArgs((type(error), error, error.__traceback__, None))
            )
        elif self._error is None:
            error.add_note(f"raised in {task.name}, {self.now:.1f} s after the lab was opened")
            self._error = error

    def _look_on(self, *, until_done: bool) -> None:
        """Wait in the cell for the end of the run, and show how far it is."""
        began = _monotonic()
        while self._error is None:
            passed = _monotonic() - began
            if self.watch is not None:
                self.watch(passed)
            working = any(not (task.background or task.done) for task in self._all)
            left = self.left()
            if left == 0 or (until_done and not working):
                return
            SLEEP.real(LOOK if left is None else min(LOOK, left))

    def _stop(self, concerns: Callable[[Task], bool]) -> None:
        """End the tasks that it concerns, together, and those that they start meanwhile.

        Whoever waits for an answer may take until it is there.
        """
        began, asked, told = _monotonic(), False, False
        while left := [task for task in self._all if concerns(task) and not task.done]:
            for task in left:
                if not task.stopping:
                    task.stopping = True
                    for bell in (task.baton, self.bells.get(task.ident)):
                        if bell is not None:
                            waits.ring(bell)
            passed = _monotonic() - began
            waiting = sum(task.serving for task in left)
            if passed > GRACE and waiting and not told:
                told = True
                sys.stderr.write(
                    f"lab: the run is over; waiting for the answers to {waiting} calls. Interrupt "
                    "the kernel to leave them.\n"
                )
            if passed > (ANSWER if waiting else GRACE + FORCE):
                names = ", ".join(sorted(task.name for task in left))
                sys.stderr.write(
                    f"lab: still at work after the end of the run, and left behind: {names}. Each "
                    "ends at its next wait or call; what it asked AWS for may still happen.\n"
                )
                self._all = [task for task in self._all if task not in left]  # told, once
                break
            if passed > GRACE and not asked:
                asked = True
                for task in left:
                    if not task.serving and task.ident:
                        ctypes.pythonapi.PyThreadState_SetAsyncExc(
                            ctypes.c_ulong(task.ident), ctypes.py_object(Stopped)
                        )
            SLEEP.real(LOOK / 5)
        self._all = [task for task in self._all if not task.done]

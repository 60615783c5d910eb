"""Virtual time for plain threads: an hour passes in a moment, the same way every run.

Every thread that the clock starts is an ordinary OS thread, but only one of them runs at a time.
It hands over where it would wait: ``time.sleep``, ``Condition.wait`` (and with it ``Event.wait``,
``queue.Queue``, ``Semaphore`` and ``Barrier``) and ``Thread.join``. Ready threads take turns in the
order in which they became ready. When all of them wait, time jumps to the next deadline.
``time-machine`` carries the jump to everything else that reads the date.

The functions are replaced only while the clock runs, and act only on the clock's own threads: every
other thread of the process keeps real time. ``time.perf_counter`` is left alone everywhere, so that
the real cost of a run can be measured.

Limits of the technique. A wait inside C code is real: ``queue.SimpleQueue.get`` on a queue made
before the run, ``select``, ``subprocess``, and ``Lock.acquire`` on a lock that another thread holds
across a wait. Such a thread never hands over, and is named in a `NeverWaits` error after `patience`
seconds of real time. This module knows nothing of AWS.
"""

from __future__ import annotations

import contextlib
import ctypes
import heapq
import itertools
import math
import re
import signal
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from helpers import patches, tasks
from helpers.patches import ClockError
from helpers.tasks import Baton, Stopped, Task, Wait, one_core, rare_collections

NANO = 1_000_000_000
POLL = 0.05  # seconds of real time between two looks of the waiting cell at the run
SWALLOWED = 3  # so many times may a thread swallow its `Stopped`
STOP_GRACE = 2.0  # seconds of real time that a thread gets to unwind

_real_monotonic = time.monotonic


class Deadlock(ClockError):
    """Every thread waits, and none has a deadline."""


class NeverWaits(ClockError):
    """A thread ran on in real time without ever handing over."""


class Clock:
    """Virtual time, in nanoseconds since the clock was made.

    Parameters
    ----------
    epoch : float
        The date at which it starts, in seconds since 1970.
    patience : float
        Seconds of real time after which a thread that never waits is named and ended.
    """

    def __init__(self, *, epoch: float, patience: float = 10.0) -> None:
        if not patience > 0:
            raise ValueError(f"patience must be positive, got {patience!r}")
        self.epoch_ns = round(epoch * NANO)
        self.now_ns = 0
        self.patience = patience
        self.watch: Callable[[float], None] | None = None  # called while the cell waits
        self._tasks: dict[int, Task] = {}
        self._all: list[Task] = []
        self._ready: deque[Task] = deque()
        self._deadlines: list[tuple[int, int, Wait]] = []
        self._order = itertools.count()
        self._numbers: dict[str, dict[str, int]] = {}  # of unnamed threads, see `_numbered`
        self._cell: Task | None = None
        self._current: Task | None = None
        self._limit: int | None = None
        self._finishing = False  # the cell's own code is over; it waits for the end of the run
        self._error: BaseException | None = None
        self._switches = 0
        self._busy = False  # the cell is inside the clock's own code: an interrupt has to wait
        self._interrupt: Callable[[], Any] | None = None

    # -- what others ask

    @property
    def now(self) -> float:
        """Virtual seconds since the clock was made."""
        return self.now_ns / NANO

    @property
    def is_running(self) -> bool:
        return self._cell is not None

    def task(self) -> Task | None:
        """The task of the calling thread, or None if it is not one of the clock's."""
        return self._tasks.get(threading.get_ident())

    # -- a run

    @contextlib.contextmanager
    def running(self, *, seconds: float | None = None) -> Iterator[Clock]:
        """Run what is started inside. The block is a thread of virtual time too.

        With `seconds`, the run ends exactly that much later, and whoever still runs is stopped at
        its next wait. Without, it ends when all threads started in it are done.

        Raises
        ------
        Deadlock, NeverWaits, ClockError
            See there. An exception of a thread comes out with the thread's own traceback.
        """
        if seconds is not None and not (math.isfinite(seconds) and seconds >= 0):
            raise ValueError(f"a run lasts a finite, non-negative time, got {seconds!r} seconds")
        with one_core(), rare_collections(), self.visit():
            try:
                start = self.now_ns
                yield self
                self._finish(None if seconds is None else start + round(seconds * NANO))
            finally:
                self._busy = True
                self._stop([task for task in self._all if not task.background])

    @contextlib.contextmanager
    def visit(self) -> Iterator[None]:
        """Let the calling thread take part in virtual time, for the length of the block."""
        if self._cell is not None:
            raise ClockError("this clock runs already; a run cannot stand inside another run")
        cell = Task("cell")
        cell.ident = threading.get_ident()
        with self._interruptible(), patches.installed(self):
            self._tasks[cell.ident] = cell
            self._cell = self._current = cell
            try:
                self._busy = False
                yield
            finally:
                self._busy = True
                self._cell = self._current = None
                self._finishing, self._limit, self._error = False, None, None
                del self._tasks[cell.ident]

    def start(
        self, function: Callable[..., Any], *args: Any, name: str, background: bool = False
    ) -> threading.Thread:
        """Start `function` in a thread of its own. Its first step comes when the caller waits."""
        thread = threading.Thread(target=function, args=args, name=name)
        patches.rebind(function)
        self._launch(thread, background=background)
        return thread

    def stop(self, thread: threading.Thread) -> None:
        """End a thread of the clock at its present wait, as if its process were killed."""
        task = getattr(thread, "_task", None)
        if task is None or task.done:
            return
        task.stopping = True
        if task.wait is not None and not task.wait.over:
            task.wait.release()

    def close(self) -> None:
        """End every thread that is left."""
        left = [task for task in self._all if not task.done]
        if left:
            with self.visit():
                self._stop(left)

    # -- the waits, called by the replaced functions

    def sleep(self, task: Task, seconds: float) -> None:
        """`time.sleep` in virtual time."""
        if math.isnan(seconds):
            raise ValueError("Invalid value NaN (not a number)")
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        self.block(self.new_wait(task, seconds, f"time.sleep({seconds:g})"))

    def new_wait(self, task: Task, seconds: float | None, what: str) -> Wait:
        deadline = None if seconds is None else self.now_ns + max(0, round(seconds * NANO))
        return Wait(self, task, deadline, what)

    def block(self, wait: Wait) -> bool:
        """Hand over until `wait` is over; True if it was woken, False if its time was up."""
        task = wait.task
        if task.stopping:
            self._refuse(task)
        if task is self._cell:
            self._busy = True
        if wait.deadline is not None:
            heapq.heappush(self._deadlines, (wait.deadline, next(self._order), wait))
        task.wait = wait
        try:
            self._hand_over(task)
        finally:
            task.wait = None
            wait.over = True
        if task is self._cell:
            self._back_in_cell()
        if task.stopping:
            self._refuse(task)
        return wait.woken

    def _refuse(self, task: Task) -> None:
        task.refusals += 1
        if task.refusals > SWALLOWED:  # park it for good rather than let it spin
            task.done = True
            task.finished.give()
            Baton().take()
        raise Stopped

    def _hand_over(self, task: Task) -> None:
        following = self._next()
        self._switches += 1
        self._current = following
        if following is not task:
            following.baton.give()
            if task is self._cell:
                self._watch_run()
            else:
                task.baton.take()

    def _back_in_cell(self) -> None:
        if self._interrupt is not None:
            interrupt, self._interrupt = self._interrupt, None
            interrupt()
        if self._error is not None:
            error, self._error = self._error, None
            raise error
        self._busy = False

    def _next(self) -> Task:
        """Who runs next. Jumps in time if nobody is ready."""
        if self._error is not None or self._interrupt is not None:
            return self._cell
        while True:
            while self._ready:
                task = self._ready.popleft()
                if not task.done:
                    return task
            while self._deadlines and self._deadlines[0][2].over:
                heapq.heappop(self._deadlines)
            due = self._deadlines[0][0] if self._deadlines else None
            if self._finishing and self._is_over(due):
                return self._cell
            if due is None:
                self._error = Deadlock(self._explain_deadlock())
                return self._cell
            self.now_ns = max(self.now_ns, due)
            while self._deadlines and self._deadlines[0][0] == due:
                wait = heapq.heappop(self._deadlines)[2]
                if not wait.over:
                    wait.over = True
                    self._ready.append(wait.task)

    def _is_over(self, due: int | None) -> bool:
        if self._limit is not None and due is not None:
            over = due > self._limit
        else:
            working = any(not (task.background or task.done) for task in self._all)
            over = not working  # with a limit: they wait for ever, which is a deadlock
        if over and self._limit is not None:
            self.now_ns = max(self.now_ns, self._limit)
        return over

    # -- threads

    def _launch(self, thread: threading.Thread, *, background: bool) -> None:
        """Start `thread` as a task: it parks until its turn."""
        thread.name = self._numbered(thread.name)
        task = Task(thread.name, background=background)
        run = thread.run

        def body() -> None:
            task.ident = threading.get_ident()
            self._tasks[task.ident] = task
            task.baton.take()
            try:
                if not task.stopping:
                    run()
            except Stopped:
                pass
            except BaseException as error:
                self._failed(task, error)
            finally:
                self._retire(task)

        thread.run = body  # type: ignore[method-assign]
        thread.daemon = True
        thread._task = task  # type: ignore[attr-defined]
        self._all.append(task)
        patches.start_for_real(thread)
        self._ready.append(task)

    def _numbered(self, name: str) -> str:
        """Python numbers unnamed threads and pools over the whole process; here, over the clock."""
        found = re.match(r"(Thread|ThreadPoolExecutor)-(\d+)", name)
        if found is None:
            return name
        numbers = self._numbers.setdefault(found[1], {})
        return f"{found[1]}-{numbers.setdefault(found[2], len(numbers) + 1)}{name[found.end() :]}"

    def _failed(self, task: Task, error: BaseException) -> None:
        if task.background:
            threading.excepthook(
                threading.ExceptHookArgs((type(error), error, error.__traceback__, None))
            )
        elif self._error is None:
            error.add_note(f"raised in {task.name}, {self.now:g} s into the simulated time")
            self._error = error

    def _retire(self, task: Task) -> None:
        was_running = self._current is task and not task.done
        task.done = True
        self._tasks.pop(task.ident, None)
        if task in self._all:
            self._all.remove(task)
        for wait in task.joiners:
            wait.release()
        task.finished.give()
        if was_running and self._cell is not None:
            following = self._next()
            self._switches += 1
            self._current = following
            following.baton.give()

    # -- the cell: waiting, watching, ending

    def _finish(self, limit: int | None) -> None:
        self._limit, self._finishing = limit, True
        if limit is not None and limit < self.now_ns:
            limit = self._limit = self.now_ns
        self.block(Wait(self, self._cell, None, "the end of the run"))

    def _watch_run(self) -> None:
        """Wait in the cell for the baton; meanwhile show progress and look for runaways."""
        began = moved = _real_monotonic()
        seen = (self._switches, self.now_ns)
        advanced, advanced_at = self.now_ns, began
        while not self._cell.baton.take(POLL):
            real = _real_monotonic()
            if (self._switches, self.now_ns) != seen:
                seen, moved = (self._switches, self.now_ns), real
            if self.now_ns != advanced:
                advanced, advanced_at = self.now_ns, real
            if self.watch is not None:
                with patches.real_time():
                    self.watch(real - began)
            if real - moved > self.patience or real - advanced_at > 6 * self.patience:
                self._error = NeverWaits(self._explain_runaway(real - advanced_at))
            if self._interrupt is not None or self._error is not None:
                self._regain()
                break

    def _regain(self) -> None:
        """Bring the baton back to the cell, by force if need be."""
        if self._cell.baton.take(STOP_GRACE):
            return  # the runner came to a wait by itself
        runner = self._current
        runner.stopping = True
        if not self._cell.baton.take(STOP_GRACE) and runner.ident is not None:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(runner.ident), ctypes.py_object(Stopped)
            )
            self._cell.baton.take(STOP_GRACE)
        self._current = self._cell

    def _stop(self, tasks: list[Task]) -> None:
        """End `tasks`, one after another. Each unwinds (``finally``, ``with``) before the next."""
        stuck = []
        for task in list(tasks):
            if task.done:
                continue
            self._current, task.stopping = None, True
            task.baton.give()
            if not task.finished.take(STOP_GRACE):
                stuck.append(task)
        for task in stuck:  # what held them up may be gone now
            if not task.finished.take(STOP_GRACE):
                task.done, task.refusals = True, SWALLOWED  # its next wait parks it for good
        self._current = self._cell
        self._all = [task for task in self._all if not task.done]

    @contextlib.contextmanager
    def _interruptible(self) -> Iterator[None]:
        """Interrupt the run at a safe place, and the cell's own code at once."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        previous = signal.getsignal(signal.SIGINT)
        if not callable(previous):
            yield
            return

        def interrupted(signum: int, frame: Any) -> None:
            if self._busy:
                self._interrupt = lambda: previous(signum, frame)
            else:
                previous(signum, frame)

        self._busy = True
        signal.signal(signal.SIGINT, interrupted)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, previous)
            pending, self._interrupt = self._interrupt, None
            if pending is not None:
                pending()

    # -- explanations

    def _explain_deadlock(self) -> str:
        lines = [f"everyone waits, and nobody has a deadline, at {self.now:g} s:"]
        for task in [*self._all, self._cell]:
            if task.wait is not None and not task.done:
                lines.append(f"  {task.name} waits for {task.wait.what}{_place(task)}")
        return "\n".join(lines)

    def _explain_runaway(self, still: float) -> str:
        runner = self._current
        frame = sys._current_frames().get(runner.ident)
        where = "".join(traceback.format_stack(frame)[-2:]) if frame else "  (it has ended)\n"
        return (
            f"{runner.name} has run on for {still:.0f} s of real time while the simulated time "
            f"stood at {self.now:g} s. It was here:\n{where}"
            "A thread has to wait somewhere: time.sleep, a long poll, Event.wait. A wait inside C "
            "code (a Lock held across a wait, SimpleQueue.get, a socket) is not virtual. "
            f"If it is only slow, give the lab more patience than {self.patience:g} s."
        )


def _place(task: Task) -> str:
    """Where a waiting task stands, in its own code."""
    frame = sys._current_frames().get(task.ident)
    inside = (__file__, patches.__file__, tasks.__file__, threading.__file__)
    while frame is not None and frame.f_code.co_filename in inside:
        frame = frame.f_back
    return (
        f", in {frame.f_code.co_name} ({frame.f_code.co_filename}:{frame.f_lineno})"
        if frame
        else ""
    )

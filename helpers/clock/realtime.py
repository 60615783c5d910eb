"""Real time that passes in a run, and the warning about it.

Some waits cannot be virtual: those inside C code, and those for the world outside (a socket, a
child process). They take real time while the simulated time stands still, so a time-out or a delay
in them is not what the reader meant. A run says so at its end: which thread, how long, and where.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from helpers.clock.places import frames, line, readers, source
from helpers.clock.readings import MONOTONIC
from helpers.clock.scheduler import Scheduler
from helpers.clock.tasks import Baton, Task

SHOWN = 0.05  # seconds; less than this, at one place, is not worth a word
IDLE = 0.001  # seconds of processor time that a waiting thread uses at most between two looks
LATE = 0.15  # seconds between two looks that are due each 0.05 s: the machine is busy elsewhere
STARVED = 0.25  # share of a look's seconds for which a thread was ready and got no processor
HELD = 0.1  # share of a look's seconds in which other threads of this process worked


class RealTimePassed(UserWarning):
    """A thread waited in real time, so the simulated time knows nothing of it."""


class RealTime:
    """What a run's threads waited in real time."""

    def __init__(self, clock: Scheduler) -> None:
        self._clock = clock
        self._waits: defaultdict[tuple[str, str], float] = defaultdict(float)  # seconds
        self._said: dict[str, None] = {}
        self._spot: tuple[object, ...] | None = None
        self._cpu = self._queued = self._process = 0.0
        self._waiting = False

    def waited(self, name: str, seconds: float, ident: int) -> None:
        """A thread has waited so long, where it stands now."""
        where = readers(frames().get(ident))
        self._waits[name, f" in {line(where)}{source(where)}" if where else ""] += seconds

    def timed(self, task: Task, function: Callable[..., Any], *args: Any) -> Any:
        """Let the calling thread wait in real time in `function`, and note how long."""
        begin = MONOTONIC.real()
        try:
            with self._clock.real_time():
                return function(*args)
        finally:
            self.waited(task.name, MONOTONIC.real() - begin, task.ident)

    def say(self, text: str) -> None:
        """Something else about real time, once."""
        self._said[text] = None

    def look(self, task: Task, seconds: float) -> float:
        """See whether the running thread waits inside C code. Called every `seconds`.

        It does if it has stood at one instruction and used no processor since the last look,
        although there was one to be had: on a busy machine a thread stands still as well. So does
        one that waits for the interpreter's lock while another thread works, or would if it could.

        Returns
        -------
        float
            Those of the seconds in which the thread could have gone on.
        """
        frame = frames().get(task.ident)
        if frame is None or frame.f_code is Baton.take.__code__:  # it is about to run, or over
            self._spot = None
            return min(seconds, LATE)
        spot = task, id(frame), frame.f_lasti, self._clock.switches
        try:
            cpu, queued = _processor_seconds(task), _queued_seconds(task)
        except OSError:  # it ended just now
            self._spot = None
            return min(seconds, LATE)
        idle = cpu - self._cpu < IDLE and seconds < LATE
        process = _process_seconds()
        held = process - self._process - (cpu - self._cpu) > HELD * seconds
        in_line = queued - self._queued if self._spot and self._spot[0] is task else 0.0
        starved = _is_ready(task.native) or in_line > STARVED * seconds
        stands = spot == self._spot and idle and not (starved or held)
        if stands and task.ident in self._clock.tasks and not _another_is_ready():
            # Unseen: on average half a look before the first one, and half after the last one.
            self.waited(task.name, seconds if self._waiting else 2 * seconds, task.ident)
            self._waiting = True
        else:
            self._waiting = False
        self._spot, self._cpu, self._queued, self._process = spot, cpu, queued, process
        return max(0.0, min(seconds, LATE) - in_line)

    @contextlib.contextmanager
    def reported(self) -> Iterator[None]:
        """Warn of it at the end of the block."""
        self._waits.clear()
        self._said.clear()
        try:
            yield
        finally:
            self._report()

    def _report(self) -> None:
        lines = [
            f"  {name} waited {seconds:.1f} s{where}"
            for (name, where), seconds in self._waits.items()
            if seconds >= SHOWN
        ]
        lines += [f"  {text}" for text in self._said]
        self._spot = None
        if lines:
            text = "real time passed in this run, and the simulated time stood still:\n"
            frame = _caller()
            # Without a registry, which would hide the same words about the next run.
            warnings.warn_explicit(
                text + "\n".join(lines) + "\n" + WAY_ON,
                RealTimePassed,
                frame.f_code.co_filename,
                frame.f_lineno,
            )


WAY_ON = (
    "A wait inside C code or for the world outside (a socket, a child process) takes no simulated "
    "time, nor does a thread that the run did not start. What shall take simulated time has to "
    "wait with time.sleep, a time-out of threading or queue, or asyncio, in a thread that the run "
    "started."
)


def _processor_seconds(task: Task) -> float:
    """What the thread has used, or the process where the system does not tell by thread."""
    if sys.platform == "linux" and hasattr(time, "clock_gettime"):  # not where Windows is played
        # `pthread_getcpuclockid` would read the memory of a thread that may have ended meanwhile.
        # This is the same clock by the system's own number (posix-cpu-timers in the kernel), which
        # is an error then.
        return time.clock_gettime((~task.native << 3) | 6)
    return time.process_time()


def _process_seconds() -> float:
    """What all threads of this process have used."""
    return time.process_time()


def _is_ready(native: int) -> bool:
    """Whether the thread would run on if it had a processor; False where the system tells not."""
    try:
        with open(f"/proc/self/task/{native}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] == "R"
    except (OSError, IndexError):
        return False


def _another_is_ready() -> bool:
    """Whether a thread of this process other than the one that looks is ready to run."""
    looks = threading.get_native_id()
    try:
        natives = map(int, os.listdir("/proc/self/task"))
        return any(_is_ready(native) for native in natives if native != looks)
    except OSError:
        return False


def _queued_seconds(task: Task) -> float:
    """How long the thread was ready to run and had no processor; 0 where the system tells not.

    Linux counts it when the thread runs again, so `_is_ready` is asked for the time until then.
    """
    try:
        with open(f"/proc/self/task/{task.native}/schedstat", encoding="ascii") as file:
            return int(file.read().split()[1]) / 1e9
    except (OSError, IndexError):
        return 0.0


def _caller() -> FrameType:
    """Whose ``with`` this is: the first frame that `contextlib` does not drive."""
    frame = sys._getframe(2)
    while (outer := frame.f_back) and contextlib.__file__ in (
        frame.f_code.co_filename,
        outer.f_code.co_filename,
    ):
        frame = outer
    return frame

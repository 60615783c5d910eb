"""A sign of life for a cell whose runs take more than two seconds of real time."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from helpers.clock import AnyClock
from helpers.notebook import Cell, current
from helpers.trace import Trace

QUIET = 2.0  # seconds of real time without a word
EVERY = 0.25


class Progress:
    """Says how far a run has come: simulated time, calls so far. Leaves nothing behind.

    In a notebook the quiet time is the cell's: a cell of many short runs says which of them is on.
    Silent in a rendered page (``NB_STATIC``), where it would be noise.
    """

    def __init__(self, clock: AnyClock, seconds: float | None, trace: Trace) -> None:
        self._clock, self._seconds, self._trace = clock, seconds, trace
        self._start = clock.now
        self._silent = bool(os.environ.get("NB_STATIC"))
        self._cell = current() or Cell()  # outside of a notebook, a run is its own cell
        self._alone = current() is None
        self._before = time.perf_counter() - self._cell.began  # seconds of the cell until now
        self._line: Line = self._cell.notes.setdefault("progress", Line())
        self._line.runs += 1
        self.look()

    def look(self, real: float = 0.0) -> None:
        """Called by the clock while the cell waits, with the run's real seconds so far."""
        passed = self._before + real
        if self._silent or passed < QUIET or passed - self._line.said < EVERY:
            return
        if not self._line.said and not self._alone:
            self._cell.at_end(self._line.clear)
        self._line.said = passed
        self._line.say(self.text(passed))

    def text(self, real: float) -> str:
        """One line: how much simulated time has passed, of how much, and what it cost."""
        passed = self._clock.now - self._start
        of = f" of {span(self._seconds)} ({passed / self._seconds:.0%})" if self._seconds else ""
        run = f"Run {self._line.runs} of this cell: " if self._line.runs > 1 else ""
        done = f"{len(self._trace):,} happenings"
        if self._clock.is_real:
            return f"{run}{span(passed)}{of}, {done}. Interrupt the kernel to stop."
        return (
            f"{run}{span(passed)}{of} simulated, {done}, "
            f"{real:.0f} s real. Interrupt the kernel to stop."
        )

    def close(self) -> None:
        """The run is over. The line goes with the last run of the cell."""
        if self._alone:
            self._line.clear()


class Line:
    """The line that is shown for a cell, and how many runs it has had."""

    def __init__(self) -> None:
        self.runs, self.said = 0, 0.0
        self._handle: Any = None

    def clear(self) -> None:
        """Take the line away."""
        if self.said:
            self.say("")

    def say(self, text: str) -> None:
        if in_kernel():
            from IPython.display import display

            bundle = {"text/plain": text, "text/html": f"<small>{text}</small>" if text else ""}
            if self._handle is None:
                self._handle = display(bundle, raw=True, display_id=True)
            else:
                self._handle.update(bundle, raw=True)
        elif sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K" + text)
            sys.stderr.flush()


def in_kernel() -> bool:
    """Whether this is a notebook's kernel, and not a process that has imported one."""
    if "ipykernel" not in sys.modules:
        return False
    from IPython import get_ipython

    return getattr(get_ipython(), "kernel", None) is not None


def span(seconds: float) -> str:
    """A length of time as a person says it: 45 s, 12 min, 3.5 h, 2 d."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"

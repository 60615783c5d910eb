"""A sign of life for a run that takes more than two seconds of real time."""

from __future__ import annotations

import os
import sys
from typing import Any

from helpers.clock import Clock
from helpers.trace import Trace

QUIET = 2.0  # seconds of real time without a word
EVERY = 0.25


class Progress:
    """Says how far a run has come: simulated time, calls so far. Leaves nothing behind.

    Silent in a rendered page (``NB_STATIC``), where it would be noise.
    """

    def __init__(self, clock: Clock, seconds: float | None, trace: Trace) -> None:
        self._clock, self._seconds, self._trace = clock, seconds, trace
        self._start, self._said = clock.now, 0.0
        self._handle: Any = None
        self._silent = bool(os.environ.get("NB_STATIC"))

    def look(self, real: float) -> None:
        """Called by the clock while the cell waits, with the run's real seconds so far."""
        if self._silent or real < QUIET or real - self._said < EVERY:
            return
        self._said = real
        self._say(self.text(real))

    def text(self, real: float) -> str:
        """One line: how much simulated time has passed, of how much, and what it cost."""
        passed = self._clock.now - self._start
        of = f" of {span(self._seconds)} ({passed / self._seconds:.0%})" if self._seconds else ""
        return (
            f"{span(passed)}{of} simulated, {len(self._trace):,} happenings, "
            f"{real:.0f} s real. Interrupt the kernel to stop."
        )

    def close(self) -> None:
        """Take the line away."""
        if self._said:
            self._say("", last=True)

    def _say(self, text: str, *, last: bool = False) -> None:
        if "ipykernel" in sys.modules and _in_kernel():
            from IPython.display import display

            bundle = {"text/plain": text, "text/html": f"<small>{text}</small>" if text else ""}
            if self._handle is None:
                self._handle = display(bundle, raw=True, display_id=True)
            else:
                self._handle.update(bundle, raw=True)
        elif sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K" + text)
            sys.stderr.flush()


def _in_kernel() -> bool:
    from IPython import get_ipython

    return getattr(get_ipython(), "kernel", None) is not None


def span(seconds: float) -> str:
    """A length of time as a person says it: 45 s, 12 min, 3.5 h, 2 d."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"

"""Functions that are called at their moments: the schedules and the alarms of a lab.

One thread waits for all of them, however many there are. It ends when nothing is left to wait for,
and with the lab.
"""

import heapq
import time
from collections.abc import Callable
from itertools import count
from threading import Condition, Thread

from helpers.emulator.moments import RESOLUTION


class Timekeeper:
    """Calls functions at their moments, one after another.

    A function that has work to do starts a thread for it: none may wait, and none may raise.

    Parameters
    ----------
    name : str
        Of its thread, see `helpers.trace.callers`.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._waiting: list[tuple[float, int, Callable[[], None]]] = []  # a heap
        self._numbers = count()
        self._changed = Condition()
        self._is_watching = False

    def call(self, function: Callable[[], None], *, at: float) -> None:
        """Call `function` at a moment in epoch seconds; at once if that has passed."""
        with self._changed:
            number = next(self._numbers)
            heapq.heappush(self._waiting, (at, number, function))
            if not self._is_watching:
                self._is_watching = True
                Thread(target=self._watch, name=self._name).start()
            elif self._waiting[0][1] == number:
                self._changed.notify()

    def _watch(self) -> None:
        while (function := self._next()) is not None:
            function()

    def _next(self) -> Callable[[], None] | None:
        """Wait for the next function that is due; None if there is none left."""
        with self._changed:
            while self._waiting:
                left = self._waiting[0][0] - time.time()
                if left <= RESOLUTION:
                    return heapq.heappop(self._waiting)[2]
                self._changed.wait(left)
            self._is_watching = False
            return None

"""A lab that is not in this process: whether it is, and what its real time allows."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

from helpers.clock import AnyClock, WallClock
from helpers.lab import present
from helpers.lab.progress import span
from helpers.lab.settings import Settings
from helpers.wire import addresses

if TYPE_CHECKING:
    from helpers.lab.place import Place


def elsewhere(asked: Settings) -> Place | None:
    """The endpoint or the account that a lab was given; None if this process answers.

    Raises
    ------
    EndpointRefused, AccountRefused, ValueError
        See `helpers.lab.place`.
    """
    if present.stays_here or not (asked.lead_elsewhere or addresses.mentioned()):
        return None
    from helpers.lab.place import place  # only now is imported what an endpoint needs

    return place(asked)


class RunTime:
    """How long the runs of one lab last: as long as they are asked to, or as it allows."""

    def __init__(self) -> None:
        self._longest: float | None = None
        self._told: set[str] = set()

    def allow(self, longest: float) -> None:
        """From now on time is real, and a run has so many seconds at most."""
        self._longest = longest

    def cut(self, total: float) -> float:
        """Seconds that a run lasts which is to last so many. Says so if they are fewer."""
        longest = self._longest
        if longest is None or total <= longest:
            return total
        self.tell(
            f"a run of {span(total)} is cut to {span(longest)}: time is real here. "
            "Lab(longest=…) allows more."
        )
        return longest

    def flow(self, clock: AnyClock, total: float) -> contextlib.AbstractContextManager[AnyClock]:
        """A run of so many seconds; of 0, one until its workers are done."""
        if isinstance(clock, WallClock):
            return clock.running(seconds=total or None, at_most=self._longest)
        return clock.running(seconds=total or None)

    def tell(self, text: str) -> None:
        """Say it, once."""
        if text not in self._told:
            self._told.add(text)
            sys.stderr.write(f"lab: {text}\n")

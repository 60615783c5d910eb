"""Notices to the reader: one line on the screen, once, and a mark in the trace each time."""

from __future__ import annotations

import sys

from helpers.wire.observer import Observer

MARK = "not modelled"  # its field `what` names the call, its field `why` is the line


class Notices:
    """What one lab has told its reader."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._told: set[str] = set()

    def tell(self, what: str, text: str) -> None:
        """Say it, if it has not been said, and mark it."""
        observer = self._observer
        observer.trace.record_mark(
            MARK,
            time=observer.clock.now,
            caller=observer.caller(),
            fields={"what": what, "why": text},
        )
        if text not in self._told:
            self._told.add(text)
            sys.stderr.write(f"lab: {what}: {text}\n")

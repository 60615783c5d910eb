"""What a service does that no call shows, for the lab to take down: a mark in the trace."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from helpers.emulator.listeners import Listeners

_labs: Listeners[Callable[[str, Mapping[str, Any]], None]] = Listeners()
opened = _labs.opened


def mark(name: str, **fields: Any) -> None:
    """Take down a happening, now and in the name of this thread, if a lab is open."""
    if (told := _labs.latest()) is not None:
        told(name, fields)

"""What a service does that no call shows, for the lab to take down: a mark in the trace."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

Mark = Callable[[str, Mapping[str, Any]], None]

_open: list[Mark] = []  # of the open labs, the last one opened last


@contextmanager
def opened(mark: Mark) -> Iterator[None]:
    """Let `mark` take them down, as long as the context is open."""
    _open.append(mark)
    try:
        yield
    finally:
        _open[:] = [other for other in _open if other is not mark]


def mark(name: str, **fields: Any) -> None:
    """Take down a happening, now and in the name of this thread, if a lab is open."""
    for taken in _open[-1:]:
        taken(name, fields)

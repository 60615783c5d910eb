"""The notebook's cell that is running: when it began, and what is to be done at its end."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

_cell: Cell | None = None


@dataclass
class Cell:
    """One execution of a cell.

    Attributes
    ----------
    began : float
        When, by `time.perf_counter`, which no lab changes.
    notes : dict
        What others keep for the length of the cell, each by its own name.
    """

    began: float = field(default_factory=time.perf_counter)
    notes: dict[str, Any] = field(default_factory=dict)
    _at_end: list[Callable[[], None]] = field(default_factory=list)

    def at_end(self, call: Callable[[], None]) -> None:
        """Call a function when the cell is over, however it ends."""
        self._at_end.append(call)

    def end(self) -> None:
        while self._at_end:
            with contextlib.suppress(Exception):  # what a cell says at its end must not break it
                self._at_end.pop(0)()


def current() -> Cell | None:
    """The cell that runs now; None outside of a notebook, and between two cells."""
    return _cell


def watch(shell: Any) -> None:
    """Know from now on which cell of a shell runs. May be called twice."""
    if getattr(shell, "_cells_watched", False):
        return
    shell._cells_watched = True
    shell.events.register("pre_run_cell", _begin)
    shell.events.register("post_run_cell", _end)
    _begin()  # it may be a cell that asks for this


def _begin(info: Any = None) -> None:
    global _cell
    _cell = Cell()


def _end(result: Any = None) -> None:
    global _cell
    ended, _cell = _cell, None
    if ended is not None:
        ended.end()

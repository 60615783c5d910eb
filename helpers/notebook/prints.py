"""The first lines of what is printed, and how many more there were.

A worker that prints at each message can print a hundred thousand lines in a simulated hour, and a
browser draws them all. Only what runs in a lab is held back. A cell's own loop is left as it is:
its reader sees it while it is written.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import Any

from helpers.notebook.cells import current

RUNS = 200  # lines that the runs of one cell may print
WIDE = 1000  # characters that count as a line, without an end of line


class Few:
    """A stream that writes the first lines to another one, and counts the others."""

    def __init__(self, stream: Any, lines: int) -> None:
        self._stream, self.lines = stream, lines
        self._room, self.left_out = lines, 0
        self._cut = ""  # what has been written of a line that is not at its end

    def write(self, text: str) -> int:
        pieces = text.splitlines(keepends=True)
        shown = 0
        for piece in pieces:
            if self._room <= 0:
                break
            self._cut += piece
            if piece.endswith("\n") or len(self._cut) >= WIDE:
                self._room, self._cut = self._room - 1, ""
            shown += 1
        if shown:
            self._stream.write("".join(pieces[:shown]))
        self.left_out += sum(piece.endswith("\n") or len(piece) > WIDE for piece in pieces[shown:])
        return len(text)

    def say(self) -> None:
        """Tell what was left out, if anything was."""
        if self.left_out:
            self._stream.write(
                f"… and {self.left_out:,} more lines, which are not shown: a run shows the first "
                f"{self.lines}.\n"
            )
            self.left_out = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextlib.contextmanager
def few_lines(lines: int) -> Iterator[None]:
    """Show so many lines of what is printed in the block, and at its end how many more it was.

    Inside another such block, nothing changes: the first one counts.
    """
    outer = sys.stdout
    if isinstance(outer, Few):
        yield
        return
    few = Few(outer, lines)
    sys.stdout = few
    try:
        yield
    finally:
        sys.stdout = outer
        few.say()


@contextlib.contextmanager
def few_lines_of_a_cell() -> Iterator[None]:
    """The same for one run of many in a cell: they share the lines, and it is said at the end."""
    cell, outer = current(), sys.stdout
    if cell is None or isinstance(outer, Few):
        yield
        return
    few = cell.notes.get("prints")
    if few is None:
        few = cell.notes["prints"] = Few(outer, RUNS)
        cell.at_end(few.say)
    sys.stdout = few
    try:
        yield
    finally:
        sys.stdout = outer

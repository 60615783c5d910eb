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
WIDE = 1000  # characters that are shown of a line


class Few:
    """A stream that writes the first lines to another one, and counts the others.

    Of a line it writes the first characters, and says how many more there were.
    """

    def __init__(self, stream: Any, lines: int) -> None:
        self._stream, self.lines = stream, lines
        self._room, self.left_out = lines, 0
        self._wide = self._hidden = 0  # characters of the present line: written, and left out

    def write(self, text: str) -> int:
        if shown := "".join(map(self._shown, text.splitlines(keepends=True))):
            self._stream.write(shown)
        return len(text)

    def _shown(self, piece: str) -> str:
        """What is written of a piece of one line, with its end if that is its end."""
        ends = piece.endswith("\n")
        if self._room <= 0:
            self.left_out += ends or len(piece) > WIDE
            return ""
        words = piece.removesuffix("\n")
        shown = words[: WIDE - self._wide]
        self._wide += len(shown)
        self._hidden += len(words) - len(shown)
        return shown + self._end() if ends else shown

    def _end(self) -> str:
        """The end of the present line."""
        said = f" … and {self._hidden:,} more characters" if self._hidden else ""
        self._wide = self._hidden = 0
        self._room -= 1
        return f"{said}\n"

    def say(self) -> None:
        """Tell what was left out, if anything was."""
        if self._hidden:
            self._stream.write(self._end())
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

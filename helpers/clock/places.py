"""Where a thread stands, in words: the innermost line that is the reader's own."""

from __future__ import annotations

import gc
import linecache
import sys
import sysconfig
import threading
import traceback
from pathlib import Path
from types import FrameType

HERE = str(Path(__file__).parent)
_NOT_THE_READERS = (HERE, "<frozen", *map(sysconfig.get_path, ("stdlib", "platstdlib")))
_OWN = (HERE, threading.__file__)


def frames() -> dict[int, FrameType]:
    """The frame in which each thread of the process stands, by its ident.

    Python holds a lock over all threads meanwhile. A collection of garbage in that moment runs
    code, which may hand over to a thread that wants the lock: both then wait for ever [CPython's
    issue 106883, fixed in later releases]. So none may begin.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        return sys._current_frames()
    finally:
        if collects:
            gc.enable()


def place(ident: int | None) -> str:
    """Where a thread waits, as ``, in worker (orders.py:12)``; nothing if it has ended."""
    frame = outside_clock(ident)
    return f", in {line(frame)}" if frame else ""


def stack_of(ident: int | None) -> traceback.StackSummary:
    """Where a thread stands, from the outermost call to the innermost; empty if it has ended."""
    frame = frames().get(ident) if ident is not None else None
    return traceback.extract_stack(frame) if frame else traceback.StackSummary()


def outside_clock(ident: int | None) -> FrameType | None:
    """The frame that called the clock, of a thread that waits in it."""
    frame = frames().get(ident) if ident is not None else None
    while frame is not None and frame.f_code.co_filename.startswith(_OWN):
        frame = frame.f_back
    return frame


def readers(frame: FrameType | None) -> FrameType | None:
    """The innermost frame that is neither Python's nor an installed package's nor the clock's."""
    while frame is not None and _is_installed(frame.f_code.co_filename):
        frame = frame.f_back
    return frame


def _is_installed(file: str) -> bool:
    return file.startswith(_NOT_THE_READERS) or "site-packages" in file or "dist-packages" in file


def line(frame: FrameType) -> str:
    return f"{frame.f_code.co_name} ({frame.f_code.co_filename}:{frame.f_lineno})"


def source(frame: FrameType) -> str:
    """The line itself, where there is one to read."""
    text = linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip()
    return f": {text}" if text else ""

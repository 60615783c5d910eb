"""Where in the reader's own code something happened, and what was said, in a few words."""

from __future__ import annotations

import inspect
import os
import textwrap
from traceback import FrameSummary
from typing import Any

LINE, WORDS = 90, 240  # characters of a line, and of an error's own words


def own_line(stack: list[FrameSummary], answer: Any) -> str:
    """The innermost line of the reader's, as `` in the line «…»``; nothing if there is none.

    The reader's are the files of the answer's folder: in a notebook, all of its cells.
    """
    folder = _folder(answer)
    lines = [each.line for each in stack if each.line and os.path.dirname(each.filename) == folder]
    return f" in the line «{textwrap.shorten(lines[-1], LINE, placeholder=' …')}»" if lines else ""


def _folder(answer: Any) -> str | None:
    while hasattr(answer, "func"):  # a functools.partial
        answer = answer.func
    called = inspect.unwrap(answer)
    if not hasattr(called, "__code__"):
        called = type(called).__call__  # an object that can be called
    code = getattr(called, "__code__", None)
    return os.path.dirname(code.co_filename) if code else None


def first_words(error: BaseException) -> str:
    """An error's first line, as the end of a sentence."""
    lines = str(error).strip().splitlines() or ["it says no more"]
    said = textwrap.shorten(lines[0], WORDS, placeholder=" …").rstrip(":. ")
    return said if said.endswith(("?", "…")) else f"{said}."

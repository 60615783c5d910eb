"""Show the code behind an experiment, folded, where a lesson first uses it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any


@dataclass(frozen=True)
class Source:
    """A function's code: folded in a notebook and on a page, in full as text."""

    name: str
    code: str

    def _repr_html_(self) -> str:
        from pygments import highlight
        from pygments.formatters import HtmlFormatter
        from pygments.lexers import PythonLexer

        code = highlight(self.code, PythonLexer(), HtmlFormatter())
        return (
            f'<details class="source"><summary>The code of <code>{escape(self.name)}</code>'
            f"</summary>{code}</details>"
        )

    def __repr__(self) -> str:
        return self.code


def source(function: Callable[..., Any]) -> Source:
    """The code of a function, to unfold.

    Raises
    ------
    TypeError
        With the value, if it is not a function or class written in Python.
    """
    try:
        code = inspect.getsource(function)
    except (TypeError, OSError):
        raise TypeError(f"there is no Python code to show of {function!r}") from None
    module = function.__module__.rpartition(".")[2]
    return Source(f"{module}.{function.__qualname__}", code.rstrip())

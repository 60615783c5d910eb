"""What a function runs: a Python function of the notebook, or the code of a zip file.

An execution environment asks its function's program for a handler of its own, once, at its cold
start.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, Protocol

from helpers.emulator.lambda_.memory import Memory
from helpers.emulator.lambda_.module_globals import Origins
from helpers.emulator.lambda_.modules import Modules
from helpers.emulator.lambda_.package import Package
from helpers.emulator.lambda_.variables import TASK

Handler = Callable[[Any, Any], Any]
Block = contextlib.AbstractContextManager[None]


class Loaded(Protocol):
    """The handler of one environment."""

    handler: Handler

    def invocation(self) -> Block:
        """The block in which the handler runs."""


class Program(Protocol):
    cold_start: float  # seconds
    takes_time: bool  # to load: code of the function's own runs

    def load(self, handler_name: str) -> Loaded:
        """A handler that shares no memory with that of another environment."""

    def shown(self, line: str) -> str:
        """A line of a traceback, with the paths that the code has on AWS."""


class Deployed:
    """A function of the notebook, as `lab.deploy` was given it."""

    takes_time = False

    def __init__(self, handler: Handler, cold_start: float, origins: Origins) -> None:
        self._handler = handler
        self.cold_start = cold_start
        self._origins = origins

    def load(self, handler_name: str) -> Loaded:
        return _Copied(Memory(self._origins), self._handler)

    def shown(self, line: str) -> str:
        return line

    def __deepcopy__(self, memo: Any) -> Deployed:
        return self


class _Copied:
    def __init__(self, memory: Memory, handler: Handler) -> None:
        self.handler: Handler = memory.own(handler)
        self.invocation = memory.invocation


class Uploaded:
    """The code of a zip file, as `create_function` was given it."""

    cold_start = 0.0
    takes_time = True

    def __init__(self, package: Package) -> None:
        self._package = package

    def load(self, handler_name: str) -> Loaded:
        return _Imported(Modules(self._package).handler(handler_name))

    def shown(self, line: str) -> str:
        return line.replace(self._package.root, TASK)

    def __deepcopy__(self, memo: Any) -> Uploaded:
        return self


class _Imported:
    def __init__(self, handler: Handler) -> None:
        self.handler = handler

    def invocation(self) -> Block:
        return contextlib.nullcontext()

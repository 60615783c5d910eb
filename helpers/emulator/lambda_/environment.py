"""Execution environments: where a function's handler lives, and how long.

- An environment is made by a cold start, takes one invocation at a time, and lives on for the next
  [Lambda Developer Guide, "Understanding the Lambda execution environment lifecycle", November
  2026]. What the handler keeps is its alone (`memory`, `modules`, `variables`).
- It ends with a time-out or an exit of the process, and with a change of the function's code or
  configuration.
- "Lambda terminates execution environments every few hours" to maintain them, and idle ones, but
  AWS does not say after how long [same]. Here one ends after 15 idle minutes.
- Of several idle ones the last used is taken; AWS does not say which.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Any

from helpers.emulator.lambda_.programs import Handler, Loaded, Program
from helpers.emulator.lambda_.variables import defined, encoded, found_by_this_thread

IDLE = 900.0  # seconds


class Environment:
    """One execution environment of one version of a function."""

    def __init__(self, function: Any, program: Program) -> None:
        self.name = function.function_name
        self.timeout = float(function.timeout)
        self.variables = defined(function)
        self.idle_since = 0.0  # epoch seconds
        self._program = program
        self._environ = encoded(self.variables)
        self._handler_name = str(function.handler)
        self._loaded: Loaded | None = None
        self.takes_time = program.takes_time
        if not program.takes_time:
            self.load()

    @property
    def loaded(self) -> bool:
        return self._loaded is not None

    @property
    def handler(self) -> Handler:
        assert self._loaded is not None  # `load` comes first
        return self._loaded.handler

    def load(self) -> None:
        """Get a handler that is this environment's alone."""
        self._loaded = self._program.load(self._handler_name)

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """Let the calling thread have the environment's variables."""
        with found_by_this_thread(self._environ):
            yield

    def invocation(self) -> contextlib.AbstractContextManager[None]:
        """The block in which the handler runs."""
        assert self._loaded is not None
        return self._loaded.invocation()

    def shown(self, line: str) -> str:
        """A line of a traceback, with the paths that the function's code has on AWS."""
        return self._program.shown(line)


class Pool:
    """The environments of one version of a function."""

    def __init__(self) -> None:
        self._idle: list[Environment] = []
        self._generation = 0  # of the function's code and configuration
        self.active = 0

    def take(self) -> Environment | None:
        """An environment that waits for an invocation, if there is one."""
        now = time.time()
        self._idle = [one for one in self._idle if now - one.idle_since < IDLE]
        return self._idle.pop() if self._idle else None

    @property
    def generation(self) -> int:
        return self._generation

    def give_back(self, environment: Environment, generation: int) -> None:
        """Keep an environment for the next invocation, unless the function has changed since."""
        if generation == self._generation:
            environment.idle_since = time.time()
            self._idle.append(environment)

    def renew(self) -> None:
        """End all environments: those at work end with their invocation."""
        self._idle.clear()
        self._generation += 1

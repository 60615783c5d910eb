"""Machines that die, and begin again with an empty memory; and errors that only mean "later".

Three things that a check does to the reader's function, as a service of AWS would:

- `Machine` runs it, dies when the check says so, and begins again with the memory that the function
  had at first (`helpers.lessons.memory`);
- `kept_running` does so for a worker that goes on for ever, and begins it again after an error too;
- `attempt` calls it once for a delivery: an error that it raises on purpose means that the delivery
  is not acknowledged, and comes again.

A mistake in the reader's code, such as a name that is not there, is not of that kind: it comes out,
and `exercises.check` tells the line (`is_mistake`).
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from dis import opmap
from types import TracebackType
from typing import Any

from botocore.exceptions import ParamValidationError

from helpers.lessons.memory import fresh

SWALLOWED = 100  # so many times may a function catch its own machine's death
RAISE = opmap["RAISE_VARARGS"]
MISTAKES = (
    ArithmeticError, AssertionError, AttributeError, ImportError, LookupError, NameError,
    ParamValidationError, RecursionError, SyntaxError, TypeError, ValueError,
)  # fmt: skip


class Crash(BaseException):
    """The machine is gone, in the middle of everything. No `except Exception` stops it."""


class Machine:
    """A machine on which the reader's function runs until it is done, or the machine dies.

    Give the function nothing but what goes through `part`: then nothing that it does on a dead
    machine reaches the world, also if it catches `Crash`.
    """

    def __init__(self) -> None:
        self.dead = False
        self._over = threading.Event()
        self._main: threading.Thread | None = None
        self._error: Exception | None = None
        self._swallowed = 0

    def part(self, thing: Any) -> Any:
        """A client or a function as this machine has it: it stops with the machine."""
        return _Part(self, thing)

    def die(self) -> None:
        """Called on the machine, in a client's or a function's place: nothing comes after it."""
        self.dead = True
        self._over.set()
        self._end()

    def stop_if_dead(self) -> None:
        """End what still runs on a dead machine; what catches even that stands still for ever."""
        if self.dead:
            self._swallowed += 1
            if self._swallowed > SWALLOWED:
                threading.Event().wait()
            self._end()

    def _end(self) -> None:
        if self._main not in (None, threading.current_thread()):
            threading.Event().wait()  # a thread that the function began, such as a heartbeat
        raise Crash

    @contextlib.contextmanager
    def here(self) -> Iterator[None]:
        """The block is what runs on this machine. With its end, the threads that it began stop."""
        self._main = threading.current_thread()
        try:
            yield
        finally:
            self.dead = True

    def run(self, function: Callable[..., Any], *args: Any) -> bool:
        """Run a function in a thread of its own. True once it is done, False at its death.

        Raises
        ------
        Exception
            What the function raised.
        """
        name = threading.current_thread().name
        self._main = threading.Thread(
            target=self._run, args=(function, *args), name=f"{name}, machine"
        )
        self._main.start()
        try:
            self._over.wait()
        except BaseException:  # the end of the run, which comes here before the function has it
            self.dead = True  # so that a function that catches everything stands still
            raise
        if self._error is not None and not self.dead:
            raise self._error
        return not self.dead

    def _run(self, function: Callable[..., Any], *args: Any) -> None:
        try:
            function(*args)
        except Crash:
            self.dead = True
        except Exception as error:
            self._error = error
        finally:
            self._over.set()


class _Part:
    def __init__(self, machine: Machine, thing: Any) -> None:
        self._machine, self._thing = machine, thing

    def __call__(self, *args: Any, **options: Any) -> Any:
        self._machine.stop_if_dead()
        answer = self._thing(*args, **options)
        self._machine.stop_if_dead()  # it may have died while it waited
        return answer

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._thing, name)
        return _Part(self._machine, found) if callable(found) else found


def kept_running(
    worker: Callable[..., Any], given: Callable[[Machine], tuple[Any, ...]], *, pause: float = 5.0
) -> None:
    """Run a worker for ever: after a crash, or an error raised on purpose, a new process begins.

    Start it with ``lab.start(kept_running, worker, given)``, once for each worker. It ends when the
    worker does.

    Parameters
    ----------
    given : callable
        `given(machine)` is what the worker is called with, such as
        ``lambda machine: (machine.part(sqs), queue, machine.part(charge))``. A `charge` that kills
        the machine calls `machine.die()`.
    pause : float
        Simulated seconds until the next process begins.

    Raises
    ------
    Exception
        What `is_mistake` calls one.
    """
    while True:
        machine = Machine()
        try:
            if machine.run(fresh(worker), *given(machine)):
                return
        except Exception as error:
            if is_mistake(error):
                raise
        time.sleep(pause)


@dataclass(frozen=True)
class Attempt:
    """What came of one call. True if the delivery is acknowledged."""

    value: Any = None
    error: BaseException | None = None

    def __bool__(self) -> bool:
        return self.error is None


def attempt(function: Callable[..., Any], *args: Any, **options: Any) -> Attempt:
    """Call the reader's function as Lambda calls a handler, or a worker its own function.

    False after a crash, and after an error raised on purpose: the delivery has to come again, to a
    function made `fresh` if it was a crash (``isinstance(found.error, Crash)``).

    Raises
    ------
    Exception
        What `is_mistake` calls one.
    """
    try:
        return Attempt(function(*args, **options))
    except Crash as crash:
        return Attempt(error=crash)
    except Exception as error:
        if is_mistake(error):
            raise
        return Attempt(error=error)


def is_mistake(error: BaseException) -> bool:
    """Whether an error is a mistake in the code, and not one that somebody raised on purpose.

    On purpose is what a class of the reader's or of a lesson says, such as InProgress; an error of
    AWS; and what a `raise` in the reader's code, or in that of the check, raised.
    """
    if not isinstance(error, MISTAKES) or type(error).__module__ not in _PLAIN:
        return False
    last = _innermost(error.__traceback__)
    if last is None:
        return True
    code = last.tb_frame.f_code
    installed = "site-packages" in code.co_filename or not code.co_filename
    from_library = installed or last.tb_frame.f_globals.get("__name__") in _PLAIN
    return from_library or code.co_code[last.tb_lasti] != RAISE


_PLAIN = {"builtins", "botocore.exceptions", "botocore.validate", "json", "json.decoder"}


def _innermost(found: TracebackType | None) -> TracebackType | None:
    while found is not None and found.tb_next is not None:
        found = found.tb_next
    return found

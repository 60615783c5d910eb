"""`select` and its like: virtual where nothing but time can end it, real where the world can.

An event loop (asyncio) waits for its next deadline on a pair of sockets that only its own process
writes to. That wait is virtual, so coroutines sleep in virtual time. A wait for any other socket
or file is real. On Windows the event loop's own wait is real too: its sockets cannot be told from
others there.
"""

from __future__ import annotations

import os
import select
import selectors
import socket
import stat
from collections.abc import Callable
from typing import Any

from helpers.clock import current
from helpers.clock.inplace import CFunction, PythonFunction
from helpers.clock.lines import NOT_YET, lines, stand

UNIX = getattr(socket, "AF_UNIX", None)
SELECT: CFunction[tuple[list[Any], list[Any], list[Any]]] = CFunction(select.select)


def select_(
    reads: Any, writes: Any, errors: Any, timeout: float | None = None, /
) -> tuple[list[Any], list[Any], list[Any]]:
    """`select.select`. With three empty lists it is a sleep, and has been used as one for ever."""
    task, clock = current.runner(), current.clock
    if task is None or clock is None or timeout is None or reads or writes or errors:
        return SELECT.real(reads, writes, errors, timeout)
    clock.sleep(task, timeout)
    return [], [], []


def _select_for(function: PythonFunction[list[Any]]) -> Callable[..., list[Any]]:
    """`select` of one class of selectors."""
    real = function.real

    def select_in_line(selector: Any, timeout: float | None = None) -> list[Any]:
        task, clock = current.runner(), current.clock
        if task is None or clock is None or (timeout is not None and timeout <= 0):
            return real(selector, timeout)
        if not _wakes_itself(selector):
            return real(selector, timeout)

        def attempt() -> Any:
            return real(selector, 0) or NOT_YET

        events: Any = NOT_YET if id(selector) in lines else attempt()
        if events is NOT_YET:
            what = "an event" if timeout is None else f"an event for {timeout:g} s"
            events = stand(
                clock,
                task,
                selector,
                timeout=timeout,
                what=what,
                attempt=attempt,
                free=lambda: bool(real(selector, 0)),
            )
        return [] if events is NOT_YET else events

    return select_in_line


def _wakes_itself(selector: selectors.BaseSelector) -> bool:
    """Whether it watches one end of one unnamed pair of sockets, as an event loop's wake-up is."""
    watched: list[Any] = list(selector.get_map() or ())
    return len(watched) == 1 and _is_of_a_pair(watched[0])


def _is_of_a_pair(descriptor: int) -> bool:
    try:
        if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            return False
    except OSError:  # Windows, where a socket is no file
        return False
    end = socket.socket(fileno=descriptor)
    try:
        return end.family == UNIX and not end.getsockname() and not end.getpeername()
    except OSError:  # not connected
        return False
    finally:
        end.detach()  # it belongs to somebody else, who closes it


_CLASSES = ("SelectSelector", "_PollLikeSelector", "EpollSelector", "KqueueSelector")
_functions = [
    PythonFunction(vars(getattr(selectors, name))["select"])
    for name in _CLASSES
    if hasattr(selectors, name)
]
SELECTORS = [(function, _select_for(function)) for function in _functions]

"""What services do with what they were given, besides messages in queues: told to the open lab.

A function's invocation begins and ends; an execution enters a state and leaves it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Tell = Callable[..., None]

_open: list[Tell] = []  # of the open labs, the last one opened last


@contextmanager
def opened(tell: Tell) -> Iterator[None]:
    """Let `tell` hear of them, as long as the context is open."""
    _open.append(tell)
    try:
        yield
    finally:
        _open[:] = [other for other in _open if other is not tell]


def happened(
    what: str, service: str, resource: str, ident: str, body: str | None, place: str | None = None
) -> None:
    """Let the lab know, if one is open.

    Parameters
    ----------
    what : str
        "began" or "ended" (an invocation), "entered" or "left" (a state), "over" (an execution).
    service, resource : str
        Whose: as in the trace.
    ident : str
        Of the invocation (its request id), or of a token of an execution.
    body : str, optional
        What it was given, as JSON, or how it ended.
    place : str, optional
        The state.
    """
    for tell in _open[-1:]:
        tell(what, service, resource, ident, body, place)

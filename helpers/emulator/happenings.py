"""What services do with what they were given, besides messages in queues: told to the open lab.

A function's invocation begins and ends; an execution enters a state and leaves it.
"""

from __future__ import annotations

from collections.abc import Callable

from helpers.emulator.listeners import Listeners

_labs: Listeners[Callable[..., None]] = Listeners()
opened = _labs.opened


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
    if (told := _labs.latest()) is not None:
        told(what, service, resource, ident, body, place)

"""The calls of a trace that went wrong: where, and from when to when it is seen.

Knows no AWS SDK. Part of `helpers.charts.replay`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pandas as pd

from helpers import trace as tr

_NO_REPLY = ("Timeout", "ConnectionClosed", "ConnectionError", "ConnectError", "EndpointConnection")


class Misfortune(NamedTuple):
    """A call without its reply.

    Attributes
    ----------
    time, until : float
        Virtual seconds: when it happened, and when the caller knew.
    source, target : int
        Numbers of the places of who called and what was called.
    text : str
        What went wrong, in a few words.
    caller, operation : str
        Who called what.
    order : object
        The order that the call was about, if it handled its message.
    """

    time: float
    until: float
    source: int
    target: int
    text: str
    caller: str
    operation: str
    order: Any


def misfortunes(
    trace: pd.DataFrame, ends_of: Callable[[str, str | None], tuple[int, int] | None], key: str
) -> list[Misfortune]:
    """The failed attempts of calls to places that are shown, in the order of time.

    Parameters
    ----------
    ends_of : callable
        From caller and resource to the numbers of two places, or None for a call not shown.
    """
    rows = trace[(trace["kind"] == "call") & ~trace["outcome"].isin(["ok", tr.CUT_OFF])]
    found = []
    columns = ["time", "end", "processed", "caller", "resource", "operation", "outcome", "messages"]
    for time, end, processed, caller, resource, operation, outcome, handled in zip(
        *(rows[name] for name in columns), strict=True
    ):
        ends = ends_of(caller, resource)
        if ends is None:
            continue
        text, at = outcome, end
        if any(word in outcome for word in _NO_REPLY):
            lost = "request" if pd.isna(processed) else "reply"
            text, at = f"{lost} lost", time if pd.isna(processed) else processed
        order = next((tr.field(handling.body, key) for handling in handled), None)
        found.append(Misfortune(at, end, *ends, text, caller, operation or "call", order))
    return sorted(found, key=lambda one: one.time)

"""Long polls of SQS in real time: no longer than the run, in turns where that may end early."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from helpers.clock import WallClock
from helpers.wire.attempts import LONGEST_POLL
from helpers.wire.read_off import as_asked, asking

WAIT = "WaitTimeSeconds"


def receive(
    send: Callable[[dict[str, Any]], Any],
    params: dict[str, Any],
    clock: WallClock,
    turn: float,
    is_stopping: Callable[[], bool],
) -> Any:
    """Ask for messages until there are some, the wait is over, or whoever asks has to stop.

    Parameters
    ----------
    send : callable
        Makes one call of ReceiveMessage with such parameters.
    params : dict
        What the program asks.
    turn : float
        Seconds that one call waits at most.
    """
    asked, wait = asking(params), params.get(WAIT)
    if not (isinstance(wait, int) and 0 <= wait <= LONGEST_POLL):  # refused there
        return as_asked(params, send(asked))
    until = clock.now + wait
    while True:
        waits = min(turn, max(0, math.ceil(until - clock.now)))
        told = send({**asked, WAIT: waits})
        over = clock.now >= until or clock.left() == 0
        if told.get("Messages") or over or is_stopping():
            return as_asked(params, told)


def within_run(params: dict[str, Any], clock: WallClock) -> dict[str, Any]:
    """A poll that does not outlast the run: whoever asks will not be there for the answer."""
    left, wait = clock.left(), params.get(WAIT)
    if left is not None and isinstance(wait, int) and left < wait <= LONGEST_POLL:
        return {**params, WAIT: math.ceil(left)}
    return params

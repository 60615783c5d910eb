"""The opening of a shop: `set_up` is run, and ended if it goes on for ever."""

from __future__ import annotations

import contextlib
import json
import reprlib
from collections.abc import Callable
from typing import Any

from helpers.lab import Lab
from helpers.lessons.exercise import Failed
from helpers.lessons.lesson_14.clients import Session

SET_UP = 60  # seconds in which set_up has to be done


def opened_shop(lab: Lab, set_up: Callable[..., Any], session: Session) -> str:
    """What `set_up` returns, as it is given to other machines: as JSON.

    Raises
    ------
    Failed
        If it is not done in time, or gives what cannot be written down.
    """
    return _written_down(_opened(lab, set_up, session))


class _Opened(Exception):
    """Ends the run of `set_up`, with the threads that it may have begun."""


def _opened(lab: Lab, set_up: Callable[..., Any], session: Session) -> Any:
    """What `set_up` returns. In a run of its own, so that it is ended if it does not end.

    Raises
    ------
    Failed
        If it is not done in time.
    """
    made: list[Any] = []

    def opens() -> None:
        made.append(set_up(session))

    opens.__name__ = "cell"  # as with all that is set up: no order is billed for it
    with contextlib.suppress(_Opened), lab.running():
        [thread] = lab.start(opens)
        thread.join(SET_UP)
        if thread.is_alive():
            raise Failed(
                f"The shop opens when set_up returns. It got {SET_UP} simulated seconds for that, "
                "and had not returned."
            )
        raise _Opened
    return made[0]


def _written_down(shop: Any) -> str:
    """What `set_up` returned, as it is given to other machines: as text.

    Raises
    ------
    Failed
        If it cannot be written down, such as a client or a function.
    """
    try:
        return json.dumps(shop)
    except (TypeError, ValueError):
        raise Failed(
            "What set_up returns goes to other machines, so it has to be made of texts, numbers, "
            f"lists and dictionaries. Yours returned {reprlib.repr(shop)}."
        ) from None

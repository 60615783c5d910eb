"""What the reader should know of a call that was taken, and does not do all that it does on AWS."""

from __future__ import annotations

from collections.abc import Callable

from helpers.emulator.listeners import Listeners

_labs: Listeners[Callable[[str, str], None]] = Listeners()
opened = _labs.opened


def tell(what: str, text: str) -> None:
    """Tell the reader, if a lab is open.

    Parameters
    ----------
    what : str
        What it is about, such as "sns.Subscribe".
    text : str
        One line: what is missing, and the way on.
    """
    if (told := _labs.latest()) is not None:
        told(what, text)

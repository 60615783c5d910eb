"""What the reader should know of a call that was taken, and does not do all that it does on AWS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Tell = Callable[[str, str], None]

_open: list[Tell] = []  # of the open labs, the last one opened last


@contextmanager
def opened(tell: Tell) -> Iterator[None]:
    """Let `tell` hear of them, as long as the context is open."""
    _open.append(tell)
    try:
        yield
    finally:
        _open[:] = [other for other in _open if other is not tell]


def tell(what: str, text: str) -> None:
    """Tell the reader, if a lab is open.

    Parameters
    ----------
    what : str
        What it is about, such as "sns.Subscribe".
    text : str
        One line: what is missing, and the way on.
    """
    for told in _open[-1:]:
        told(what, text)

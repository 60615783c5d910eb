"""Set attributes of classes and modules for the length of a block, and put back what was there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

_MISSING = object()


@contextmanager
def swapped(owner: Any, replacements: Mapping[str, Any]) -> Iterator[None]:
    """Set attributes of a class or module for as long as the context is open.

    Attributes that were there come back as they were; attributes that were not are removed.
    """
    before = held(owner, replacements)
    put(owner, replacements)
    try:
        yield
    finally:
        put(owner, before)


def held(owner: Any, names: Iterable[str]) -> dict[str, Any]:
    """What `owner` itself has under `names`, for `put` to give back."""
    return {name: vars(owner).get(name, _MISSING) for name in names}


def put(owner: Any, values: Mapping[str, Any]) -> None:
    """Give `owner` these attributes; those that it did not have in `held` are removed."""
    for name, value in values.items():
        if value is not _MISSING:
            setattr(owner, name, value)
        elif name in vars(owner):
            delattr(owner, name)

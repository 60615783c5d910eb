"""Who hears of what services do: the open labs, of which the last one opened is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

T = TypeVar("T")


class Listeners(Generic[T]):
    """What open labs gave to be told; several labs may be open, and one hears."""

    def __init__(self) -> None:
        self._open: list[T] = []

    @contextmanager
    def opened(self, listener: T) -> Iterator[None]:
        """Let `listener` hear, as long as the context is open."""
        self._open.append(listener)
        try:
            yield
        finally:
            self._open[:] = [other for other in self._open if other is not listener]

    def latest(self) -> T | None:
        """Whom to tell, if a lab is open."""
        return self._open[-1] if self._open else None

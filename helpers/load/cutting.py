"""Loads cut to their beginning: for a lab whose time is real."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar


class Placed(Protocol):
    """What has a time: seconds since the start of the load."""

    @property
    def placed_at(self) -> float: ...


T = TypeVar("T", bound=Placed)
_limits: list[tuple[float, Callable[[str], None]]] = []  # of the open blocks, the last one counts


@contextmanager
def at_most(seconds: float, tell: Callable[[str], None]) -> Iterator[None]:
    """Let loads made in the block have their first `seconds` alone.

    Parameters
    ----------
    tell : callable
        Takes a sentence about each load that was cut.
    """
    limit = (seconds, tell)
    _limits.append(limit)
    try:
        yield
    finally:  # the next block may have begun before this one ends, as labs do
        _limits[:] = [other for other in _limits if other is not limit]


@contextmanager
def whole() -> Iterator[None]:
    """Let loads made in the block be whole, whatever `at_most` is on."""
    held, _limits[:] = list(_limits), []
    try:
        yield
    finally:
        _limits[:] = held


def cut(orders: list[T]) -> list[T]:
    """The orders that are placed in time; all of them outside of `at_most`."""
    if not _limits:
        return orders
    seconds, tell = _limits[-1]
    kept = [order for order in orders if order.placed_at <= seconds]
    if len(kept) < len(orders):
        tell(
            f"of a load of {orders[-1].placed_at:,.0f} s with {len(orders):,} orders, the first "
            f"{seconds:.3g} s are taken, {len(kept):,} orders: time is real here"
        )
    return kept

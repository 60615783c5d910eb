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
_limit: tuple[float, Callable[[str], None]] | None = None


@contextmanager
def at_most(seconds: float, tell: Callable[[str], None]) -> Iterator[None]:
    """Let loads made in the block have their first `seconds` alone.

    Parameters
    ----------
    tell : callable
        Takes a sentence about each load that was cut.
    """
    global _limit
    before, _limit = _limit, (seconds, tell)
    try:
        yield
    finally:
        _limit = before


def cut(orders: list[T]) -> list[T]:
    """The orders that are placed in time; all of them outside of `at_most`."""
    if _limit is None:
        return orders
    seconds, tell = _limit
    kept = [order for order in orders if order.placed_at <= seconds]
    if len(kept) < len(orders):
        tell(
            f"of a load of {orders[-1].placed_at:,.0f} s with {len(orders):,} orders, the first "
            f"{seconds:.3g} s are taken, {len(kept):,} orders: time is real here"
        )
    return kept

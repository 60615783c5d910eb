"""Where CloudWatch's alarms have the metrics of a service from: one service imports no other.

A metric of AWS is one value a minute, and most of these are like the one before. So a service tells
stretches of them, and an alarm on a queue in which nothing happens costs the same for an hour as
for a week.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple, Protocol


class Stretch(NamedTuple):
    """Values of a metric, one a minute.

    With `samples`, there is one minute, `first` is the sum of its samples, and `lowest` and
    `highest` are the least and the greatest of them.
    """

    start: float  # epoch seconds, of the first minute
    minutes: int
    first: float
    slope: float = 0.0  # how much each value is above the one before it
    samples: float | None = None
    lowest: float = 0.0
    highest: float = 0.0


class Source(Protocol):
    """Tells a metric of a service."""

    def __call__(
        self, account: str, region: str, name: str, dimensions: dict[str, str], since: float
    ) -> list[Stretch]:
        """The stretches that reach beyond `since` (epoch seconds), oldest first."""
        ...


_open: dict[str, Source] = {}  # by namespace


@contextmanager
def offered(namespace: str, source: Source) -> Iterator[None]:
    """Let alarms have the metrics of a namespace from `source`, as long as the context is open."""
    _open[namespace] = source
    try:
        yield
    finally:
        del _open[namespace]


def namespaces() -> list[str]:
    """Those that AWS fills, as far as the lab does."""
    return sorted(_open)


def source_of(namespace: str) -> Source | None:
    """What tells the metrics of a namespace; None if it is the reader's own."""
    return _open.get(namespace)

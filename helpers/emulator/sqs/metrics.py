"""What a queue keeps for its metrics: one row per minute in which something changed.

"CloudWatch metrics for your Amazon SQS queues are automatically collected and pushed to CloudWatch
at one-minute intervals." (SQS Developer Guide, "Monitoring Amazon SQS queues using CloudWatch",
November 2026.) Calls are counted over a minute; what the queue holds is what it held at the
minute's end. A minute without a row is like the one before it, without calls.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from helpers.emulator.moments import RESOLUTION
from helpers.emulator.sqs.line import Gauges

MINUTE = 60.0


class Sizes(NamedTuple):
    """Sizes of the messages sent in a minute, in bytes."""

    number: int
    total: int
    smallest: int
    largest: int


class Minute(NamedTuple):
    """One minute of a queue. Moments are epoch seconds; the ages are at the minute's end."""

    start: float
    calls: dict[str, int]  # by the metric's name
    sizes: Sizes | None
    held: dict[str, int]
    ages: dict[str, float]


class Row(NamedTuple):
    """Minutes that are alike: calls and sizes are of the first, what is held is of each."""

    start: float  # epoch seconds
    end: float
    calls: dict[str, int]
    sizes: Sizes | None
    gauges: Gauges


class Record:
    """The past of a queue, up to the last full minute."""

    def __init__(self, now: float) -> None:
        self.ends = now // MINUTE * MINUTE + MINUTE  # of the present minute
        self._calls: Counter[str] = Counter()
        self._sizes: list[int] = []
        self._rows: list[tuple[float, dict[str, int], Sizes | None, Gauges]] = []

    def count(self, metric: str, by: int = 1) -> None:
        """Count a call, or the messages that it was about."""
        self._calls[metric] += by

    def sent(self, size: int) -> None:
        """Count a message that a producer has sent."""
        self._calls["NumberOfMessagesSent"] += 1
        self._sizes.append(size)

    def close(self, gauges: Gauges) -> None:
        """End the present minute with what the queue holds."""
        last = self._rows[-1][3] if self._rows else None
        if self._calls or last != gauges:
            sizes = self._sizes
            told = Sizes(len(sizes), sum(sizes), min(sizes), max(sizes)) if sizes else None
            self._rows.append((self.ends - MINUTE, dict(self._calls), told, gauges))
            self._calls.clear()
            sizes.clear()
        self.ends += MINUTE

    def skip(self, moment: float) -> None:
        """Go to the minute of a moment before which nothing happens."""
        self.ends = max(self.ends, (moment - 2 * RESOLUTION) // MINUTE * MINUTE + MINUTE)

    def rows(self, since: float = 0.0) -> Iterator[Row]:
        """The rows that reach beyond a moment, oldest first. Each has its beginning and its end."""
        first = max(0, bisect_right(self._rows, since, key=lambda row: row[0]) - 1)
        ends = [row[0] for row in self._rows[first + 1 :]] + [self.ends - MINUTE]
        for (start, calls, sizes, gauges), end in zip(self._rows[first:], ends, strict=False):
            yield Row(start, end, calls, sizes, gauges)

    def minutes(self) -> Iterator[Minute]:
        """Every full minute since the queue was made, oldest first."""
        for start, end, calls, sizes, gauges in self.rows():
            while start < end:
                then = start + MINUTE
                ages = {name: then - since for name, since in gauges.since.items()}
                yield Minute(start, calls, sizes, gauges.counts, ages)
                start, calls, sizes = then, {}, None

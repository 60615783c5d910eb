"""The line of a standard queue: which visible message is delivered next.

A line holds the messages that may be received now. The queue tells it when a message is sent
(`enter`), can be received (`ready`) and is gone (`leave`), and asks it for the next (`take`).
`fifo` has the line of a FIFO queue, `fair` that of a standard queue with message groups.

A standard queue keeps the order of sending as far as it can. "If a message is received three or
more times and not deleted, SQS moves it to the back of the queue." (SQS Developer Guide,
"Available CloudWatch metrics for Amazon SQS", ApproximateAgeOfOldestMessage, November 2026.)
"""

from dataclasses import dataclass, field
from typing import Protocol

from helpers.emulator.sqs.heap import IndexedHeap
from helpers.emulator.sqs.message import StoredMessage

RECEIVES_BEFORE_THE_BACK = 3
NEVER = float("inf")


@dataclass
class Gauges:
    """What a queue holds, for its metrics: counts, and the moments since which ages run."""

    counts: dict[str, int] = field(default_factory=dict)  # by the metric's name
    since: dict[str, float] = field(default_factory=dict)  # by the metric's name; epoch seconds


class Line(Protocol):
    """What the queue asks of a line. True means that some message can be received now.

    Moments are epoch seconds. What was taken is in flight until it is ready again or leaves.
    """

    def enter(self, message: StoredMessage) -> None: ...

    def ready(self, message: StoredMessage, moment: float) -> bool: ...

    def leave(self, message: StoredMessage, moment: float) -> bool: ...

    def take(self, count: int, moment: float) -> list[StoredMessage]: ...

    def next_change(self) -> float:
        """When the line next changes by itself, or infinity."""

    def gauge(self, gauges: Gauges, moment: float) -> None:
        """Add what the line knows to the queue's metrics."""


class StandardLine:
    """Messages in the order of sending; the third failed receive sends one to the back."""

    def __init__(self) -> None:
        self.visible: IndexedHeap[StoredMessage] = IndexedHeap()
        self.last = 0

    def enter(self, message: StoredMessage) -> None:
        self.last += 1
        message.order = self.last

    def ready(self, message: StoredMessage, moment: float) -> bool:
        if message.receives_here >= RECEIVES_BEFORE_THE_BACK:
            self.enter(message)
        self.visible.put(message, message.order)
        return True

    def leave(self, message: StoredMessage, moment: float) -> bool:
        self.visible.discard(message)
        return False

    def take(self, count: int, moment: float) -> list[StoredMessage]:
        return [self.visible.pop() for _ in range(min(count, len(self.visible)))]

    def next_change(self) -> float:
        return NEVER

    def gauge(self, gauges: Gauges, moment: float) -> None:
        """A queue without groups has the metrics that every queue has."""

"""The line of a standard queue: which visible message is delivered next.

A line holds the messages that may be received now. The queue tells it when a message is sent
(`enter`), can be received (`ready`) and is gone (`leave`), and asks it for the next (`take`).
`helpers.emulator.sqs_fifo` has the line of a FIFO queue.

A standard queue keeps the order of sending as far as it can. "If a message is received three or
more times and not deleted, SQS moves it to the back of the queue." (SQS Developer Guide,
"Available CloudWatch metrics for Amazon SQS", ApproximateAgeOfOldestMessage, November 2026.)
"""

from typing import Protocol

from .indexed_heap import IndexedHeap
from .sqs_message import StoredMessage

RECEIVES_BEFORE_THE_BACK = 3


class Line(Protocol):
    """What the queue asks of a line. True means that some message can be received now."""

    def enter(self, message: StoredMessage) -> None: ...

    def ready(self, message: StoredMessage) -> bool: ...

    def leave(self, message: StoredMessage) -> bool: ...

    def take(self, count: int) -> list[StoredMessage]: ...


class StandardLine:
    """Messages in the order of sending; the third failed receive sends one to the back."""

    def __init__(self) -> None:
        self._visible: IndexedHeap[StoredMessage] = IndexedHeap()
        self._last = 0

    def enter(self, message: StoredMessage) -> None:
        self._last += 1
        message.order = self._last

    def ready(self, message: StoredMessage) -> bool:
        if message.receives_here >= RECEIVES_BEFORE_THE_BACK:
            self.enter(message)
        self._visible.put(message, message.order)
        return True

    def leave(self, message: StoredMessage) -> bool:
        self._visible.discard(message)
        return False

    def take(self, count: int) -> list[StoredMessage]:
        return [self._visible.pop() for _ in range(min(count, len(self._visible)))]

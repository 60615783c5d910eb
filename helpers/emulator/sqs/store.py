"""Where a queue keeps its messages, at a cost that does not grow with their number.

moto keeps one list and walks through it on every call. Here each question has an order of its
own: what is delayed, what is in flight, how long each message is kept, and who is next in line.
`settle` catches up with the clock. Nothing runs in the background.

Waiting is on the queue's condition, until a moment that the caller names. An arrival wakes one
waiter. A moment of change that comes sooner than a waiter knows of wakes all, to think again.

A deleted message of which a server still has a copy (`best_effort`) is out of all the orders
until its copy comes back.
"""

from collections.abc import Callable
from threading import Condition

from helpers.emulator.moments import RESOLUTION
from helpers.emulator.sqs.heap import IndexedHeap
from helpers.emulator.sqs.line import NEVER, RECEIVES_BEFORE_THE_BACK, Line
from helpers.emulator.sqs.message import StoredMessage

"""Seconds. Moments closer than this are one: epoch seconds in a float hold little more."""


class Store:
    """The messages of one queue. Times are epoch seconds.

    Parameters
    ----------
    line
        Decides which of the messages that can be received comes next.
    condition
        Held by the queue around each call, and waited on by long polls.
    expired
        Called with each message whose retention is over, and when it was.
    returned
        Called with each deleted message of which a copy has come back, and when it did.
    """

    def __init__(
        self,
        *,
        line: Line,
        condition: Condition,
        expired: Callable[[StoredMessage, float], None],
        returned: Callable[[StoredMessage, float], None],
    ) -> None:
        self.line = line
        self._expired = expired
        self._returned = returned
        self._condition = condition
        self._wakes: dict[object, float] = {}
        self.kept: IndexedHeap[StoredMessage] = IndexedHeap()  # all; by beginning of retention
        self.delayed: IndexedHeap[StoredMessage] = IndexedHeap()  # by end of the delay
        self.in_flight: IndexedHeap[StoredMessage] = IndexedHeap()  # by end of the timeout
        self.unprocessed: IndexedHeap[StoredMessage] = IndexedHeap()  # by arrival; for the age
        self.copies: IndexedHeap[StoredMessage] = IndexedHeap()  # deleted; by when they come back
        self.by_handle: dict[str, StoredMessage] = {}

    @property
    def visible_count(self) -> int:
        return len(self.kept) - len(self.delayed) - len(self.in_flight)

    def visible(self) -> list[StoredMessage]:
        """The visible messages, oldest first. This does grow with the depth of the queue."""
        hidden = (self.delayed, self.in_flight)
        messages = [m for m in self.kept if not any(m in heap for heap in hidden)]
        return sorted(messages, key=lambda message: message.order)

    def settle(self, now: float, retention: float) -> None:
        """End the delays, visibility timeouts and retention periods that are over."""
        due = now + RESOLUTION
        for hidden in (self.delayed, self.in_flight):
            while (moment := hidden.first_key()) is not None and moment <= due:
                self._show(hidden.pop(), moment)
        while (moment := self.copies.first_key()) is not None and moment <= due:
            self._take_back(self.copies.pop(), moment, retention)
        while (begin := self.kept.first_key()) is not None and begin <= due - retention:
            message = self.kept.first()
            self._expired(message, begin + retention)
            self.remove(message, begin + retention)

    def next_change(self) -> float:
        """When a message next becomes visible by itself, or infinity."""
        heaps = (self.delayed, self.in_flight, self.copies)
        moments = [heap.first_key() for heap in heaps if heap]
        return min((moment for moment in moments if moment is not None), default=NEVER)

    def next_event(self, retention: float) -> float:
        """When anything next changes by itself, or infinity."""
        begin = self.kept.first_key()
        expiry = NEVER if begin is None else begin + retention
        return min(self.next_change(), expiry, self.line.next_change())

    def add(self, message: StoredMessage, now: float, delay: float) -> None:
        """Take in a message. Its retention goes on from `kept_from`, or begins now."""
        message.arrived_at = now
        message.kept_from = message.kept_from or now
        message.receives_here = 0
        self.kept.put(message, message.kept_from)
        self.unprocessed.put(message, now)
        self.line.enter(message)
        if delay > 0:
            self.delayed.put(message, now + delay)
            self.rearm(now + delay)
        else:
            self._show(message, now)

    def delay_anew(self, delay: float, now: float) -> None:
        """Change the delay of every message that is delayed, from its arrival on."""
        for message in list(self.delayed):
            until = max(now, message.arrived_at + delay)
            self.delayed.put(message, until)
            self.rearm(until)

    def take(self, count: int, now: float) -> list[StoredMessage]:
        """The next messages in line. The caller hides, shows or removes each of them."""
        return self.line.take(count, now)

    def hide(self, message: StoredMessage, until: float) -> None:
        """Put a message in flight, or change when its visibility timeout ends."""
        self.in_flight.put(message, until)
        self.rearm(until)

    def show(self, message: StoredMessage, now: float) -> None:
        """Let a message be received (again) that was taken or is in flight."""
        self.in_flight.discard(message)
        self._show(message, now)

    def _show(self, message: StoredMessage, moment: float) -> None:
        if self.line.ready(message, moment):
            self._condition.notify()

    def remove(self, message: StoredMessage, now: float) -> None:
        """Forget a message and its receipt handles, whatever state it is in."""
        self._take_out(message, now)
        self.copies.discard(message)
        for handle in message.receipts:
            self.by_handle.pop(handle, None)
        message.receipts.clear()

    def remove_all_but_a_copy(self, message: StoredMessage, now: float) -> None:
        """Delete a message that comes back when its visibility timeout ends."""
        if message in self.copies:
            return
        again = self.in_flight.key(message) if message in self.in_flight else now
        self._take_out(message, now)
        self.copies.put(message, again)
        self.rearm(again)

    def _take_out(self, message: StoredMessage, now: float) -> None:
        was_kept = message in self.kept
        for heap in (self.kept, self.delayed, self.in_flight, self.unprocessed):
            heap.discard(message)
        if was_kept and self.line.leave(message, now):
            self._condition.notify()

    def _take_back(self, message: StoredMessage, moment: float, retention: float) -> None:
        if message.kept_from + retention <= moment:
            self.remove(message, moment)
            return
        self.kept.put(message, message.kept_from)
        if message.receives_here < RECEIVES_BEFORE_THE_BACK:
            self.unprocessed.put(message, message.arrived_at)
        self._returned(message, moment)
        self._show(message, moment)

    def remember(self, message: StoredMessage, handle: str) -> None:
        """Note the handle as the latest of the message."""
        message.receipt_handle = handle
        message.receipts.append(handle)
        self.by_handle[handle] = message

    def rearm(self, moment: float) -> None:
        """Wake the waiters that would sleep beyond a new moment of change."""
        if self._wakes and max(self._wakes.values()) > moment:
            self._condition.notify_all()

    def sleep_until(self, moment: float, now: float) -> None:
        """Wait for a notification, at most until `moment`."""
        waiter = object()
        self._wakes[waiter] = moment
        try:
            self._condition.wait(moment - now)
        finally:
            del self._wakes[waiter]

"""The line of a FIFO queue: order within each message group.

From the SQS Developer Guide, "FIFO queue delivery logic in Amazon SQS" (November 2026): within a
message group all messages are sent and received in strict order. A receive tries to return as
many messages of the same group as possible, then messages of other groups. No further message of
a group is returned until those already received are deleted or visible again.

What blocks a group is its oldest message: when that is visible again while a later one is in
flight, it is delivered (LocalStack's test_fifo_message_group_visibility_after_terminate_
visibility_timeout, validated on AWS, 2024).
"""

from collections import OrderedDict
from itertools import islice

from helpers.emulator.sqs.heap import IndexedHeap
from helpers.emulator.sqs.line import NEVER, Gauges
from helpers.emulator.sqs.message import StoredMessage


class Group:
    """The messages of one message group, oldest first."""

    def __init__(self) -> None:
        self.messages: OrderedDict[StoredMessage, None] = OrderedDict()
        self.delayed: set[StoredMessage] = set()
        self.taken: set[StoredMessage] = set()

    def deliverable(self, count: int) -> list[StoredMessage]:
        """Up to `count` messages from the head of the group, in order."""
        head: list[StoredMessage] = []
        for message in islice(self.messages, count):
            if message in self.delayed or message in self.taken:
                break
            head.append(message)
        return head


class FifoLine:
    """Groups in the order of their oldest message; a group with that message in flight waits."""

    def __init__(self) -> None:
        self._groups: dict[str | None, Group] = {}
        self._ready: IndexedHeap[str | None] = IndexedHeap()
        self._last = 0

    def enter(self, message: StoredMessage) -> None:
        self._last += 1
        message.order = self._last
        group = self._groups.setdefault(message.group_id, Group())
        group.messages[message] = None
        group.delayed.add(message)

    def ready(self, message: StoredMessage, moment: float) -> bool:
        group = self._groups[message.group_id]
        group.delayed.discard(message)
        group.taken.discard(message)
        return self._settle(message.group_id)

    def leave(self, message: StoredMessage, moment: float) -> bool:
        group = self._groups[message.group_id]
        del group.messages[message]
        group.delayed.discard(message)
        group.taken.discard(message)
        return self._settle(message.group_id)

    def take(self, count: int, moment: float) -> list[StoredMessage]:
        taken: list[StoredMessage] = []
        while len(taken) < count and self._ready:
            group_id = self._ready.pop()
            group = self._groups[group_id]
            batch = group.deliverable(count - len(taken))
            group.taken.update(batch)
            taken.extend(batch)
        return taken

    def next_change(self) -> float:
        return NEVER

    def gauge(self, gauges: Gauges, moment: float) -> None:
        busy = sum(1 for group in self._groups.values() if group.taken)
        gauges.counts["ApproximateNumberOfGroupsWithInflightMessages"] = busy

    def _settle(self, group_id: str | None) -> bool:
        """Put the group in line or take it out, according to its head."""
        group = self._groups[group_id]
        head = group.deliverable(1)
        if head:
            self._ready.put(group_id, head[0].order)
        else:
            self._ready.discard(group_id)
            if not group.messages:
                del self._groups[group_id]
        return bool(head)

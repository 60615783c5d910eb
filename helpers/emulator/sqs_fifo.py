"""The line of a FIFO queue: order within each message group, and deduplication.

From the SQS Developer Guide, "FIFO queue delivery logic in Amazon SQS" (November 2026): within a
message group all messages are sent and received in strict order. A receive tries to return as
many messages of the same group as possible, then messages of other groups. No further message of
a group is returned until those already received are deleted or visible again.

From the SQS API model in botocore 1.44.5 (`SendMessageRequest.MessageDeduplicationId`): messages
with the same id "are accepted successfully but aren't delivered during the 5-minute deduplication
interval", and SQS "continues to keep track of the message deduplication ID even after the message
is received and deleted". `DeduplicationScope` says whether an id counts in the whole queue or in
its message group (`CreateQueueRequest`).
"""

from collections import OrderedDict, deque
from copy import copy
from itertools import islice

from moto.moto_api._internal import mock_random

from helpers.emulator.indexed_heap import IndexedHeap
from helpers.emulator.sqs_lines import NEVER, Gauges
from helpers.emulator.sqs_message import StoredMessage

DEDUPLICATION_SECONDS = 300


class Group:
    """The messages of one message group, oldest first."""

    def __init__(self) -> None:
        self.messages: OrderedDict[StoredMessage, None] = OrderedDict()
        self.delayed: set[StoredMessage] = set()
        self.taken: set[StoredMessage] = set()

    def deliverable(self, count: int) -> list[StoredMessage]:
        """Up to `count` messages from the head of the group, in order."""
        if self.taken:
            return []
        head: list[StoredMessage] = []
        for message in islice(self.messages, count):
            if message in self.delayed:
                break
            head.append(message)
        return head


class FifoLine:
    """Groups in the order of their oldest message; a group with a message in flight waits."""

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


class Deduplication:
    """The messages sent in the last five minutes, by deduplication id, and their numbers.

    The interval begins with the first send and does not depend on what becomes of the message.
    """

    def __init__(self) -> None:
        self._originals: dict[tuple[str | None, str | None], StoredMessage] = {}
        self._expiry: deque[tuple[float, tuple[str | None, str | None]]] = deque()
        self._sequence = 18_850_000_000_000_000_000

    def admit(self, message: StoredMessage, *, by_group: bool, now: float) -> bool:
        """Number a new message and return True; give a duplicate the original's answers."""
        while self._expiry and self._expiry[0][0] <= now:
            del self._originals[self._expiry.popleft()[1]]
        key = (message.group_id if by_group else None, message.deduplication_id)
        original = self._originals.get(key)
        if original is not None:
            message.id, message.sequence_number = original.id, original.sequence_number
            return False
        self.number(message)
        self._originals[key] = copy(message)
        self._expiry.append((now + DEDUPLICATION_SECONDS, key))
        return True

    def number(self, message: StoredMessage) -> None:
        """Give a sequence number: 20 digits, larger than all before, not consecutive."""
        self._sequence += mock_random.randrange(1, 1000)
        message.sequence_number = str(self._sequence)

"""Deduplication for five minutes, as FIFO queues and FIFO topics do it, and sequence numbers.

From the SQS API model in botocore 1.44.5 (`SendMessageRequest.MessageDeduplicationId`): messages
with the same id "are accepted successfully but aren't delivered during the 5-minute deduplication
interval", and SQS "continues to keep track of the message deduplication ID even after the message
is received and deleted". `DeduplicationScope` says whether an id counts in the whole queue or in
its message group (`CreateQueueRequest`).
"""

from collections import deque
from copy import copy
from typing import Protocol

from moto.moto_api._internal import mock_random

DEDUPLICATION_SECONDS = 300


class Deduplicated(Protocol):
    """What a message has to say of itself, and what it is given."""

    id: str
    group_id: str | None
    deduplication_id: str | None
    sequence_number: str | None


class Deduplication:
    """The messages sent in the last five minutes, by deduplication id, and their numbers.

    The interval begins with the first send and does not depend on what becomes of the message.
    """

    def __init__(self) -> None:
        self._originals: dict[tuple[str | None, str | None], Deduplicated] = {}
        self._expiry: deque[tuple[float, tuple[str | None, str | None]]] = deque()
        self._sequence = 18_850_000_000_000_000_000

    def admit(self, message: Deduplicated, *, by_group: bool, now: float) -> bool:
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

    def forget(self) -> None:
        """Accept every id again. The numbers go on rising."""
        self._originals.clear()
        self._expiry.clear()

    def number(self, message: Deduplicated) -> None:
        """Give a sequence number: 20 digits, larger than all before, not consecutive."""
        self._sequence += mock_random.randrange(1, 1000)
        message.sequence_number = str(self._sequence)

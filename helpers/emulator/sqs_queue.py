"""A queue that behaves as AWS says, in exact time, around the storage in `sqs_store`.

Before every call the queue catches up with the clock. A long poll waits until its end or until
the next moment at which a message becomes visible, and is woken by an arrival.

Statements followed (SQS API model in botocore 1.44.5, November 2026, unless named otherwise):

- ReceiveMessage, WaitTimeSeconds: "If a message is available, the call returns sooner".
- DeleteMessage: "you must use the ReceiptHandle from the most recent time you received the
  message. If you use an old ReceiptHandle, the request will succeed, but the message might not be
  deleted." On a FIFO queue, after the visibility timeout, "the action fails with an error"
  (ReceiveRequestAttemptId).
- DeleteMessage: SQS "automatically deletes messages left in a queue longer than the retention
  period configured for the queue".
- ChangeMessageVisibility: at most 12 hours; "the 10 seconds begin to count from the time that you
  make the ChangeMessageVisibility call". The limit counts from the receive (Developer Guide,
  "Amazon SQS visibility timeout").
- ChangeMessageVisibility: about 120,000 messages in flight, then OverLimit, on short polls
  (Developer Guide, "Quotas related to queues"). FIFO: 120,000, "no error messages".
- GetQueueAttributes, maxReceiveCount: "When the ReceiveCount for a message exceeds the
  maxReceiveCount for a queue, Amazon SQS moves the message to the dead-letter-queue."
- A dead-letter queue goes on counting the retention from the first send; on FIFO queues it begins
  anew, and the deduplication id becomes the message's id (Developer Guide, "Setting-up
  dead-letter queue retention", "Learn how to configure a dead-letter queue redrive").
"""

import time
from collections.abc import Callable, Sequence
from copy import copy
from threading import get_ident
from typing import TYPE_CHECKING, Any, ClassVar

from moto.sqs.exceptions import InvalidParameterValue, ReceiptHandleIsInvalid, SQSException
from moto.sqs.models import Queue, _filter_message_attributes

from .sqs_fifo import Deduplication, FifoLine
from .sqs_lines import RECEIVES_BEFORE_THE_BACK, StandardLine
from .sqs_message import ReceiptHandleExpired, ReceiptHandles, StoredMessage
from .sqs_store import RESOLUTION, Store

if TYPE_CHECKING:
    from .sqs_move import MoveTask

IN_FLIGHT_LIMIT = 120_000
LONGEST_VISIBILITY = 43_200
DEDUPLICATION_BY_GROUP = "messageGroup"


class CorrectedQueue(Queue):
    """moto's queue with its storage replaced. Attributes, policies and tags stay moto's.

    What it does with a message it tells `observe`, if there is one: what, the queue's name, the
    message, when (epoch seconds), the receipt handle, and when the message becomes visible.
    """

    observe: ClassVar[Callable[..., None] | None] = None

    def __init__(self, name: str, region: str, account_id: str, **kwargs: Any) -> None:
        super().__init__(name, region, account_id, **kwargs)
        self._condition = self._messages_lock
        self._handles = ReceiptHandles()
        self.deduplication = Deduplication()
        self.moves: list[MoveTask] = []  # that run, from here or to here
        self.move_tasks: list[MoveTask] = []  # from here, the latest first
        self.poll_ends: dict[int, float] = {}  # by thread, of long polls that have begun already
        self.purge()

    def purge(self) -> None:
        """Start again without messages. The deduplication interval goes on."""
        with self._condition:
            line = FifoLine() if self.fifo_queue else StandardLine()
            self.store = Store(line=line, condition=self._condition, expired=self._expired)
            self._condition.notify_all()  # a poll that waits has to look at the new store

    # What moto and its responses read.

    @property
    def approximate_number_of_messages(self) -> int:
        self.catch_up()
        return self.store.visible_count

    @property
    def approximate_number_of_messages_delayed(self) -> int:
        self.catch_up()
        return len(self.store.delayed)

    @property
    def approximate_number_of_messages_not_visible(self) -> int:
        self.catch_up()
        return len(self.store.in_flight)

    @property
    def messages(self) -> list[StoredMessage]:
        self.catch_up()
        return self.store.visible()

    def oldest_age(self) -> float | None:
        """See `helpers.emulator.sqs.approximate_age_of_oldest_message`."""
        now = self.catch_up()
        oldest = self.store.unprocessed.first_key()
        return None if oldest is None else now - oldest

    def catch_up(self) -> float:
        """Let everything happen that is due by now; return the time."""
        with self._condition:
            now = time.time()
            for task in tuple(self.moves):
                task.advance(now)
            self.store.settle(now, self.message_retention_period)
            return now

    def tell(
        self,
        what: str,
        message: StoredMessage,
        at: float,
        receipt: str | None = None,
        visible_at: float | None = None,
    ) -> None:
        """Let the observer know."""
        if self.observe is not None:
            self.observe(what, self.name, message, at, receipt, visible_at)

    def _expired(self, message: StoredMessage, at: float) -> None:
        self.tell("expired", message, at)

    # Sending.

    def add_message(self, message: StoredMessage, delay: float = 0, what: str = "sent") -> None:
        """Store a message that is new in this queue."""
        with self._condition:
            now = time.time()
            self.store.add(message, now, delay)
            self.tell(what, message, now, visible_at=now + delay)

    def send(self, message: StoredMessage, delay: float) -> None:
        """Store a message from a producer, unless it repeats one of the last five minutes.

        A duplicate is accepted, and answered with the original's MessageId and SequenceNumber.
        """
        now = self.catch_up()
        message.sent_timestamp = int(now * 1000)
        if self.fifo_queue:
            by_group = self.deduplication_scope == DEDUPLICATION_BY_GROUP
            if not self.deduplication.admit(message, by_group=by_group, now=now + RESOLUTION):
                return
        self.add_message(message, delay)

    # Receiving.

    def receive(
        self, count: int, wait: float, visibility: float, names: Sequence[str] | None = None
    ) -> list[StoredMessage]:
        """Up to `count` messages; waits up to `wait` seconds for the first of them."""
        with self._condition:
            now = self.catch_up()
            end = min(now + wait, self.poll_ends.pop(get_ident(), float("inf")))
            while True:
                taken = self._take(count, visibility, now, short_poll=not wait)
                if taken or end - now <= RESOLUTION:
                    return [_as_seen(message, names or []) for message in taken]
                moments = [task.next_at for task in self.moves]
                self.store.sleep_until(min(end, self.store.next_change(), *moments), now)
                now = self.catch_up()

    def _take(
        self, count: int, visibility: float, now: float, *, short_poll: bool
    ) -> list[StoredMessage]:
        room = IN_FLIGHT_LIMIT - len(self.store.in_flight)
        if room <= 0 and short_poll and not self.fifo_queue:
            raise SQSException("OverLimit", f"More than {IN_FLIGHT_LIMIT} messages in flight.")
        wanted = min(count, room)
        taken: list[StoredMessage] = []
        while len(taken) < wanted and (batch := self.store.take(wanted - len(taken))):
            for message in batch:
                if self._is_spent(message):
                    self._bury(message)
                else:
                    self._deliver(message, now, visibility)
                    taken.append(message)
        return taken

    def _deliver(self, message: StoredMessage, now: float, visibility: float) -> None:
        message.received_at = now
        message.receives_here += 1
        message.approximate_receive_count += 1
        if message.approximate_first_receive_timestamp is None:
            message.approximate_first_receive_timestamp = int(now * 1000)
        if message.receives_here >= RECEIVES_BEFORE_THE_BACK and not self.fifo_queue:
            self.store.unprocessed.discard(message)
        self.store.remember(message, self._handles.new())
        self.store.hide(message, now + visibility)
        self.tell("received", message, now, message.receipt_handle, now + visibility)

    def _is_spent(self, message: StoredMessage) -> bool:
        policy = self.redrive_policy
        if not policy or self.dead_letter_queue is None:
            return False
        return message.receives_here >= policy["maxReceiveCount"]

    def _bury(self, message: StoredMessage) -> None:
        """Move a message to the dead-letter queue."""
        self.store.remove(message)
        message.dead_letter_source = self.queue_arn
        if self.fifo_queue:
            message.kept_from = 0.0
            message.deduplication_id = message.id
        self.dead_letter_queue.add_message(message, what="moved")

    # By receipt handle.

    def delete_message(self, receipt_handle: str) -> None:
        """Delete the message, if the handle is its latest; see the module's docstring."""
        with self._condition:
            message = self._find(receipt_handle)
            if message is None:
                return
            latest = self._is_latest(message, receipt_handle)  # raises on a FIFO queue
            self.tell("deleted", message, time.time(), receipt_handle)
            if not latest:
                return
            full = len(self.store.in_flight) >= IN_FLIGHT_LIMIT
            self.store.remove(message)
            if full:
                self._condition.notify()

    def change_visibility(self, receipt_handle: str, visibility_timeout: int) -> None:
        """Let the message become visible `visibility_timeout` seconds from now.

        A standard queue accepts the handle of a message that is visible again, without effect
        (answers recorded from AWS in the tests of LocalStack, pull request 9632, 2023).
        """
        with self._condition:
            message = self._find(receipt_handle)
            if message is None:
                raise InvalidParameterValue(
                    f"Value {receipt_handle} for parameter ReceiptHandle is invalid. Reason: "
                    "Message does not exist or is not available for visibility timeout change."
                )
            latest = self._is_latest(message, receipt_handle)
            if not latest or message not in self.store.in_flight:
                return
            now, seconds = time.time(), int(visibility_timeout)
            if now + seconds > message.received_at + LONGEST_VISIBILITY + RESOLUTION:
                raise InvalidParameterValue(
                    f"Value {seconds} for parameter VisibilityTimeout is invalid. Reason: Total "
                    "VisibilityTimeout for the message is beyond the limit "
                    f"[{LONGEST_VISIBILITY} seconds]"
                )
            self.tell("visibility", message, now, receipt_handle, now + seconds)
            if seconds:
                self.store.hide(message, now + seconds)
            else:
                self.store.show(message)

    def _find(self, handle: str) -> StoredMessage | None:
        """The message that the handle was given out for; None if it is gone."""
        self.catch_up()
        message = self.store.by_handle.get(handle)
        if message is None and not self._handles.given_out(handle):
            raise ReceiptHandleIsInvalid()
        return message

    def _is_latest(self, message: StoredMessage, handle: str) -> bool:
        latest = handle == message.receipt_handle
        if self.fifo_queue and not (latest and message in self.store.in_flight):
            raise ReceiptHandleExpired(handle)
        return latest

    def dead_letter_source(self, receipt_handle: str) -> str | None:
        """ARN of the queue that a received message came from by its redrive policy."""
        message = self.store.by_handle.get(receipt_handle)
        return message.dead_letter_source if message else None


def _as_seen(message: StoredMessage, names: Sequence[str]) -> StoredMessage:
    """A copy for the response, with the message attributes that were asked for."""
    seen = copy(message)
    _filter_message_attributes(seen, list(names))
    return seen

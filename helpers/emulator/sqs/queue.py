"""A queue that delivers and deletes as AWS says. `stored_queue` has what it keeps, and the time.

A long poll waits until its end or until the next moment at which a message becomes visible, and is
woken by an arrival.

Statements followed (SQS API model in botocore 1.44.5, November 2026, unless named otherwise):

- ReceiveMessage, WaitTimeSeconds: "If a message is available, the call returns sooner".
- DeleteMessage: "you must use the ReceiptHandle from the most recent time you received the
  message. If you use an old ReceiptHandle, the request will succeed, but the message might not be
  deleted." On a FIFO queue, after the visibility timeout, "the action fails with an error"
  (ReceiveRequestAttemptId).
- ChangeMessageVisibility: at most 12 hours; "the 10 seconds begin to count from the time that you
  make the ChangeMessageVisibility call". The limit counts from the receive (Developer Guide,
  "Amazon SQS visibility timeout").
- ChangeMessageVisibility: about 120,000 messages in flight, then OverLimit, on short polls
  (Developer Guide, "Quotas related to queues"). FIFO: 120,000, "no error messages".
- GetQueueAttributes, maxReceiveCount: "When the ReceiveCount for a message exceeds the
  maxReceiveCount for a queue, Amazon SQS moves the message to the dead-letter-queue."
- On the move to a FIFO dead-letter queue the retention begins anew, and the deduplication id
  becomes the message's id (Developer Guide, "Setting-up dead-letter queue retention", "Learn how
  to configure a dead-letter queue redrive").
- NumberOfMessagesDeleted is "reported for each delete request with a valid receipt handle"
  (Developer Guide, "Available CloudWatch metrics for Amazon SQS").
"""

import time
from collections.abc import Sequence
from copy import copy
from threading import get_ident
from typing import Any, ClassVar

from moto.sqs.exceptions import InvalidParameterValue, ReceiptHandleIsInvalid, SQSException
from moto.sqs.models import _filter_message_attributes

from helpers.emulator.moments import RESOLUTION
from helpers.emulator.sqs import best_effort
from helpers.emulator.sqs.line import RECEIVES_BEFORE_THE_BACK
from helpers.emulator.sqs.message import ReceiptHandleExpired, ReceiptHandles, StoredMessage
from helpers.emulator.sqs.receive_attempts import ReceiveAttempts
from helpers.emulator.sqs.refusals import Missing, invalid
from helpers.emulator.sqs.stored_queue import KeptQueue

IN_FLIGHT_LIMIT = 120_000
LONGEST_VISIBILITY = 43_200


class CorrectedQueue(KeptQueue):
    """A queue that delivers each message until it is deleted.

    A standard queue asks `missing`, if there is one, whether a server is missing when it delivers
    or deletes (see `best_effort`).
    """

    missing: ClassVar[best_effort.MissingServer | None] = None

    def __init__(self, name: str, region: str, account_id: str, **kwargs: Any) -> None:
        super().__init__(name, region, account_id, **kwargs)
        self._handles = ReceiptHandles()
        self._attempts = ReceiveAttempts()
        self.attempt_ids: dict[int, str] = {}  # by thread, of receives that are about to begin
        self.poll_ends: dict[int, float] = {}  # by thread, of long polls that have begun already

    # Receiving.

    def receive(
        self, count: int, wait: float, visibility: float, names: Sequence[str] | None = None
    ) -> list[StoredMessage]:
        """Up to `count` messages; waits up to `wait` seconds for the first of them."""
        with self._condition:
            now = self.catch_up()
            end = min(now + wait, self.poll_ends.pop(get_ident(), float("inf")))
            attempt_id = self.attempt_ids.pop(get_ident(), None)
            if attempt_id is not None and (again := self._repeat(attempt_id, now, visibility)):
                return [_as_seen(message, names or []) for message in again]
            while True:
                taken = self._take(count, visibility, now, short_poll=not wait)
                if taken or end - now <= RESOLUTION:
                    self._note(taken, attempt_id, now, visibility)
                    return [_as_seen(message, names or []) for message in taken]
                moments = [task.next_at for task in self.moves]
                self.store.sleep_until(min(end, self.store.next_change(), *moments), now)
                now = self.catch_up()

    def _note(
        self, taken: list[StoredMessage], attempt_id: str | None, now: float, visibility: float
    ) -> None:
        self.record.count("NumberOfMessagesReceived", len(taken))
        self.record.count("NumberOfEmptyReceives", not taken)
        if attempt_id is not None and taken:
            self._attempts.remember(attempt_id, taken, now, now + visibility)

    def _repeat(self, attempt_id: str, now: float, visibility: float) -> list[StoredMessage]:
        """Return what an earlier receive with this id returned, if that is still possible."""
        messages = self._attempts.messages(attempt_id, self.store, now)
        for message in messages:
            self.store.hide(message, now + visibility)
            self.tell("received", message, now, message.receipt_handle, now + visibility)
        if messages:
            self._note(messages, attempt_id, now, visibility)
        return messages

    def _take(
        self, count: int, visibility: float, now: float, *, short_poll: bool
    ) -> list[StoredMessage]:
        room = IN_FLIGHT_LIMIT - len(self.store.in_flight)
        if room <= 0 and short_poll and not self.fifo_queue:
            raise SQSException("OverLimit", f"More than {IN_FLIGHT_LIMIT} messages in flight.")
        wanted = min(count, room)
        missed = None
        missing = type(self).missing  # not a method: it knows no queue
        if missing is not None and not self.fifo_queue:
            missed = best_effort.pass_over(self.store, self.name, missing, now)
        taken: list[StoredMessage] = []
        while len(taken) < wanted and (batch := self.store.take(wanted - len(taken), now)):
            for message in batch:
                if self._is_spent(message):
                    self._bury(message, now)
                else:
                    self._deliver(message, now, visibility)
                    taken.append(message)
        if missed is not None:
            self.store.show(missed, now)
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

    def _bury(self, message: StoredMessage, now: float) -> None:
        """Move a message to the dead-letter queue."""
        self.store.remove(message, now)
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
                self.record.count("NumberOfMessagesDeleted")
                return
            latest = self._is_latest(message, receipt_handle)  # raises on a FIFO queue
            now = time.time()
            self.record.count("NumberOfMessagesDeleted")
            self.tell("deleted", message, now, receipt_handle)
            if not latest:
                return
            full = len(self.store.in_flight) >= IN_FLIGHT_LIMIT
            missing = type(self).missing
            if missing is None or self.fifo_queue:
                self.store.remove(message, now)
            else:
                best_effort.delete(self.store, message, self.name, missing, now)
            if full:
                self._condition.notify()

    def change_visibility(self, receipt_handle: str, visibility_timeout: int | None) -> None:
        """Let the message become visible `visibility_timeout` seconds from now.

        A standard queue takes any handle that it gave out for a message in flight, also an older
        one (LocalStack's test_terminate_visibility_timeout_after_receive, validated on AWS), and
        accepts the handle of a message that is visible again, without effect (answers recorded
        from AWS in the tests of LocalStack, pull request 9632, 2023).
        """
        if visibility_timeout is None:
            raise Missing("VisibilityTimeout")
        if not 0 <= int(visibility_timeout) <= LONGEST_VISIBILITY:
            reason = f"Must be between 0 and {LONGEST_VISIBILITY}, if provided."
            raise invalid(visibility_timeout, "VisibilityTimeout", reason)
        with self._condition:
            message = self._find(receipt_handle)
            if message is None:
                raise InvalidParameterValue(
                    f"Value {receipt_handle} for parameter ReceiptHandle is invalid. Reason: "
                    "Message does not exist or is not available for visibility timeout change."
                )
            self._is_latest(message, receipt_handle)  # raises on a FIFO queue
            if message not in self.store.in_flight:
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
                self.store.show(message, now)

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

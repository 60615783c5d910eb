"""A queue that keeps messages as AWS says, in exact time, around the storage in `store`.

Before every call the queue catches up with the clock, and with every full minute on the way, so
that its `metrics` is exact. `queue` adds receiving and deleting.

Statements followed (SQS API model in botocore 1.44.5, November 2026, unless named otherwise):

- DeleteMessage: SQS "automatically deletes messages left in a queue longer than the retention
  period configured for the queue".
- "In standard queues, using MessageGroupId enables fair queues" (SendMessage): see `fair`.
- "For FIFO queues, the per-queue delay setting is retroactive—changing the setting affects the
  delay of messages already in the queue"; for standard queues it is not (Developer Guide, "Amazon
  SQS delay queues").
- A dead-letter queue goes on counting the retention from the first send (Developer Guide,
  "Setting-up dead-letter queue retention").
"""

import time
from collections.abc import Callable
from typing import Any, ClassVar, Protocol

from moto.sqs.models import Queue

from helpers.emulator.deduplication import Deduplication
from helpers.emulator.moments import RESOLUTION
from helpers.emulator.sqs.fair import FairLine
from helpers.emulator.sqs.fifo import FifoLine
from helpers.emulator.sqs.line import Gauges, StandardLine
from helpers.emulator.sqs.message import StoredMessage
from helpers.emulator.sqs.metrics import Record
from helpers.emulator.sqs.store import Store

DEDUPLICATION_BY_GROUP = "messageGroup"


class Mover(Protocol):
    """What takes messages away, or brings them, as time passes: a redrive that runs."""

    @property
    def next_at(self) -> float:
        """Epoch seconds of its next step; infinity when it is over."""

    def advance(self, now: float) -> None:
        """Do what is due by now."""


class Redrive(Mover, Protocol):
    """A redrive from a queue, as long as the API tells of it."""

    handle: str
    status: str
    moved: int  # messages so far

    def entry(self) -> dict[str, Any]:
        """The task as ListMessageMoveTasks tells it."""


class KeptQueue(Queue):
    """moto's queue with its storage replaced. Attributes, policies and tags stay moto's.

    What it does with a message it tells `observe`, if there is one: what, the queue's name, the
    message (none if it was purged), when (epoch seconds), the receipt handle, and when the message
    becomes visible.
    """

    observe: ClassVar[Callable[..., None] | None] = None
    redrive_allow_policy: str | None = None
    created_timestamp: int  # epoch seconds; moto's are floats
    last_modified_timestamp: int

    def __init__(self, name: str, region: str, account_id: str, **kwargs: Any) -> None:
        super().__init__(name, region, account_id, **kwargs)
        self.created_timestamp = int(self.created_timestamp)
        self._condition = self._messages_lock
        self.deduplication = Deduplication()
        self.moves: list[Mover] = []  # that run, from here or to here
        self.move_tasks: list[Redrive] = []  # redrives from here, the latest first
        self.record = Record(time.time())
        self.purge()

    def purge(self) -> None:
        """Start again without messages, and without the deduplication ids of those before."""
        with self._condition:
            self.deduplication.forget()
            line = FifoLine() if self.fifo_queue else StandardLine()
            self.store = Store(
                line=line,
                condition=self._condition,
                expired=self._expired,
                returned=self._returned,
            )
            self._condition.notify_all()  # a poll that waits has to look at the new store

    # What moto and its responses read.

    def _set_attributes(self, attributes: dict[str, Any], now: float | None = None) -> None:
        """Set these attributes and no others. moto takes the policy away, too."""
        policy = vars(self).get("_policy_json")
        super()._set_attributes(attributes, now)
        if policy is not None and "Policy" not in attributes:
            self._policy_json = policy
        if attributes.get("KmsMasterKeyId"):
            self.sqs_managed_sse_enabled = False
        if "DelaySeconds" in attributes and self.fifo_queue and "store" in vars(self):
            with self._condition:
                self.store.delay_anew(float(self.delay_seconds), self.catch_up())
        self.last_modified_timestamp = int(self.last_modified_timestamp)

    @property
    def attributes(self) -> dict[str, Any]:
        found = super().attributes
        if self.redrive_allow_policy:
            found["RedriveAllowPolicy"] = self.redrive_allow_policy
        return found

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

    # Time.

    def catch_up(self) -> float:
        """Let everything happen that is due by now; return the time."""
        with self._condition:
            now = time.time()
            for task in tuple(self.moves):
                task.advance(now)
            self.settle(now)
            return now

    def settle(self, moment: float) -> None:
        """Let everything happen that is due by a moment, but for the moves of messages."""
        record = self.record
        while record.ends <= moment:
            self.store.settle(record.ends, self.message_retention_period)
            record.close(self._gauges(record.ends))
            record.skip(min(moment, self.store.next_event(self.message_retention_period)))
        self.store.settle(moment, self.message_retention_period)

    def _gauges(self, moment: float) -> Gauges:
        """What the queue holds: the values of its metrics, but for those that count calls."""
        store, gauges = self.store, Gauges()
        gauges.counts["ApproximateNumberOfMessagesVisible"] = store.visible_count
        if store.in_flight:
            gauges.counts["ApproximateNumberOfMessagesNotVisible"] = len(store.in_flight)
        if store.delayed:
            gauges.counts["ApproximateNumberOfMessagesDelayed"] = len(store.delayed)
        if (oldest := store.unprocessed.first_key()) is not None:
            gauges.since["ApproximateAgeOfOldestMessage"] = oldest
        store.line.gauge(gauges, moment)
        return gauges

    def tell(
        self,
        what: str,
        message: StoredMessage | None,
        at: float,
        receipt: str | None = None,
        visible_at: float | None = None,
    ) -> None:
        """Let the observer know."""
        if self.observe is not None:
            self.observe(what, self.name, message, at, receipt, visible_at)

    def _expired(self, message: StoredMessage, at: float) -> None:
        self.tell("expired", message, at)

    def _returned(self, message: StoredMessage, at: float) -> None:
        self.tell("reappeared", message, at, message.receipt_handle, at)

    # Sending.

    def add_message(self, message: StoredMessage, delay: float = 0, what: str = "sent") -> None:
        """Store a message that is new in this queue."""
        with self._condition:
            now = time.time()
            self.settle(now)
            self.take_in(message, now, delay)
            self.tell(what, message, now, visible_at=now + delay)

    def take_in(self, message: StoredMessage, now: float, delay: float = 0) -> None:
        """Store a message; the first one with a group makes a standard queue a fair one."""
        store = self.store
        if message.group_id is not None and isinstance(store.line, StandardLine):
            store.line = FairLine(before=store.line, messages=store.kept, in_flight=store.in_flight)
        store.add(message, now, delay)

    def send(self, message: StoredMessage, delay: float, size: int) -> None:
        """Store a message from a producer, unless it repeats one of the last five minutes.

        A duplicate is accepted, and answered with the original's MessageId and SequenceNumber.
        """
        now = self.catch_up()
        message.sent_timestamp = int(now * 1000)
        if self.fifo_queue:
            by_group = self.deduplication_scope == DEDUPLICATION_BY_GROUP
            if not self.deduplication.admit(message, by_group=by_group, now=now + RESOLUTION):
                self.record.count("NumberOfDeduplicatedSentMessages")
                return
        self.record.sent(size)
        self.add_message(message, delay)

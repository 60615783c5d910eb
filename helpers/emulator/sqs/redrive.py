"""Redrive: moving messages out of a dead-letter queue, at a rate, over time.

A task moves one message at each of its moments. It has no thread: the queues it touches let it
catch up before every call, and long polls on the destination wake at its next moment.

Statements followed (SQS API model in botocore 1.44.5, November 2026, unless named otherwise):

- StartMessageMoveTask: the source must be a dead-letter queue of another queue; without a
  destination "the messages will be redriven back to their respective original source queues";
  "only one active message movement task is supported per queue"; at most 500 messages per second.
  Where no rate is given AWS chooses one; here it is 500.
- ListMessageMoveTasks: the most recent tasks, 1 by default, 10 at most; TaskHandle "is only
  populated for tasks that are in RUNNING status".
- CancelMessageMoveTask: "can only be cancelled when the current status is RUNNING".
- "All redriven messages are considered new messages with a new messageID and enqueueTime";
  oldest first; source and destination of one type (Developer Guide, "Learn how to configure a
  dead-letter queue redrive").
- A message without a source fails the task with CouldNotDetermineMessageSource, a missing queue
  with AWS.SimpleQueueService.NonExistentQueue (Developer Guide, "Troubleshooting issues with the
  dead-letter queue redrive").
- Texts of the errors: answers recorded from AWS in January 2024, in the tests of LocalStack
  (test_sqs_move_task.snapshot.json).
"""

import base64
import json
import time
from typing import Any

from moto.core.responses import ActionResult
from moto.sqs.exceptions import InvalidParameterValue, SQSException
from moto.sqs.models import SQSBackend
from moto.sqs.responses import SQSResponse

from helpers.emulator.moments import RESOLUTION
from helpers.emulator.sqs.message import StoredMessage, new_message_id
from helpers.emulator.sqs.queue import CorrectedQueue

FASTEST = 500
MOST_LISTED = 10
NEVER = float("inf")


class MoveTask:
    """One movement of messages. Times are epoch seconds, the rate is messages per second."""

    def __init__(
        self,
        *,
        backend: SQSBackend,
        source: CorrectedQueue,
        destination_arn: str | None,
        rate: int | None,
    ) -> None:
        self.handle = _encode(new_message_id(), source.queue_arn)
        self.status = "RUNNING"
        self.failure: str | None = None
        self.moved = 0
        self.started_at = source.catch_up()
        self.to_move = source.store.visible_count
        self.rate = rate
        self.destination_arn = destination_arn
        self._backend = backend
        self._source = source
        origins = [message.dead_letter_source for message in source.store.kept]
        arns = dict.fromkeys(
            [source.queue_arn, *([destination_arn] if destination_arn else origins)]
        )
        self._touched = [queue for arn in arns if (queue := _queue(backend, arn))]
        if self.to_move == 0:
            self.status = "COMPLETED"

    @property
    def next_at(self) -> float:
        """When the next message moves; infinity when the task is over."""
        if self.status != "RUNNING":
            return NEVER
        return self.started_at + (self.moved + 1) / (self.rate or FASTEST)

    def start(self) -> None:
        """Take part in the passing of time of the source and of every destination."""
        for queue in self._touched:
            with queue._condition:
                queue.moves.append(self)
                queue.store.rearm(self.next_at)

    def advance(self, now: float) -> None:
        """Move what is due by now."""
        while self.next_at <= now + RESOLUTION:
            self._move_one(self.next_at)
        if self.status != "RUNNING":
            for queue in self._touched:
                if self in queue.moves:
                    queue.moves.remove(self)

    def _move_one(self, now: float) -> None:
        store = self._source.store
        self._source.settle(now)
        if not (batch := store.take(1, now)):
            self.status = "COMPLETED"
            return
        [message] = batch
        arn = self.destination_arn or message.dead_letter_source
        target = _queue(self._backend, arn)
        if target is None:
            missing = "AWS.SimpleQueueService.NonExistentQueue"
            self.failure = missing if arn else "CouldNotDetermineMessageSource"
            self.status = "FAILED"
            store.show(message, now)
            return
        self._source.tell("redriven", message, now)
        store.remove(message, now)
        _deliver_anew(message, target, now)
        self.moved += 1
        if self.moved >= self.to_move:
            self.status = "COMPLETED"

    def entry(self) -> dict[str, Any]:
        """The task as ListMessageMoveTasks tells it."""
        told = {
            "TaskHandle": self.handle if self.status == "RUNNING" else None,
            "Status": self.status,
            "SourceArn": self._source.queue_arn,
            "DestinationArn": self.destination_arn,
            "MaxNumberOfMessagesPerSecond": self.rate,
            "ApproximateNumberOfMessagesMoved": self.moved,
            "ApproximateNumberOfMessagesToMove": self.to_move,
            "FailureReason": self.failure,
            "StartedTimestamp": int(self.started_at * 1000),
        }
        return {name: value for name, value in told.items() if value is not None}


def _deliver_anew(old: StoredMessage, target: CorrectedQueue, now: float) -> None:
    message = StoredMessage(new_message_id(), old.body, old.system_attributes)
    message.message_attributes = old.message_attributes
    message.group_id = old.group_id
    message.deduplication_id = old.deduplication_id
    message.sent_timestamp = int(now * 1000)
    if target.fifo_queue:
        target.deduplication.number(message)
    with target._condition:
        target.settle(now)
        target.take_in(message, now)
        target.tell("sent", message, now, visible_at=now)


def _queue(backend: SQSBackend, arn: str | None) -> CorrectedQueue | None:
    queues = (q for q in backend.queues.values() if isinstance(q, CorrectedQueue))
    return next((queue for queue in queues if queue.queue_arn == arn), None)


def _existing(backend: SQSBackend, arn: str | None, parameter: str) -> CorrectedQueue:
    queue = _queue(backend, arn)
    if queue is None:
        raise SQSException(
            "ResourceNotFoundException",
            f"The resource that you specified for the {parameter} parameter doesn't exist.",
        )
    return queue


def _encode(task_id: str, source_arn: str) -> str:
    text = json.dumps({"taskId": task_id, "sourceArn": source_arn})
    return base64.b64encode(text.encode()).decode()


def _source_arn(handle: str) -> str:
    try:
        return json.loads(base64.b64decode(handle, validate=True))["sourceArn"]
    except (ValueError, KeyError, TypeError):
        raise InvalidParameterValue("Value for parameter TaskHandle is invalid.") from None


def start_message_move_task(self: SQSResponse) -> ActionResult:
    """The response method that moto lacks."""
    backend = self.sqs_backend
    source = _existing(backend, self._get_param("SourceArn"), "SourceArn")
    destination_arn = self._get_param("DestinationArn")
    rate = self._get_param("MaxNumberOfMessagesPerSecond")
    if not backend.list_dead_letter_source_queues(source.name):
        raise InvalidParameterValue("Source queue must be configured as a Dead Letter Queue.")
    if destination_arn is not None:
        destination = _existing(backend, destination_arn, "DestinationArn")
        if destination is source or destination.fifo_queue != source.fifo_queue:
            raise InvalidParameterValue(
                "The destination must be another queue, of the same type as the source."
            )
    if rate is not None and not 1 <= rate <= FASTEST:
        raise InvalidParameterValue(
            f"Value {rate} for parameter MaxNumberOfMessagesPerSecond is invalid. "
            f"Reason: must be between 1 and {FASTEST}."
        )
    source.catch_up()
    if any(task.status == "RUNNING" for task in source.move_tasks):
        raise InvalidParameterValue(
            "There is already a task running. Only one active task is allowed for a source queue "
            "arn at a given time."
        )
    task = MoveTask(backend=backend, source=source, destination_arn=destination_arn, rate=rate)
    source.move_tasks.insert(0, task)
    task.start()
    return ActionResult({"TaskHandle": task.handle})


def list_message_move_tasks(self: SQSResponse) -> ActionResult:
    """The response method that moto lacks."""
    source = _existing(self.sqs_backend, self._get_param("SourceArn"), "SourceArn")
    count = self._get_param("MaxResults", 1)
    if not 1 <= count <= MOST_LISTED:
        raise InvalidParameterValue(
            f"Value {count} for parameter MaxResults is invalid. "
            f"Reason: must be between 1 and {MOST_LISTED}."
        )
    source.catch_up()
    return ActionResult({"Results": [task.entry() for task in source.move_tasks[:count]]})


def cancel_message_move_task(self: SQSResponse) -> ActionResult:
    """The response method that moto lacks."""
    handle = self._get_param("TaskHandle")
    source = _existing(self.sqs_backend, _source_arn(handle), "SourceArn")
    source.catch_up()
    task = next((task for task in source.move_tasks if task.handle == handle), None)
    if task is None:
        raise SQSException("ResourceNotFoundException", "Task does not exist.")
    if task.status != "RUNNING":
        raise SQSException(
            "UnsupportedOperation",
            "A message movement can only be cancelled when the current status is RUNNING.",
        )
    task.status = "CANCELLED"
    task.advance(time.time())
    return ActionResult({"ApproximateNumberOfMessagesMoved": task.moved})

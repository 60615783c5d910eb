"""Queues as a whole: making, changing, emptying and deleting them.

Statements followed (SQS API model in botocore 1.44.5, November 2026, unless named otherwise):

- "When you delete a queue, you must wait at least 60 seconds before creating a queue with the same
  name" (DeleteQueue; the words are recorded in LocalStack's test_create_queue_recently_deleted,
  2024). AWS deletes within these 60 seconds; here it is at once.
- "Only one PurgeQueue operation on orders is allowed every 60 seconds." (LocalStack's recorded
  test_successive_purge_calls_fail, 2022.)
- After a purge of a FIFO queue a message is accepted whose deduplication id was used before it
  (LocalStack's test_purge_queue_clears_fifo_deduplication_cache, validated on AWS).

What a queue may be told is in `attributes` and `redrive_policy`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from moto.core.utils import camelcase_to_underscores
from moto.sqs.exceptions import PurgeQueueInProgress, QueueAlreadyExists, SQSException
from moto.sqs.models import SQSBackend
from moto.utilities.utils import get_partition

from helpers.emulator.moments import RESOLUTION
from helpers.emulator.sqs import attributes as of_queues
from helpers.emulator.sqs import redrive_policy
from helpers.emulator.sqs.queue import CorrectedQueue
from helpers.emulator.sqs.refusals import UnknownAttribute

NAME_HELD = 60.0  # seconds after a queue was deleted
PURGE_TAKES = 60.0  # seconds
COUNTED = {
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
}


def create_queue(
    self: SQSBackend, name: str, tags: dict[str, str] | None = None, **given: Any
) -> CorrectedQueue:
    """Replaces moto's, which takes any attribute with any value."""
    given.pop("region", None)
    wanted = {key: value for key, value in given.items() if value is not None}
    fifo = of_queues.is_fifo(wanted)
    of_queues.check_name(name, fifo=fifo)
    of_queues.check(wanted, fifo=fifo)
    arn = f"arn:{get_partition(self.region_name)}:sqs:{self.region_name}:{self.account_id}:{name}"
    _check_policies(self, wanted, arn, fifo=fifo)
    queue = self.queues.get(name)
    if queue is not None:
        other = of_queues.differing(wanted, lambda key: _has(queue, key))
        if other is not None:
            raise QueueAlreadyExists(
                "A queue already exists with the same name and a different value for attribute "
                f"{other}"
            )
        return queue
    if time.time() + RESOLUTION < _deleted(self).get(name, 0.0) + NAME_HELD:
        raise SQSException(
            "AWS.SimpleQueueService.QueueDeletedRecently",
            "You must wait 60 seconds after deleting a queue before you can create another with "
            "the same name.",
        )
    queue = CorrectedQueue(name, self.region_name, self.account_id, **wanted)
    queue.tags = tags or {}
    self.queues[name] = queue
    return queue


def set_queue_attributes(
    self: SQSBackend, queue_name: str, attributes: dict[str, Any]
) -> CorrectedQueue:
    """Replaces moto's, which takes any attribute with any value, and some of them half."""
    queue = self.get_queue(queue_name)
    fifo = bool(queue.fifo_queue)
    of_queues.check(attributes, fifo=fifo, has=lambda key: _has(queue, key))
    _check_policies(self, attributes, queue.queue_arn, fifo=fifo)
    queue._set_attributes(attributes)
    return queue


def get_queue_attributes(
    self: SQSBackend, queue_name: str, attribute_names: list[str]
) -> dict[str, Any]:
    """Replaces moto's, which does not know all names, and counts anew for each."""
    queue = self.get_queue(queue_name)
    for name in attribute_names:
        if name not in of_queues.readable():
            raise UnknownAttribute(name)
    if set(attribute_names) <= COUNTED:
        return {name: getattr(queue, camelcase_to_underscores(name)) for name in attribute_names}
    found = queue.attributes
    if "All" in attribute_names:
        return found
    return {name: found[name] for name in attribute_names if found.get(name) is not None}


def list_queues(self: SQSBackend, queue_name_prefix: str | None) -> list[Any]:
    """Replaces moto's, which reads the beginning of a name as a regular expression."""
    prefix = queue_name_prefix or ""
    return [queue for name, queue in self.queues.items() if name.startswith(prefix)]


def delete_queue(self: SQSBackend, queue_name: str) -> None:
    """Replaces moto's, which lets the name be used again at once."""
    queue = self.get_queue(queue_name)
    del self.queues[queue_name]
    _deleted(self)[queue_name] = now = time.time()
    queue.tell("purged", None, now)


def purge(queue: CorrectedQueue) -> None:
    """Empty a queue, once in 60 seconds."""
    now, last = time.time(), queue.last_purged_at
    if last is not None and now + RESOLUTION < last + PURGE_TAKES:
        raise PurgeQueueInProgress(queue.name)
    queue.last_purged_at = now
    queue.purge()
    queue.tell("purged", None, now)


def _check_policies(backend: SQSBackend, given: Mapping[str, Any], arn: str, *, fifo: bool) -> None:
    redrive_policy.permission(given.get("RedriveAllowPolicy"))
    redrive_policy.check_target(
        given.get("RedrivePolicy"),
        arn,
        fifo=fifo,
        queue=lambda target: next(
            (queue for queue in backend.queues.values() if queue.queue_arn == target), None
        ),
    )


def _has(queue: Any, name: str) -> Any:
    value = getattr(queue, camelcase_to_underscores(name), None)
    return str(value).lower() if isinstance(value, bool) else value


def _deleted(backend: SQSBackend) -> dict[str, float]:
    """When each deleted queue was deleted, in epoch seconds; it goes with the backend."""
    return vars(backend).setdefault("deleted_queues", {})

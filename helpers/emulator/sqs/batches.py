"""Batches of SQS: what refuses a whole batch, and what only one of its entries.

Statements followed (SQS API model in botocore 1.44.5, SendMessageBatch, November 2026, and answers
recorded in LocalStack's tests, 2022 to 2024):

- "The result of sending each message is reported individually in the response", with
  `SenderFault`, `Code` and `Message`. So one entry that is too large is in `Failed`, and the others
  are sent (test_send_batch_message_size).
- Refused as a whole: a batch without entries, with more than 10, with an Id that is used twice or
  is not of "alphanumeric characters, hyphens(-), and underscores(_)", up to 80; all of it over
  1,048,576 bytes; on a FIFO queue, an entry without its group, or without a deduplication id that
  the queue does not make (test_send_batch_missing_message_group_id_for_fifo_queue).
- An entry's Id has to be its own; a receipt handle may be there twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from moto.sqs.constants import MAXIMUM_MESSAGE_LENGTH
from moto.sqs.exceptions import (
    BatchEntryIdsNotDistinct,
    BatchRequestTooLong,
    InvalidBatchEntryId,
    InvalidParameterValue,
    SQSException,
    TooManyEntriesInBatchRequest,
)

from helpers.emulator.sqs.message import ReceiptHandleExpired, size_in_bytes
from helpers.emulator.sqs.queue import CorrectedQueue
from helpers.emulator.sqs.refusals import Missing
from helpers.emulator.sqs.sending import check_ids_of_fifo

MOST_ENTRIES = 10
_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")

Entry = dict[str, Any]
Failure = dict[str, Any]


def check(entries: Sequence[Entry], shape: str) -> None:
    """Refuse a batch as a whole. `shape` is the API model's name of an entry."""
    if not entries:
        raise SQSException(
            "AWS.SimpleQueueService.EmptyBatchRequest",
            f"There should be at least one {shape} in the request.",
        )
    if len(entries) > MOST_ENTRIES:
        raise TooManyEntriesInBatchRequest(len(entries))
    seen: set[str] = set()
    for entry in entries:
        if not _ID.fullmatch(entry["Id"]):
            raise InvalidBatchEntryId()
        if entry["Id"] in seen:
            raise BatchEntryIdsNotDistinct(entry["Id"])
        seen.add(entry["Id"])


def check_messages(queue: CorrectedQueue, entries: Sequence[Entry]) -> None:
    """Refuse messages that SQS takes or refuses together."""
    for entry in entries if queue.fifo_queue else ():
        try:
            check_ids_of_fifo(
                queue, entry.get("MessageGroupId"), entry.get("MessageDeduplicationId")
            )
        except Missing as error:  # with the code that it has in a batch
            raise InvalidParameterValue(error.message) from None
    size = sum(
        size_in_bytes(entry["MessageBody"], entry.get("MessageAttributes")) for entry in entries
    )
    if size > MAXIMUM_MESSAGE_LENGTH:
        raise BatchRequestTooLong(size)


def one_by_one(
    entries: Sequence[Entry], do: Callable[[Entry], Any]
) -> tuple[list[tuple[Entry, Any]], list[Failure]]:
    """What `do` returned for each entry, and the errors of those that it raised one for."""
    done: list[tuple[Entry, Any]] = []
    failed: list[Failure] = []
    for entry in entries:
        try:
            done.append((entry, do(entry)))
        except SQSException as error:
            expired = isinstance(error, ReceiptHandleExpired)
            code = "ReceiptHandleIsInvalid" if expired else error.code
            failed.append(
                {"Id": entry["Id"], "SenderFault": True, "Code": code, "Message": error.message}
            )
    return done, failed

"""PublishBatch: up to ten messages in one call.

Statements followed: SNS API model in botocore 1.44.5 (PublishBatch, November 2026): ten entries,
with Ids of up to 80 characters; "the combined size of all messages in the batch, including each
message's body and attributes, must not exceed the topic's MaximumMessageSize". An invalid entry
refuses the whole call (recorded in LocalStack's tests, test_publish_batch_exceptions, 2023), so
no entry fails by itself here: on AWS that is what SNS could not take.
"""

from __future__ import annotations

import re
from typing import Any

from moto.sns.exceptions import (
    BatchEntryIdsNotDistinct,
    SNSException,
    TooManyEntriesInBatchRequest,
)
from moto.sns.models import SNSBackend

MOST_ENTRIES = 10


def publish_batch(
    self: SNSBackend, topic_arn: str, publish_batch_request_entries: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Replaces moto's, which lets entries vanish that are neither accepted nor refused."""
    topic, entries = self.get_topic(topic_arn), publish_batch_request_entries
    _check(entries)
    checked = [
        topic.notification(
            entry["Message"],
            subject=entry.get("Subject"),
            message_attributes=entry.get("MessageAttributes"),
            group_id=entry.get("MessageGroupId"),
            deduplication_id=entry.get("MessageDeduplicationId"),
            message_structure=entry.get("MessageStructure"),
        )
        for entry in entries
    ]
    if sum(notification.size() for notification in checked) > topic.limit:
        raise _of_code(
            "BatchRequestTooLong",
            "The length of all the batch messages put together is more than the limit.",
        )
    successful = []
    for entry, notification in zip(entries, checked, strict=True):
        topic.accept(notification)
        successful.append({"Id": entry["Id"], **notification.answer()})
    return successful, []


def _check(entries: list[dict[str, Any]]) -> None:
    if not entries:
        raise _of_code("EmptyBatchRequest", "The batch request doesn't contain any entries.")
    if len(entries) > MOST_ENTRIES:
        raise TooManyEntriesInBatchRequest
    if len({entry["Id"] for entry in entries}) < len(entries):
        raise BatchEntryIdsNotDistinct
    for entry in entries:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,80}", entry["Id"]):
            raise _of_code(
                "InvalidBatchEntryId",
                "The Id of a batch entry in a batch request doesn't abide by the specification.",
            )


def _of_code(code: str, message: str) -> SNSException:
    error = SNSException(message)
    error.code = code
    return error

"""What a message may be: its body, its ids, its attributes, its delay and its size.

Statements followed (SQS API model in botocore 1.44.5, SendMessage and MessageAttributeValue,
November 2026). The words of the refusals are recorded in LocalStack's tests (test_sqs, 2022 to
2025), unless named otherwise:

- "The minimum size is one character." "A message can include only XML, JSON, and unformatted text.
  The following Unicode characters are allowed [...]: #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to
  #xFFFD | #x10000 to #x10FFFF", else InvalidMessageContents.
- `MessageGroupId` and `MessageDeduplicationId`: "The maximum length [...] is 128 characters", of
  "alphanumeric characters (a-z, A-Z, 0-9) and punctuation".
- `MessageDeduplicationId` "applies only to FIFO (first-in-first-out) queues".
- `DelaySeconds`: "Valid values: 0 to 900." "When you set FifoQueue, you can't set DelaySeconds per
  message. You can set this parameter only on a queue level." So 0 is accepted and changes nothing
  (LocalStack's test_fifo_queue_send_message_with_zero_delay_defaults_to_queue_delay, validated on
  AWS).
- Names, types and values of message attributes: SQS Developer Guide, "Amazon SQS message
  metadata": up to 10, names of up to 256 characters of A-Z, a-z, 0-9, underscore, hyphen and
  period, not beginning with AWS. or Amazon., without successive or outer periods.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from moto.sqs.exceptions import InvalidParameterValue, SQSException

from helpers.emulator.sqs.message import size_in_bytes
from helpers.emulator.sqs.queue import CorrectedQueue
from helpers.emulator.sqs.refusals import Missing, invalid

LONGEST_DELAY = 900  # seconds
MOST_ATTRIBUTES = 10
LONGEST_NAME = 256  # characters
SYSTEM_ATTRIBUTES = ("AWSTraceHeader",)
CHARACTERS = (
    "#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF"  # AWS's own words
)
_FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ID = re.compile(r"[!-~]{1,128}")
_NAME = re.compile(r"(?!\.)(?!.*\.\.)[A-Za-z0-9_.-]+(?<!\.)")
_RESERVED = re.compile(r"(aws|amazon)\.", re.IGNORECASE)
_TYPE = re.compile(r"(String|Number|Binary)(\..+)?")
_NUMBER = re.compile(r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*")


class Sent(NamedTuple):
    """What the queue needs to know of a checked message."""

    delay: float  # seconds
    size: int  # bytes


def checked(
    queue: CorrectedQueue,
    body: str | None,
    *,
    attributes: Mapping[str, Any] | None,
    system_attributes: Mapping[str, Any] | None,
    delay: int | None,
    group_id: str | None,
    deduplication_id: str | None,
) -> Sent:
    """Refuse what SQS would not take from a producer."""
    if not body:
        raise Missing("MessageBody")
    if not body.isprintable() and _FORBIDDEN.search(body):
        raise SQSException(
            "InvalidMessageContents",
            f"Invalid characters found. Valid unicode characters are {CHARACTERS}",
        )
    for name, attribute in (attributes or {}).items():
        _check_attribute(name, attribute)
    if attributes and len(attributes) > MOST_ATTRIBUTES:
        raise InvalidParameterValue(
            f"Number of message attributes [{len(attributes)}] exceeds the allowed maximum "
            f"[{MOST_ATTRIBUTES}]."
        )
    for name in system_attributes or ():
        if name not in SYSTEM_ATTRIBUTES:
            raise InvalidParameterValue(f"Message system attribute name '{name}' is invalid.")
    size = size_in_bytes(body, attributes)
    if size > queue.maximum_message_size:
        raise InvalidParameterValue(
            "One or more parameters are invalid. Reason: Message must be shorter than "
            f"{queue.maximum_message_size} bytes."
        )
    _check_id("MessageGroupId", group_id)
    _check_id("MessageDeduplicationId", deduplication_id)
    if queue.fifo_queue:
        check_ids_of_fifo(queue, group_id, deduplication_id)
    elif deduplication_id is not None:
        reason = "The request includes a parameter that is not valid for this queue type."
        raise invalid(deduplication_id, "MessageDeduplicationId", reason)
    return Sent(_delay(queue, delay), size)


def check_ids_of_fifo(
    queue: CorrectedQueue, group_id: str | None, deduplication_id: str | None
) -> None:
    """Refuse a message that a FIFO queue could not put in order or recognize."""
    if not group_id:
        raise Missing("MessageGroupId")
    if not deduplication_id and not queue.content_based_deduplication:
        raise InvalidParameterValue(
            "The queue should either have ContentBasedDeduplication enabled or "
            "MessageDeduplicationId provided explicitly"
        )


def _delay(queue: CorrectedQueue, delay: int | None) -> float:
    if queue.fifo_queue:
        if delay:
            reason = "The request include parameter that is not valid for this queue type."
            raise invalid(delay, "DelaySeconds", reason)
        return float(queue.delay_seconds)
    if delay is None:
        return float(queue.delay_seconds)
    if not 0 <= delay <= LONGEST_DELAY:
        reason = f"DelaySeconds must be >= 0 and <= {LONGEST_DELAY}."
        raise invalid(delay, "DelaySeconds", reason)
    return float(delay)


def _check_id(name: str, value: str | None) -> None:
    if value is not None and not _ID.fullmatch(value):
        reason = f"{name} can only include alphanumeric and punctuation characters. 1 to 128 in "
        raise invalid(value, name, f"{reason}length.")


def _check_attribute(name: str, attribute: Mapping[str, Any]) -> None:
    if len(name) > LONGEST_NAME:
        raise InvalidParameterValue("Message (user) attribute names must be shorter than 256 Bytes")
    if _RESERVED.match(name):
        raise InvalidParameterValue(
            "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These "
            "strings are reserved for internal use. Additionally, they cannot start or end with "
            "'.'."
        )
    if not _NAME.fullmatch(name):
        raise InvalidParameterValue(
            f"Message (user) attribute name '{name}' is invalid. It can contain only A-Z, a-z, "
            "0-9, underscore (_), hyphen (-), and period (.); no period at its beginning or end, "
            "and no successive ones."
        )
    kind = attribute.get("DataType") or ""
    found = _TYPE.fullmatch(kind)
    if not found or len(kind) > LONGEST_NAME:
        raise InvalidParameterValue(
            f"The type of message (user) attribute '{name}' is invalid. You must use only the "
            "following supported type prefixes: Binary, Number, String."
        )
    _check_value(name, kind, "Binary" if found[1] == "Binary" else "String", attribute)


def _check_value(name: str, kind: str, field: str, attribute: Mapping[str, Any]) -> None:
    value = attribute.get(f"{field}Value")
    if not value:
        raise InvalidParameterValue(
            f"Message (user) attribute '{name}' must contain a non-empty value of type '{kind}'."
        )
    if field == "String" and not value.isprintable() and _FORBIDDEN.search(value):
        raise InvalidParameterValue(
            f"Invalid characters found. Valid unicode characters are {CHARACTERS}"
        )
    if kind.startswith("Number") and not _NUMBER.fullmatch(value):
        raise InvalidParameterValue(
            f"Can't cast the value of message (user) attribute '{name}' to a number."
        )

"""One message in a queue: what moto keeps about it, and what the corrected queue adds.

A message's size counts in bytes, and "all parts of the message attribute, including Name, Type,
and Value, are part of the message size restriction (1 MiB or 1,048,576 bytes)". "The size of a
message system attribute doesn't count towards the total size of a message". (SQS API model in
botocore 1.44.5, `MessageAttributeValue` and `SendMessageRequest`, November 2026.) moto counts
the characters of the body.
"""

from collections.abc import Mapping
from typing import Any

from moto.moto_api._internal import mock_random
from moto.sqs.exceptions import InvalidParameterValue
from moto.sqs.models import Message


class StoredMessage(Message):
    """A message of moto's, with exact times and its place in the queue.

    Attributes
    ----------
    order
        Place in line: smaller is older.
    arrived_at
        When it came into this queue, in epoch seconds.
    kept_from
        When its retention began, in epoch seconds.
    received_at
        When it was last received, in epoch seconds.
    receives_here
        How often it was received from this queue. moto's `approximate_receive_count` goes on
        counting in a dead-letter queue, as on AWS.
    receipts
        Every receipt handle given out for it in this queue; the last one is the valid one.
    dead_letter_source
        ARN of the queue from which it came to a dead-letter queue.
    """

    def __new__(cls, *_: Any, **__: Any) -> "StoredMessage":
        # moto's BaseModel keeps every instance in a list until the next reset. A long run would
        # hold every message that was ever sent.
        return object.__new__(cls)

    def __init__(
        self, message_id: str, body: str, system_attributes: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message_id, body, system_attributes)
        self.order = 0
        self.arrived_at = 0.0
        self.kept_from = 0.0
        self.received_at = 0.0
        self.receives_here = 0
        self.receipts: list[str] = []
        self.dead_letter_source: str | None = None


def size_in_bytes(body: str, attributes: Mapping[str, Mapping[str, Any]] | None) -> int:
    """Bytes that a message counts for: body, and the name, type and value of its attributes."""
    size = len(body.encode())
    for name, attribute in (attributes or {}).items():
        value = attribute.get("StringValue") or attribute.get("BinaryValue") or b""
        value = value.encode() if isinstance(value, str) else value
        size += len(name.encode()) + len(attribute["DataType"].encode()) + len(value)
    return size


def new_message_id() -> str:
    """A message id from moto's own seedable source."""
    return str(mock_random.uuid4())


class ReceiptHandleExpired(InvalidParameterValue):
    """A FIFO queue was given the handle of a message that is no longer in flight."""

    def __init__(self, handle: str) -> None:
        super().__init__(
            f"Value {handle} for parameter ReceiptHandle is invalid. "
            "Reason: The receipt handle has expired."
        )


class ReceiptHandles:
    """Makes the receipt handles of one queue, and knows them again.

    A handle is opaque to the reader. All handles of a queue begin alike, so a handle of a message
    that is long gone can be told from a handle that was never given out, without keeping it.
    """

    def __init__(self) -> None:
        self._prefix = "AQEB" + mock_random.token_urlsafe(15)

    def new(self) -> str:
        return self._prefix + mock_random.token_urlsafe(120)

    def given_out(self, handle: str) -> bool:
        return len(handle) == 184 and handle.startswith(self._prefix)

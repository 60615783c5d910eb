"""A batch of SQS messages: the event that a function is given, and what its answer means.

Statements followed (Lambda Developer Guide, November 2026):

- The event: "Using Lambda with Amazon SQS", with the records of standard and FIFO queues.
- Partial batch responses, "Handling errors for an SQS event source in Lambda": complete success for
  an empty or null batchItemFailures list, or an empty or null response; complete failure for an
  invalid JSON response, an itemIdentifier that is empty, null or under another key, and one "with a
  message ID that doesn't exist".
- Filters, "Using event filtering with an Amazon SQS event source": only on `body`; a message stays
  if any filter matches. If the body is JSON and the filter expects a plain string, or the other way
  round, the message is dropped. Here a body is JSON if it is an object or an array.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

Record = dict[str, Any]  # one entry of the event's Records

PAYLOAD = 6 * 1024 * 1024  # bytes of an event ["Lambda quotas": 6 MB, November 2026]


def record(message: dict[str, Any], arn: str) -> Record:
    """The record of a message that boto3 has received."""
    attributes = {
        name: _attribute(value) for name, value in message.get("MessageAttributes", {}).items()
    }
    entry = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": attributes,
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": arn.split(":")[3],
    }
    if attributes:
        entry["md5OfMessageAttributes"] = message["MD5OfMessageAttributes"]
    return entry


def _attribute(value: dict[str, Any]) -> dict[str, Any]:
    content = (
        {"stringValue": value["StringValue"]}
        if "StringValue" in value
        else {"binaryValue": base64.b64encode(value["BinaryValue"]).decode()}
    )
    lists: dict[str, Any] = {"stringListValues": [], "binaryListValues": []}
    return {**content, **lists, "dataType": value["DataType"]}


def size(entry: Record) -> int:
    """Bytes that a record takes in the event."""
    return len(json.dumps(entry)) + 2


def parts(records: list[Record]) -> Iterator[list[Record]]:
    """The records in their order, in as few events as their size allows."""
    part: list[Record] = []
    filled = 0
    for entry in records:
        needed = size(entry)
        if part and filled + needed > PAYLOAD:
            yield part
            part, filled = [], 0
        part.append(entry)
        filled += needed
    if part:
        yield part


def failures(payload: str, ids: set[str]) -> set[str]:
    """The ids that the function reports as failed; all of them if its answer is not valid."""
    answer = json.loads(payload or "null")
    if answer is None:
        return set()
    if not isinstance(answer, dict):
        return ids
    reported = answer.get("batchItemFailures")
    if reported is None:
        return set()
    if not isinstance(reported, list):
        return ids
    named = {_identifier(item) for item in reported}
    return named if named <= ids else ids


def _identifier(item: Any) -> str:
    name = item.get("itemIdentifier") if isinstance(item, dict) else None
    return name if isinstance(name, str) else ""  # which no message has


def message_filter(criteria: dict[str, Any] | None) -> Callable[[Record], bool] | None:
    """Whether a record goes to the function; None without filters.

    Raises
    ------
    ValueError
        If a pattern is invalid, or about something else than the body.
    """
    patterns = [entry.get("Pattern", "{}") for entry in (criteria or {}).get("Filters", [])]
    if not patterns:
        return None
    from helpers.emulator.event_patterns.matching import compiled

    filters = []
    for text in patterns:
        matcher, pattern = compiled(text), json.loads(text)
        if other := sorted(set(pattern) - {"body"}):
            raise ValueError(f"SQS messages are filtered on their body only, got {other}")
        filters.append((matcher, type(pattern["body"])))

    def passes(entry: Record) -> bool:
        body = _parsed(entry["body"])
        kind = list if isinstance(body, str) else dict
        return any(
            expected is kind and matcher.matches({"body": body}) for matcher, expected in filters
        )

    return passes


def _parsed(body: str) -> Any:
    try:
        parsed = json.loads(body)
    except ValueError:
        return body
    return parsed if isinstance(parsed, dict | list) else body

"""What the destination of a mapping over a stream is told of a batch that was given up.

Where the batch is in the stream, and not its records, which the receiver reads from there [Lambda
Developer Guide, "Retaining discarded records for a DynamoDB event source in Lambda", November
2026]. That page names the condition RetryAttemptsExhausted; the word for records that are too old
is the lab's.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from helpers.emulator.clients import client
from helpers.emulator.lambda_.batch import Record
from helpers.emulator.lambda_.destinations import send_text

DESTINATIONS = ("sqs", "sns")  # and S3, where the lab sends nothing


@dataclass(frozen=True)
class Given:
    """A batch that was given up."""

    mapping: Any
    shard: str
    condition: str
    records: list[Record]
    invocations: int
    answer: dict[str, Any] | None  # of the last invocation


def send(given: Given, arn: str) -> None:
    """Send the record of it to a queue or a topic."""
    service, region = arn.split(":")[2:4]
    send_text(client(service, region), arn, json.dumps(_told(given)))


def _told(given: Given) -> dict[str, Any]:
    answer = given.answer or {}
    context = {
        "requestId": answer.get("ResponseMetadata", {}).get("RequestId", ""),
        "functionArn": given.mapping.function_arn,
        "condition": given.condition,
        "approximateInvokeCount": given.invocations,
    }
    told: dict[str, Any] = {"requestContext": context}
    if answer:
        told["responseContext"] = {
            "statusCode": answer["StatusCode"],
            "executedVersion": answer.get("ExecutedVersion", "$LATEST"),
            "functionError": answer.get("FunctionError"),
        }
    first, last = (given.records[place]["dynamodb"] for place in (0, -1))
    return {
        **told,
        "version": "1.0",
        "timestamp": _moment(time.time(), "milliseconds"),
        "DDBStreamBatchInfo": {
            "shardId": given.shard,
            "startSequenceNumber": first["SequenceNumber"],
            "endSequenceNumber": last["SequenceNumber"],
            "approximateArrivalOfFirstRecord": _moment(first["ApproximateCreationDateTime"]),
            "approximateArrivalOfLastRecord": _moment(last["ApproximateCreationDateTime"]),
            "batchSize": len(given.records),
            "streamArn": given.mapping.event_source_arn,
        },
    }


def _moment(seconds: float, precision: str = "seconds") -> str:
    text = datetime.fromtimestamp(seconds, UTC).isoformat(timespec=precision)
    return text.replace("+00:00", "Z")

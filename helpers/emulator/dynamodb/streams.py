"""Reading a stream of DynamoDB: iterators grow old, and so do records.

Statements followed (API model of DynamoDB Streams in botocore 1.44.5, November 2026):

- "A shard iterator expires 15 minutes after it is returned": ExpiredIteratorException.
- Records are kept for 24 hours; reading from before that is a TrimmedDataAccessException, and
  TRIM_HORIZON is the oldest record that is left. AWS may keep them longer; here it is 24 hours.
- AT_TIMESTAMP begins with the first record at or after the moment, and is refused if it lies in
  the future. moto does not know it.

A table has one shard. The account-based endpoint of a stream, which moto does not answer for, is
turned off by `helpers.wire.in_process`.
"""

import time
from bisect import bisect_left
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.exceptions import (
    ERROR_TYPE_PREFIX,
    DynamodbException,
    MockValidationException,
    ResourceNotFoundException,
)
from moto.dynamodb.models.table import StreamRecord, StreamShard
from moto.dynamodbstreams.models import ShardIterator
from moto.dynamodbstreams.responses import DynamoDBStreamsHandler

from helpers.emulator.guard import applied

ITERATOR_AGE = 900.0  # seconds
RECORD_AGE = 86400.0  # seconds
MOST_RECORDS = 1000
EXPECTED_SOURCES = {
    "moto.dynamodb.models.table:StreamShard.__init__": "5b521e4bd51c",
    "moto.dynamodb.models.table:StreamShard.get": "fa7e9a0d7b43",
    "moto.dynamodbstreams.models:ShardIterator.__init__": "5842e50a9524",
    "moto.dynamodbstreams.models:DynamoDBStreamsBackend.get_shard_iterator": "a0be676df0bf",
    "moto.dynamodbstreams.responses:DynamoDBStreamsHandler.describe_stream": "5a5c2a0a7cbb",
    "moto.dynamodbstreams.responses:DynamoDBStreamsHandler.get_shard_iterator": "5e6e4a9b3b63",
    "moto.dynamodbstreams.responses:DynamoDBStreamsHandler.get_records": "eca5821a96bd",
}


class TrimmedDataAccess(DynamodbException):
    """The record asked for is not kept any more."""

    def __init__(self) -> None:
        super().__init__(
            ERROR_TYPE_PREFIX + "TrimmedDataAccessException",
            "The data you are trying to access has been trimmed.",
        )


class ExpiredIterator(DynamodbException):
    """The iterator is too old."""

    def __init__(self) -> None:
        super().__init__(
            ERROR_TYPE_PREFIX + "ExpiredIteratorException",
            "The provided iterator exceeds the maximum age allowed.",
        )


def _written(added: StreamRecord) -> float:
    moment = added.record["dynamodb"]["ApproximateCreationDateTime"]
    return moment.replace(tzinfo=UTC).timestamp()


def _first_since(shard: StreamShard, moment: float) -> int:
    """Sequence number of the first record at or after a moment in epoch seconds."""
    return shard.starting_sequence_number + bisect_left(shard.items, moment, key=_written)


def _position(shard: StreamShard, kind: str, number: str | None, moment: Any) -> int:
    """Sequence number at which an iterator begins to read."""
    horizon = _first_since(shard, time.time() - RECORD_AGE)
    if kind == "TRIM_HORIZON":
        return horizon
    if kind == "LATEST":
        return shard.starting_sequence_number + len(shard.items)
    if kind == "AT_TIMESTAMP":
        wanted = moment.timestamp() if isinstance(moment, datetime) else float(moment or 0)
        if wanted > time.time():
            raise MockValidationException("Timestamp must not be in the future")
        return max(horizon, _first_since(shard, wanted))
    if number is None or not number.isdigit():
        raise MockValidationException(f"Invalid SequenceNumber {number}")
    wanted = int(number) + (kind == "AFTER_SEQUENCE_NUMBER")
    if wanted < horizon:
        raise TrimmedDataAccess
    return wanted


def _new_iterator(backend: Any, shard: StreamShard, position: int) -> str:
    """Make an iterator, and forget those that have expired."""
    held = backend.shard_iterators
    while held and _age(next(iter(held.values()))) > ITERATOR_AGE:
        del held[next(iter(held))]
    made = ShardIterator(backend, shard, "AT_SEQUENCE_NUMBER", position)
    made.returned = time.time()
    held[made.arn] = made
    return made.arn


def _age(iterator: Any) -> float:
    return time.time() - iterator.returned


def _shard_of(backend: Any, arn: str) -> StreamShard:
    """The one shard of a stream."""
    for table in backend.dynamodb.tables.values():
        shard: StreamShard | None = table.stream_shard
        if shard is not None and arn == f"{table.table_arn}/stream/{table.latest_stream_label}":
            return shard
    raise DynamodbException(
        ERROR_TYPE_PREFIX + "ResourceNotFoundException",
        f"Requested resource not found: Stream: {arn} not found",
    )


def describe_stream(self: DynamoDBStreamsHandler) -> ActionResult:
    """Replaces the response method; a stream that was disabled can still be read."""
    arn = self._get_param("StreamArn")
    shard = _shard_of(self.backend, arn)
    table = shard.table
    enabled = bool((table.stream_specification or {}).get("StreamEnabled"))
    view = vars(shard).get("view") or (table.stream_specification or {}).get("StreamViewType")
    shards = [] if self._get_param("ExclusiveStartShardId") == shard.id else [shard.to_json()]
    limit = self._get_param("Limit")
    return ActionResult(
        {
            "StreamDescription": {
                "StreamArn": arn,
                "StreamLabel": table.latest_stream_label,
                "StreamStatus": "ENABLED" if enabled else "DISABLED",
                "StreamViewType": view,
                "CreationRequestDateTime": shard.created_on,
                "TableName": table.name,
                "KeySchema": table.schema,
                "Shards": shards[:limit],
            }
        }
    )


def get_shard_iterator(self: DynamoDBStreamsHandler) -> ActionResult:
    """Replaces the response method."""
    shard = _shard_of(self.backend, self._get_param("StreamArn"))
    if shard.id != self._get_param("ShardId"):
        raise ResourceNotFoundException
    number, moment = self._get_param("SequenceNumber"), self._get_param("Timestamp")
    position = _position(shard, self._get_param("ShardIteratorType"), number, moment)
    return ActionResult({"ShardIterator": _new_iterator(self.backend, shard, position)})


def get_records(self: DynamoDBStreamsHandler) -> ActionResult:
    """Replaces the response method."""
    iterator = self.backend.shard_iterators.get(self._get_param("ShardIterator"))
    if iterator is None or _age(iterator) > ITERATOR_AGE:
        raise ExpiredIterator
    shard, position = iterator.stream_shard, iterator.sequence_number
    limit = self._get_param("Limit") or MOST_RECORDS
    if not 1 <= limit <= MOST_RECORDS:
        raise MockValidationException(f"Limit must be 1 to {MOST_RECORDS}, got {limit}")
    if position < _first_since(shard, time.time() - RECORD_AGE):
        raise TrimmedDataAccess
    records = shard.get(position, limit)
    following = _new_iterator(self.backend, shard, position + len(records))
    return ActionResult({"Records": records, "NextShardIterator": following})


def corrections() -> AbstractContextManager[None]:
    """Correct the reading of streams for as long as the context is open."""
    methods = {
        "describe_stream": describe_stream,
        "get_shard_iterator": get_shard_iterator,
        "get_records": get_records,
    }
    return applied(
        EXPECTED_SOURCES,
        (DynamoDBStreamsHandler, methods),
    )

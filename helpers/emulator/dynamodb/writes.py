"""One write of DynamoDB: whole or not at all, and one record in the stream.

Statements followed (November 2026):

- A write that fails leaves the item as it was; UpdateItem creates an item that is missing [API
  model: UpdateItem]. moto's carries out a failing update half-way.
- "Each stream record appears exactly once in the stream", and a write that "does not change any
  data in an item" leaves none [Developer Guide, "Change data capture for DynamoDB Streams"]. moto
  writes two for an update that creates its item.
- An item has up to 400 KB, names and values together [API model: TransactionCanceledException;
  Developer Guide, "DynamoDB item sizes and formats"]. moto counts an attribute that is replaced
  twice, and stops at 405,000 bytes.
"""

import copy
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import Any

from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import StreamRecord, StreamShard, Table
from moto.dynamodb.models.utilities import bytesize

from helpers.emulator.guard import applied

LARGEST_ITEM = 400 * 1024  # bytes
EXPECTED_SOURCES = {
    "moto.dynamodb.models:DynamoDBBackend.update_item": "218984588dd6",
    "moto.dynamodb.models.dynamo_type:LimitedSizeDict.__setitem__": "d979580fdbe1",
    "moto.dynamodb.models.table:StreamRecord.__init__": "511904c6352c",
    "moto.dynamodb.models.table:StreamShard.add": "357dc6da267e",
    "moto.dynamodb.models.table:Table.put_item": "de23933013ef",
    "moto.dynamodb.models.table:Table.delete_item": "1594f7b07616",
    "moto.dynamodb.models.table:Table.get_item": "b08e98fe37b7",
}
_moto_update = DynamoDBBackend.update_item


@contextmanager
def unrecorded(*tables: Table) -> Iterator[None]:
    """Keep what is written to the tables out of their streams, for the length of the block."""
    shards = [(table, table.stream_shard) for table in tables]
    for table, _ in shards:
        table.stream_shard = None
    try:
        yield
    finally:
        for table, shard in shards:
            table.stream_shard = shard


def stored(table: Table, key: dict[str, Any]) -> Item | None:
    """The item that a request's Key, or the Item of a Put, names."""
    return table.get_item(*_key(table, key))


def put_back(table: Table, key: dict[str, Any], before: Item | None) -> None:
    """Undo a write. For use in `unrecorded`."""
    hash_key, range_key = _key(table, key)
    if before is None:
        table.delete_item(hash_key, range_key)
    elif range_key is None:
        table.items[hash_key] = before
    else:
        table.items[hash_key][range_key] = before


def record(table: Table, before: Item | None, after: Item | None) -> None:
    """Tell the stream of a table, if it has one."""
    if table.stream_shard is not None and (before is not None or after is not None):
        table.stream_shard.add(before, after)


def _key(table: Table, key: dict[str, Any]) -> tuple[DynamoType, DynamoType | None]:
    hash_key = DynamoType(key[table.hash_key_attr])
    return hash_key, DynamoType(key[table.range_key_attr]) if table.range_key_attr else None


def update_item(self: DynamoDBBackend, table_name: str, key: Any, *args: Any, **more: Any) -> Item:
    """Replaces `DynamoDBBackend.update_item`."""
    table = self.get_table(table_name)
    self.get_keys_value(table, key)  # refuses a key that is not whole
    before = copy.deepcopy(stored(table, key))
    with unrecorded(table):
        try:
            after = _moto_update(self, table_name, key, *args, **more)
        except Exception:
            put_back(table, key, before)
            raise
    record(table, before, after)
    return after


def add(
    self: StreamShard,
    old: Item | None,
    new: Item | None,
    *,
    at: float | None = None,
    by: dict[str, str] | None = None,
) -> None:
    """Replaces `StreamShard.add`: one record, if something has changed.

    `at` is when, in epoch seconds, if it is not now; `by` is who, if it is no user.
    """
    unchanged = old is not None and new is not None and old == new
    if unchanged or not self.table.stream_specification["StreamEnabled"]:
        return
    name = "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"
    view = self.table.stream_specification["StreamViewType"]
    number = self.starting_sequence_number + len(self.items)
    added = StreamRecord(self.table, view, name, old, new, number)
    added.record["awsRegion"] = self.table.region_name
    if at is not None:
        moment = datetime.fromtimestamp(at, UTC).replace(tzinfo=None)
        added.record["dynamodb"]["ApproximateCreationDateTime"] = moment
    if by is not None:
        added.record["userIdentity"] = by
    self.items.append(added)
    _tell_functions(self, added)


def _tell_functions(shard: StreamShard, added: StreamRecord) -> None:
    """As moto does: each function that is mapped to the stream gets the record at once."""
    from moto.awslambda.utils import get_backend

    for arn, mapping in shard.table.lambda_event_source_mappings.items():
        functions = get_backend(shard.account_id, arn.split(":")[3])
        functions.send_dynamodb_items(arn, [added], mapping.event_source_arn)


def set_attribute(self: LimitedSizeDict, name: str, value: Any) -> None:
    """Replaces `LimitedSizeDict.__setitem__`: an attribute replaces the one before."""
    others = sum(_size(other) + _size(held) for other, held in self.items() if other != name)
    if others + _size(name) + _size(value) > LARGEST_ITEM:
        raise ItemSizeTooLarge
    dict.__setitem__(self, name, value)


def _size(value: Any) -> int:
    return value.size() if isinstance(value, DynamoType) else bytesize(str(value))


def corrections() -> AbstractContextManager[None]:
    """Correct single writes for as long as the context is open."""
    return applied(
        EXPECTED_SOURCES,
        (DynamoDBBackend, {"update_item": update_item}),
        (StreamShard, {"add": add}),
        (LimitedSizeDict, {"__setitem__": set_attribute}),
    )

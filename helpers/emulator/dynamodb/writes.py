"""What moto itself writes to a table, and what the stream of a table tells of a write.

Statements followed: see `store`. moto writes two records for an update that creates its item, and
one for a write that changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import Any

from moto.dynamodb.models.table import StreamRecord, StreamShard, Table

from helpers.emulator.dynamodb import keys, store, values
from helpers.emulator.guard import applied

EXPECTED_SOURCES = {
    "moto.dynamodb.models.table:StreamRecord.__init__": "511904c6352c",
    "moto.dynamodb.models.table:StreamShard.add": "357dc6da267e",
    "moto.dynamodb.models.table:Table.put_item": "de23933013ef",
    "moto.dynamodb.models.table:Table.delete_item": "1594f7b07616",
    "moto.dynamodb.models.table:Table.get_item": "b08e98fe37b7",
}


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


def put_item(self: Table, item_attrs: dict[str, Any], *_: Any, **__: Any) -> store.Stored:
    """Replaces `Table.put_item`, for the parts of moto that call it."""
    item = values.item(item_attrs)
    store.refuse_too_large(item)
    keys.check_item(self, item)
    made = store.write(self, store.find(self, item), item)
    assert made is not None
    return made


def add(
    self: StreamShard,
    old: store.Stored | None,
    new: store.Stored | None,
    *,
    at: float | None = None,
    by: dict[str, str] | None = None,
) -> None:
    """Replaces `StreamShard.add`: one record, if something has changed.

    `at` is when, in epoch seconds, if it is not now; `by` is who, if it is no user.
    """
    unchanged = old is not None and new is not None and old == new
    specification = self.table.stream_specification or {}
    if unchanged or not specification.get("StreamEnabled"):
        return
    name = "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"
    view = specification["StreamViewType"]
    number = self.starting_sequence_number + len(self.items)
    added = StreamRecord(self.table, view, name, old, new, number)
    added.record["awsRegion"] = self.table.region_name
    told = added.record["dynamodb"]
    told["SizeBytes"] = sum(
        values.item_size(told[part]) for part in ("Keys", "NewImage", "OldImage") if part in told
    )
    if at is not None:
        moment = datetime.fromtimestamp(at, UTC).replace(tzinfo=None)
        told["ApproximateCreationDateTime"] = moment
    if by is not None:
        added.record["userIdentity"] = by
    added.came = time.time()
    self.items.append(added)
    _tell_mappings(self)


def _tell_mappings(shard: StreamShard) -> None:
    """Let each mapping to the stream know that there is something to read."""
    for mapping in shard.table.lambda_event_source_mappings.values():
        mapping.poller.start()


def corrections() -> AbstractContextManager[None]:
    """Correct what is written for as long as the context is open."""
    return applied(
        EXPECTED_SOURCES,
        (Table, {"put_item": put_item}),
        (StreamShard, {"add": add}),
    )

"""The items of a table, as moto's table holds them: found, written, and told to the stream.

An item is never changed once it is held; a write puts another in its place. What an earlier look
has found stays as it was.

Statements followed (November 2026):

- "Each stream record appears exactly once in the stream", and a write that "does not change any
  data in an item" leaves none [Developer Guide, "Change data capture for DynamoDB Streams"].
- An item has up to 400 KB, names and values together [Developer Guide, "Quotas"].
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from moto.dynamodb.models import dynamo_type
from moto.dynamodb.models.dynamo_type import DynamoType, LimitedSizeDict
from moto.dynamodb.models.table import Table

from helpers.emulator.dynamodb import values
from helpers.emulator.dynamodb.refusals import Invalid, ItemInvalid
from helpers.emulator.dynamodb.values import Item

LARGEST_ITEM = 400 * 1024  # bytes
ITEM_TOO_LARGE = "Item size has exceeded the maximum allowed size"
UPDATE_TOO_LARGE = "Item size to update has exceeded the maximum allowed size"


class Stored(dynamo_type.Item):
    """An item in the form of moto's, made out of plain values when somebody asks for it."""

    def __init__(self, table: Table, plain: Item) -> None:
        self.plain = plain
        self.hash_key, self.range_key = _place(table, plain)

    @cached_property
    def attrs(self) -> Any:
        """Names, and moto's values."""
        made = LimitedSizeDict()
        for name, value in self.plain.items():
            dict.__setitem__(made, name, DynamoType(value))
        return made

    def to_json(self, root_attr_name: str = "Attributes") -> dict[str, Any]:
        return {root_attr_name: self.plain}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Stored) and values.equal({"M": self.plain}, {"M": other.plain})

    def __deepcopy__(self, memo: dict[int, Any]) -> Stored:
        return self  # nobody changes it

    __hash__ = None  # type: ignore[assignment]


def _place(table: Table, item: Item) -> tuple[DynamoType, DynamoType | None]:
    name = table.range_key_attr
    return DynamoType(item[table.hash_key_attr]), DynamoType(item[name]) if name else None


def find(table: Table, key: Item) -> Stored | None:
    """The item with a key, which may be one of more attributes; None if there is none."""
    hash_key, range_key = _place(table, key)
    found: Any = table.items.get(hash_key)
    return found if found is None or range_key is None else found.get(range_key)


def put(table: Table, item: Item) -> Stored:
    """Put an item, which replaces the one with its key, and say nothing to the stream."""
    made = Stored(table, item)
    if made.range_key is None:
        table.items[made.hash_key] = made
    else:
        table.items[made.hash_key][made.range_key] = made
    expiries = vars(table).get("expiries")
    if expiries is not None:
        expiries.note(made, time.time())
    return made


def remove(table: Table, item: Stored) -> None:
    """Take an item out of its table, and say nothing to the stream."""
    if item.range_key is None:
        table.items.pop(item.hash_key, None)
        return
    collection = table.items.get(item.hash_key)
    if collection is not None:
        collection.pop(item.range_key, None)
        if not collection:
            del table.items[item.hash_key]


def record(table: Table, before: Stored | None, after: Stored | None) -> None:
    """Tell the stream of a table, if it has one."""
    if table.stream_shard is not None and (before is not None or after is not None):
        table.stream_shard.add(before, after)


def write(table: Table, before: Stored | None, after: Item | None) -> Stored | None:
    """Replace an item by another, or by nothing, and tell the stream."""
    made = None
    if after is not None:
        made = put(table, after)
    elif before is not None:
        remove(table, before)
    record(table, before, made)
    return made


def collection(table: Table, hash_key: values.Value) -> list[Stored]:
    """The items with a hash key, in no order."""
    found: Any = table.items.get(DynamoType(hash_key))
    if found is None:
        return []
    return list(found.values()) if table.range_key_attr else [found]


def everything(table: Table) -> Iterator[Stored]:
    """All items, in no order."""
    for found in table.items.values():
        held: Any = found
        if table.range_key_attr:
            yield from held.values()
        else:
            yield held


def refuse_too_large(item: Item, message: str = ITEM_TOO_LARGE) -> None:
    """Refuse an item of more than 400 KB.

    Raises
    ------
    Invalid
        If it is one.
    """
    if values.item_size(item) > LARGEST_ITEM:
        raise (ItemInvalid if message == UPDATE_TOO_LARGE else Invalid)(message)

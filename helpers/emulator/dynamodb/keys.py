"""Keys of tables and of their indexes: what a key must be.

Words of the errors: answers of AWS recorded in a public conformance suite (2026), and the public
tests of dynalite, which run against AWS. Sizes: API model and Developer Guide, "Quotas": a
partition key has up to 2,048 bytes, a sort key up to 1,024.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from moto.dynamodb.models.table import GlobalSecondaryIndex, SecondaryIndex, Table

from helpers.emulator.dynamodb import values
from helpers.emulator.dynamodb.refusals import (
    INVALID,
    NO_SUCH_KEY,
    NOT_VALID,
    Invalid,
    ItemInvalid,
)
from helpers.emulator.dynamodb.values import Item, Value

LONGEST_HASH, LONGEST_RANGE = 2048, 1024
EMPTY_KEY = "The AttributeValue for a key attribute cannot contain an empty {} value."
WORDS = {"S": "string", "B": "binary"}


class Schema(NamedTuple):
    """The attributes that a table or an index has as its key, in their order."""

    hashes: tuple[str, ...]
    ranges: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return self.hashes + self.ranges


def schema_of(owner: Table | SecondaryIndex) -> Schema:
    """The key of a table or an index."""
    by_type: dict[str, list[str]] = {"HASH": [], "RANGE": []}
    for element in owner.schema:
        by_type[element["KeyType"]].append(element["AttributeName"])
    return Schema(tuple(by_type["HASH"]), tuple(by_type["RANGE"]))


def types(table: Table) -> dict[str, str]:
    """The types of the attributes that are part of some key."""
    return {one["AttributeName"]: one["AttributeType"] for one in table.attr}


def indexes(table: Table) -> list[SecondaryIndex]:
    """All indexes, by name: in this order AWS looks at them."""
    return sorted([*table.global_indexes, *table.indexes], key=lambda index: index.name)


def index_named(table: Table, name: str) -> SecondaryIndex:
    """The index of that name.

    Raises
    ------
    Invalid
        If the table has none.
    """
    for index in indexes(table):
        if index.name == name:
            return index
    raise Invalid(f"The table does not have the specified index: {name}")


def is_global(index: SecondaryIndex) -> bool:
    """Whether an index is a global one."""
    return isinstance(index, GlobalSecondaryIndex)


def is_empty(value: Value) -> bool:
    """Whether a value is an empty text, or no bytes."""
    return not next(iter(value.values())) and values.kind(value) in WORDS


def check_key(table: Table, given: Any) -> Item:
    """A request's Key, checked.

    Raises
    ------
    Invalid
        If it is not the whole key, and nothing else.
    """
    key = values.item(given)
    names = table.table_key_attrs
    if key.keys() != set(names):
        raise Invalid(NO_SUCH_KEY)
    known = types(table)
    for name in names:
        if known[name] not in key[name]:
            raise ItemInvalid(NO_SUCH_KEY)
        _check_part(table, name, key[name])
    return {name: key[name] for name in names}


def check_item(table: Table, item: Item, *, batch: bool = False) -> None:
    """Check the key attributes of an item that is to be put, those of indexes too.

    Raises
    ------
    Invalid
        If one is missing, empty, too large or of another type.
    """
    known = types(table)
    for name in table.table_key_attrs:
        if name not in item:
            raise Invalid(NO_SUCH_KEY if batch else f"{INVALID}Missing the key {name} in the item")
        if known[name] not in item[name]:
            if batch:
                raise Invalid(NO_SUCH_KEY)
            raise ItemInvalid(
                f"{INVALID}Type mismatch for key {name} expected: {known[name]} actual: "
                f"{values.kind(item[name])}"
            )
        _check_part(table, name, item[name])
    for index, name, value in _index_keys(table, item):
        _check_index_key(known, index, name, value)
        if is_empty(value):
            raise Invalid(
                f"{NOT_VALID}A value specified for a secondary index key is not supported. "
                f"{EMPTY_KEY.format(WORDS[values.kind(value)])} "
                f"IndexName: {index.name}, IndexKey: {name}"
            )


def check_changed(table: Table, before: Item, after: Item) -> None:
    """Check the key attributes of indexes that an update has changed.

    Raises
    ------
    Invalid
        If one is empty, too large or of another type.
    """
    known = types(table)
    for index, name, value in _index_keys(table, after):
        if values.equal(before.get(name), value):
            continue
        _check_index_key(known, index, name, value)
        if is_empty(value):
            raise Invalid(
                f"{NOT_VALID}The update expression attempted to update a secondary index key to a "
                f"value that is not supported. {EMPTY_KEY.format(WORDS[values.kind(value)])}"
            )


def _index_keys(table: Table, item: Item) -> Iterator[tuple[SecondaryIndex, str, Value]]:
    if not table.indexes and not table.global_indexes:
        return
    for index in indexes(table):
        for element in index.schema:
            name = element["AttributeName"]
            if name in item and name not in table.table_key_attrs:
                yield index, name, item[name]


def _check_index_key(known: dict[str, str], index: SecondaryIndex, name: str, value: Value) -> None:
    if known[name] not in value:
        raise ItemInvalid(
            f"{INVALID}Type mismatch for Index Key {name} Expected: {known[name]} Actual: "
            f"{values.kind(value)} IndexName: {index.name}"
        )
    _check_size(value, name in schema_of(index).hashes)


def _check_part(table: Table, name: str, value: Value) -> None:
    if is_empty(value):
        raise Invalid(f"{NOT_VALID}{EMPTY_KEY.format(WORDS[values.kind(value)])} Key: {name}")
    _check_size(value, name == table.hash_key_attr)


def _check_size(value: Value, is_hash: bool) -> None:
    if values.kind(value) == "N":
        return
    if is_hash and values.size(value) > LONGEST_HASH:
        raise Invalid(
            f"{INVALID}Size of hashkey has exceeded the maximum size limit of{LONGEST_HASH} bytes"
        )
    if not is_hash and values.size(value) > LONGEST_RANGE:
        raise Invalid(
            f"{INVALID}Aggregated size of all range keys has exceeded the size limit of "
            f"{LONGEST_RANGE} bytes"
        )

"""What a call consumes of its table's throughput, for those who ask.

Source: Developer Guide, "DynamoDB read and write operations": a write takes a unit for each 1 KB of
the larger of the item before and after, a read half a unit for each 4 KB, a whole one if it is
consistent; a transaction twice as much. "Secondary indexes": a change of an index's key is two
writes, of another projected attribute one, of nothing projected none.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from moto.dynamodb.models.table import SecondaryIndex, Table

from helpers.emulator.dynamodb import keys, values
from helpers.emulator.dynamodb.values import Item

WRITE_UNIT, READ_UNIT = 1024, 4096  # bytes


class Consumed:
    """Units of one call, table by table and index by index."""

    def __init__(self, wanted: str | None, *, reads: bool, transaction: bool = False) -> None:
        self._wanted = wanted or "NONE"
        self._reads, self._factor = reads, 2 if transaction else 1
        self._transaction = transaction
        self._units: dict[str, dict[str | None, float]] = {}
        self._tables: dict[str, Table] = {}

    @property
    def asked(self) -> bool:
        return self._wanted != "NONE"

    def read(self, table: Table, sizes: Iterable[int], consistent: bool | None) -> None:
        """Items that are read one by one: each counts for itself, if it is there or not."""
        if self.asked:
            for size in sizes:
                units = max(1, math.ceil(size / READ_UNIT))
                whole = consistent or self._transaction
                self._add(table, None, units if whole else units / 2)

    def read_page(
        self, table: Table, index: SecondaryIndex | None, size: int, consistent: bool | None
    ) -> None:
        """Items that are read in one go: their sizes are added up first."""
        if self.asked:
            units = max(1, math.ceil(size / READ_UNIT))
            self._add(table, index.name if index else None, units if consistent else units / 2)

    def written(self, table: Table, before: Item | None, after: Item | None) -> None:
        """One write, and what it means for the indexes."""
        if not self.asked:
            return
        self._add(table, None, _units(before, after))
        for index in keys.indexes(table):
            was, now = in_index(table, index, before), in_index(table, index, after)
            names = keys.schema_of(index).names
            if was and now and any(not values.equal(was[one], now[one]) for one in names):
                self._add(table, index.name, _units(was, None) + _units(now, None))
            elif was != now:
                self._add(table, index.name, _units(was, now))

    def _add(self, table: Table, index: str | None, units: float) -> None:
        self._tables[table.name] = table
        by_index = self._units.setdefault(table.name, {None: 0.0})
        by_index[index] = by_index.get(index, 0.0) + units * self._factor

    def told(self) -> list[dict[str, Any]]:
        """ConsumedCapacity of each table."""
        return [self._told(name) for name in self._units]

    def _told(self, name: str) -> dict[str, Any]:
        by_index = self._units[name]
        found: dict[str, Any] = {"TableName": name, **self._shown(sum(by_index.values()))}
        if self._wanted == "INDEXES":
            found["Table"] = self._shown(by_index[None])
            for index, units in by_index.items():
                if index is not None:
                    one = keys.index_named(self._tables[name], index)
                    what = "Global" if keys.is_global(one) else "Local"
                    found.setdefault(f"{what}SecondaryIndexes", {})[index] = self._shown(units)
        return found

    def _shown(self, units: float) -> dict[str, float]:
        if not self._transaction:
            return {"CapacityUnits": units}
        kind = "ReadCapacityUnits" if self._reads else "WriteCapacityUnits"
        return {"CapacityUnits": units, kind: units}


def _units(before: Item | None, after: Item | None) -> int:
    size = max(values.item_size(before or {}), values.item_size(after or {}))
    return max(1, math.ceil(size / WRITE_UNIT))


def in_index(table: Table, index: SecondaryIndex, item: Item | None) -> Item | None:
    """What an index holds of an item; None if the item has not all of the index's key."""
    if item is None or any(name not in item for name in keys.schema_of(index).names):
        return None
    kind = index.projection.get("ProjectionType", "ALL")
    if kind == "ALL":
        return item
    wanted = {*table.table_key_attrs, *keys.schema_of(index).names}
    if kind == "INCLUDE":
        wanted.update(index.projection.get("NonKeyAttributes") or ())
    return {name: value for name, value in item.items() if name in wanted}

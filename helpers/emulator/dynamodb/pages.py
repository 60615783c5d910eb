"""One page of a Query or a Scan: which items it reads, and where the next begins.

Statements followed (API model of Query and Scan in botocore 1.44.5, November 2026):

- Limit is "the maximum number of items to evaluate (not necessarily the number of matching items)";
  1 MB ends a page too. A filter is applied afterwards.
- LastEvaluatedKey is where it ended: "If LastEvaluatedKey is not empty, it does not necessarily
  mean that there is more data in the result set".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.models.table import SecondaryIndex, Table

from helpers.emulator.dynamodb import keys, values
from helpers.emulator.dynamodb.capacity import Consumed, in_index
from helpers.emulator.dynamodb.expressions.conditions import Condition
from helpers.emulator.dynamodb.expressions.evaluation import holds
from helpers.emulator.dynamodb.expressions.paths import Path, projected
from helpers.emulator.dynamodb.refusals import INVALID, Invalid, Malformed
from helpers.emulator.dynamodb.store import Stored
from helpers.emulator.dynamodb.values import Item

LARGEST_PAGE = 1024 * 1024  # bytes


@dataclass(frozen=True)
class Reading:
    """What a Query and a Scan have in common."""

    table: Table
    index: SecondaryIndex | None
    body: dict[str, Any]
    condition: Condition | None
    paths: tuple[Path, ...] | None

    @property
    def key_names(self) -> tuple[str, ...]:
        """The attributes that make out an item: the table's key, and the index's."""
        names = list(self.table.table_key_attrs)
        if self.index is not None:
            names += [one for one in keys.schema_of(self.index).names if one not in names]
        return tuple(names)

    def seen(self, item: Stored) -> Item | None:
        """What the table or the index holds of an item; None if the index does not hold it."""
        if self.index is None:
            return item.plain
        held = in_index(self.table, self.index, item.plain)
        return item.plain if held is not None and self._whole else held

    @property
    def _whole(self) -> bool:
        """Whether more than a local index holds is asked for: it is fetched from the table."""
        if self.index is None or keys.is_global(self.index):
            return False
        return self.body.get("Select") == "ALL_ATTRIBUTES" or self.paths is not None


def index_of(table: Table, body: dict[str, Any]) -> SecondaryIndex | None:
    """The index that a request names.

    Raises
    ------
    Invalid
        If there is none, or it cannot be read as asked.
    """
    if body.get("IndexName") is None:
        return None
    index = keys.index_named(table, body["IndexName"])
    if keys.is_global(index) and body.get("ConsistentRead"):
        raise Invalid("Consistent reads are not supported on global secondary indexes")
    return index


def check_shown(reading: Reading) -> None:
    """Refuse to show what a global index does not hold.

    Raises
    ------
    Invalid
        With what it does not hold.
    """
    index = reading.index
    if index is None or not keys.is_global(index):
        return
    if index.projection.get("ProjectionType", "ALL") == "ALL":
        return
    if reading.body.get("Select") == "ALL_ATTRIBUTES":
        raise Invalid(
            f"{INVALID}Select type ALL_ATTRIBUTES is not supported for global secondary index "
            f"{index.name} because its projection type is not ALL"
        )
    held = {*reading.key_names, *(index.projection.get("NonKeyAttributes") or ())}
    missing = [path.head for path in reading.paths or () if path.head not in held]
    if missing:
        raise Invalid(
            f"{INVALID}Global secondary index {index.name} does not project [{', '.join(missing)}]"
        )


def check_select(body: dict[str, Any]) -> None:
    """Refuse a Select that does not go with the other parameters.

    Raises
    ------
    Malformed
        In AWS's words.
    """
    select = body.get("Select")
    if select is None:
        return
    chosen = [
        name for name in ("AttributesToGet", "ProjectionExpression") if body.get(name) is not None
    ]
    if select == "SPECIFIC_ATTRIBUTES":
        if not chosen:
            raise Malformed(
                "Must specify the AttributesToGet or ProjectionExpression when choosing to get "
                "SPECIFIC_ATTRIBUTES"
            )
        return
    if chosen:
        what = "only the Count" if select == "COUNT" else select
        raise Malformed(f"Cannot specify the {chosen[0]} when choosing to get {what}")
    if select == "ALL_PROJECTED_ATTRIBUTES" and body.get("IndexName") is None:
        raise Malformed(
            "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"
        )


def page(
    reading: Reading,
    candidates: Iterable[Stored],
    position: Callable[[Item], Any],
    *,
    backwards: bool = False,
    start: Item | None = None,
) -> ActionResult:
    """Read one page out of the candidates, in the order of their positions, after a start."""
    body = reading.body
    seen = [(position(item.plain), held, item.plain) for item in candidates
            if (held := reading.seen(item)) is not None]  # fmt: skip
    seen.sort(key=lambda entry: entry[0], reverse=backwards)
    if start is not None:
        begin = position(start)
        seen = [one for one in seen if (one[0] < begin if backwards else one[0] > begin)]
    limit, found, size, count = body.get("Limit"), [], 0, 0
    for _, held, _ in seen:
        if count == limit or size >= LARGEST_PAGE:
            break
        count, size = count + 1, size + values.item_size(held)
        if reading.condition is None or holds(reading.condition, held):
            found.append(held)
    answer: dict[str, Any] = {"Count": len(found), "ScannedCount": count}
    if count and (count == limit or size >= LARGEST_PAGE):
        answer["LastEvaluatedKey"] = values.key_of(seen[count - 1][2], reading.key_names)
    if body.get("Select") != "COUNT":
        paths = reading.paths
        answer["Items"] = [one if paths is None else projected(one, paths) for one in found]
    consumed = Consumed(body.get("ReturnConsumedCapacity"), reads=True)
    consumed.read_page(reading.table, reading.index, size, body.get("ConsistentRead"))
    if consumed.asked:
        [answer["ConsumedCapacity"]] = consumed.told()
    return ActionResult(answer)

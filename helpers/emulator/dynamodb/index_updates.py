"""The global indexes of a table that is there: one is made or deleted in one UpdateTable.

Words of the errors: see `definitions`. An index holds what was in the table before, and at once.
"""

from __future__ import annotations

from typing import Any

from moto.dynamodb.exceptions import (
    ERROR_TYPE_PREFIX,
    DynamodbException,
    ResourceNotFoundException,
)
from moto.dynamodb.models.table import GlobalSecondaryIndex, Table

from helpers.emulator.dynamodb import definitions, keys
from helpers.emulator.dynamodb.refusals import INVALID, Invalid

Body = dict[str, Any]


def update_indexes(table: Table, body: Body, updates: list[Body]) -> None:
    """Make, change or delete indexes.

    Raises
    ------
    Invalid
        In AWS's words.
    """
    if not updates:
        raise Invalid(f"{INVALID}List of GlobalSecondaryIndexUpdates is empty")
    held = {index.name: index for index in table.global_indexes}
    known = {one["AttributeName"]: one for one in table.attr}
    known |= {one["AttributeName"]: one for one in body.get("AttributeDefinitions") or ()}
    made = [one for one in updates if "Create" in one or "Delete" in one]
    if len(made) > 1:
        raise DynamodbException(
            ERROR_TYPE_PREFIX + "LimitExceededException",
            "Subscriber limit exceeded: Only 1 online index can be created or deleted "
            "simultaneously per table",
        )
    for update in updates:
        given = [(kind, one) for kind, one in update.items() if one is not None]
        if len(given) != 1:
            raise Invalid(
                f"{INVALID}Only one global secondary index action is allowed per "
                "GlobalSecondaryIndexUpdate object"
                if given
                else f"{INVALID}One of GlobalSecondaryIndexUpdate.Update, "
                "GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not be "
                "null"
            )
        [(kind, index)] = given
        _apply(table, kind, index, held, known)
    table.global_indexes = list(held.values())
    used = {name for owner in (table, *keys.indexes(table)) for name in keys.schema_of(owner).names}
    table.attr = [one for name, one in known.items() if name in used]


def _apply(
    table: Table, kind: str, index: Body, held: dict[str, GlobalSecondaryIndex], known: Body
) -> None:
    name = index["IndexName"]
    if kind == "Create":
        if name in {one.name for one in keys.indexes(table)}:
            raise Invalid("Attempting to create an index which already exists")
        definitions.check_schema(index["KeySchema"], list(known))
        definitions.check_projection(index["Projection"])
        definitions.check_index_throughput(index, paid=table.billing_mode == definitions.PAID)
        if len(held) >= definitions.MOST_GLOBAL:
            raise DynamodbException(
                ERROR_TYPE_PREFIX + "LimitExceededException",
                "GlobalSecondaryIndex count exceeds the per-table limit of "
                f"{definitions.MOST_GLOBAL}",
            )
        held[name] = GlobalSecondaryIndex.create(index, table.table_key_attrs)
        return
    if name not in held:
        raise ResourceNotFoundException
    if kind == "Delete":
        del held[name]
    else:
        held[name].update(index)

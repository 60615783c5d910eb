"""GetItem, PutItem, UpdateItem and DeleteItem.

Statements followed (API model in botocore 1.44.5, November 2026, unless named otherwise):

- A write that fails leaves the item as it was; UpdateItem creates an item that is missing.
- PutItem and DeleteItem return nothing or ALL_OLD: "ReturnValues can only be ALL_OLD or NONE"
  (recorded in the public tests of dynalite, which run against AWS).
- UPDATED_OLD and UPDATED_NEW show only what the update names.
- A failed condition shows the item with ReturnValuesOnConditionCheckFailure.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.exceptions import ConditionalCheckFailed
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

from helpers.emulator.dynamodb import keys, legacy, store, values
from helpers.emulator.dynamodb.capacity import Consumed
from helpers.emulator.dynamodb.expressions.changes import changed
from helpers.emulator.dynamodb.expressions.conditions import Condition
from helpers.emulator.dynamodb.expressions.evaluation import holds
from helpers.emulator.dynamodb.expressions.paths import projected
from helpers.emulator.dynamodb.expressions.updates import Action
from helpers.emulator.dynamodb.refusals import INVALID, Invalid, Malformed
from helpers.emulator.dynamodb.request import (
    Expressions,
    enveloped,
    refuse_condition_into_keys,
    refuse_paths_into_keys,
)
from helpers.emulator.dynamodb.values import Item
from helpers.emulator.guard import applied

EXPECTED_SOURCES = {
    "moto.dynamodb.responses:DynamoHandler.get_item": "e84cc4b607a6",
    "moto.dynamodb.responses:DynamoHandler.put_item": "4c9efb732751",
    "moto.dynamodb.responses:DynamoHandler.update_item": "638893af1afd",
    "moto.dynamodb.responses:DynamoHandler.delete_item": "677cb014c5c4",
    "moto.dynamodb.models:DynamoDBBackend.get_table": "a738146035fc",
}
OLDER = ("Expected", "ConditionalOperator")
Body = dict[str, Any]


def get_item(self: DynamoHandler) -> ActionResult:
    """Replaces the response method."""
    body: Body = self.body
    values.item(body["Key"])
    expressions = Expressions(body, ("ProjectionExpression",), ("AttributesToGet",))
    paths = expressions.projection()
    expressions.done()
    table = self.dynamodb_backend.get_table(body["TableName"])
    key = keys.check_key(table, body["Key"])
    refuse_paths_into_keys(table, paths or ())
    found = store.find(table, key)
    answer: Body = {}
    if found is not None:
        answer["Item"] = found.plain if paths is None else projected(found.plain, paths)
    consumed = Consumed(body.get("ReturnConsumedCapacity"), reads=True)
    if consumed.asked:
        size = values.item_size(found.plain) if found else 0
        consumed.read(table, [size], body.get("ConsistentRead"))
    return _answered(answer, consumed)


def put_item(self: DynamoHandler) -> ActionResult:
    """Replaces the response method."""
    body: Body = self.body
    with enveloped():
        item = values.item(body["Item"])
        _check_returned(body)
        condition = condition_of(body)
    store.refuse_too_large(item)
    table = self.dynamodb_backend.get_table(body["TableName"])
    keys.check_item(table, item)
    before = _passing(table, item, condition, body)
    store.write(table, before, item)
    return _written(table, body, before, item)


def delete_item(self: DynamoHandler) -> ActionResult:
    """Replaces the response method."""
    body: Body = self.body
    with enveloped():
        values.item(body["Key"])
        _check_returned(body)
        condition = condition_of(body)
    table = self.dynamodb_backend.get_table(body["TableName"])
    key = keys.check_key(table, body["Key"])
    before = _passing(table, key, condition, body)
    store.write(table, before, None)
    return _written(table, body, before, None)


def update_item(self: DynamoHandler) -> ActionResult:
    """Replaces the response method."""
    body: Body = self.body
    with enveloped():
        values.item(body["Key"])
        expressions = Expressions(
            body,
            ("UpdateExpression", "ConditionExpression"),
            ("AttributeUpdates", *OLDER),
            short=True,
        )
        actions = expressions.update()
        condition = _condition(expressions, body)
        expressions.done()
        legacy.updates(body.get("AttributeUpdates") or {}, {})
    table = self.dynamodb_backend.get_table(body["TableName"])
    key = keys.check_key(table, body["Key"])
    check_actions(table, actions or ())
    refuse_updates_of_keys(table, body.get("AttributeUpdates") or {})
    before = _passing(table, key, condition, body)
    if actions is None:
        actions = legacy.updates(body.get("AttributeUpdates") or {}, before.plain if before else {})
    after = updated(table, key, before, actions)
    store.write(table, before, after)
    answer = _written(table, body, before, after, actions)
    return answer


def updated(
    table: Table, key: Item, before: store.Stored | None, actions: tuple[Action, ...]
) -> Item:
    """What an update makes of an item.

    Raises
    ------
    Invalid
        If it cannot be made.
    """
    held = before.plain if before else key
    after = changed(held, actions)
    keys.check_changed(table, held, after)
    store.refuse_too_large(after, store.UPDATE_TOO_LARGE)
    return after


def check_actions(table: Table, actions: tuple[Action, ...]) -> None:
    """Refuse an update of the key, and one inside the key of an index."""
    refuse_updates_of_keys(table, {action.path.head: action for action in actions})
    refuse_paths_into_keys(table, [action.path for action in actions])


def refuse_updates_of_keys(table: Table, names: dict[str, Any]) -> None:
    """Refuse an update of the table's key.

    Raises
    ------
    Invalid
        With the attribute.
    """
    for name in table.table_key_attrs:
        if name in names:
            raise Invalid(
                f"{INVALID}Cannot update attribute {name}. This attribute is part of the key"
            )


def condition_of(body: Body) -> Condition | None:
    """The condition of a write without an update, in either of its two forms."""
    expressions = Expressions(body, ("ConditionExpression",), OLDER, short=True)
    condition = _condition(expressions, body)
    expressions.done()
    return condition


def _condition(expressions: Expressions, body: Body) -> Condition | None:
    if body.get("Expected") is not None:
        return legacy.expected(body["Expected"], body.get("ConditionalOperator"))
    return expressions.condition()


def _check_returned(body: Body) -> None:
    if body.get("ReturnValues", "NONE") not in ("NONE", "ALL_OLD"):
        raise Malformed("ReturnValues can only be ALL_OLD or NONE")


def _passing(
    table: Table, key: Item, condition: Condition | None, body: Body
) -> store.Stored | None:
    """The item as it is, if it satisfies the condition."""
    refuse_condition_into_keys(table, condition)
    found = store.find(table, key)
    if condition is None or holds(condition, found.plain if found else {}):
        return found
    shown = body.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
    raise ConditionalCheckFailed(item=found.plain if found and shown else None)


def _written(
    table: Table,
    body: Body,
    before: store.Stored | None,
    after: Item | None,
    actions: tuple[Action, ...] = (),
) -> ActionResult:
    old = before.plain if before else {}
    shown = _shown(body.get("ReturnValues", "NONE"), old, after or {}, actions)
    answer: Body = {"Attributes": shown} if shown else {}
    consumed = Consumed(body.get("ReturnConsumedCapacity"), reads=False)
    consumed.written(table, old or None, after)
    if body.get("ReturnItemCollectionMetrics") == "SIZE" and table.indexes:
        key = {table.hash_key_attr: (after or old or body["Key"])[table.hash_key_attr]}
        answer["ItemCollectionMetrics"] = {
            "ItemCollectionKey": key,
            "SizeEstimateRangeGB": [0.0, 1.0],
        }
    return _answered(answer, consumed)


def _shown(wanted: str, before: Item, after: Item, actions: tuple[Action, ...]) -> Item:
    if wanted == "NONE":
        return {}
    item = before if wanted.endswith("_OLD") else after
    if wanted.startswith("ALL"):
        return item
    return projected(item, [action.path for action in actions])


def _answered(answer: Body, consumed: Consumed) -> ActionResult:
    told = consumed.told()
    if told:
        [answer["ConsumedCapacity"]] = told
    return ActionResult(answer)


METHODS: dict[str, Callable[[DynamoHandler], ActionResult]] = {
    "get_item": get_item,
    "put_item": put_item,
    "update_item": update_item,
    "delete_item": delete_item,
}


def corrections() -> AbstractContextManager[None]:
    """Serve single items for as long as the context is open."""
    return applied(EXPECTED_SOURCES, (DynamoHandler, METHODS))

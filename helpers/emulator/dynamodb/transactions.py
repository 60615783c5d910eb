"""Transactions of DynamoDB: all or nothing.

Statements followed (API model in botocore 1.44.5, November 2026, unless named otherwise):

- At most 100 actions, no two of them on one item, 4 MB of items together.
- What the item itself makes impossible is a reason of the cancellation, with the code
  ValidationError (TransactionCanceledException), and so is a key of another type; an empty key is a
  ValidationException of the whole (answers of AWS recorded in a public conformance suite, 2026).
- Tokens: see `tokens`.

Every action is worked out before the first is written, so nothing has to be taken back. A
transaction is carried out in one moment, so TransactionInProgressException and conflicts between
transactions do not occur.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.exceptions import (
    ConditionalCheckFailed,
    MultipleTransactionsException,
    TransactionCanceledException,
    TransactWriteSingleOpException,
)
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

from helpers.emulator.dynamodb import items, keys, store, values
from helpers.emulator.dynamodb.capacity import Consumed
from helpers.emulator.dynamodb.expressions.conditions import Condition
from helpers.emulator.dynamodb.expressions.evaluation import holds
from helpers.emulator.dynamodb.expressions.paths import Path, projected
from helpers.emulator.dynamodb.expressions.updates import Action as Change
from helpers.emulator.dynamodb.refusals import Invalid, ItemInvalid
from helpers.emulator.dynamodb.request import (
    Expressions,
    refuse_condition_into_keys,
    refuse_paths_into_keys,
)
from helpers.emulator.dynamodb.tokens import once
from helpers.emulator.dynamodb.values import Item
from helpers.emulator.guard import applied

LARGEST = 4 * 1024 * 1024  # bytes, all items of a transaction together
TOO_LARGE = "The aggregate size of the items in the transaction exceeds 4 MB."
EXPECTED_SOURCES = {
    "moto.dynamodb.responses:DynamoHandler.call_action": "ce5f57cf83cd",
    "moto.dynamodb.responses:DynamoHandler.transact_get_items": "6275dc506a3f",
    "moto.dynamodb.responses:DynamoHandler.transact_write_items": "61c163fff213",
    "moto.dynamodb.responses:DynamoHandler.execute_transaction": "df37e1963ff3",
}
Body = dict[str, Any]
Reason = tuple[str | None, str | None, Item | None]  # code, message, item
FINE: Reason = (None, None, None)


@dataclass
class Action:
    """One of the actions of a transaction, read and checked as far as its table is not needed."""

    kind: str  # ConditionCheck, Put, Update, Delete
    body: Body
    condition: Condition | None
    changes: tuple[Change, ...]

    @classmethod
    def of(cls, entry: Body) -> Action:
        given = {kind: body for kind, body in entry.items() if body is not None}
        if len(given) != 1:
            raise TransactWriteSingleOpException
        [(kind, body)] = given.items()
        kinds = ("UpdateExpression", "ConditionExpression")[kind != "Update" :]
        expressions = Expressions(body, kinds, ())
        changes = expressions.update() if kind == "Update" else None
        condition = expressions.condition()
        expressions.done()
        body = {**body, "given": values.item(body["Item" if kind == "Put" else "Key"])}
        if kind == "Put":
            store.refuse_too_large(body["given"])
        return cls(kind, body, condition, changes or ())

    def on(self, table: Table) -> Outcome:
        """What the action does to its item, or why it does not."""
        outcome = Outcome(table)
        try:
            self._work_out(table, outcome)
        except ItemInvalid as error:
            outcome.reason = "ValidationError", error.message, None
        return outcome

    def _work_out(self, table: Table, outcome: Outcome) -> None:
        given: Item = self.body["given"]
        if self.kind == "Put":
            keys.check_item(table, given)
        else:
            keys.check_key(table, given)
            items.check_actions(table, self.changes)
        refuse_condition_into_keys(table, self.condition)
        outcome.key = values.key_of(given, table.table_key_attrs)
        outcome.before = before = store.find(table, given)
        held = before.plain if before else {}
        if self.condition is not None and not holds(self.condition, held):
            shown = self.body.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
            failed = "ConditionalCheckFailed", ConditionalCheckFailed().message
            outcome.reason = (*failed, held if shown and held else None)
        elif self.kind == "ConditionCheck":
            outcome.after = before.plain if before else None
        elif self.kind == "Put":
            outcome.after = given
        elif self.kind == "Update":
            outcome.after = items.updated(table, outcome.key, before, self.changes)


@dataclass
class Outcome:
    """What an action comes to."""

    table: Table
    key: Item | None = None
    before: store.Stored | None = None
    after: Item | None = None
    reason: Reason = FINE

    def size(self) -> int:
        """Bytes of the item: as it is written, or as it was."""
        found = self.after or (self.before.plain if self.before else {})
        return values.item_size(found)


def transact_write_items(self: DynamoHandler) -> ActionResult:
    """Replaces the response method."""
    actions = [Action.of(entry) for entry in self.body["TransactItems"]]
    backend = self.dynamodb_backend
    tables = [backend.get_table(action.body["TableName"]) for action in actions]
    outcomes = [action.on(table) for action, table in zip(actions, tables, strict=True)]
    _refuse_twice([(outcome.table, outcome.key) for outcome in outcomes])
    _cancel_unless_fine([outcome.reason for outcome in outcomes])
    if sum(outcome.size() for outcome in outcomes) > LARGEST:
        raise Invalid(TOO_LARGE)
    consumed = Consumed(self.body.get("ReturnConsumedCapacity"), reads=False, transaction=True)
    for action, outcome in zip(actions, outcomes, strict=True):
        before, after = outcome.before, outcome.after
        if action.kind != "ConditionCheck":
            store.write(outcome.table, before, after)
        consumed.written(outcome.table, before.plain if before else None, after)
    return ActionResult({"ConsumedCapacity": consumed.told()} if consumed.asked else {})


def transact_get_items(self: DynamoHandler) -> ActionResult:
    """Replaces the response method."""
    gets = [_get(entry["Get"]) for entry in self.body["TransactItems"]]
    consumed = Consumed(self.body.get("ReturnConsumedCapacity"), reads=True, transaction=True)
    found: list[Outcome] = []
    for body, paths in gets:
        outcome = Outcome(self.dynamodb_backend.get_table(body["TableName"]))
        try:
            outcome.key = keys.check_key(outcome.table, body["Key"])
            refuse_paths_into_keys(outcome.table, paths or ())
            outcome.before = store.find(outcome.table, outcome.key)
        except ItemInvalid as error:
            outcome.reason = "ValidationError", error.message, None
        found.append(outcome)
    _refuse_twice([(outcome.table, outcome.key) for outcome in found])
    _cancel_unless_fine([outcome.reason for outcome in found])
    if sum(outcome.size() for outcome in found) > LARGEST:
        raise Invalid(TOO_LARGE)
    responses: list[Body] = []
    for outcome, (_, paths) in zip(found, gets, strict=True):
        item = outcome.before.plain if outcome.before else None
        consumed.read(outcome.table, [outcome.size()], True)
        if item is None:
            responses.append({})
        else:
            responses.append({"Item": item if paths is None else projected(item, paths)})
    answer: Body = {"Responses": responses}
    if consumed.asked:
        answer["ConsumedCapacity"] = consumed.told()
    return ActionResult(answer)


def _get(body: Body) -> tuple[Body, tuple[Path, ...] | None]:
    expressions = Expressions(body, ("ProjectionExpression",), ())
    paths = expressions.projection()
    expressions.done()
    return {**body, "Key": values.item(body["Key"])}, paths


def _refuse_twice(places: list[tuple[Table, Item | None]]) -> None:
    named = [(table.name, repr(key)) for table, key in places if key is not None]
    if len(set(named)) < len(named):
        raise MultipleTransactionsException


def _cancel_unless_fine(reasons: list[Reason]) -> None:
    if any(code is not None for code, _, _ in reasons):
        raise TransactionCanceledException(reasons)


def corrections() -> AbstractContextManager[None]:
    """Serve transactions for as long as the context is open."""
    methods: dict[str, Callable[..., ActionResult]] = {
        "transact_get_items": transact_get_items,
        "transact_write_items": _with_token(transact_write_items),
        "execute_transaction": _with_token(DynamoHandler.execute_transaction),
    }
    return applied(EXPECTED_SOURCES, (DynamoHandler, methods))


def _with_token(serve: Any) -> Any:
    return lambda handler: once(serve, handler)

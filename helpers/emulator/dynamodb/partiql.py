"""PartiQL: statements are read, worked out, and carried out all or nothing.

Statements followed (Developer Guide, "PartiQL for DynamoDB", and API model in botocore 1.44.5,
November 2026): UPDATE and DELETE name one item by its whole key; an UPDATE of an item that is not
there, and a condition that does not hold, are a ConditionalCheckFailedException; a DELETE of what
is not there does nothing; INSERT of an item that is there is a DuplicateItemException. A
transaction is all or nothing, and each statement of a batch has an answer or an error of its own.

Not modelled, and refused: pages (Limit and NextToken).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.exceptions import (
    ERROR_TYPE_PREFIX,
    ConditionalCheckFailed,
    DynamodbException,
    MultipleTransactionsException,
    TransactionCanceledException,
)
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

from helpers.emulator.dynamodb import items, keys, store, values
from helpers.emulator.dynamodb.capacity import in_index
from helpers.emulator.dynamodb.expressions.conditions import Condition, Junction, Literal, Test
from helpers.emulator.dynamodb.expressions.evaluation import holds
from helpers.emulator.dynamodb.expressions.paths import Path, projected
from helpers.emulator.dynamodb.expressions.statements import Statement, parsed
from helpers.emulator.dynamodb.refusals import Invalid
from helpers.emulator.dynamodb.values import Item, Value
from helpers.emulator.guard import applied
from helpers.emulator.not_modelled import NotModelled

EXPECTED_SOURCES = {
    "moto.dynamodb.responses:DynamoHandler.execute_statement": "c4bc8beea6ff",
    "moto.dynamodb.responses:DynamoHandler.batch_execute_statement": "375aba1cc470",
    "moto.dynamodb.responses:DynamoHandler.execute_transaction": "df37e1963ff3",
}
NO_KEY = "Where clause does not contain a mandatory equality on all key attributes"
DUPLICATE = "Duplicate primary key exists in table"
NO_SELECT = (
    "Select statements within BatchExecuteStatement must specify the primary key in the where "
    "clause."
)
Change = tuple[Table, store.Stored | None, Item | None]
Outcome = tuple[list[Item], list[Change]]


def execute_statement(self: DynamoHandler) -> ActionResult:
    """Replaces the response method."""
    for name in ("Limit", "NextToken"):
        if self.body.get(name) is not None:
            raise NotModelled(
                "dynamodb", "ExecuteStatement", f"{name}, pages of PartiQL", "use Query or Scan"
            )
    statement = parsed(self.body["Statement"], self.body.get("Parameters") or [])
    found, changes = _run(self.dynamodb_backend, statement)
    for change in changes:
        store.write(*change)
    return ActionResult({"Items": found})


def batch_execute_statement(self: DynamoHandler) -> ActionResult:
    """Replaces the response method."""
    responses = []
    for entry in self.body["Statements"]:
        response: dict[str, Any] = {}
        try:
            statement = parsed(entry["Statement"], entry.get("Parameters") or [])
            table = self.dynamodb_backend.get_table(statement.table)
            response["TableName"] = table.name
            if statement.kind == "SELECT" and _key_in(table, statement.condition) is None:
                raise Invalid(NO_SELECT)
            found, changes = _run(self.dynamodb_backend, statement)
            for change in changes:
                store.write(*change)
            if found:
                response["Item"] = found[0]
        except Exception as error:
            response["Error"] = {"Code": _code(error), "Message": error.message}  # type: ignore[attr-defined]
        responses.append(response)
    return ActionResult({"Responses": responses})


def execute_transaction(self: DynamoHandler) -> ActionResult:
    """Replaces the response method: nothing is written until every statement is worked out."""
    responses: list[dict[str, Any]] = []
    reasons: list[tuple[str | None, str | None, None]] = []
    todo: list[Change] = []
    statements = [
        parsed(entry["Statement"], entry.get("Parameters") or [])
        for entry in self.body["TransactStatements"]
    ]
    for statement in statements:
        self.dynamodb_backend.get_table(statement.table)
    for statement in statements:
        try:
            found, changes = _run(self.dynamodb_backend, statement)
        except DynamodbException as error:
            reasons.append((_code(error), error.message, None))
            continue
        reasons.append((None, None, None))
        todo += changes
        responses += [{"Item": one} for one in found]
    if any(code for code, _, _ in reasons):
        raise TransactionCanceledException(reasons)
    _refuse_twice(todo)
    for change in todo:
        store.write(*change)
    return ActionResult({"Responses": responses})


def _refuse_twice(changes: list[Change]) -> None:
    places = [
        (table.name, repr(values.key_of(plain, table.table_key_attrs)))
        for table, before, after in changes
        if (plain := after or (before.plain if before else None))
    ]
    if len(set(places)) < len(places):
        raise MultipleTransactionsException


def _code(error: Exception) -> str:
    """The code of an error as an answer to one statement has it; others are not caught."""
    kind = getattr(error, "error_type", None)
    if kind is None:
        raise error
    name = str(kind).rpartition("#")[2].removesuffix("Exception")
    return "ValidationError" if name == "Validation" else name


def _run(backend: DynamoDBBackend, statement: Statement) -> Outcome:
    """What a statement finds, and what it changes, which is not written yet."""
    table = backend.get_table(statement.table)
    if statement.kind == "SELECT":
        return list(_selected(table, statement)), []
    if statement.kind == "EXISTS":
        if not list(_selected(table, statement)):
            raise ConditionalCheckFailed
        return [], []
    if statement.kind == "INSERT":
        item = values.item(statement.item)
        store.refuse_too_large(item)
        keys.check_item(table, item)
        if store.find(table, item) is not None:
            raise DynamodbException(ERROR_TYPE_PREFIX + "DuplicateItemException", DUPLICATE)
        return [], [(table, None, item)]
    return _changed(table, statement)


def _changed(table: Table, statement: Statement) -> Outcome:
    given = _key_in(table, statement.condition)
    if given is None:
        raise Invalid(NO_KEY)
    key = keys.check_key(table, given)
    actions = tuple(statement.actions)
    items.check_actions(table, actions)
    before = store.find(table, key)
    if before is None and statement.kind == "DELETE":
        return [], []
    assert statement.condition is not None
    if before is None or not holds(statement.condition, before.plain):
        raise ConditionalCheckFailed
    after = items.updated(table, key, before, actions) if statement.kind == "UPDATE" else None
    shown: list[Item] = []
    if statement.returning is not None:
        which, when = statement.returning.split()
        item = before.plain if when == "OLD" else after or {}
        named = [action.path for action in actions]
        shown = [item if which == "ALL" else projected(item, named)]
    return shown, [(table, before, after)]


def _selected(table: Table, statement: Statement) -> Iterator[Item]:
    index = keys.index_named(table, statement.index) if statement.index else None
    names = [*(keys.schema_of(index).names if index else ()), *table.table_key_attrs]
    found = [
        held
        for item in store.everything(table)
        if (held := in_index(table, index, item.plain) if index else item.plain) is not None
        and (statement.condition is None or holds(statement.condition, held))
    ]
    found.sort(key=lambda item: [values.order(item[name]) for name in names])
    for path, descends in reversed(statement.order):
        if path.head not in names:
            raise Invalid(f"Variable reference {path.head} in ORDER BY clause must be part of the "
                          "primary key")  # fmt: skip
        found.sort(key=lambda item: values.order(item[path.head]), reverse=descends)
    for item in found:
        yield item if statement.paths is None else projected(item, statement.paths)


def _key_in(table: Table, condition: Condition | None) -> Item | None:
    """The whole key, if a condition fixes it by equalities; else None."""
    found = dict(_equalities(condition))
    if all(name in found for name in table.table_key_attrs):
        return {name: found[name] for name in table.table_key_attrs}
    return None


def _equalities(condition: Condition | None) -> Iterator[tuple[str, Value]]:
    if isinstance(condition, Junction) and condition.operator == "AND":
        for inner in condition.conditions:
            yield from _equalities(inner)
    elif isinstance(condition, Test) and condition.operator == "=":
        left, right = condition.operands
        if isinstance(left, Literal):
            left, right = right, left
        if isinstance(left, Path) and len(left.parts) == 1 and isinstance(right, Literal):
            yield left.head, right.value


def corrections() -> AbstractContextManager[None]:
    """Serve PartiQL for as long as the context is open."""
    methods: dict[str, Callable[[DynamoHandler], ActionResult]] = {
        "execute_statement": execute_statement,
        "batch_execute_statement": batch_execute_statement,
        "execute_transaction": execute_transaction,
    }
    return applied(EXPECTED_SOURCES, (DynamoHandler, methods))

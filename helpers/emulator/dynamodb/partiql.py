"""PartiQL: moto reads the statements; here they are checked, and carried out all or nothing.

Statements followed (API model in botocore 1.44.5, November 2026): INSERT of an item that is there
is a DuplicateItemException; a transaction is all or nothing; each statement of a batch has an
answer or an error of its own. Words of the errors: the public tests of other emulators that were
held against AWS.

What moto's parser cannot read is refused with `NotModelled`: AWS may well take it.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.exceptions import (
    ERROR_TYPE_PREFIX,
    DynamodbException,
    ResourceNotFoundException,
    TransactionCanceledException,
)
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table
from moto.dynamodb.parsing import partiql
from moto.dynamodb.responses import DynamoHandler

from helpers.emulator.dynamodb import keys, store, values
from helpers.emulator.dynamodb.capacity import in_index
from helpers.emulator.dynamodb.refusals import Invalid
from helpers.emulator.guard import applied
from helpers.emulator.not_modelled import NotModelled

EXPECTED_SOURCES = {
    "moto.dynamodb.models:DynamoDBBackend.execute_statement": "6579d0ba9df2",
    "moto.dynamodb.models:DynamoDBBackend.execute_transaction": "fb99f0a62961",
    "moto.dynamodb.models:DynamoDBBackend.batch_execute_statement": "38c6c9a48791",
    "moto.dynamodb.parsing.partiql:query": "c4f918124cab",
    "moto.dynamodb.responses:DynamoHandler.execute_statement": "c4bc8beea6ff",
    "moto.dynamodb.responses:DynamoHandler.batch_execute_statement": "375aba1cc470",
    "moto.dynamodb.responses:DynamoHandler.execute_transaction": "df37e1963ff3",
}
KINDS = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
QUOTED = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"")
NAMED = re.compile(r"\b(?:FROM|INTO|UPDATE)\s+(?:\"([^\"]+)\"|([A-Za-z0-9_.-]+))", re.IGNORECASE)
MALFORMED = "Statement wasn't well formed, can't be processed: Expected data manipulation"
MISMATCH = "Number of parameters in request and statement don't match."
Change = tuple[Table, store.Stored | None, values.Item | None]
Answer = list[dict[str, Any]]


def execute_statement(self: DynamoHandler) -> ActionResult:
    """Replaces the response method."""
    found, changes = _run(self.dynamodb_backend, "ExecuteStatement", self.body)
    for change in changes:
        store.write(*change)
    return ActionResult({"Items": found})


def batch_execute_statement(self: DynamoHandler) -> ActionResult:
    """Replaces the response method."""
    backend = self.dynamodb_backend
    responses = []
    for entry in self.body["Statements"]:
        response: dict[str, Any] = {}
        name = _table_name(entry["Statement"])
        if name in backend.tables:
            response["TableName"] = name
        try:
            _check_whole_key(backend.tables.get(name), entry["Statement"])
            found, changes = _run(backend, "BatchExecuteStatement", entry)
            for change in changes:
                store.write(*change)
            if found:
                response["Item"] = found[0]
        except DynamodbException as error:
            response["Error"] = {"Code": _code(error), "Message": error.message}
        except ResourceNotFoundException as error:
            response["Error"] = {"Code": "ResourceNotFound", "Message": error.message}
        responses.append(response)
    return ActionResult({"Responses": responses})


def execute_transaction(self: DynamoHandler) -> ActionResult:
    """Replaces the response method: nothing is written until every statement has been read."""
    responses: Answer = []
    reasons: list[tuple[str | None, str | None, None]] = []
    todo: list[Change] = []
    for entry in self.body["TransactStatements"]:
        try:
            found, changes = _run(self.dynamodb_backend, "ExecuteTransaction", entry)
        except DynamodbException as error:
            reasons.append((_code(error), error.message, None))
            continue
        reasons.append((None, None, None))
        todo += changes
        responses += [{"Item": one} for one in found]
    if any(code for code, _, _ in reasons):
        raise TransactionCanceledException(reasons)
    for change in todo:
        store.write(*change)
    return ActionResult({"Responses": responses})


def _code(error: DynamodbException) -> str:
    """The code of an error as an answer to a statement has it."""
    name = str(error.error_type).rpartition("#")[2].removesuffix("Exception")
    return {"Validation": "ValidationError", "ConditionalCheckFailed": name}.get(name, name)


def _run(
    backend: DynamoDBBackend, operation: str, entry: dict[str, Any]
) -> tuple[Answer, list[Change]]:
    """What a statement finds, and what it changes, which is not written yet."""
    statement, parameters = entry["Statement"], list(entry.get("Parameters") or [])
    kind = KINDS.match(statement)
    if kind is None:
        raise Invalid(MALFORMED)
    if QUOTED.sub("", statement).count("?") > len(parameters):
        raise Invalid(MISMATCH)
    for value in parameters:
        values.checked(value)
    name = _table_name(statement)
    table = backend.tables.get(name.partition(".")[0])
    if table is None:
        raise ResourceNotFoundException
    try:
        found, updates = partiql.query(statement, _documents(table), parameters)
        pairs = [pair for given in updates.values() for pair in given]
    except (DynamodbException, ResourceNotFoundException):
        raise
    except Exception as error:  # whatever the parser meets that it does not know
        if getattr(error, "name", "") == "ValidationError":
            raise Invalid(str(getattr(error, "message", MISMATCH))) from error
        raise NotModelled(
            "dynamodb",
            operation,
            f"what the PartiQL statement {statement!r} says",
            "use PutItem, GetItem, UpdateItem, DeleteItem, Query or Scan",
        ) from error
    inserts = kind.group(1).upper() == "INSERT"
    return found, [_change(table, *pair, inserts=inserts) for pair in pairs]


def _change(
    table: Table, before: values.Item | None, after: values.Item | None, *, inserts: bool
) -> Change:
    given = after if after is not None else before
    assert given is not None
    item = values.item(given)
    if after is not None:
        keys.check_item(table, item)
        store.refuse_too_large(item)
    held = store.find(table, item)
    if inserts and held is not None:
        raise DynamodbException(
            ERROR_TYPE_PREFIX + "DuplicateItemException",
            "Duplicate primary key exists in table",
        )
    return table, held, item if after is not None else None


def _table_name(statement: str) -> str:
    """The table of a statement, and the index after a dot."""
    found = NAMED.search(statement)
    return (found.group(1) or found.group(2)) if found else ""


def _documents(table: Table) -> dict[str, list[Any]]:
    """What the parser reads: the items of the table and of its indexes, which it may change."""
    plain = [item.plain for item in store.everything(table)]
    plain.sort(key=lambda item: [values.order(item[name]) for name in table.table_key_attrs])
    found: dict[str, list[Any]] = {table.name: copy.deepcopy(plain)}
    for index in keys.indexes(table):
        held = [in_index(table, index, item) for item in plain]
        found[f"{table.name}.{index.name}"] = copy.deepcopy([one for one in held if one])
    return found


def _check_whole_key(table: Table | None, statement: str) -> None:
    """A batch reads by primary keys only."""
    if table is None or not re.match(r"\s*SELECT", statement, re.IGNORECASE):
        return
    where = re.split(r"\bWHERE\b", statement, maxsplit=1, flags=re.IGNORECASE)[1:]
    for name in table.table_key_attrs:
        if not where or not re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.])", where[0]):
            raise Invalid(
                "Select statements within BatchExecuteStatement must specify the primary key in "
                "the where clause."
            )


def corrections() -> AbstractContextManager[None]:
    """Serve PartiQL for as long as the context is open."""
    methods: dict[str, Callable[[DynamoHandler], ActionResult]] = {
        "execute_statement": execute_statement,
        "batch_execute_statement": batch_execute_statement,
        "execute_transaction": execute_transaction,
    }
    return applied(EXPECTED_SOURCES, (DynamoHandler, methods))

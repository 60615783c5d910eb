"""Query: the items with one hash key, in order.

Words and order of the errors: the public tests of dynalite, which run against AWS, and answers of
AWS recorded in a public conformance suite (2026).
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

from helpers.emulator.dynamodb import keys, legacy, store, values
from helpers.emulator.dynamodb.expressions.checking import paths_of
from helpers.emulator.dynamodb.expressions.conditions import Condition
from helpers.emulator.dynamodb.expressions.evaluation import begins_with
from helpers.emulator.dynamodb.expressions.keys import KeyCondition, key_conditions
from helpers.emulator.dynamodb.keys import Schema
from helpers.emulator.dynamodb.pages import Reading, check_select, check_shown, index_of, page
from helpers.emulator.dynamodb.refusals import INVALID, NO_SUCH_KEY, NOT_VALID, Invalid, Malformed
from helpers.emulator.dynamodb.request import (
    Expressions,
    enveloped,
    refuse_condition_into_keys,
    refuse_paths_into_keys,
)
from helpers.emulator.dynamodb.values import Item, Value
from helpers.emulator.guard import applied

EXPECTED_SOURCES = {"moto.dynamodb.responses:DynamoHandler.query": "681834c64038"}
EXPRESSIONS = ("ProjectionExpression", "FilterExpression", "KeyConditionExpression")
OLDER = ("AttributesToGet", "QueryFilter", "ConditionalOperator", "KeyConditions")
NOT_INDEXABLE = ("NULL", "NOT_NULL", "<>", "CONTAINS", "NOT_CONTAINS", "IN")
NOT_SUPPORTED = "Query key condition not supported"
BAD_START = "The provided starting key is invalid"


def query(self: DynamoHandler) -> ActionResult:
    """Replaces the response method."""
    body: dict[str, Any] = self.body
    start = values.item(body["ExclusiveStartKey"]) if body.get("ExclusiveStartKey") else None
    expressions = Expressions(body, EXPRESSIONS, OLDER)
    with enveloped():
        check_select(body)
    asked, condition = _asked(expressions, body)
    paths = expressions.projection()
    expressions.done()
    table = self.dynamodb_backend.get_table(body["TableName"])
    reading = Reading(table, index_of(table, body), body, condition, paths)
    schema = keys.schema_of(reading.index or table)
    if body.get("ExclusiveStartKey") is not None:
        _check_start(reading, schema, start or {})
    _check_conditions(table, schema, asked)
    if start is not None:
        _check_bounds(schema, asked, start)
    refuse_paths_into_keys(table, paths or ())
    _refuse_filters_on_keys(schema, condition, body)
    check_shown(reading)
    refuse_condition_into_keys(table, condition)
    candidates = _candidates(table, schema, asked, reading)
    order = [*schema.ranges, *(table.table_key_attrs if reading.index else ())]
    return page(
        reading,
        candidates,
        lambda item: [values.order(item[name]) for name in order],
        backwards=body.get("ScanIndexForward") is False,
        start=start,
    )


def _asked(
    expressions: Expressions, body: dict[str, Any]
) -> tuple[dict[str, KeyCondition], Condition | None]:
    """What is asked of the keys, and of the rest."""
    condition = expressions.key_condition()
    if body.get("QueryFilter") is not None:
        wanted = legacy.filters(body["QueryFilter"], body.get("ConditionalOperator"))
    else:
        wanted = expressions.condition("FilterExpression")
    if condition is not None:
        return key_conditions(condition), wanted
    if body.get("KeyConditions") is None:
        raise Malformed(
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in "
            "the request."
        )
    return legacy.key_conditions(body["KeyConditions"]), wanted


def _check_conditions(table: Table, schema: Schema, asked: dict[str, KeyCondition]) -> None:
    names, known = schema.names, keys.types(table)
    if len(names) <= 2 and not 1 <= len(asked) <= 2:
        raise Invalid("Conditions can be of length 1 or 2 only")
    if len(names) == 1 and len(asked) > 1:
        raise Invalid(NOT_SUPPORTED)
    for name in names[: max(len(schema.hashes), len(asked))]:
        if name not in asked:
            raise Invalid(f"Query condition missed key schema element: {name}")
    if len(asked) > len(names):
        raise Invalid(NOT_SUPPORTED)
    last = names[len(asked) - 1]
    for name, condition in asked.items():
        if condition.operator in NOT_INDEXABLE:
            raise Invalid("Attempted conditional constraint is not an indexable operation")
        for value in condition.values:
            _check_value(known[name], name, value)
        fixed = name in schema.hashes or name != last
        if fixed and condition.operator != "=":
            raise Invalid(NOT_SUPPORTED)


def _check_value(expected: str, name: str, value: Value) -> None:
    if expected not in value:
        raise Invalid(f"{INVALID}Condition parameter type does not match schema type")
    if keys.is_empty(value):
        what = keys.EMPTY_KEY.format(keys.WORDS[values.kind(value)])
        raise Invalid(f"{NOT_VALID}{what} Key: {name}")


def _check_start(reading: Reading, schema: Schema, start: Item) -> None:
    if start.keys() != set(reading.key_names):
        raise Invalid(BAD_START)
    known = keys.types(reading.table)
    for name in reading.key_names:
        if known[name] not in start[name]:
            words = NO_SUCH_KEY if name in schema.names else f"{BAD_START}: {NO_SUCH_KEY}"
            raise Invalid(words)


def _check_bounds(schema: Schema, asked: dict[str, KeyCondition], start: Item) -> None:
    for name, condition in asked.items():
        if name in schema.hashes and not _fits(condition, start[name]):
            raise Invalid(
                "The provided starting key is outside query boundaries based on provided conditions"
            )
    for name, condition in asked.items():
        if not _fits(condition, start[name]):
            raise Invalid("The provided starting key does not match the range key predicate")


def _refuse_filters_on_keys(
    schema: Schema, condition: Condition | None, body: dict[str, Any]
) -> None:
    if condition is None:
        return
    named = {path.head for path in paths_of(condition)}
    what = "QueryFilter" if body.get("QueryFilter") is not None else "Filter Expression"
    for name in schema.names:
        if name in named:
            raise Invalid(
                f"{what} can only contain non-primary key attributes: Primary key attribute: {name}"
            )


def _candidates(
    table: Table, schema: Schema, asked: dict[str, KeyCondition], reading: Reading
) -> list[store.Stored]:
    if reading.index is None:
        found = store.collection(table, asked[schema.hashes[0]].values[0])
    else:
        found = list(store.everything(table))
    return [
        item
        for item in found
        if all(
            name in item.plain and _fits(condition, item.plain[name])
            for name, condition in asked.items()
        )
    ]


def _fits(condition: KeyCondition, value: Value) -> bool:
    operator, given = condition
    if operator == "BETWEEN":
        return values.compare(">=", value, given[0]) and values.compare("<=", value, given[1])
    if operator == "begins_with":
        return begins_with(value, given[0])
    return values.compare(operator, value, given[0])


def corrections() -> AbstractContextManager[None]:
    """Serve queries for as long as the context is open."""
    return applied(EXPECTED_SOURCES, (DynamoHandler, {"query": query}))

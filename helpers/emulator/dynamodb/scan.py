"""Scan: all items of a table or an index, in pages and in segments.

The items come in the order of their keys, which is the lab's choice: AWS orders them by a hash that
it does not tell. Words of the errors: answers of AWS recorded in a public conformance suite (2026),
and the public tests of dynalite, which run against AWS.
"""

from __future__ import annotations

import zlib
from contextlib import AbstractContextManager
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.responses import DynamoHandler

from helpers.emulator.dynamodb import keys, legacy, store, values
from helpers.emulator.dynamodb.pages import Reading, check_select, check_shown, index_of, page
from helpers.emulator.dynamodb.refusals import NO_SUCH_KEY, Invalid, Malformed
from helpers.emulator.dynamodb.request import (
    Expressions,
    refuse_condition_into_keys,
    refuse_paths_into_keys,
)
from helpers.emulator.dynamodb.values import Item
from helpers.emulator.guard import applied

EXPECTED_SOURCES = {"moto.dynamodb.responses:DynamoHandler.scan": "530223d9fd28"}
EXPRESSIONS = ("ProjectionExpression", "FilterExpression")
OLDER = ("AttributesToGet", "ScanFilter", "ConditionalOperator")
BAD_START = "The provided starting key is invalid: "


def scan(self: DynamoHandler) -> ActionResult:
    """Replaces the response method."""
    body: dict[str, Any] = self.body
    start = values.item(body["ExclusiveStartKey"]) if body.get("ExclusiveStartKey") else None
    expressions = Expressions(body, EXPRESSIONS, OLDER)
    check_select(body)
    _check_segments(body)
    if body.get("ScanFilter") is not None:
        condition = legacy.filters(body["ScanFilter"], body.get("ConditionalOperator"))
    else:
        condition = expressions.condition("FilterExpression")
    paths = expressions.projection()
    expressions.done()
    table = self.dynamodb_backend.get_table(body["TableName"])
    reading = Reading(table, index_of(table, body), body, condition, paths)
    schema = keys.schema_of(reading.index or table)
    if body.get("ExclusiveStartKey") is not None:
        _check_start(reading, schema.hashes, start or {})
    refuse_paths_into_keys(table, paths or ())
    refuse_condition_into_keys(table, condition)
    check_shown(reading)
    segment, total = body.get("Segment"), body.get("TotalSegments")
    candidates = [
        item
        for item in store.everything(table)
        if total is None or _segment(item.plain, schema.hashes, total) == segment
    ]
    order = [*schema.names, *(table.table_key_attrs if reading.index else ())]
    return page(
        reading,
        candidates,
        lambda item: [values.order(item[name]) for name in order if name in item],
        start=start,
    )


def _check_segments(body: dict[str, Any]) -> None:
    segment, total = body.get("Segment"), body.get("TotalSegments")
    absent = "parameter is required but was not present in the request when"
    if total is None and segment is not None:
        raise Malformed(f"The TotalSegments {absent} Segment parameter is present")
    if total is not None and segment is None:
        raise Malformed(f"The Segment {absent} parameter TotalSegments is present")
    if total is not None and segment >= total:
        raise Malformed(
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
            f"Segment: {segment} is not less than TotalSegments: {total}"
        )


def _check_start(reading: Reading, hashes: tuple[str, ...], start: Item) -> None:
    known = keys.types(reading.table)
    if start.keys() != set(reading.key_names) or any(
        known[name] not in start[name] for name in reading.key_names
    ):
        raise Invalid(BAD_START + NO_SUCH_KEY)
    segment, total = reading.body.get("Segment"), reading.body.get("TotalSegments")
    if total is not None and _segment(start, hashes, total) != segment:
        raise Invalid(
            f"{BAD_START}Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct "
            f"Segment. TotalSegments: {total} Segment: {segment}"
        )


def _segment(item: Item, hashes: tuple[str, ...], total: int) -> int:
    """The segment of an item: all items with one hash key are in one."""
    text = repr([item.get(name) for name in hashes])
    return zlib.crc32(text.encode("utf-8", "surrogatepass")) % total


def corrections() -> AbstractContextManager[None]:
    """Serve scans for as long as the context is open."""
    return applied(EXPECTED_SOURCES, (DynamoHandler, {"scan": scan}))

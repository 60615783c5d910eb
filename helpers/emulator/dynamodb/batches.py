"""BatchGetItem and BatchWriteItem.

Statements followed (API model in botocore 1.44.5, November 2026): up to 100 keys, and up to 25
writes, in one call, none of them twice; a batch that is read returns up to 16 MB, and names the
rest in UnprocessedKeys. All requests are checked before the first is carried out. Nothing is left
unprocessed for lack of throughput: `helpers.faults.throttling` turns requests away.

Words of the errors: answers of AWS recorded in a public conformance suite (2026), and the public
tests of dynalite, which run against AWS.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

from helpers.emulator.dynamodb import keys, store, values
from helpers.emulator.dynamodb.capacity import Consumed
from helpers.emulator.dynamodb.expressions.paths import Path, projected
from helpers.emulator.dynamodb.refusals import Invalid
from helpers.emulator.dynamodb.request import Expressions, refuse_paths_into_keys
from helpers.emulator.dynamodb.values import Item
from helpers.emulator.guard import applied

EXPECTED_SOURCES = {
    "moto.dynamodb.responses:DynamoHandler.batch_get_item": "680c9cb27566",
    "moto.dynamodb.responses:DynamoHandler.batch_write_item": "26221a09e2b2",
}
MOST_KEYS, MOST_WRITES = 100, 25
LARGEST_ANSWER = 16 * 1024 * 1024  # bytes
DUPLICATES = "Provided list of item keys contains duplicates"
TOO_MANY = "Too many items requested for the {} call"
Body = dict[str, Any]
Paths = tuple[Path, ...] | None


def batch_get_item(self: DynamoHandler) -> ActionResult:
    """Replaces the response method."""
    body: Body = self.body
    requests: dict[str, Body] = body["RequestItems"]
    if sum(len(request["Keys"]) for request in requests.values()) > MOST_KEYS:
        raise Invalid(TOO_MANY.format("BatchGetItem"))
    wanted: list[tuple[str, Table, Body, list[Item], Paths]] = []
    for name, request in requests.items():
        expressions = Expressions(request, ("ProjectionExpression",), ("AttributesToGet",))
        paths = expressions.projection()
        expressions.done()
        table = self.dynamodb_backend.get_table(name)
        asked = [keys.check_key(table, key) for key in request["Keys"]]
        _refuse_duplicates(table, asked)
        refuse_paths_into_keys(table, paths or ())
        wanted.append((name, table, request, asked, paths))
    answer: Body = {"Responses": {}, "UnprocessedKeys": {}}
    consumed = Consumed(body.get("ReturnConsumedCapacity"), reads=True)
    total = 0
    for name, table, request, asked, paths in wanted:
        found, left, sizes = [], [], []
        for place, key in enumerate(asked):
            item = store.find(table, key)
            size = values.item_size(item.plain) if item else 0
            if total + size > LARGEST_ANSWER:
                left = request["Keys"][place:]
                break
            total += size
            sizes.append(size)
            if item is not None:
                found.append(item.plain if paths is None else projected(item.plain, paths))
        answer["Responses"][name] = found
        if left:
            answer["UnprocessedKeys"][name] = {**request, "Keys": left}
        consumed.read(table, sizes, request.get("ConsistentRead"))
    if consumed.asked:
        answer["ConsumedCapacity"] = consumed.told()
    return ActionResult(answer)


def batch_write_item(self: DynamoHandler) -> ActionResult:
    """Replaces the response method."""
    body: Body = self.body
    requests: dict[str, list[Body]] = body["RequestItems"]
    if sum(map(len, requests.values())) > MOST_WRITES:
        raise Invalid(TOO_MANY.format("BatchWriteItem"))
    writes: list[tuple[Table, Item, Item | None]] = []
    for name, entries in requests.items():
        asked = [_one(entry) for entry in entries]
        table = self.dynamodb_backend.get_table(name)
        checked = [_checked(table, *one) for one in asked]
        _refuse_duplicates(table, [key for key, _ in checked])
        writes += [(table, key, item) for key, item in checked]
    consumed = Consumed(body.get("ReturnConsumedCapacity"), reads=False)
    for table, key, item in writes:
        before = store.find(table, key)
        store.write(table, before, item)
        consumed.written(table, before.plain if before else None, item)
    answer: Body = {"UnprocessedItems": {}}
    if consumed.asked:
        answer["ConsumedCapacity"] = consumed.told()
    return ActionResult(answer)


def _one(entry: Body) -> tuple[str, Item]:
    """What a WriteRequest asks for."""
    given = {kind: request for kind, request in entry.items() if request is not None}
    if len(given) != 1:  # the words are the lab's
        raise Invalid(
            "Supplied WriteRequest must have exactly one of PutRequest and DeleteRequest, got "
            f"{', '.join(given) or 'neither'}"
        )
    [(kind, request)] = given.items()
    return kind, values.item(request["Item" if kind == "PutRequest" else "Key"])


def _checked(table: Table, kind: str, given: Item) -> tuple[Item, Item | None]:
    """The key of a write, and the item, if it is a put."""
    if kind == "DeleteRequest":
        return keys.check_key(table, given), None
    keys.check_item(table, given, batch=True)
    store.refuse_too_large(given)
    return values.key_of(given, table.table_key_attrs), given


def _refuse_duplicates(table: Table, asked: list[Item]) -> None:
    places = {repr([key[name] for name in table.table_key_attrs]) for key in asked}
    if len(places) < len(asked):
        raise Invalid(DUPLICATES)


def corrections() -> AbstractContextManager[None]:
    """Serve batches for as long as the context is open."""
    methods = {"batch_get_item": batch_get_item, "batch_write_item": batch_write_item}
    return applied(EXPECTED_SOURCES, (DynamoHandler, methods))

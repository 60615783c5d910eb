"""BatchGetItem and BatchWriteItem: how many, none twice, and all checked before the first."""

from __future__ import annotations

import pytest
from emulated_dynamodb import KEY, Indexed, message, plain, refused, typed

from helpers import Lab

INVALID = "One or more parameter values were invalid: "
NO_KEY = "The provided key element does not match the schema"
TWICE = "Provided list of item keys contains duplicates"


@pytest.fixture
def table():
    with Lab(seed=1):
        yield Indexed()


def put(**item):
    return {"PutRequest": {"Item": typed({**KEY, **item})}}


def delete(**key):
    return {"DeleteRequest": {"Key": typed({**KEY, **key})}}


def write(table, *requests, **more):
    return table.db.batch_write_item(RequestItems={"indexed": list(requests)}, **more)


def read(table, keys, **more):
    given = {"Keys": [typed({**KEY, **key}) for key in keys], **more}
    return table.db.batch_get_item(RequestItems={"indexed": given})


def test_puts_and_deletes(table):
    table.put(sk="old")
    answer = write(table, put(sk="new", x=1), delete(sk="old"), ReturnConsumedCapacity="TOTAL")
    assert answer["UnprocessedItems"] == {}
    assert answer["ConsumedCapacity"] == [{"TableName": "indexed", "CapacityUnits": 2}]
    assert [plain(item)["sk"] for item in table.scan()["Items"]] == ["new"]


@pytest.mark.parametrize(
    ("requests", "said"),
    [
        ([put(), put(x=1)], TWICE),
        ([put(), delete()], TWICE),
        ([put(pk=1)], NO_KEY),
        ([delete(x=1)], NO_KEY),
        (
            [put(g=1)],
            f"{INVALID}Type mismatch for Index Key g Expected: S Actual: N IndexName: by_g",
        ),
        ([put(x="x" * 409_600)], "Item size has exceeded the maximum allowed size"),
    ],
)
def test_one_that_is_wrong_and_none_is_written(table, requests, said):
    assert message(write, table, put(sk="fine"), *requests) == said
    assert table.scan()["Count"] == 0


def test_25_writes_over_all_tables(table):
    other = Indexed("other")
    half = [put(sk=str(number)) for number in range(13)]
    assert message(table.db.batch_write_item, RequestItems={"indexed": half, other.name: half}) == (
        "Too many items requested for the BatchWriteItem call"
    )
    table.db.batch_write_item(RequestItems={"indexed": half, other.name: half[:12]})


def test_a_missing_table_stops_the_whole(table):
    with refused("ResourceNotFoundException"):
        table.db.batch_write_item(RequestItems={"indexed": [put()], "gone": [put()]})
    assert table.scan()["Count"] == 0


def test_reads(table):
    for number in range(3):
        table.put(sk=str(number), x=number, y=number)
    keys = [{"sk": str(number)} for number in range(5)]
    found = read(table, keys, ProjectionExpression="x")
    assert sorted(plain(item)["x"] for item in found["Responses"]["indexed"]) == [0, 1, 2]
    assert found["UnprocessedKeys"] == {}
    assert message(read, table, [{}, {}]) == TWICE
    assert message(read, table, [{"sk": 1}]) == NO_KEY
    many = [{"sk": str(number)} for number in range(101)]
    assert "100" in message(read, table, many)


def test_what_does_not_fit_into_16_megabytes_is_left(table):
    keys = [{"sk": str(number)} for number in range(45)]
    for key in keys:
        table.put(**key, x="x" * 400_000)
    found = read(table, keys)
    left = found["UnprocessedKeys"]["indexed"]["Keys"]
    assert len(found["Responses"]["indexed"]) == 41
    assert len(left) == 4
    rest = table.db.batch_get_item(RequestItems=found["UnprocessedKeys"])
    assert len(rest["Responses"]["indexed"]) == 4

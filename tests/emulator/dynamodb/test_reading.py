"""Query and Scan: order, pages, filters and what is consumed."""

from __future__ import annotations

from decimal import Decimal

import boto3
import pytest
from emulated_dynamodb import Indexed, plain, typed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers import Lab

BY_KEY = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": typed({":p": "a"})}


@pytest.fixture
def table():
    with Lab(seed=1):
        yield Indexed()


def sorted_table(kind):
    db = boto3.client("dynamodb")
    db.create_table(
        TableName=f"by{kind}",
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": kind},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return db


@pytest.mark.parametrize(
    ("kind", "ordered"),
    [
        ("N", [Decimal(-10), Decimal("-9.5"), Decimal(0), Decimal("0.1"), Decimal(2), Decimal(10)]),
        ("S", ["A", "Z", "a", "b", "ba", "\u00e9", "\ue000", "\U0001f600"]),
        ("B", [b"\x00", b"\x01", b"\x01\x00", b"\x7f", b"\x80", b"\xff"]),
    ],
)
def test_the_items_of_a_key_come_in_order(kind, ordered):
    with Lab(seed=1):
        db = sorted_table(kind)
        for value in reversed(ordered):
            db.put_item(TableName=f"by{kind}", Item=typed({"pk": "a", "sk": value}))

        def query(**given):
            found = db.query(TableName=f"by{kind}", **{**BY_KEY, **given})["Items"]
            return [getattr(value, "value", value) for item in found
                    for value in [plain(item)["sk"]]]  # fmt: skip

        assert query() == ordered
        assert query(ScanIndexForward=False) == ordered[::-1]
        below = {":p": "a", ":s": ordered[3]}
        found = query(
            KeyConditionExpression="pk = :p AND :s > sk", ExpressionAttributeValues=typed(below)
        )
        assert found == ordered[:3]


def test_an_index_orders_by_its_own_key_and_leaves_out_what_has_none(table):
    for number, g in [(3, "x"), (1, "x"), (2, None)]:
        table.put(sk=str(number), n=-number, **({"g": g} if g else {}))
    found = table.query(**BY_KEY, IndexName="by_n")["Items"]
    assert [plain(item)["sk"] for item in found] == ["3", "2", "1"]
    assert len(table.scan(IndexName="by_g")["Items"]) == 2


def test_a_limit_is_of_what_is_read_and_not_of_what_is_found(table):
    for number in range(4):
        table.put(sk=str(number), x=number)
    given = {**BY_KEY, "ExpressionAttributeValues": typed({":p": "a", ":x": 2})}
    first = table.query(**given, FilterExpression="x > :x", Limit=3)
    assert (first["Count"], first["ScannedCount"], first["Items"]) == (0, 3, [])
    assert plain(first["LastEvaluatedKey"]) == {"pk": "a", "sk": "2"}
    rest = table.query(
        **given, FilterExpression="x > :x", ExclusiveStartKey=first["LastEvaluatedKey"]
    )
    assert (rest["Count"], rest["ScannedCount"]) == (1, 1)
    assert "LastEvaluatedKey" not in rest


def test_a_page_that_ends_at_its_limit_says_so_even_if_it_is_the_last(table):
    for number in range(2):
        table.put(sk=str(number))
    found = table.query(**BY_KEY, Limit=2)
    assert plain(found["LastEvaluatedKey"]) == {"pk": "a", "sk": "1"}
    after = table.query(**BY_KEY, ExclusiveStartKey=found["LastEvaluatedKey"])
    assert after["Items"] == []
    assert "LastEvaluatedKey" not in after
    assert "LastEvaluatedKey" not in table.query(**BY_KEY, Limit=3)


def test_a_page_ends_at_a_megabyte(table):
    for number in range(6):
        table.put(sk=str(number), x="x" * 300_000)
    first = table.scan()
    assert first["Count"] == 4  # the fourth takes it past 1,048,576 bytes
    rest = table.scan(ExclusiveStartKey=first["LastEvaluatedKey"])
    assert rest["Count"] == 2
    assert "LastEvaluatedKey" not in rest


@given(
    keys=st.sets(st.tuples(st.sampled_from("abc"), st.integers(0, 9)), max_size=12),
    limit=st.integers(1, 5),
    backwards=st.booleans(),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_pages_in_a_row_are_the_whole(keys, limit, backwards):
    with Lab(seed=1):
        table = Indexed()
        for pk, number in keys:
            table.put(pk=pk, sk=str(number), g="x", n=number % 3)

        def pages(operation, **given):
            found, start = [], {}
            while True:
                page = operation(**given, **start, Limit=limit)
                found += [(plain(item)["pk"], plain(item)["sk"]) for item in page["Items"]]
                if "LastEvaluatedKey" not in page:
                    return found
                start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

        everything = sorted((pk, str(number)) for pk, number in keys)
        assert pages(table.scan) == everything
        assert sorted(pages(table.scan, IndexName="by_g")) == everything
        segments = [pages(table.scan, Segment=one, TotalSegments=3) for one in range(3)]
        assert sorted(one for segment in segments for one in segment) == everything
        ours = [one for one in everything if one[0] == "a"]
        found = pages(table.query, **BY_KEY, ScanIndexForward=not backwards)
        assert found == (ours[::-1] if backwards else ours)
        found = pages(table.query, **BY_KEY, IndexName="by_n", ScanIndexForward=not backwards)
        assert sorted(found) == ours


def test_what_is_consumed(table):
    def units(answer):
        return answer["ConsumedCapacity"]["CapacityUnits"]

    total = {"ReturnConsumedCapacity": "TOTAL"}
    key = {"Key": typed({"pk": "a", "sk": "1"})}
    assert units(table.get_item(**key, **total)) == 0.5  # there or not
    assert units(table.get_item(**key, **total, ConsistentRead=True)) == 1
    item = typed({"pk": "a", "sk": "1", "x": "x" * 3000})
    assert units(table.put_item(Item=item, **total)) == 3
    assert units(table.query(**BY_KEY, **total)) == 0.5
    assert "ConsumedCapacity" not in table.query(**BY_KEY)
    told = table.put_item(Item={**item, "g": {"S": "x"}}, ReturnConsumedCapacity="INDEXES")[
        "ConsumedCapacity"
    ]
    assert told == {
        "TableName": "indexed",
        "CapacityUnits": 6,
        "Table": {"CapacityUnits": 3},
        "GlobalSecondaryIndexes": {"by_g": {"CapacityUnits": 3}},
    }
    assert units(table.delete_item(**key, **total)) == 6
    got = table.db.transact_get_items(
        TransactItems=[{"Get": {"TableName": "indexed", **key}}], **total
    )
    assert got["ConsumedCapacity"] == [
        {"TableName": "indexed", "CapacityUnits": 2, "ReadCapacityUnits": 2}
    ]


def test_older_parameters(table):
    table.put(x=1)
    table.put(sk="2", x="text")
    conditions = {"pk": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "a"}]}}
    wanted = {"x": {"ComparisonOperator": "GE", "AttributeValueList": [{"N": "1"}]}}
    found = table.query(KeyConditions=conditions, QueryFilter=wanted, AttributesToGet=["x"])
    assert (found["Items"], found["ScannedCount"]) == ([{"x": {"N": "1"}}], 2)
    assert table.scan(ScanFilter={"y": {"ComparisonOperator": "NULL"}})["Count"] == 2
    table.update_item(
        Key=typed({"pk": "a", "sk": "1"}),
        AttributeUpdates={"x": {"Action": "ADD", "Value": {"N": "4"}}},
        Expected={"x": {"ComparisonOperator": "LT", "AttributeValueList": [{"N": "2"}]}},
    )
    assert table.get()["x"] == 5

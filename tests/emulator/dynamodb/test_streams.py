"""Reading a stream of DynamoDB through boto3, in virtual time."""

from __future__ import annotations

import time
from datetime import timedelta

import boto3
import pytest
from emulated_dynamodb import Table, let_pass, plain, refused

from helpers import Lab
from helpers.lab.lab import START


@pytest.fixture
def lab():
    with Lab(seed=2) as lab:
        yield lab


@pytest.fixture
def table(lab):
    return Table()


def test_a_stream_is_described_and_read(table):
    table.put(id="a", n=1)
    [stream] = table.streams.list_streams(TableName="orders")["Streams"]
    assert stream["StreamArn"] == table.stream_arn
    [record] = table.records()
    assert (record["eventName"], record["eventSource"]) == ("INSERT", "aws:dynamodb")
    assert record["awsRegion"] == "eu-west-1"
    change = record["dynamodb"]
    assert (plain(change["Keys"]), plain(change["NewImage"])) == ({"id": "a"}, {"id": "a", "n": 1})
    assert change["ApproximateCreationDateTime"].timestamp() == START.timestamp()


def test_no_address_of_an_account_is_called(lab, table):
    table.db.put_item(
        TableName="arn:aws:dynamodb:eu-west-1:123456789012:table/orders", Item={"id": {"S": "a"}}
    )
    assert len(table.records()) == 1
    assert set(lab.trace.outcome) == {"ok"}


@pytest.mark.parametrize(
    ("view", "images"),
    [
        ("KEYS_ONLY", set()),
        ("NEW_IMAGE", {"NewImage"}),
        ("OLD_IMAGE", {"OldImage"}),
        ("NEW_AND_OLD_IMAGES", {"NewImage", "OldImage"}),
    ],
)
def test_what_a_record_shows_is_chosen_with_the_table(lab, view, images):
    table = Table(stream=view)
    table.put(id="a", n=1)
    table.put(id="a", n=2)
    change = table.records()[1]["dynamodb"]
    assert {name for name in change if name.endswith("Image")} == images
    assert change["StreamViewType"] == view


def test_where_an_iterator_begins(lab, table):
    for number in range(5):
        table.put(id=str(number))
        let_pass(lab, minutes=1)
    numbers = [record["dynamodb"]["SequenceNumber"] for record in table.records()]
    latest = table.iterator("LATEST")
    assert table.records(latest) == []
    table.put(id="5")

    def read(kind, **more):
        return [key for _, key, _ in table.happenings(table.iterator(kind, **more))]

    assert [key for _, key, _ in table.happenings(latest)] == ["5"]
    assert read("TRIM_HORIZON") == list("012345")
    assert read("AT_SEQUENCE_NUMBER", SequenceNumber=numbers[3]) == list("345")
    assert read("AFTER_SEQUENCE_NUMBER", SequenceNumber=numbers[3]) == list("45")
    assert read("AT_TIMESTAMP", Timestamp=START + timedelta(seconds=61)) == list("2345")
    assert read("AT_TIMESTAMP", Timestamp=START - timedelta(days=3)) == list("012345")
    with refused("ValidationException", "future"):
        read("AT_TIMESTAMP", Timestamp=START + timedelta(days=1))


def test_a_reader_follows_the_stream_in_order_and_meets_each_record_once(lab, table):
    seen = []

    def write():
        for number in range(300):
            time.sleep(0.4)
            table.put(id=str(number % 7), n=number)

    def follow():
        iterator = table.iterator("TRIM_HORIZON")
        while True:
            found = table.streams.get_records(ShardIterator=iterator, Limit=10)
            seen.extend(plain(record["dynamodb"]["NewImage"])["n"] for record in found["Records"])
            iterator = found["NextShardIterator"]
            time.sleep(1)

    with lab.running(minutes=3):
        lab.start(write)
        lab.start(follow)
    assert seen == list(range(300))


def test_an_iterator_expires_after_fifteen_minutes(lab, table):
    table.put(id="a")
    iterator = table.iterator()
    let_pass(lab, minutes=15)
    assert len(table.records(iterator)) == 1
    let_pass(lab, seconds=1)
    with pytest.raises(table.streams.exceptions.ExpiredIteratorException):
        table.records(iterator)


def test_records_are_kept_for_a_day(lab, table):
    table.put(id="old")
    [old] = table.records()
    let_pass(lab, hours=23, minutes=50)
    table.put(id="new")
    iterator = table.iterator()
    assert len(table.records(iterator)) == 2
    let_pass(lab, minutes=11)
    assert [key for _, key, _ in table.happenings()] == ["new"]
    with pytest.raises(table.streams.exceptions.TrimmedDataAccessException):
        table.records(iterator)
    with pytest.raises(table.streams.exceptions.TrimmedDataAccessException):
        table.iterator("AT_SEQUENCE_NUMBER", SequenceNumber=old["dynamodb"]["SequenceNumber"])


def test_what_is_not_there_is_refused(table):
    with refused("ResourceNotFoundException"):
        boto3.client("dynamodbstreams").get_shard_iterator(
            StreamArn=table.stream_arn, ShardId="shardId-" + "0" * 30, ShardIteratorType="LATEST"
        )
    with refused("ResourceNotFoundException"):
        boto3.client("dynamodbstreams").describe_stream(
            StreamArn=table.stream_arn.replace("orders", "gone")
        )


def test_a_function_gets_bytes_in_base64(lab, table):
    events = []
    lab.deploy("f", lambda event, context: events.append(event))
    boto3.client("lambda").create_event_source_mapping(
        FunctionName="f", EventSourceArn=table.stream_arn, StartingPosition="LATEST"
    )
    table.put(id="a", body=b"\xff", nested=[{"bytes": {b"x"}}])
    with lab.running(seconds=1):
        pass
    [record] = events[0]["Records"]
    assert record["dynamodb"]["NewImage"] == {
        "id": {"S": "a"},
        "body": {"B": "/w=="},
        "nested": {"L": [{"M": {"bytes": {"BS": ["eA=="]}}}]},
    }


def test_a_set_in_another_order_is_no_change(table):
    table.db.put_item(TableName="orders", Item={"id": {"S": "a"}, "s": {"SS": ["x", "y"]}})
    table.db.put_item(TableName="orders", Item={"s": {"SS": ["y", "x"]}, "id": {"S": "a"}})
    table.db.put_item(TableName="orders", Item={"id": {"S": "a"}, "s": {"SS": ["x"]}})
    assert [record["eventName"] for record in table.records()] == ["INSERT", "MODIFY"]

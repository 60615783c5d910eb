"""One write of DynamoDB: whole or not at all, one record each, and botocore's retries around it."""

from __future__ import annotations

from contextlib import suppress
from random import Random

import boto3
import pytest
from botocore.config import Config
from emulated_dynamodb import Table, let_pass, plain, refused, typed
from hypothesis import given, settings
from hypothesis import strategies as st
from in_ci import each_seed
from moto.dynamodb import responses
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models import table as tables
from moto.dynamodbstreams.responses import DynamoDBStreamsHandler

from helpers import Lab, faults
from helpers.emulator import guard
from helpers.emulator.dynamodb import corrections

OWNERS = (
    DynamoDBBackend, tables.Table, tables.StreamShard, responses.DynamoHandler,
    DynamoDBStreamsHandler,
)  # fmt: skip


@pytest.fixture
def lab():
    with Lab(seed=3) as lab:
        yield lab


@pytest.fixture
def table(lab):
    return Table()


# The corrections come and go.


def functions(owner):
    return {name: value for name, value in vars(owner).items() if callable(value)}


def test_moto_is_as_it_was_when_the_lab_is_closed():
    before = [functions(owner) for owner in OWNERS]
    with Lab(seed=1):
        Table()
        assert all(functions(owner) != held for owner, held in zip(OWNERS, before, strict=True))
    assert [functions(owner) for owner in OWNERS] == before


@pytest.mark.parametrize("part", corrections.PARTS)
def test_another_moto_is_refused(monkeypatch, part):
    monkeypatch.setitem(part.EXPECTED_SOURCES, next(iter(part.EXPECTED_SOURCES)), "0" * 12)
    with pytest.raises(guard.UnexpectedMoto), part.corrections():
        pass


def test_a_second_lab_starts_empty():
    with Lab(seed=3):
        Table()
    with Lab(seed=3):
        assert boto3.client("dynamodb").list_tables()["TableNames"] == []


# A write is whole or not at all.


def test_an_update_that_fails_half_way_changes_nothing(table):
    table.put(id="a", n=1)
    with refused("ValidationException", "exceeded the maximum allowed size"):
        table.update("a", "SET n = :n, big = :big", n=2, big="x" * 410_000)
    assert table.get("a") == {"id": "a", "n": 1}


def test_an_update_that_fails_creates_nothing(table):
    with refused("ValidationException", "exceeded the maximum allowed size"):
        table.update("a", "SET n = :n, big = :big", n=2, big="x" * 410_000)
    assert table.items() == {}
    assert table.records() == []


def test_an_item_has_up_to_400_kilobytes(table):
    room = 400 * 1024 - len("id") - len("a") - len("big")
    table.put(id="a", big="x" * room)
    table.update("a", "SET big = :big", big="y" * room)  # in the place of the one before
    assert table.get("a")["big"] == "y" * room
    with refused("ValidationException", "exceeded the maximum allowed size"):
        table.put(id="b", big="x" * (room + 1))
    table.put(id="b", big="ü" * (room // 2))
    with refused("ValidationException", "exceeded the maximum allowed size"):
        table.put(id="b", big="ü" * (room // 2 + 1))


def test_a_key_that_is_not_whole_is_refused(table):
    with refused("ValidationException"):
        table.db.update_item(
            TableName="orders",
            Key=typed({"other": "a"}),
            UpdateExpression="SET n = :n",
            ExpressionAttributeValues=typed({":n": 1}),
        )


def test_a_failed_condition_shows_the_item_when_asked(table):
    table.put(id="a", n=1)
    with refused("ConditionalCheckFailedException") as caught:
        table.db.put_item(
            TableName="orders",
            Item=typed({"id": "a", "n": 2}),
            ConditionExpression="attribute_not_exists(id)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert plain(caught.value.response["Item"]) == {"id": "a", "n": 1}
    assert table.get("a")["n"] == 1


def test_a_condition_on_a_missing_item(table):
    action = {**table.action("a", "SET n = :n", n=1), "ConditionExpression": "attribute_exists(id)"}
    with refused("ConditionalCheckFailedException"):
        table.db.update_item(**action)
    assert table.items() == {}
    table.update("a", "ADD n :n", n=2)  # without a condition it creates the item
    assert table.get("a") == {"id": "a", "n": 2}


# One write, one record.


def test_an_update_that_creates_its_item_is_one_record(table):
    table.update("a", "ADD n :n", n=1)
    table.update("a", "ADD n :n", n=1)
    table.delete("a")
    assert table.happenings() == [
        ("INSERT", "a", {"id": "a", "n": 1}),
        ("MODIFY", "a", {"id": "a", "n": 2}),
        ("REMOVE", "a", {}),
    ]


def test_a_write_that_changes_nothing_leaves_no_record(table):
    table.put(id="a", n=1, tags={"x"})
    table.put(id="a", n=1, tags={"x"})
    table.update("a", "SET n = :n", n=1)
    table.delete("nothing")
    assert [name for name, _, _ in table.happenings()] == ["INSERT"]


def test_images_stay_as_they_were_written(table):
    table.put(id="a", tags={"x"}, parts=[{"sku": 1}])
    table.update("a", "ADD tags :t SET parts[0].sku = :sku", t={"y"}, sku=2)
    first, second = (plain(r["dynamodb"]["NewImage"]) for r in table.records())
    assert (first["tags"], first["parts"]) == ({"x"}, [{"sku": 1}])
    assert (second["tags"], second["parts"]) == ({"x", "y"}, [{"sku": 2}])


def test_a_table_whose_stream_is_turned_off_can_be_written(table):
    table.db.update_table(TableName="orders", StreamSpecification={"StreamEnabled": False})
    table.put(id="a")
    assert list(table.items()) == ["a"]


writes = st.lists(
    st.tuples(
        st.sampled_from(["put", "add", "delete", "refused"]),
        st.sampled_from("abc"),
        st.integers(0, 2),
    ),
    max_size=30,
)


@given(writes=writes)
@settings(max_examples=25, deadline=None)
def test_the_stream_tells_every_change_and_nothing_else(writes):
    with Lab(seed=1):
        table, told = Table(), {}
        for kind, key, n in writes:
            if kind == "put":
                table.put(id=key, n=n)
            elif kind == "add":
                table.update(key, "ADD n :n", n=n)
            elif kind == "delete":
                table.delete(key)
            else:
                with refused("ValidationException"):
                    table.update(key, "SET m = :n, n = n + missing", n=9)
        for record in table.records():
            change, key = record["dynamodb"], plain(record["dynamodb"]["Keys"])["id"]
            assert plain(change.get("OldImage", {})) == told.get(key, {})
            assert change.get("OldImage") != change.get("NewImage")
            told[key] = plain(change.get("NewImage", {}))
        assert {key: item for key, item in told.items() if item} == table.items()


# botocore's own retries.


def test_four_attempts_for_dynamodb(lab, table):
    with faults.throttling("dynamodb.PutItem"), lab.running():
        with refused("ProvisionedThroughputExceededException"):
            table.put(id="a")
    puts = lab.trace[lab.trace.operation == "PutItem"]
    assert list(puts.attempt) == [1, 2, 3, 4]
    assert set(puts.outcome) == {"ProvisionedThroughputExceededException"}
    assert puts.time.is_monotonic_increasing


def test_a_throttled_writer_gets_through(lab):
    table = Table(config=Config(retries={"total_max_attempts": 10}))

    def write():
        for number in range(150):
            table.put(id=str(number))

    with faults.throttling("dynamodb.PutItem", rate=0.3, seed=4) as fault, lab.running():
        lab.start(write)
    assert fault.hits > 30
    assert len(table.items()) == 150


@pytest.mark.parametrize("seed", each_seed(1, 2))
def test_a_lost_reply_doubles_an_addition_but_not_a_conditional_write(seed):
    with Lab(seed=seed) as lab:
        table = Table(config=Config(read_timeout=2))

        def count():
            for number in range(200):
                table.update("sum", "ADD n :one", one=1)
                # The second attempt finds what the first has written.
                with suppress(table.db.exceptions.ConditionalCheckFailedException):
                    table.db.put_item(
                        TableName="orders",
                        Item=typed({"id": f"order-{number}"}),
                        ConditionExpression="attribute_not_exists(id)",
                    )

        fault = faults.lost_reply("dynamodb", rate=0.1, seed=seed)
        with fault, lab.running():
            lab.start(count)
        assert table.get("sum")["n"] > 200
        assert len(table.items()) == 201


@pytest.mark.parametrize("seed", each_seed(1, 2, 3))
def test_the_same_seed_gives_the_same_run(seed):
    def run():
        with Lab(seed=seed) as lab:
            table = Table()
            table.expire()
            random = Random(seed)

            def write():
                for _ in range(100):
                    key = random.choice("abcdef")
                    table.update(key, "SET expires = :e ADD n :one", e=int(1e9), one=1)

            with faults.latency("dynamodb", median=0.01, p99=0.5, seed=seed), lab.running(days=1):
                lab.start(write, copies=2)
            found = lab.trace, table.records()
            let_pass(lab, days=1)
            return *found, table.items()

    first, second = run(), run()
    assert first[0].equals(second[0])
    assert first[1:] == second[1:]

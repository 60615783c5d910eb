"""Time to live: expired items stay readable for a while, then go, and the stream says so."""

from __future__ import annotations

import functools
import statistics
import time
from datetime import timedelta
from decimal import Decimal

import boto3
import botocore.session
import pytest
from emulated_dynamodb import Table, let_pass, plain, refused, typed
from in_ci import each_seed

from helpers import Lab
from helpers.lab.lab import START

DAY = 86400
EPOCH = int(START.timestamp())


@pytest.fixture
def lab():
    with Lab(seed=9) as lab:
        yield lab


@pytest.fixture
def table(lab):
    table = Table()
    table.expire()
    return table


def test_the_model_says_what_is_held_to_here():
    model = botocore.session.Session().get_service_model("dynamodb")
    said = model.operation_model("UpdateTimeToLive").documentation
    assert "typically deletes expired items within two days of expiration" in said
    assert "will still show up in reads, queries, and scans" in said


def test_expired_items_stay_readable_for_a_while_then_go(lab, table):
    for number in range(300):
        table.put(id=str(number), expires=EPOCH + 3600)
    let_pass(lab, hours=1)
    assert len(table.items()) == 300  # not expired yet, or not by more than a second
    let_pass(lab, hours=12)
    left = table.items()
    assert 150 < len(left) < 300  # and who reads has to look at the attribute
    assert all(table.get(key) for key in list(left)[:20])
    assert len(table.db.query(**by_key("orders", next(iter(left))))["Items"]) == 1
    let_pass(lab, hours=36)
    assert table.items() == {}


def by_key(name, key):
    return {
        "TableName": name,
        "KeyConditionExpression": "id = :id",
        "ExpressionAttributeValues": typed({":id": key}),
    }


def delays(seed):
    """Seconds from expiry to deletion of 300 items, as the stream tells them."""
    with Lab(seed=seed) as lab:
        table, told = Table(), []
        table.expire()
        for number in range(300):
            table.put(id=str(number), expires=EPOCH)
        let_pass(lab, minutes=1)
        for _ in range(4):
            since = START + timedelta(seconds=lab.now)
            let_pass(lab, hours=12)
            records = table.records(table.iterator("AT_TIMESTAMP", Timestamp=since))
            told += [r["dynamodb"]["ApproximateCreationDateTime"].timestamp() for r in records]
        return [moment - EPOCH for moment in told]


@functools.cache
def delays_of(seed):
    """The same, of one run for all tests."""
    return delays(seed)


@pytest.mark.parametrize("seed", each_seed(1, 2, 3))
def test_the_delays_are_spread_over_two_days(seed):
    found = delays_of(seed)
    assert 295 <= len(found) <= 300  # but for those of the first minute
    assert 0 < min(found) < 0.1 * DAY < 1.9 * DAY < max(found) < 2 * DAY
    quarters = [value / DAY for value in statistics.quantiles(found, n=4)]
    assert quarters == pytest.approx([0.5, 1.0, 1.5], abs=0.15)


def test_the_delays_come_from_the_seed():
    assert delays(1) == delays_of(1) != delays_of(2)


def test_the_stream_says_who_deleted_and_when(lab, table):
    for number in range(200):
        table.put(id=str(number), expires=EPOCH)
    table.put(id="mine")
    table.delete("mine")
    let_pass(lab, hours=20)
    removed = [r for r in table.records() if r["eventName"] == "REMOVE"]
    by_user, by_service = removed[0], removed[1:]
    assert "userIdentity" not in by_user
    assert len(by_service) == 200 - len(table.items()) > 50
    for record in by_service:
        identity = {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
        assert record["userIdentity"] == identity
        assert plain(record["dynamodb"]["OldImage"])["expires"] == EPOCH
    moments = [r["dynamodb"]["ApproximateCreationDateTime"].timestamp() for r in by_service]
    assert moments == sorted(moments)
    assert EPOCH < moments[0] < moments[-1] < EPOCH + 20 * 3600
    assert statistics.mean(moments) == pytest.approx(EPOCH + 10 * 3600, abs=2 * 3600)


def test_an_item_that_is_extended_or_spared_stays(lab, table):
    for key in ("extended", "spared", "replaced", "updated", "expired"):
        table.put(id=key, expires=EPOCH + 3600)
    let_pass(lab, minutes=30)
    table.update("extended", "SET expires = :later", later=EPOCH + 30 * DAY)
    table.update("spared", "REMOVE expires")
    table.put(id="replaced")
    table.update("updated", "SET n = :n", n=1)
    let_pass(lab, days=3)
    assert set(table.items()) == {"extended", "spared", "replaced"}
    let_pass(lab, days=27)
    assert table.get("extended") is not None
    let_pass(lab, days=2, hours=1)
    assert set(table.items()) == {"spared", "replaced"}


def test_an_expired_item_can_still_be_rescued(lab, table):
    for number in range(50):
        table.put(id=str(number), expires=EPOCH)
    let_pass(lab, hours=6)
    rescued = set(table.items())
    for key in rescued:
        table.update(key, "SET expires = :later", later=EPOCH + 90 * DAY)
    let_pass(lab, days=60)
    assert set(table.items()) == rescued != set()


def test_a_shortened_time_counts(lab, table):
    table.put(id="a", expires=EPOCH + 365 * DAY)
    table.update("a", "SET expires = :now", now=EPOCH)
    let_pass(lab, days=2, seconds=1)
    assert table.items() == {}


def test_an_item_made_again_under_the_same_key_has_a_time_of_its_own(lab, table):
    table.put(id="a", expires=EPOCH)
    table.delete("a")
    table.put(id="a", expires=EPOCH + 10 * DAY)
    let_pass(lab, days=9)
    assert list(table.items()) == ["a"]
    for _ in range(2):
        let_pass(lab, days=3, seconds=1)
        assert table.items() == {}
        table.put(id="a", expires=EPOCH + 10 * DAY)  # expired already


@pytest.mark.parametrize(
    "value",
    [
        str(EPOCH),  # a text
        EPOCH * 1000,  # milliseconds: 56,000 years from now
        EPOCH - 5 * 365 * DAY - 3 * DAY,  # more than five years ago
        [EPOCH],
        None,
        True,
    ],
)
def test_what_is_no_recent_moment_is_ignored(lab, table, value):
    table.put(id="a", expires=value)
    table.put(id="b", other=EPOCH)
    let_pass(lab, days=10)
    assert set(table.items()) == {"a", "b"}


def test_a_fraction_of_a_second_and_four_years_ago_count(lab, table):
    table.put(id="a", expires=Decimal(f"{EPOCH}.5"))
    table.put(id="b", expires=EPOCH - 4 * 365 * DAY)
    let_pass(lab, days=2, seconds=1)
    assert table.items() == {}


def test_turned_on_it_counts_for_items_that_are_there(lab):
    table = Table()
    table.put(id="a", expires=EPOCH)
    table.put(id="b")
    let_pass(lab, days=10)
    assert set(table.items()) == {"a", "b"}
    table.expire()
    let_pass(lab, days=2, seconds=1)
    assert set(table.items()) == {"b"}


def test_turned_off_it_deletes_nothing_more(lab, table):
    table.put(id="a", expires=EPOCH + 2 * 3600)
    let_pass(lab, hours=1)
    table.expire(enabled=False)
    let_pass(lab, days=10)
    assert set(table.items()) == {"a"}
    table.expire("other")
    let_pass(lab, days=10)
    assert set(table.items()) == {"a"}


def test_the_setting_is_told_and_changes_once_an_hour(lab):
    table = Table()

    def told():
        found = table.db.describe_time_to_live(TableName="orders")["TimeToLiveDescription"]
        return found["TimeToLiveStatus"], found.get("AttributeName")

    assert told() == ("DISABLED", None)
    with refused("ValidationException", "already disabled"):
        table.expire(enabled=False)
    table.expire()
    assert told() == ("ENABLED", "expires")
    with refused("ValidationException", "already enabled"):
        table.expire()
    with refused("ValidationException", "current AttributeName is expires"):
        table.expire("other")
    with refused("ValidationException", "multiple times within a fixed interval"):
        table.expire(enabled=False)
    let_pass(lab, hours=1)
    table.expire(enabled=False)
    assert told()[0] == "DISABLED"
    with refused("ResourceNotFoundException"):
        table.db.describe_time_to_live(TableName="gone")


def test_items_of_transactions_and_batches_expire_too(lab, table):
    item = typed({"id": "a", "expires": EPOCH})
    table.db.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": "orders", "Item": item}},
            {"Update": table.action("b", "SET expires = :e", e=EPOCH)},
        ]
    )
    requests = [{"PutRequest": {"Item": typed({"id": "c", "expires": EPOCH})}}]
    table.db.batch_write_item(RequestItems={"orders": requests})
    assert set(table.items()) == {"a", "b", "c"}
    let_pass(lab, days=2, seconds=1)
    assert table.items() == {}


def test_a_cancelled_transaction_does_not_shorten_a_life(lab, table):
    table.put(id="a", expires=EPOCH + 30 * DAY)
    check = {
        "TableName": "orders",
        "Key": typed({"id": "b"}),
        "ConditionExpression": "attribute_exists(id)",
    }
    shorten = {"Update": table.action("a", "SET expires = :now, n = m", now=EPOCH)}
    for entries in ([shorten], [shorten, {"ConditionCheck": check}]):
        with refused("TransactionCanceledException"):
            table.db.transact_write_items(TransactItems=entries)
    let_pass(lab, days=20)
    assert list(table.items()) == ["a"]
    let_pass(lab, days=12, seconds=1)
    assert table.items() == {}


def test_a_table_with_a_range_key(lab):
    db = boto3.client("dynamodb")
    db.create_table(
        TableName="lines",
        KeySchema=[
            {"AttributeName": "id", "KeyType": "HASH"},
            {"AttributeName": "line", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "line", "AttributeType": "N"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    setting = {"Enabled": True, "AttributeName": "expires"}
    db.update_time_to_live(TableName="lines", TimeToLiveSpecification=setting)
    for line in range(20):
        later = {"expires": EPOCH + line % 2 * 10 * DAY}
        db.put_item(TableName="lines", Item=typed({"id": "a", "line": line, **later}))
    let_pass(lab, days=3)
    left = [plain(item)["line"] for item in db.query(**by_key("lines", "a"))["Items"]]
    assert left == list(range(1, 20, 2))


def test_it_costs_no_time_and_keeps_no_run_alive(lab, table):
    for number in range(300):
        table.put(id=str(number), expires=EPOCH)
    with lab.running():  # ends with its worker, whatever is still due
        lab.start(time.sleep, 10)
    assert lab.now == 10
    rows = len(lab.trace)
    let_pass(lab, days=5)
    assert len(lab.trace) == rows
    assert table.items() == {}

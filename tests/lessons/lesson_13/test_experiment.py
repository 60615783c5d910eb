"""What lesson 13 does to its consumers and publishers, on seeds of its own."""

import contextlib
import time
from random import Random

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError
from in_ci import each_seed

from helpers import Lab, faults, trace
from helpers.lessons.lesson_13 import (
    bad_day,
    crashes,
    powertools,
    publishing,
    races,
    records,
    tokens,
)
from helpers.patterns.idempotency import DAY, once

SEEDS = each_seed(41, 42)
seeds = pytest.mark.parametrize("seed", SEEDS)


@seeds
def test_each_duplicate_of_a_bad_day_has_the_cause_that_struck(seed):
    events, struck = bad_day.bad_day(seed)
    count = bad_day.delivered(events)["cause"].value_counts().to_dict()
    twice = count.get("lost reply", 0) + count.get("bus delivers again", 0)
    expected = {"timeout", "crash", "publisher repeats"}
    assert {cause: count.get(cause, 0) for cause in expected} | {"sent twice": twice} == struck
    assert sum(struck.values()) > 5
    assert trace.effects(events, "charged").sum() == sum(count.values())


@seeds
def test_with_a_record_the_same_day_charges_once(seed):
    events, _ = bad_day.bad_day(seed, bad_day.by_once)
    assert (trace.effects(events, "charged") == 1).all()
    assert (trace.deliveries(events)["deliveries"] > 1).any()


@seeds
def test_the_keys_are_those_of_the_messages(seed):
    events, _ = bad_day.bad_day(seed)
    ids = bad_day.delivered(events)
    fresh = ids[ids["cause"] == "no duplicate"]
    assert fresh["order id"].is_unique
    assert len(fresh) == ids["order id"].nunique()
    for narrow, wide in (("message id", "event id"), ("event id", "body's hash")):
        assert ids[narrow].nunique() >= ids[wide].nunique()
    share = bad_day.known([events])
    assert share.loc["no duplicate", "order id"] == 0
    assert (share["order id"].iloc[1:].dropna() == 1).all()


@seeds
def test_a_machine_dies_once_for_an_order_and_where_it_should(seed):
    points = ["before the work", "after the work", "before the delete", "after the delete"]
    events, fate = crashes.with_crashes(
        seed,
        lambda db, key, charge: charge(),
        lambda n: points[n % 4],
        lambda fate: 1,
        orders=40,
        minutes=8,
    )
    died = events[events["name"] == "crashed"].set_index("order_id")["point"]
    assert died.sort_index().equals(fate.rename("point").rename_axis("order_id").astype(object))
    charges = trace.effects(events, "charged").groupby(fate).unique()
    assert charges.map(list).to_dict() == dict(zip(points, ([1], [2], [2], [1]), strict=True))


@seeds
def test_a_token_that_the_provider_knows_charges_nothing(seed):
    events, _ = crashes.with_crashes(
        seed, lambda db, key, charge: charge(key), lambda n: "after the work", lambda fate: 1
    )
    assert (trace.effects(events, "charged") == 1).all()


def test_a_cell_of_the_matrix_is_the_charges_of_its_orders():
    rows, traces = crashes.matrix(44)
    table = crashes.per_cell(rows)
    assert table.shape == (5, 6)
    assert list(traces) == list(crashes.CONSUMERS)
    assert table.loc["after the delete"].eq(1).all()
    assert table.loc["slow", "as told"] == 2


@seeds
@pytest.mark.parametrize("hold", [10, 60])
def test_a_short_hold_charges_again_and_a_long_one_waits(seed, hold):
    draws = Random(seed)
    events, fate = crashes.with_crashes(
        seed,
        lambda db, key, charge: once(db, "records", key, charge, hold=hold),
        lambda n: "before the work" if n % 5 == 0 else "fine",
        lambda fate: 45 if draws.random() < 0.2 else 5,
        orders=40,
        minutes=6,
        workers=8,
    )
    charges, waits = trace.effects(events, "charged"), trace.end_to_end(events, "charged")
    assert (charges > 1).any() == (hold < 45)
    assert waits[fate[fate == "before the work"].index].min() > hold


@seeds
def test_points_are_given_as_often_as_the_way_says(seed):
    """A reply gets lost: the SDK tries again, or leaves that to the caller, who does not here."""
    sdk = [tokens.Way(f"sdk {number}") for number in range(4)]
    caller = [tokens.Way(f"caller {number}", sdk_retries=False) for number in range(4)]
    later = tokens.Way("later", again_after=300)
    asked = {}

    def give(client, way, order_id):
        asked.setdefault((way, order_id), []).append(time.time())
        with contextlib.suppress(ReadTimeoutError):
            client.update_item(
                TableName="points",
                Key={"id": {"S": f"{way.name} {order_id}"}},
                UpdateExpression="ADD points :p",
                ExpressionAttributeValues={":p": {"N": "1"}},
            )

    ways = [*sdk, *caller, later]
    given = tokens.points(seed, ways, give)
    assert list(given.index) == [way.name for way in ways]
    assert given[[way.name for way in sdk]].mean() > 1
    assert (given[[way.name for way in caller]] == 1).all()
    for (way, _), times in asked.items():
        assert len(times) == (2 if way == later else 1)
        assert times[-1] - times[0] >= (300 if way == later else 0)


@seeds
def test_a_payment_is_charged_for_each_token(seed):
    each, first = (tokens.paying(seed, made) for made in ("for each attempt", "before the first"))
    assert each["too many"] == each["replies lost"] > 0
    assert first["too many"] == 0 < first["replies lost"]


@seeds
def test_clicks_meet_the_guard_within_a_tenth_of_a_second(seed):
    begun = {}

    def guard(dynamodb, table, key, work):
        begun.setdefault(key, []).append(time.time())
        time.sleep(0.05)
        work()

    events = races.double_clicks(seed, guard)
    assert len(begun) > 20
    assert all(0 <= second - first <= 0.1001 for first, second in begun.values())
    assert events["name"].eq("charged").sum() == 2 * len(begun)


def test_the_race_is_about_one_order_that_was_charged_twice():
    clicks = races.double_clicks(41, races.check_then_write)
    one = races.race(clicks)
    assert one["caller"].nunique() == 2
    assert one["name"].eq("charged").sum() == 2
    assert set(one["operation"].dropna()) == {"GetItem", "PutItem"}


@pytest.mark.parametrize(("keep", "times"), [(DAY, 2), (26 * 3600, 1), (30 * DAY, 1)])
def test_what_comes_again_after_25_hours_is_known_if_the_record_is_kept(keep, times):
    charges = records.next_day(41, keep)
    assert len(charges) > 20
    assert (charges == times).all()


@seeds
def test_late_news_is_a_duplicate_that_comes_after_the_refund(seed):
    plain, revised = records.late_news(seed, records.overwrite), records.late_news(seed)
    assert plain["late"].sum() > 5
    assert plain["status"].eq("paid").equals(plain["late"])
    assert revised["status"].eq("refunded").all()


@seeds
def test_time_to_live_takes_its_time_and_a_claim_does_not_wait_for_it(seed):
    looks, free = records.time_to_live(seed)
    there = looks.set_index("hour")["records"]
    assert there[1] > 90
    assert 0 < there[24] < 90
    assert there[51] == 0
    assert free == records.SEVERAL


@pytest.mark.parametrize("way", list(publishing.WAYS))
def test_a_machine_dies_after_its_first_step(way):
    _, rows = publishing.publishing(41, way)
    died, lived = rows[rows["dies"]], rows[~rows["dies"]]
    assert len(died) > 4
    assert lived["written"].all()
    assert lived["packed"].eq(1).all()
    assert died["written"].all() == (way != "publish, write")
    assert (died["packed"] == (way != "write, publish")).all()
    assert (rows["events"] >= rows["packed"]).all()


@seeds
def test_the_stream_s_function_is_given_again_what_it_could_not_publish(seed):
    with faults.error("events.PutEvents", rate=0.5, seed=seed):
        _, rows = publishing.publishing(seed, "write; the stream publishes")
    assert rows["written"].all()
    assert rows["packed"].eq(1).all()


@seeds
def test_powertools_charges_once_though_functions_hang(seed):
    events = powertools.by_powertools(seed)
    assert (trace.effects(events, "charged") == 1).all()
    assert {"lost reply", "timeout"} <= set(trace.duplicates(events)["cause"])


def test_each_run_leaves_no_lab_open():
    races.double_clicks(41, once)
    with Lab(seed=1):
        assert boto3.client("dynamodb").list_tables()["TableNames"] == []

"""What lesson 13 does to its consumers, on seeds of its own."""

import contextlib
import time
from random import Random

import pytest
from botocore.exceptions import ReadTimeoutError

from helpers import Lab, trace
from helpers.lessons.lesson_13 import misfortune
from helpers.patterns.idempotency import once

SEEDS = [1, 2, 3]


@pytest.fixture(params=SEEDS)
def lab(request):
    with Lab(seed=request.param) as lab:
        yield lab


def as_told(dynamodb, charge):
    return lambda message: charge(misfortune.order_in(message))


def test_each_duplicate_of_a_bad_day_has_the_cause_that_struck(lab):
    events, struck = misfortune.bad_day(lab, as_told)
    found = misfortune.delivered(events)["cause"].value_counts().to_dict()
    twice = found.get("lost reply", 0) + found.get("bus delivers again", 0)
    expected = {"timeout", "crash", "publisher repeats"}
    assert {cause: found.get(cause, 0) for cause in expected} | {"sent twice": twice} == struck
    assert sum(struck.values()) > 5
    assert trace.effects(events, "charged").sum() == sum(found.values())


def test_the_keys_are_those_of_the_messages(lab):
    events, _ = misfortune.bad_day(lab, as_told)
    ids = misfortune.delivered(events)
    fresh = ids[ids["cause"] == "no duplicate"]
    assert fresh["order id"].is_unique
    assert len(fresh) == ids["order id"].nunique()
    for narrow, wide in (("message id", "event id"), ("event id", "body's hash")):
        assert ids[narrow].nunique() >= ids[wide].nunique()


def test_a_machine_dies_once_for_an_order_and_where_it_should(lab):
    points = ["before the work", "after the work", "before the delete", "after the delete"]
    events, fate = misfortune.with_crashes(
        lab,
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


def test_a_token_that_the_provider_knows_charges_nothing(lab):
    events, _ = misfortune.with_crashes(
        lab, lambda db, key, charge: charge(key), lambda n: "after the work", lambda fate: 1
    )
    assert (trace.effects(events, "charged") == 1).all()


@pytest.mark.parametrize("hold", [10, 60])
def test_a_short_hold_charges_again_and_a_long_one_waits(lab, hold):
    draws = Random(lab.seed)
    events, fate = misfortune.with_crashes(
        lab,
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


def test_points_are_given_as_often_as_the_way_says(lab):
    """A reply gets lost: the SDK tries again, or leaves that to the caller, who does not here."""
    sdk = [misfortune.Way(f"sdk {number}") for number in range(4)]
    caller = [misfortune.Way(f"caller {number}", sdk_retries=False) for number in range(4)]
    later = misfortune.Way("later", again_after=300)
    asked = {}

    def give(client, way, order_id):
        asked.setdefault((way, order_id), []).append(lab.now)
        with contextlib.suppress(ReadTimeoutError):
            client.update_item(
                TableName="points",
                Key={"id": {"S": f"{way.name} {order_id}"}},
                UpdateExpression="ADD points :p",
                ExpressionAttributeValues={":p": {"N": "1"}},
            )

    ways = [*sdk, *caller, later]
    given = misfortune.points(lab, give, ways)
    assert list(given.index) == [way.name for way in ways]
    assert given[[way.name for way in sdk]].mean() > 1
    assert (given[[way.name for way in caller]] == 1).all()
    for (way, _), times in asked.items():
        assert len(times) == (2 if way == later else 1)
        assert times[-1] - times[0] >= (300 if way == later else 0)


def test_clicks_meet_the_guard_within_a_tenth_of_a_second(lab):
    begun = {}

    def guard(dynamodb, table, key, work):
        begun.setdefault(key, []).append(lab.now)
        time.sleep(0.05)
        work()

    events = misfortune.double_clicks(lab, guard)
    assert len(begun) > 20
    assert all(0 <= second - first <= 0.1 for first, second in begun.values())
    assert events["name"].eq("charged").sum() == 2 * len(begun)

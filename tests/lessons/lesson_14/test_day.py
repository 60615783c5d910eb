"""A Black Friday has in it what the lesson says, and is the same for the same seed."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.lessons.lesson_14 import exercises, measured, plan, scorecard
from helpers.lessons.lesson_14.day import LOST, NOT_SENT, hold
from helpers.lessons.lesson_14.provider import UNHEARD
from helpers.patterns.black_friday import charge_by_token, open_plain_queue, take_order

SEEDS = (1, 2, 3)


@pytest.fixture(scope="module", params=SEEDS)
def held(request):
    return hold(open_plain_queue, take_order, charge_by_token, seed=request.param)


def marks(held, name):
    return held.events.query("kind == 'mark' and name == @name")


@given(st.integers(0, 10_000))
def test_the_outage_and_the_loud_minute_are_in_different_halves_of_the_day(seed):
    day = plan.draw(seed)
    (first, last) = sorted([day.outage, day.noise])
    assert 0 < first[0] < first[1] < plan.LASTS / 2 < last[0] < last[1] < plan.LASTS
    assert [order.placed_at for order in day.orders] == sorted(o.placed_at for o in day.orders)
    [poisoned] = [order for order in day.orders if order.amount <= 0]
    assert (poisoned.order_id, poisoned.tenant == plan.LOUD) == (day.poisoned, False)
    assert 1 <= day.deadly[0] < day.deadly[1] < len(day.orders)


def test_all_that_was_announced_goes_wrong(held):
    begin, end = held.plan.outage
    asked = marks(held, "asked")
    assert ((begin <= asked["time"]) & (asked["time"] < end)).sum() > 20
    assert len(marks(held, "died")) == plan.DEATHS
    assert (
        asked["order_id"] == held.plan.poisoned
    ).sum() % 12 == 0  # more, if its send was repeated
    unheard = len(asked) - len(marks(held, "charged"))
    assert unheard > UNHEARD * len(held.plan.orders) / 2
    sends = held.events.query("operation == 'SendMessage'")
    wrong = LOST["sqs.SendMessage"] + NOT_SENT
    assert (sends["outcome"] != "ok").mean() == pytest.approx(wrong, abs=0.04)


def test_the_loud_tenant_is_loud_for_a_minute_and_nobody_s_order_is_made_up(held):
    begin, end = held.plan.noise
    loud = [order for order in held.plan.orders if begin <= order.placed_at < end]
    assert sum(order.tenant == plan.LOUD for order in loud) > len(loud) / 2
    assert set(marks(held, "charged")["order_id"]) <= {o.order_id for o in held.plan.orders}


def test_the_same_seed_gives_the_same_day(held):
    again = hold(open_plain_queue, take_order, charge_by_token, seed=held.seed)
    pd.testing.assert_frame_equal(again.events, held.events)
    assert scorecard.score(again) == scorecard.score(held)


def test_each_measure_has_a_sentence_of_its_own():
    assert [measure.key for measure in scorecard.MEASURES] == list(exercises.SAYS)


def test_a_grade_needs_all_below_it():
    met = {measure.name: measure.most for measure in scorecard.MEASURES}
    assert scorecard.grade(met) == 3
    for measure in scorecard.MEASURES:
        assert scorecard.grade(met | {measure.name: measure.most + 0.01}) == measure.grade - 1


def test_the_worst_minute_is_the_one_in_which_most_orders_wait(held):
    begin, waits = scorecard.worst_minute(held), scorecard.waits(held)

    def waiting(at):
        return ((waits["placed"] <= at) & (at < waits["placed"] + waits["wait"])).sum()

    inside = sum(waiting(begin + second) for second in range(60))
    assert inside >= max(sum(waiting(b + s) for s in range(60)) for b in range(0, 800, 60)) * 0.98


def test_an_unknown_order_and_a_changed_amount_are_refused():
    def worker(session, shop, charge):
        with pytest.raises(ValueError, match=r"got \{'order_id': 'o-1'\}"):
            charge({"order_id": "o-1"})
        with pytest.raises(ValueError, match=r"amount of order .* was changed to 1"):
            charge({"order_id": plan.draw(5).orders[0].order_id, "amount": 1})

    hold(measured.one_queue, take_order, worker, seed=5)

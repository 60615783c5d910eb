"""A Black Friday has in it what the lesson says, and is the same for the same seed."""

import contextlib
import json
import threading
import time
from collections import Counter

import pandas as pd
import pytest
from botocore.config import Config
from hypothesis import given
from hypothesis import strategies as st
from in_ci import each_seed

from helpers import load
from helpers.clock import NeverWaits, clock
from helpers.lab import beside
from helpers.lessons import machines
from helpers.lessons.lesson_14 import day, exercises, measured, plan, scorecard
from helpers.lessons.lesson_14.clients import Clients
from helpers.lessons.lesson_14.day import LOST, NOT_SENT, hold, hold_in
from helpers.lessons.lesson_14.provider import UNHEARD
from helpers.patterns.black_friday import charge_by_token, open_plain_queue, take_order

SEEDS = each_seed(1, 2, 3)


@pytest.fixture(scope="module", params=SEEDS)
def held(request):
    return hold(open_plain_queue, take_order, charge_by_token, seed=request.param)


def marks(held, name):
    return held.events.query("kind == 'mark' and name == @name")


@given(st.integers(0, 10_000))
def test_the_outage_and_the_loud_minute_are_in_different_halves_of_the_day(seed):
    drawn = plan.draw(seed)
    (first, last) = sorted([drawn.outage, drawn.noise])
    assert 0 < first[0] < first[1] < plan.LASTS / 2 < last[0] < last[1] < plan.LASTS
    assert [order.placed_at for order in drawn.orders] == sorted(o.placed_at for o in drawn.orders)
    [poisoned] = [order for order in drawn.orders if order.amount <= 0]
    assert (poisoned.order_id, poisoned.tenant == drawn.loud) == (drawn.poisoned, False)
    assert 1 <= drawn.deadly[0] < drawn.deadly[1] < len(drawn.orders)


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
    assert sum(order.tenant == held.plan.loud for order in loud) > len(loud) / 2
    assert set(marks(held, "charged")["order_id"]) <= {o.order_id for o in held.plan.orders}


@pytest.mark.parametrize("held", SEEDS[:1], indirect=True)
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


class TestAFunctionThatDoesNotEnd:
    def test_is_told_where_the_day_is_held(self):
        with pytest.raises(ValueError, match=r"set_up returns\. It got 60 simulated seconds"):
            hold(lambda session: time.sleep(1e9), take_order, charge_by_token, seed=1)

    def test_is_told_also_if_it_never_waits(self, monkeypatch):
        monkeypatch.setattr(clock, "STOP_GRACE", 0.5)  # it computes all the time that it is given

        def set_up(session):
            while True:
                pass

        with beside(seed=1, patience=0.5) as lab, pytest.raises(NeverWaits):
            hold_in(lab, set_up, take_order, charge_by_token, 1)

    def test_leaves_no_thread_of_set_up_behind(self):
        asked = []

        def set_up(session):
            def asks():
                while True:
                    time.sleep(1)
                    asked.append(lab.now)

            threading.Thread(target=asks).start()
            time.sleep(5)
            return open_plain_queue(session)

        with beside(seed=1) as lab:
            held = hold_in(lab, set_up, take_order, charge_by_token, 1)
        assert 3 < len(asked) < 10
        assert len(marks(held, "charged"))

    def test_sends_no_more_than_a_day_has_room_for(self, monkeypatch):
        monkeypatch.setattr(day, "CALLS", 500)

        def checkout(session, shop, order):
            while True:
                take_order(session, shop, order)

        with pytest.raises(
            ValueError, match=r"and \d+ calls, most of them by the checkout: .* 'SendMessage'"
        ):
            hold(open_plain_queue, checkout, charge_by_token, seed=1)

    @pytest.mark.parametrize("seed", SEEDS)
    def test_stands_still_at_the_end_of_the_day_whatever_it_catches(self, seed):
        caught = []

        def worker(session, shop, charge):
            sqs = session.client("sqs")
            while True:
                try:
                    got = sqs.receive_message(QueueUrl=shop, WaitTimeSeconds=20)
                    for message in got.get("Messages", []):
                        order = json.loads(message["Body"])
                        charge(order, token=order["order_id"])
                        sqs.delete_message(QueueUrl=shop, ReceiptHandle=message["ReceiptHandle"])
                except BaseException as error:
                    caught.append(type(error).__name__)

        held = hold(open_plain_queue, take_order, worker, seed=seed)
        assert scorecard.grade(scorecard.score(held)) >= 1
        # Each of six machines, two of which die, is told that it is over, and then stopped.
        assert caught.count("Stopped") + caught.count("Crash") < 6 * 2 * machines.SWALLOWED


def test_the_seed_chooses_who_is_loud_and_that_tenant_has_the_second_most_orders():
    loud, places = Counter(), Counter()
    for seed in range(60):
        drawn = plan.draw(seed)
        begin, end = drawn.noise
        quiet = [order for order in drawn.orders if not begin <= order.placed_at < end]
        shares = Counter(order.tenant for order in quiet).most_common()
        loud[drawn.loud] += 1
        places[[tenant for tenant, _ in shares].index(drawn.loud)] += 1
    assert loud.keys() == {tenant.tenant for tenant in load.tenants()}
    assert places.most_common(1)[0][0] == 1


def test_what_a_worker_hides_is_noted_and_what_it_misspells_too():
    def worker(session, shop, charge):
        sqs = session.client("sqs")
        for wrong in (
            lambda: sqs.receive_message(QueueURL=shop),
            lambda: sqs.recieve_message(QueueUrl=shop),
            lambda: sqs.receive_message(QueueUrl=f"{shop}-of-yesterday"),
        ):
            with contextlib.suppress(Exception):
                wrong()
        time.sleep(10_000)

    held = hold(measured.one_queue, take_order, worker, seed=1)
    names = sorted(words.partition(",")[0] for words in held.errors)
    assert names == ["AttributeError", "ParamValidationError", "QueueDoesNotExist"]
    assert set(held.errors.values()) == {plan.MACHINES}


def test_a_config_that_is_made_for_each_order_gives_one_client():
    with beside(seed=1):
        given, clients = (1, 1, 2), Clients()
        one, same, other = (
            clients.client("sqs", {"config": Config(read_timeout=seconds)}) for seconds in given
        )
    assert one is same
    assert one is not other


def test_an_unknown_order_and_a_changed_amount_are_refused():
    def worker(session, shop, charge):
        with pytest.raises(ValueError, match=r"got \{'order_id': 'o-1'\}"):
            charge({"order_id": "o-1"})
        with pytest.raises(ValueError, match=r"amount of order .* was changed to 1"):
            charge({"order_id": plan.draw(5).orders[0].order_id, "amount": 1})

    hold(measured.one_queue, take_order, worker, seed=5)

"""The services of lesson 12: the same work for an order in every design, and what became of it."""

import json

import pandas as pd
import pytest

from helpers import Lab, load
from helpers.lessons.lesson_12.processes import (
    TEAM,
    UNDO,
    Shop,
    changes,
    counts,
    fates,
    refunded_first,
)
from helpers.patterns.bus import subscribe_function
from helpers.patterns.choreography import calling, start_once, workflow

SEEDS = (5, 6, 7)
STEPS = ["charge", "reserve", "pack", "ship"]
LAST = ("thank", "apologise")


class Refused(Exception):
    pass


def led(shop):
    shop.deploy([*STEPS, *UNDO.values(), *LAST])
    machine = shop.machine("orders", workflow(STEPS, UNDO, *map(calling, LAST)))
    return lambda order: start_once(shop.states, machine, order)


def marks(*rows):
    frame = pd.DataFrame(rows, columns=["time", "order_id", "name"])
    return frame.assign(kind="mark")


class TestShop:
    @pytest.mark.parametrize("seed", SEEDS)
    def test_who_is_refused_depends_on_the_order_alone(self, seed):
        orders = load.orders(rate=0.5, minutes=2, seed=seed)
        shares = {"pack": 0.3, "ship": 0.3}
        ends = []
        for lab_seed in (1, 2):
            with Lab(seed=lab_seed) as lab:
                shop = Shop(lab, Refused, shares=shares).run(orders, led)
                ends.append(shop.fates)
                assert shop.hanging() == []
                assert counts({seed: shop})["shipped"].tolist() == [len(shop.took)]
                assert refunded_first(shop.trace) == 0
        pd.testing.assert_series_equal(ends[0]["fate"], ends[1]["fate"])
        shipped = (ends[0]["fate"] == "shipped").mean()
        assert len(orders) > 40
        assert 0.3 < shipped < 0.7
        assert (ends[0]["told"] == 1).all()

    def test_a_workflow_knows_all_whom_it_calls(self):
        orders = load.orders(rate=0.5, minutes=1, seed=5)
        with Lab(seed=5) as lab:
            shop = Shop(lab, Refused, shares={"pack": 0.5}).run(orders, led)
        called = {"customers", "delivery", "packing", "payments", "stock"}
        pairs = {("checkout", "orders"), *(("orders", name) for name in called)}
        assert {edge[:2] for edge in shop.knows} == pairs
        assert {edge[2:] for edge in shop.knows} == {("", "next")}

    def test_a_listener_knows_the_sources_of_a_rule_that_delivered(self):
        def listening(shop):
            shop.deploy(["thank", "apologise"])
            shop.deploy(["unpack"])
            told = {"thank": "OrderShipped", "apologise": "CardRefunded", "unpack": "GiftRefused"}
            for name, kind in told.items():
                source = {"apologise": "payments", "unpack": "gifts"}.get(name, "delivery")
                pattern = {"source": [f"shop.{source}"], "detail-type": [kind]}
                subscribe_function(shop.events, shop.functions, "shop", name, pattern)
            said = {"shop.delivery": "OrderShipped", "shop.gifts": "GiftRefused"}
            return lambda order: shop.events.put_events(
                Entries=[
                    {"Source": source, "DetailType": kind, "EventBusName": "shop"}
                    | {"Detail": json.dumps(order)}
                    for source, kind in said.items()
                ]
            )

        with Lab(seed=5) as lab:
            shop = Shop(lab, Refused).run(load.orders(rate=0.5, minutes=1, seed=5), listening)
        assert shop.knows == [
            ("customers", "delivery", "", "next"),
            ("packing", "gifts", "if refused", "catch"),
        ]

    def test_a_hiccup_passes(self):
        with Lab(seed=5) as lab:
            shop = Shop(lab, Refused, shares={})
            orders = [{"order_id": f"o-{number}"} for number in range(200)]
            failed = []

            def work():
                for order in orders:
                    for _ in range(2):
                        try:
                            shop.work("charge")(order)
                            break
                        except ConnectionError:
                            failed.append(order["order_id"])

            with lab.running(hours=1):
                lab.start(work)
            done = lab.trace["name"].value_counts()["charge"]
        assert done == len(orders)
        assert 1 <= len(failed) == len(set(failed)) < 20

    def test_what_is_fixed_is_fixed_at_its_time(self):
        times = []
        with Lab(seed=5) as lab:
            orders = load.orders(rate=0.1, minutes=1, seed=5)
            Shop(lab, Refused).run(orders, led, then=lambda _: times.append(lab.now), at=90)
        assert times == [90]

    def test_every_name_has_a_team(self):
        assert {*STEPS, *UNDO, *UNDO.values(), *LAST} <= TEAM.keys()


class TestFates:
    def test_shipped_undone_and_hanging(self):
        done = {
            "shipped": ["charge", "reserve", "pack", "ship", "thank"],
            "undone": ["charge", "reserve", "release", "refund", "apologise"],
            "hangs": ["charge", "reserve", "release"],
            "untouched": [],
        }
        rows = [(0, name, each) for name, found in done.items() for each in ["placed", *found]]
        table = fates(marks(*rows))
        assert table["fate"].to_dict() == {name: name for name in done} | {"untouched": "undone"}
        assert table["told"].to_dict() == {"shipped": 1, "undone": 1, "hangs": 0, "untouched": 0}

    def test_shipped_and_refunded_is_neither(self):
        rows = [(0, "o-1", name) for name in ("placed", *STEPS, "refund")]
        assert fates(marks(*rows)).loc["o-1", "fate"] == "hangs"

    def test_a_refund_before_the_goods_are_back(self):
        rows = [(1, "o-1", "refund"), (2, "o-1", "release"), (1, "o-2", "release")]
        rows += [(2, "o-2", "refund"), (3, "o-2", "unpack"), (1, "o-3", "release")]
        rows += [(2, "o-3", "refund")]
        assert refunded_first(marks(*rows)) == 2


def test_changes_are_counted_and_named():
    before = {("rule", "pack"): "a", ("rule", "ship"): "b", ("function", "pack"): ""}
    after = before | {("rule", "pack"): "c", ("rule", "wrap"): "d"}
    told = {"new": 1, "changed": 1, "of teams": 1, "which": "rule pack"}
    assert changes(before, after) == told

"""The shop of lesson 12: the same work for an order in every design, and what was left behind."""

from collections import Counter

import pandas as pd
import pytest
from in_ci import each_seed

from helpers import Lab, load
from helpers.lessons.lesson_12 import comparison, designs, fates, lists, runs
from helpers.lessons.lesson_12.experiment import drawn, opened, orders_of, run
from helpers.lessons.lesson_12.teams import TEAM, UNDO

SEEDS = each_seed(5, 6)
LEADERS = {"broadcast": designs.choreographed(), "orchestrated": designs.orchestrated()}
seeds = pytest.mark.parametrize("seed", SEEDS)


@seeds
def test_who_is_refused_depends_on_the_order_alone(seed):
    orders = load.orders(rate=0.4, minutes=1, seed=seed)
    shares = {"pack": 0.3, "ship": 0.3}
    ends = [
        run(design, lab_seed, orders=orders, shares=shares)
        for lab_seed, design in enumerate(LEADERS.values())
    ]
    assert len(orders) > 15
    for each in ends:
        assert each.hanging == each.listed == []
        refused = {
            order.order_id
            for order in orders
            if any(drawn(step, order.order_id, shares)[2] for step in ("pack", "ship"))
        }
        assert set(each.fates.index[each.fates["fate"] == "undone"]) == refused
        assert (each.fates["thanked"] + each.fates["apologised"] == 1).all()
    assert 0.2 < len(refused) / len(orders) < 0.8


@seeds
def test_a_service_that_is_down_is_listed_by_both_designs(seed):
    orders = load.orders(rate=0.2, minutes=1, seed=seed)
    for design in LEADERS.values():
        each = run(design, seed, orders=orders, shares={"pack": 1}, down={"refund": (0, 3600)})
        assert each.listed == each.hanging == sorted(order.order_id for order in orders)


def test_no_work_outlasts_its_function():
    seconds = [drawn("pack", f"o-{number}")[0] for number in range(5000)]
    assert 7 < sum(seconds) / len(seconds) < 9
    assert max(seconds) < 60


def test_a_hiccup_passes():
    with opened(5, shares={}) as shop:
        failed = []

        def work():
            for number in range(200):
                for _ in range(2):
                    try:
                        shop.work("charge")({"order_id": f"o-{number}"})
                        break
                    except ConnectionError:
                        failed.append(number)

        with shop.lab.running(hours=1):
            shop.lab.start(work)
        events = shop.lab.trace
    assert (events["name"] == "charge").sum() == 200
    assert 1 <= len(failed) == len(set(failed)) < 20
    assert comparison.shaky(events) == {f"o-{number}" for number in failed}


def test_what_is_mended_is_mended_at_its_time():
    times = []
    orders = load.orders(rate=0.1, minutes=1, seed=5)
    run(
        designs.orchestrated(), 5, orders=orders, then=(90, lambda shop: times.append(shop.lab.now))
    )
    assert times == [90]


def test_the_lab_is_over_after_a_run():
    run(designs.orchestrated(), 5, orders=load.orders(rate=0.1, minutes=1, seed=5))
    Lab(seed=5).close()


def test_orders_come_for_six_minutes():
    for seed in range(1, 20):
        orders = orders_of(seed)
        assert 12 < len(orders) < 50
        assert orders[-1].placed_at < 360


@pytest.mark.parametrize("leader", runs.LEADERS)
def test_what_hangs_when_it_is_mended_hangs_for_ever(leader):
    table = runs.mended(leader, 5, at=200).fates
    hang = table[table["fate"] == "hangs"]
    refused = [name for name in table.index if drawn("pack", name)[2]]
    early = table.loc[refused].query("placed < 100").index
    assert len(early) > 0
    assert set(early) <= set(hang.index) <= set(refused)
    assert (hang["placed"] < 200).all()


def test_a_repair_undoes_what_the_list_names():
    assert runs.repaired(["release", "refund"], 5).hanging == []
    assert runs.repaired(["release"], 5).hanging != []


def test_only_what_failed_is_in_the_list():
    with opened(5, shares={}, down={"charge": (60, 3600)}) as shop:
        checkout = designs.orchestrated()(shop)
        with shop.lab.running(minutes=1):
            shop.lab.start(checkout, {"order_id": "o-1"})
        with shop.lab.running(minutes=2):
            shop.lab.start(checkout, {"order_id": "o-2"})
        assert lists.failures(shop.states, shop.given_up) == ["o-2"]
        assert [order["order_id"] for order in lists.inputs(shop.states, "SUCCEEDED")] == ["o-1"]


def test_who_can_list_counts_only_orders_that_hang():
    one = run(designs.orchestrated(), 5, orders=load.orders(rate=0.1, minutes=1, seed=5))
    names = list(one.fates.index)
    one = one._replace(
        fates=one.fates.assign(fate=["hangs", *["shipped"] * (len(names) - 1)]), listed=names
    )
    both = {("m", "bus"): one, ("m", "workflow"): one._replace(listed=[])}
    hang, listed = runs.who_can_list(both)
    assert hang.loc["m"].to_dict() == {"bus": 1, "workflow": 1}
    assert listed.loc["m"].to_dict() == {"bus": 1, "workflow": 0}


class TestFates:
    def marks(self, *rows):
        frame = pd.DataFrame(rows, columns=["time", "order_id", "name"])
        return frame.assign(kind="mark", caller="pack")

    def test_shipped_undone_and_hanging(self):
        done = {
            "shipped": ["charge", "reserve", "pack", "ship", "thank"],
            "undone": ["charge", "reserve", "release", "refund", "apologise"],
            "hangs": ["charge", "reserve", "release"],
            "untouched": [],
        }
        rows = [(0, name, each) for name, found in done.items() for each in ["placed", *found]]
        table = fates.of(self.marks(*rows))
        assert table["fate"].to_dict() == {name: name for name in done} | {"untouched": "undone"}
        assert table["thanked"].to_dict() == dict.fromkeys(done, 0) | {"shipped": 1}
        assert table["apologised"].to_dict() == dict.fromkeys(done, 0) | {"undone": 1}
        assert fates.counts(table) == {"shipped": 1, "undone": 2, "hangs": 1}

    def test_shipped_and_refunded_is_neither(self):
        steps = ("placed", "charge", "reserve", "pack", "ship", "refund")
        rows = [(0, "o-1", name) for name in steps]
        assert fates.of(self.marks(*rows)).loc["o-1", "fate"] == "hangs"

    def test_a_refund_before_the_goods_are_back(self):
        rows = [(1, "o-1", "refund"), (2, "o-1", "release"), (1, "o-2", "release")]
        rows += [(2, "o-2", "refund"), (3, "o-2", "unpack"), (1, "o-3", "release")]
        rows += [(2, "o-3", "refund")]
        assert fates.refunded_first(self.marks(*rows)) == 2

    def test_the_books_name_the_team_that_wrote(self):
        rows = [(1.04, "o-1", "pack"), (2, "o-2", "pack")]
        table = fates.books(self.marks(*rows), "o-1")
        assert table.reset_index().to_dict("records") == [
            {"seconds": 1.0, "team": "packing", "entry": "pack"}
        ]


def test_designs_are_compared_order_by_order():
    orders = load.orders(rate=0.2, minutes=1, seed=5)
    led = {name: run(design, 5, orders=orders) for name, design in designs.DESIGNS.items()}
    numbers = comparison.compared(led)
    assert numbers["same_ends"] == 4
    assert numbers["shipped"] + numbers["undone"] == numbers["orders"] == len(orders)
    assert numbers["apart"] == 0
    assert (
        comparison.compared(
            led | {"chained": led["mixed"]._replace(fates=led["mixed"].fates.assign(fate="hangs"))}
        )["same_ends"]
        == 3
    )


def test_every_name_has_a_team():
    functions = {*designs.COMPLETE, *designs.called(designs.DEFINITION)}
    assert {*functions, *UNDO, *UNDO.values(), *designs.domains()} - {"delivery"} <= TEAM.keys()


def test_with_a_key_a_start_is_one_start_whatever_gets_lost():
    table = runs.lost_replies(5, rate=0.2)
    orders = table.loc["with a key", "orders"]
    assert table.loc["with a key", ["packed", "shipped"]].tolist() == [orders, orders]
    assert table.loc["without a key", "shipped"] > orders
    calm = runs.lost_replies(5, rate=0)
    assert (calm.to_numpy() == orders).all()


def test_without_time_outs_executions_wait_for_ever():
    told = {timeouts: Counter(runs.unanswered(timeouts, 5)) for timeouts in (True, False)}
    assert told[True]["RUNNING"] == 0 < told[False]["RUNNING"]
    assert told[True].total() == told[False].total() == 10


def test_a_listener_that_is_missing_leaves_what_it_would_have_undone():
    assert runs.forgotten("nobody", 40).sum() == 0
    left = {name: runs.forgotten(name, 40) for name in ("refund", "release", "apologise")}
    assert left["refund"]["charged for nothing"] == left["refund"]["customer not told"] > 0
    assert left["release"].drop("goods held back").sum() == 0 < left["release"].sum()
    assert left["apologise"].drop("customer not told").sum() == 0 < left["apologise"].sum()

"""The designs of lesson 12: what its cells show, who knows whom, and what one more step changes."""

from pathlib import Path

import pytest
from lesson_notebooks import LESSONS, Lesson

from helpers import load
from helpers.lessons.lesson_12 import designs, teams, wishes
from helpers.lessons.lesson_12.experiment import run

ORDERS = load.orders(rate=0.2, minutes=1, seed=5)


@pytest.fixture(scope="module")
def shown():
    """The tables that the lesson's cells define."""
    [path] = [each for each in LESSONS if each.name.startswith("12")]
    names = {}
    for cell in Lesson(Path(path)).code:
        if cell.source.startswith(("LISTENS = ", "CHAINED = ")):
            exec(cell.source, names)
    return names


def test_the_tables_are_those_of_the_cells(shown):
    assert shown["LISTENS"] == designs.LISTENS
    assert shown["CHAINED"] == designs.CHAINED


def test_each_mistake_is_one_mistake():
    complete = designs.DEFINITION["States"]
    for made in (designs.uncaught(), designs.unrefunded()):
        differs = [name for name in complete if made["States"][name] != complete[name]]
        assert differs == ["pack"]
    for table, functions in (
        (designs.LISTENS, {"refund"}),
        (designs.UNHEARD, {"release", "refund"}),
    ):
        assert {name for name in table if table[name] != designs.COMPLETE[name]} == functions


def pairs(edges):
    return {edge[:2] for edge in edges}


def test_a_workflow_knows_all_whom_it_calls():
    knows = run(designs.orchestrated(), 5, orders=ORDERS).knows
    called = {"customers", "delivery", "packing", "payments", "stock"}
    assert pairs(knows) == {("checkout", "orders"), *(("orders", name) for name in called)}
    assert teams.way_back(knows) == 0


def test_a_listener_knows_whose_events_its_rule_names():
    knows = run(designs.choreographed(), 5, orders=ORDERS, shares={}).knows
    back = {edge[:2] for edge in knows if edge[2:] == teams.BACK}
    assert ("payments", "checkout") in pairs(knows) - back
    assert back == {
        ("packing", "delivery"), ("stock", "packing"), ("stock", "delivery"),
        ("payments", "packing"), ("payments", "delivery"), ("customers", "payments"),
    }  # fmt: skip


def test_workers_of_the_mixed_shop_know_nobody():
    knows = run(designs.mixed(), 5, orders=ORDERS).knows
    assert not {source for source, *_ in knows} & {"payments", "stock", "packing"}
    assert ("orders", "delivery", *teams.BACK) in knows


def test_changes_are_counted_and_named():
    before = {("rule", "pack"): "a", ("rule", "ship"): "b", ("function", "pack"): ""}
    after = before | {("rule", "pack"): "c", ("rule", "wrap"): "d"}
    told = {"new": 1, "changed": 1, "of teams": 1, "which": "rule pack"}
    assert wishes.compared(before, after) == told


@pytest.mark.parametrize("design", designs.DESIGNS)
def test_the_shop_with_gift_wrap_ships_or_undoes_each_order(design):
    built = wishes.WISHES["gift wrap"][design]
    shares = {"wrap": 0.3, "pack": 0.3, "ship": 0.3}
    each = run(built, 5, orders=ORDERS, shares=shares)
    wrapped = each.trace["name"].value_counts().reindex(["wrap", "unwrap"], fill_value=0)
    assert each.hanging == []
    assert set(each.fates["fate"]) == {"shipped", "undone"}
    assert wrapped["wrap"] - wrapped["unwrap"] == (each.fates["fate"] == "shipped").sum()


@pytest.mark.parametrize("design", designs.DESIGNS)
def test_the_shop_with_points_gives_them_for_what_was_shipped(design):
    each = run(wishes.WISHES["points"][design], 5, orders=ORDERS)
    marks = each.trace[each.trace["kind"] == "mark"]
    pointed = marks.loc[marks["name"] == "points", "order_id"]
    assert set(pointed) == set(each.fates.index[each.fates["fate"] == "shipped"])
    assert pointed.is_unique

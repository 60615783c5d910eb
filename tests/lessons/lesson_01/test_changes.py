"""The heat map of lesson 01: what followed was enough, and no part followed in vain."""

import itertools

import pandas as pd
import pytest
from in_ci import each_seed, left_to_ci
from lesson_notebooks import LESSONS, Lesson

from helpers import Lab, load
from helpers.lessons.lesson_01 import changes, designs, experiment, trial

SEEDS = each_seed(111, 112, 113)
CELLS = [
    cell
    for cell in itertools.product(changes.CHANGES, designs.DESIGNS)
    if cell[0] != "own memory"  # which is not enough, as a finding says
]


@pytest.mark.parametrize(("facet", "design"), CELLS)
def test_who_followed_was_enough(facet, design):
    orders = experiment.change(facet, design, seed=111)
    assert (orders["placed"] > experiment.SETTLED).sum() > 3
    assert experiment.tally(orders)["later"] == 0


@left_to_ci("plays each change of lesson 01 without each of those who followed")
@pytest.mark.parametrize(
    ("facet", "design", "part"),
    [(*cell, part) for cell in CELLS for part in experiment.followers(*cell)],
)
def test_without_one_of_them_later_orders_are_wrong(facet, design, part):
    orders = experiment.change(facet, design, seed=111, without=part)
    assert experiment.tally(orders)["later"] > 0


@pytest.mark.parametrize("design", designs.DESIGNS)
@pytest.mark.parametrize("seed", SEEDS)
def test_without_a_change_every_order_is_charged_once(design, seed):
    orders = load.orders(rate=10 / 60, seconds=300, seed=seed)
    with Lab(seed=seed) as lab:
        trial.play(lab, design, orders, until=400)
        books = trial.books(lab.trace)
    assert len(orders) > 30
    assert books["charged"].to_dict() == {order.order_id: order.amount for order in orders}
    assert not books[["mailed", "told"]].any(axis=None)


def test_every_design_has_every_change():
    for name in changes.CHANGES:
        assert sorted(changes.CHANGES[name]()) == sorted(designs.DESIGNS)


def test_a_memory_of_its_own_is_not_that_of_other_environments():
    orders = experiment.change("own memory", "queue", seed=111)
    assert experiment.tally(orders)["later"] > 0


def test_a_cell_that_there_is_not_is_refused_by_name():
    with pytest.raises(ValueError, match="'colour', 'queue'"):
        experiment.change("colour", "queue")
    with pytest.raises(ValueError, match="'order', 'pigeon'"):
        experiment.followers("order", "pigeon")


def test_a_tally_counts_what_was_placed_between_the_change_and_the_others():
    orders = pd.DataFrame(
        {
            "placed": [10.0, 100.0, 200.0, 250.0, 400.0],
            "wrong": [True, True, True, False, True],
            "told": [False, True, False, False, False],
            "late": [1.0, None, None, 120.0, 1.0],
        },
        index=list("abcde"),
    )
    assert experiment.tally(orders) == {
        "orders": 3,
        "wrong": pytest.approx(200 / 3),
        "silent": pytest.approx(100 / 3),
        "late": 2,
        "later": 1,
    }
    minutes = experiment.by_minute({"by call": orders})["by call"]
    assert minutes.to_dict() == {0: 0, 1: 0, 3: 0, 4: 1, 6: 0}


def test_a_year_counts_parts_by_who_looks_after_them_and_how_often_they_follow():
    set_up = pd.Series({"call": 1, "queue": 3})
    once = experiment.year(set_up, 1, times=1)
    parts = {
        design: sum(
            len(experiment.followers(facet, design)) for facet in (*changes.FACETS, "wiring")
        )
        for design in set_up.index
    }
    assert once.to_dict() == {design: set_up[design] + parts[design] for design in parts}
    often = experiment.year(set_up, 1, times=10) - once
    assert often.to_dict() == {"call": 9 * 3, "queue": 9 * 1}  # a refusal costs the queue a part
    dear = experiment.year(set_up, 10, times=1) - once
    assert dear.to_dict() == {design: 9 * parts[design] for design in parts}


def test_the_table_of_costs_is_what_the_parts_say():
    """Better or worse than the call, by how many parts of others have to follow."""
    [lesson] = [Lesson(path) for path in LESSONS if path.stem.startswith("01")]
    [table] = [cell.source for cell in lesson.text if "| seen in this lesson |" in cell.source]
    rows = [
        [part.strip(" *") for part in line.strip("|").split("|")]
        for line in table.splitlines()
        if line.startswith("|") and "---" not in line
    ]
    designs = [name.removeprefix("with a ") for name in rows[0][1:-1]]
    assert [row[0] for row in rows[1:]] == list(changes.FACETS)
    for facet, *verdicts, _ in rows[1:]:
        by_call = len(experiment.followers(facet, "call"))
        for design, verdict in zip(designs, verdicts, strict=True):
            more = len(experiment.followers(facet, design)) - by_call
            assert verdict == ("worse" if more > 0 else "better" if more else "same"), facet

"""Lesson 01's matrix, on seeds of its own: who followed was enough, and nobody followed in vain."""

import itertools

import pandas as pd
import pytest

from helpers import Lab
from helpers.lessons.lesson_01 import changes, designs, trial

CHANGE, FOLLOW, SETTLED = 60, 300, 330
SEEDS = (11, 12, 13)
RATE = 2.5 / 60  # orders per second of each seed
CELLS = list(itertools.product(changes.CHANGES, designs.DESIGNS))


def followers(facet, design):
    return changes.CHANGES[facet]()[design].followers


def run(facet, design, seeds, without=None):
    """Whether each order is wrong at the end, and when it was placed."""
    change = changes.CHANGES[facet]()[design]
    kept = {part: install for part, install in change.follow.items() if part != without}
    last, end = (600, 800) if facet == "temporal" else (420, 540)
    orders = trial.customers(seeds, rate=RATE, seconds=last)
    with Lab(seed=seeds[0]) as lab:
        trial.play(lab, design, orders, until=end, steps=[(CHANGE, change.own), (FOLLOW, kept)])
        books = trial.books(lab.trace)
    due = changes.due(facet, orders)
    found = books.reindex(index=due.index, columns=due.columns).fillna(0)
    placed = pd.Series({order.order_id: order.placed_at for order in orders})
    return (found != due).any(axis=1), placed


@pytest.mark.parametrize(("facet", "design"), CELLS)
def test_who_followed_was_enough(facet, design):
    wrong, placed = run(facet, design, SEEDS)
    later = placed > SETTLED
    assert later.sum() > 5
    assert not wrong[later].any()


@pytest.mark.parametrize(
    ("facet", "design", "part"),
    [(*cell, part) for cell in CELLS for part in followers(*cell)],
)
def test_without_one_of_them_later_orders_are_wrong(facet, design, part):
    wrong, placed = run(facet, design, SEEDS, without=part)
    assert wrong[placed > SETTLED].any()


@pytest.mark.parametrize("design", designs.DESIGNS)
@pytest.mark.parametrize("seed", SEEDS)
def test_without_a_change_every_order_is_charged_once(design, seed):
    orders = trial.customers((seed,), rate=10 / 60, seconds=300)
    with Lab(seed=seed) as lab:
        trial.play(lab, design, orders, until=400)
        books = trial.books(lab.trace)
    assert len(orders) > 30
    assert books["charged"].to_dict() == {order.order_id: order.amount for order in orders}
    assert not books[["mailed", "told"]].any(axis=None)


def test_customers_are_those_of_all_loads_in_the_order_of_their_times():
    orders = trial.customers(SEEDS, rate=RATE, seconds=300)
    assert {order.order_id.split("-")[1] for order in orders} == {"11", "12", "13"}
    gaps = itertools.accumulate(order.gap for order in orders)
    assert [order.placed_at for order in orders] == pytest.approx(list(gaps))
    assert min(order.gap for order in orders) >= 0


def test_every_design_has_every_change():
    for name in changes.CHANGES:
        assert sorted(changes.CHANGES[name]()) == sorted(designs.DESIGNS)

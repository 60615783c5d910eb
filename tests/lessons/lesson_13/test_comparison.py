"""Five designs in the same weather: what the end of the series says of them, on other seeds."""

import pytest

from helpers import Lab, charts, load
from helpers.lessons.lesson_13 import comparison

SEEDS = [13, 14, 15]


@pytest.fixture(scope="module", params=SEEDS)
def seed(request):
    return request.param


@pytest.fixture(scope="module")
def orders(seed):
    return load.orders(rate=0.25, minutes=4, seed=seed)


def compare(orders, seed, key):
    runs = {}
    for name in comparison.CHECKOUTS:
        with Lab(seed=seed) as lab:
            events = comparison.run(lab, name, orders, seed=seed, key=key)
        runs[name] = comparison.per_order(events)
    return runs


@pytest.fixture(scope="module")
def keyed(orders, seed):
    return compare(orders, seed, key=True)


def test_with_a_record_nobody_is_charged_twice(keyed):
    for name, rows in keyed.items():
        assert rows["effects"].max() == 1, name
        assert rows["late"].sum() > 0, name


def test_without_one_every_design_charges_again(orders, seed):
    for name, rows in compare(orders, seed, key=False).items():
        assert rows["effects"].max() > 1, name


def test_only_sync_loses_orders_and_those_of_the_outage(keyed, orders):
    start, end = comparison.OUTAGE
    for name, rows in keyed.items():
        lost = rows[rows["effects"] == 0]
        if name == "sync":
            assert len(lost) > 3
            assert lost["placed"].between(start - 10, end).all()
            assert (lost["ok"] == False).all()  # noqa: E712
        else:
            assert lost.empty, name
        assert len(rows) == len(orders)


def test_sync_makes_the_customer_wait_and_the_others_the_order(keyed):
    table = {name: comparison.summary(rows) for name, rows in keyed.items()}
    sync = table.pop("sync")
    for name, row in table.items():
        assert sync["customer waits, median (s)"] > 10 * row["customer waits, median (s)"], name
        assert row["charged after, p99 (s)"] > 4 * sync["charged after, p99 (s)"], name
        assert row["open orders, at most"] > 2 * sync["open orders, at most"], name


def test_the_same_seed_gives_the_same_run(orders, seed, keyed):
    with Lab(seed=seed) as lab:
        again = comparison.per_order(comparison.run(lab, "bus", orders, seed=seed))
    assert again.equals(keyed["bus"])


def test_every_order_leaves_the_count_of_open_orders(keyed):
    for rows in keyed.values():
        held = comparison.open_orders(rows)
        assert held["orders"].min() == 0
        assert held["orders"].iloc[-1] == 0


def test_the_overview_draws_each_design_in_its_colour(keyed):
    import pandas as pd

    table = pd.DataFrame({name: comparison.summary(rows) for name, rows in keyed.items()})
    held = {name: comparison.open_orders(rows) for name, rows in keyed.items()}
    axes = charts.overview(keyed, held, comparison.counted_rows(table), shade=comparison.OUTAGE)
    assert [tick.get_text() for tick in axes[0].get_yticklabels()] == list(comparison.CHECKOUTS)
    for name, line in zip(comparison.CHECKOUTS, axes[1].lines, strict=True):
        assert (line.get_label(), line.get_color()) == (name, charts.COLOURS[name])
    heights = [[bar.get_height() for bar in group] for group in axes[2].containers]
    assert heights == [list(column) for column in comparison.counted_rows(table).T.to_numpy()]
    assert charts.show(axes[0], alt="Three panels.").html.startswith("<img")

"""The shop of lesson 07 counts what it says: messages per queue, waits, and the sender's code."""

import pytest

from helpers import trace
from helpers.lessons.lesson_07 import counts, experiment, versions
from helpers.lessons.lesson_07.experiment import ROUTES, by_sender, by_topic, in_threads, shop
from helpers.patterns.router import publish

DESIGNS = {"loop": by_sender(), "threads": in_threads(), "topic": by_topic()}


@pytest.fixture(scope="module")
def orders():
    return experiment.orders_of(seed=5, seconds=40)


@pytest.fixture(scope="module")
def runs(orders):
    return {name: shop(design, orders, seed=5) for name, design in DESIGNS.items()}


@pytest.mark.parametrize("name", DESIGNS)
def test_every_order_gets_where_it_belongs_and_nowhere_else(runs, orders, name):
    assert counts.strays(runs[name], orders) == 0
    assert (counts.messages(runs[name], orders) == 1).all()
    assert counts.told_yes(runs[name]).all()


def test_an_order_that_goes_astray_is_counted(orders):
    events = shop(by_topic(publish, ROUTES[:4]), orders, seed=5)
    large = [order for name, order in counts.due(orders) if name == "packing-large"]
    assert large
    assert counts.strays(events, orders) == len(large)


@pytest.mark.parametrize("name", DESIGNS)
def test_a_customer_waits_for_the_slowest_send_or_for_the_sum(runs, orders, name):
    operation = "Publish" if name == "topic" else "SendMessage"
    requests = runs[name][runs[name]["operation"] == operation]
    order = requests["messages"].map(lambda told: trace.field(told[0].body, "order_id"))
    took = ((requests["end"] - requests["time"]) * 1000).groupby(order)
    expected = took.sum() if name == "loop" else took.max()
    placed = runs[name].query("name == 'answered'")["order_id"]
    waits = counts.waits(runs[name]).set_axis(placed)
    assert waits.to_dict() == pytest.approx(expected.to_dict(), rel=1e-6)
    assert len(waits) == len(orders)


def test_the_fifth_version_is_the_pattern_and_each_route_changes_the_sender_that_decides():
    decides, publishes = (counts.growth(v) for v in (versions.DECIDES, versions.PUBLISHES))
    assert (decides["changed"] > 0).all()
    assert list(publishes.index[publishes["changed"] > 0]) == [1, 5]
    assert decides["branches"].tolist() == [0, 1, 2, 2, 3]
    assert counts.branches("def f(x):\n    if x:\n        return 1\n") == 1


def test_only_what_was_placed_in_the_outage_is_looked_at():
    orders = experiment.orders_of(seed=5)
    hit = counts.placed_in(orders)
    begin, end = experiment.OUTAGE
    assert [o for o in orders if begin <= o.placed_at < end] == hit
    assert 0 < len(hit) < len(orders)
    stopped = experiment.outage("sender stops", seed=5)
    refused = counts.told_yes(stopped).set_axis(stopped.query("name == 'answered'")["order_id"])
    assert set(refused.index[~refused]) == {order.order_id for order in hit}

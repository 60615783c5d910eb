"""Loads of orders: seeded, timed, and as the recorded day where asked for."""

import dataclasses
import json
import math
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import load
from helpers.load import recorded

KEYS = ["order_id", "tenant", "customer", "items", "amount", "placed_at"]
seeds = st.integers(0, 2**64)


def test_the_same_seed_gives_the_same_load():
    assert load.orders(rate=2.0, minutes=10, seed=11) == load.orders(rate=2.0, minutes=10, seed=11)


def test_another_process_gives_the_same_load():
    code = (
        "from helpers import load; print(*(o.json() for o in load.orders(rate=1, hours=1, seed=5)))"
    )
    other = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True
    )
    assert other.stdout.strip() == " ".join(o.json() for o in load.orders(rate=1, hours=1, seed=5))


def test_different_seeds_give_different_loads_that_share_no_id():
    loads = [load.orders(rate=2.0, minutes=10, seed=seed) for seed in range(20)]
    assert len({tuple(o.placed_at for o in orders) for orders in loads}) == 20
    assert len({tuple(o.customer for o in orders[:50]) for orders in loads}) == 20
    ids = [o.order_id for orders in loads for o in orders]
    assert len(set(ids)) == len(ids)


def test_the_mean_rate_is_the_rate():
    for seed in range(1, 11):
        orders = load.orders(rate=2.0, hours=1, seed=seed)
        assert len(orders) == pytest.approx(7200, abs=4 * math.sqrt(7200))
        gaps = [o.gap for o in orders]
        # The standard deviation of an exponential gap is its mean.
        assert np.mean(gaps) == pytest.approx(0.5, rel=0.05)
        assert np.std(gaps) == pytest.approx(0.5, rel=0.05)


def test_bodies_are_the_shop_s_own():
    known = {(o["customer"], o["amount"], o["tenant"]) for o in recorded.recorded_orders()}
    orders = load.orders(rate=2.0, hours=1, seed=3)
    assert {(o.customer, o.amount, o.tenant) for o in orders} <= known
    shares = Counter(o["tenant"] for o in recorded.recorded_orders())
    for tenant, count in Counter(o.tenant for o in orders).items():
        expected = shares[tenant] / shares.total() * len(orders)
        assert count == pytest.approx(expected, abs=4 * math.sqrt(expected))


def test_the_orders_of_one_tenant():
    orders = load.orders(rate=2.0, minutes=10, seed=3, tenant="wool")
    assert {o.tenant for o in orders} == {"wool"}
    assert [o.placed_at for o in orders] == load.poisson(rate=2.0, minutes=10, seed=3).tolist()


def test_the_bodies_do_not_depend_on_rate_or_process():
    def bodies(orders):
        return [(o.order_id, o.customer, o.amount) for o in orders[:500]]

    slow = load.orders(rate=1, hours=1, seed=9)
    assert bodies(slow) == bodies(load.orders(rate=3, hours=1, seed=9))
    assert bodies(slow) == bodies(load.orders(rate=3, hours=1, seed=9, arrivals="steady"))


def test_steady_arrivals():
    orders = load.orders(rate=4, seconds=100, seed=1, arrivals="steady")
    assert [o.gap for o in orders] == [0.0] + [0.25] * 399


def test_arrival_times_of_the_reader_s_own():
    times = load.burst(rate=1, peak=9, start=100, end=200, seed=2, minutes=10)
    assert [o.placed_at for o in load.orders(arrivals=times, seed=2)] == times.tolist()
    assert [o.gap for o in load.orders(arrivals=[1, 1, 3.5], seed=2)] == [1, 0, 2.5]
    assert load.orders(arrivals=[], seed=2) == []


def test_what_is_ordered_does_not_depend_on_the_gap():
    place = {(o["customer"], o["amount"]): n for n, o in enumerate(recorded.recorded_orders())}
    for seed in range(5):
        orders = load.orders(rate=2.0, hours=1, seed=seed)
        pairs = np.array([(o.gap, place[o.customer, o.amount]) for o in orders])
        assert abs(np.corrcoef(pairs.T)[0, 1]) < 4 / math.sqrt(len(orders))


@settings(deadline=None, max_examples=60)
@given(rate=st.floats(0.01, 20), length=st.floats(0.5, 120), seed=seeds)
def test_the_rules_of_every_load(rate, length, seed):
    obeys_the_rules(load.orders(rate=rate, seconds=length, seed=seed), length)


@settings(deadline=None, max_examples=60)
@given(times=st.lists(st.floats(0, 1e6, allow_subnormal=False), max_size=50).map(sorted))
def test_the_rules_of_a_load_with_times_of_the_reader_s_own(times):
    orders = load.orders(arrivals=times, seed=1)
    obeys_the_rules(orders, 1e6 + 1)
    assert [o.placed_at for o in orders] == pytest.approx(times, abs=1e-6)


@settings(deadline=None, max_examples=15)
@given(
    window=st.tuples(st.floats(0, 24), st.floats(0, 24)).map(sorted).filter(lambda w: w[0] < w[1]),
    scale=st.floats(0.1, 1.5),
    seed=seeds,
)
def test_the_rules_of_every_day(window, scale, seed):
    from_hour, to_hour = window
    length = (to_hour - from_hour) * 3600
    obeys_the_rules(load.day(from_hour=from_hour, to_hour=to_hour), length + 1e-6)
    drawn = load.day(from_hour=from_hour, to_hour=to_hour, scale=scale, seed=seed)
    obeys_the_rules(drawn, length)
    times = load.daily(from_hour=from_hour, to_hour=to_hour, scale=scale, seed=seed)
    assert [o.placed_at for o in drawn] == times.tolist()


def obeys_the_rules(orders, length):
    """Sorted, inside the window, gaps that add up, unique ids, JSON that gives all back."""
    assert all(o.gap >= 0 for o in orders)
    assert all(0 <= o.placed_at < length for o in orders)
    assert np.cumsum([o.gap for o in orders]) == pytest.approx([o.placed_at for o in orders])
    assert len({o.order_id for o in orders}) == len(orders)
    for order in orders:
        body = json.loads(order.json())
        assert list(body) == KEYS
        items = tuple(load.Item(**item) for item in body.pop("items"))
        assert load.Order(**body, items=items, gap=order.gap) == order
        assert order.amount == sum(i.quantity * i.unit_price for i in items)


def test_an_order_cannot_be_changed():
    [order, *_] = load.orders(rate=1, minutes=1, seed=1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        order.amount = 0
    with pytest.raises(dataclasses.FrozenInstanceError):
        order.items[0].quantity = 0


def test_the_day_is_the_file_line_by_line():
    lines = (recorded.DATA / "orders.jsonl").read_text(encoding="utf-8").splitlines()
    assert [o.json() for o in load.day()] == lines


def test_a_window_of_the_day_counts_from_its_beginning():
    noon = load.day(from_hour=12, to_hour=12.5)
    recorded = [o for o in load.day() if 43200 <= o.placed_at < 45000]
    assert [o.order_id for o in noon] == [o.order_id for o in recorded]
    assert [o.placed_at for o in noon] == pytest.approx([o.placed_at - 43200 for o in recorded])
    assert load.day(from_hour=12, to_hour=12.5, scale=1.0) == noon


@pytest.mark.parametrize("scale", [0.25, 1, 3])
def test_a_drawn_day_has_the_recorded_rates_times_the_scale(scale):
    recorded = np.histogram([o.placed_at for o in load.day()], bins=24, range=(0, 86400))[0]
    drawn = np.zeros(24)
    for seed in range(10):
        times = load.daily(scale=scale, seed=seed)
        drawn += np.histogram(times, bins=24, range=(0, 86400))[0]
    expected = 10 * scale * recorded
    assert np.all(np.abs(drawn - expected) < 4 * np.sqrt(expected))


def test_a_drawn_day_has_the_sale_at_noon():
    for seed in range(5):
        noon = load.day(from_hour=11.5, to_hour=12.5, seed=seed)
        sale = [o for o in noon if o.items[0].sku == "REC-LTD"]
        assert len(sale) == pytest.approx(920, abs=4 * math.sqrt(920))
        assert min(o.placed_at for o in sale) >= 1800


def test_the_gaps_of_a_drawn_day_are_exponential_within_five_minutes():
    """A history replayed too closely would be lumpier than Poisson: a larger variation."""
    gaps = []
    for seed in range(100):
        times = load.daily(from_hour=20, to_hour=20 + 1 / 12, seed=seed, scale=20)
        gaps.extend(np.diff(times))
    assert np.std(gaps) / np.mean(gaps) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"arrivals": "uniform", "rate": 1, "minutes": 1}, "got 'uniform'"),
        ({"minutes": 1}, "rate is missing"),
        ({"arrivals": [1, 2], "rate": 2}, "needs no rate and no duration, got {'rate': 2}"),
        ({"arrivals": [1, 2], "hours": 2}, "needs no rate and no duration, got {'hours': 2}"),
        ({"arrivals": [1, 0.5]}, "got 0.5 at index 1"),
        ({"arrivals": [-1, 0.5]}, "got -1.0 at index 0"),
        ({"arrivals": [1, math.nan]}, "got nan at index 1"),
        ({"arrivals": [1, math.inf]}, "got inf at index 1"),
        ({"arrivals": [[1, 2]]}, r"must be one row of at most 1,000,000, got \(1, 2\)"),
        ({"arrivals": None}, "must be one row"),
        ({"rate": 1, "minutes": 1, "tenant": "shoes"}, "tenant must be one of .*, got 'shoes'"),
    ],
)
def test_a_wrong_load_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        load.orders(**options, seed=1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"from_hour": 5, "to_hour": 5}, "got from_hour=5, to_hour=5"),
        ({"from_hour": -1}, "got from_hour=-1, to_hour=24"),
        ({"to_hour": 25}, "got from_hour=0, to_hour=25"),
        ({"scale": 2}, "give a seed, got scale=2"),
        ({"scale": 0}, "scale must be positive, got 0"),
        ({"scale": -1, "seed": 1}, "scale must be positive, got -1"),
        ({"seed": -1}, "seed must be at least 0, got -1"),
    ],
)
def test_a_wrong_day_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        load.day(**options)


def test_import_reads_no_data():
    code = (
        "from helpers import load; from helpers.load import recorded; "
        "assert not recorded.recorded_orders.cache_info().currsize; "
        "load.orders(rate=1, minutes=1, seed=1); load.orders(rate=1, minutes=1, seed=2); "
        "assert recorded.recorded_orders.cache_info().misses == 1"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

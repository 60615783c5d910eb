import pandas as pd
import pytest
from hand_made_trace import Scene
from hypothesis import given
from hypothesis import strategies as st

from helpers import costs

TOTAL = "dollars per million orders"
OPERATIONS = st.sampled_from(
    ["SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "CreateQueue"]
)


def trace_of(operations, **row):
    scene = Scene()
    for time, operation in enumerate(operations):
        scene.call(operation, time, **row)
    return scene.frame


def three_per_order(orders, polls=0):
    scene = Scene()
    for n in range(orders):
        scene.send(n, f"m{n}", f"o{n}")
        scene.receive(n, f"m{n}", f"r{n}", until=n + 30, order=f"o{n}")
        scene.delete(n, f"r{n}")
    for n in range(polls):
        scene.call("ReceiveMessage", orders + n)
    return scene.frame


def test_three_requests_per_order_are_one_dollar_twenty_per_million_orders():
    bill = costs.billed(three_per_order(2))
    (row,) = bill.to_dict("records")
    assert (row["service"], row["what"], row["units"]) == ("sqs", "requests", 6)
    assert row["dollars"] == pytest.approx(6 * 0.40 / 1_000_000)
    assert row[TOTAL] == pytest.approx(1.20)
    assert costs.per_million(three_per_order(2)) == pytest.approx(1.20)


def test_orders_can_be_told_and_are_counted_in_marks_too():
    assert costs.per_million(three_per_order(2), 6) == pytest.approx(0.40)
    scene = Scene()
    scene.call("ReceiveMessage", 1)
    scene.mark(2, "placed", order_id="o-1")
    scene.mark(3, "placed", order_id="o-2")
    assert costs.per_million(scene.frame) == pytest.approx(0.20)


def test_two_designs_side_by_side():
    table = costs.comparison({"short": three_per_order(2, polls=4), "long": three_per_order(2)})
    assert table["calls per order"].to_dict() == {"short": 5, "long": 3}
    assert table["calls by AWS per order"].to_dict() == {"short": 0, "long": 0}
    assert table[TOTAL].to_dict() == pytest.approx({"short": 2.00, "long": 1.20})


def test_a_call_to_a_function_is_a_call_though_the_function_bills_it():
    scene = Scene()
    scene.call("Invoke", 1, service="lambda", resource="charge")
    scene.send(1, "m", caller="events:all")
    table = costs.comparison({"by call": scene.frame}, orders=1)
    assert table.loc["by call", ["calls per order", "calls by AWS per order"]].tolist() == [1, 1]


def test_a_run_that_cost_nothing():
    bill = costs.billed(trace_of(["CreateQueue"]), 1)
    assert bill.empty
    assert list(bill.columns) == ["service", "what", "units", "dollars", TOTAL]
    assert costs.per_million(trace_of([]), 1) == 0


@given(st.lists(OPERATIONS, max_size=20), st.integers(1, 50))
def test_twice_the_trace_costs_twice(operations, orders):
    once = costs.per_million(trace_of(operations), orders)
    assert costs.per_million(trace_of(operations * 2), orders) == pytest.approx(2 * once)
    assert costs.per_million(trace_of(operations * 2), 2 * orders) == pytest.approx(once)


@pytest.mark.parametrize("orders", [0, -1, 2.5, True, "ten", float("nan")])
def test_wrong_numbers_of_orders_are_refused_by_value(orders):
    with pytest.raises(ValueError, match=f"got {orders!r}"):
        costs.billed(three_per_order(1), orders)


def test_a_trace_without_orders_asks_for_their_number():
    with pytest.raises(ValueError, match="orders="):
        costs.billed(trace_of(["ReceiveMessage"]))


@pytest.mark.parametrize("memory", [127, 10_241, 256.0, True, {"work": 64}])
def test_wrong_memory_is_refused(memory):
    with pytest.raises(ValueError, match="memory is 128 to 10,240 MB, got"):
        costs.billed(three_per_order(1), memory=memory)


def test_wrong_items_are_refused():
    with pytest.raises(ValueError, match=r"TransactWriteItems.*got 0"):
        costs.billed(three_per_order(1), items={"TransactWriteItems": 0})


@pytest.mark.parametrize("trace", [None, pd.DataFrame({"time": [1]}), [1, 2]])
def test_what_is_no_trace_is_refused(trace):
    with pytest.raises(ValueError, match=f"{type(trace).__name__} without"):
        costs.billed(trace, 1)


@pytest.mark.parametrize("designs", [{}, None, three_per_order(1)])
def test_designs_are_a_mapping(designs):
    with pytest.raises(ValueError, match="designs is a mapping"):
        costs.comparison(designs)

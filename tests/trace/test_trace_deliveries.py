"""Deliveries, duplicates and effects, computed from a trace."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import trace as tr


@pytest.fixture
def shop(scene):
    """Five orders: one plain, and a duplicate from each of four causes."""
    scene.send(0, "a")
    scene.receive(1, "a", "ra", until=31)
    scene.send(0, "b")  # works for longer than its visibility timeout
    scene.receive(2, "b", "rb1", until=32)
    scene.receive(40, "b", "rb2", until=70, times=2)
    lost = scene.send(0, "c1", "c", outcome="ReadTimeoutError")
    scene.send(5, "c2", "c", call=lost, attempt=2)
    scene.receive(6, "c1", "rc1", until=36, order="c")
    scene.receive(7, "c2", "rc2", until=37, order="c")
    scene.send(0, "d1", "d")
    scene.send(3, "d2", "d")
    scene.receive(8, "d1", "rd1", until=38, order="d")
    scene.receive(9, "d2", "rd2", until=39, order="d")
    scene.send(0, "e")
    scene.receive(10, "e", "re1", until=40)
    scene.visibility(11, "re1", 11)
    scene.receive(12, "e", "re2", until=42, times=2)
    scene.send(0, "f")
    scene.receive(13, "f", "rf", until=43, outcome="ReadTimeoutError")  # reached nobody
    scene.receive(50, "f", "rf2", until=80, times=2)
    return scene


def test_deliveries_are_counted_per_business_key(shop):
    table = tr.deliveries(shop.frame).set_index("order_id")
    assert table["sends"].to_dict() == {"a": 1, "b": 1, "c": 2, "d": 2, "e": 1, "f": 1}
    assert table["messages"].to_dict() == {"a": 1, "b": 1, "c": 2, "d": 2, "e": 1, "f": 1}
    assert table["deliveries"].to_dict() == {"a": 1, "b": 2, "c": 2, "d": 2, "e": 2, "f": 1}


def test_each_duplicate_is_told_with_its_cause(shop):
    found = tr.duplicates(shop.frame).set_index("order_id")
    assert found["cause"].to_dict() == {
        "b": "timeout", "c": "lost reply", "d": "sent again", "e": "visibility",
    }  # fmt: skip
    assert found.loc["b", "time"] == 40
    extra = tr.deliveries(shop.frame)["deliveries"] - 1
    assert len(found) == extra.clip(lower=0).sum()


def test_a_message_delivered_while_in_flight_or_after_a_move_has_its_own_cause(scene):
    for ident in "ab":
        scene.send(0, ident)
        scene.receive(1, ident, f"r{ident}", until=31)
    scene.receive(2, "a", "r3", until=32, times=2)
    moved = [tr.Handling("moved", "b", receive_count=1, queue=to) for to in ("dead", "orders")]
    scene.call("ReceiveMessage", 40, moved[0])
    scene.by_itself(50, moved[1])
    scene.receive(60, "b", "r4", until=90, times=2)
    causes = tr.duplicates(scene.frame).set_index("order_id")["cause"]
    assert causes.to_dict() == {"a": "in flight", "b": "moved"}


def test_a_timeout_that_ends_as_the_message_is_received_again_is_a_timeout(scene):
    scene.send(0, "a")
    scene.receive(1, "a", "r1", until=31.0)
    scene.receive(30.999999885, "a", "r2", until=61, times=2)  # the epoch's seconds in a float
    assert tr.duplicates(scene.frame)["cause"].tolist() == ["timeout"]
    lives = tr.states(scene.frame)
    assert (lives["end"].dropna() >= lives["start"][lives["end"].notna()]).all()
    assert "timeout" in set(lives["ended_by"])


def test_a_copy_of_a_deleted_message_has_its_own_cause(scene):
    scene.send(0, "a")
    scene.receive(1, "a", "r1", until=31)
    scene.delete(5, "r1")
    scene.by_itself(31, tr.Handling("reappeared", "a", None, "r1", 1, 31, "orders"))
    scene.receive(33, "a", "r2", until=63, times=2)
    scene.receive(70, "a", "r3", until=100, times=3)
    assert tr.duplicates(scene.frame)["cause"].tolist() == ["reappeared", "timeout"]


@pytest.mark.parametrize("number", [None, 7])  # of the call that made the queue catch up, if any
def test_a_message_that_was_redriven_has_its_own_cause(scene, number):
    scene.send(0, "a1", "a")
    scene.receive(1, "a1", "r1", until=31, order="a")
    scene.call("ReceiveMessage", 40, tr.Handling("moved", "a1", receive_count=1, queue="dead"))
    body = json.dumps({"order_id": "a"})
    redriven = tr.Handling("redriven", "a1", body, queue="dead")
    back = tr.Handling("sent", "a2", body, visible_at=60, queue="orders")
    if number is None:
        scene.by_itself(60, redriven)
        scene.by_itself(60, back)
    else:
        scene.call("ReceiveMessage", 60, redriven, back, call=number)
    scene.receive(61, "a2", "r2", until=91, order="a")
    for queue in (None, "orders"):
        assert tr.duplicates(scene.frame, queue=queue)["cause"].tolist() == ["redriven"]


def test_the_same_order_in_another_queue_is_no_duplicate(scene):
    for queue, ident in [("orders", "a1"), ("replies", "a2")]:
        scene.send(0, ident, "a", resource=queue)
        scene.receive(1, ident, f"r{ident}", until=31, order="a", resource=queue)
    assert len(tr.duplicates(scene.frame)) == 0
    assert tr.deliveries(scene.frame, queue="replies")["deliveries"].tolist() == [1]


def test_effects_count_the_marks_and_the_orders_that_have_none(shop):
    for order in ["a", "b", "b", "c"]:
        shop.mark(60, "charged", order_id=order)
    counts = tr.effects(shop.frame, "charged")
    assert counts.to_dict() == {"a": 1, "b": 2, "c": 1, "d": 0, "e": 0, "f": 0}
    shop.mark(61, "placed", order_id="x")
    of = tr.effects(shop.frame, "charged", of="placed")
    assert of.to_dict() == {"x": 0, "a": 1, "b": 2, "c": 1}
    with pytest.raises(ValueError, match="'tenant'"):
        tr.effects(shop.frame, "charged", key="tenant")


def test_end_to_end_counts_from_when_the_sender_began(scene):
    scene.send(2, "a", began=1)
    scene.send(2, "b")
    scene.mark(0.5, "placed", order_id="a")
    scene.mark(4, "charged", order_id="a")
    scene.mark(9, "charged", order_id="a")
    seconds = tr.end_to_end(scene.frame, "charged")
    assert seconds["a"] == 3
    assert np.isnan(seconds["b"])
    assert tr.end_to_end(scene.frame, "charged", start="placed").to_dict() == {"a": 3.5}


@pytest.mark.parametrize(
    "body",
    [
        '{"order_id": "o-1"}',
        '{"detail-type": "placed", "detail": {"order_id": "o-1"}}',
        '{"Type": "Notification", "Message": "{\\"order_id\\": \\"o-1\\"}"}',
    ],
)
def test_the_key_is_found_in_events_and_notifications(body):
    assert tr.field(body, "order_id") == "o-1"
    assert tr.field(body, "tenant") is None


@given(st.text() | st.none() | st.integers())
def test_a_body_that_is_no_object_has_no_key(body):
    assert tr.field(body, "order_id") is None

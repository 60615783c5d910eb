"""Backlog and age of queues, computed from a trace: against hand-made scenes and a model."""

import numpy as np
import pytest
from hand_made_trace import Scene
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import trace as tr


def test_a_message_waits_is_in_flight_and_is_gone(scene):
    scene.send(1, "a", delay=2)
    scene.receive(5, "a", "r1", until=35)
    scene.delete(8, "r1")
    scene.mark(10, "done")
    assert scene.backlog("orders") == [
        (0, 0, 0, 0), (1, 0, 0, 1), (3, 1, 0, 0), (5, 0, 1, 0), (8, 0, 0, 0), (10, 0, 0, 0),
    ]  # fmt: skip


def test_a_visibility_timeout_ends_unless_it_is_changed(scene):
    scene.send(0, "a")
    scene.receive(1, "a", "r1", until=31)
    scene.visibility(20, "r1", 50)
    scene.mark(40, "looked")
    assert scene.backlog() == [(0, 1, 0, 0), (1, 0, 1, 0), (40, 0, 1, 0)]
    assert scene.backlog(until=60)[-2:] == [(50, 1, 0, 0), (60, 1, 0, 0)]
    scene.visibility(45, "r1", 45)
    assert scene.backlog(until=60)[-2:] == [(45, 1, 0, 0), (60, 1, 0, 0)]


def test_at_its_deadline_a_message_is_waiting_and_its_timeout_cannot_be_changed(scene):
    scene.send(0, "a")
    scene.receive(1, "a", "r1", until=31)
    assert scene.backlog(until=31)[-1] == (31, 1, 0, 0)
    scene.visibility(31, "r1", 90)
    assert scene.backlog(until=50)[-1] == (50, 1, 0, 0)


def test_an_old_receipt_deletes_nothing_but_changes_the_visibility(scene):
    scene.send(0, "a")
    scene.receive(1, "a", "r1", until=11)
    scene.receive(15, "a", "r2", until=45, times=2)
    scene.visibility(18, "r1", 18)
    scene.delete(20, "r1")
    scene.mark(30, "looked")
    assert scene.backlog() == [
        (0, 1, 0, 0), (1, 0, 1, 0), (11, 1, 0, 0), (15, 0, 1, 0), (18, 1, 0, 0), (30, 1, 0, 0),
    ]  # fmt: skip
    assert tr.messages(scene.frame)["effective"].tolist() == [True, True, True, True, False]


def test_the_latest_receipt_deletes_after_its_timeout_too(scene):
    scene.send(0, "a")
    scene.receive(1, "a", "r1", until=11)
    scene.delete(15, "r1")
    assert scene.backlog()[-1] == (15, 0, 0, 0)


def test_a_long_poll_that_began_before_the_send_comes_after_it(scene):
    scene.send(5, "a")
    scene.receive(5, "a", "r1", until=35, began=0)
    scene.delete(5, "r1")
    assert scene.backlog() == [(0, 0, 0, 0), (5, 0, 0, 0)]
    assert tr.messages(scene.frame)["what"].tolist() == ["sent", "received", "deleted"]
    stay = tr.sojourns(scene.frame).iloc[0]
    assert (stay["wait"], stay["sojourn"], stay["deliveries"]) == (0, 0, 1)


def test_a_request_that_was_refused_changes_no_queue(scene):
    scene.send(0, "a", outcome="ThrottlingException", processed=None)
    assert scene.backlog() == [(0, 0, 0, 0)]


def test_a_message_moves_to_the_dead_letter_queue_and_back(scene):
    scene.send(0, "a")
    scene.receive(1, "a", "r1", until=11)
    moved = tr.Handling("moved", "a", receive_count=1, queue="dead")
    scene.call("ReceiveMessage", 12, moved)
    scene.delete(13, "r1")  # its receipt is worth nothing any more
    scene.by_itself(20, tr.Handling("moved", "a", queue="orders"))
    assert scene.backlog("orders") == [
        (0, 1, 0, 0), (1, 0, 1, 0), (11, 1, 0, 0), (12, 0, 0, 0), (20, 1, 0, 0),
    ]  # fmt: skip
    assert scene.backlog("dead") == [(0, 0, 0, 0), (12, 1, 0, 0), (20, 0, 0, 0)]
    stays = tr.sojourns(scene.frame)
    assert stays["queue"].tolist() == ["orders", "dead", "orders"]
    assert stays["left_by"].tolist() == ["moved", "moved", None]
    assert tr.oldest_age(scene.frame, "dead")["age"].max() == 8


def test_a_topic_puts_messages_in_queues_and_retention_and_purge_take_them(scene):
    bodies = [tr.Handling("sent", ident, "{}", queue=q) for ident, q in [("a", "x"), ("b", "y")]]
    scene.call("Publish", 1, *bodies, service="sns", resource="topic")
    scene.by_itself(5, tr.Handling("expired", "a", queue="x"))
    scene.call("PurgeQueue", 7, tr.Handling("purged", None), resource="y")
    scene.send(7, "c", resource="y")
    assert scene.backlog("x")[-2:] == [(5, 0, 0, 0), (7, 0, 0, 0)]
    assert scene.backlog("y") == [(0, 0, 0, 0), (1, 1, 0, 0), (7, 1, 0, 0)]
    assert tr.sojourns(scene.frame)["left_by"].tolist() == ["expired", "purged", None]


def test_a_deduplicated_send_adds_no_message(scene):
    scene.send(0, "a")
    scene.send(1, "a")
    assert scene.backlog()[-1] == (1, 1, 0, 0)


def test_a_message_whose_sending_was_not_seen_enters_when_it_is(scene):
    scene.receive(4, "a", "r1", until=34)
    assert scene.backlog() == [(0, 0, 0, 0), (4, 0, 1, 0)]


def test_the_backlog_at_given_times(scene):
    scene.send(1, "a")
    scene.send(3, "b")
    at = tr.backlog_at(scene.frame, [0, 1, 2.9, 3, 9])
    assert at["waiting"].tolist() == [0, 1, 1, 2, 2]
    with pytest.raises(ValueError, match=r"-1\.0"):
        tr.backlog_at(scene.frame, [-1])


def test_an_unknown_queue_is_an_error_and_an_unused_one_is_empty(scene):
    scene.call("CreateQueue", 0, resource="dead")
    scene.send(1, "a")
    assert scene.backlog("dead") == [(0, 0, 0, 0), (1, 0, 0, 0)]
    with pytest.raises(ValueError, match=r"'ordres'.*'orders'"):
        scene.backlog("ordres")


def test_the_age_of_the_oldest_message_is_a_saw(scene):
    scene.send(1, "a")
    scene.send(2, "b")
    for time, ident in [(4, "a"), (7, "b")]:
        scene.receive(time, ident, f"r{ident}", until=time + 30)
        scene.delete(time, f"r{ident}")
    scene.send(9, "c")
    scene.mark(10, "looked")
    age = tr.oldest_age(scene.frame, "orders").to_numpy().tolist()
    assert age == [[0, 0], [1, 0], [4, 3], [4, 2], [7, 5], [7, 0], [9, 0], [10, 1]]


ACTIONS = st.sampled_from(["send", "receive", "receive", "delete", "visibility", "move"])
STEPS = st.lists(
    st.tuples(st.integers(0, 6), ACTIONS, st.integers(0, 12), st.integers(0, 50)), max_size=40
)


@settings(max_examples=100, deadline=None)
@given(STEPS)
def test_backlog_and_age_agree_with_a_queue_that_is_played_through(steps):
    """The model holds the messages and looks at each of them at each time; nothing is clever."""
    scene, now, seen, held, receipts = Scene(), 0, [], {}, []
    scene.call("CreateQueue", 0)

    def look(time):
        row, oldest = [0, 0, 0], 0
        for message in held.values():
            hidden = message["visible_at"] > time
            row[(1 if message["receipt"] else 2) if hidden else 0] += 1
            oldest = max(oldest, time - message["sent"])
        seen.append((time, row, oldest))

    for number, (gap, action, seconds, pick) in enumerate(steps):
        if gap:
            look(now)
            look(now + gap / 2)
        now += gap
        free = [ident for ident, message in held.items() if message["visible_at"] <= now]
        if action == "send":
            held[f"m{number}"] = {"sent": now, "visible_at": now + seconds, "receipt": None, "n": 0}
            scene.send(now, f"m{number}", delay=seconds)
        elif action == "receive" and free:
            message = held[free[pick % len(free)]]
            receipts.append((f"r{number}", free[pick % len(free)]))
            message |= {"visible_at": now + seconds, "receipt": f"r{number}", "n": message["n"] + 1}
            scene.receive(
                now, free[pick % len(free)], f"r{number}", until=now + seconds,
                times=message["n"], began=max(0, now - pick),
            )  # fmt: skip
        elif action == "delete" and receipts:
            receipt, _ = receipts[pick % len(receipts)]
            held = {ident: m for ident, m in held.items() if m["receipt"] != receipt}
            scene.delete(now, receipt)
        elif action == "visibility" and receipts:
            receipt, ident = receipts[pick % len(receipts)]
            if ident in held and held[ident]["visible_at"] > now:  # an older handle counts, too
                held[ident]["visible_at"] = now + seconds
            scene.visibility(now, receipt, now + seconds)
        elif action == "move" and free:
            moved = held.pop(free[pick % len(free)])
            ident = free[pick % len(free)]
            handling = tr.Handling("moved", ident, receive_count=moved["n"], queue="dead")
            scene.call("ReceiveMessage", now, handling)
    look(now)
    look(now + 20)
    scene.mark(now + 20, "end")

    times = [time for time, *_ in seen]
    at = tr.backlog_at(scene.frame, times, queue="orders")
    assert at[["waiting", "in_flight", "delayed"]].to_numpy().tolist() == [
        row for _, row, _ in seen
    ]
    saw = tr.oldest_age(scene.frame, "orders")
    assert [on_lines(saw, time) for time in times] == pytest.approx([age for *_, age in seen])


def on_lines(saw, time):
    """The height at a time of straight lines through the rows, the later row where two agree."""
    row = saw["time"].searchsorted(time, side="right") - 1
    here, there = saw.iloc[row], saw.iloc[min(row + 1, len(saw) - 1)]
    share = (time - here["time"]) / ((there["time"] - here["time"]) or 1)
    return here["age"] + share * (there["age"] - here["age"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["sent", "received", "deleted", "visibility", "moved"]),
       *[st.integers(0, 20)] * 3), max_size=30))  # fmt: skip
def test_whatever_is_recorded_no_count_is_negative_and_none_is_lost(rows):
    """Any handlings in any order, even ones that no queue would do."""
    scene = Scene()
    for what, time, pick, seconds in rows:
        ident = f"m{pick % 4}" if what in ("sent", "received", "moved") else None
        to = "dead" if what == "moved" else None
        h = tr.Handling(what, ident, None, f"r{pick}", 1 + pick % 3, time + seconds, to)
        scene.call("Any", time, h)
    steps = tr.backlog(scene.frame)
    stays = tr.sojourns(scene.frame)
    assert (steps >= 0).all(axis=None)
    entered = np.sort(stays["entered"]).searchsorted(steps["time"], side="right")
    left = np.sort(stays["left"].dropna()).searchsorted(steps["time"], side="right")
    assert (steps[["waiting", "in_flight", "delayed"]].sum(axis=1) == entered - left).all()

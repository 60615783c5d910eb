"""The trace: the record, and what is computed from it, against hand-made scenes and a model."""

import json
import subprocess
import sys
from itertools import count

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import trace as tr


class Scene:
    """Writes a trace by hand, as the lab would; times are virtual seconds."""

    def __init__(self):
        self.trace, self.numbers, self.turns = tr.Trace(), count(1), count(1)

    def call(self, operation, time, *handlings, began=None, **row):
        row = {
            "end": time, "caller": "cell", "service": "sqs", "attempt": 1, "outcome": "ok",
            "processed": time, "resource": "orders", "call": None,
        } | row  # fmt: skip
        row["call"] = row["call"] or next(self.numbers)
        time = time if began is None else began
        handlings = self.in_turn(handlings)
        self.trace.record_call(operation=operation, time=time, messages=handlings, **row)
        return row["call"]

    def in_turn(self, handlings):
        return [h._replace(turn=next(self.turns)) for h in handlings]

    def by_itself(self, time, *handlings):
        """A row of what the service did without a call."""
        self.trace.record_call(
            time=time, end=time, caller="sqs", service="sqs", operation=None, call=None,
            attempt=None, outcome="ok", processed=time, resource=handlings[0].queue,
            messages=self.in_turn(handlings),
        )  # fmt: skip

    def send(self, time, ident, order=None, *, delay=0, **row):
        body = json.dumps({"order_id": order or ident})
        sent = tr.Handling("sent", ident, body, visible_at=time + delay)
        return self.call("SendMessage", time, sent, **row)

    def receive(self, time, ident, receipt, *, until, order=None, times=1, **row):
        body = json.dumps({"order_id": order or ident})
        got = tr.Handling("received", ident, body, receipt, times, until)
        return self.call("ReceiveMessage", time, got, **row)

    def delete(self, time, receipt, **row):
        return self.call("DeleteMessage", time, tr.Handling("deleted", None, None, receipt), **row)

    def visibility(self, time, receipt, until):
        change = tr.Handling("visibility", None, None, receipt, None, until)
        return self.call("ChangeMessageVisibility", time, change)

    def mark(self, time, name, **fields):
        self.trace.record_mark(name, time=time, caller="cell", fields=fields)

    @property
    def frame(self):
        return self.trace.frame()

    def backlog(self, queue=None, **options):
        rows = tr.backlog(self.frame, queue, **options)
        return [tuple(row) for row in rows.itertuples(index=False)]


@pytest.fixture
def scene():
    return Scene()


# -- the record


def test_importing_the_trace_does_not_import_pandas():
    code = "import sys, helpers.trace; sys.exit('pandas' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_empty_trace_has_all_columns_and_every_function_takes_it():
    empty = tr.Trace().frame()
    assert tuple(empty.columns) == tr.COLUMNS
    assert empty["time"].dtype == float
    assert str(empty["call"].dtype) == "Int64"
    for function in (tr.calls, tr.latency, tr.messages, tr.states, tr.sojourns, tr.deliveries):
        assert len(function(empty)) == 0
    assert len(tr.duplicates(empty)) == 0
    assert len(tr.effects(empty, "charged")) == 0
    assert len(tr.end_to_end(empty, "charged")) == 0
    assert len(tr.utilisation(empty)) == 0
    assert tr.backlog(empty).to_numpy().tolist() == [[0, 0, 0, 0]]
    assert tr.oldest_age(empty).to_numpy().tolist() == [[0, 0]]


def test_rows_are_sorted_by_time_and_marks_bring_their_fields(scene):
    scene.call("Invoke", 5, began=1, service="lambda", resource="charge")
    scene.mark(0.5, "placed", order_id="o-1", items=3)
    scene.mark(2, "charged", order_id="o-1", amount=9.5)
    frame = scene.frame
    assert frame["time"].tolist() == [0.5, 1, 2]
    assert frame["kind"].tolist() == ["mark", "call", "mark"]
    assert frame["service"].tolist() == [None, "lambda", None]
    assert frame["order_id"].tolist() == ["o-1", None, "o-1"]
    assert (str(frame["items"].dtype), str(frame["amount"].dtype)) == ("Int64", "float64")
    assert frame["messages"].tolist() == [(), (), ()]


def test_the_frame_follows_the_record_and_cannot_spoil_it(scene):
    scene.mark(1, "placed")
    seen = scene.frame
    seen["mine"] = 1
    scene.mark(2, "placed")
    assert "mine" not in scene.frame
    assert (len(seen), len(scene.frame)) == (1, 2)


@pytest.mark.parametrize("name", tr.COLUMNS)
def test_a_mark_cannot_have_a_field_that_the_trace_has(scene, name):
    with pytest.raises(ValueError, match=repr(name)):
        scene.trace.record_mark("placed", time=0, caller="cell", fields={name: 1})
    assert len(scene.trace) == 0


# -- calls


def test_the_attempts_of_a_call_are_one_call(scene):
    scene.call("SendMessage", 2, began=0, call=7, outcome="ReadTimeoutError")
    scene.call("SendMessage", 3.5, began=3, call=7, attempt=2, caller="cell")
    scene.call("PutEvents", 9, began=8, service="events", call=8, outcome="ThrottlingException")
    scene.by_itself(9, tr.Handling("expired", "a", queue="orders"))
    calls = tr.calls(scene.frame).set_index("call")
    assert calls.index.tolist() == [7, 8]
    assert calls["latency"].tolist() == [3.5, 1]
    assert calls["attempts"].tolist() == [2, 1]
    assert calls["outcome"].tolist() == ["ok", "ThrottlingException"]
    assert tr.latency(scene.frame).loc["PutEvents", "failed"] == 1


def test_a_call_that_the_end_of_the_run_cut_off_has_no_latency(scene):
    scene.call("ReceiveMessage", 20, began=0)
    scene.call("ReceiveMessage", 25, began=20, outcome=tr.CUT_OFF, processed=None)
    assert tr.calls(scene.frame)["latency"].tolist() == [20]
    assert tr.latency(scene.frame).loc["ReceiveMessage", "failed"] == 0


@given(st.lists(st.tuples(st.sampled_from("ab"), st.floats(0, 1e4)), min_size=1, max_size=60))
def test_percentiles_are_those_of_numpy(work):
    scene = Scene()
    for operation, seconds in work:
        scene.call(operation, seconds, began=0)
    table = tr.latency(scene.frame, by=["service", "operation"])
    for operation in {operation for operation, _ in work}:
        mine = [seconds for name, seconds in work if name == operation]
        row = table.loc[("sqs", operation)]
        assert row["calls"] == len(mine)
        expected = np.percentile(mine, [50, 95, 99])
        assert row[["p50", "p95", "p99"]].to_numpy(float) == pytest.approx(expected)


@given(st.lists(st.floats(0, 1e6), min_size=1), st.integers(0, 3), st.integers(0, 100))
def test_a_percentile_counts_what_has_not_finished(seconds, unfinished, percent):
    found = tr.percentile([*seconds, *[np.nan] * unfinished], percent)
    never = [*seconds, *[1e9] * unfinished]
    expected = np.percentile(never, percent)
    if np.isnan(found):
        assert expected > max(seconds)
        assert unfinished
    else:
        assert found == pytest.approx(expected)


def test_a_percentile_of_nothing_is_not_a_number():
    assert np.isnan(tr.percentile([], 50))


# -- queues


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


@settings(max_examples=150, deadline=None)
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


# -- deliveries, duplicates, effects


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


def test_throughput_and_utilisation(scene):
    for time in (1, 2, 3, 65):
        scene.mark(time, "charged", order_id="a")
    assert tr.throughput(scene.frame, "charged")["rate"].tolist() == [3 / 60, 1 / 60]
    scene.call("ReceiveMessage", 30, began=10, caller="worker")
    scene.call("DeleteMessage", 90, caller="worker")
    assert tr.utilisation(scene.frame)["worker"] == pytest.approx(0.75)
    with pytest.raises(ValueError, match="got 0"):
        tr.throughput(scene.frame, "charged", every=0)

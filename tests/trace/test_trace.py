"""The trace as a record, and the calls in it."""

import subprocess
import sys

import numpy as np
import pytest
from hand_made_trace import Scene
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import trace as tr

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


@settings(max_examples=50)
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


def test_throughput_and_utilisation(scene):
    for time in (1, 2, 3, 65):
        scene.mark(time, "charged", order_id="a")
    assert tr.throughput(scene.frame, "charged")["rate"].tolist() == [3 / 60, 1 / 60]
    scene.call("ReceiveMessage", 30, began=10, caller="worker")
    scene.call("DeleteMessage", 90, caller="worker")
    assert tr.utilisation(scene.frame)["worker"] == pytest.approx(0.75)
    with pytest.raises(ValueError, match="got 0"):
        tr.throughput(scene.frame, "charged", every=0)

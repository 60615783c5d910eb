"""What a chart draws is what was computed."""

import numpy as np
import pandas as pd
import pytest
from charted_trace import TRACE

from helpers import charts
from helpers import trace as tr

SECONDS = {"sync": pd.Series([0.1, 0.2, 3]), "queue": pd.Series([0.01, 0.02, np.nan])}


def test_the_backlog_line_is_the_backlog():
    ax = charts.backlog(TRACE, queue="orders")
    lines = {line.get_label(): line for line in ax.lines}
    assert set(lines) == {"waiting", "in flight"}
    steps = tr.backlog(TRACE, "orders")
    assert np.array_equal(lines["waiting"].get_ydata(), steps["waiting"])
    assert np.array_equal(lines["in flight"].get_ydata(), steps["in_flight"])
    assert lines["waiting"].get_linestyle() != lines["in flight"].get_linestyle()


def test_delayed_messages_are_drawn_where_there_are_any():
    trace = tr.Trace()
    sent = tr.Handling("sent", "a", "{}", visible_at=60)
    trace.record_call(
        time=0, end=0, caller="cell", service="sqs", operation="SendMessage", call=1, attempt=1,
        outcome="ok", processed=0, resource="orders", messages=(sent,),
    )  # fmt: skip
    labels = [line.get_label() for line in charts.backlog(trace.frame()).lines]
    assert labels == ["waiting", "in flight", "delayed"]


def test_the_bars_of_duplicates_count_orders():
    ax = charts.duplicates(TRACE, effect="charged")
    heights = [[bar.get_height() for bar in group] for group in ax.containers]
    times = tr.deliveries(TRACE)["deliveries"].value_counts()
    assert [sum(group) for group in heights] == [200, 200]
    assert heights[0][:3] == [times.get(n, 0) for n in range(3)]
    assert heights[0] == heights[1]


def test_many_deliveries_share_the_last_bar_and_it_says_so():
    ax = charts.duplicates({"delivery": pd.Series([1, 2, 6, 9, 40])})
    assert [bar.get_height() for bar in ax.patches] == [0, 1, 1, 0, 0, 0, 3]
    assert ax.get_xticklabels()[-1].get_text() == "6 or more"


def test_duplicates_in_several_queues_need_a_choice():
    moved = TRACE.copy()
    moved.loc[: len(moved) // 2, "resource"] = "replies"
    with pytest.raises(ValueError, match=r"\['orders', 'replies'\]"):
        charts.duplicates(moved)


def test_latency_marks_the_percentiles_that_were_computed():
    ax = charts.latency(TRACE)
    table = tr.latency(TRACE)
    marks = {
        (line.get_marker(), round(line.get_xdata()[0], 9))
        for line in ax.lines
        if line.get_marker() in "oD"
    }
    for name in table.index:
        assert ("o", round(table.loc[name, "p50"], 9)) in marks
        assert ("D", round(table.loc[name, "p99"], 9)) in marks


def test_what_has_not_finished_counts_in_the_share():
    ax = charts.latency(SECONDS, of="orders", log=True)
    line = next(line for line in ax.lines if line.get_label().startswith("queue"))
    assert max(line.get_ydata()) == pytest.approx(2 / 3)
    assert "p99 unfinished" in line.get_label()
    with pytest.raises(ValueError, match="'sync'"):
        charts.latency({"sync": pd.Series([0, 1])}, log=True)


def test_more_operations_than_lines_are_counted_and_named_as_left_out():
    trace = tr.Trace()
    for number in range(21):
        trace.record_call(
            time=number, end=number + 1, caller="cell", service="s", operation=f"Op{number % 7}",
            call=number, attempt=1, outcome="ok", processed=number, resource="r",
        )  # fmt: skip
    labels = [line.get_label() for line in charts.latency(trace.frame()).lines]
    assert "not shown: 6 calls of other kinds" in labels


def test_attempts_are_counted_by_how_they_ended():
    ax = charts.attempts(TRACE)
    calls = tr.calls(TRACE)
    heights = [[bar.get_height() for bar in group] for group in ax.containers]
    assert sum(heights[0]) == len(calls)
    assert heights[0][1] == (calls["attempts"] == 2).sum() > 0


def test_the_timeline_shows_the_callers_asked_for():
    ax = charts.timeline(TRACE, callers=["charge"], start=10, end=70)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["charge"]
    assert ax.get_xlim() == (10, 70)
    with pytest.raises(ValueError, match="70 to 10"):
        charts.timeline(TRACE, start=70, end=10)
    with pytest.raises(ValueError, match="no rows"):
        charts.timeline(tr.Trace().frame())


def test_two_flights_of_a_message_in_a_row_are_told_apart():
    trace = tr.Trace()
    for number, moment in enumerate((0, 30, 100)):
        got = tr.Handling("received", "m", None, f"r{number}", number + 1, moment + 30)
        trace.record_call(
            time=moment, end=moment, caller="w", service="sqs", operation="ReceiveMessage",
            call=number, attempt=1, outcome="ok", processed=moment, resource="orders",
            messages=[got],
        )  # fmt: skip
    ax = charts.life(trace.frame(), "m", until=200)
    cuts = [path.vertices[0][0] for lines in ax.collections for path in lines.get_paths()
            if len(path.vertices) == 2]  # fmt: skip
    assert cuts == [30]


def test_the_life_of_an_unknown_message_is_an_error():
    with pytest.raises(ValueError, match="'m-1'"):
        charts.life(TRACE, "m-1")


@pytest.mark.parametrize("draw", [charts.backlog, charts.age, charts.attempts, charts.latency])
def test_a_trace_of_nothing_gives_an_empty_chart(draw):
    assert draw(tr.Trace().frame()).get_title(loc="left")

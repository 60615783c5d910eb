"""The race of waits: one line each, the end where it was, and what ended it by its colour."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import charts

ENDS = pd.DataFrame(
    {
        "lasted": [7200.0, 600.0, 28_800.0, 3600.0],
        "ended_by": ["answered", "refused", "time-out", "answered"],
    },
    index=["o-1", "o-2", "o-3", "o-4"],
)


def line(ax, label):
    [found] = [line for line in ax.get_lines() if str(line.get_label()).startswith(label)]
    return found


def test_each_kind_has_its_count_its_ends_and_its_colour():
    colours = {"answered": "ok", "time-out": "failure"}
    ax = charts.race(ENDS, colours=colours, title="Four waits")
    answered, late = line(ax, "answered"), line(ax, "time-out")
    assert answered.get_label() == "answered: 2"
    assert sorted(answered.get_xdata()) == [3600, 7200]
    assert answered.get_color() == charts.COLOURS["ok"]
    assert late.get_color() == charts.COLOURS["failure"]
    assert line(ax, "refused").get_color() not in (answered.get_color(), late.get_color())
    assert "Four waits" in charts.describe(ax)
    assert "(h)" in ax.get_xlabel()


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=80))
def test_the_shortest_stands_on_top_and_every_end_is_in_sight(seconds):
    ends = pd.DataFrame({"lasted": seconds, "ended_by": "answered"})
    ax = charts.race(ends, limits={"TimeoutSeconds": 1000.0})
    points = line(ax, "answered")
    rows = sorted(zip(points.get_ydata(), points.get_xdata(), strict=True))
    assert [x for _, x in rows] == sorted(seconds)
    assert [y for y, _ in rows] == list(range(len(seconds)))
    assert ax.get_xlim()[1] >= max(*seconds, 1000) > 0
    bottom, top = ax.get_ylim()
    assert top < 0 <= len(seconds) - 1 < bottom


def test_heartbeats_are_ticks_on_their_line_and_limits_are_named():
    ax = charts.race(ENDS, beats={"o-3": [1200, 2400], "o-1": [1200]}, limits={"limit": 28_800})
    ticks = line(ax, "heartbeat")
    assert sorted(zip(ticks.get_xdata(), ticks.get_ydata(), strict=True)) == [
        (1200, 2), (1200, 3), (2400, 3),
    ]  # fmt: skip
    assert "limit" in [text.get_text() for text in ax.texts]


def test_no_beats_no_legend_entry():
    ax = charts.race(ENDS, beats={name: [] for name in ENDS.index})
    assert "heartbeat" not in [line.get_label() for line in ax.get_lines()]


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), -1.0])
def test_a_wait_that_has_not_ended_is_refused(seconds):
    with pytest.raises(ValueError, match="finite"):
        charts.race(pd.DataFrame({"lasted": [seconds], "ended_by": ["running"]}))


def test_no_wait_at_all_is_refused():
    with pytest.raises(ValueError, match="no wait"):
        charts.race(ENDS.iloc[:0])


def test_more_kinds_than_can_be_told_apart_are_refused():
    ends = pd.DataFrame({"lasted": 1.0, "ended_by": list("abcdef")})
    with pytest.raises(ValueError, match="no more than 5"):
        charts.race(ends)

"""Tables as pictures: cells can be read, bars say their numbers, dots stand where they should."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb

from helpers import charts
from helpers.charts import tables

FACETS = pd.DataFrame(
    {"call": [3.0, 0.0, np.nan], "queue": [0.0, 1234.0, 7.0]}, index=["location", "order", "time"]
)


def luminance(colour):
    channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return float(np.dot((0.2126, 0.7152, 0.0722), channels))


def words(ax):
    return [text.get_text() for text in ax.texts]


def test_a_heat_map_says_every_number_and_names_rows_and_columns():
    ax = charts.heatmap(FACETS, xlabel="design", ylabel="facet", title="Two designs")
    assert words(ax) == ["3", "0", "0", "1,234", "7"]  # what is not applicable stays empty
    assert [label.get_text() for label in ax.get_xticklabels()] == ["call", "queue"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["location", "order", "time"]
    first, last = ax.texts[0].get_position(), ax.texts[-1].get_position()
    assert (first, last) == ((0.5, 0.5), (1.5, 2.5))
    assert ax.get_ylim() == (3, 0)  # the first row stands on top
    assert "design" in charts.describe(ax)


def test_a_heat_map_can_say_words():
    matched = pd.DataFrame([[1, 0]], index=["prefix"], columns=["EUR", "USD"])
    said = matched.replace({1: "match", 0: "no"}).astype(str)
    assert words(charts.heatmap(matched, text=said, xlabel="event", ylabel="pattern")) == [
        "match",
        "no",
    ]


@given(st.floats(min_value=0, max_value=1))
def test_the_number_can_be_read_on_every_shade(share):
    shade = tables._SHADES(share)
    ink, ground = sorted([luminance(tables._ink(shade)), luminance(shade)])
    assert (ground + 0.05) / (ink + 0.05) >= 4.5


def test_long_names_of_columns_are_slanted_and_short_ones_are_not():
    short = charts.heatmap(FACETS, xlabel="design", ylabel="facet")
    names = [f"a rather long design {number}" for number in range(6)]
    long = pd.DataFrame(np.ones((2, 6)), columns=names)
    slanted = charts.heatmap(long, xlabel="design", ylabel="facet")
    assert {label.get_rotation() for label in short.get_xticklabels()} == {0}
    assert {label.get_rotation() for label in slanted.get_xticklabels()} == {25}


def test_bars_say_their_numbers_and_a_role_has_its_colour():
    frame = pd.DataFrame({"p50": [1.5, 2], "p95": [4, np.nan]}, index=["one queue", "fair"])
    ax = charts.bars(frame, ylabel="waiting time (s)", xlabel="design")
    assert words(ax) == ["1.5", "2", "4", ""]
    heights = [bar.get_height() for bar in ax.patches]
    assert heights[:3] == [1.5, 2, 4]
    colours = {to_rgb(bar.get_facecolor()) for bar in ax.patches}
    assert colours == {to_rgb(charts.COLOURS["p50"]), to_rgb(charts.COLOURS["p95"])}
    assert charts.bars(frame["p50"], ylabel="s", log=True).get_yscale() == "log"


def test_bars_of_counts_have_whole_ticks_and_room_for_their_labels():
    ax = charts.bars(pd.Series([7, 1], name="charged"), ylabel="orders")
    assert all(tick % 1 == 0 for tick in ax.get_yticks())
    assert ax.get_ylim()[1] > 7.5


def test_what_agrees_stands_on_the_line():
    frame = pd.DataFrame({"measured": [60.0, 7300.0], "expected": [66.0, 7200.0]})
    ax = charts.agreement(
        frame, measured="measured", expected="expected", label="recovery time", seconds=True
    )
    line, dots = ax.lines
    assert list(line.get_xdata()) == list(line.get_ydata())
    assert dots.get_xydata().tolist() == [[66, 60], [7200, 7300]]
    assert ax.get_xlabel() == "expected recovery time (min)"
    assert ax.get_xlim() == ax.get_ylim()


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: charts.heatmap(pd.DataFrame(), xlabel="x", ylabel="y"), "no cells"),
        (lambda: charts.heatmap(FACETS - 1, xlabel="x", ylabel="y"), "got -1"),
        (lambda: charts.bars(pd.DataFrame({"p50": []}), ylabel="s"), "no rows"),
        (
            lambda: charts.agreement(
                pd.DataFrame({"m": [0.0], "e": [0.0]}), measured="m", expected="e", label="s"
            ),
            "no positive numbers in 'm' and 'e'",
        ),
    ],
)
def test_what_cannot_be_drawn_is_an_error(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()

"""What every chart has: titles, units, readable labels, colours told apart, and time."""

import inspect
import re
from itertools import pairwise

import matplotlib
import numpy as np
import pandas as pd
import pytest
from charted_trace import TRACE, shop
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

from helpers import charts
from helpers import trace as tr
from helpers.charts import style

SECONDS = {"sync": pd.Series([0.1, 0.2, 3]), "queue": pd.Series([0.01, 0.02, np.nan])}
TABLE = pd.DataFrame({"p50": [0.1, 0.2], "p99": [1.0, 4.0]}, index=[1, 2])
BOTH = {"queue": tr.backlog(TRACE), "bus": tr.backlog(shop(seed=2))}
CHARTS = {
    "latency": lambda **o: charts.latency(TRACE, **o),
    "durations": lambda **o: charts.latency(SECONDS, of="orders", log=True, **o),
    "percentiles": lambda **o: charts.percentiles(TABLE, xlabel="load (orders per second)", **o),
    "backlog": lambda **o: charts.backlog(TRACE, **o),
    "age": lambda **o: charts.age(TRACE, **o),
    "duplicates": lambda **o: charts.duplicates(TRACE, effect="charged", **o),
    "attempts": lambda **o: charts.attempts(TRACE, **o),
    "compare": lambda **o: charts.compare(BOTH, y="waiting", ylabel="messages", step=True, **o),
    "timeline": lambda **o: charts.timeline(TRACE, **o),
    "life": lambda **o: charts.life(TRACE, "m7", **o),
}
every_chart = pytest.mark.parametrize("draw", CHARTS.values(), ids=CHARTS)


@every_chart
def test_a_chart_has_its_title_and_labels_with_units(draw):
    ax = draw(title="The finding took 40 s")
    assert " ".join(ax.get_title(loc="left").split()) == "The finding took 40 s"
    labels = [ax.get_xlabel(), ax.get_ylabel()]
    assert labels[0]
    units = r"\((s|min|h|days|%|orders per second)\)|messages|number of|per "
    assert any(re.search(units, label) for label in labels)
    assert all(re.search(units, label) for label in labels if label)


@every_chart
def test_a_chart_has_a_neutral_title_of_its_own(draw):
    assert draw().get_title(loc="left")


@every_chart
def test_a_chart_draws_into_the_axes_it_is_given(draw):
    ax = Figure().add_subplot()
    assert draw(ax=ax) is ax
    assert ax.has_data()


@every_chart
def test_a_chart_leaves_matplotlib_as_it_was(draw):
    before = dict(matplotlib.rcParams)
    charts.show(draw(), alt="A chart.")
    assert dict(matplotlib.rcParams) == before


@every_chart
def test_every_colour_is_one_of_the_palette(draw):
    ax = draw()
    lines = [line.get_color() for line in ax.lines]
    areas = [colour for found in ax.collections for colour in found.get_facecolor()]
    bars = [bar.get_facecolor() for bar in ax.patches]
    drawn = {to_hex(colour).upper() for colour in [*lines, *areas, *bars]}
    assert drawn
    assert drawn <= {colour.upper() for colour in charts.COLOURS.values()}


@every_chart
def test_nothing_is_cut_off_and_no_two_labels_of_an_axis_overlap(draw):
    ax = draw(title="A finding that is told in a sentence of some length, with 3 numbers, and 40 s")
    ax.figure.canvas.draw()
    page = ax.figure.bbox
    box = ax.get_tightbbox()
    assert (box.x0, box.y0) >= (page.x0 - 1, page.y0 - 1)
    assert box.x1 <= page.x1 + 1
    assert box.y1 <= page.y1 + 1
    low, high = sorted(ax.get_xlim())
    ticks = [
        tick.label1.get_window_extent()
        for tick in ax.xaxis.get_major_ticks()
        if low <= tick.get_loc() <= high
    ]
    assert all(left.x1 < right.x0 for left, right in pairwise(ticks))
    if ax.get_legend():
        (above,) = [found for found in ax.findobj(Text) if found.get_text() == ax.get_title("left")]
        assert ax.get_legend().get_window_extent().y1 <= above.get_window_extent().y0 + 1


def test_every_public_function_has_a_docstring():
    for name in charts.__all__:
        assert inspect.getdoc(getattr(charts, name))


# -- time


@pytest.mark.parametrize(
    ("end", "unit"), [(90, "s"), (900, "min"), (36 * 3600, "h"), (30 * 86400, "days")]
)
def test_time_stands_in_a_readable_unit(end, unit):
    steps = pd.DataFrame({"time": [0, end], "waiting": [1, 1], "in_flight": 0, "delayed": 0})
    ax = charts.backlog(steps)
    assert ax.get_xlabel() == f"simulated time ({unit})"
    scale = {"s": 1, "min": 60, "h": 3600, "days": 86400}[unit]
    ticks = [tick for tick in ax.get_xticks() if 0 <= tick <= end]
    shown = ax.xaxis.get_major_formatter().format_ticks(ticks)
    assert 3 <= len(ticks) <= 11
    assert [float(text) * scale for text in shown] == pytest.approx(ticks)


def test_stacked_panels_share_their_time_and_name_it_once():
    top, bottom = charts.panels(2)
    charts.backlog(TRACE, ax=top)
    charts.age(TRACE, ax=bottom)
    assert (top.get_xlabel(), bottom.get_xlabel()) == ("", "simulated time (min)")
    assert top.get_xlim() == bottom.get_xlim()
    with pytest.raises(ValueError, match="got 0"):
        charts.panels(0)


# -- predictions


@pytest.mark.parametrize("axis", ["x", "y"])
def test_a_prediction_is_a_line_with_its_label(axis):
    ax = charts.prediction(charts.backlog(TRACE), 120, axis=axis)
    line = ax.lines[-1]
    assert set(line.get_xdata() if axis == "x" else line.get_ydata()) == {120}
    assert line.get_color() == charts.COLOURS["prediction"]
    assert ax.texts[-1].get_text() == "your prediction"


@pytest.mark.parametrize("value", [-20, 7_000])
@pytest.mark.parametrize("axis", ["x", "y"])
def test_a_prediction_beyond_an_axis_set_by_hand_is_seen(axis, value):
    ax = charts.backlog(TRACE)
    ax.set(xlim=(0, 60), ylim=(0, 5))
    charts.prediction(ax, value, axis=axis)
    low, high = ax.get_xlim() if axis == "x" else ax.get_ylim()
    assert low <= value < high


@pytest.mark.parametrize(("value", "axis"), [(float("nan"), "y"), (float("inf"), "x"), (1, "z")])
def test_a_prediction_that_cannot_be_drawn_is_an_error(value, axis):
    with pytest.raises(ValueError, match=r"nan|inf|'z'"):
        charts.prediction(charts.backlog(TRACE), value, axis=axis)


# -- colours


def contrast(colour):
    """Contrast with white, as the Web Content Accessibility Guidelines 2.2 define it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 1.05 / (np.dot(linear, [0.2126, 0.7152, 0.0722]) + 0.05)


@pytest.mark.parametrize("name", charts.COLOURS)
def test_a_colour_can_be_seen_on_white(name):
    assert contrast(charts.COLOURS[name]) >= 3  # WCAG 1.4.11, graphics


def test_text_is_dark_enough_to_read():
    names = ("text.color", "axes.labelcolor", "axes.titlecolor", "xtick.labelcolor")
    assert all(contrast(style.style()[name]) >= 4.5 for name in names)  # WCAG 1.4.3, AA


def test_the_five_patterns_differ_in_colour_and_in_line():
    styles = style.roles(["sync", "queue", "router", "bus", "workflow"]).values()
    assert len({found["color"] for found in styles}) == 5
    assert len({str(found["linestyle"]) for found in styles}) == 5


def test_a_role_keeps_its_colour_beside_other_names():
    styles = style.roles(["mine", "queue", "sender"])
    assert styles["queue"] == charts.role("queue")
    assert len({found["color"] for found in styles.values()}) == 3
    with pytest.raises(ValueError, match="5"):
        style.roles("abcdef")
    with pytest.raises(ValueError, match="'mine'"):
        charts.role("mine")

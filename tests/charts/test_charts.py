"""The charts: what stands on the axes, what is drawn is what was computed, and alt text arrives."""

import base64
import inspect
import re
import sys
from itertools import pairwise

import matplotlib
import nbformat
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

from helpers import charts
from helpers import trace as tr
from helpers.charts import axes, style


def shop(orders=200, *, seed=1):
    """A trace of a queue whose receiver is too slow for its visibility timeout now and then."""
    draw = np.random.default_rng(seed)
    trace, time, number = tr.Trace(), 0.0, 0

    def call(operation, began, ended, *handled, caller, call=None, attempt=1, outcome="ok"):
        nonlocal number
        number += call is None
        trace.record_call(
            time=began, end=ended, caller=caller, service="sqs", operation=operation,
            call=call or number, attempt=attempt, outcome=outcome, processed=ended,
            resource="orders", messages=handled,
        )  # fmt: skip
        return number

    free = 0.0
    for order in range(orders):
        time += draw.exponential(2.0)
        ident, body = f"m{order}", f'{{"order_id": "o-{order}"}}'
        sent = tr.Handling("sent", ident, body, visible_at=time)
        first = None
        if draw.random() < 0.1:
            first = call("SendMessage", time, time, caller="place", outcome="ReadTimeoutError")
        call(
            "SendMessage",
            time,
            time + 0.1,
            sent,
            caller="place",
            call=first,
            attempt=1 + bool(first),
        )
        trace.record_mark("placed", time=time, caller="place", fields={"order_id": f"o-{order}"})
        for times in range(1, 2 + (draw.random() < 0.2)):
            began, free = free, max(free, time + 0.1)
            got = tr.Handling("received", ident, body, f"{ident}-{times}", times, free + 1)
            call("ReceiveMessage", began, free, got, caller="charge")
            free += draw.exponential(1.5)
            trace.record_mark(
                "charged", time=free, caller="charge", fields={"order_id": f"o-{order}"}
            )
        gone = tr.Handling("deleted", None, None, f"{ident}-{times}")
        call("DeleteMessage", free, free, gone, caller="charge")
    return trace.frame()


TRACE = shop()
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


# -- what is drawn is what was computed


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


# -- time


@pytest.mark.parametrize(
    ("end", "unit"), [(90, "s"), (900, "min"), (36 * 3600, "h"), (30 * 86400, "days")]
)
def test_time_stands_in_a_readable_unit(end, unit):
    steps = pd.DataFrame({"time": [0, end], "waiting": [1, 1], "in_flight": 0, "delayed": 0})
    ax = charts.backlog(steps)
    assert ax.get_xlabel() == f"virtual time ({unit})"
    scale = {"s": 1, "min": 60, "h": 3600, "days": 86400}[unit]
    ticks = [tick for tick in ax.get_xticks() if 0 <= tick <= end]
    shown = ax.xaxis.get_major_formatter().format_ticks(ticks)
    assert 3 <= len(ticks) <= 11
    assert [float(text) * scale for text in shown] == pytest.approx(ticks)


def test_stacked_panels_share_their_time_and_name_it_once():
    top, bottom = charts.panels(2)
    charts.backlog(TRACE, ax=top)
    charts.age(TRACE, ax=bottom)
    assert (top.get_xlabel(), bottom.get_xlabel()) == ("", "virtual time (min)")
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


# -- alt text


@pytest.mark.parametrize("alt", ["", "  \n", None])
def test_a_picture_needs_alt_text(alt):
    with pytest.raises(ValueError, match="alt text"):
        charts.show(charts.backlog(TRACE), alt=alt)
    with pytest.raises(TypeError):
        charts.show(charts.backlog(TRACE))


def source(picture):
    return re.search(r'src="data:image/([a-z+]+);base64,([^"]+)"', picture.html).groups()


def test_axes_that_were_removed_make_no_picture():
    ax = charts.backlog(TRACE)
    ax.remove()
    with pytest.raises(ValueError, match="removed"):
        charts.show(ax, alt="Backlog.")


def test_a_picture_holds_the_drawing_and_its_alt_text():
    picture = charts.show(charts.backlog(TRACE), alt='Rises to "5" & falls\n to <0>')
    assert 'alt="Rises to &quot;5&quot; &amp; falls to &lt;0&gt;"' in picture.html
    kind, data = source(picture)
    assert kind == "svg+xml"
    assert base64.b64decode(data).decode() == picture.svg
    assert picture.svg.rstrip().endswith("</svg>")
    assert not re.search(r'href="(?!#|data:)', picture.svg)  # it asks no network for anything


def test_the_same_trace_gives_the_same_bytes():
    first, second = (charts.show(charts.backlog(TRACE), alt="Backlog.").html for _ in range(2))
    assert first == second


def test_a_large_drawing_becomes_a_png():
    noise = np.random.default_rng(1).random((8_000, 2))
    ax = charts.panels()[0]
    ax.scatter(*noise.T, s=1)
    kind, data = source(charts.show(ax, alt="Noise."))
    assert kind == "png"
    assert base64.b64decode(data).startswith(b"\x89PNG")


def test_axes_show_themselves_with_a_description():
    shown = charts.backlog(TRACE, title="40 orders waited")._repr_mimebundle_()
    assert shown["text/plain"].startswith("40 orders waited. virtual time (min) from 0 to ")
    assert shown["text/plain"].endswith("series: waiting, in flight.")
    assert "<img" in shown["text/html"]


def test_a_figure_of_pyplot_is_closed_once_it_is_shown(monkeypatch):
    pyplot = pytest.importorskip("matplotlib.pyplot")
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", pyplot)
    pyplot.switch_backend("agg")
    _, ax = pyplot.subplots()
    charts.show(charts.backlog(TRACE, ax=ax), alt="Backlog.")
    assert pyplot.get_fignums() == []


@pytest.fixture
def notebook():
    """A notebook with one output: a picture as a kernel hands it over."""
    data = charts.show(charts.age(TRACE), alt="The age rises & falls")._repr_mimebundle_()
    output = nbformat.v4.new_output("execute_result", data=data, execution_count=1)
    cell = nbformat.v4.new_code_cell("charts.show(ax)", outputs=[output], execution_count=1)
    python = {"language_info": {"name": "python", "pygments_lexer": "python"}}
    title = nbformat.v4.new_markdown_cell("# A")
    return nbformat.v4.new_notebook(cells=[title, cell], metadata=python)


def pictures(page):
    return re.findall(r"<img[^>]*data:image/svg[^>]*>", page)


def test_alt_text_arrives_in_a_page_of_nbconvert(notebook):
    from nbconvert import HTMLExporter

    (picture,) = pictures(HTMLExporter().from_notebook_node(notebook)[0])
    assert 'alt="The age rises &amp; falls"' in picture


def test_alt_text_arrives_in_a_page_of_sphinx(notebook, tmp_path):
    from sphinx.cmd.build import main

    nbformat.write(notebook, tmp_path / "index.ipynb")
    (tmp_path / "conf.py").write_text('extensions = ["myst_nb"]\nnb_execution_mode = "off"\n')
    assert main(["-q", "-W", str(tmp_path), str(tmp_path / "_site")]) == 0
    (picture,) = pictures((tmp_path / "_site" / "index.html").read_text())
    assert 'alt="The age rises &amp; falls"' in picture


def test_figures_do_without_pyplot():
    assert "pyplot" not in inspect.getsource(axes).split('"""')[2]

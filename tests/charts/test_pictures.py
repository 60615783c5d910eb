"""A chart as a picture: its alt text arrives, and its bytes are the same every time."""

import base64
import contextlib
import inspect
import re
import sys

import nbformat
import numpy as np
import pandas as pd
import pytest
from charted_trace import TRACE

from helpers import charts
from helpers.charts import axes


@pytest.mark.parametrize("alt", ["", "  \n"])
def test_an_empty_alt_text_is_refused(alt):
    with pytest.raises(ValueError, match="alt text"):
        charts.show(charts.backlog(TRACE), alt=alt)


def test_a_picture_says_its_title_axes_and_series_when_no_better_text_is_given():
    said = charts.show(charts.backlog(TRACE, title="Five orders wait")).html
    assert 'alt="Five orders wait. ' in said
    assert re.search(r"“waiting” begins at 0, is highest at \S+ with \d+, and ends at \d+\.", said)


def test_an_axis_of_names_is_described_by_its_names():
    ax = charts.bars(pd.Series({"call": 3, "queue": 1}), ylabel="orders lost", title="Calls lose")
    assert "call and queue" in charts.show(ax).alt


def test_an_alt_text_that_holds_a_series_as_python_prints_it_is_refused_with_the_way_out():
    counts = pd.Series({"red": 3, "blue": 1234})
    with pytest.raises(ValueError, match=r"'dtype: int64' is Python's; charts\.told"):
        charts.show(charts.backlog(TRACE), alt=f"Bars. {counts}")
    shown = charts.show(charts.backlog(TRACE), alt=f"Bars: {charts.told(counts, unit='orders')}.")
    assert shown.alt == "Bars: red 3 orders, blue 1,234 orders."


def test_the_numbers_of_a_frame_are_told_row_by_row():
    frame = pd.DataFrame({"red": [3, 0], "blue": [4.25, 7]}, index=["monday", "tuesday"])
    assert charts.told(frame) == "monday: red 3, blue 4.25; tuesday: red 0, blue 7"


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
    assert shown["text/plain"].startswith(
        "40 orders waited. From left to right: simulated time (min), 0 to "
    )
    assert re.search(r"The line “in flight” .* ends at 0\.$", shown["text/plain"])
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
    (tmp_path / "conf.py").write_text(
        'extensions = ["myst_nb"]\nnb_execution_mode = "off"\n', encoding="utf-8"
    )
    assert main(["-q", "-W", str(tmp_path), str(tmp_path / "_site")]) == 0
    (picture,) = pictures((tmp_path / "_site" / "index.html").read_text(encoding="utf-8"))
    assert 'alt="The age rises &amp; falls"' in picture


def test_figures_do_without_pyplot():
    assert "pyplot" not in inspect.getsource(axes).split('"""')[2]


def three_of_them():
    """Axes side by side, of which one has a second scale, and words below."""
    figure = charts.backlog(TRACE, title="A title that is as long as it may be").get_figure()
    figure.supxlabel("words below all axes")
    figure.add_subplot(222, title="another").plot([1, 2, 3], label="a line")
    below = figure.add_subplot(224, ylabel="two\nlines")
    below.twinx().set_ylabel("the other side")
    figure.legend()
    return figure.axes[0]


def without_room():
    """Words that leave nothing for the axes: matplotlib gives up laying out, and draws."""
    ax = charts.backlog(TRACE, title="\n".join("word" for _ in range(60)))
    ax.get_figure().set_size_inches(1, 1)
    return ax


CHARTS = {
    "lines": lambda: charts.backlog(TRACE),
    "bars": lambda: charts.bars(pd.Series({"call": 3, "queue": 1}), ylabel="y", title="t"),
    "spans": lambda: charts.timeline(TRACE),
    "a heat map": lambda: charts.heatmap(pd.DataFrame({"a": [1, 2]}), xlabel="x", ylabel="y"),
    "several axes": three_of_them,
    "no room": without_room,
}


@pytest.mark.filterwarnings("ignore:constrained_layout not applied")
@pytest.mark.parametrize("name", CHARTS)
def test_a_picture_is_what_matplotlib_draws_in_two_turns(name, monkeypatch):
    drawn = charts.show(CHARTS[name]())
    as_it_is = "helpers.charts.pictures._laid_out_alone"
    monkeypatch.setattr(as_it_is, lambda figure: contextlib.nullcontext())
    assert drawn.html == charts.show(CHARTS[name]()).html

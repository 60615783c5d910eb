"""Pictures with alt text, as a notebook and its pages show them.

Knows no AWS SDK. A picture is an HTML `<img>` with the drawing as an SVG data URI and the alt text
as its `alt`. That is what JupyterLab, nbconvert and MyST-NB all keep: MyST-NB drops alt text in the
metadata of an image output, and inline SVG is removed from notebooks that are not trusted. Where
the SVG would be large, a PNG at twice the size takes its place.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import html
import io
import re
import sys
from collections.abc import Iterator
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.charts.describing import describe
from helpers.charts.style import style

_RAW = re.compile(r"dtype: \w+|<\S+ object at 0x\w+>")  # an object of pandas, or any other
_LARGE = 300_000  # bytes of SVG from which a PNG is used


class Chart(Axes):
    """Axes that a notebook shows as a picture when they are a cell's last value."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return show(self, alt=describe(self))._repr_mimebundle_()


def _saved(figure: Figure, kind: str, metadata: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    with matplotlib.rc_context(style()), _laid_out_alone(figure):
        figure.savefig(buffer, format=kind, dpi=192, metadata=metadata)
    return buffer.getvalue()


@contextlib.contextmanager
def _laid_out_alone(figure: Figure) -> Iterator[None]:
    """Let matplotlib draw the figure once, and not first all of it for where things go.

    Before it saves a figure that has a layout engine, it draws it without a trace, so that the
    engine runs, and then draws it without the engine. The engine is all that counts of the first.
    """
    engine = figure.get_layout_engine()
    if engine is None or not figure.axes:
        yield
        return

    def lay_out(_: Any) -> None:
        del vars(figure)["draw"]  # the next time it is drawn
        with contextlib.suppress(ValueError):  # there is no room, which matplotlib passes over too
            engine.execute(figure)

    vars(figure)["draw"] = lay_out
    try:
        yield
    finally:
        vars(figure).pop("draw", None)


def _svg(figure: Figure) -> str:
    """The figure as SVG, its paths to a tenth of a point: a third of the size, and no loss."""
    text = _saved(figure, "svg", {"Date": None}).decode()
    short = functools.partial(re.sub, r"\.(\d)\d+", r".\1")
    return re.sub(r'\bd="[^"]+"', lambda path: short(path[0]), text)


def image(data: bytes, kind: str, *, alt: str, width: int) -> str:
    """An `<img>` that holds its own source. `kind` is "svg+xml" or "png", `width` in pixels."""
    source = f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
    return (
        f'<img class="lab-chart" src="{source}" alt="{html.escape(alt)}" '
        f'width="{width}" style="max-width:100%;height:auto;'
        'background:#fff;border:1px solid #ddd;border-radius:6px;box-sizing:border-box">'
    )


class Picture:
    """A drawn figure with its alt text.

    Attributes
    ----------
    alt : str
        What is to be seen in it, on one line.
    svg : str
        The drawing as the text of an SVG file.
    html : str
        The `<img>` that a page shows.
    """

    def __init__(self, figure: Figure, alt: str) -> None:
        self.alt = " ".join(alt.split())
        self.svg = _svg(figure)
        data, kind = self.svg.encode(), "svg+xml"
        if len(data) > _LARGE:
            data, kind = _saved(figure, "png", {"Software": None}), "png"
        self.html = image(data, kind, alt=self.alt, width=round(figure.get_figwidth() * 96))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.alt}


def show(chart: Axes | Figure, *, alt: str | None = None) -> Picture:
    """A picture of axes or of a figure, with the alt text that says what is to be seen in it.

    Make it the last value of a cell, or pass it to `display`. A figure of pyplot's is closed, so
    that it is not shown a second time.

    Parameters
    ----------
    alt : str, optional
        What is to be seen, in sentences. Without it, the text is made from the titles, axes and
        series.

    Raises
    ------
    ValueError
        If the alt text is empty or holds an object as Python prints it, or if the axes have been
        removed from their figure.
    """
    figure = chart if isinstance(chart, Figure) else figure_of(chart)
    if alt is None:
        alt = " ".join(describe(ax) for ax in figure.axes if ax.get_visible())
    if not alt.strip():
        raise ValueError(f"a picture needs alt text that says what it shows, got {alt!r}")
    if raw := _RAW.search(alt):
        raise ValueError(
            f"alt text is read aloud, and {raw[0]!r} is Python's; charts.told(values) makes words "
            "of a Series or a frame"
        )
    picture = Picture(figure, alt)
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close(figure)
    return picture


def figure_of(ax: Axes) -> Figure:
    """The figure that the axes stand in.

    Raises
    ------
    ValueError
        If they have been removed from it.
    """
    figure = ax.get_figure(root=True)
    if figure is None:
        raise ValueError(f"the axes {ax} were removed from their figure; draw them anew")
    return figure

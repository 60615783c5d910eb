"""Axes side by side, for numbers of one comparison that have units of their own.

Knows no AWS SDK. Part of `helpers.charts`, from which a notebook has them.
"""

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from helpers.figures import broken
from helpers.pictures import Chart
from helpers.style import styled


@styled
def abreast(count, *, title, height=None):
    """A list of new axes, one beside the other, under one title; `height` in inches.

    A title of one of them has to be short: a word or two.

    Raises ValueError for fewer than two and more than four: more would be too narrow to read.
    """
    if not 2 <= count <= 4:
        raise ValueError(f"2 to 4 axes stand side by side, got {count}")
    width, usual = matplotlib.rcParams["figure.figsize"]
    figure = Figure(figsize=(width, height or usual))
    FigureCanvasAgg(figure)
    size, weight = (matplotlib.rcParams[f"axes.title{part}"] for part in ("size", "weight"))
    figure.suptitle(
        broken(title, int(8.6 * width)), x=0.02, ha="left", fontsize=size, fontweight=weight
    )
    return [figure.add_subplot(1, count, place + 1, axes_class=Chart) for place in range(count)]

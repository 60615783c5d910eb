"""Axes side by side, for numbers of one comparison that have units of their own.

Knows no AWS SDK. Part of `helpers.charts`, from which a notebook has them.
"""

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from helpers.pictures import Chart
from helpers.style import styled


@styled
def abreast(count, *, height=None):
    """A list of new axes, one beside the other, each with axes of its own; `height` in inches.

    Raises ValueError for fewer than two and more than four: more would be too narrow to read.
    """
    if not 2 <= count <= 4:
        raise ValueError(f"2 to 4 axes stand side by side, got {count}")
    width, usual = matplotlib.rcParams["figure.figsize"]
    figure = Figure(figsize=(width, height or usual))
    FigureCanvasAgg(figure)
    return [figure.add_subplot(1, count, place + 1, axes_class=Chart) for place in range(count)]

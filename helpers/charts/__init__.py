"""One function per chart. Each takes a trace, or a frame computed from one, and returns axes.

Knows no AWS SDK. What is drawn is computed in `helpers.trace`. Every function takes `ax` (axes to
draw into; new ones if not given) and `title` (the finding, in a sentence with its numbers). Axes
made here are shown by a notebook as a cell's last value; `show(ax, alt=…)` gives them the alt text
that a reader who cannot see them needs. Times are simulated seconds in the data, and stand on the
axes in seconds, minutes, hours or days.
"""

from helpers.charts.axes import abreast, panels, prediction, seconds_axis
from helpers.charts.calls import attempts, latency
from helpers.charts.describing import describe
from helpers.charts.designs import overview
from helpers.charts.edges import edges_of
from helpers.charts.graphs import graph
from helpers.charts.journey import journey
from helpers.charts.lines import agreement, compare, percentiles
from helpers.charts.pictures import Chart, Picture, show
from helpers.charts.queues import age, backlog, duplicates
from helpers.charts.replay import replay
from helpers.charts.spoken import told
from helpers.charts.style import COLOURS, role
from helpers.charts.tables import bars, heatmap
from helpers.charts.timelines import life, race, timeline

__all__ = [
    "COLOURS", "Chart", "Picture", "abreast", "age", "agreement", "attempts", "backlog", "bars",
    "compare", "describe", "duplicates", "edges_of", "graph", "heatmap", "journey", "latency",
    "life", "overview", "panels", "percentiles", "prediction", "race", "replay", "role",
    "seconds_axis", "show", "timeline", "told",
]  # fmt: skip

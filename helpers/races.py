"""A race of waits against their limits: one line per wait, and what ended it.

Knows no AWS SDK. Part of `helpers.charts`, from which a notebook has them.
"""

import math

from helpers.figures import canvas, finish, seconds_axis
from helpers.style import COLOURS, INK, roles, styled

_MARKERS = "osXDv"
_ROW, _LEAST, _MOST = 0.05, 3.4, 6.0  # inches of a line, and of the whole chart


@styled
def race(ends, *, limits=None, beats=None, colours=None, ax=None, title="What ended each wait"):
    """One line per wait from its start to its end, the shortest at the top.

    ends : a DataFrame with a row per wait: `lasted` (seconds) and `ended_by` (a few words, of at
        most five kinds). Its index names the waits.
    limits : dictionary of name to seconds after the start, drawn as lines across.
    beats : dictionary of index to the seconds at which a sign of life came, drawn as ticks.
    colours : dictionary of kind to a role in `COLOURS`; the kinds stand in the legend in its order.
    """
    if not len(ends):
        raise ValueError("there is no wait to show")
    if not ends["lasted"].map(lambda seconds: 0 <= seconds < math.inf).all():
        raise ValueError("every wait lasts a finite, non-negative time; has each of them ended?")
    found = list(dict.fromkeys(ends["ended_by"]))
    given = [kind for kind in colours or {} if kind in found]
    kinds = given + [kind for kind in found if kind not in given]
    styles = roles(kinds)
    rows = ends.sort_values("lasted", kind="stable")
    place = {ident: row for row, ident in enumerate(rows.index)}
    ax = canvas(ax, height=min(max(_LEAST, 1.6 + _ROW * len(rows)), _MOST))
    thin = 1.6 if len(rows) <= 60 else 1.0
    for kind, marker in zip(kinds, _MARKERS, strict=False):
        role = (colours or {}).get(kind)
        colour = COLOURS[role] if role else styles[kind]["color"]
        part = rows[rows["ended_by"] == kind]
        at = part.index.map(place)
        ax.hlines(at, 0, part["lasted"], color=colour, linewidth=thin, alpha=0.45)
        label = f"{kind}: {len(part)}"
        ax.plot(part["lasted"], at, marker, color=colour, markersize=4.5, label=label)
    ticks = [(x, place[ident]) for ident, times in (beats or {}).items() for x in times]
    if ticks:
        x, y = zip(*ticks, strict=True)
        ax.plot(x, y, "|", color=INK, markersize=3.5, markeredgewidth=0.8, label="heartbeat")
    for name, seconds in (limits or {}).items():
        ax.axvline(seconds, color=INK, linewidth=1.2, linestyle=(0, (4, 2)), zorder=0)
        ax.annotate(
            name, (seconds, 0.02), (-4, 0), xycoords=ax.get_xaxis_transform(), ha="right",
            textcoords="offset points", fontsize=10,
        )  # fmt: skip
    ax.set_yticks([])
    ax.set_ylim(len(rows) + 0.08 * len(rows), -1)
    ax.set_xlim(0, 1.04 * max(rows["lasted"].max(), *(limits or {0: 0}).values(), 1e-9))
    ax.grid(axis="y", visible=False)
    seconds_axis(ax, "virtual time since the start")
    return finish(ax, title=title, ylabel=f"{len(rows)} executions")

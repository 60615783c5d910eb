"""Charts of single happenings over time: what each caller did, and the life of one message.

Knows no AWS SDK. Part of `helpers.charts`, from which a notebook has them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from helpers import trace as tr
from helpers.charts.axes import canvas, finish, seconds_axis
from helpers.charts.style import COLOURS, INK, roles, styled


@styled
def timeline(
    trace: pd.DataFrame,
    *,
    callers: Sequence[str] | None = None,
    start: float = 0.0,
    end: float | None = None,
    ax: Axes | None = None,
    title: str = "Who did what",
) -> Axes:
    """What each caller did: polls (ReceiveMessage), other calls, failed attempts, and marks.

    A call that took no time is a thin line.

    Parameters
    ----------
    callers : sequence of str, optional
        Those to draw, from top to bottom; if not given, all in the order of their first happening.
    start, end : float
        The part of the trace to show, in simulated seconds.

    Raises
    ------
    ValueError
        If the trace has no rows, or that part no length.
    """
    if not len(trace):
        raise ValueError("the trace has no rows, so nobody did anything")
    end = trace["end"].max() if end is None else end
    if not end > start:
        raise ValueError(f"end must be after start, got {start} to {end}")
    rows = trace[(trace["end"] >= start) & (trace["time"] <= end)]
    callers = list(rows["caller"].unique() if callers is None else callers)
    ax = canvas(ax, height=1.7 + 0.4 * len(callers))
    call, poll = rows["kind"] == "call", rows["operation"] == "ReceiveMessage"
    failed = call & ~rows["outcome"].isin(["ok", tr.CUT_OFF])
    groups = {
        "poll": (call & poll & ~failed, "idle", 0.36),
        "call": (call & ~poll & ~failed, "ok", 0.5),
        "failed attempt": (failed, "failure", 0.64),
        "mark": (~call, "mark", 0.84),
    }
    for name, (chosen, colour, height) in groups.items():
        label: str | None = name
        for lane, caller in enumerate(callers):
            part = rows[chosen & (rows["caller"] == caller)]
            bars = list(zip(part["time"], part["end"] - part["time"], strict=True))
            if bars:
                at = (lane - height / 2, height)
                ax.broken_barh(bars, at, color=COLOURS[colour], linewidth=1, label=label)
                label = None  # one entry in the legend is enough
    ax.set_yticks(range(len(callers)), callers)
    ax.set_ylim(len(callers) - 0.4, -0.6)
    ax.grid(axis="y", visible=False)
    ax.set_xlim(start, end)
    seconds_axis(ax, "simulated time")
    return finish(ax, title=title, indent=max(map(len, callers)))


_EVENTS = {  # label: (marker, colour, what, whether it had an effect)
    "sent": ("o", "waiting", "sent", True),
    "received": ("v", "in_flight", "received", True),
    "visibility changed": ("D", "delayed", "visibility", True),
    "moved": (">", "mark", "moved", True),
    "deleted": ("s", "effect", "deleted", True),
    "without effect": ("X", "failure", None, False),
}


@styled
def life(
    trace: pd.DataFrame,
    ident: str,
    *,
    until: float | None = None,
    ax: Axes | None = None,
    title: str = "The life of one message",
) -> Axes:
    """The life of one message: what was done to it above, and below whether it waited or not.

    Parameters
    ----------
    ident : str
        The message's id.
    until : float, optional
        Virtual seconds up to which it is followed, as for `trace.states`.

    Raises
    ------
    ValueError
        If the trace has no such message.
    """
    states = tr.states(trace, until=until)
    states = states[states["id"] == ident]
    if states.empty:
        raise ValueError(f"no message {ident!r} in the trace")
    events = tr.messages(trace)
    events = events[events["id"] == ident]
    lanes = list(dict.fromkeys(zip(states["queue"], states["state"], strict=True)))
    ax = canvas(ax, height=2.1 + 0.36 * (len(lanes) + 1))
    until = trace["end"].max() if until is None else until
    for lane, (queue, state) in enumerate(lanes, start=1):
        part = states[(states["queue"] == queue) & (states["state"] == state)]
        long = part["end"].fillna(until) - part["start"]
        bars = list(zip(part["start"], long, strict=True))
        ax.broken_barh(bars, (lane - 0.3, 0.6), color=COLOURS[state], linewidth=1)
        ends = part.loc[part["end"] > part["start"], "end"]
        again = part.loc[part["start"].isin(ends), "start"]  # where one follows another at once
        ax.vlines(again, lane - 0.3, lane + 0.3, color="white", linewidth=1.5)
    for label, (marker, colour, what, effective) in _EVENTS.items():
        which = (events["what"] == what) | (not effective)
        chosen = events[which & (events["effective"] == effective)]
        if len(chosen):
            style: dict[str, Any] = {"color": COLOURS[colour], "markersize": 8, "linestyle": "none"}
            ax.plot(chosen["time"], [0] * len(chosen), marker=marker, label=label, **style)
    several = states["queue"].nunique() > 1
    names = [(f"{queue}: " if several else "") + state.replace("_", " ") for queue, state in lanes]
    ax.set_yticks(range(len(lanes) + 1), ["done to it", *names])
    ax.set_ylim(len(lanes) + 0.6, -0.6)
    ax.grid(axis="y", visible=False)
    ax.margins(x=0.02)
    seconds_axis(ax, "simulated time")
    return finish(ax, title=title, indent=max(map(len, names)))


_MARKERS = "osXDv"
_ROW, _LEAST, _MOST = 0.05, 3.4, 6.0  # inches of a line, and of the whole chart


@styled
def race(
    ends: pd.DataFrame,
    *,
    limits: Mapping[str, float] | None = None,
    beats: Mapping[Any, Sequence[float]] | None = None,
    colours: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    title: str = "What ended each wait",
) -> Axes:
    """One line per wait from its start to its end, the shortest at the top.

    Parameters
    ----------
    ends : DataFrame
        A row per wait: lasted (seconds) and ended_by (a few words, of at most five kinds). Its
        index names the waits.
    limits : mapping, optional
        From name to seconds after the start, drawn as lines across.
    beats : mapping, optional
        From index to the seconds at which a sign of life came, drawn as ticks.
    colours : mapping, optional
        From kind to a role in `COLOURS`; the kinds stand in the legend in its order.

    Raises
    ------
    ValueError
        If there is no wait, one has not ended, or they ended in more than five ways.
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
    ax.set_xlim(0, 1.04 * max(rows["lasted"].max(), *(limits or {"": 0}).values(), 1e-9))
    ax.grid(axis="y", visible=False)
    seconds_axis(ax, "simulated time since the start")
    return finish(ax, title=title, ylabel=f"{len(rows)} executions")

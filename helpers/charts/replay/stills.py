"""Four to six moments of a film as one picture: for paper, and where no script runs.

Knows no AWS SDK. Part of `helpers.charts.replay`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from helpers.charts.replay.boxes import WIDE, Box, Spot, ends, layout, spots
from helpers.charts.replay.film import KINDS, Film
from helpers.charts.spoken import clock
from helpers.charts.style import BLUE, GREEN, GREY, INK, PURPLE, VERMILLION, styled

_COLOURS = dict(zip(KINDS, (BLUE, PURPLE, VERMILLION), strict=True))
_MARKERS = dict(zip(KINDS, "o^s", strict=True))


def moments(film: Film, order: object = None) -> list[float]:
    """Four to six moments that tell what happens: of one order, or of the whole run.

    Returns
    -------
    list of float
        Virtual seconds, in order.
    """
    span = film.end - film.start
    if order is not None:
        told = [v[0] for dot in film.dots if dot.order == order for v in dot.visits]
        told += [dot.end for dot in film.dots if dot.order == order and dot.end is not None]
        told += [one.time for one in film.misfortunes if one.order == order]
    else:
        starts = sorted({visit[0] for dot in film.dots for visit in dot.visits})
        queues = [n for n, place in enumerate(film.places) if place.kind == "queue"]
        here = {moment: film.at(moment) for moment in _spread(starts, 60)}
        held = {moment: sum(counts[n] for n in queues) for moment, counts in here.items()}
        told = [max(held, key=held.__getitem__), film.start + 0.97 * span]
        told += [film.misfortunes[0].time] if film.misfortunes else []
        for kind in KINDS[1:]:
            again = [v[0] for dot in film.dots for v in dot.visits if v[2] == kind]
            told += [min(again)] if again else []
    told += [film.start + share * span for share in (0.1, 0.35, 0.6, 0.85)][: max(0, 4 - len(told))]
    return _spread(sorted({min(max(moment, film.start), film.end) for moment in told}), 6)


def _spread(values: list[float], most: int) -> list[float]:
    if len(values) <= most:
        return values
    return [values[round(n * (len(values) - 1) / (most - 1))] for n in range(most)]


@styled
def stills(film: Film, *, order: object = None) -> Figure:
    """The moments one above the other, each with a caption of what is where."""
    boxes, tall = layout(film.places)
    chosen = moments(film, order)
    figure = Figure(figsize=(WIDE, (tall + 0.42) * len(chosen)))
    figure.set_layout_engine("none")  # the places are laid out by hand
    for number, moment in enumerate(chosen):
        height = 1 / len(chosen)
        share = tall / (tall + 0.42)
        ax = figure.add_axes((0, 1 - (number + 1) * height, 1, height * share))
        ax.set_xlim(0, WIDE)
        ax.set_ylim(tall, 0)
        ax.set_axis_off()
        ax.set_title(caption(film, moment), loc="left", fontsize=10, pad=3)
        draw_moment(ax, film, boxes, moment, order)
    return figure


def draw_moment(
    ax: Axes,
    film: Film,
    boxes: list[Box],
    moment: float,
    order: object,
    dots: Iterable[Spot] | None = None,
) -> None:
    """Places, ways, dots and lost replies, on axes in inches with the top at 0."""
    for a, b in film.ways:
        line = zip(*ends(boxes[a], boxes[b]), strict=True)
        ax.plot(*line, "-", color="#c4c8cc", linewidth=1, zorder=0.5)
    here = film.at(moment)
    for dot in film.dots:
        if dot.gone is not None and dot.end is not None and dot.end <= moment:
            here[dot.gone] += 1
    for number, (place, (x, y, wide, high)) in enumerate(zip(film.places, boxes, strict=True)):
        edge = {"queue": BLUE, "dead": BLUE, "done": GREEN, "failed": VERMILLION}.get(
            place.kind, GREY
        )
        shape = FancyBboxPatch(
            (x + 0.03, y + 0.03), wide - 0.06, high - 0.06, facecolor="white", edgecolor=edge,
            boxstyle="round,pad=0.03,rounding_size=0.06", linewidth=1,
        )  # fmt: skip
        ax.add_patch(shape)
        name = "reply lost" if place.kind == "nobody" else place.name
        counted = place.kind not in ("senders", "topic")
        below = wide < 0.85 and len(name) * 0.075 > wide - 0.3  # too narrow for name and number
        room = max(4, int((wide - (0.3 if counted and not below else 0.12)) / 0.075))
        if len(name) > room:
            [number] = re.findall(r"-\d+$", name) or [""]  # what tells one worker from another
            name = f"{name[: max(1, room - 1 - len(number))]}…{number}"
        ax.text(x + 0.07, y + 0.15, name, fontsize=8, va="center", color=INK)
        if counted:
            side, down = ("left", high - 0.11) if below else ("right", 0.15)
            at = x + (0.07 if below else wide - 0.07), y + down
            ax.text(*at, f"{here[number]}", fontsize=8, va="center", ha=side)
    draw_spots(ax, spots(film, boxes, moment) if dots is None else dots, order)
    _crosses(ax, film, boxes, moment)


def draw_spots(ax: Axes, found: Iterable[Spot], order: object) -> None:
    """The dots; those of an order that is followed stand out."""
    for spot in found:
        mine = order is not None and spot.order == order
        ax.plot(
            spot.x, spot.y, _MARKERS[spot.kind], color=_COLOURS[spot.kind],
            markersize=9 if mine else 5, markeredgecolor=INK if mine else "none",
            alpha=1 if mine or order is None else 0.3, zorder=3 if mine else 2,
        )  # fmt: skip


def _crosses(ax: Axes, film: Film, boxes: list[Box], moment: float) -> None:
    lost = {
        (one.source, one.target, one.text)
        for one in film.misfortunes
        if one.time <= moment <= one.until
    }
    for source, target, text in lost:
        (a, b), (c, d) = ends(boxes[source], boxes[target])
        ax.plot((a + c) / 2, (b + d) / 2, "x", color=VERMILLION, markersize=8, markeredgewidth=2)
        ax.text(
            (a + c) / 2, (b + d) / 2 + 0.17, text, fontsize=8, ha="center", va="center",
            color="#a84300", bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
        )  # fmt: skip


def caption(film: Film, moment: float) -> str:
    held: dict[str, int] = defaultdict(int)
    for number, count in film.at(moment).items():
        held[film.places[number].kind] += count
    for dot in film.dots:
        if dot.gone is not None and dot.end is not None and dot.end <= moment:
            held[film.places[dot.gone].kind] += 1
    kinds = {place.kind for place in film.places}
    told = []
    if "queue" in kinds:
        told += [f"{held['queue']} waiting", f"{held['worker'] + held['nobody']} in flight"]
    for kind, words in (("function", "running"), ("state", "in a state")):
        if kind in kinds:
            told.append(f"{held[kind]} {words}")
    told.append(f"{held['done']} done")
    if held["failed"]:
        told.append(f"{held['failed']} failed")
    if held["dead"]:
        told.append(f"{held['dead']} dead letters")
    return f"{clock(moment)}: {', '.join(told)}"

"""A film as a moving picture in a file, for where neither scripts nor notebooks are: a README.

Knows no AWS SDK. Part of `helpers.charts.replay`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from helpers.charts.replay.boxes import WIDE, Spot, layout, spots
from helpers.charts.replay.film import Film
from helpers.charts.replay.stills import caption, draw_moment
from helpers.charts.style import styled

GLIDE = 0.45  # share of its way that a dot goes from one frame to the next
COLOURS = 32  # of the file, for its size


@styled
def write_gif(
    film: Film,
    path: Path,
    *,
    order: object = None,
    seconds: float = 16.0,
    rate: float = 10.0,
    dpi: int = 110,
) -> None:
    """Write the film as a GIF that plays again and again.

    Parameters
    ----------
    seconds, rate : float
        How long it plays, and its frames in a second.
    """
    moments = np.linspace(film.start, film.end, round(seconds * rate))
    frames = [Image.fromarray(shot) for shot in _shots(film, moments.tolist(), order, dpi)]
    palette = frames[len(frames) // 2].quantize(COLOURS)
    small = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    pause = [round(1000 / rate)] * (len(small) - 1) + [2500]  # milliseconds; the end is read
    small[0].save(path, save_all=True, append_images=small[1:], duration=pause, loop=0)


def _shots(
    film: Film, moments: list[float], order: object, dpi: int
) -> Iterator[np.typing.NDArray[np.uint8]]:
    boxes, tall = layout(film.places)
    figure = Figure(figsize=(WIDE, tall + 0.42), dpi=dpi)
    figure.set_layout_engine("none")
    canvas: Any = FigureCanvasAgg(figure)
    before: dict[str, tuple[float, float]] = {}
    for moment in moments:
        figure.clear()
        ax = figure.add_axes((0, 0, 1, tall / (tall + 0.42)))
        ax.set_xlim(0, WIDE)
        ax.set_ylim(tall, 0)
        ax.set_axis_off()
        ax.set_title(caption(film, moment), loc="left", fontsize=10, pad=3)
        dots = _glided(spots(film, boxes, moment), before, boxes[0])
        before = {dot.ident: (dot.x, dot.y) for dot in dots}
        draw_moment(ax, film, boxes, moment, order, dots)
        canvas.draw()
        yield np.asarray(canvas.buffer_rgba())[..., :3].copy()


def _glided(
    goals: list[Spot],
    before: dict[str, tuple[float, float]],
    first: tuple[float, float, float, float],
) -> list[Spot]:
    """The dots on their way from where they were; a new one comes out of the first place."""
    x, y, wide, high = first
    made = []
    for goal in goals:
        at = before.get(goal.ident, (x + wide / 2, y + high / 2))
        made.append(
            goal._replace(x=at[0] + GLIDE * (goal.x - at[0]), y=at[1] + GLIDE * (goal.y - at[1]))
        )
    return made

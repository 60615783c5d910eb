"""A replay as HTML that needs nothing else: the film as JSON, a script, and still pictures.

Knows no AWS SDK. Part of `helpers.charts.replay`. Where scripts do not run (a notebook that is not
trusted, paper) the still pictures are what is seen.
"""

from __future__ import annotations

import html
import json
from functools import cache
from pathlib import Path
from typing import Any

from helpers.charts.replay.film import KINDS, Film


class Replay:
    """A picture that moves, as a notebook and its pages show it.

    Attributes
    ----------
    alt : str
        What is to be seen in it, on one line.
    film : Film
        What is drawn.
    html : str
        The whole of it, without any other file.
    """

    def __init__(
        self, film: Film, *, title: str, alt: str, still: str, order: str | None = None
    ) -> None:
        self.film, self.alt = film, " ".join(alt.split())
        data = html.escape(json.dumps(_packed(film, order), separators=(",", ":")))
        self.html = (
            f"<style>{_text('replay.css')}</style>"
            f'<figure class="lab-replay" '
            f'data-alt="{html.escape(self.alt)}" data-film="{data}">'
            f"<figcaption>{html.escape(title)}</figcaption>"
            f'<div class="lab-replay-still">{still}</div></figure>'
            f"<script>{_text('replay.js')}</script>"
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.alt}


def _packed(film: Film, order: str | None) -> dict[str, Any]:
    """The film as the script reads it. Times are seconds, to the millisecond."""
    dots = []
    for dot in film.dots:
        steps: list[Any] = []
        for start, place, kind, why in dot.visits:
            steps += [round(start, 3), place, KINDS.index(kind), why or ""]
        end = None if dot.end is None else round(dot.end, 3)
        gone = -1 if dot.gone is None else dot.gone
        dots.append([dot.ident[:8], dot.order, end, gone, *steps])
    return {
        "start": film.start,
        "end": round(film.end, 3),
        "places": [[p.kind, p.name, p.queue, p.column] for p in film.places],
        "ways": film.ways,
        "dots": dots,
        "wrong": [[round(m.time, 3), round(m.until, 3), *m[2:]] for m in film.misfortunes],
        "effects": [[round(time, 3), *rest] for time, *rest in film.effects],
        "follow": order,
        "thinned": film.thinned,
        "counts": film.counts or None,
    }


@cache
def _text(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")

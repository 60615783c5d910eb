"""A journey as a notebook and its pages show it.

Knows no AWS SDK. Part of `helpers.charts.journey`. The SVG is the source of an `<img>`, as in
`helpers.charts.pictures`. The text in Mermaid's language is an attribute, for a Markdown cell or a
document: as an output it would never be drawn, since JupyterLab ranks HTML before it, and MyST-NB
warns of the type.
"""

from __future__ import annotations

import re
from typing import Any

from helpers.charts.journey.step import Step
from helpers.charts.pictures import image


class Journey:
    """The story of one order, as a picture, as a diagram's text, and in sentences.

    Attributes
    ----------
    steps : list of Step
        All that happened to it, also what the picture folds.
    alt : str
        The story in sentences, on one line.
    mermaid : str
        A sequence diagram in Mermaid's language.
    svg : str
        The drawing as the text of an SVG file.
    html : str
        The `<img>` that a page shows.
    """

    def __init__(self, *, steps: list[Step], alt: str, mermaid: str, svg: str) -> None:
        self.steps, self.alt, self.mermaid, self.svg = steps, alt, mermaid, svg
        wide = re.search(r'width="(\d+)"', svg)
        assert wide is not None
        self.html = image(svg.encode(), "svg+xml", alt=alt, width=int(wide[1]))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.alt}

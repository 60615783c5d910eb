"""One order's life as a sequence diagram: who sent what to whom, from the trace alone.

Knows no AWS SDK. `ties` finds what is about the order, `cast` who takes part, `story` the steps;
`telling` makes sentences of them, `mermaid` a diagram in Mermaid's language, and `drawing` an SVG.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from helpers.charts.journey.drawing import drawn
from helpers.charts.journey.mermaid import diagram
from helpers.charts.journey.page import Journey
from helpers.charts.journey.story import story
from helpers.charts.journey.telling import folded, told


def journey(
    trace: pd.DataFrame,
    order: Any,
    *,
    key: str = "order_id",
    start: float = 0.0,
    end: float | None = None,
    title: str | None = None,
    alt: str | None = None,
) -> Journey:
    """One order's life: each attempt, what was lost, waited, came again and took effect.

    Time runs from top to bottom, in order and not to scale; long waits are notes. The participants
    are found from the trace. Of a story of more than 40 steps the middle is one note, which says
    how much it stands for.

    Parameters
    ----------
    order : object
        The order, as the bodies and marks name it.
    key : str
        The field of the messages' bodies, and of the marks, that says which order they are about.
    start, end : float
        The part of the trace that is told, in simulated seconds.
    title : str, optional
        What stands above; "The journey of …" if not given.
    alt : str, optional
        What is to be seen; the story in sentences if not given.

    Returns
    -------
    Journey
        Shown as the last value of a cell; has the story as `alt`, `mermaid` and `svg` too.

    Raises
    ------
    ValueError
        If nothing in the trace has the field or is about the order, if nothing happened to it in
        that part of the trace, or if the part has no length.
    """
    steps = story(trace, order, key=key, start=start, end=end)
    shown = folded(steps)
    title = title or f"The journey of {order}"
    alt = " ".join((alt or told(shown, len(steps), title)).split())
    return Journey(
        steps=steps,
        alt=alt,
        mermaid=diagram(shown, title=title, description=alt),
        svg=drawn(shown, title=title, description=alt),
    )


__all__ = ["Journey", "journey"]

"""A run as a picture that moves: places, a dot per message, and time as a slider.

Knows no AWS SDK. `film` finds in the trace what is to be seen, `page` makes HTML of it that works
without a network or a kernel, `stills` draws a few moments for where no script runs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pandas as pd

from helpers.charts.pictures import Picture
from helpers.charts.replay.film import Film, film
from helpers.charts.replay.page import Replay
from helpers.charts.replay.stills import moments, stills
from helpers.charts.replay.thinning import thinned
from helpers.charts.spoken import clock

MOST = 700  # messages that are drawn; of a longer run, some


def replay(
    trace: pd.DataFrame,
    *,
    order: str | None = None,
    key: str = "order_id",
    start: float = 0.0,
    end: float | None = None,
    only: Iterable[str] | None = None,
    title: str = "What happened",
    alt: str | None = None,
) -> Replay:
    """What happened, as a picture that moves: each message a dot, from place to place.

    The places are found from the trace: who sent, topics and buses, queues with what waits in them,
    workers with what they hold in flight, functions that run, a workflow's states, what is done.
    Play it, move the slider, step from happening to happening, or click a dot to follow its order.
    Of a run with more than 700 messages, one order in so many is drawn, and it says so; the
    counts are of all.

    Parameters
    ----------
    order : str, optional
        The order that is followed from the beginning: its messages stand out.
    key : str
        The field of the messages' bodies that says which order they are about.
    start, end : float
        The part of the trace that is shown, in simulated seconds.
    only : iterable of str, optional
        The queues, functions and state machines that are shown; all of them if not given.
    alt : str, optional
        What is to be seen; a description from the trace if not given.

    Returns
    -------
    Replay
        Shown as the last value of a cell.

    Raises
    ------
    ValueError
        If no message was anywhere in that time, none is about the order, or `only` names
        one that has had none.
    """
    whole = film(trace, key=key, start=start, end=end, only=only)
    shown = thinned(whole, MOST, order) if len(whole.dots) > MOST else whole
    if order is not None and not any(dot.order == order for dot in shown.dots):
        raise ValueError(f"no message is about the order {order!r}")
    alt = alt or describe(whole)
    if shown.thinned > 1:
        alt += f" Drawn are the messages of 1 order in {shown.thinned}; the counts are of all."
    still = Picture(stills(shown, order=order), f"{alt} {len(moments(shown, order))} moments.")
    return Replay(shown, title=title, alt=alt, still=still.html, order=order)


_TOLD = {
    "topic": "Topics and rules", "queue": "Queues", "dead": "Dead letters", "worker": "Received by",
    "function": "Functions", "state": "States",
}  # fmt: skip


def describe(shown: Film) -> str:
    """What is to be seen in a replay, in sentences."""
    names = {kind: [p.name for p in shown.places if p.kind == kind] for kind in _TOLD}
    again = sum(any(visit[2] != "first" for visit in dot.visits) for dot in shown.dots)
    lost = sum(one.text == "reply lost" for one in shown.misfortunes)
    ends = Counter(shown.places[dot.gone].name for dot in shown.dots if dot.gone is not None)
    said = [
        f"Replay of {len(shown.dots)} messages from {clock(shown.start)} to {clock(shown.end)}.",
        *(f"{_TOLD[kind]}: {', '.join(found)}." for kind, found in names.items() if found),
        f"At the end: {', '.join(f'{n} {name}' for name, n in ends.items()) or 'none done'}.",
        f"{again} were delivered again or are duplicates.",
    ]
    if lost:
        said.append(f"{lost} replies are lost.")
    return " ".join(said)

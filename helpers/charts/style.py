"""The look of the charts: colours with a meaning, and `lab.mplstyle` while a chart is drawn.

Knows no AWS SDK.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import matplotlib

if TYPE_CHECKING:
    from matplotlib.typing import RcKeyType

BLUE, VERMILLION, GREEN, PURPLE, INK = "#0072B2", "#D55E00", "#009E73", "#8A4F7D", "#222222"
GREY = "#767676"

_P = ParamSpec("_P")
_R = TypeVar("_R")

# Okabe and Ito's colours, which hold for colour-blind readers; their purple darkened, and their
# yellow and orange left out, for contrast on white. One thing has one colour in all lessons.
COLOURS = {
    "waiting": BLUE, "in_flight": VERMILLION, "delayed": GREEN, "age": BLUE,
    "sync": INK, "queue": BLUE, "router": GREEN, "bus": VERMILLION, "workflow": PURPLE,
    "sender": BLUE, "receiver": GREEN, "delivery": BLUE, "duplicate": VERMILLION, "effect": GREEN,
    "ok": BLUE, "failure": VERMILLION, "idle": GREY, "mark": INK,
    "prediction": PURPLE, "theory": INK, "p50": BLUE, "p95": GREEN, "p99": VERMILLION,
}  # fmt: skip
LINES: dict[str, Any] = {  # as matplotlib takes them: a name, or (offset, lengths in points)
    BLUE: "-", VERMILLION: "--", GREEN: "-.", PURPLE: ":", INK: (0, (5, 1, 1, 1, 1, 1)), GREY: "-",
}  # fmt: skip


def role(name: str) -> dict[str, Any]:
    """Colour and line style of a role, to be passed on to matplotlib.

    Raises
    ------
    ValueError
        For a name that is not in `COLOURS`.
    """
    if name not in COLOURS:
        raise ValueError(f"no colour for {name!r}; there are {sorted(COLOURS)}")
    return {"color": COLOURS[name], "linestyle": LINES[COLOURS[name]]}


def roles(names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Colour and line style for each name: its own where it is a role, else one not yet in use.

    Raises
    ------
    ValueError
        For more names than can be told apart.
    """
    styles: dict[str, dict[str, Any]] = {}
    others: list[str] = []
    for name in names:
        taken = {found["color"] for found in styles.values()}
        if COLOURS.get(name, INK) in taken or name not in COLOURS:
            others.append(name)
        else:
            styles[name] = role(name)
    taken = {found["color"] for found in styles.values()}
    free = [colour for colour in (BLUE, VERMILLION, GREEN, PURPLE, INK) if colour not in taken]
    if len(others) > len(free):
        raise ValueError(f"no more than 5 things can be told apart, got {list(names)}")
    for name, colour in zip(others, free, strict=False):
        styles[name] = {"color": colour, "linestyle": LINES[colour]}
    return styles


@functools.cache
def style() -> dict[RcKeyType, Any]:
    """The settings of `lab.mplstyle`, by matplotlib's names."""
    path = Path(__file__).with_name("lab.mplstyle")
    return dict(matplotlib.rc_params_from_file(path, use_default_template=False))


def styled(draw: Callable[_P, _R]) -> Callable[_P, _R]:
    """Decorate a chart function: it draws in the series' style and leaves matplotlib as it was."""

    @functools.wraps(draw)
    def chart(*args: _P.args, **options: _P.kwargs) -> _R:
        with matplotlib.rc_context(style()):
            return draw(*args, **options)

    return chart

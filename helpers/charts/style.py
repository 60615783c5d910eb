"""The look of the charts: colours with a meaning, and `lab.mplstyle` while a chart is drawn.

Knows no AWS SDK.
"""

import functools
from pathlib import Path

import matplotlib

BLUE, VERMILLION, GREEN, PURPLE, INK = "#0072B2", "#D55E00", "#009E73", "#8A4F7D", "#222222"
GREY = "#767676"

# Okabe and Ito's colours, which hold for colour-blind readers; their purple darkened, and their
# yellow and orange left out, for contrast on white. One thing has one colour in all lessons.
COLOURS = {
    "waiting": BLUE, "in_flight": VERMILLION, "delayed": GREEN, "age": BLUE,
    "sync": INK, "queue": BLUE, "router": GREEN, "bus": VERMILLION, "workflow": PURPLE,
    "sender": BLUE, "receiver": GREEN, "delivery": BLUE, "duplicate": VERMILLION, "effect": GREEN,
    "ok": BLUE, "failure": VERMILLION, "idle": GREY, "mark": INK,
    "prediction": PURPLE, "theory": INK, "p50": BLUE, "p95": GREEN, "p99": VERMILLION,
}  # fmt: skip
LINES = {
    BLUE: "-", VERMILLION: "--", GREEN: "-.", PURPLE: ":", INK: (0, (5, 1, 1, 1, 1, 1)), GREY: "-",
}  # fmt: skip


def role(name):
    """Colour and line style of a role in `COLOURS`, to be passed on to matplotlib."""
    if name not in COLOURS:
        raise ValueError(f"no colour for {name!r}; there are {sorted(COLOURS)}")
    return {"color": COLOURS[name], "linestyle": LINES[COLOURS[name]]}


def roles(names):
    """Colour and line style for each name: its own where it is a role, else one not yet in use.

    Raises ValueError for more names than can be told apart.
    """
    styles, others = {}, []
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
def style():
    path = Path(__file__).with_name("lab.mplstyle")
    return dict(matplotlib.rc_params_from_file(path, use_default_template=False))


def styled(draw):
    """Decorate a chart function: it draws in the series' style and leaves matplotlib as it was."""

    @functools.wraps(draw)
    def chart(*args, **options):
        with matplotlib.rc_context(style()):
            return draw(*args, **options)

    return chart

"""Charts of queues: the backlog, the age of the oldest message, and what was delivered twice.

Knows no AWS SDK. Part of `helpers.charts`, from which a notebook has them.
"""

from helpers import trace as tr
from helpers.charts.axes import canvas, finish, is_trace, seconds_axis, whole
from helpers.charts.style import COLOURS, role, roles, styled

_FILL = {"alpha": 0.15, "linewidth": 0, "rasterized": True}  # an area's outline is long in SVG


_NAMES = {"waiting": "waiting", "in_flight": "in flight", "delayed": "delayed"}


@styled
def backlog(data, *, queue=None, ax=None, title="Messages in the queue"):
    """Messages waiting, in flight and, if there are any, delayed, over time.

    data : a trace, or a frame as `trace.backlog` gives it.
    """
    steps = tr.backlog(data, queue) if is_trace(data) else data
    ax = canvas(ax)
    for state, name in _NAMES.items():
        if state != "delayed" or steps[state].any():
            ax.step(steps["time"], steps[state], where="post", label=name, **role(state))
    filled = _FILL | {"color": COLOURS["waiting"], "step": "post"}
    ax.fill_between(steps["time"], steps["waiting"], **filled)
    ax.margins(x=0)
    ax.set_ylim(bottom=0)
    ax.yaxis.set_major_locator(whole())
    seconds_axis(ax, "virtual time")
    return finish(ax, title=title, ylabel="messages")


@styled
def age(data, *, queue=None, ax=None, title="Age of the oldest message"):
    """Age of the oldest message over time. data : a trace, or as `trace.oldest_age` gives it."""
    saw = tr.oldest_age(data, queue) if is_trace(data) else data
    ax = canvas(ax)
    ax.plot(saw["time"], saw["age"], **role("age"))
    ax.fill_between(saw["time"], saw["age"], color=COLOURS["age"], **_FILL)
    ax.margins(x=0)
    ax.set_ylim(bottom=0)
    seconds_axis(ax, "virtual time")
    seconds_axis(ax, "age", axis="y")
    return finish(ax, title=title)


@styled
def duplicates(data, *, effect=None, key="order_id", queue=None, ax=None, title=None):
    """How many orders were delivered, and had their effect, 0, 1, 2, 3 … times.

    data : a trace, or a dictionary of name to Series of counts per key.
    effect : name of the mark that stands for the effect.
    """
    if is_trace(data):
        table = tr.deliveries(data, key=key, queue=queue)
        if table["queue"].nunique() > 1:
            raise ValueError(f"say which queue: one of {sorted(table['queue'].unique())}")
        counts = {"delivery": table.set_index(key)["deliveries"]}
        data = counts | ({"effect": tr.effects(data, effect, key=key)} if effect else {})
    ax = canvas(ax)
    top = max(
        1, min(6, max((int(series.max()) for series in data.values() if len(series)), default=1))
    )
    styles, width = roles(data), 0.8 / len(data)
    for place, (name, series) in enumerate(data.items()):
        keys = series.clip(upper=top).value_counts().reindex(range(top + 1), fill_value=0)
        at = keys.index + (place - (len(data) - 1) / 2) * width
        hatch = {"hatch": "///", "edgecolor": "white"} if place else {}
        bars = ax.bar(at, keys, width * 0.92, color=styles[name]["color"], label=name, **hatch)
        ax.bar_label(bars, [f"{n:,}" if n else "" for n in keys], fontsize=10, padding=2)
    over = any((series > top).any() for series in data.values())
    ax.set_xticks(range(top + 1), [*map(str, range(top)), f"{top} or more" if over else str(top)])
    ax.grid(axis="x", visible=False)
    ax.margins(y=0.12)
    ax.yaxis.set_major_locator(whole())
    neutral = "Deliveries and effects" if len(data) > 1 else "Deliveries"
    noun = key.removesuffix("_id")
    return finish(
        ax, title=title or neutral, xlabel=f"times per {noun}", ylabel=f"number of {noun}s"
    )

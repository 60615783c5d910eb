"""Sliders: move one, and the pattern runs again.

With a kernel the run is live, in virtual time. Under ``NB_STATIC=1``, where no kernel will be
there to run anything, all values are run now and shown as prepared frames. The same call serves
both.
"""

from __future__ import annotations

import itertools
import os
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from helpers.explore.frames import frames_html
from helpers.lab import aside

if TYPE_CHECKING:
    import ipywidgets
    from matplotlib.axes import Axes

    from helpers.charts import Picture

MOST_FRAMES = 24  # a page has to carry them all


@dataclass(frozen=True)
class Steps:
    """The values that one slider can take."""

    values: tuple[Any, ...]
    unit: str = ""
    label: str = ""
    start: Any = None

    def text(self, value: Any) -> str:
        """A value with its unit."""
        shown = f"{value:,g}" if isinstance(value, int | float) else str(value)
        return f"{shown} {self.unit}".strip()


def steps(*values: Any, unit: str = "", label: str = "", start: Any = None) -> Steps:
    """The values of a slider, in their order.

    Parameters
    ----------
    label : str
        What it is called; by default the name of the parameter.
    start : optional
        The value that is shown first; by default the one in the middle.

    Raises
    ------
    ValueError
        For fewer than two values, a value that stands there twice, or another start.
    """
    if len(values) < 2 or len(set(values)) < len(values):
        raise ValueError(f"a slider needs two or more different values, got {values}")
    if start is None:
        start = values[(len(values) - 1) // 2]
    if start not in values:
        raise ValueError(f"a slider starts at one of its values {values}, got {start!r}")
    return Steps(values, unit, label, start)


def sliders(
    draw: Callable[..., Picture | Axes], /, **parameters: Steps | Sequence[Any]
) -> Explorer:
    """Show `draw(**values)` with one slider per parameter. Make it the last value of a cell.

    Parameters
    ----------
    draw : callable
        Runs the pattern in a lab of its own and returns a chart, or what ``charts.show`` gives. A
        lab that is open stays as it is.
    parameters : Steps or sequence
        What each parameter of `draw` can be, at most 24 combinations.

    Raises
    ------
    ValueError
        For no parameter, or too many combinations.
    """
    made = {
        name: given if isinstance(given, Steps) else steps(*given)
        for name, given in parameters.items()
    }
    count = 1
    for given in made.values():
        count *= len(given.values)
    if not made or count > MOST_FRAMES:
        raise ValueError(
            f"sliders have 2 to {MOST_FRAMES} combinations of values, got {count} of {list(made)}"
        )
    return Explorer(draw, made)


class Explorer:
    """A pattern and its sliders."""

    def __init__(self, draw: Callable[..., Picture | Axes], parameters: dict[str, Steps]) -> None:
        self.draw, self.parameters = draw, parameters
        self._drawn: dict[tuple[Any, ...], Picture] = {}

    @property
    def start(self) -> tuple[Any, ...]:
        """The values that are shown first."""
        return tuple(given.start for given in self.parameters.values())

    def picture(self, values: tuple[Any, ...]) -> Picture:
        """The chart for one value of each parameter. A run is the same every time: once is enough.

        Raises
        ------
        TypeError
            If `draw` returns something else than a chart or what ``charts.show`` gives.
        """
        if values not in self._drawn:
            with aside():
                drawn = self.draw(**dict(zip(self.parameters, values, strict=True)))
            self._drawn[values] = self._shown(drawn)
        return self._drawn[values]

    def _shown(self, drawn: Any) -> Picture:
        from helpers import charts

        picture: Picture | Any = charts.show(drawn) if isinstance(drawn, charts.Chart) else drawn
        if not isinstance(picture, charts.Picture):
            raise TypeError(f"{self.draw.__name__} has to return a chart, got {picture!r}")
        return picture

    def label(self, name: str) -> str:
        """What a slider is called."""
        return self.parameters[name].label or name.replace("_", " ")

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        if os.environ.get("NB_STATIC"):
            return {"text/html": self.html(), "text/plain": self.picture(self.start).alt}
        widget = self.widget()
        if hasattr(widget, "_repr_mimebundle_"):
            return widget._repr_mimebundle_()
        # ipywidgets 7, as Google Colab has it, gives no bundle. This is what the later ones give.
        view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
        return {"text/plain": repr(widget), "application/vnd.jupyter.widget-view+json": view}

    def html(self) -> str:
        """All frames, with the sliders that choose one of them."""
        combinations = itertools.product(*(given.values for given in self.parameters.values()))
        return frames_html(
            sliders=[
                (self.label(name), [given.text(value) for value in given.values])
                for name, given in self.parameters.items()
            ],
            pictures=[self.picture(values) for values in combinations],
            start=[given.values.index(given.start) for given in self.parameters.values()],
        )

    def widget(self) -> ipywidgets.Widget:
        """The live sliders."""
        import ipywidgets

        controls = [
            ipywidgets.SelectionSlider(
                options=[(given.text(value), value) for value in given.values],
                value=given.start,
                description=self.label(name),
                continuous_update=False,
                style={"description_width": "initial"},
                layout={"width": "min(32rem, 95%)"},
            )
            for name, given in self.parameters.items()
        ]
        chart, status = ipywidgets.HTML(), ipywidgets.HTML()

        def run(_: Any = None) -> None:
            values = tuple(control.value for control in controls)
            if values not in self._drawn:
                status.value = '<span role="status">⏳ running …</span>'
                chart.layout.opacity = "0.4"
            try:
                chart.value = self.picture(values).html
                status.value = '<span role="status"></span>'
            except Exception:
                status.value = f'<pre role="alert">{escape(traceback.format_exc(limit=-3))}</pre>'
            finally:
                chart.layout.opacity = "1"

        run()
        for control in controls:
            control.observe(run, names="value")
        return ipywidgets.VBox([*controls, status, chart])

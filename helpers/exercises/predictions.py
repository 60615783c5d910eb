"""An answer given before the run, and its score after it."""

from __future__ import annotations

import contextlib
import math
import os
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from helpers.exercises import progress
from helpers.exercises.going_on import FIELDS, SCRIPT

if TYPE_CHECKING:
    import ipywidgets

CLOSE, NEAR = 1.25, 2.0  # factors between prediction and measurement


@dataclass(frozen=True)
class Score:
    """How near a prediction came. `points` is 0, 1 or 2, or None without a prediction."""

    points: int | None
    text: str

    def _repr_html_(self) -> str:
        kind = "none" if self.points is None else str(self.points)
        return f'<p class="prediction-score" data-points="{kind}">{escape(self.text)}</p>'

    def __repr__(self) -> str:
        return self.text


@dataclass
class Prediction:
    """What the reader expects. `mine` is None as long as there is no answer."""

    question: str
    mine: float | str | None
    unit: str = ""
    choices: tuple[str, ...] = ()
    kept: bool = False  # given in the field: it is there again when the cell is run again

    def answer(self, mine: float | str, *, kept: bool = False) -> None:
        """Note an answer.

        Raises
        ------
        ValueError
            With the answer, if it is not one of the choices, or not a finite number.
        """
        self._check(mine)
        self.mine, self.kept = mine, kept
        progress.note_prediction(self.question, mine, kept=kept)

    def _check(self, mine: float | str) -> None:
        if self.choices and mine not in self.choices:
            raise ValueError(
                f"{mine!r} is none of the answers {', '.join(map(repr, self.choices))}"
            )
        if not self.choices and not _is_number(mine):
            unit = f" of {self.unit}" if self.unit else ""
            raise ValueError(f"a prediction here is a number{unit}, got {mine!r}")

    def score(self, measured: float | str) -> Score:
        """Compare with what was measured: 2 points within a factor of 1.25, 1 within 2."""
        shown = _shown(measured, self.unit)
        if self.mine is None:
            nobody = "" if _building() else "No prediction. "  # a page has nobody who predicts
            return Score(None, f"{nobody}Measured: {shown}.")
        if self.choices:
            points, distance = 2 if self.mine == measured else 0, ""
        else:
            points, distance = _distance(float(self.mine), float(measured))
            distance = f", {distance}"
        progress.note_prediction(self.question, self.mine, points=points, kept=self.kept)
        yours = _shown(self.mine, self.unit)
        return Score(
            points, f"You said {yours}. Measured: {shown}{distance}. {points} of 2 points."
        )

    def _repr_html_(self) -> str:
        unit = f" ({escape(self.unit)})" if self.unit else ""
        options = f" {escape(' · '.join(self.choices))}" if self.choices else ""
        return (
            f'<p class="prediction"><strong>Predict before you read on.</strong> '
            f"{escape(self.question)}{unit}{options}</p>"
        )

    def _taken(self, given: float | str) -> str:
        shown = escape(_shown(given, self.unit))
        return f'<span role="status">✓ {shown}. Now run the next cells.</span>'

    def widget(self) -> ipywidgets.Widget:
        """Ask for the answer. A later cell that draws or scores it has to be run after that."""
        import ipywidgets

        label = ipywidgets.HTML(f"<b>{escape(self.question)}</b>")
        said = ipywidgets.HTML("" if self.mine is None else self._taken(self.mine))
        if self.choices:
            field = ipywidgets.RadioButtons(options=self.choices, value=self.mine)
        else:
            field = ipywidgets.Text(
                value="" if self.mine is None else f"{self.mine:g}",
                placeholder=f"a number{f' of {self.unit}' if self.unit else ''}, then Shift+Enter",
                continuous_update=False,
            )

        def take(change: dict[str, str]) -> None:
            given = change["new"] if self.choices else _number(change["new"])
            try:
                self.answer(given, kept=True)
            except ValueError as error:
                said.value = f'<span role="alert">{escape(str(error))}</span>'
            else:
                said.value = self._taken(given)

        field.observe(take, names="value")
        box = ipywidgets.VBox([label, field, said])
        box.add_class(FIELDS)
        return box


def predict(
    question: str,
    mine: float | str | None = None,
    *,
    unit: str = "",
    choices: tuple[str, ...] | list[str] = (),
) -> Prediction:
    """Ask for a prediction: put your answer instead of None, or into the field below the cell.

    An answer given in the field is kept for the next time the cell is run.

    Parameters
    ----------
    mine : float or str, optional
        A number in `unit`, or one of `choices`.

    Raises
    ------
    ValueError
        With the answer, if it is not one of the choices, or not a finite number.
    """
    made = Prediction(question, None, unit, tuple(choices))
    if mine is not None:
        made.answer(mine)
        return made
    before = {} if _building() else progress.predicted().get(question, {})
    if before.get("kept"):
        with contextlib.suppress(ValueError):  # the question has other answers by now
            made.answer(before["mine"], kept=True)
    if _in_a_notebook():
        from IPython.display import display

        if _building():
            display(made)
        else:
            display(made.widget())
            display({"application/javascript": SCRIPT}, raw=True)
    return made


def _building() -> bool:
    return bool(os.environ.get("NB_STATIC"))


def _in_a_notebook() -> bool:
    from IPython import get_ipython

    return hasattr(get_ipython(), "kernel")


def _number(text: str) -> float | str:
    """The number that a reader typed, or the text as it is."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return text


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _shown(value: float | str, unit: str) -> str:
    text = value if isinstance(value, str) else f"{float(f'{float(value):.3g}'):,g}"
    return f"{text} {unit}".strip() if unit != "%" else f"{text} %"


def _distance(mine: float, measured: float) -> tuple[int, str]:
    if mine == measured:
        return 2, "exactly so"
    if mine <= 0 or measured <= 0:
        return 0, "a different order of magnitude" if mine * measured == 0 else "another sign"
    factor = max(mine / measured, measured / mine)
    points = 2 if factor <= CLOSE else 1 if factor <= NEAR else 0
    side = "high" if mine > measured else "low"
    return points, f"you were {side} by a factor of {factor:.3g}"

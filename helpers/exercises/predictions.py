"""An answer given before the run, and its score after it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape

CLOSE, NEAR = 1.25, 2.0  # factors between prediction and measurement


@dataclass(frozen=True)
class Score:
    """How near a prediction came. `points` is 0, 1 or 2, or None where none was given."""

    points: int | None
    text: str

    def _repr_html_(self) -> str:
        kind = "none" if self.points is None else str(self.points)
        return f'<p class="prediction-score" data-points="{kind}">{escape(self.text)}</p>'

    def __repr__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Prediction:
    """What the reader expects. `mine` is None as long as there is no answer."""

    question: str
    mine: float | str | None
    unit: str = ""
    choices: tuple[str, ...] = ()

    def score(self, measured: float | str) -> Score:
        """Compare with what was measured: 2 points within a factor of 1.25, 1 within 2."""
        shown = _shown(measured, self.unit)
        if self.mine is None:
            return Score(None, f"No prediction. Measured: {shown}.")
        yours = _shown(self.mine, self.unit)
        if self.choices:
            points = 2 if self.mine == measured else 0
            return Score(points, f"You said {yours}. Measured: {shown}. {points} of 2 points.")
        points, distance = _distance(float(self.mine), float(measured))
        return Score(
            points, f"You said {yours}. Measured: {shown}, {distance}. {points} of 2 points."
        )


def predict(
    question: str,
    mine: float | str | None = None,
    *,
    unit: str = "",
    choices: tuple[str, ...] | list[str] = (),
) -> Prediction:
    """Take down a prediction. Put your answer in the place of None.

    Parameters
    ----------
    mine : float or str, optional
        A number in `unit`, or one of `choices`.

    Raises
    ------
    ValueError
        With the answer, where it is none of the choices or no finite number.
    """
    choices = tuple(choices)
    if mine is not None and choices and mine not in choices:
        raise ValueError(f"{mine!r} is none of the answers {', '.join(map(repr, choices))}")
    if mine is not None and not choices and not _is_number(mine):
        raise ValueError(f"a prediction here is a number of {unit or 'units'}, got {mine!r}")
    return Prediction(question, mine, unit, choices)


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

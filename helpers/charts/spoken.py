"""How times, counts and names are said.

Knows no AWS SDK. Part of `helpers.charts`.
"""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_SMALL = ("zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
_UNITS = (("day", 86_400), ("h", 3600), ("min", 60))


def nth(number: int) -> str:
    """A number that counts: first, second, … 9th."""
    if number < len(_SMALL):
        return _SMALL[number]
    last = 0 if number % 100 in (11, 12, 13) else number % 10
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(last, 'th') }"


def spent(seconds: float) -> str:
    """A duration in the one or two units that it asks for, such as "2 min 5 s"."""
    if seconds < 119.5:
        return f"{seconds:.2g} s" if seconds < 9.95 else f"{seconds:.0f} s"
    rest = round(seconds)
    for at, (unit, length) in enumerate(_UNITS):
        if rest >= length:
            name, below = _UNITS[at + 1] if at + 1 < len(_UNITS) else ("s", 1)
            more = rest % length // below
            plural = "s" if unit == "day" and rest // length > 1 else ""
            return f"{rest // length} {unit}{plural}" + (f" {more} {name}" if more else "")
    raise AssertionError(seconds)


def count(number: int, one: str, several: str | None = None) -> str:
    """A number with its noun."""
    return f"{number} {one if number == 1 else several or one + 's'}"


def clock(seconds: float) -> str:
    """A moment of simulated time as h:mm:ss, as a replay's slider shows it."""
    whole = int(seconds + 1e-6)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def told(values: pd.Series[Any] | pd.DataFrame, *, unit: str = "") -> str:
    """The numbers of a chart as a sentence for its alt text: "red 3, blue 4".

    Of a frame, each row with its columns: "monday: red 3, blue 4; tuesday: red 0, blue 7".
    """
    if values.ndim == 2:
        return "; ".join(f"{name}: {told(row, unit=unit)}" for name, row in values.iterrows())
    return ", ".join(f"{name} {_number(each)} {unit}".strip() for name, each in values.items())


def _number(value: Any) -> str:
    return f"{value:,.4g}" if isinstance(value, Real) else str(value)

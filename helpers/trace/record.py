"""The recorder behind `lab.trace`: a row for each attempt of a call, and for each mark.

Knows no AWS SDK. The columns are explained in `helpers.trace`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from helpers.trace.handlings import Handling

COLUMNS = (
    "time", "end", "kind", "caller", "service", "operation", "call", "attempt", "outcome",
    "processed", "resource", "messages", "name",
)  # fmt: skip
CUT_OFF = "Stopped"  # outcome of a call that was under way when the run ended
_NUMBERS: dict[str, Any] = {
    "time": float,
    "end": float,
    "processed": float,
    "call": "Int64",
    "attempt": "Int64",
}


class Trace:
    """The recorder. Recording appends a tuple; the frame is built when it is asked for."""

    def __init__(self) -> None:
        self._rows: list[tuple[Any, ...]] = []
        self._frame: pd.DataFrame | None = None  # of as many rows as `_size` says
        self._size = 0

    def __len__(self) -> int:
        return len(self._rows)

    def record_call(
        self,
        *,
        time: float,
        end: float,
        caller: str,
        service: str,
        operation: str | None,
        call: int | None,
        attempt: int | None,
        outcome: str,
        processed: float | None = None,
        resource: str | None = None,
        messages: Sequence[Handling] = (),
    ) -> None:
        """Record one attempt of an AWS call, or (without a call) what a service did by itself.

        Parameters
        ----------
        time, end, processed : float
            Virtual seconds. `processed` is None if the service never saw it.
        call, attempt : int, optional
            Numbers from 1: of the call in this trace, and of the attempt in its call.
        """
        self._rows.append(
            (time, end, "call", caller, service, operation, call, attempt, outcome,
             processed, resource, messages, None, None)
        )  # fmt: skip

    def record_mark(
        self, name: str, *, time: float, caller: str, fields: Mapping[str, Any] | None = None
    ) -> None:
        """Record a happening of the reader's own, at a time in simulated seconds.

        Raises
        ------
        ValueError
            If a field is named like a column of the trace.
        """
        taken = sorted(set(fields or ()).intersection(COLUMNS))
        if taken:
            raise ValueError(f"a mark's field cannot be called {taken[0]!r}: the trace has it")
        self._rows.append(
            (time, time, "mark", caller, None, None, None, None, None, None, None, (), name, fields)
        )

    def frame(self) -> pd.DataFrame:
        """The trace so far, sorted by time; rows of the same time as they were recorded.

        Returns
        -------
        DataFrame
            A row per happening, its columns as in `helpers.trace`.
        """
        if self._frame is None or self._size != len(self._rows):
            self._size = len(self._rows)
            self._frame = _framed(self._rows)
        return self._frame.copy(deep=False)


def _framed(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    import pandas as pd

    *columns, fields = zip(*rows, strict=True) if rows else [()] * 14
    given = dict(zip(COLUMNS, map(list, columns), strict=True))
    given["messages"] = [tuple(handled) for handled in given["messages"]]
    data = {name: _of(values, _NUMBERS.get(name, object)) for name, values in given.items()}
    for name in dict.fromkeys(key for row in fields if row for key in row):
        data[name] = _column([row.get(name) if row else None for row in fields])
    return pd.DataFrame(data).sort_values("time", kind="stable", ignore_index=True)


def _of(values: Sequence[Any], dtype: Any) -> pd.Series[Any]:
    """A column of just this type, so that a missing name is None under every pandas."""
    import pandas as pd

    return pd.Series(values, dtype=dtype)


def _column(values: Sequence[Any]) -> pd.Series[Any]:
    """A mark's field: Int64 or float where all values are such numbers, objects otherwise."""
    kinds = {type(value) for value in values if value is not None}
    if kinds and kinds <= {int, float}:
        return _of(values, "Int64" if kinds == {int} else float)
    return _of(values, object)

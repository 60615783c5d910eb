"""The recorder behind `lab.trace`: a row for each attempt of a call, and for each mark.

Knows no AWS SDK. The columns are explained in `helpers.trace`.
"""

COLUMNS = (
    "time", "end", "kind", "caller", "service", "operation", "call", "attempt", "outcome",
    "processed", "resource", "messages", "name",
)  # fmt: skip
CUT_OFF = "Stopped"  # outcome of a call that was under way when the run ended
_NUMBERS = {"time": float, "end": float, "processed": float, "call": "Int64", "attempt": "Int64"}


class Trace:
    """The recorder. Recording appends a tuple; the frame is built when it is asked for."""

    def __init__(self):
        self._rows = []
        self._frame = None

    def __len__(self):
        return len(self._rows)

    def record_call(
        self, *, time, end, caller, service, operation, call, attempt, outcome,
        processed=None, resource=None, messages=(),
    ):  # fmt: skip
        """Record one attempt of an AWS call. `processed` is None if the service never saw it."""
        self._rows.append(
            (time, end, "call", caller, service, operation, call, attempt, outcome,
             processed, resource, messages, None, None)
        )  # fmt: skip

    def record_mark(self, name, *, time, caller, fields=None):
        """Record a happening of the reader's own, with its fields as a dictionary.

        Raises ValueError if a field is called like a column of the trace.
        """
        taken = sorted(set(fields or ()).intersection(COLUMNS))
        if taken:
            raise ValueError(f"a mark's field cannot be called {taken[0]!r}: the trace has it")
        self._rows.append(
            (time, time, "mark", caller, None, None, None, None, None, None, None, (), name, fields)
        )

    def frame(self):
        """The trace as a DataFrame, sorted by time; rows of the same time as they were recorded."""
        import pandas as pd

        if self._frame is None or self._size != len(self._rows):
            self._size = len(self._rows)
            *columns, fields = zip(*self._rows, strict=True) if self._rows else [()] * 14
            data = dict(zip(COLUMNS, map(list, columns), strict=True))
            data["messages"] = [tuple(handled) for handled in data["messages"]]
            data = {name: _of(v, _NUMBERS.get(name, object)) for name, v in data.items()}
            for name in dict.fromkeys(key for row in fields if row for key in row):
                data[name] = _column([row.get(name) if row else None for row in fields])
            frame = pd.DataFrame(data)
            self._frame = frame.sort_values("time", kind="stable", ignore_index=True)
        return self._frame.copy(deep=False)


def _of(values, dtype):
    """A column of just this type, so that a missing name is None under every pandas."""
    import pandas as pd

    return pd.Series(values, dtype=dtype)


def _column(values):
    """A mark's field: Int64 or float where all values are such numbers, objects otherwise."""
    kinds = {type(value) for value in values if value is not None}
    if kinds and kinds <= {int, float}:
        return _of(values, "Int64" if kinds == {int} else float)
    return _of(values, object)

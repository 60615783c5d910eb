"""The trace: what happened, one row each, and what can be computed from it.

Knows no AWS SDK. `Trace` records; `Trace.frame()` is the DataFrame that a notebook sees as
`lab.trace`; every function here takes such a frame (or a part of it) and returns ordinary pandas.
Times are virtual seconds since the lab opened.

Columns: time, end, kind ("call": one row per attempt of an AWS call; "mark": a happening of the
reader's own), caller (thread), service, operation, call (number shared by the attempts of one
call), attempt (1, 2, 3), outcome ("ok", an error code, the name of botocore's exception, or
"Stopped" if the run ended first), processed (when the service processed it; NaN if never),
resource, messages (tuple of `Handling`), name (of a mark), and one column per field of the marks.
A lost reply has an error as its outcome and a processed time all the same. For a long poll,
processed is the moment of the answer.

What queues held (`messages`, `states`, `sojourns`, `backlog`, `oldest_age`) is computed in
`helpers.handlings` and `helpers.queues`, what happened to each order (`deliveries`, `duplicates`,
`effects`, `end_to_end`) in `helpers.effects`; all of it can be had from here.
"""

import math

from helpers.effects import deliveries, duplicates, effects, end_to_end, field
from helpers.handlings import Handling, messages
from helpers.queues import backlog, backlog_at, oldest_age, sojourns, states

__all__ = [
    "COLUMNS", "CUT_OFF", "Handling", "Trace", "backlog", "backlog_at", "calls", "deliveries",
    "duplicates", "effects", "end_to_end", "field", "latency", "messages", "oldest_age",
    "percentile", "sojourns", "states", "throughput", "utilisation",
]  # fmt: skip

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


def calls(trace):
    """One row per API call, over its attempts. Calls that the end of the run cut off are left out.

    Returns a DataFrame: call, caller, service, operation, resource, start, end, latency (seconds,
    from the first attempt's start to the last one's end, waits between them included), attempts,
    outcome (of the last attempt).
    """
    rows = trace[(trace["kind"] == "call") & trace["call"].notna()]
    rows = rows[~rows["call"].isin(rows.loc[rows["outcome"] == CUT_OFF, "call"])]
    rows = rows.sort_values(["call", "attempt"])
    names = ["call", "caller", "service", "operation", "resource"]
    first, last = rows.drop_duplicates("call"), rows.drop_duplicates("call", keep="last")
    frame = first[names].assign(start=first["time"]).reset_index(drop=True)
    frame["end"] = last["end"].to_numpy()
    frame["latency"] = frame["end"] - frame["start"]
    frame["attempts"] = last["attempt"].astype("int64").to_numpy()
    frame["outcome"] = last["outcome"].to_numpy()
    return frame.sort_values("start", kind="stable", ignore_index=True)


def latency(trace, *, by="operation"):
    """Percentiles of the calls' latency in seconds, all outcomes together.

    Parameters
    ----------
    by : str or list of str
        Columns of `calls(trace)`: "service", "operation", "resource", "caller", "outcome".

    Returns
    -------
    DataFrame with `by` as its index: calls, failed, p50, p95, p99.
    """
    done = calls(trace)
    groups = done.assign(failed=done["outcome"] != "ok").groupby(by)
    frame = groups["failed"].agg(calls="size", failed="sum")
    for percent in (50, 95, 99):
        frame[f"p{percent}"] = groups["latency"].quantile(percent / 100)
    return frame


def percentile(seconds, percent):
    """A percentile of durations, where what has not finished (NaN) took longer than all the rest.

    Interpolated as numpy does it. NaN if so few have finished that it is not known.
    """
    import numpy as np

    ordered = np.sort(np.asarray(seconds, dtype=float))  # NaN comes last
    if not len(ordered):
        return float("nan")
    place = (len(ordered) - 1) * percent / 100
    low, high = ordered[math.floor(place)], ordered[math.ceil(place)]
    return float(low + (high - low) * (place % 1))


def throughput(trace, name, *, every=60.0):
    """Marks called `name` per second, in windows of `every` seconds. DataFrame: time, rate."""
    import numpy as np
    import pandas as pd

    if every <= 0:
        raise ValueError(f"every must be positive, got {every}")
    times = trace.loc[trace["name"] == name, "time"]
    windows = int((trace["end"].max() if len(trace) else 0) // every) + 1
    counts = np.bincount((times // every).astype(int), minlength=windows)
    return pd.DataFrame({"time": np.arange(windows) * every, "rate": counts / every})


def utilisation(trace):
    """Share of time that each caller of ReceiveMessage did not spend waiting in it, 0 to 1.

    From the caller's first call to its last happening. Series, indexed by caller.
    """
    polls = trace[trace["operation"] == "ReceiveMessage"]
    idle = (polls["end"] - polls["time"]).groupby(polls["caller"]).sum()
    seen = trace.groupby("caller").agg(time=("time", "min"), end=("end", "max"))
    span = (seen["end"] - seen["time"]).reindex(idle.index)
    return (1 - idle / span.where(span > 0)).rename("utilisation")

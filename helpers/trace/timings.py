"""How long the calls of a trace took, how often, and how busy the callers were.

Knows no AWS SDK. Part of `helpers.trace`. Times are simulated seconds.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from helpers.trace.record import CUT_OFF

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd


def calls(trace: pd.DataFrame) -> pd.DataFrame:
    """One row per API call, over its attempts. Calls that the end of the run cut off are left out.

    Returns
    -------
    DataFrame
        call, caller, service, operation, resource, start and end (virtual seconds), latency
        (seconds, from the first attempt's start to the last one's end, waits between them
        included), attempts, outcome (of the last attempt). In the order of their start.
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


def latency(trace: pd.DataFrame, *, by: str | list[str] = "operation") -> pd.DataFrame:
    """Percentiles of the calls' latency in seconds, all outcomes together.

    Parameters
    ----------
    by : str or list of str
        Columns of `calls(trace)`: "service", "operation", "resource", "caller", "outcome".

    Returns
    -------
    DataFrame
        With `by` as its index: calls and failed (counts), p50, p95, p99 (seconds).
    """
    done = calls(trace)
    groups = done.assign(failed=done["outcome"] != "ok").groupby(by)
    frame = groups["failed"].agg(calls="size", failed="sum")
    for percent in (50, 95, 99):
        frame[f"p{percent}"] = groups["latency"].quantile(percent / 100)
    return frame


def percentile(seconds: npt.ArrayLike, percent: float) -> float:
    """A percentile of durations, where what has not finished (NaN) took longer than all the rest.

    Interpolated as numpy does it. NaN if so few have finished that it is not known.

    Parameters
    ----------
    seconds : array_like of float
        One row of durations, such as a column of a frame.
    percent : float
        0 to 100.
    """
    import numpy as np

    ordered = np.sort(np.asarray(seconds, dtype=float))  # NaN comes last
    if not len(ordered):
        return float("nan")
    place = (len(ordered) - 1) * percent / 100
    low, high = ordered[math.floor(place)], ordered[math.ceil(place)]
    return float(low + (high - low) * (place % 1))


def throughput(trace: pd.DataFrame, name: str, *, every: float = 60.0) -> pd.DataFrame:
    """How many marks with this name there were per second, window after window.

    Parameters
    ----------
    every : float
        Length of a window in seconds.

    Returns
    -------
    DataFrame
        time (when a window begins, virtual seconds) and rate (marks per second), from 0 to the
        window in which the trace ends.

    Raises
    ------
    ValueError
        If `every` is not positive.
    """
    import numpy as np
    import pandas as pd

    if every <= 0:
        raise ValueError(f"every must be positive, got {every}")
    times = trace.loc[trace["name"] == name, "time"]
    windows = int((trace["end"].max() if len(trace) else 0) // every) + 1
    counts = np.bincount((times // every).astype(int), minlength=windows)
    return pd.DataFrame({"time": np.arange(windows) * every, "rate": counts / every})


def utilisation(trace: pd.DataFrame) -> pd.Series[float]:
    """Share of time that each caller of ReceiveMessage did not spend waiting in it.

    From the caller's first call to its last happening.

    Returns
    -------
    Series
        0 to 1, indexed by caller; NaN for a caller that took no time.
    """
    polls = trace[trace["operation"] == "ReceiveMessage"]
    idle = (polls["end"] - polls["time"]).groupby(polls["caller"]).sum()
    seen = trace.groupby("caller").agg(time=("time", "min"), end=("end", "max"))
    span = (seen["end"] - seen["time"]).reindex(idle.index)
    return (1 - idle / span.where(span > 0)).rename("utilisation")

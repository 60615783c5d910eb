"""What the queues held: stays of messages, the backlog, and the age of the oldest message.

Knows no AWS SDK. Computed from the lives of messages (`helpers.trace.stays`).
"""

from __future__ import annotations

from math import inf, nan
from typing import TYPE_CHECKING

from helpers.trace.stays import STATES, end_of, states

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd


def sojourns(
    trace: pd.DataFrame, *, queue: str | None = None, until: float | None = None
) -> pd.DataFrame:
    """One row per stay of a message in a queue.

    Parameters
    ----------
    queue : str, optional
        The one queue that is looked at; all of them if not given.
    until : float, optional
        Virtual seconds, as for `states`.

    Returns
    -------
    DataFrame
        queue, id, body, entered, received (for the first time) and left (virtual seconds), wait
        (seconds from entered to received), sojourn (seconds from entered to left), deliveries,
        left_by. NaN where it has not happened. In the order of their entry.

    Raises
    ------
    ValueError
        If the trace has never seen the queue.
    """
    found = _of(states(trace, until=until), trace, queue).sort_values("stay", kind="stable")
    stays = found.groupby("stay")
    frame = found.drop_duplicates("stay").set_index("stay")[["queue", "id", "body", "start"]]
    frame = frame.rename(columns={"start": "entered"})
    flights = found[found["state"] == "in_flight"].groupby("stay")
    frame["received"] = flights["start"].min()
    last = found.drop_duplicates("stay", keep="last").set_index("stay")
    frame["left"] = stays["end"].max().where(last["end"].notna())
    frame["wait"] = frame["received"] - frame["entered"]
    frame["sojourn"] = frame["left"] - frame["entered"]
    frame["deliveries"] = flights.size().reindex(frame.index, fill_value=0)
    frame["left_by"] = last["ended_by"]
    return frame.sort_values("entered", kind="stable", ignore_index=True)


def backlog(
    trace: pd.DataFrame, queue: str | None = None, *, until: float | None = None
) -> pd.DataFrame:
    """Messages waiting, in flight and delayed, as a step function of time.

    Each row holds from its time to the next row's.

    Parameters
    ----------
    queue : str, optional
        The one queue that is looked at; if not given, all are added up.
    until : float, optional
        Virtual seconds, as for `states`: the last row's time. The first row is at 0.

    Returns
    -------
    DataFrame
        time (virtual seconds), and counts of messages: waiting, in_flight, delayed.

    Raises
    ------
    ValueError
        If the trace has never seen the queue.
    """
    import numpy as np
    import pandas as pd

    until = end_of(trace, until)
    found = _of(states(trace, until=until), trace, queue)
    ended = found[found["end"].notna()]
    times = np.concatenate([[0.0, until], found["start"], ended["end"]])
    times, where = np.unique(times, return_inverse=True)
    began, gone = where[2 : 2 + len(found)], where[2 + len(found) :]
    columns = {"time": times}
    for state in STATES:
        up = np.bincount(began[found["state"] == state], minlength=len(times))
        down = np.bincount(gone[ended["state"] == state], minlength=len(times))
        columns[state] = np.cumsum(up - down)
    return pd.DataFrame(columns)


def backlog_at(
    trace: pd.DataFrame,
    times: npt.ArrayLike,
    *,
    queue: str | None = None,
    until: float | None = None,
) -> pd.DataFrame:
    """The backlog at the given times.

    Parameters
    ----------
    times : array_like of float
        Virtual seconds, one row of them, in any order.
    queue, until
        As for `backlog`.

    Returns
    -------
    DataFrame
        One row per given time, with the columns of `backlog`.

    Raises
    ------
    ValueError
        If a time is before the lab opened, or if the trace has never seen the queue.
    """
    import numpy as np

    steps = backlog(trace, queue, until=until)
    times = np.asarray(times, dtype=float)
    if times.size and times.min() < steps["time"].iloc[0]:
        raise ValueError(f"times must not be before the lab opened, got {times.min()}")
    row = np.searchsorted(steps["time"], times, side="right") - 1
    return steps.iloc[row].assign(time=times).reset_index(drop=True)


def oldest_age(
    trace: pd.DataFrame, queue: str | None = None, *, until: float | None = None
) -> pd.DataFrame:
    """Age of the oldest message not yet deleted, over time.

    Join the rows by straight lines: the age grows by a second per second, and falls where the
    oldest message leaves (two rows with the same time). A message that moved counts from its move,
    as in the metric ApproximateAgeOfOldestMessage (SQS Developer Guide, "Setting-up dead-letter
    queue retention", November 2026).

    Parameters
    ----------
    queue, until
        As for `backlog`; without a queue, the oldest message of all queues.

    Returns
    -------
    DataFrame
        time (virtual seconds) and age (seconds), from 0 to `until`.

    Raises
    ------
    ValueError
        If the trace has never seen the queue.
    """
    import numpy as np
    import pandas as pd

    until = end_of(trace, until)
    stays = sojourns(trace, queue=queue, until=until)
    entered = stays["entered"].to_numpy()
    gone = stays["left"].notna().to_numpy()
    left = stays["left"].fillna(until).to_numpy()
    # In order of entry, a message is the oldest from when all before it have left.
    before = np.maximum.accumulate(np.concatenate([[0.0], left]))[:-1]
    begin = np.maximum(entered, before)
    oldest = left > begin
    entered, begin, left, gone = entered[oldest], begin[oldest], left[oldest], gone[oldest]
    follows = np.concatenate([begin[1:], [inf]]) if len(begin) else begin
    empty = gone & (left < follows)  # the queue is empty until the next one enters
    time = np.column_stack([begin, left, np.where(empty, left, nan)]).ravel()
    age = np.column_stack([begin - entered, left - entered, np.zeros(len(left))]).ravel()
    frame = pd.DataFrame({"time": time, "age": age}).dropna()
    if frame.empty or frame["time"].iloc[0] > 0:
        frame = pd.concat([pd.DataFrame({"time": [0.0], "age": [0.0]}), frame])
    if frame["time"].iloc[-1] < until:
        frame = pd.concat([frame, pd.DataFrame({"time": [until], "age": [0.0]})])
    return frame.reset_index(drop=True)


def _of(frame: pd.DataFrame, trace: pd.DataFrame, queue: str | None) -> pd.DataFrame:
    """The rows of one queue; an error if the trace has never seen it."""
    if queue is None:
        return frame
    known = {name for name in [*trace["resource"], *frame["queue"]] if isinstance(name, str)}
    if queue not in known:
        raise ValueError(f"no queue {queue!r} in the trace; it has {sorted(known)}")
    return frame[frame["queue"] == queue]

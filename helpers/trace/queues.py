"""What the queues held: the lives of messages, computed from the trace.

Knows no AWS SDK. The rules that are followed are those of the SQS API model (DeleteMessage,
ChangeMessageVisibility, SendMessage; botocore 1.44.5, November 2026): a received message is in
flight until its visibility timeout ends or it is deleted; only the latest receipt handle deletes it
for certain; a delayed message is neither waiting nor in flight. AWS leaves open what an older
handle does; here, and in the emulator, it has no effect.

A message that was deleted and has reappeared begins another stay, so it is told apart from one that
a timeout has made visible again.

A message whose sending is not in the trace enters its queue when it is first seen. A second send
with the same id (deduplication) adds nothing.
"""

from math import inf, nan

from helpers.trace.handlings import messages

TOGETHER = 1e-5  # seconds; the emulator keeps epoch seconds in a float
STATES = ("waiting", "in_flight", "delayed")
_COLUMNS = [
    "queue", "id", "body", "stay", "state", "start", "end", "ended_by", "handling",
]  # fmt: skip


def states(trace, *, until=None):
    """The life of every message: one row per time spent waiting, in flight or delayed.

    Parameters
    ----------
    until : float, optional
        Virtual seconds up to which timeouts and delays are let end; the end of the trace if not
        given. Pass `lab.now` if time has passed since the last row.

    Returns
    -------
    DataFrame: queue, id, body, stay (number of the message's stay in a queue), state, start, end
    (NaN: still so), ended_by ("received", "timeout", "delay", "visibility", "deleted", "moved",
    "expired", "purged"), handling (row of `messages(trace)` that began it; -1: a timeout did).
    """
    import pandas as pd

    until = _end(trace, until)
    done, here, stays = [], {}, 0  # here: (queue, id) -> [stay, body, state, start, ends, row]

    def turn(key, time, by, state=None, ends=inf, row=-1):
        """Close the message's present state; open the next, or none."""
        stay, body, now, start, _, began = here.pop(key)
        done.append((*key, body, stay, now, start, time, by, began))
        if state:
            here[key] = [stay, body, state, time, ends, row]

    def settle(key, time):
        if key in here and here[key][4] <= time + TOGETHER:
            by = "delay" if here[key][2] == "delayed" else "timeout"
            turn(key, min(here[key][4], time), by, "waiting")

    frame = messages(trace)
    names = ["time", "queue", "what", "id", "body", "visible_at", "to", "effective"]
    for row, (time, queue, what, ident, body, visible_at, to, effective) in enumerate(
        zip(*(frame[name].tolist() for name in names), strict=True)
    ):
        if time > until:
            break
        key = (queue, ident)
        if what == "purged":
            for key in [key for key in here if key[0] == queue]:
                settle(key, time)
                turn(key, time, "purged")
            continue
        settle(key, time)
        if what == "moved":
            if key in here:
                turn(key, time, "moved")
            key = (to, ident)
            settle(key, time)
        if what in ("sent", "received", "moved", "reappeared") and key not in here:
            stays += 1
            delayed = what == "sent" and visible_at > time + TOGETHER
            state, ends = ("delayed", visible_at) if delayed else ("waiting", inf)
            here[key] = [stays, body, state, time, ends, row]
        if what == "received":
            turn(key, time, "received", "in_flight", visible_at, row)
        elif what == "visibility" and effective and key in here and here[key][2] == "in_flight":
            here[key][4] = visible_at
            if visible_at <= time:
                turn(key, time, "visibility", "waiting", row=row)
        elif what in ("deleted", "expired", "redriven") and effective and key in here:
            turn(key, time, what)
    for key in list(here):
        settle(key, until)
        stay, body, state, start, _, began = here[key]
        done.append((*key, body, stay, state, start, nan, None, began))
    frame = pd.DataFrame(done, columns=_COLUMNS, dtype=object)
    return frame.astype({"stay": int, "start": float, "end": float, "handling": int})


def sojourns(trace, *, queue=None, until=None):
    """One row per stay of a message in a queue.

    Returns a DataFrame: queue, id, body, entered, received (first time), left, wait (from entered
    to the first receipt), sojourn (from entered to left), deliveries, left_by. Seconds; NaN where
    it has not happened.
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


def backlog(trace, queue=None, *, until=None):
    """Messages waiting, in flight and delayed, as a step function of time.

    Each row holds from its time to the next row's. The first is at 0, the last at `until` (see
    `states`). Without `queue`, the sum over all queues.

    Returns a DataFrame: time (virtual seconds), waiting, in_flight, delayed (messages).
    """
    import numpy as np
    import pandas as pd

    until = _end(trace, until)
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


def backlog_at(trace, times, *, queue=None, until=None):
    """The backlog at the given times (virtual seconds), one row each, as in `backlog`."""
    import numpy as np

    steps = backlog(trace, queue, until=until)
    times = np.asarray(times, dtype=float)
    if times.size and times.min() < steps["time"].iloc[0]:
        raise ValueError(f"times must not be before the lab opened, got {times.min()}")
    row = np.searchsorted(steps["time"], times, side="right") - 1
    return steps.iloc[row].assign(time=times).reset_index(drop=True)


def oldest_age(trace, queue=None, *, until=None):
    """Age of the oldest message not yet deleted, over time.

    Join the rows by straight lines: the age grows by a second per second, and falls where the
    oldest message leaves (two rows with the same time). A message that moved counts from its move,
    as in the metric ApproximateAgeOfOldestMessage (SQS Developer Guide, "Setting-up dead-letter
    queue retention", November 2026).

    Returns a DataFrame: time, age (virtual seconds).
    """
    import numpy as np
    import pandas as pd

    until = _end(trace, until)
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


def _end(trace, until):
    if until is not None:
        return float(until)
    return float(trace["end"].max()) if len(trace) else 0.0


def _of(frame, trace, queue):
    """The rows of one queue; an error if the trace has never seen it."""
    if queue is None:
        return frame
    known = {name for name in [*trace["resource"], *frame["queue"]] if isinstance(name, str)}
    if queue not in known:
        raise ValueError(f"no queue {queue!r} in the trace; it has {sorted(known)}")
    return frame[frame["queue"] == queue]

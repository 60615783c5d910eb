"""What happened to each order: deliveries, duplicates and effects per business key.

Knows no AWS SDK. The key is a field of the JSON body and of the reader's marks ("order_id" if
nothing else is said). A delivery is a message in a reply that reached its receiver; a duplicate is
a delivery beyond the first in one queue; an effect is a mark. They are computed from the trace.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from helpers.trace.handlings import messages
from helpers.trace.stays import states

if TYPE_CHECKING:
    import pandas as pd


def field(body: Any, key: str) -> Any:
    """The value of a field of a message's JSON body, or None.

    Looks into the `detail` of an EventBridge event, the `Message` of an SNS notification and the
    first record of what SNS gives to a function too.

    Parameters
    ----------
    body : str or dict
        As it was sent, or as it was parsed. Anything else has no fields.
    """
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except ValueError:
            return None
    if not isinstance(body, dict):
        return None
    return body[key] if key in body else field(enclosed(body), key)


def enclosed(body: dict[str, Any]) -> Any:
    """What an envelope holds: the `detail` of an event, the `Message` of a notification, or None.

    Of what SNS gives to a function, the notification of the first record.
    """
    records = body.get("Records")
    if isinstance(records, list) and records and isinstance(records[0], dict):
        return records[0].get("Sns")
    return body.get("detail", body.get("Message"))


def _keyed(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    """The frame with the business key of each body; rows without one are left out."""
    known = {body: field(body, key) for body in frame["body"].unique()}
    frame = frame.assign(**{key: frame["body"].map(known).astype(object)})
    return frame[frame[key].notna()]


def _handled(trace: pd.DataFrame, key: str, queue: str | None) -> pd.DataFrame:
    frame = _keyed(messages(trace), key)
    return frame if queue is None else frame[frame["queue"] == queue]


def deliveries(
    trace: pd.DataFrame, *, key: str = "order_id", queue: str | None = None
) -> pd.DataFrame:
    """How often each business key was sent and delivered, per queue.

    A delivery is a message in a reply that reached its receiver.

    Parameters
    ----------
    queue : str, optional
        The one queue that is looked at; all of them if not given.

    Returns
    -------
    DataFrame
        queue, the key, and counts: sends, messages (distinct ids), deliveries.
    """
    rows = _handled(trace, key, queue)
    rows = rows[rows["what"].isin(["sent", "received"])]
    delivered = (rows["what"] == "received") & (rows["outcome"] == "ok")
    groups = rows.assign(sent=rows["what"] == "sent", delivered=delivered).groupby(["queue", key])
    frame = groups.agg(
        sends=("sent", "sum"), messages=("id", "nunique"), deliveries=("delivered", "sum")
    )
    return frame.reset_index()


def duplicates(
    trace: pd.DataFrame, *, key: str = "order_id", queue: str | None = None
) -> pd.DataFrame:
    """Deliveries beyond the first per queue and business key, and where each comes from.

    Causes: of the same message, "timeout" (its visibility timeout had ended), "visibility" (set to
    0), "in flight" (delivered again while it was), "reappeared" (deleted in vain), "moved" (came
    back from another queue); of another message, "lost reply" (one API call sent both), "redriven"
    (it came from a dead-letter queue) or "sent again" (several calls did).

    Parameters
    ----------
    queue : str, optional
        The one queue that is looked at; all of them if not given.

    Returns
    -------
    DataFrame
        One row per duplicate: time (virtual seconds), queue, the key, id, caller, cause.
    """
    import pandas as pd

    everywhere = _handled(trace, key, None)
    rows = everywhere if queue is None else everywhere[everywhere["queue"] == queue]
    got = rows[(rows["what"] == "received") & (rows["outcome"] == "ok")]
    again = got[got.duplicated(["queue", key])]
    same = got.duplicated(["queue", "id"]).loc[again.index]

    lives = states(trace)
    began = lives.drop_duplicates("stay").set_index("stay")["handling"].map(rows["what"])
    flights = lives[lives["state"] == "in_flight"]
    before = flights.groupby("stay")["ended_by"].shift(1).fillna(flights["stay"].map(began))
    ended = pd.Series(before.to_numpy(), index=flights["handling"])
    why = again.index.to_series().map(ended).replace({"received": "in flight"})
    why = why.where(why.isin(["timeout", "visibility", "in flight", "reappeared"]), "moved")

    sent = rows[rows["what"] == "sent"]
    batches = sent.groupby(["queue", key, "call"])["id"].transform("nunique")
    cause = dict.fromkeys(sent["id"][batches.reindex(sent.index) > 1], "lost reply")
    taken = everywhere.loc[everywhere["what"] == "redriven", ["time", key]]
    moves = set(zip(taken["time"], taken[key], strict=True))
    for time, name, ident in zip(*(sent[n] for n in ("time", key, "id")), strict=True):
        if (time, name) in moves:
            cause[ident] = "redriven"
    other = again["id"].map(lambda ident: cause.get(ident, "sent again"))
    frame = again[["time", "queue", key, "id", "caller"]].assign(cause=why.where(same, other))
    return frame.reset_index(drop=True)


def _marks(trace: pd.DataFrame, name: str, key: str) -> pd.DataFrame:
    marks = trace[(trace["kind"] == "mark") & (trace["name"] == name)]
    if len(marks) and key not in trace.columns:
        raise ValueError(f"the marks {name!r} have no field {key!r}")
    return marks.assign(**{key: marks.get(key)})


def effects(
    trace: pd.DataFrame, name: str, *, key: str = "order_id", of: str | None = None
) -> pd.Series[int]:
    """How many marks with this name each business key has: its effects.

    Parameters
    ----------
    of : str, optional
        Name of the marks whose keys are counted too where they have no effect; if not given, the
        keys of the messages sent are.

    Returns
    -------
    Series
        Counts from 0, indexed by the key.

    Raises
    ------
    ValueError
        If there are such marks, but none has the key.
    """
    if of is None:
        sent = _handled(trace, key, None)
        expected = sent.loc[sent["what"] == "sent", key]
    else:
        expected = _marks(trace, of, key)[key]
    counts = _marks(trace, name, key)[key].value_counts()
    keys = dict.fromkeys([*expected.dropna(), *counts.index])
    return counts.reindex(list(keys), fill_value=0).rename("effects").rename_axis(key)


def end_to_end(
    trace: pd.DataFrame, mark: str, *, key: str = "order_id", start: str | None = None
) -> pd.Series[float]:
    """How long it took from the first send of each business key to its first mark.

    Parameters
    ----------
    mark : str
        Name of the mark at which an order is done.
    start : str, optional
        Name of a mark to count from instead of the first send.

    Returns
    -------
    Series
        Seconds, indexed by the key; NaN where the mark is missing. `trace.percentile` takes such
        keys into account.

    Raises
    ------
    ValueError
        If there are such marks, but none has the key.
    """
    if start is None:
        sent = _handled(trace, key, None)
        sent = sent[sent["what"] == "sent"]
        # The sender began before the service processed it: by the call's first attempt.
        began = trace.drop_duplicates("call").dropna(subset="call").set_index("call")["time"]
        sent = sent.assign(began=sent["call"].map(began).fillna(sent["time"]))
        begin = sent.groupby(key, sort=False)["began"].min()
    else:
        begin = _marks(trace, start, key).groupby(key, sort=False)["time"].min()
    finish = _marks(trace, mark, key).groupby(key)["time"].min()
    return (finish.reindex(begin.index) - begin).astype(float).rename("seconds")

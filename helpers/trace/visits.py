"""Where each message was and when: what a picture that moves is drawn from.

Knows no AWS SDK. Computed from the lives of messages (`helpers.trace.stays`), from the calls that
handled them, and from what functions and workflows did.
"""

from __future__ import annotations

import json
from collections import defaultdict
from math import nan
from typing import TYPE_CHECKING, Any

from helpers.trace.callers import service_of
from helpers.trace.handlings import messages, steps
from helpers.trace.orders import field
from helpers.trace.stays import states

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = ["id", "order", "queue", "state", "holder", "start", "end", "ended_by", "kind"]
_Said = dict[tuple[str | None, Any], list[tuple[float, str]]]


def visits(
    trace: pd.DataFrame, *, key: str = "order_id", until: float | None = None
) -> pd.DataFrame:
    """One row per time that something spent at one place, in the order of their beginning.

    It is a message in a queue, an invocation of a function, or a token of a workflow's execution.

    Parameters
    ----------
    key : str
        The field of the JSON body that says which order a message is about.
    until : float, optional
        Virtual seconds up to which timeouts and delays are let end, as for `states`.

    Returns
    -------
    DataFrame
        id, order (None where the body has no such field), queue (or function, or state machine),
        state ("sending", "waiting", "in_flight", "delayed", "running" or "entered"), holder (who
        sends it; who received it, None if the reply reached nobody; the state entered), start and
        end (virtual seconds; NaN: still so), ended_by (as for `states`; "sent" after a sending;
        "ok", "failed" or "stopped" of an invocation; "left" a state, or how the execution ended)
        and kind: "first", "redelivery" (the same message again, also as a dead-letter queue gave it
        back), or "duplicate" (another one that says the same about the same order).
    """
    import pandas as pd

    said, runs, entries = _steps(trace, key)
    handled = messages(trace)
    lives = states(trace, until=until).sort_values(["start", "stay"], kind="stable")
    taken = handled.reindex(lives["handling"].where(lives["state"] == "in_flight"))
    reached = taken["outcome"].eq("ok").to_numpy()
    lives = lives.assign(holder=taken["caller"].where(reached, None).to_numpy())
    orders = {body: field(body, key) for body in lives["body"].unique()}
    lives["order"] = lives["body"].map(orders).astype(object)
    again, copies = _again(lives, handled), _copies(lives)
    lives["kind"] = [
        "redelivery" if often else "duplicate" if ident in copies else "first"
        for ident, often in zip(lives["id"], again, strict=True)
    ]
    more = pd.DataFrame([*runs, *entries], columns=_COLUMNS, dtype=object)
    parts = [_sendings(trace, handled, lives, said), more, lives[_COLUMNS]]
    frame = pd.concat([part.astype(object) for part in parts])
    frame = frame.where(frame.notna(), None).astype({"start": float, "end": float})
    return frame.sort_values("start", kind="stable", ignore_index=True)


def _again(lives: pd.DataFrame, handled: pd.DataFrame) -> list[bool]:
    """Whether each row is of a message that has been delivered before."""
    taken = handled.loc[handled["what"] == "redriven", ["time", "body"]]
    given_back = set(zip(taken["time"], taken["body"], strict=True))
    seen: dict[str, int] = {}
    often = []
    for ident, state, start, body in zip(
        *(lives[name] for name in ("id", "state", "start", "body")), strict=True
    ):
        if ident not in seen:
            seen[ident] = (start, body) in given_back
        seen[ident] += state == "in_flight"
        often.append(seen[ident] > (state == "in_flight"))
    return often


def _copies(lives: pd.DataFrame) -> set[str]:
    """The ids of messages that say what another has said before in the same queue."""
    first: dict[tuple[Any, ...], str] = {}
    copies = set()
    known = {body: content(body) for body in lives["body"].unique()}
    columns = [lives[name] for name in ("id", "queue", "order", "body")]
    for ident, queue, order, body in zip(*columns, strict=True):
        said = queue, order, known[body]
        if order is not None and first.setdefault(said, ident) != ident:
            copies.add(ident)
    return copies


def content(body: str | None) -> str | None:
    """What a message says: of an SNS notification its `Message`, of an event its `detail`."""
    try:
        outer = json.loads(body or "")
    except ValueError:
        return body
    if isinstance(outer, dict):
        for envelope in ("Message", "detail"):
            if envelope in outer:
                return json.dumps(outer[envelope], sort_keys=True)
    return body


def _sendings(
    trace: pd.DataFrame, handled: pd.DataFrame, lives: pd.DataFrame, said: _Said
) -> pd.DataFrame:
    """The time until the service had a message: from the begin of the attempt that sent it.

    A topic or a bus has it from the moment at which it was published.
    """
    tries = trace.dropna(subset="call").set_index(["call", "attempt"])["time"]
    begins = tries[~tries.index.duplicated()]
    sent = handled[(handled["what"] == "sent") & ~handled.duplicated("id")]
    sent = sent[sent["id"].isin(lives["id"])]
    index = sent.set_index(["call", "attempt"]).index
    began = begins.reindex(index).fillna(sent["time"].set_axis(index)) if len(sent) else []
    first = lives.drop_duplicates("id").set_index("id")
    rows = sent.assign(
        state="sending",
        holder=sent["caller"],
        end=sent["time"],
        start=list(began),
        ended_by="sent",
        order=first["order"].reindex(sent["id"]).to_numpy(),
        kind=first["kind"].reindex(sent["id"]).to_numpy(),
    )
    for row in rows.index:
        at_work = service_of(rows.at[row, "holder"])
        if at_work is not None and at_work[0] in ("sns", "events"):
            found = _last(said, at_work[0], rows.at[row, "order"], rows.at[row, "end"])
            rows.at[row, "start"] = found[0] if found else rows.at[row, "start"]
    return rows[_COLUMNS]


def _last(said: _Said, service: str, order: Any, until: float) -> tuple[float, str] | None:
    """When something was last said to a service about an order, and who said it."""
    before = [one for one in said.get((service, order), []) if one[0] <= until]
    return before[-1] if order is not None and before else None


def _steps(trace: pd.DataFrame, key: str) -> tuple[_Said, list[Any], list[Any]]:
    """What was said to services other than queues, and rows for invocations and states."""
    said: _Said = defaultdict(list)
    open_runs: dict[str, tuple[Any, ...]] = {}
    open_states: dict[str, tuple[Any, ...]] = {}
    orders: dict[str, Any] = {}  # of executions
    seen: set[tuple[str, Any, str | None]] = set()
    runs: list[Any] = []
    entries: list[Any] = []

    def end(row: tuple[Any, ...], time: float, by: str | None) -> tuple[Any, ...]:
        return (*row[:6], time, by, row[6])

    frame = steps(trace)
    for time, resource, what, ident, body, place, service, caller in frame.itertuples(index=False):
        if what == "called":
            said[service, field(body, key)].append((time, caller))
        elif what == "began":
            order = field(body, key)
            source = _last(said, "lambda", order, time)
            again = order is not None and (resource, order, content(body)) in seen
            seen.add((resource, order, content(body)))
            kind = "duplicate" if again else "first"
            holder = source[1] if source else None
            runs.append((ident, order, resource, "sending", holder, time, time, "sent", kind))
            open_runs[ident] = (ident, order, resource, "running", None, time, kind)
        elif what == "ended" and ident in open_runs:
            runs.append(end(open_runs.pop(ident), time, body))
        elif what == "entered":
            execution = ident.partition("#")[0]
            if execution not in orders:
                orders[execution] = order = field(body, key)
                source = _last(said, "stepfunctions", order, time)
                holder = source[1] if source else None
                entries.append(
                    (ident, order, resource, "sending", holder, time, time, "sent", "first")
                )
            open_states[ident] = (
                ident,
                orders[execution],
                resource,
                "entered",
                place,
                time,
                "first",
            )
        elif what == "left" and ident in open_states:
            entries.append(end(open_states.pop(ident), time, "left"))
        elif what == "over":
            for token in [t for t in open_states if t.partition("#")[0] == ident]:
                entries.append(end(open_states.pop(token), time, body))
            if entries and entries[-1][0] == ident:
                entries[-1] = (*entries[-1][:7], body, entries[-1][8])
    entries += [end(row, nan, None) for row in open_states.values()]
    runs += [end(row, nan, None) for row in open_runs.values()]
    return said, runs, entries

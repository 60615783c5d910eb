"""Where each message was and when: what a picture that moves is drawn from.

Knows no AWS SDK. Computed from the lives of messages (`helpers.trace.stays`), from the calls that
handled them, and from what functions and workflows did.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helpers.trace.handlings import messages
from helpers.trace.orders import field
from helpers.trace.runs import VISIT, Runs, content
from helpers.trace.stays import states

if TYPE_CHECKING:
    import pandas as pd


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

    runs = Runs(trace, key)
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
    more = pd.DataFrame(runs.rows, columns=VISIT, dtype=object)
    parts = [_sendings(trace, handled, lives, runs), more, lives[VISIT]]
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


def _sendings(
    trace: pd.DataFrame, handled: pd.DataFrame, lives: pd.DataFrame, runs: Runs
) -> pd.DataFrame:
    """The time until the service had a message: from the begin of the attempt that sent it.

    A topic or a bus has it from the moment at which it was published.
    """
    import pandas as pd

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
    return pd.DataFrame(
        [step for row in rows[VISIT].itertuples(index=False) for step in runs.on_the_way(row)],
        columns=VISIT,
        dtype=object,
    )

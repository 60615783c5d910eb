"""What one call did to one message: the handlings in the trace, in their true order.

Knows no AWS SDK. Works on the `messages` column of `lab.trace`: tuples of `Handling`.

A handling concerns the queue that is the row's `resource`, unless it names another in `queue`: a
message that a service puts in a queue (a topic's or a bus's delivery is "sent", with the queue),
and a message that moves, to a dead-letter queue or back. "moved" means: it leaves the queue that it
is in and enters `queue`. A move at receive time stands in the row of the ReceiveMessage call that
caused it. A message past its retention is "expired". A message that was deleted, and of which a
server still had a copy, has "reappeared" (see `helpers.faults.best_effort`). A queue that is
emptied or deleted is "purged", with no message named. A row that stands for something a service did
by itself (a redrive, a retention, a copy that reappears) has no `call` number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

STEPS = ("called", "began", "ended", "entered", "left", "over")  # of no message in a queue
_COLUMNS = [
    "time", "queue", "what", "id", "body", "receipt", "receive_count", "visible_at", "to",
    "effective", "caller", "call", "attempt", "outcome",
]  # fmt: skip


class Handling(NamedTuple):
    """What one call did to one message.

    Attributes
    ----------
    what : str
        "sent", "received", "deleted", "visibility", "moved", "expired", "redriven" (taken from a
        dead-letter queue; it goes on under a new id), "reappeared" (deleted in vain) or "purged".
        "called": what a Publish, PutEvents, Invoke or StartExecution said. "began" and "ended": an
        invocation of the function that is the resource. "entered" and "left": a token of an
        execution and a state, which stands in `queue`; "over": an execution.
    id : str, optional
        Of the message, where the call tells it; `messages` finds the others by their receipt.
    visible_at : float, optional
        Virtual seconds at which a consumer can get it (again) if nothing else happens.
    queue : str, optional
        The queue concerned, if it is not the row's resource; for "moved", where it went.
    turn : int
        Orders what happened at one moment: at one instant a message can be sent, received and
        deleted, by calls that began at other times (a long poll).
    """

    what: str
    id: str | None
    body: str | None = None
    receipt: str | None = None
    receive_count: int | None = None
    visible_at: float | None = None
    queue: str | None = None
    turn: int = 0


def messages(trace: pd.DataFrame) -> pd.DataFrame:
    """One row per handling of a message in a queue, in the order in which the service did them.

    Ids and bodies are resolved through receipts.

    Returns
    -------
    DataFrame
        time and visible_at (virtual seconds), queue, what, id, body, receipt, receive_count, to
        (target of a move), effective (False where the message was gone, or was to be deleted by a
        receipt that was not the latest), caller, call, attempt, outcome.
    """
    import pandas as pd

    by_receipt: dict[str | None, str | None] = {}
    newest: dict[str | None, str | None] = {}  # receipt of each message that is not deleted
    bodies: dict[str | None, str | None] = {}
    home: dict[str | None, str] = {}  # queue that each message is in
    rows: list[tuple[Any, ...]] = []
    for time, resource, h, *who in _ordered(trace):
        if h.what in STEPS:
            continue
        ident = h.id if h.id is not None else by_receipt.get(h.receipt)
        queue, to, effective = h.queue or resource, None, True
        if h.what in ("received", "reappeared"):
            by_receipt[h.receipt] = ident
            newest[ident] = h.receipt
        elif h.what == "visibility":
            # A standard queue takes an older handle too, as long as the message is in flight.
            effective = ident in newest
        elif h.what == "deleted":
            effective = ident in newest and newest[ident] == h.receipt
            if effective:
                del newest[ident]
        elif h.what == "moved":
            queue, to = home.get(ident, resource), queue
            newest.pop(ident, None)
        if h.what in ("sent", "received", "moved", "reappeared"):
            home[ident] = to or queue
        body = bodies[ident] = h.body if h.body is not None else bodies.get(ident)
        row = (time, queue, h.what, ident, body, h.receipt, h.receive_count, h.visible_at)
        rows.append((*row, to, effective, *who))
    frame = pd.DataFrame(rows, columns=_COLUMNS, dtype=object)
    kinds: dict[str, Any] = {"time": float, "visible_at": float, "effective": bool}
    kinds |= dict.fromkeys(["receive_count", "call", "attempt"], "Int64")
    return frame.astype(kinds)


def steps(trace: pd.DataFrame) -> pd.DataFrame:
    """What was said to topics, buses, functions and workflows, and what became of it.

    Returns
    -------
    DataFrame
        time (virtual seconds), resource, what (see `Handling`), id, body, place (a state, or the
        bus of an event), service, caller; in the order in which it happened.
    """
    import pandas as pd

    services = dict(zip(trace["call"], trace["service"], strict=True))
    rows = []
    for time, resource, h, caller, call, *_ in _ordered(trace):
        if h.what in STEPS:
            of = services.get(call) if h.what == "called" else None
            rows.append((time, resource, h.what, h.id, h.body, h.queue, of, caller))
    names = ["time", "resource", "what", "id", "body", "place", "service", "caller"]
    return pd.DataFrame(rows, columns=names, dtype=object).astype({"time": float})


def _ordered(trace: pd.DataFrame) -> list[tuple[Any, ...]]:
    """(time, resource, handling, caller, call, attempt, outcome), causes before effects."""
    names = ["processed", "resource", "messages", "caller", "call", "attempt", "outcome"]
    rows = trace[trace["messages"].map(len).gt(0) & trace["processed"].notna()]
    flat = [
        (time, resource, handling, *who)
        for time, resource, handlings, *who in zip(*(rows[name] for name in names), strict=True)
        for handling in handlings
    ]
    return sorted(flat, key=lambda row: (row[0], row[2].turn))

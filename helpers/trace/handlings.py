"""What one call did to one message: the handlings in the trace, in their true order.

Knows no AWS SDK. Works on the `messages` column of `lab.trace`: tuples of `Handling`.

A handling concerns the queue that is the row's `resource`, unless it names another in `queue`: a
message that a service puts in a queue (a topic's or a bus's delivery is "sent", with the queue),
and a message that moves, to a dead-letter queue or back. "moved" means: it leaves the queue that it
is in and enters `queue`. A move at receive time stands in the row of the ReceiveMessage call that
caused it. A message past its retention is "expired". A message that was deleted, and of which a
server still had a copy, has "reappeared" (see `helpers.faults.best_effort`). PurgeQueue and
DeleteQueue need no handling: the row's operation is enough. A row that stands for something a
service did by itself (a redrive, a retention, a copy that reappears) has no `call` number.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

_SWEEPS = {"PurgeQueue", "DeleteQueue"}
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
        dead-letter queue; it goes on under a new id) or "reappeared" (deleted in vain).
    id : str, optional
        Of the message, where the call tells it; `messages` finds the others by their receipt.
    visible_at : float, optional
        Virtual seconds at which a consumer can get it (again) if nothing else happens.
    queue : str, optional
        The queue concerned, if it is not the row's resource; for "moved", where it went.
    """

    what: str
    id: str | None
    body: str | None = None
    receipt: str | None = None
    receive_count: int | None = None
    visible_at: float | None = None
    queue: str | None = None


def messages(trace: pd.DataFrame) -> pd.DataFrame:
    """One row per handling, in the order in which the service did them.

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


def _ordered(trace: pd.DataFrame) -> list[tuple[Any, ...]]:
    """(time, resource, handling, caller, call, attempt, outcome), causes before effects.

    At one instant a message can be sent, received and deleted, by calls that began at other times
    (a long poll). The receive count orders what happened to one message; a purge splits the rest.
    """
    names = ["processed", "resource", "messages", "caller", "call", "attempt", "outcome"]
    operations = trace["operation"]
    rows = trace[trace["messages"].map(len).gt(0) | operations.isin(_SWEEPS)]
    rows = rows[rows["processed"].notna()]
    flat: list[tuple[Any, ...]] = []
    counts: dict[str | None, int] = {}  # receive count of each receipt
    sweeps = 0
    for operation, time, resource, handlings, *who in zip(
        rows["operation"], *(rows[name] for name in names), strict=True
    ):
        if operation in _SWEEPS:
            sweeps += 1
            flat.append((time, sweeps, resource, Handling("purged", None), *who))
        for h in handlings:
            if h.what == "received":
                counts[h.receipt] = h.receive_count or 1
            flat.append((time, sweeps, resource, h, *who))
    # The last number puts a change of visibility before the deletion with the same receipt.
    late = {"visibility": 1, "deleted": 2, "moved": 3, "expired": 3, "redriven": 3, "reappeared": 4}

    def place(item: tuple[Any, ...]) -> tuple[float, int, float, int]:
        time, swept, _, h = item[:4]
        if h.what in ("sent", "purged"):
            return time, swept, 0, 0
        if h.what == "received":
            return time, swept, h.receive_count or 1, 0
        count = h.receive_count or counts.get(h.receipt, inf if late[h.what] == 3 else 0)
        return time, swept, count, late[h.what]

    return [(item[0], *item[2:]) for item in sorted(flat, key=place)]

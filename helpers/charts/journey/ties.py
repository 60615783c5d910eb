"""Which calls of a trace are certainly about one order.

Knows no AWS SDK. Part of `helpers.charts.journey`. The body of a message, an event or a payload
says what it is about. A call without one (an item that is written, a token that is given back) is
about an order if its caller has the order's name, or if its caller holds a message of this order
and none of any other.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from helpers.charts.journey.facts import Facts
from helpers.trace.callers import at_work

_ABOUT = {
    "sns": ("Publish", "PublishBatch"),
    "events": ("PutEvents",),
    "lambda": ("Invoke",),
    "stepfunctions": (
        "StartExecution", "StartSyncExecution", "SendTaskSuccess", "SendTaskFailure",
        "SendTaskHeartbeat",
    ),
    "dynamodb": ("PutItem", "UpdateItem", "DeleteItem", "GetItem", "TransactWriteItems"),
    "s3": ("PutObject", "GetObject", "DeleteObject"),
    "sqs": (
        "SendMessage", "SendMessageBatch", "DeleteMessage", "DeleteMessageBatch",
        "ChangeMessageVisibility", "ChangeMessageVisibilityBatch",
    ),
}  # fmt: skip
_ABOUT_ONE = {(service, name) for service, names in _ABOUT.items() for name in names}
_Turn = tuple[float, float, str, str, Any, Any, float]


def tied(facts: Facts) -> set[int]:
    """The numbers of the calls that are about the order."""
    order, called = facts.order, facts.called
    found = set(facts.mine["call"].dropna())
    found |= {call for call, orders in called.items() if order in orders}
    bodies = [*zip(facts.handled["call"], facts.orders, strict=True), *called.items()]
    others = {call for call, orders in bodies if not pd.isna(call) and orders} - found
    rows = facts.trace[facts.trace["call"].notna()]
    columns = ["caller", "service", "operation", "call"]
    for caller, service, operation, call in zip(*(rows[name] for name in columns), strict=True):
        if caller == str(order) and (service, operation) in _ABOUT_ONE:
            found.add(call)
    return (found | _by_holders(facts) | _late(facts)) - others


def _late(facts: Facts) -> set[int]:
    """The calls that a queue served after the caller had given up, if only one can be meant."""
    trace, found = facts.trace, set()
    unserved = trace[trace["call"].notna() & trace["processed"].isna()]
    mine = facts.mine[facts.mine["call"].isna() & facts.mine["what"].eq("sent")]
    for time, queue, caller in zip(mine["time"], mine["queue"], mine["caller"], strict=True):
        if caller == at_work("sqs", queue):
            sends = unserved["operation"].isin(["SendMessage", "SendMessageBatch"])
            there = unserved["resource"].eq(queue) & unserved["time"].le(time)
            calls = set(unserved["call"][sends & there])
            found |= calls if len(calls) == 1 else set()
    return found


def _by_holders(facts: Facts) -> set[int]:
    """The calls of who holds a message of this order and of no other at that moment."""
    found: set[int] = set()
    held: dict[str, dict[str, tuple[Any, float]]] = {}
    for _, _, what, caller, ident, value, until in sorted(_turns(facts), key=lambda one: one[:2]):
        holds = held.setdefault(caller, {})
        if what == "received":
            holds[ident] = value, until
        elif what in ("deleted", "moved"):
            holds.pop(ident, None)
        elif what == "visibility" and ident in holds:
            holds[ident] = holds[ident][0], until
        elif what == "call":
            present = [orders for orders, end in holds.values() if end > until]
            if present and all(orders == (facts.order,) for orders in present):
                found.add(value)
    return found


def _turns(facts: Facts) -> list[_Turn]:
    """What callers got, lost and called: moment, order in it, what, caller, id, value and time."""
    place: dict[tuple[int, int], tuple[int, float]] = {}
    turns: list[_Turn] = []
    columns = ["time", "end", "caller", "service", "operation", "call", "attempt"]
    rows = facts.trace[facts.trace["call"].notna()]
    for index, time, end, caller, service, operation, call, attempt in zip(
        rows.index, *(rows[name] for name in columns), strict=True
    ):
        place[call, attempt] = index, end
        if (service, operation) in _ABOUT_ONE:
            turns.append((time, index, "call", caller, None, call, time))
    columns = ["call", "attempt", "what", "caller", "id", "visible_at", "outcome"]
    for orders, call, attempt, what, caller, ident, until, outcome in zip(
        facts.orders, *(facts.handled[name] for name in columns), strict=True
    ):
        if outcome == "ok" and (call, attempt) in place:
            index, end = place[call, attempt]
            turns.append((end, index + 0.5, what, caller, ident, orders, until))
    return turns

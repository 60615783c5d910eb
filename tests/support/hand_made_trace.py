"""A trace that a test writes by hand."""

import json
from itertools import count

from helpers import trace as tr


class Scene:
    """Writes a trace by hand, as the lab would; times are virtual seconds."""

    def __init__(self):
        self.trace, self.numbers, self.turns = tr.Trace(), count(1), count(1)

    def call(self, operation, time, *handlings, began=None, **row):
        row = {
            "end": time, "caller": "cell", "service": "sqs", "attempt": 1, "outcome": "ok",
            "processed": time, "resource": "orders", "call": None,
        } | row  # fmt: skip
        row["call"] = row["call"] or next(self.numbers)
        time = time if began is None else began
        handlings = self.in_turn(handlings)
        self.trace.record_call(operation=operation, time=time, messages=handlings, **row)
        return row["call"]

    def in_turn(self, handlings):
        return [h._replace(turn=next(self.turns)) for h in handlings]

    def by_itself(self, time, *handlings):
        """A row of what the service did without a call."""
        self.trace.record_call(
            time=time, end=time, caller="sqs", service="sqs", operation=None, call=None,
            attempt=None, outcome="ok", processed=time, resource=handlings[0].queue,
            messages=self.in_turn(handlings),
        )  # fmt: skip

    def send(self, time, ident, order=None, *, delay=0, **row):
        body = json.dumps({"order_id": order or ident})
        sent = tr.Handling("sent", ident, body, visible_at=time + delay)
        return self.call("SendMessage", time, sent, **row)

    def receive(self, time, ident, receipt, *, until, order=None, times=1, **row):
        body = json.dumps({"order_id": order or ident})
        got = tr.Handling("received", ident, body, receipt, times, until)
        return self.call("ReceiveMessage", time, got, **row)

    def delete(self, time, receipt, **row):
        return self.call("DeleteMessage", time, tr.Handling("deleted", None, None, receipt), **row)

    def visibility(self, time, receipt, until):
        change = tr.Handling("visibility", None, None, receipt, None, until)
        return self.call("ChangeMessageVisibility", time, change)

    def mark(self, time, name, **fields):
        self.trace.record_mark(name, time=time, caller="cell", fields=fields)

    @property
    def frame(self):
        return self.trace.frame()

    def backlog(self, queue=None, **options):
        rows = tr.backlog(self.frame, queue, **options)
        return [tuple(row) for row in rows.itertuples(index=False)]

"""A trace that is worth a chart."""

import numpy as np

from helpers import trace as tr


def shop(orders=200, *, seed=1):
    """A trace of a queue whose receiver is too slow for its visibility timeout now and then."""
    draw = np.random.default_rng(seed)
    trace, time, number = tr.Trace(), 0.0, 0

    def call(operation, began, ended, *handled, caller, call=None, attempt=1, outcome="ok"):
        nonlocal number
        number += call is None
        trace.record_call(
            time=began, end=ended, caller=caller, service="sqs", operation=operation,
            call=call or number, attempt=attempt, outcome=outcome, processed=ended,
            resource="orders", messages=handled,
        )  # fmt: skip
        return number

    free = 0.0
    for order in range(orders):
        time += draw.exponential(2.0)
        ident, body = f"m{order}", f'{{"order_id": "o-{order}"}}'
        sent = tr.Handling("sent", ident, body, visible_at=time)
        first = None
        if draw.random() < 0.1:
            first = call("SendMessage", time, time, caller="place", outcome="ReadTimeoutError")
        call(
            "SendMessage",
            time,
            time + 0.1,
            sent,
            caller="place",
            call=first,
            attempt=1 + bool(first),
        )
        trace.record_mark("placed", time=time, caller="place", fields={"order_id": f"o-{order}"})
        for times in range(1, 2 + (draw.random() < 0.2)):
            began, free = free, max(free, time + 0.1)
            got = tr.Handling("received", ident, body, f"{ident}-{times}", times, free + 1)
            call("ReceiveMessage", began, free, got, caller="charge")
            free += draw.exponential(1.5)
            trace.record_mark(
                "charged", time=free, caller="charge", fields={"order_id": f"o-{order}"}
            )
        gone = tr.Handling("deleted", None, None, f"{ident}-{times}")
        call("DeleteMessage", free, free, gone, caller="charge")
    return trace.frame()


TRACE = shop()

"""The trace: what happened, one row each, and what can be computed from it.

Knows no AWS SDK. `Trace` records; `Trace.frame()` is the DataFrame that a notebook sees as
`lab.trace`; every function here takes such a frame (or a part of it) and returns ordinary pandas.
Times are simulated seconds since the lab opened.

Columns: time, end, kind ("call": one row per attempt of an AWS call; "mark": a happening of the
reader's own, or one that a service tells of: "alarm", "retried"), caller (thread, see `callers`),
service, operation, call (number shared by the attempts of one call), attempt (1, 2, 3), outcome
("ok", an error code, the name of botocore's exception, or "Stopped" if the run ended first),
processed (when the service processed it; NaN if never), resource, messages (tuple of `Handling`),
name (of a mark), and one column per field of the marks. A lost reply has an error as its outcome
and yet a processed time. For a long poll, processed is the moment of the answer.

`record` takes the happenings down. `handlings` has what was done to messages (`messages`), `stays`
their lives (`states`), `visits` where each was, `queues` what queues held (`sojourns`, `backlog`,
`oldest_age`), `orders` what happened to each order (`deliveries`, `duplicates`, `effects`,
`end_to_end`), and `timings` how long calls took; all of it can be had from here.
"""

from helpers.trace.handlings import Handling, messages
from helpers.trace.orders import deliveries, duplicates, effects, end_to_end, field
from helpers.trace.queues import backlog, backlog_at, oldest_age, sojourns
from helpers.trace.record import COLUMNS, CUT_OFF, Trace
from helpers.trace.stays import end_of, states
from helpers.trace.timings import calls, latency, percentile, throughput, utilisation
from helpers.trace.visits import visits

__all__ = [
    "COLUMNS", "CUT_OFF", "Handling", "Trace", "backlog", "backlog_at", "calls",
    "deliveries", "duplicates", "effects", "end_of", "end_to_end", "field", "latency", "messages",
    "oldest_age", "percentile", "sojourns", "states", "throughput", "utilisation", "visits",
]  # fmt: skip

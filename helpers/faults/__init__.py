"""What a network and a service do to a request: delay it, lose its reply, refuse it, throttle it.

Each fault is a context manager. While it is open, the requests that it concerns meet it where a
network would have it, so that botocore's own retries, time-outs and error classes run, in virtual
time::

    with faults.lost_reply("sqs.SendMessage", rate=0.2, seed=3), lab.running(minutes=10):
        lab.start(place_orders)

Open it before ``lab.running``, or inside a worker (an outage that begins after twenty minutes is a
worker that sleeps for twenty minutes and then opens a fault).

A target is a service ("sqs") or one of its operations ("sqs.SendMessage"), as boto3 names them;
`resource` narrows it to one queue, function or topic. `best_effort` is about what happens inside
SQS, so it has no target.
"""

from helpers.faults.fault import Exchange, Fault, FaultError, clear, plan, resume, suspend
from helpers.faults.network import latency, lost_reply, refused
from helpers.faults.servers import best_effort, server_is_missing
from helpers.faults.service import THROTTLED, error, throttling

__all__ = [
    "THROTTLED", "Exchange", "Fault", "FaultError", "best_effort", "clear", "error", "latency",
    "lost_reply", "plan", "refused", "resume", "server_is_missing", "suspend", "throttling",
]  # fmt: skip

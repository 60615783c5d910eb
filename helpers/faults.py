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

from __future__ import annotations

import math
import random
from collections import Counter

from helpers.open_faults import (
    Exchange,
    Fault,
    FaultError,
    _active,
    clear,
    plan,
    resume,
    suspend,
)

__all__ = [
    "THROTTLED", "Exchange", "Fault", "FaultError", "best_effort", "clear", "error", "latency",
    "lost_reply", "plan", "refused", "resume", "server_is_missing", "suspend", "throttling",
]  # fmt: skip


class latency(Fault):
    """Log-normal time on the wire and in the service, half before the request is handled.

    Parameters
    ----------
    median, p99 : float
        Seconds. `p99` defaults to the median: the same delay for every request.
    """

    def __init__(
        self,
        target: str,
        *,
        median: float,
        p99: float | None = None,
        rate: float = 1.0,
        seed: int = 0,
        resource: str | None = None,
    ) -> None:
        super().__init__(target, rate=rate, seed=seed, resource=resource)
        p99 = median if p99 is None else p99
        if not (0 < median <= p99 < math.inf):
            raise FaultError(f"0 < median <= p99 seconds, got median={median!r}, p99={p99!r}")
        self.mu = math.log(median)
        self.sigma = math.log(p99 / median) / 2.3263478740408408  # the normal's 99th percentile

    def strike(self, exchange: Exchange) -> None:
        delay = self.random.lognormvariate(self.mu, self.sigma)
        exchange.delay_before += delay / 2
        exchange.delay_after += delay / 2


class lost_reply(Fault):
    """The service does what it was asked, and the reply never arrives: ``ReadTimeoutError``.

    The caller finds out when its ``read_timeout`` is over, and botocore tries again.
    """

    def strike(self, exchange: Exchange) -> None:
        exchange.reply_lost = True


class refused(Fault):
    """Nobody accepts the connection: ``EndpointConnectionError``, at once."""

    def strike(self, exchange: Exchange) -> None:
        exchange.refused = True


class error(Fault):
    """The service answers with an error and does nothing.

    Parameters
    ----------
    status : int
        HTTP status, 400 to 599. botocore tries again on 500, 502, 503 and 504.
    code : str
        AWS's error code.
    """

    def __init__(
        self,
        target: str,
        *,
        status: int = 503,
        code: str = "ServiceUnavailable",
        message: str = "Service is unable to handle request.",
        rate: float = 1.0,
        seed: int = 0,
        resource: str | None = None,
    ) -> None:
        super().__init__(target, rate=rate, seed=seed, resource=resource)
        if not 400 <= status <= 599:
            raise FaultError(f"an error has an HTTP status from 400 to 599, got {status!r}")
        self.answer = (status, code, message)

    def strike(self, exchange: Exchange) -> None:
        exchange.error = self.answer


# What each service calls its throttling error [botocore 1.44.5, November 2026: the error shapes of
# the service models]. botocore retries each of them (`ThrottledRetryableChecker` in its
# retries/standard.py); a test holds the two together.
THROTTLED = {
    "sqs": (403, "RequestThrottled"),  # the status with which the legacy retry mode knows it
    "sns": (400, "Throttling"),
    "lambda": (429, "TooManyRequestsException"),
    "dynamodb": (400, "ProvisionedThroughputExceededException"),
}


class throttling(error):
    """The service turns requests away with its own throttling error, and botocore backs off."""

    def __init__(
        self, target: str, *, rate: float = 1.0, seed: int = 0, resource: str | None = None
    ) -> None:
        status, code = THROTTLED.get(target.partition(".")[0], (400, "ThrottlingException"))
        super().__init__(
            target,
            status=status,
            code=code,
            message="Rate exceeded",
            rate=rate,
            seed=seed,
            resource=resource,
        )


class best_effort(Fault):
    """Servers of SQS are missing now and then: a standard queue delivers again and out of order.

    "On rare occasions, one of the servers that stores a copy of a message might be unavailable when
    you receive or delete a message" (SQS Developer Guide, "Amazon SQS at-least-once delivery",
    November 2026). How rare is not said; the shares are yours.

    Parameters
    ----------
    forgotten_deletes : float
        Share (0 to 1) of the deletes that one server misses. The delete succeeds, and the message
        is there again when its visibility timeout ends.
    out_of_order : float
        Share (0 to 1) of the receives that miss the first message in line, where there is another
        one that they can find.
    resource : str, optional
        A standard queue; all of them if not given. A FIFO queue is refused.

    After its end, `deletes` and `receives` say how many it concerned, `forgotten` and `reordered`
    how many it struck.
    """

    def __init__(
        self,
        *,
        forgotten_deletes: float = 0.0,
        out_of_order: float = 0.0,
        seed: int = 0,
        resource: str | None = None,
    ) -> None:
        super().__init__("sqs", seed=seed, resource=resource)
        shares = {"DeleteMessage": forgotten_deletes, "ReceiveMessage": out_of_order}
        for name, share in zip(("forgotten_deletes", "out_of_order"), shares.values(), strict=True):
            if not (isinstance(share, int | float) and 0 <= share <= 1):
                raise FaultError(f"{name} is a share from 0 to 1, got {share!r}")
        if not any(shares.values()):
            raise FaultError("best_effort needs forgotten_deletes or out_of_order above 0")
        if resource is not None and resource.endswith(".fifo"):
            raise FaultError(
                f"{resource!r} is a FIFO queue, which keeps the order of each group and does not "
                "deliver a deleted message: best_effort is for standard queues"
            )
        self._shares = shares
        self._draws = {name: random.Random(f"best_effort {name} {seed}") for name in shares}
        self._states = {name: draws.getstate() for name, draws in self._draws.items()}
        self._asked: Counter[str] = Counter()
        self._missed: Counter[str] = Counter()

    def concerns(self, service: str, operation: str, resource: str | None) -> bool:
        return False  # no request meets it on its way

    def misses(self, operation: str, queue: str) -> bool:
        """Whether a server is missing now, for a queue that it is about."""
        if self.resource not in (None, queue):
            return False
        self.requests += 1
        self._asked[operation] += 1
        missing = self._draws[operation].random() < self._shares[operation]
        self.hits += missing
        self._missed[operation] += missing
        return missing

    def __enter__(self) -> best_effort:
        super().__enter__()
        for name, state in self._states.items():
            self._draws[name].setstate(state)  # opened again, it strikes the same way again
        self._asked.clear()
        self._missed.clear()
        return self

    @property
    def deletes(self) -> int:
        return self._asked["DeleteMessage"]

    @property
    def forgotten(self) -> int:
        return self._missed["DeleteMessage"]

    @property
    def receives(self) -> int:
        return self._asked["ReceiveMessage"]

    @property
    def reordered(self) -> int:
        return self._missed["ReceiveMessage"]


def server_is_missing(operation: str, queue: str) -> bool:
    """Whether one of the open `best_effort` faults takes a server from a standard queue now."""
    found = [fault.misses(operation, queue) for fault in _active if isinstance(fault, best_effort)]
    return any(found)

"""What a network and a service do to a request: delay it, lose its reply, refuse it, throttle it.

Each fault is a context manager. While it is open, the requests that it concerns meet it where a
network would have it, so that botocore's own retries, time-outs and error classes run, in virtual
time::

    with faults.lost_reply("sqs.SendMessage", rate=0.2, seed=3), lab.running(minutes=10):
        lab.start(place_orders)

Open it before ``lab.running``, or inside a worker (an outage that begins after twenty minutes is a
worker that sleeps for twenty minutes and then opens a fault).

A target is a service ("sqs") or one of its operations ("sqs.SendMessage"), as boto3 names them;
`resource` narrows it to one queue, function or topic.
"""

from __future__ import annotations

import functools
import math
import random
from dataclasses import dataclass, field
from types import TracebackType

import botocore.session

from helpers import patches

_active: list[Fault] = []


class FaultError(ValueError):
    """A fault that could not have done what was asked of it."""


@dataclass
class Exchange:
    """What will happen to one request. Each open fault adds its part; nothing is applied twice."""

    delay_before: float = 0.0  # seconds
    delay_after: float = 0.0  # seconds
    refused: bool = False
    error: tuple[int, str, str] | None = None  # HTTP status, AWS's code, message
    reply_lost: bool = False
    met: list[str] = field(default_factory=list)  # the faults that struck, for the trace


def plan(service: str, operation: str, resource: str | None) -> Exchange:
    """What the open faults do to one request."""
    exchange = Exchange()
    for fault in _active:
        if fault.concerns(service, operation, resource):
            fault.requests += 1
            if fault.rate >= 1 or fault.random.random() < fault.rate:
                fault.hits += 1
                fault.strike(exchange)
    return exchange


def clear() -> None:
    """Forget every open fault. A new lab starts with none."""
    _active.clear()


def suspend() -> list[Fault]:
    """Take away the open faults for a while; `resume` puts them back."""
    held = list(_active)
    _active.clear()
    return held


def resume(held: list[Fault]) -> None:
    """See `suspend`."""
    _active[:] = held


class Fault:
    """A fault that strikes a share `rate` (0 to 1) of the requests, drawn from `seed`.

    After its end, `requests` says how many it concerned and `hits` how many it struck.
    """

    def __init__(
        self, target: str, *, rate: float = 1.0, seed: int = 0, resource: str | None = None
    ) -> None:
        if not (isinstance(rate, int | float) and 0 <= rate <= 1):
            raise FaultError(f"rate is a share from 0 to 1, got {rate!r}")
        self.service, _, self.operation = target.partition(".")
        _check_target(target, self.service, self.operation)
        self.rate, self.resource = rate, resource
        self._seed = f"{type(self).__name__} {target} {seed}"
        self.random = random.Random(self._seed)
        self.requests = self.hits = 0
        self._entered: tuple[object, float] | None = None

    def concerns(self, service: str, operation: str, resource: str | None) -> bool:
        return (
            service == self.service
            and self.operation in ("", operation)
            and self.resource in (None, resource)
        )

    def strike(self, exchange: Exchange) -> None:
        raise NotImplementedError

    def __enter__(self) -> Fault:
        if self in _active:
            raise FaultError(f"this {type(self).__name__} is open already")
        self.random.seed(self._seed)  # opened again, it strikes the same requests again
        self.requests = self.hits = 0
        _active.append(self)
        self._entered = patches.cell_moment()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self in _active:  # a new lab may have cleared it
            _active.remove(self)
        entered = self._entered
        if kind is None and entered and entered == patches.cell_moment() and not self.requests:
            raise FaultError(
                f"this {type(self).__name__} ended before any simulated time had passed: the run "
                "takes place at the end of the lab.running block, so open the fault before it: "
                "with fault, lab.running(...)"
            )


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


@functools.cache
def _model_session() -> botocore.session.Session:
    return botocore.session.Session()  # asked for its API models only


def _check_target(target: str, service: str, operation: str) -> None:
    session = _model_session()
    if service not in session.get_available_services():
        raise FaultError(f"no AWS service is called {service!r} (in the target {target!r})")
    if operation and operation not in session.get_service_model(service).operation_names:
        raise FaultError(f"{service} has no operation {operation!r} (in the target {target!r})")

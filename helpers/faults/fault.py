"""The faults that are open, and what they do to one request.

`helpers.faults` has the kinds of faults, and says how they are used.
"""

from __future__ import annotations

import functools
import random
from dataclasses import dataclass
from types import TracebackType

import botocore.session

from helpers.clock import cell_moment

active: list[Fault] = []


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


def plan(service: str, operation: str, resource: str | None) -> Exchange:
    """What the open faults do to one request."""
    exchange = Exchange()
    for fault in active:
        if fault.concerns(service, operation, resource):
            fault.requests += 1
            if fault.rate >= 1 or fault.random.random() < fault.rate:
                fault.hits += 1
                fault.strike(exchange)
    return exchange


def clear() -> None:
    """Forget every open fault. A new lab starts with none."""
    active.clear()


def suspend() -> list[Fault]:
    """Take away the open faults for a while; `resume` puts them back."""
    held = list(active)
    active.clear()
    return held


def resume(held: list[Fault]) -> None:
    """See `suspend`."""
    active[:] = held


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
        if self in active:
            raise FaultError(f"this {type(self).__name__} is open already")
        self.random.seed(self._seed)  # opened again, it strikes the same requests again
        self.requests = self.hits = 0
        active.append(self)
        self._entered = cell_moment()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self in active:  # a new lab may have cleared it
            active.remove(self)
        entered = self._entered
        if kind is None and entered and entered == cell_moment() and not self.requests:
            raise FaultError(
                f"this {type(self).__name__} ended before any simulated time had passed: the run "
                "takes place at the end of the lab.running block, so open the fault before it: "
                "with fault, lab.running(...)"
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

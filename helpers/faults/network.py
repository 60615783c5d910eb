"""What a network does to a request: delay it, lose its reply, refuse the connection."""

from __future__ import annotations

import math

from helpers.faults.fault import Exchange, Fault, FaultError


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

"""What a service answers when it cannot serve a request: an error, or that it is throttled."""

from __future__ import annotations

from helpers.faults.fault import Exchange, Fault, FaultError


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
    "s3": (503, "SlowDown"),  # [S3 API Reference, "Error responses"]
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

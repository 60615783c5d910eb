"""A client request token: a transaction that is sent twice is carried out once.

Statements followed (API model in botocore 1.44.5, November 2026, unless named otherwise):
ClientRequestToken makes TransactWriteItems idempotent for ten minutes "after the first request that
uses it is completed"; afterwards "any request with the same client token is treated as a new
request"; with other parameters within that time: IdempotentParameterMismatchException. Only a call
that succeeded is remembered: "If the original TransactWriteItems call was successful" [Developer
Guide, "Amazon DynamoDB transactions: how it works"]. ExecuteTransaction has the same errors, and
the same token.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.exceptions import ERROR_TYPE_PREFIX, DynamodbException
from moto.dynamodb.responses import DynamoHandler

TOKEN_AGE = 600.0  # seconds


class IdempotentParameterMismatch(DynamodbException):
    """The token has been used for another request."""

    def __init__(self) -> None:
        super().__init__(
            ERROR_TYPE_PREFIX + "IdempotentParameterMismatchException",
            "DynamoDB rejected the request because you retried a request with a different payload "
            "but with an idempotent token that was already used.",
        )


@dataclass
class Answered:
    """A request that has succeeded, and what it was answered."""

    parameters: dict[str, Any]
    answer: ActionResult
    completed: float  # epoch seconds


def once(serve: Callable[[DynamoHandler], ActionResult], handler: DynamoHandler) -> ActionResult:
    """Serve a request, unless one with its token has been served in the last ten minutes."""
    parameters = copy.deepcopy(handler.body)
    token = parameters.pop("ClientRequestToken", None)
    if token is None:
        return serve(handler)
    answered = vars(handler.dynamodb_backend).setdefault("answered", {})
    while answered and time.time() - next(iter(answered.values())).completed >= TOKEN_AGE:
        del answered[next(iter(answered))]
    key = serve.__name__, token
    if key in answered:
        if answered[key].parameters != parameters:
            raise IdempotentParameterMismatch
        return answered[key].answer
    answer = serve(handler)
    answered[key] = Answered(parameters, answer, time.time())
    return answer

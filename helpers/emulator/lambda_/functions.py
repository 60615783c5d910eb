"""Lambda functions that are Python functions of this process.

moto runs functions in Docker, and without Docker answers every invocation with an error text that
looks like a success. Here a handler runs in a thread of the lab's clock (`execution`), and what
is around it follows AWS:

- Each execution environment handles one invocation at a time; a new one starts cold. At the limit
  of concurrency the request is turned away: ``TooManyRequestsException``, 429 [Lambda Developer
  Guide, "Understanding Lambda function scaling", and API model, November 2026].
- A function error is a payload with the header ``X-Amz-Function-Error: Unhandled`` [API model:
  InvokeResponse].
- A caller that gives up does not stop the function (see `helpers.wire`).

Asynchronous invocations are in `asynchronous`, event source mappings in `mapping`.
"""

from __future__ import annotations

import json
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.moto_api._internal import mock_random

from helpers.emulator.guard import applied
from helpers.emulator.lambda_ import asynchronous, mapping
from helpers.emulator.lambda_.execution import Handler, Outcome, execute, invalid, refusal
from helpers.trace.callers import at_work

if TYPE_CHECKING:
    from helpers.clock import Clock

ACCOUNT_CONCURRENCY = 1000  # default quota [Lambda Developer Guide, "Lambda quotas", November 2026]
EXPECTED_SOURCES = {
    "moto.awslambda.models:LambdaFunction.invoke": "dadc324f30ae",
    "moto.awslambda.models:LambdaFunction._invoke_lambda": "23ce7a8f956e",
    **asynchronous.EXPECTED_SOURCES,
    **mapping.EXPECTED_SOURCES,
}


@dataclass
class Deployed:
    """A handler, and the execution environments that it has."""

    handler: Handler
    cold_start: float  # seconds
    idle: int = 0  # environments that wait for an invocation
    active: int = 0


class Functions:
    """The functions of one lab."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.deployed: dict[str, Deployed] = {}

    def deploy(
        self,
        name: str,
        handler: Handler,
        *,
        timeout: float,
        memory: int,
        cold_start: float,
        region: str,
    ) -> str:
        """Create the function, or give an existing one another handler. Returns its ARN.

        What was set on an existing function otherwise (concurrency, destinations) stays.
        """
        from moto.awslambda.exceptions import UnknownFunctionException
        from moto.awslambda.models import lambda_backends
        from moto.core import DEFAULT_ACCOUNT_ID

        _check(name, handler, timeout, memory, cold_start)
        backend = lambda_backends[DEFAULT_ACCOUNT_ID][region]
        try:
            function = backend.get_function(name)
            function.update_configuration({"Timeout": timeout, "MemorySize": memory})
        except UnknownFunctionException:
            function = backend.create_function(
                {
                    "FunctionName": name,
                    "Handler": "function.handler",
                    "Role": _role(DEFAULT_ACCOUNT_ID),
                    "Runtime": "python3.13",
                    "Timeout": timeout,
                    "MemorySize": memory,
                    "Code": {"ZipFile": ""},
                }
            )
        self.deployed[name] = Deployed(handler, cold_start)
        return function.function_arn

    # -- one invocation

    def run(self, function: Any, event: Any, request_id: str) -> Outcome:
        """Invoke once and wait for the end. Raises an error of moto's if it is turned away."""
        deployed = self._admit(function)
        try:
            if deployed.idle:
                deployed.idle -= 1
            else:
                time.sleep(deployed.cold_start)
            outcome = execute(self.clock, function, deployed.handler, event, request_id)
            deployed.idle += outcome.survives
            return outcome
        finally:
            deployed.active -= 1

    def _admit(self, function: Any) -> Deployed:
        deployed = self.deployed.get(function.function_name)
        if deployed is None:
            raise invalid(
                f"the lab has no handler for {function.function_name}: use lab.deploy(name, …)"
            )
        limit, active, reason = self._limit(function, deployed)
        if active >= limit:
            raise refusal(429, "TooManyRequestsException", "Rate Exceeded.", Reason=reason)
        deployed.active += 1
        return deployed

    def _limit(self, function: Any, deployed: Deployed) -> tuple[int, int, str]:
        """The limit that applies, how much of it is used, and what AWS calls hitting it."""
        from moto.awslambda.models import lambda_backends

        if function.reserved_concurrency is not None:
            limit = int(function.reserved_concurrency)
            return limit, deployed.active, "ReservedFunctionConcurrentInvocationLimitExceeded"
        limit, active = ACCOUNT_CONCURRENCY, 0
        for other in lambda_backends[function.account_id][function.region].list_functions():
            if other.reserved_concurrency is not None:
                limit -= int(other.reserved_concurrency)
            elif other.function_name in self.deployed:
                active += self.deployed[other.function_name].active
        return limit, active, "ConcurrentInvocationLimitExceeded"

    # -- invocations of the API

    def invoke(self, function: Any, body: Any, request: Any, response: Any) -> str | bytes:
        """Replaces `LambdaFunction.invoke`: every type of invocation."""
        event = _event(body)
        kind = request.get("x-amz-invocation-type", "RequestResponse")
        if kind == "DryRun":
            return ""
        request_id = str(mock_random.uuid4())
        if kind == "Event":
            self.clock.start(
                asynchronous.process,
                self.run,
                function,
                event,
                request_id,
                name=at_work("lambda", function.function_name),
                background=True,
            )
            return ""
        outcome = self.run(function, event, request_id)
        if outcome.failed:
            response["x-amz-function-error"] = "Unhandled"
        return outcome.payload.encode()


def _event(body: Any) -> Any:
    try:
        return json.loads(body) if body else {}
    except ValueError as error:
        message = f"Could not parse request body into json: {error}"
        raise refusal(400, "InvalidRequestContentException", message) from None


def _role(account: str) -> str:
    """The role that every function of the lab has."""
    from moto.iam.models import iam_backends

    roles = iam_backends[account]["aws"]
    if "lab" not in {role.name for role in roles.get_roles()}:
        roles.create_role("lab", "{}", "/", None, "", [], None)
    return f"arn:aws:iam::{account}:role/lab"


def _check(name: str, handler: Handler, timeout: float, memory: int, cold_start: float) -> None:
    if not callable(handler):
        raise TypeError(f"a handler is a function of (event, context), got {handler!r}")
    if not 1 <= timeout <= 900:  # [API model: the maximum of Timeout is documented as 900 s]
        raise ValueError(f"a function's timeout is 1 to 900 seconds, got {timeout!r}")
    if not 128 <= memory <= 10240:  # [Lambda Developer Guide, "Lambda quotas"]
        raise ValueError(f"a function's memory is 128 to 10240 MB, got {memory!r} for {name}")
    if not cold_start >= 0:
        raise ValueError(f"cold_start is zero or more seconds, got {cold_start!r} for {name}")


def corrections(functions: Functions) -> AbstractContextManager[None]:
    """Let every invocation of moto's Lambda run the lab's handlers, until the end of the block."""
    from moto.awslambda.models import LambdaBackend, LambdaFunction

    def run(self: Any, event: Any = None) -> tuple[str, bool, str]:
        outcome = functions.run(self, event, str(mock_random.uuid4()))
        return outcome.payload, outcome.failed, ""

    invocations = {
        "invoke": lambda self, *args: functions.invoke(self, *args),
        "_invoke_lambda": run,
        **asynchronous.of_function(),
    }
    operations = {**asynchronous.of_backend(), **mapping.of_backend()}
    return applied(
        EXPECTED_SOURCES,
        (LambdaFunction, invocations),
        (LambdaBackend, operations),
    )

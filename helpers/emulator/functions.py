"""Lambda functions that are Python functions of this process.

moto runs functions in Docker, and without Docker answers every invocation with an error text that
looks like a success. Here a handler runs in a thread of the lab's clock, and what is around it
follows AWS:

- Each execution environment handles one invocation at a time; a new one starts cold. At the limit
  of concurrency the request is turned away: ``TooManyRequestsException``, 429 [Lambda Developer
  Guide, "Understanding Lambda function scaling", and API model, November 2026].
- After `Timeout` seconds the function is ended where it stands, and its environment with it; the
  default is 3 s [API model: CreateFunction]. The initialisation of a cold start does not count.
- An exception comes back as a payload with errorMessage, errorType and stackTrace, and the header
  ``X-Amz-Function-Error: Unhandled`` [Lambda Developer Guide, "Lambda function handler errors in
  Python"].
- A caller that gives up does not stop the function (see `helpers.wire`).
- An asynchronous invocation that ends in an error is tried twice more, after one minute and after
  two more; one that is throttled goes back to the queue for up to six hours, after 1 s, doubling
  up to five minutes [Lambda Developer Guide, "How Lambda handles errors and retries with
  asynchronous invocation", November 2026].
"""

from __future__ import annotations

import copy
import json
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.moto_api._internal import mock_random

from .guard import expect, replaced

if TYPE_CHECKING:
    from helpers.clock import Clock

Handler = Callable[[Any, Any], Any]

ACCOUNT_CONCURRENCY = 1000  # default quota [Lambda Developer Guide, "Lambda quotas", November 2026]
RETRY_WAITS = (60.0, 120.0)  # seconds, see above
QUEUE_AGE = 6 * 3600.0  # seconds that an asynchronous event is kept
BACK_OFF = (1.0, 300.0)  # first and longest wait after a throttle, seconds


@dataclass
class Deployed:
    """A handler, and the execution environments that it has."""

    handler: Handler
    cold_start: float  # seconds
    idle: int = 0  # environments that wait for an invocation
    active: int = 0


class Context:
    """What a handler gets as its second argument, named as AWS names it."""

    def __init__(self, function: Any, request_id: str, deadline: float) -> None:
        self.function_name = function.function_name
        self.function_version = str(function.version)
        self.invoked_function_arn = function.function_arn
        self.memory_limit_in_mb = str(function.memory_size)
        self.aws_request_id = request_id
        self.log_group_name = function.logs_group_name
        self._deadline = deadline

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function's time-out."""
        return max(0, round((self._deadline - time.time()) * 1000))


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
        """Create the function, or give an existing one another handler. Returns its ARN."""
        from moto.awslambda.models import lambda_backends
        from moto.core import DEFAULT_ACCOUNT_ID
        from moto.iam.models import iam_backends

        _check(name, handler, timeout, memory, cold_start)
        roles = iam_backends[DEFAULT_ACCOUNT_ID]["aws"]
        if "lab" not in {role.name for role in roles.get_roles()}:
            roles.create_role("lab", "{}", "/", None, "", [], None)
        backend = lambda_backends[DEFAULT_ACCOUNT_ID][region]
        created = backend.create_function(
            {
                "FunctionName": name,
                "Handler": "function.handler",
                "Role": f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:role/lab",
                "Runtime": "python3.13",
                "Timeout": timeout,
                "MemorySize": memory,
                "Code": {"ZipFile": ""},
            }
        )
        self.deployed[name] = Deployed(handler, cold_start)
        return created.function_arn

    # -- one invocation

    def run(self, function: Any, event: Any) -> tuple[str, bool]:
        """Invoke once and wait for the end. Returns the payload, and whether it is an error."""
        deployed = self._admit(function)
        try:
            if deployed.idle:
                deployed.idle -= 1
            else:
                time.sleep(deployed.cold_start)
            payload, failed, survives = self._execute(function, deployed.handler, event)
            deployed.idle += survives
            return payload, failed
        finally:
            deployed.active -= 1

    def _admit(self, function: Any) -> Deployed:
        deployed = self.deployed.get(function.function_name)
        if deployed is None:
            raise _refusal(
                400,
                "InvalidParameterValueException",
                f"the lab has no handler for {function.function_name}: use lab.deploy(name, …)",
            )
        limit, active, reason = self._limit(function, deployed)
        if active >= limit:
            raise _refusal(429, "TooManyRequestsException", "Rate Exceeded.", Reason=reason)
        deployed.active += 1
        return deployed

    def _limit(self, function: Any, deployed: Deployed) -> tuple[int, int, str]:
        """The limit that applies, how much of it is used, and what AWS calls hitting it."""
        from moto.awslambda.models import lambda_backends

        if function.reserved_concurrency is not None:
            limit = int(function.reserved_concurrency)
            return limit, deployed.active, "ReservedFunctionConcurrentInvocationLimitExceeded"
        backend = lambda_backends[function.account_id][function.region]
        limit, active = ACCOUNT_CONCURRENCY, 0
        for name, other in self.deployed.items():
            reserved = backend.get_function(name).reserved_concurrency
            if reserved is None:
                active += other.active
            else:
                limit -= int(reserved)
        return limit, active, "ConcurrentInvocationLimitExceeded"

    def _execute(self, function: Any, handler: Handler, event: Any) -> tuple[str, bool, bool]:
        """Run the handler against its time-out: payload, failed, environment survives."""
        request_id = str(mock_random.uuid4())
        context = Context(function, request_id, time.time() + function.timeout)
        done, outcome = threading.Event(), []

        def invocation() -> None:
            try:
                # Each attempt reads the event anew: a handler may change what it was given.
                outcome.append(_answer(handler, copy.deepcopy(event), context))
            finally:
                done.set()

        thread = self.clock.start(invocation, name=function.function_name, background=True)
        if not done.wait(function.timeout):
            self.clock.stop(thread)
            message = (
                f"RequestId: {request_id} Error: Task timed out after "
                f"{function.timeout:.2f} seconds"
            )
            payload = json.dumps({"errorType": "Sandbox.Timedout", "errorMessage": message})
            return payload, True, False
        payload, failed, survives = outcome[0]
        return payload, failed, survives

    # -- invocations of the API

    def invoke(self, function: Any, body: Any, request: Any, response: Any) -> str | bytes:
        """In the place of `LambdaFunction.invoke`: every type of invocation."""
        event = _event(body)
        kind = request.get("x-amz-invocation-type", "RequestResponse")
        if kind == "DryRun":
            return ""
        if kind == "Event":
            self.clock.start(
                self._asynchronously,
                function,
                event,
                name=f"lambda:{function.function_name}",
                background=True,
            )
            return ""
        payload, failed = self.run(function, event)
        if failed:
            response["x-amz-function-error"] = "Unhandled"
        return payload.encode()

    def _asynchronously(self, function: Any, event: Any) -> None:
        from moto.core.exceptions import JsonRESTError

        give_up, back_off, failures = time.time() + QUEUE_AGE, BACK_OFF[0], 0
        while time.time() < give_up:
            try:
                _, failed = self.run(function, event)
            except JsonRESTError as refusal:
                if refusal.code != 429:
                    return
                time.sleep(back_off)
                back_off = min(2 * back_off, BACK_OFF[1])
                continue
            if not failed or failures == len(RETRY_WAITS):
                return
            time.sleep(RETRY_WAITS[failures])
            failures += 1


def _event(body: Any) -> Any:
    try:
        return json.loads(body) if body else {}
    except ValueError as error:
        message = f"Could not parse request body into json: {error}"
        raise _refusal(400, "InvalidRequestContentException", message) from None


def _answer(handler: Handler, event: Any, context: Context) -> tuple[str, bool, bool]:
    """What the runtime sends back: the result, or the exception, as JSON. Failed, survives."""
    try:
        result = handler(event, context)
    except Exception as error:
        frames = traceback.format_list(traceback.extract_tb(error.__traceback__)[1:])
        return _error(str(error), type(error).__name__, context, frames), True, True
    except SystemExit as error:  # the process of the function ends
        status = error.code if isinstance(error.code, int) else int(error.code is not None)
        message = (
            f"RequestId: {context.aws_request_id} Error: Runtime exited with error: exit status "
            f"{status}"
        )
        payload = json.dumps({"errorType": "Runtime.ExitError", "errorMessage": message})
        return payload, True, False
    try:
        return json.dumps(result), False, True
    except (TypeError, ValueError) as error:
        message = f"Unable to marshal response: {error}"
        return _error(message, "Runtime.MarshalError", context, []), True, True


def _error(message: str, kind: str, context: Context, frames: list[str]) -> str:
    return json.dumps(
        {
            "errorMessage": message,
            "errorType": kind,
            "requestId": context.aws_request_id,
            "stackTrace": frames,
        }
    )


def _refusal(status: int, code: str, message: str, **fields: str) -> Exception:
    """An error that moto's own dispatch turns into AWS's error response."""
    from moto.core.exceptions import JsonRESTError

    error = JsonRESTError(code, message)
    error.code = status
    error.description = json.dumps({"__type": code, "message": message, "Type": "User", **fields})
    return error


def _check(name: str, handler: Handler, timeout: float, memory: int, cold_start: float) -> None:
    if not callable(handler):
        raise TypeError(f"a handler is a function of (event, context), got {handler!r}")
    if not 1 <= timeout <= 900:  # [API model: the maximum of Timeout is documented as 900 s]
        raise ValueError(f"a function's timeout is 1 to 900 seconds, got {timeout!r}")
    if not 128 <= memory <= 10240:  # [Lambda Developer Guide, "Lambda quotas"]
        raise ValueError(f"a function's memory is 128 to 10240 MB, got {memory!r} for {name}")
    if not cold_start >= 0:
        raise ValueError(f"cold_start is zero or more seconds, got {cold_start!r} for {name}")


@contextmanager
def corrections(functions: Functions) -> Iterator[None]:
    """Let every invocation of moto's Lambda run the lab's handlers, until the end of the block."""
    from moto.awslambda import models

    function = models.LambdaFunction
    expect(
        version="5.2.",
        sources={
            "moto.awslambda.models:LambdaFunction.invoke": "dadc324f30ae",
            "moto.awslambda.models:LambdaFunction._invoke_lambda": "23ce7a8f956e",
        },
    )

    def run(self: Any, event: Any = None) -> tuple[str, bool, str]:
        payload, failed = functions.run(self, event)
        return payload, failed, ""

    with replaced(
        function,
        {
            "invoke": lambda self, *args: functions.invoke(self, *args),
            "_invoke_lambda": run,
        },
    ):
        yield

"""One execution of a handler, and what the runtime sends back.

- After `Timeout` seconds the function is ended where it stands, and its environment with it; the
  default is 3 s [API model: CreateFunction]. The initialisation of a cold start does not count.
- An exception comes back as a payload with errorMessage, errorType and stackTrace [Lambda Developer
  Guide, "Lambda function handler errors in Python"].
- `aws_request_id` stays the same when an asynchronous event is tried again [Lambda Developer Guide,
  "Using the Lambda context object": the identifier of the invocation request].
"""

from __future__ import annotations

import copy
import json
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.clock import Clock

Handler = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Outcome:
    """What an invocation came to."""

    payload: str  # JSON
    failed: bool = False
    survives: bool = True  # the execution environment can take another invocation


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


def execute(clock: Clock, function: Any, handler: Handler, event: Any, request_id: str) -> Outcome:
    """Run the handler against its time-out, in a thread of the clock."""
    context = Context(function, request_id, time.time() + function.timeout)
    done, outcome = threading.Event(), []

    def invocation() -> None:
        try:
            # Each attempt reads the event anew: a handler may change what it was given.
            outcome.append(_answer(handler, copy.deepcopy(event), context))
        finally:
            done.set()

    thread = clock.start(invocation, name=function.function_name, background=True)
    if done.wait(function.timeout):
        return outcome[0]
    clock.stop(thread)
    message = f"RequestId: {request_id} Error: Task timed out after {function.timeout:.2f} seconds"
    payload = json.dumps({"errorType": "Sandbox.Timedout", "errorMessage": message})
    return Outcome(payload, failed=True, survives=False)


def _answer(handler: Handler, event: Any, context: Context) -> Outcome:
    try:
        result = handler(event, context)
    except Exception as error:
        frames = traceback.format_list(traceback.extract_tb(error.__traceback__)[1:])
        return _error(str(error), type(error).__name__, context, frames)
    except SystemExit as error:  # the process of the function ends
        status = error.code if isinstance(error.code, int) else int(error.code is not None)
        message = (
            f"RequestId: {context.aws_request_id} Error: Runtime exited with error: exit status "
            f"{status}"
        )
        payload = json.dumps({"errorType": "Runtime.ExitError", "errorMessage": message})
        return Outcome(payload, failed=True, survives=False)
    try:
        return Outcome(json.dumps(result))
    except (TypeError, ValueError) as error:
        message = f"Unable to marshal response: {error}"
        return _error(message, "Runtime.MarshalError", context, [])


def _error(message: str, kind: str, context: Context, frames: list[str]) -> Outcome:
    payload = {
        "errorMessage": message,
        "errorType": kind,
        "requestId": context.aws_request_id,
        "stackTrace": frames,
    }
    return Outcome(json.dumps(payload), failed=True)


def refusal(status: int, code: str, message: str, **fields: str) -> Exception:
    """An error that moto's own dispatch turns into AWS's error response."""
    from moto.core.exceptions import JsonRESTError

    error = JsonRESTError(code, message)
    error.code = status
    error.description = json.dumps({"__type": code, "message": message, "Type": "User", **fields})
    return error


def invalid(message: str) -> Exception:
    """The error with which Lambda refuses a parameter."""
    return refusal(400, "InvalidParameterValueException", message)

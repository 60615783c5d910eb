"""One execution of a handler, and what the runtime sends back.

- After `Timeout` seconds the function is ended where it stands, and its environment with it; the
  default is 3 s [API model: CreateFunction]. The initialisation of a cold start does not count.
- "The Init phase is limited to 10 seconds"; an initialisation that takes longer begins again with
  the first invocation, within the function's time-out [Lambda Developer Guide, "Understanding the
  Lambda execution environment lifecycle", November 2026].
- An exception comes back as a payload with errorMessage, errorType, requestId and stackTrace. What
  goes wrong in the initialisation has an empty requestId [awslambdaric 4.2.2, bootstrap.py, read in
  November 2026].
- A payload of more than 6,291,556 bytes is not sent: Function.ResponseSizeTooLarge [as answered by
  the service; "Lambda quotas" says 6 MB, November 2026].
"""

from __future__ import annotations

import contextlib
import copy
import json
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.clock import Stopped
from helpers.emulator.lambda_.context import Context
from helpers.emulator.lambda_.environment import Environment
from helpers.emulator.lambda_.log import Log
from helpers.emulator.lambda_.marshalling import marshal
from helpers.emulator.lambda_.modules import Fault

if TYPE_CHECKING:
    from helpers.clock import Clock

INIT = 10.0  # seconds
RESPONSE = 6_291_556  # bytes
HERE = str(Path(__file__).parent)


@dataclass(frozen=True)
class Invocation:
    """What an environment is given."""

    event: Any
    request_id: str
    arn: str  # of the function, as the caller named it
    client_context: str | None = None  # JSON
    log: Log | None = None  # for a caller that asked for it


@dataclass(frozen=True)
class Outcome:
    """What an invocation came to."""

    payload: bytes  # JSON, unless the handler returned bytes
    failed: bool = False
    survives: bool = True  # the execution environment can take another invocation


def execute(clock: Clock, environment: Environment, invocation: Invocation) -> Outcome:
    """Run the handler against its time-out, in a thread of the clock."""
    timeout = environment.timeout
    if not environment.loaded and environment.takes_time:
        failure = _within(clock, environment, INIT, lambda: _init(environment, invocation))
        if failure is not _LATE and failure is not None:
            return failure
    deadline = time.time() + timeout
    outcome = _within(clock, environment, timeout, lambda: _run(environment, invocation, deadline))
    if outcome is _LATE:
        message = (
            f"RequestId: {invocation.request_id} Error: Task timed out after {timeout:.2f} seconds"
        )
        return _platform_error("Sandbox.Timedout", message)
    return outcome


_LATE: Any = object()


def _within(clock: Clock, environment: Environment, seconds: float, work: Callable[[], Any]) -> Any:
    """The result of `work`, in a thread of its own that has the environment's variables."""
    done, results = threading.Event(), []

    def run() -> None:
        try:
            with environment.entered():
                results.append(work())
        finally:
            done.set()

    thread = clock.start(run, name=environment.name, background=True)
    if done.wait(seconds):
        return results[0]
    clock.stop(thread)
    return _LATE


def _init(environment: Environment, invocation: Invocation) -> Outcome | None:
    """Load the handler. What went wrong, if something did."""
    try:
        environment.load()
    except Fault as fault:
        return _error(fault.message, fault.kind, "", fault.trace, survives=False)
    except Exception as error:
        frames = _frames(error, environment)
        return _error(str(error), type(error).__name__, "", frames, survives=False)
    except Stopped:
        raise
    except BaseException as error:
        return _exit(error, invocation)
    return None


def _run(environment: Environment, invocation: Invocation, deadline: float) -> Outcome:
    if not environment.loaded and (failure := _init(environment, invocation)):
        return failure
    request_id = invocation.request_id
    try:
        context = Context(
            environment.variables,
            request_id,
            invocation.arn,
            deadline,
            invocation.client_context,
        )
        # Each attempt reads the event anew: a handler may change what it was given.
        event = copy.deepcopy(invocation.event)
        heard = invocation.log.of_this_thread() if invocation.log else contextlib.nullcontext()
        with environment.invocation(), heard:
            result = environment.handler(event, context)
    except Exception as error:
        return _error(str(error), type(error).__name__, request_id, _frames(error, environment))
    except Stopped:  # by the clock, at the time-out
        raise
    except BaseException as error:  # such as SystemExit: the process of the function ends
        return _exit(error, invocation)
    try:
        payload = marshal(result)
        sent = payload if isinstance(payload, bytes) else payload.encode()
    except Exception as error:
        message = f"Unable to marshal response: {error}"
        return _error(message, "Runtime.MarshalError", request_id, [])
    if len(sent) > RESPONSE:
        message = f"Response payload size exceeded maximum allowed payload size ({RESPONSE} bytes)."
        return _platform_error("Function.ResponseSizeTooLarge", message, survives=True)
    return Outcome(sent)


def _frames(error: BaseException, environment: Environment) -> list[str]:
    """The traceback, from the function's own code on."""
    frames = traceback.extract_tb(error.__traceback__)
    while frames and frames[0].filename.startswith(HERE):
        del frames[0]
    return [environment.shown(line) for line in traceback.format_list(frames)]


def _exit(error: BaseException, invocation: Invocation) -> Outcome:
    """The end of the process, with the status that Python gives it."""
    code = error.code if isinstance(error, SystemExit) else 1
    status = code if isinstance(code, int) else int(code is not None)
    message = (
        f"RequestId: {invocation.request_id} Error: Runtime exited with error: exit status {status}"
    )
    return _platform_error("Runtime.ExitError", message)


def _platform_error(kind: str, message: str, *, survives: bool = False) -> Outcome:
    """An error of which the runtime did not hear."""
    payload = json.dumps({"errorType": kind, "errorMessage": message})
    return Outcome(payload.encode(), failed=True, survives=survives)


def _error(
    message: str, kind: str, request_id: str, frames: list[str], *, survives: bool = True
) -> Outcome:
    payload = {
        "errorMessage": message,
        "errorType": kind,
        "requestId": request_id,
        "stackTrace": frames,
    }
    return Outcome(json.dumps(payload).encode(), failed=True, survives=survives)

"""The Invoke operation: whom a request names, what it may hold, and its answer.

Statements followed (November 2026):

- A name, an ARN or a part of one, each with a qualifier or without, or the qualifier beside it
  [API model: Invoke]. Two that differ are refused: "The derived qualifier from the function name
  does not match the specified qualifier." [as answered by the service]. Without a version or alias
  of that name: ResourceNotFoundException.
- An alias may send a share of its invocations to another version [API model: AliasRoutingConfig].
- "For synchronous invocations, the maximum payload size is 6 MB. For asynchronous invocations, the
  maximum payload size is 1 MB" [API model: Invoke]. What is larger: RequestEntityTooLargeException,
  413, with the limits 6,291,456 and 1,048,576 bytes [as answered by the service].
- A function error is a payload with the header ``X-Amz-Function-Error: Unhandled``; the version
  that ran is in ``X-Amz-Executed-Version`` [API model: InvokeResponse].
- DryRun answers 204, Event 202 [API model: InvokeResponse].
- ClientContext is passed "for synchronous invocations only" [API model: Invoke].
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from moto.moto_api._internal import mock_random

from helpers.emulator.lambda_ import asynchronous
from helpers.emulator.lambda_.errors import invalid, refusal
from helpers.emulator.lambda_.execution import Invocation, Outcome
from helpers.emulator.lambda_.log import Log
from helpers.trace.callers import at_work

if TYPE_CHECKING:
    from helpers.emulator.lambda_.functions import Functions

# Bytes; InvokeAsync, which is deprecated, keeps the limit of 256 KB [API model: InvokeAsync].
LIMITS = {"RequestResponse": 6_291_456, "Event": 1_048_576, "InvokeAsync": 262_144}
NOT_MODELLED = {
    "X-Amz-Durable-Execution-Name": "DurableExecutionName",
    "X-Amz-Tenant-Id": "TenantId",
}
NAME = re.compile(
    r"(?:arn:aws[\w-]*:lambda:)?(?:(?P<region>[a-z]{2}[\w-]*-\d):)?(?:(?P<account>\d{12}):)?"
    r"(?:function:)?(?P<name>[\w.-]+)(?::(?P<qualifier>[\w$.-]+))?"
)  # [API model: the pattern of FunctionName]
EXPECTED_SOURCES = {
    "moto.awslambda.models:LambdaFunction.invoke": "dadc324f30ae",
    "moto.awslambda.models:LambdaFunction._invoke_lambda": "23ce7a8f956e",
    "moto.awslambda.models:LambdaBackend.get_function": "3a27e326009f",
    "moto.awslambda.models:LambdaStorage.get_alias": "1d6f189badf5",
    "moto.awslambda.responses:LambdaResponse.invoke_async": "b51e6e28b6a2",
    "moto.awslambda.responses:LambdaResponse.invoke": "8f68f0bf023a",
}

Answer = tuple[int, dict[str, str], bytes]


def of_response(functions: Functions) -> dict[str, Callable[..., Any]]:
    """Replacements for moto's LambdaResponse."""

    def invoke(self: Any) -> Answer:
        body = self.body.encode() if isinstance(self.body, str) else (self.body or b"")
        kind = self.headers.get("X-Amz-Invocation-Type", "RequestResponse")
        _check_size(body, kind)
        for header, parameter in NOT_MODELLED.items():
            if self.headers.get(header):
                raise invalid(
                    f"the lab does not model {parameter}: leave it out, got "
                    f"{self.headers[header]!r}"
                )
        named = unquote(self.path.rsplit("/", 2)[-2])
        qualifier = self.querystring.get("Qualifier", [None])[0]
        function, arn = resolve(self.backend, named, qualifier)
        if kind == "DryRun":
            return _accepted(204)
        request_id = str(mock_random.uuid4())
        if kind == "Event":
            start_asynchronous(functions, function, Invocation(_event(body), request_id, arn))
            return _accepted(202)
        context = _client_context(self.headers.get("X-Amz-Client-Context"))
        tail = self.headers.get("X-Amz-Log-Type") == "Tail"
        log = Log(function, request_id) if tail else None
        outcome = functions.run(function, Invocation(_event(body), request_id, arn, context, log))
        headers = {
            "content-type": "application/json",
            "x-amz-executed-version": str(function.version),
        }
        if outcome.failed:
            headers["x-amz-function-error"] = "Unhandled"
        if log is not None:
            headers["x-amz-log-result"] = log.result(outcome.payload if outcome.failed else None)
        return 200, headers, outcome.payload

    def invoke_async(self: Any) -> Answer:
        body = self.body.encode() if isinstance(self.body, str) else (self.body or b"")
        _check_size(body, "InvokeAsync")
        named = unquote(self.path.rstrip("/").rsplit("/", 2)[-2])
        function, arn = resolve(self.backend, named, None)
        request_id = str(mock_random.uuid4())
        start_asynchronous(functions, function, Invocation(_event(body), request_id, arn))
        return _accepted(202)

    return {"invoke": invoke, "invoke_async": invoke_async}


def _accepted(status: int) -> Answer:
    return status, {"status": str(status)}, b""  # moto's dispatch reads the status there


def of_function(functions: Functions) -> dict[str, Callable[..., Any]]:
    """Replacements for moto's LambdaFunction, which moto's other services invoke."""

    def invoke(self: Any, body: Any, request: Any, response: Any) -> str:
        outcome = run(self, json.loads(body) if body else {})
        if outcome.failed:
            response["x-amz-function-error"] = "Unhandled"
        return outcome.payload.decode(errors="replace")

    def invoke_lambda(self: Any, event: Any = None) -> tuple[str, bool, str]:
        outcome = run(self, event)
        return outcome.payload.decode(errors="replace"), outcome.failed, ""

    def run(function: Any, event: Any) -> Outcome:
        request_id = str(mock_random.uuid4())
        return functions.run(function, Invocation(event, request_id, function.function_arn))

    return {"invoke": invoke, "_invoke_lambda": invoke_lambda}


def start_asynchronous(functions: Functions, function: Any, invocation: Invocation) -> None:
    """Accept an event, and bring it to its end in a thread of the clock."""
    functions.clock.start(
        asynchronous.process,
        functions.run,
        function,
        invocation,
        name=at_work("lambda", function.function_name),
        background=True,
    )


def resolve(backend: Any, named: str, qualifier: str | None) -> tuple[Any, str]:
    """The version of a function that a request names, and the ARN that the handler is told."""
    found = NAME.fullmatch(named)
    if found is None:
        raise refusal(
            400,
            "ValidationException",
            f"1 validation error detected: Value '{named}' at 'functionName' failed to satisfy "
            f"constraint: Member must satisfy regular expression pattern: {NAME.pattern}",
        )
    if found["region"] and found["region"] != backend.region_name:
        raise refusal(
            404,
            "ResourceNotFoundException",
            f"Functions from '{found['region']}' are not reachable in this region "
            f"('{backend.region_name}')",
        )
    if found["qualifier"] and qualifier and found["qualifier"] != qualifier:
        raise invalid(
            "The derived qualifier from the function name does not match the specified qualifier."
        )
    name, qualifier = found["name"], found["qualifier"] or qualifier
    function = backend.get_function(name, qualifier)
    arn = backend.get_function(name).function_arn
    if qualifier is None:
        return function, arn
    return _routed(backend, function, name, qualifier), f"{arn}:{qualifier}"


def _routed(backend: Any, function: Any, name: str, qualifier: str) -> Any:
    """The version that an alias chooses for this invocation."""
    from moto.awslambda.exceptions import UnknownAliasException

    try:
        alias = backend.get_alias(qualifier, name)
    except UnknownAliasException:
        return function
    weights = (alias.routing_config or {}).get("AdditionalVersionWeights") or {}
    draw = mock_random.random() if weights else 1.0
    for version, weight in weights.items():
        if draw < weight:
            return backend.get_function(name, version)
        draw -= weight
    return function


def _check_size(body: bytes, kind: str) -> None:
    limit = LIMITS.get(kind)
    if limit is not None and len(body) > limit:
        raise refusal(
            413,
            "RequestEntityTooLargeException",
            f"{len(body)} byte payload is too large for the {kind} invocation type (limit {limit} "
            "bytes)",
        )


def _client_context(header: str | None) -> str | None:
    if not header:
        return None
    try:
        text = base64.b64decode(header, validate=True).decode()
        json.loads(text)
    except ValueError as error:
        message = f"Client context must be a valid Base64-encoded JSON object: {error}"
        raise refusal(400, "InvalidRequestContentException", message) from None
    return text


def _event(body: bytes) -> Any:
    try:
        return json.loads(body) if body else {}
    except ValueError as error:
        message = f"Could not parse request body into json: {error}"
        raise refusal(400, "InvalidRequestContentException", message) from None

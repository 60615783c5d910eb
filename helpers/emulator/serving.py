"""What the lab asks of moto: to open its services, corrected, and to answer a request.

Nothing outside this folder imports moto.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import moto
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto import backend_index, backends
from moto.core import DEFAULT_ACCOUNT_ID, base_backend, botocore_stubber, models
from moto.core.base_backend import BackendDict
from moto.core.config import DefaultConfig
from moto.core.exceptions import HTTPException
from moto.moto_api._internal import mock_random

from helpers.clock import swapped
from helpers.emulator import constraints, opening
from helpers.emulator.arrivals import understood
from helpers.emulator.failures import EmulatorError, is_meant_for_the_reader
from helpers.emulator.guard import replaced
from helpers.emulator.speed import normalized, raw_url
from helpers.emulator.sqs.empty_poll import empty_poll
from helpers.emulator.sqs.queue import CorrectedQueue

Answer = tuple[int, Any, Any]  # HTTP status, headers, body

RECEIVE = ("AmazonSQS.ReceiveMessage", b"AmazonSQS.ReceiveMessage")
BOTOCORE_NAMES = {"awslambda": "lambda"}  # of services that moto calls otherwise
# Without it, the executions of workflows do nothing.
MOTO: DefaultConfig = {"stepfunctions": {"execute_state_machine": True}}
# moto registers each of its 180 addresses seven times for callers that use `requests` instead of
# boto3, which takes half of a lab's opening. What is left of it refuses such a caller.
NO_ADDRESSES = SimpleNamespace(backend_url_patterns=[])
_real_urandom = os.urandom
_services: list[Any] = vars(BackendDict)["_instances"]  # every service's backends, by account


class NotEmulated(LookupError):
    """Nothing in this process answers for an address."""


@contextlib.contextmanager
def opened(
    send: Callable[[AWSPreparedRequest], AWSResponse],
    *,
    observe: Callable[..., None],
    missing: Callable[..., bool],
) -> Iterator[None]:
    """Start moto, corrected, with botocore's requests passed to `send` in moto's place.

    Parameters
    ----------
    observe : callable
        Is told what SQS does with each message, see `CorrectedQueue.observe`.
    missing : callable
        Says whether a server of SQS is missing just now, see `CorrectedQueue.missing`.
    """

    def intercept(_: Any, event_name: str, request: AWSPreparedRequest, **__: Any) -> AWSResponse:
        return send(request)

    with contextlib.ExitStack() as undo:
        beside = opening.is_corrected()
        mock = moto.mock_aws(config=MOTO)
        with swapped(models, {"backend_index": NO_ADDRESSES}):
            mock.start()
        undo.callback(mock.stop)
        if beside:  # moto empties its services for the first lab alone
            for service in _services:
                for part in _parts(service):
                    part.clear()
        else:  # a lab beside another finds it corrected
            undo.enter_context(opening.corrected())
        told = {"observe": observe, "missing": staticmethod(missing)}
        undo.enter_context(replaced(CorrectedQueue, told))
        # botocore calls every before-send handler, so one beside moto's would handle a request
        # twice: ours stands in moto's place. And moto names its backends when it first loads
        # them, once per process and not per lab, so these names must not be seeded.
        undo.enter_context(swapped(botocore_stubber.BotocoreStubber, {"__call__": intercept}))
        real_ids = {"uuid4": lambda: UUID(bytes=_real_urandom(16), version=4)}
        undo.enter_context(swapped(base_backend, real_ids))
        yield


def seed(number: int) -> None:
    """Let moto's own draws, its ids among them, begin at a seed."""
    mock_random.seed(number)


@contextlib.contextmanager
def set_aside() -> Iterator[None]:
    """Empty moto's services for a while, and give them back as they were, ids included."""
    draws = mock_random.getstate()
    services = list(_services)
    parts = [part for service in services for part in _parts(service)]
    held = [dict(part) for part in parts]
    for part in parts:
        part.clear()
    try:
        yield
    finally:
        for service in _services:
            for part in _parts(service):
                part.clear()
        _services[:] = services
        for part, before in zip(parts, held, strict=True):
            part.update(before)
        mock_random.setstate(draws)


def _parts(service: BackendDict[Any]) -> list[dict[Any, Any]]:
    """The accounts of one of moto's services, and what it keeps for all of them.

    S3 keeps the names of all buckets, which are one space.
    """
    return [service, *(value for value in vars(service).values() if isinstance(value, dict))]


class Moto:
    """Hands a request to the part of moto that handles its address.

    moto's own stubber looks through every service's patterns for each request, which costs as much
    as handling it; the lab remembers what it found.

    Raises
    ------
    NotEmulated
        If no service of moto has the address.
    """

    def __init__(self, region: str) -> None:
        self._region = region
        self._handlers: dict[str, tuple[str, Callable[..., Answer] | None]] = {}

    def __call__(self, request: AWSPreparedRequest) -> Answer:
        url = request.url.partition("?")[0]
        found = self._handlers.get(url)
        if found is None:
            found = self._handlers[url] = self._find(url)
        service, handler = found
        try:
            return self._answer(service, handler, request)
        except HTTPException as error:
            return error.code or 500, error.get_headers(), error.get_body()
        except Exception as error:
            if is_meant_for_the_reader(error):
                raise
            raise _broken(service, request, error) from error

    def _answer(
        self, service: str, handler: Callable[..., Answer] | None, request: AWSPreparedRequest
    ) -> Answer:
        refused = _refused(service, request)
        if refused is not None:
            return refused
        if handler is None:
            raise _not_emulated(request.url)
        here = f".{self._region}." in request.url  # other regions may have a queue of this name
        polls = here and request.headers.get("X-Amz-Target") in RECEIVE
        if polls and (answer := empty_poll(request.body, self._region)) is not None:
            return answer
        arrived = normalized(request)
        return handler(arrived, raw_url(request, arrived), arrived.headers)

    def _find(self, url: str) -> tuple[str, Callable[..., Answer] | None]:
        """The service of an address, and what answers there, unless a name in it is not valid."""
        found: tuple[str, None] | None = None
        for service, pattern in backend_index.backend_url_patterns:
            if not pattern.match(url):
                continue
            opening.correct(service)
            regions = _backend(service, url)[DEFAULT_ACCOUNT_ID]
            backend = regions[self._region if self._region in regions else "aws"]
            name = BOTOCORE_NAMES.get(service, service)
            for address, handler in backend.urls.items():
                if re.match(address, url):
                    return name, handler
            found = found or (name, None)
        if found is None:
            raise _not_emulated(url)
        return found


def _backend(service: str, url: str) -> BackendDict[Any]:
    """A service of moto's, which is imported when it is first asked for."""
    try:
        return backends.get_backend(service)
    except ModuleNotFoundError as error:
        raise NotEmulated(
            f"nothing in this process answers for {url}: moto's part for {service} needs the "
            f"package {error.name!r}, which is not installed here. Install it beside moto, or "
            "leave the call out."
        ) from error


def _not_emulated(url: str) -> NotEmulated:
    return NotEmulated(
        f"nothing in this process answers for {url}. A client made with endpoint_url, or for a "
        "service that moto does not have, does not work in a lab."
    )


def _refused(service: str, request: AWSPreparedRequest) -> Answer | None:
    """The service's answer to a call that its API model does not allow."""
    arrival = understood(service, request) if service in constraints.SERVICES else None
    refusal = arrival and constraints.refusal(arrival)
    return constraints.answer(refusal, arrival.protocol) if arrival and refusal else None


def _broken(service: str, request: AWSPreparedRequest, error: Exception) -> EmulatorError:
    try:
        arrival = understood(service, request)
        operation = arrival.model.name if arrival else f"{request.method} {request.url}"
        parameters = tuple(arrival.read()) if arrival else ()
    except Exception:  # whatever it is, the first error says more
        operation, parameters = f"{request.method} {request.url}", ()
    return EmulatorError(service, operation, parameters, error)

"""Moto in this process: what stands behind every boto3 client while a lab is open.

What keeps the reader's accounts out of reach stands in `helpers.accounts`.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import UUID

import boto3
import botocore.loaders
import botocore.session
import moto
from botocore.awsrequest import AWSPreparedRequest
from botocore.client import BaseClient
from botocore.signers import RequestSigner
from botocore.useragent import UserAgentString
from moto import backend_index, backends
from moto.core import DEFAULT_ACCOUNT_ID, base_backend, botocore_stubber, models
from moto.core.base_backend import BackendDict
from moto.core.exceptions import HTTPException
from moto.moto_api._internal import mock_random

from helpers import emulator, faults
from helpers.accounts import REGION, RealNetworkRefused, environment
from helpers.answers import Answer
from helpers.emulator.guard import as_it_came, replaced
from helpers.emulator.speed import normalized
from helpers.emulator.sqs_poll import empty_poll
from helpers.emulator.sqs_queue import CorrectedQueue
from helpers.wire import Wire

if TYPE_CHECKING:
    from helpers.emulator.functions import Functions

RECEIVE = ("AmazonSQS.ReceiveMessage", b"AmazonSQS.ReceiveMessage")
MOTO = {"stepfunctions": {"execute_state_machine": True}}  # else its executions do nothing
# moto registers each of its 180 addresses seven times for callers that use `requests` in place of
# boto3, which takes half of a lab's opening. What is left of it refuses such a caller.
NO_ADDRESSES = SimpleNamespace(backend_url_patterns=[])
_in_process: list[InProcess] = []  # the open ones, the last made last
_real_urandom = os.urandom
_real_api_call = BaseClient._make_api_call
_real_sign = RequestSigner.sign
_real_user_agent = UserAgentString.to_string


def _sign(signer: RequestSigner, operation_name: str, request: Any, **options: Any) -> None:
    """Name the caller, and leave out the signature: nobody here checks it, and it costs a quarter
    of a call. moto reads the account and the region in this header.
    """
    if f".{signer.region_name}." not in request.url:  # a global service, signed for its own region
        return _real_sign(signer, operation_name, request, **options)
    key = signer._credentials.access_key if signer._credentials else "lab"
    scope = f"{key}/20261102/{signer.region_name}/{signer.signing_name}/aws4_request"
    request.headers["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none"
    )


@functools.cache
def _loader() -> botocore.loaders.Loader:
    return botocore.loaders.create_loader()


def _session() -> boto3.Session:
    """A default session that has not read anything yet but botocore's own API models.

    These are read once for all labs of a process: a lesson opens dozens.
    """
    core = botocore.session.Session()
    core.register_component("data_loader", _loader())
    session = boto3.Session(botocore_session=core)
    paths = _loader().search_paths
    paths[:] = dict.fromkeys(paths)  # boto3 adds its own with each session
    return session


def _user_agent(self: UserAgentString) -> str:
    """Say what runs here once for each client, not twice for each request."""
    said = vars(self).get("_said")
    if said is None:
        said = self._said = _real_user_agent(self)
    return said


class InProcess:
    """Every boto3 client talks to moto, through `wire`, until this is closed.

    Parameters
    ----------
    visit : callable
        Gives the context in which a call from outside a run takes place.
    """

    def __init__(
        self, wire: Wire, visit: Callable[[], contextlib.AbstractContextManager[Any]]
    ) -> None:
        self._wire, self._visit = wire, visit
        self._functions: Functions | None = None
        self._undo = contextlib.ExitStack()
        try:
            self._open()
        except BaseException:
            self._undo.close()
            raise
        _in_process.append(self)

    def _open(self) -> None:
        wire, visit = self._wire, self._visit
        mock = moto.mock_aws(config=MOTO)
        with replaced(models, {"backend_index": NO_ADDRESSES}):
            mock.start()
        self._undo.callback(mock.stop)
        if _in_process:  # beside another lab: moto empties its services for the first one alone
            for service in BackendDict._instances:
                service.clear()
        self._undo.enter_context(environment())
        if not emulator.is_corrected():  # a lab beside another finds it corrected
            self._undo.enter_context(emulator.corrected())

        told = {"observe": wire.observe, "missing": staticmethod(faults.server_is_missing)}
        self._undo.enter_context(replaced(CorrectedQueue, told))

        def intercept(_: Any, event_name: str, request: AWSPreparedRequest, **__: Any) -> Any:
            return wire.send(request)

        def api_call(client: BaseClient, operation: str, params: dict[str, Any]) -> Any:
            if client.meta.service_model.service_name == "lambda":
                self.functions()
            if wire.clock.task() is not None:
                return wire.api_call(_real_api_call, client, operation, params)
            with visit():
                return wire.api_call(_real_api_call, client, operation, params)

        # botocore calls every before-send handler, so one beside moto's would handle a request
        # twice: the wire stands in moto's place.
        for owner, name, replacement in (
            (botocore_stubber.BotocoreStubber, "__call__", intercept),
            (BaseClient, "_make_api_call", api_call),
            (RequestSigner, "sign", _sign),
            (UserAgentString, "to_string", _user_agent),
            # moto names its backends when it first loads them: once per process, not per lab.
            (base_backend, "uuid4", lambda: UUID(bytes=_real_urandom(16), version=4)),
            (boto3, "DEFAULT_SESSION", _session()),
        ):
            self._undo.callback(setattr, owner, name, getattr(owner, name))
            setattr(owner, name, replacement)

    def functions(self) -> Functions:
        """The lab's Lambda functions. The first call opens the corrections of Lambda.

        They belong to one lab, unlike those of other services: a handler runs on its clock.
        """
        if self._functions is None:
            from helpers.emulator import functions  # brings in much of moto, so only when needed

            made = functions.Functions(self._wire.clock)
            self._undo.enter_context(functions.corrections(made))
            self._functions = made
        return self._functions

    def deploy(self, name: str, handler: Callable[..., Any], **settings: Any) -> str:
        """Create a Lambda function that runs `handler` in this process. Returns its ARN."""
        functions = self.functions()
        with self._visit():
            return functions.deploy(name, handler, region=REGION, **settings)

    def close(self) -> None:
        """Put everything back."""
        _in_process[:] = [other for other in _in_process if other is not self]
        self._undo.close()


@contextlib.contextmanager
def set_aside() -> Iterator[None]:
    """Empty moto's services for a while, and give them back as they were, ids included."""
    draws = mock_random.getstate()
    services = list(BackendDict._instances)
    accounts = [dict(service) for service in services]
    for service in services:
        service.clear()
    try:
        yield
    finally:
        for service in BackendDict._instances:
            service.clear()
        BackendDict._instances[:] = services
        for service, held in zip(services, accounts, strict=True):
            service.update(held)
        mock_random.setstate(draws)


@contextlib.contextmanager
def uncorrected() -> Iterator[None]:
    """moto as it comes, for the length of the block: to show what the corrections change.

    For a lab that is open and has made nothing yet, but for what ``deploy`` made.
    """
    emulator.correct_all()  # none must open inside the block
    for lab in _in_process[-1:]:
        lab.functions()
    with as_it_came():
        yield


class Moto:
    """Hands a request to the part of moto that handles its address.

    moto's own stubber looks through every service's patterns for each request, which costs as much
    as handling it; the lab remembers what it found.
    """

    def __init__(self) -> None:
        self._handlers: dict[str, Callable[..., Answer]] = {}

    def __call__(self, request: AWSPreparedRequest) -> Answer:
        here = f".{REGION}." in request.url  # another region may have a queue of the same name
        polls = here and request.headers.get("X-Amz-Target") in RECEIVE
        if polls and (answer := empty_poll(request.body, REGION)) is not None:
            return answer
        url = request.url.partition("?")[0]
        handler = self._handlers.get(url)
        if handler is None:
            handler = self._handlers[url] = self._find(url)
        arrived = normalized(request)
        try:
            return handler(arrived, arrived.raw_url, arrived.headers)
        except HTTPException as error:
            return error.code, error.get_headers(), error.get_body()

    @staticmethod
    def _find(url: str) -> Callable[..., Answer]:
        for service, pattern in backend_index.backend_url_patterns:
            if not pattern.match(url):
                continue
            emulator.correct(service)
            regions = backends.get_backend(service)[DEFAULT_ACCOUNT_ID]
            backend = regions[REGION if REGION in regions else "aws"]
            for address, handler in backend.urls.items():
                if re.match(address, url):
                    return handler
        raise RealNetworkRefused(
            f"nothing in this process answers for {url}. A client made with endpoint_url, or for a "
            "service that moto does not have, does not work in a lab."
        )

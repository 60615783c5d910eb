"""Moto in this process: what stands behind every boto3 client while a lab is open.

What keeps the reader's accounts out of reach is in `helpers.wire.accounts`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import boto3
from botocore.awsrequest import AWSPreparedRequest
from botocore.client import BaseClient
from botocore.signers import RequestSigner
from botocore.useragent import UserAgentString

from helpers import faults
from helpers.clock import Clock, swapped
from helpers.emulator import happenings, marks, notices, opening, servers, serving
from helpers.trace import Trace
from helpers.wire.accounts import REGION, RealNetworkRefused, environment
from helpers.wire.attempts import Call
from helpers.wire.calls import Wire
from helpers.wire.modelled import admit
from helpers.wire.notices import Notices
from helpers.wire.observer import Observer
from helpers.wire.session import new_session, shared

if TYPE_CHECKING:
    from helpers.emulator.lambda_.functions import Functions

# Services whose signature is more than a name: S3's says how the body is framed. A global service,
# whose address has no region, is signed for a region of its own.
SIGNED = {"s3", "s3express", "s3-object-lambda", "s3-outposts"}

_in_process: list[InProcess] = []  # the open ones, the last made last
real_api_call = BaseClient._make_api_call  # before any lab
_real_sign = RequestSigner.sign
_real_user_agent = UserAgentString.to_string


def _sign(
    signer: RequestSigner,
    operation_name: str,
    request: Any,
    region_name: str | None = None,
    signing_type: str = "standard",
    *options: Any,
    **named: Any,
) -> None:
    """Name the caller, and leave out the signature: nobody here checks it, and it costs a quarter
    of a call. moto reads the account and the region in this header.

    A URL that is signed to be sent later carries its signature in the query, as on AWS.
    """
    ours = f".{signer.region_name}." in request.url and signing_type == "standard"
    if signer.signing_name in SIGNED or not ours:
        _real_sign(signer, operation_name, request, region_name, signing_type, *options, **named)
        return
    key = signer._credentials.access_key if signer._credentials else "lab"
    scope = f"{key}/20261102/{signer.region_name}/{signer.signing_name}/aws4_request"
    request.headers["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none"
    )


def _user_agent(self: UserAgentString) -> str:
    """Say what runs here once for each client, not twice for each request."""
    said: str | None = vars(self).get("_said")
    if said is None:
        said = self._said = _real_user_agent(self)
    return said


class InProcess:
    """Every boto3 client talks to moto, in this process, until this is closed.

    Parameters
    ----------
    seed : int
        Where moto's own draws begin.
    visit : callable
        Gives the context in which a call from outside a run takes place.
    """

    def __init__(
        self,
        clock: Clock,
        trace: Trace,
        *,
        seed: int,
        visit: Callable[[], contextlib.AbstractContextManager[Any]],
    ) -> None:
        self._clock, self._visit = clock, visit
        self._functions: Functions | None = None
        serving.seed(seed)
        self._undo = contextlib.ExitStack()
        try:
            self._open(Observer(clock, trace))
        except BaseException:
            self._undo.close()
            raise
        _in_process.append(self)

    def _open(self, observer: Observer) -> None:
        visit, moto = self._visit, serving.Moto(REGION)

        def serve(request: AWSPreparedRequest, _: Call) -> serving.Answer:
            try:
                return moto(request)
            except serving.NotEmulated as error:
                raise RealNetworkRefused(str(error)) from None

        told = Notices(observer)
        wire = Wire(observer, serve, lambda call: admit(call, observer, told))
        self.servers = servers.Servers(observer.posted)

        def api_call(client: BaseClient, operation: str, params: dict[str, Any]) -> Any:
            if client.meta.service_model.service_name == "lambda":
                self.functions()
            if observer.clock.task() is not None:
                return wire.api_call(real_api_call, client, operation, params)
            with visit():
                return wire.api_call(real_api_call, client, operation, params)

        open_now = self._undo.enter_context
        open_now(
            serving.opened(wire.send, observe=observer.observe, missing=faults.server_is_missing)
        )
        open_now(servers.opened(self.servers))
        open_now(notices.opened(told.tell))
        open_now(happenings.opened(observer.happened))
        open_now(marks.opened(observer.mark))
        open_now(environment())
        open_now(swapped(BaseClient, {"_make_api_call": api_call}))
        open_now(swapped(RequestSigner, {"sign": _sign}))
        open_now(swapped(UserAgentString, {"to_string": _user_agent}))
        open_now(shared())
        open_now(swapped(boto3, {"DEFAULT_SESSION": new_session()}))

    def functions(self) -> Functions:
        """The lab's Lambda functions. The first call opens the corrections of Lambda.

        They belong to one lab, unlike those of other services: a handler runs on its clock.
        """
        if self._functions is None:
            from helpers.emulator.lambda_.corrections import corrections
            from helpers.emulator.lambda_.functions import Functions

            made = Functions(self._clock)
            self._undo.enter_context(corrections(made))
            self._functions = made
        return self._functions

    def deploy(self, name: str, handler: Callable[..., Any], **settings: Any) -> str:
        """Create a Lambda function that runs `handler` in this process. Returns its ARN."""
        functions = self.functions()
        with self._visit():
            return functions.deploy(name, handler, region=REGION, **settings)

    def bus_waits_at_most(self, seconds: float) -> None:
        """Let EventBridge wait about so long at most between two tries."""
        from helpers.emulator.events.retries import wait_at_most

        wait_at_most(seconds)

    def serve(self, url: str, handler: servers.Handler) -> None:
        """Let a function of the reader's answer at a web address."""
        self.servers.serve(url, handler)

    def settle(self) -> None:
        """Nothing is left to be written: the emulator tells all at once."""

    def close(self) -> None:
        """Put everything back."""
        _in_process[:] = [other for other in _in_process if other is not self]
        self._undo.close()


@contextlib.contextmanager
def uncorrected() -> Iterator[None]:
    """moto as it comes, for the length of the block: to show what the corrections change.

    For a lab that is open and has made nothing yet, but for what ``deploy`` made.
    """
    for lab in _in_process[-1:]:
        lab.functions()
    with opening.uncorrected():
        yield

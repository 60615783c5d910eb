"""An endpoint behind every boto3 client while a lab is open: an emulator's server, or AWS itself.

The same hooks as for the emulator in this process: a call's attempts meet the open faults and leave
their rows in the trace. What is sent is looked at once more (`helpers.wire.way_out`), what is
answered is read (`helpers.wire.read_off`), and what is made is kept, so that it can be removed
again (`helpers.account`).
"""

from __future__ import annotations

import contextlib
import math
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from threading import Lock, local
from typing import Any
from weakref import WeakSet

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError

from helpers.account.allowed import refuse_beyond
from helpers.account.keeping import Keeper
from helpers.clock import WallClock, swapped
from helpers.emulator.serving import Answer
from helpers.trace import Handling, Trace
from helpers.wire.accounts import environment
from helpers.wire.answers import Body
from helpers.wire.attempts import LONGEST_POLL, Call
from helpers.wire.calls import Wire, WireError
from helpers.wire.deployed import deploy
from helpers.wire.in_process import real_api_call
from helpers.wire.long_polls import receive, within_run
from helpers.wire.observer import Observer
from helpers.wire.read_off import Other, ReadOff
from helpers.wire.way_out import WayOut

RECEIVE = ("sqs", "ReceiveMessage")
TURN = 2  # seconds
LACKING = (
    "The emulator at this endpoint does not know that. Unset AWS_ENDPOINT_URL, and the lab has an "
    "emulator in this process; or leave the call out."
)


class OnEndpoint:
    """Every boto3 client talks to an endpoint, through the lab, until this is closed.

    Parameters
    ----------
    way_out : WayOut
        Sends what may be sent.
    settings : mapping
        The process's AWS settings while this is open, see `helpers.wire.accounts.environment`.
    keep : callable
        Makes the keeper of what is made, from a function that gives clients of its own by service.
    calls : int
        So many calls at most.
    seconds : float
        So long at most, from now on.
    is_emulator : bool
        Whether calls cost nothing. A long poll is then asked for in turns of `TURN` seconds, so
        that a run can end at any time; and that all is removed at the end is not worth a word.
    visit : callable
        Gives the context in which a call from outside a run takes place.
    """

    def __init__(
        self,
        clock: WallClock,
        trace: Trace,
        *,
        way_out: WayOut,
        settings: Mapping[str, str],
        keep: Callable[[Callable[[str], Any]], Keeper],
        calls: int,
        seconds: float,
        is_emulator: bool,
        visit: Callable[[], contextlib.AbstractContextManager[Any]],
    ) -> None:
        self.clock, self._visit, self._way_out = clock, visit, way_out
        self._most, self._seconds, self._is_emulator = calls, seconds, is_emulator
        self._turn = TURN if is_emulator else LONGEST_POLL
        self._observer = Observer(clock, trace)
        self._read_off = ReadOff(clock.epoch_ns / 1e9)
        self._hooked: WeakSet[BaseClient] = WeakSet()
        self._mine: WeakSet[BaseClient] = WeakSet()  # clients for the lab's own use
        self._clients: dict[tuple[str, str | None], BaseClient] = {}
        self._house = local()  # its attribute `kept` is true in a thread whose call is the lab's
        self._count, self._counting = 0, Lock()
        self._open = True
        self._undo = contextlib.ExitStack()
        try:
            self._undo.callback(way_out.close)
            self._undo.enter_context(environment(settings))
            self._undo.enter_context(swapped(BaseClient, {"_make_api_call": self._caller()}))
            self._undo.enter_context(swapped(boto3, {"DEFAULT_SESSION": boto3.Session()}))
            self._keeper = keep(self.client)
            self._wire = Wire(
                self._observer,
                self._serve,
                self._admit,
                heard=self._heard,
                shown=self._keeper.names.shown,
            )
            # The first client of a session reads what all share, which threads must not do at once.
            boto3.client("sqs")
        except BaseException:
            self._undo.close()
            raise

    def _caller(self) -> Callable[..., Any]:
        def api_call(client: BaseClient, operation: str, params: dict[str, Any]) -> Any:
            if client not in self._hooked:
                client.meta.events.register(
                    "before-send", self._intercept, unique_id=f"lab-{id(self)}"
                )
                self._hooked.add(client)
            if client in self._mine:
                with self._keeping_house():
                    return real_api_call(client, operation, params)
            if self.clock.task() is not None:
                return self._call(client, operation, params)
            with self._visit():
                return self._call(client, operation, params)

        return api_call

    def _call(self, client: BaseClient, operation: str, params: dict[str, Any]) -> Any:
        if (client.meta.service_model.service_name, operation) != RECEIVE:
            return self._send(client, operation, params)
        task, send = self.clock.task(), partial(self._send, client, operation)
        return receive(send, params, self.clock, self._turn, lambda: bool(task and task.stopping))

    def _send(self, client: BaseClient, operation: str, params: dict[str, Any]) -> Any:
        with self._counting:
            self._count += 1
        if not self._is_emulator:
            refuse_beyond(client.meta.service_model.service_name, operation, params)
        try:
            return self._keeper.call(self._make, client, operation, params)
        except ClientError as error:
            if self._is_emulator and is_lacking(error):
                error.args = (f"{error} {LACKING}",)
            raise

    def _make(self, client: BaseClient, operation: str, params: dict[str, Any]) -> Any:
        if (client.meta.service_model.service_name, operation) == RECEIVE:
            params = within_run(params, self.clock)
        return self._wire.api_call(real_api_call, client, operation, params)

    def _admit(self, call: Call) -> None:
        if self._count > self._most:
            raise WireError(
                f"{call.service}.{call.operation} would be call {self._most + 1:,} of this lab, "
                f"which makes {self._most:,} at most. Lab(calls=…) allows more."
            )
        if self.clock.now > self._seconds:
            raise WireError(
                f"this lab was opened {self.clock.now / 60:.0f} minutes ago, and makes calls for "
                f"{self._seconds / 60:.0f}. Open a new one."
            )

    # -- the wire

    def _intercept(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse | None:
        if not self._open:
            return None  # a client that has outlived its lab: botocore's own way is shut
        if not self._keeps_house():
            return self._wire.send(request)
        status, headers, body = self._way_out(request, 5, 60)
        return AWSResponse(request.url, status, headers, Body(body))

    def _serve(self, request: AWSPreparedRequest, call: Call) -> Answer:
        read = None if call.read_timeout == math.inf else call.read_timeout
        return self._way_out(request, call.connect_timeout, read)

    def _heard(self, call: Call, answer: Answer, sent: float) -> tuple[list[Handling], float]:
        now = self.clock.now
        if call.service != "sqs":
            return [], now
        seen = self._read_off.handled(call.operation, call.resource, call.params, answer, sent, now)
        self._write(seen.others)
        return seen.own, seen.done

    def settle(self) -> None:
        """Write down what no call of this lab has done: what services have put in queues."""
        self._write(self._read_off.unclaimed())

    def _write(self, others: list[Other]) -> None:
        for other in others:
            self._observer.own_row(other.moment, other.queue, (other.handling,))

    # -- keeping house: calls that are no part of the lesson

    def client(self, service: str, region: str | None = None) -> Any:
        """A client for the lab's own use: its calls are in no trace, and meet no fault."""
        if (service, region) not in self._clients:
            config = Config(connect_timeout=5, retries={"mode": "standard", "max_attempts": 5})
            client = boto3.client(service, region_name=region, config=config)
            self._clients[service, region] = client
            self._mine.add(client)
        return self._clients[service, region]

    @contextlib.contextmanager
    def _keeping_house(self) -> Iterator[None]:
        before, self._house.kept = self._keeps_house(), True
        try:
            yield
        finally:
            self._house.kept = before

    def _keeps_house(self) -> bool:
        return getattr(self._house, "kept", False)

    # -- what a lab asks of what stands behind it

    def deploy(
        self,
        name: str,
        handler: Callable[..., Any],
        *,
        timeout: int,
        memory: int,
        cold_start: float,
    ) -> str:
        """Make a real function of `handler`, from a deployment package. Returns its ARN."""
        if cold_start:
            sys.stderr.write(
                f"lab: {name}: cold_start={cold_start!r} is left out: a function starts as fast "
                "as the service that runs it\n"
            )
        return deploy(name, handler, role=self._keeper.role, timeout=timeout, memory=memory)

    def bus_waits_at_most(self, seconds: float) -> None:
        """Refused: how long EventBridge waits is up to who runs it."""
        raise WireError("how long a bus waits between two tries can be set in this process alone")

    def serve(self, url: str, handler: Callable[..., Any]) -> None:
        """Refused: a service elsewhere cannot call a function of this process."""
        raise WireError(
            f"nothing answers at {url} for a service that runs elsewhere: lab.serve works with the "
            "emulator in this process alone"
        )

    def close(self) -> None:
        """Remove what was made, and put everything back."""
        said: list[str] = []
        try:
            done = self._keeper.remove_all(said.append)
        except KeyboardInterrupt:
            print("Interrupted: not all is removed. Close the lab again: lab.close()")
            raise
        if not self._is_emulator or any(removal.error for removal in done):
            print(*said, sep="\n")
        self._open = False
        self._undo.close()


def is_lacking(error: ClientError) -> bool:
    """Whether a server says that it does not know the operation, or the service."""
    code = error.response["Error"]["Code"]
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    known = ("InvalidAction", "UnknownOperation", "NotImplemented", "UnsupportedOperation")
    return status == 501 or code == "404" or any(word in code for word in known)

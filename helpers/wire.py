"""Where requests pass: botocore's own hook, in moto's place.

One API call is one `Call`; each of botocore's attempts passes here once, meets the faults that are
open, is handled once by the emulator, and leaves one row in the trace.
"""

from __future__ import annotations

import itertools
import math
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import get_ident
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from helpers import faults
from helpers.answers import Answer, Body, error_answer, error_code
from helpers.clock import Clock
from helpers.tasks import Stopped
from helpers.trace import Handling, Trace

LONGEST_POLL = 20  # seconds [API model: ReceiveMessageWaitTimeSeconds, 0 to 20]
TOGETHER = 1e-5  # seconds; moments closer than this are one, as epoch seconds in a float go
RESOURCE_KEYS = (
    "QueueUrl", "QueueName", "TopicArn", "FunctionName", "TableName", "EventBusName", "Name",
    "stateMachineArn", "name",
)  # fmt: skip


class WireError(RuntimeError):
    """A call that the lab cannot carry out truthfully."""


@dataclass
class Call:
    """One API call, over all its attempts."""

    number: int
    service: str
    operation: str
    params: dict[str, Any]
    resource: str | None
    read_timeout: float  # seconds
    protocol: str
    attempts: int = 0

    @property
    def runs(self) -> bool:
        """Whether the service may be at work for any length of time."""
        return self.operation in ("Invoke", "StartSyncExecution")

    def outlasts(self, delay: float) -> bool:
        """Whether the caller may give up before the answer, with `delay` seconds on the wire."""
        if self.runs:
            return True
        if self.operation == "ReceiveMessage":  # without the parameter, the queue's own setting
            delay += self.params.get("WaitTimeSeconds", LONGEST_POLL)
        return delay >= self.read_timeout


class Wire:
    """Carries requests from botocore to the emulator.

    Parameters
    ----------
    serve : callable
        Handles one request and returns status, headers and body.
    """

    def __init__(
        self, *, clock: Clock, trace: Trace, serve: Callable[[AWSPreparedRequest], Answer]
    ) -> None:
        self.clock, self.trace, self.serve = clock, trace, serve
        self._calls: dict[int, Call] = {}  # by thread
        self._attempts: dict[int, _Attempt] = {}  # by thread, while the service is at work
        self._numbers = itertools.count(1)

    def api_call(
        self, make: Callable[..., Any], client: Any, operation: str, params: dict[str, Any]
    ) -> Any:
        """One call of a client's method. From a cell between runs, time passes for it alone."""
        if (client.meta.config.retries or {}).get("mode") == "adaptive":
            raise WireError(
                "the retry mode 'adaptive' waits on a rate measured in real time and hangs on a "
                "virtual clock; use Config(retries={'mode': 'standard'})"
            )
        task = self.clock.task()
        if task is not None and task.stopping:
            raise Stopped  # what has been killed sends nothing more, not from a `finally` either
        model = client.meta.service_model
        call = Call(
            number=next(self._numbers),
            service=model.service_name,
            operation=operation,
            params=params,
            resource=_resource(params),
            read_timeout=client.meta.config.read_timeout or math.inf,
            protocol=model.resolved_protocol,
        )
        thread = get_ident()
        outer = self._calls.get(thread)
        self._calls[thread] = call
        try:
            return make(client, operation, params)
        finally:
            if outer is None:
                del self._calls[thread]
            else:
                self._calls[thread] = outer

    def send(self, request: AWSPreparedRequest) -> AWSResponse:
        """One attempt of the present call: what botocore's ``before-send`` hook is given."""
        call = self._calls.get(get_ident())
        if call is None:
            raise WireError(f"a request that belongs to no API call reached the lab: {request.url}")
        call.attempts += 1
        attempt = _Attempt(self, call, request)
        try:
            return attempt.run()
        except BaseException as error:  # a worker that was stopped, an interrupted cell
            attempt.outcome = type(error).__name__
            raise
        finally:
            attempt.record()

    def observe(
        self,
        what: str,
        queue: str,
        message: Any,
        at: float,
        receipt: str | None,
        visible_at: float | None,
    ) -> None:
        """Take down what SQS did with a message. Times are epoch seconds.

        It goes into the row of the call that made SQS do so, or into a row of its own when no call
        did: a bus that delivers later, a retention that ended before anybody looked.
        """
        handling = Handling(
            what=what,
            id=message.id,
            body=message.body,
            receipt=receipt,
            receive_count=message.approximate_receive_count or None,
            visible_at=None if visible_at is None else self._virtual(visible_at),
            queue=queue,
        )
        attempt = self._attempts.get(get_ident())
        moment = self._virtual(at)
        if attempt is not None:
            attempt.observed.append((moment, handling))
        else:
            self._record_own(moment, queue, (handling,))

    def _virtual(self, epoch: float) -> float:
        return round(epoch - self.clock.epoch_ns / 1e9, 6)

    def _record_own(
        self, now: float, resource: str | None, handled: tuple[Handling, ...], **of: Any
    ) -> None:
        """A row for what a service did without a call that waits for it."""
        task = self.clock.task()
        self.trace.record_call(
            time=now,
            end=now,
            caller=task.name if task else "cell",
            service=of.get("service", "sqs"),
            operation=of.get("operation"),
            call=None,
            attempt=None,
            outcome="ok",
            processed=now,
            resource=resource,
            messages=handled,
        )


class _Attempt:
    """One request on its way."""

    def __init__(self, wire: Wire, call: Call, request: AWSPreparedRequest) -> None:
        self.wire, self.call, self.request = wire, call, request
        self.start = wire.clock.now
        self.processed: float | None = None
        self.observed: list[tuple[float, Handling]] = []  # what the service did with messages
        self.handled: list[Handling] = []  # what of it belongs to this attempt's row
        self.outcome = "ok"
        self.recorded = False  # the caller has its answer, or has given up

    def run(self) -> AWSResponse:
        exchange = faults.plan(self.call.service, self.call.operation, self.call.resource)
        if exchange.refused:
            _pause(exchange.delay_before)
            raise EndpointConnectionError(
                endpoint_url=self.request.url, error="connection refused (a fault of the lab)"
            )
        if self.call.outlasts(exchange.delay_before + exchange.delay_after):
            status, headers, body = self._at_arms_length(exchange)
        else:
            status, headers, body = self._there_and_back(exchange)
        if exchange.reply_lost:
            _pause(self.start + self.call.read_timeout - self.wire.clock.now)
            raise ReadTimeoutError(endpoint_url=self.request.url)
        if status >= 400 or "x-amz-function-error" in headers:
            self.outcome = error_code(headers, body)
        return AWSResponse(self.request.url, status, headers, Body(body))

    def _there_and_back(self, exchange: faults.Exchange) -> Answer:
        _pause(exchange.delay_before)
        if exchange.error is not None:
            answer = error_answer(self.call.protocol, *exchange.error)
        else:
            answer = self._handle()
        _pause(exchange.delay_after)
        return answer

    def _at_arms_length(self, exchange: faults.Exchange) -> Answer:
        """Let the service work in a thread of its own, so that the caller can give up waiting."""
        answered, answers = threading.Event(), []

        def serve() -> None:
            try:
                answers.append(self._there_and_back(exchange))
            except Exception as error:
                answers.append(error)
            answered.set()

        self.wire.clock.start(
            serve, name=f"{self.call.service}:{self.call.resource}", background=True
        )
        patience = self.call.read_timeout
        if not answered.wait(None if patience == math.inf else patience):
            raise ReadTimeoutError(endpoint_url=self.request.url)
        if isinstance(answers[0], Exception):
            raise answers[0]
        return answers[0]

    def _handle(self) -> Answer:
        wire, task = self.wire, self.wire.clock.task()
        if self.call.runs:
            self.processed = wire.clock.now  # when it was accepted: the caller may never hear more
        serving, task.serving = task.serving, True
        wire._attempts[task.ident] = self
        done = False
        try:
            answer = wire.serve(self.request)
            done = answer[0] < 400
        finally:
            del wire._attempts[task.ident]
            task.serving = serving
            if self.observed:
                self._sort_out(done)
        if not done:
            self.processed = None
        elif self.processed is None:
            self.processed = wire.clock.now
            if self.recorded:
                self.record_late()
        return answer

    def _sort_out(self, done: bool) -> None:
        """What fell due before the answer, in a long poll, or beside a refusal has its own row."""
        now = self.wire.clock.now
        for moment, handling in self.observed:
            if done and abs(moment - now) < TOGETHER:
                self.handled.append(handling)
            elif done or handling.what in ("moved", "expired", "reappeared"):
                self.wire._record_own(moment, handling.queue, (handling,))

    def record(self) -> None:
        call, self.recorded = self.call, True
        self.wire.trace.record_call(
            time=self.start,
            end=self.wire.clock.now,
            caller=self.wire.clock.task().name,
            service=call.service,
            operation=call.operation,
            call=call.number,
            attempt=call.attempts,
            outcome=self.outcome,
            processed=self.processed,
            resource=call.resource,
            messages=tuple(self.handled),
        )

    def record_late(self) -> None:
        """The caller has given up, and the service did it all the same: a row of its own."""
        call = self.call
        self.wire._record_own(
            self.wire.clock.now,
            call.resource,
            tuple(self.handled),
            service=call.service,
            operation=call.operation,
        )


def _pause(seconds: float) -> None:
    if seconds == math.inf:
        threading.Event().wait()
    elif seconds > 0:
        time.sleep(seconds)


def _resource(params: dict[str, Any]) -> str | None:
    """The queue, topic, function, table or bus that a call is about."""
    for key in RESOURCE_KEYS:
        value = params.get(key)
        if isinstance(value, str):
            return re.split(r"[/:]", value)[-1]
    return None

"""One API call and its attempts: each meets the open faults, and leaves a row in the trace.

What answers, an emulator or an endpoint, is asked once for an attempt at most. A caller that may
give up is kept at arm's length: the service works in a thread of its own, and goes on when its
caller has left.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from helpers import faults
from helpers.emulator.moments import TOGETHER
from helpers.emulator.serving import Answer
from helpers.trace import Handling
from helpers.trace.callers import at_work
from helpers.wire.answers import Body, error_answer, error_code
from helpers.wire.observer import Observer
from helpers.wire.said import said

# Operations in which the service may be at work for any length of time, and the long poll.
RUNNING = {("lambda", "Invoke"), ("stepfunctions", "StartSyncExecution")}
POLLING = ("sqs", "ReceiveMessage")
LONGEST_POLL = 20  # seconds [API model: ReceiveMessageWaitTimeSeconds, 0 to 20]


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
    connect_timeout: float | None = None  # seconds
    attempts: int = 0

    @property
    def runs(self) -> bool:
        """Whether the service may be at work for any length of time."""
        return (self.service, self.operation) in RUNNING

    def outlasts(self, delay: float) -> bool:
        """Whether the caller may give up before the answer, with `delay` seconds on the wire."""
        if self.runs:
            return True
        if (self.service, self.operation) == POLLING:
            # Without the parameter, the queue's own setting counts, which may be the longest.
            delay += self.params.get("WaitTimeSeconds", LONGEST_POLL)
        return delay >= self.read_timeout


Serve = Callable[[AWSPreparedRequest, Call], Answer]  # what answers a request
# What reads off an answer what has been done, and when, from when the request was sent.
Hear = Callable[[Call, Answer, float], tuple[list[Handling], float]]


class Attempt:
    """One request on its way."""

    def __init__(
        self,
        observer: Observer,
        serve: Serve,
        call: Call,
        request: AWSPreparedRequest,
        heard: Hear | None = None,
    ) -> None:
        self.observer, self.serve, self.call, self.request = observer, serve, call, request
        self.heard = heard
        self.clock = observer.clock
        self.start = self.clock.now
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
            _pause(self.start + self.call.read_timeout - self.clock.now)
            raise ReadTimeoutError(endpoint_url=self.request.url)
        if status >= 400 or "x-amz-function-error" in headers:
            self.outcome = error_code(status, headers, body)
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
        answered = threading.Event()
        answers: list[Answer | Exception] = []

        def serve() -> None:
            try:
                answers.append(self._there_and_back(exchange))
            except Exception as error:
                answers.append(error)
            answered.set()

        self.clock.start(
            serve, name=at_work(self.call.service, self.call.resource), background=True
        )
        patience = self.call.read_timeout
        if not answered.wait(None if patience == math.inf else patience):
            raise ReadTimeoutError(endpoint_url=self.request.url)
        answer = answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _handle(self) -> Answer:
        task = self.clock.task()
        assert task is not None, "a request comes from a thread of virtual time"
        if self.call.runs:
            self.processed = self.clock.now  # when it was accepted: the caller may never hear more
        serving, task.serving, sent = task.serving, True, self.clock.now
        # A service may ask another one before it answers, in the same thread.
        outer = self.observer.at_work.get(task.ident)
        self.observer.at_work[task.ident] = self.observed
        done = False
        try:
            answer = self.serve(self.request, self.call)
            done = answer[0] < 400
        finally:
            if outer is None:
                del self.observer.at_work[task.ident]
            else:
                self.observer.at_work[task.ident] = outer
            task.serving = serving
            if self.observed:
                self._sort_out(done)
        now = self.clock.now
        if done and self.heard is not None:
            handled, now = self.heard(self.call, answer, sent)
            self.handled += handled
        if not done:
            self.processed = None
        elif self.processed is None:
            self.processed = now
            if self.recorded:
                self.record_late()
        return answer

    def _sort_out(self, done: bool) -> None:
        """What fell due before the answer, in a long poll, or beside a refusal has its own row."""
        now = self.clock.now
        for moment, handling in self.observed:
            if done and abs(moment - now) < TOGETHER:
                self.handled.append(handling)
            elif done or handling.what in ("moved", "expired", "reappeared"):
                self.observer.own_row(moment, handling.queue, (handling,))

    def record(self) -> None:
        call, self.recorded = self.call, True
        words = said(call.service, call.operation, call.params)
        self.observer.trace.record_call(
            time=self.start,
            end=self.clock.now,
            caller=self.observer.caller(),
            service=call.service,
            operation=call.operation,
            call=call.number,
            attempt=call.attempts,
            outcome=self.outcome,
            processed=self.processed,
            resource=call.resource,
            messages=(*words, *self.handled),
        )

    def record_late(self) -> None:
        """The caller has given up, and the service did it all the same: a row of its own."""
        call = self.call
        self.observer.own_row(
            self.clock.now,
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

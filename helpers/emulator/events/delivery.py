"""Deliveries: asynchronous, at least once, each target of each rule by itself.

Statements followed, as of November 2026:

- What is given up goes to the target's dead-letter queue, at once if no retry can mend it, with
  message attributes that say why; without a queue it is dropped (User Guide, "Using dead-letter
  queues to process undelivered events").

How often, how long and with which waits it is tried again is in `retries`. A dead letter is the
event as it was matched, and is sent once: AWS has a metric for those that do not arrive, and
promises no more.
"""

import heapq
import time
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from math import inf
from threading import Condition, Thread
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from helpers.emulator import clients
from helpers.emulator.events import input
from helpers.emulator.events.envelope import Event, text_of
from helpers.emulator.events.retries import AGE, RETRIES, wait_before_retry
from helpers.emulator.events.targets import Failed, Target, invoke, queue_url


@dataclass
class Delivery:
    """One event on its way to one target."""

    target: Target
    event: Event
    rule_arn: str
    rule_name: str
    bus_arn: str
    ingested: float  # epoch seconds
    text: str | None = None  # what the target gets
    attempts: int = 0
    error: tuple[str, str] | None = None  # code and message of the last attempt that failed

    @property
    def retries(self) -> int:
        return int(self.target.get("RetryPolicy", {}).get("MaximumRetryAttempts", RETRIES))

    @property
    def deadline(self) -> float:
        policy = self.target.get("RetryPolicy", {})
        return self.ingested + policy.get("MaximumEventAgeInSeconds", AGE)


class Outbox:
    """The deliveries of one rule to one target: those that are due, and those that wait.

    A call that takes time holds up no other: as long as deliveries are left, a thread watches for
    the moment when the first of them is due. One or two threads wait, each for a moment of its
    own, and there are more only while calls take time.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._deliveries: list[tuple[float, int, Delivery]] = []  # a heap, by when they are due
        self._numbers = count()
        self._changed = Condition()
        self._free = 0  # threads that wait for a delivery, or will in a moment
        self._alarms: list[float] = []  # when those that wait will wake

    def put(self, delivery: Delivery, due: float) -> None:
        """Deliver at `due`, in epoch seconds."""
        with self._changed:
            heapq.heappush(self._deliveries, (due, next(self._numbers), delivery))
            if not self._free:
                self._start()
            elif self._alarms and due < min(self._alarms):
                self._changed.notify()

    def _start(self) -> None:
        self._free += 1
        Thread(target=self._work, name=self._name).start()

    def _work(self) -> None:
        while (delivery := self._take()) is not None:
            due = attempt(delivery)
            with self._changed:
                self._free += 1
                if due is not None:
                    heapq.heappush(self._deliveries, (due, next(self._numbers), delivery))

    def _take(self) -> Delivery | None:
        """Wait for the next delivery that is due. None if enough others wait already."""
        waiting = self._deliveries
        with self._changed:
            while not waiting or waiting[0][0] > time.time():
                if self._free > 2:
                    self._free -= 1
                    return None
                alarm = self._unwatched()
                self._alarms.append(alarm)
                self._changed.wait(None if alarm == inf else alarm - time.time())
                self._alarms.remove(alarm)
            self._free -= 1
            delivery = heapq.heappop(waiting)[2]
            if waiting and not self._free:
                self._start()
            return delivery

    def _unwatched(self) -> float:
        """When the first delivery is due that no other thread watches."""
        # A thread that waits has an alarm for the delivery that was first when it fell asleep. In a
        # heap, the second that is due is one of the two behind the first.
        first, *later = [due for due, *_ in self._deliveries[:3]] or [inf]
        if not self._alarms or first < min(self._alarms):
            return first
        return min(later, default=inf)


def attempt(delivery: Delivery) -> float | None:
    """Invoke the target. Returns when to try again, or None when nothing is left to be done."""
    if delivery.error is not None and time.time() >= delivery.deadline:
        _give_up(delivery, "MaximumEventAgeInSeconds")
        return None
    try:
        _invoke(delivery)
    except Failed as failed:
        delivery.attempts += 1
        delivery.error = (failed.code, str(failed))
        if failed.is_final:
            _give_up(delivery, None)
        elif delivery.attempts > delivery.retries:
            _give_up(delivery, "MaximumRetryAttempts")
        else:
            return min(time.time() + wait_before_retry(delivery.attempts), delivery.deadline)
    return None


def _invoke(delivery: Delivery) -> None:
    if delivery.text is None:
        try:
            delivery.text = input.for_target(
                delivery.target,
                delivery.event,
                rule_arn=delivery.rule_arn,
                rule_name=delivery.rule_name,
                ingested=delivery.ingested,
            )
        except input.NotJson as error:
            raise Failed("INVALID_JSON", str(error), is_final=True) from error
    invoke(delivery.target, delivery.event, delivery.text, bus_arn=delivery.bus_arn)


def _give_up(delivery: Delivery, exhausted: str | None) -> None:
    """Send the event to the target's dead-letter queue, if it has one."""
    config = delivery.target.get("DeadLetterConfig") or {}
    if delivery.error is None or not config.get("Arn"):
        return
    code, message = delivery.error
    told = {
        "RULE_ARN": delivery.rule_arn,
        "TARGET_ARN": delivery.target["Arn"],
        "ERROR_CODE": code,
        "ERROR_MESSAGE": message,
        "EXHAUSTED_RETRY_CONDITION": exhausted,
        "RETRY_ATTEMPTS": str(delivery.attempts - 1),
    }
    sqs = clients.client("sqs", config["Arn"].split(":")[3])
    with suppress(ClientError, BotoCoreError):  # it stands in the trace
        sqs.send_message(
            QueueUrl=queue_url(config["Arn"]),
            MessageBody=text_of(delivery.event),
            MessageAttributes={name: _string(text) for name, text in told.items() if text},
        )


def _string(text: str) -> dict[str, Any]:
    return {"DataType": "String", "StringValue": text}

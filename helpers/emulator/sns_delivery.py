"""Deliveries to the queues and functions that have subscribed, in the background.

Statements followed (SNS Developer Guide, "Amazon SNS message delivery retries" and "Amazon SNS
dead-letter queues", November 2026), for AWS managed endpoints:

- After a server-side error SNS tries again: 3 times without delay, twice 1 second apart, 10 times
  with exponential back-off from 1 to 20 seconds, 100,000 times 20 seconds apart; 100,015 attempts
  over 23 days. With jitter: how much is not said, so the waits of the back-off are between half of
  their length and all of it ("equal jitter" of the post that the page refers to).
- "Amazon SNS doesn't retry the message delivery that fails as a result of a client-side error",
  such as a queue that was deleted.
- What was given up goes to the dead-letter queue of the subscription, if it has one, else it is
  discarded. It arrives there as it would have arrived at the subscriber, without a word about the
  error (answers recorded in LocalStack's tests, test_redrive_policy_sqs_queue_subscription).
- A FIFO topic keeps the order within each message group: the next one waits for the one before.

A queue that is down for hours would cost a call every 20 seconds for each message. So from the
last phase on, while nothing gets through to a subscriber, one of the messages is tried for all of
them, and a new one that fails at once joins them. As soon as something gets through, each goes at
the next moment that its own 20 seconds come round to.
"""

from __future__ import annotations

import heapq
import json
import math
import random
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from . import clients
from .delivery import Undelivered, deliver
from .sns_message import Notification, event_for_function, message_to_queue

if TYPE_CHECKING:
    from moto.sns.models import Subscription

IMMEDIATE, PRE_BACK_OFF, BACK_OFF = 3, 2, 10  # attempts of the phases, after the first attempt
FIRST_PHASES = 1 + IMMEDIATE + PRE_BACK_OFF + BACK_OFF
SHORTEST, LONGEST = 1.0, 20.0  # seconds, of the back-off
LAST_WAIT = 20.0  # seconds between attempts of the last phase
LAST_PHASE = 100_000 * LAST_WAIT  # seconds
# Throttling is no fault of the sender, whatever its status.
THROTTLED = {"RequestThrottled", "Throttling", "ThrottlingException", "TooManyRequestsException"}


def wait_after(attempt: int) -> float:
    """Seconds to wait after an attempt of the first phases, counted from 1."""
    if attempt <= IMMEDIATE:
        return 0.0
    if attempt <= IMMEDIATE + PRE_BACK_OFF:
        return SHORTEST
    step = attempt - IMMEDIATE - PRE_BACK_OFF - 1
    longest = SHORTEST * (LONGEST / SHORTEST) ** (step / (BACK_OFF - 1))
    return longest * random.uniform(0.5, 1.0)


@dataclass(order=True)
class Waiting:
    """A message in the last phase."""

    next_at: float  # epoch seconds
    order: int
    notification: Notification = field(compare=False)
    give_up_at: float = field(compare=False)
    successes: int = field(compare=False)  # of the subscriber, when this last failed
    over: threading.Event = field(compare=False, default_factory=threading.Event)


class Subscriber:
    """The deliveries of one subscription."""

    def __init__(self, subscription: Subscription) -> None:
        self._subscription = subscription
        self._name = f"sns:{subscription.topic.name}"
        self._groups: dict[str, deque[Notification]] = {}  # of a FIFO topic, what is to be sent
        self._waiting: list[Waiting] = []
        self._order = count()
        self._successes = 0
        self._down = False  # nothing gets through, as far as is known
        self._back = threading.Event()  # something has got through again
        self._retrying = False

    def accept(self, notification: Notification) -> None:
        """Deliver a message in the background."""
        if notification.sequence_number is None:  # of a standard topic
            self._start(self._deliver, notification)
            return
        group = self._groups.get(notification.group_id)
        if group is None:
            self._groups[notification.group_id] = deque([notification])
            self._start(self._deliver_group, notification.group_id)
        else:
            group.append(notification)

    def _start(self, function: Any, *args: Any) -> None:
        threading.Thread(target=function, args=args, name=self._name).start()

    def _deliver_group(self, group_id: str) -> None:
        group = self._groups[group_id]
        while group:
            waiting = self._deliver(group[0])
            if waiting is not None:
                waiting.over.wait()
            group.popleft()
        del self._groups[group_id]

    def _deliver(self, notification: Notification) -> Waiting | None:
        """The first phases. Returns what goes on to the last one, if it does."""
        successes = self._successes
        why = self._try(notification, 1 if self._down else FIRST_PHASES)
        if why is None:
            return None
        if why.exhausted is None:
            self._give_up(notification)
            return None
        self._down = self._down or self._successes == successes
        now = time.time()
        waiting = Waiting(
            now + LAST_WAIT, next(self._order), notification, now + LAST_PHASE, self._successes
        )
        self._put(waiting)
        return waiting

    def _try(self, notification: Notification, attempts: int) -> Undelivered | None:
        """Attempt until it succeeds. Returns None, or why not."""
        status = 0

        def send() -> None:
            nonlocal status
            status = 0
            try:
                self._send(notification)
            except ClientError as error:
                status = error.response["ResponseMetadata"]["HTTPStatusCode"]
                raise

        why = deliver(
            send,
            attempts=attempts,
            age=math.inf,
            wait=wait_after,
            is_final=lambda code: status < 500 and code not in THROTTLED,
        )
        if why is None:
            self._successes += 1
            if self._down:
                self._down = False
                self._back.set()
        return why

    # -- the last phase

    def _put(self, waiting: Waiting) -> None:
        heapq.heappush(self._waiting, waiting)
        if not self._retrying:
            self._retrying = True
            self._start(self._retry)

    def _retry(self) -> None:
        """Try each message when its time has come, or while nothing gets through, one for all."""
        while self._waiting:
            waiting = heapq.heappop(self._waiting)
            if self._back.wait(max(0.0, waiting.next_at - time.time())):
                self._back.clear()
                heapq.heappush(self._waiting, waiting)
                self._skip_to(time.time())
            elif self._down:
                self._try_again(waiting)
                self._skip_to(time.time() + LAST_WAIT * self._down)
            else:
                self._start(self._try_again, waiting)
        self._retrying = False

    def _try_again(self, waiting: Waiting) -> None:
        why = self._try(waiting.notification, 1)
        now = time.time()
        if why is None:
            waiting.over.set()
        elif why.exhausted is None or now >= waiting.give_up_at:
            waiting.over.set()
            self._give_up(waiting.notification)
        else:
            self._down = self._down or self._successes == waiting.successes
            waiting.successes = self._successes
            waiting.next_at = now + LAST_WAIT
            self._put(waiting)

    def _skip_to(self, moment: float) -> None:
        """Leave out every attempt before `moment`; each goes at its own next one from then on."""
        for waiting in self._waiting:
            if waiting.next_at < moment:
                missed = math.ceil((moment - waiting.next_at) / LAST_WAIT)
                waiting.next_at += missed * LAST_WAIT
        heapq.heapify(self._waiting)

    # -- one attempt

    def _send(self, notification: Notification) -> None:
        subscription = self._subscription
        if subscription.protocol == "lambda":
            clients.client("lambda", _region(subscription.endpoint)).invoke(
                FunctionName=subscription.endpoint,
                InvocationType="Event",
                Payload=event_for_function(notification, subscription.arn),
            )
        else:
            self._send_to_queue(notification, subscription.endpoint)

    def _send_to_queue(self, notification: Notification, queue_arn: str) -> None:
        subscription = self._subscription
        form = message_to_queue(
            notification,
            subscription_arn=subscription.arn,
            raw=bool(subscription.attributes.get("RawMessageDelivery")),
            protocol=subscription.protocol,
        )
        if queue_arn.endswith(".fifo"):
            form["MessageGroupId"] = notification.group_id
            form["MessageDeduplicationId"] = notification.deduplication_id
        elif notification.sequence_number is None and notification.group_id is not None:
            form["MessageGroupId"] = notification.group_id  # a standard topic's, for fair queues
        region, account, name = queue_arn.split(":")[3:6]
        url = f"https://sqs.{region}.amazonaws.com/{account}/{name}"
        clients.client("sqs", region).send_message(QueueUrl=url, **form)

    def _give_up(self, notification: Notification) -> None:
        policy = self._subscription.attributes.get("RedrivePolicy")
        if not policy:
            return
        queue_arn = json.loads(policy)["deadLetterTargetArn"]
        deliver(
            lambda: self._send_to_queue(notification, queue_arn),
            attempts=FIRST_PHASES,
            age=math.inf,
            wait=wait_after,
            is_final=lambda code: False,
        )


def _region(arn: str) -> str:
    return arn.split(":")[3]

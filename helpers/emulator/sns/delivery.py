"""Deliveries to the queues and functions that have subscribed, in the background.

Statements followed (SNS Developer Guide, "Amazon SNS message delivery retries" and "Amazon SNS
dead-letter queues", November 2026), for AWS managed endpoints:

- After a server-side error SNS tries again, as `retries` says.
- "Amazon SNS doesn't retry the message delivery that fails as a result of a client-side error",
  such as a queue that was deleted.
- What was given up goes to the dead-letter queue of the subscription, if it has one, else it is
  discarded. It arrives there as it would have arrived at the subscriber, without a word about the
  error (answers recorded in LocalStack's tests, test_redrive_policy_sqs_queue_subscription).
- A FIFO topic keeps the order within each message group: the next one waits for the one before.

The last phase is followed by `last_phase`, which says where it does not keep to the letter. While
nobody answers at a subscriber there, a new message that fails at once goes straight to it.
"""

from __future__ import annotations

import json
import math
import threading
from collections import deque
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from helpers.emulator import clients
from helpers.emulator.delivery import Undelivered, deliver
from helpers.emulator.sns.last_phase import LastPhase
from helpers.emulator.sns.message import Notification, event_for_function, message_to_queue
from helpers.emulator.sns.retries import FIRST_PHASES, THROTTLED, wait_after
from helpers.trace.callers import at_work

if TYPE_CHECKING:
    from moto.sns.models import Subscription


class Subscriber:
    """The deliveries of one subscription."""

    def __init__(self, subscription: Subscription) -> None:
        self._subscription = subscription
        self._name = at_work("sns", subscription.topic.name)
        # Of a FIFO topic, what is to be sent.
        self._groups: dict[str | None, deque[Notification]] = {}
        self._last_phase = LastPhase(
            attempt=lambda notification: self._try(notification, 1),
            give_up=self._give_up,
            start=self._start,
        )

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

    def _deliver_group(self, group_id: str | None) -> None:
        group = self._groups[group_id]
        while group:
            over = self._deliver(group[0])
            if over is not None:
                over.wait()
            group.popleft()
        del self._groups[group_id]

    def _deliver(self, notification: Notification) -> threading.Event | None:
        """The first phases. Returns what is set at the end of the last one, if it comes to it."""
        last = self._last_phase
        answers = last.answers
        why = self._try(notification, 1 if last.down else FIRST_PHASES)
        if why is None:
            return None
        if why.exhausted is None:
            self._give_up(notification)
            return None
        last.unanswered(answers)
        return last.put(notification)

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
        if why is None or why.exhausted is None:
            self._last_phase.answered()
        return why

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

"""A topic: what it accepts, and its subscriptions.

Statements followed (SNS API model in botocore 1.44.5, November 2026, unless named otherwise):

- Publish: "When a messageId is returned, the message is saved and Amazon SNS immediately delivers
  it to subscribers": the publisher does not wait for them, nor hear of them.
- Publish, MessageDeduplicationId: duplicates within five minutes "are accepted successfully but
  aren't delivered"; `FifoThroughputScope` says whether in the topic or in each message group;
  content-based ids are a SHA-256 of the body. A duplicate is answered with the ids of the original
  (recorded in LocalStack's tests, test_publish_batch_messages_from_fifo_topic_to_fifo_queue).
- CreateTopic, MaximumMessageSize: 1,024 to 1,048,576 bytes, by default 262,144. Publish: "the
  combined size of the message body and message attributes" counts.
- Publish, MessageStructure: the message has to be a JSON object with a "default"; "failure to
  parse or validate any key or value" fails the call.

The words of the refusals are those recorded in LocalStack's tests (test_sns, 2023 to 2025).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from moto.sns.exceptions import SNSInvalidParameter
from moto.sns.models import SNSBackend, Subscription, Topic

from helpers.emulator.deduplication import Deduplication
from helpers.emulator.moments import RESOLUTION
from helpers.emulator.sns.delivery import Subscriber
from helpers.emulator.sns.message import Notification
from helpers.emulator.sns.web import PROTOCOLS, WebSubscriber

DEFAULT_LIMIT = 262_144  # bytes
LONGEST_SUBJECT = 100  # characters; without "line breaks or control characters" (Publish)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def refused(text: str) -> SNSInvalidParameter:
    return SNSInvalidParameter(f"Invalid parameter: {text}")


class CorrectedSubscription(Subscription):
    """moto's subscription, with deliveries in the background."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pending = self.protocol in PROTOCOLS  # until its owner confirms it
        self.subscriber = (WebSubscriber if self.pending else Subscriber)(self)

    def offer(self, notification: Notification) -> None:
        """Deliver a message, if the filter policy lets it through."""
        if self.pending:
            return
        policy = self._filter_policy_matcher
        if policy is None or policy.matches(notification.attributes, notification.message):
            self.subscriber.accept(notification)


class CorrectedTopic(Topic):
    """moto's topic, which hands what is published to the background."""

    def __init__(self, name: str, sns_backend: SNSBackend) -> None:
        super().__init__(name, sns_backend)
        self.deduplication = Deduplication()
        self.maximum_message_size: str | None = None
        self.fifo_throughput_scope: str | None = None
        self.signature_version = "1"
        self.latest: Notification | None = None  # that was accepted

    @property
    def limit(self) -> int:
        """Bytes that a message may have."""
        return int(self.maximum_message_size or DEFAULT_LIMIT)

    def publish(self, message: str, **fields: Any) -> str:
        """Accept a message. Returns its id."""
        return self.accept(self.notification(message, **fields)).id

    def notification(
        self,
        message: str,
        subject: str | None = None,
        message_attributes: Mapping[str, Any] | None = None,
        group_id: str | None = None,
        deduplication_id: str | None = None,
        message_structure: str | None = None,
    ) -> Notification:
        """Check what is to be published."""
        if not message:
            raise refused("Empty message")
        if subject is not None and not (
            0 < len(subject) <= LONGEST_SUBJECT and _CONTROL.search(subject) is None
        ):
            raise refused("Subject")
        if message_structure is not None:
            _check_structure(message, message_structure)
        _check_id("MessageGroupId", group_id)
        _check_id("MessageDeduplicationId", deduplication_id)
        if self.fifo_topic:
            deduplication_id = self._check_fifo(message, group_id, deduplication_id)
        elif deduplication_id:
            raise refused(
                "MessageDeduplicationId Reason: The request includes MessageDeduplicationId "
                "parameter that is not valid for this topic type"
            )
        notification = Notification(
            topic_arn=self.arn,
            message=message,
            subject=subject,
            attributes=message_attributes or {},
            structured=message_structure is not None,
            group_id=group_id,
            deduplication_id=deduplication_id,
            signature_version=self.signature_version,
            published=datetime.now(UTC),
        )
        if notification.size() > self.limit:
            raise refused("Message too long")
        return notification

    def _check_fifo(self, message: str, group_id: str | None, given: str | None) -> str:
        if not group_id:
            raise refused("The MessageGroupId parameter is required for FIFO topics")
        if given:
            return given
        if not self.content_based_deduplication:
            raise refused(
                "The topic should either have ContentBasedDeduplication enabled or "
                "MessageDeduplicationId provided explicitly"
            )
        return hashlib.sha256(message.encode()).hexdigest()

    def accept(self, notification: Notification) -> Notification:
        """Hand a message to the subscriptions, unless it repeats one of the last five minutes."""
        self.latest = notification
        if self.fifo_topic:
            by_group = self.fifo_throughput_scope == "MessageGroup"
            now = notification.published.timestamp() + RESOLUTION
            if not self.deduplication.admit(notification, by_group=by_group, now=now):
                return notification
        for subscription in self.sns_backend._get_topic_subscriptions(self):
            subscription.offer(notification)
        return notification


def _check_id(name: str, value: str | None) -> None:
    """Up to 128 "alphanumeric characters (a-z, A-Z, 0-9) and punctuation" (Publish).

    The words are those that SQS has.
    """
    if value and not re.fullmatch(r"[!-~]{1,128}", value):
        raise refused(
            f"{name} Reason: {name} can only include alphanumeric and punctuation characters. 1 to "
            "128 in length"
        )


def _check_structure(message: str, structure: str) -> None:
    if structure != "json":
        raise refused("MessageStructure")
    try:
        texts = json.loads(message)
    except ValueError:
        texts = None
    if not isinstance(texts, dict):
        raise refused("Message Structure - JSON message body failed to parse")
    if not isinstance(texts.get("default"), str):
        raise refused("Message Structure - No default entry in JSON message body")

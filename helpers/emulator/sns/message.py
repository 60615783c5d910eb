"""One message of a topic, and the forms in which subscribers get it.

Statements followed (November 2026): SNS Developer Guide, "Fanout to Amazon SQS queues" and "Amazon
SNS raw message delivery"; Lambda Developer Guide, "Invoking Lambda functions with Amazon SNS
notifications"; and the answers of SNS recorded in LocalStack's tests (test_sns, 2023 to 2025):

- A queue gets a JSON document (`Type`, `MessageId`, …, `MessageAttributes`), or with raw delivery
  the message itself, with the attributes as attributes of the queue's message.
- A message of a FIFO topic has a `SequenceNumber` and no signature.
- A function gets `Records` with one `Sns` in it, spelled `SigningCertUrl` and `UnsubscribeUrl`,
  `Subject` and `MessageAttributes` always there.
- The size counts in bytes, name, type and value of attributes included (API model of botocore
  1.44.5, `MessageAttributeValue` and `PublishInput`).

Nobody signs here, since a key would differ from run to run: the field `Signature` says so.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moto.moto_api._internal import mock_random

NOT_SIGNED = "not signed in the lab"


@dataclass
class Notification:
    """What was published, once for all subscribers.

    The ids are named as `sqs.fifo.Deduplication` names them.
    """

    topic_arn: str
    message: str
    subject: str | None
    attributes: Mapping[str, Mapping[str, str]]  # by name: Type, and Value, a Binary in base64
    structured: bool  # one message for each protocol, in a JSON object
    group_id: str | None
    deduplication_id: str | None
    signature_version: str
    published: datetime
    id: str = field(default_factory=lambda: str(mock_random.uuid4()))
    sequence_number: str | None = None

    def size(self) -> int:
        """Bytes that count towards the limit of the topic."""
        size = len(self.message.encode())
        for name, attribute in self.attributes.items():
            value = attribute["Value"].encode()
            if attribute["Type"].startswith("Binary"):
                value = base64.b64decode(value)
            size += len(name.encode()) + len(attribute["Type"].encode()) + len(value)
        return size

    def answer(self) -> dict[str, str]:
        """What the publisher is told."""
        if self.sequence_number is None:
            return {"MessageId": self.id}
        return {"MessageId": self.id, "SequenceNumber": self.sequence_number}

    def text(self, protocol: str) -> str:
        """The message for subscribers of one protocol."""
        if not self.structured:
            return self.message
        texts = json.loads(self.message)
        text = texts.get(protocol)
        return text if isinstance(text, str) else texts["default"]


def message_to_queue(
    notification: Notification, *, subscription_arn: str, raw: bool, protocol: str
) -> dict[str, Any]:
    """Body and attributes of the message in a queue, as parameters of SendMessage."""
    if not raw:
        return {"MessageBody": envelope(notification, subscription_arn, protocol)}
    form: dict[str, Any] = {"MessageBody": notification.text(protocol)}
    if notification.attributes:
        form["MessageAttributes"] = {
            name: _attribute_in_queue(attribute)
            for name, attribute in notification.attributes.items()
        }
    return form


def _attribute_in_queue(attribute: Mapping[str, str]) -> dict[str, Any]:
    if attribute["Type"].startswith("Binary"):
        return {"DataType": attribute["Type"], "BinaryValue": base64.b64decode(attribute["Value"])}
    return {"DataType": attribute["Type"], "StringValue": attribute["Value"]}


def envelope(notification: Notification, subscription_arn: str, protocol: str) -> str:
    """The JSON document, laid out as SNS does."""
    fields: dict[str, Any] = {"Type": "Notification", "MessageId": notification.id}
    if notification.sequence_number is not None:
        fields["SequenceNumber"] = notification.sequence_number
    fields["TopicArn"] = notification.topic_arn
    if notification.subject is not None:
        fields["Subject"] = notification.subject
    fields["Message"] = notification.text(protocol)
    fields["Timestamp"] = timestamp(notification.published.timestamp())
    if notification.sequence_number is None:
        fields["SignatureVersion"] = notification.signature_version
        fields["Signature"] = NOT_SIGNED
        fields["SigningCertURL"] = certificate(subscription_arn)
    fields["UnsubscribeURL"] = _unsubscribe(subscription_arn)
    if notification.attributes:
        fields["MessageAttributes"] = dict(notification.attributes)
    return json.dumps(fields, indent=2, separators=(",", " : "), ensure_ascii=False)


def event_for_function(notification: Notification, subscription_arn: str) -> str:
    """What a Lambda function gets as its event, as JSON."""
    record = {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription_arn,
        "Sns": {
            "Type": "Notification",
            "MessageId": notification.id,
            "TopicArn": notification.topic_arn,
            "Subject": notification.subject,
            "Message": notification.text("lambda"),
            "Timestamp": timestamp(notification.published.timestamp()),
            "SignatureVersion": notification.signature_version,
            "Signature": NOT_SIGNED,
            "SigningCertUrl": certificate(subscription_arn),
            "UnsubscribeUrl": _unsubscribe(subscription_arn),
            "MessageAttributes": dict(notification.attributes),
        },
    }
    return json.dumps({"Records": [record]})


def timestamp(at: float) -> str:
    """Epoch seconds as SNS writes them."""
    moment = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    return moment.replace("+00:00", "Z")


def host(arn: str) -> str:
    """The address of SNS in the region of a topic or a subscription."""
    return f"https://sns.{arn.split(':')[3]}.amazonaws.com"


def certificate(arn: str) -> str:
    """Where the certificate of a signature would be."""
    return f"{host(arn)}/SimpleNotificationService-{'0' * 32}.pem"


def _unsubscribe(subscription_arn: str) -> str:
    return f"{host(subscription_arn)}/?Action=Unsubscribe&SubscriptionArn={subscription_arn}"

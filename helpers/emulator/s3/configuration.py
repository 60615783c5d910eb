"""What PutBucketNotificationConfiguration takes, and the message by which it tries a destination.

Statements followed (November 2026):

- S3 "first verifies that any Amazon SNS or Amazon SQS destination exists, and that the bucket owner
  has permission to publish to it by sending a test notification"; "if the message fails, the entire
  PUT action will fail" [API model]. `SkipDestinationValidation` leaves it out. Nobody is asked for
  a permission here.
- FIFO queues and FIFO topics are no destinations [User Guide, "Supported event destinations"].
- Configurations whose events, prefixes and suffixes overlap are refused [User Guide, "Configuring
  event notifications using object key name filtering"]; the words are those that S3 answers
  (serverless forum posts, 2017 to 2024).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from itertools import combinations
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.s3.exceptions import S3ClientError
from moto.s3.models import NotificationConfiguration, S3Backend
from moto.s3.responses import S3Response

from helpers.emulator import clients
from helpers.emulator.s3.delivery import send

CANNOT = "Unable to validate the following destination configurations"
OVERLAP = (
    "Configurations overlap. Configurations on the same bucket cannot share a common event type."
)
KINDS = ("TopicConfiguration", "QueueConfiguration", "CloudFunctionConfiguration")
FILTER_NAME = re.compile("<Name>(prefix|suffix)</Name>", re.IGNORECASE)
SKIP = "x-amz-skip-destination-validation"


def invalid(message: str) -> S3ClientError:
    return S3ClientError("InvalidArgument", message)


def from_body(original: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """A filter's name in any case; a mistaken one is AWS's error and not Python's."""

    @wraps(original)
    def method(self: S3Response) -> dict[str, Any]:
        before = self.body
        text = before.decode() if isinstance(before, bytes) else before
        self.body = FILTER_NAME.sub(
            lambda found: found[0].replace(found[1], found[1].lower()), text
        )
        try:
            found = original(self)
        except AssertionError:
            raise invalid("filter rule name must be either prefix or suffix") from None
        finally:
            self.body = before
        if str(self.headers.get(SKIP, "")).lower() == "true":
            found[SKIP] = True
        return found

    return method


def get(original: Callable[..., Any]) -> Callable[..., Any]:
    """Say that the default bus is told, if it is. moto keeps it to itself."""

    @wraps(original)
    def method(self: S3Response) -> Any:
        status, headers, body = original(self)
        held = self.backend.get_bucket_notification_configuration(self.bucket_name)
        if held and held.event_bridge is not None:
            text = body.decode() if isinstance(body, bytes) else body
            end = "</NotificationConfiguration>"
            if end not in text:  # nobody else is told
                text = re.sub(r"(<NotificationConfiguration[^>]*?)\s*/>", rf"\1>{end}", text)
            body = text.replace(end, f"<EventBridgeConfiguration/>{end}")
        return status, headers, body

    return method


def put(original: Callable[..., None]) -> Callable[..., None]:
    """Refuse what S3 refuses, and leave the present configuration as it was."""

    @wraps(original)
    def method(self: S3Backend, bucket_name: str, config: dict[str, Any]) -> None:
        bucket = self.get_bucket(bucket_name)
        skip = config.pop(SKIP, False)
        wanted = NotificationConfiguration(
            topic=config.get("TopicConfiguration"),
            queue=config.get("QueueConfiguration"),
            cloud_function=config.get("CloudFunctionConfiguration"),
        )
        notifications = [*wanted.topic, *wanted.queue, *wanted.cloud_function]
        for one, other in combinations(notifications, 2):
            if _overlap(one, other):
                raise invalid(OVERLAP)
        for arn in dict.fromkeys(notification.arn for notification in notifications):
            if arn.endswith(".fifo") or not (skip or _answers(arn, bucket.name)):
                raise invalid(f"{CANNOT}: {arn}")
        original(self, bucket_name, config)

    return method


def _overlap(one: Any, other: Any) -> bool:
    def common(a: str, b: str) -> bool:
        return (
            a == b
            or (a.endswith(":*") and b.startswith(a[:-1]))
            or (b.endswith(":*") and a.startswith(b[:-1]))
        )

    (prefix, suffix), (prefix_2, suffix_2) = _rules(one), _rules(other)
    return (
        any(common(a, b) for a in one.events for b in other.events)
        and (prefix.startswith(prefix_2) or prefix_2.startswith(prefix))
        and (suffix.endswith(suffix_2) or suffix_2.endswith(suffix))
    )


def _rules(notification: Any) -> tuple[str, str]:
    rules = notification.filters.get("S3Key", {}).get("FilterRule", [])
    values = {rule["Name"]: rule["Value"] for rule in rules}
    return values.get("prefix", ""), values.get("suffix", "")


def _answers(arn: str, bucket: str) -> bool:
    """Whether a destination takes a message. A function is only looked up."""
    service, region = arn.split(":")[2:4]
    moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    test = {
        "Service": "Amazon S3",
        "Event": "s3:TestEvent",
        "Time": moment,
        "Bucket": bucket,
        "RequestId": "lab",
        "HostId": "lab",
    }
    try:
        if service == "lambda":
            clients.client("lambda", region).get_function(FunctionName=arn)
        else:
            send(arn, json.dumps(test, separators=(",", ":")))
    except (ClientError, BotoCoreError):
        return False
    return True

"""The attributes of topics and subscriptions that SNS checks before it keeps them.

Statements followed: SNS API model in botocore 1.44.5 (CreateTopic, SetTopicAttributes, Subscribe),
SNS Developer Guide, "Amazon SNS dead-letter queues" (a FIFO subscription has a FIFO dead-letter
queue), November 2026. The words of the refusals are those recorded in LocalStack's tests
(test_validate_set_sub_attributes, test_validations_for_fifo, 2025), but for the attributes of
topics, of which few were found: a topic that is there with other attributes or tags
(test_create_duplicate_topic_with_more_tags, 2023), and a name that cannot be set (AttributeName).

A subscription that is there is answered again, also when the call names a default value
(test_subscribe_idempotency, 2022 to 2024).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from moto.core.utils import camelcase_to_underscores
from moto.sns.models import Topic

from helpers.emulator.sns.filter import FilterPolicy, InvalidPolicy, parsed_policy
from helpers.emulator.sns.topic import refused

SMALLEST_LIMIT, LARGEST_LIMIT = 1_024, 1_048_576  # bytes
LONGEST_DISPLAY_NAME = 100  # characters
OF_FIFO_TOPICS = ("ArchivePolicy", "ContentBasedDeduplication", "FifoThroughputScope")
OF_TOPICS = {
    "DeliveryPolicy", "DisplayName", "FifoTopic", "KmsMasterKeyId", "MaximumMessageSize", "Policy",
    "SignatureVersion", "TracingConfig", *OF_FIFO_TOPICS,
    *(
        f"{protocol}{setting}"
        for protocol in ("HTTP", "Firehose", "Lambda", "Application", "SQS")
        for setting in (
            "SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate", "FailureFeedbackRoleArn",
        )
    ),
}  # fmt: skip
OF_SUBSCRIPTIONS = (
    "DeliveryPolicy", "FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy",
    "SubscriptionRoleArn",
)  # fmt: skip
CHOICES = {
    "ContentBasedDeduplication": ("true", "false"),
    "FifoThroughputScope": ("Topic", "MessageGroup"),
    "FifoTopic": ("true", "false"),
    "SignatureVersion": ("1", "2"),
    "TracingConfig": ("PassThrough", "Active"),
}
BY_DEFAULT = {"FilterPolicyScope": "MessageAttributes", "RawMessageDelivery": "false"}


def check_topic_name(name: str, *, fifo: bool) -> None:
    """Refuse a name that no topic of this type may have."""
    if fifo and not re.fullmatch(r"[A-Za-z0-9_-]{1,251}\.fifo", name):
        raise refused(
            "Topic Name Reason: Fifo Topic names must end with .fifo and must be made up of only "
            "uppercase and lowercase ASCII letters, numbers, underscores, and hyphens, and must be "
            "between 1 and 256 characters long."
        )
    if not fifo and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", name):
        raise refused("Topic Name")


def check_topic(name: str, value: Any) -> None:
    """Check the value of one attribute of a topic, by AWS's name of it."""
    text = "" if value is None else _as_text(value)
    if name == "MaximumMessageSize":
        size = int(text) if re.fullmatch(r"[0-9]+", text) else 0
        fits = SMALLEST_LIMIT <= size <= LARGEST_LIMIT
    elif name == "DisplayName":
        fits = len(text) <= LONGEST_DISPLAY_NAME
    elif name in ("Policy", "DeliveryPolicy"):
        fits = not text or isinstance(_parsed(text), dict)
    else:
        fits = name not in CHOICES or text in CHOICES[name]
    if not fits:
        raise refused(f"Attributes Reason: {name}: Invalid value [{text}].")


def check_topic_attributes(attributes: Mapping[str, Any], *, fifo: bool) -> None:
    """Check the attributes of a topic that is to be made."""
    for name, value in attributes.items():
        if name not in OF_TOPICS or (not fifo and name in OF_FIFO_TOPICS):
            raise refused(f"Attributes Reason: Unknown attribute {name}")
        check_topic(name, value)


def check_settable(topic: Topic, name: str) -> None:
    """Refuse the name of an attribute that a topic does not have, or has once and for all."""
    unknown = name not in OF_TOPICS or (not topic.fifo_topic and name in OF_FIFO_TOPICS)
    if unknown or name == "FifoTopic":
        raise refused("AttributeName")


def check_same_topic(topic: Topic, attributes: Mapping[str, Any], tags: Mapping[str, str]) -> None:
    """Refuse to make a topic that is there, with another value of something."""
    for name, value in attributes.items():
        has = getattr(topic, camelcase_to_underscores(name), None)
        if _comparable(has) != _comparable(value) and not (name == "FifoTopic" and not value):
            raise refused("Attributes Reason: Topic already exists with different attributes")
    if any(topic._tags.get(key) != value for key, value in tags.items()):
        raise refused("Tags Reason: Topic already exists with different tags")


def check_subscription(name: str, value: Any, prefix: str = "") -> None:
    """Check one attribute of a subscription, but for the policies (`checked_policy`)."""
    if name not in OF_SUBSCRIPTIONS:
        raise refused(f"{prefix}AttributeName")
    if name == "RawMessageDelivery" and _as_text(value) not in ("true", "false"):
        raise refused(
            f"{prefix}RawMessageDelivery: Invalid value [{value}]. Must be true or false."
        )


def differs(attributes: Mapping[str, Any], has: Callable[[str], Any]) -> bool:
    """Whether a subscription has another value of an attribute, its defaults included."""
    return any(
        value and _comparable(value) != _comparable(has(name) or BY_DEFAULT.get(name))
        for name, value in attributes.items()
    )


def _comparable(value: Any) -> Any:
    text = _as_text(value)
    found = _parsed(text) if text.lstrip().startswith("{") else None
    return text if found is None else found


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if str(value).lower() in ("true", "false") else str(value)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def checked_policy(
    attributes: Mapping[str, Any], topic: Topic, endpoint: str
) -> FilterPolicy | None:
    """Check the attributes of a subscription. Returns its filter policy, if it has one.

    Raises
    ------
    InvalidPolicy
        With AWS's words, after "Invalid parameter: ".
    """
    redrive = attributes.get("RedrivePolicy")
    if redrive:
        _check_redrive(redrive, bool(topic.fifo_topic) and endpoint.endswith(".fifo"))
    scope, text = attributes.get("FilterPolicyScope"), attributes.get("FilterPolicy")
    policy = FilterPolicy(parsed_policy(text) if text else {}, scope)
    return policy if text else None


def _check_redrive(text: str, fifo: bool) -> None:
    try:
        arn = json.loads(text)["deadLetterTargetArn"]
    except (ValueError, KeyError, TypeError):
        raise InvalidPolicy("RedrivePolicy: failed to parse JSON.") from None
    if not re.fullmatch(r"arn:[^:]+:sqs:[^:]+:[0-9]+:[^:]+", str(arn)):
        raise InvalidPolicy("RedrivePolicy: deadLetterTargetArn is an invalid arn")
    if fifo and not arn.endswith(".fifo"):
        raise InvalidPolicy(
            "RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic."
        )

"""The attributes of topics and subscriptions that SNS checks before it keeps them.

Statements followed: SNS API model in botocore 1.44.5 (CreateTopic, SetTopicAttributes, Subscribe),
SNS Developer Guide, "Amazon SNS dead-letter queues" (a FIFO subscription has a FIFO dead-letter
queue), November 2026. The words of the refusals are those recorded in LocalStack's tests
(test_validate_set_sub_attributes, test_validations_for_fifo, 2025), but for the attributes of
topics, of which none were found.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from moto.sns.models import Topic

from helpers.emulator.sns.filter import FilterPolicy, InvalidPolicy, parsed_policy
from helpers.emulator.sns.topic import refused

SMALLEST_LIMIT, LARGEST_LIMIT = 1_024, 1_048_576  # bytes


def check_topic(name: str, value: Any) -> None:
    """Check one attribute of a topic, by AWS's name of it."""
    if name == "MaximumMessageSize":
        size = int(value) if re.fullmatch(r"[0-9]+", value) else 0
        if not SMALLEST_LIMIT <= size <= LARGEST_LIMIT:
            raise refused(f"Attributes Reason: MaximumMessageSize: Invalid value [{value}].")
    elif name == "FifoThroughputScope" and value not in ("Topic", "MessageGroup"):
        raise refused(f"Attributes Reason: FifoThroughputScope: Invalid value [{value}].")


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

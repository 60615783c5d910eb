"""Calls and answers of SNS: what moto's own leave out, or take without a look.

Publish answers what the topic has accepted. SetSubscriptionAttributes looks at the attribute as it
was sent; Subscribe is in `subscribing`. GetTopicAttributes has those that moto
does not know. What each follows is in the module that it asks (`attributes`, `arns`,
`message_attributes`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from moto.core.responses import ActionResult
from moto.sns.responses import SNSResponse

from helpers.emulator.sns import attributes as settings
from helpers.emulator.sns import subscribing
from helpers.emulator.sns.message_attributes import transformed
from helpers.emulator.sns.topic import CorrectedTopic

ANSWERED = {  # as moto and AWS call them
    "maximum_message_size": "MaximumMessageSize",
    "fifo_throughput_scope": "FifoThroughputScope",
}


def response_methods() -> dict[str, Callable[..., Any]]:
    """What to replace in moto's class."""
    return {
        "_transform_message_attributes": _transform_message_attributes,
        "set_subscription_attributes": _answer_subscription(
            SNSResponse.set_subscription_attributes
        ),
        "create_topic": _answer_topic(SNSResponse.create_topic),
        "set_topic_attributes": _answer_topic(SNSResponse.set_topic_attributes),
        "publish": _answer_publish(SNSResponse.publish),
        "subscribe": subscribing.subscribe(SNSResponse.subscribe),
        "confirm_subscription": subscribing.confirm_subscription(SNSResponse.confirm_subscription),
        "list_subscriptions": subscribing.listed(SNSResponse.list_subscriptions),
        "list_subscriptions_by_topic": subscribing.listed(SNSResponse.list_subscriptions_by_topic),
        "get_topic_attributes": _answer_attributes(SNSResponse.get_topic_attributes),
    }


def _transform_message_attributes(
    _self: SNSResponse, message_attributes: dict[str, Any]
) -> dict[str, Any]:
    return transformed(message_attributes)


def _answer_topic(original: Callable[..., ActionResult]) -> Callable[..., ActionResult]:
    """Check what is true or false as it was sent. moto makes false of what is neither."""

    @wraps(original)
    def answer(self: SNSResponse) -> ActionResult:
        sent = dict(self._get_param("Attributes", {}))
        name = self._get_param("AttributeName")
        if name is not None:
            sent[name] = self._get_param("AttributeValue")
        for name in ("FifoTopic", "ContentBasedDeduplication"):
            if name in sent:
                settings.check_topic(name, sent[name])
        return original(self)

    return answer


def _answer_subscription(original: Callable[..., ActionResult]) -> Callable[..., ActionResult]:
    """Check a value as it was sent. moto makes false of what is neither true nor false."""

    @wraps(original)
    def set_subscription_attributes(self: SNSResponse) -> ActionResult:
        settings.check_subscription(
            self._get_param("AttributeName"), self._get_param("AttributeValue")
        )
        return original(self)

    return set_subscription_attributes


def _answer_publish(original: Callable[..., ActionResult]) -> Callable[..., ActionResult]:
    @wraps(original)
    def publish(self: SNSResponse) -> ActionResult:
        answer: Any = original(self)
        arn = self._get_param("TargetArn") or self._get_param("TopicArn")
        topic = self.backend.topics.get(arn)
        if isinstance(topic, CorrectedTopic):
            assert topic.latest is not None, "moto has just handed the topic a message"
            answer.result.update(topic.latest.answer())
        return answer

    return publish


def _answer_attributes(original: Callable[..., ActionResult]) -> Callable[..., ActionResult]:
    @wraps(original)
    def get_topic_attributes(self: SNSResponse) -> ActionResult:
        answer: Any = original(self)
        topic = self.backend.get_topic(self._get_param("TopicArn"))
        for attribute, name in ANSWERED.items():
            value = getattr(topic, attribute, None)
            if value is not None:
                answer.result["Attributes"][name] = value
        answer.result["Attributes"] |= subscribing.counts(self.backend, topic)
        return answer

    return get_topic_attributes

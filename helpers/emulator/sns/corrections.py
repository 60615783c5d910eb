"""SNS as AWS describes it: the corrections of moto's, for as long as they are wanted.

`corrections()` replaces moto's topics and subscriptions. Parsing and answers stay moto's. What each
correction follows is in the module that has it: `topic` (what is accepted), `filter` (filter
policies), `delivery` (retries, dead letters, order), `web` and `web_retries` (HTTP and HTTPS),
`subscribing` (who may subscribe and who confirms), `message` (what arrives), `batch`, `attributes`
(settings), `message_attributes`, `arns` (what has to be an ARN).

No policy of a queue or a function is asked for its permission.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any

from moto.core.utils import camelcase_to_underscores
from moto.sns import models
from moto.sns.exceptions import SNSNotFoundError, TopicNotFound
from moto.sns.models import SNSBackend, Topic
from moto.sns.responses import SNSResponse

from helpers.emulator.guard import applied
from helpers.emulator.not_modelled import NotModelled
from helpers.emulator.sns import arns, subscribing
from helpers.emulator.sns import attributes as settings
from helpers.emulator.sns.attributes import checked_policy
from helpers.emulator.sns.batch import publish_batch
from helpers.emulator.sns.filter import InvalidPolicy
from helpers.emulator.sns.responses import response_methods
from helpers.emulator.sns.topic import CorrectedSubscription, CorrectedTopic, refused

EXPECTED_SOURCES = {
    "moto.sns.models:Topic.__init__": "e246f280d7cc",
    "moto.sns.models:Topic.publish": "8a3b92494536",
    "moto.sns.models:Subscription.__init__": "9cd1c85091f5",
    "moto.sns.models:Subscription.publish": "fd07bd0bb87f",
    "moto.sns.models:SNSBackend.create_topic": "ef1fc5a13b4d",
    "moto.sns.models:SNSBackend._get_topic_subscriptions": "b68b66c24cf3",
    "moto.sns.models:SNSBackend.set_topic_attribute": "298cc66f07dc",
    "moto.sns.models:SNSBackend.subscribe": "56ded2dae9fa",
    "moto.sns.models:SNSBackend.publish": "6356a2b5b79e",
    "moto.sns.models:SNSBackend.publish_batch": "2ddd04189799",
    "moto.sns.models:SNSBackend.set_subscription_attributes": "bc6e69c534e1",
    "moto.sns.responses:SNSResponse._transform_message_attributes": "169c55a4d622",
    "moto.sns.responses:SNSResponse.publish": "ef4aff34c3bc",
    "moto.sns.responses:SNSResponse.publish_batch": "f061a941e603",
    "moto.sns.responses:SNSResponse.subscribe": "ad34d209fb2b",
    "moto.sns.responses:SNSResponse.confirm_subscription": "95625a3fb6fa",
    "moto.sns.responses:SNSResponse.list_subscriptions": "9f1b433677ff",
    "moto.sns.responses:SNSResponse.list_subscriptions_by_topic": "ece4c74be1fb",
    "moto.sns.responses:SNSResponse.set_topic_attributes": "088779ce737c",
    "moto.sns.responses:SNSResponse.get_topic_attributes": "988a1fe509ed",
    "moto.sns.models:SNSBackend.get_topic": "417f8c7e6ffb",
    "moto.sns.models:SNSBackend.unsubscribe": "a67fc6952c83",
    "moto.sns.models:SNSBackend._get_values_nexttoken": "d96e6823c069",
    "moto.sns.models:SNSBackend.delete_platform_application": "f23e5557631a",
    "moto.sns.responses:SNSResponse.set_subscription_attributes": "59124afdcfd1",
    "moto.sns.responses:SNSResponse.create_topic": "9a00c3f7472a",
}
CHECKED = ("FilterPolicy", "FilterPolicyScope", "RedrivePolicy")  # of subscriptions
# The attributes of topics by the names that moto gives them on the way.
AS_MOTO_SPELLS = {camelcase_to_underscores(name): name for name in settings.OF_TOPICS}


def corrections() -> AbstractContextManager[None]:
    """Correct SNS for as long as the context is open.

    Raises
    ------
    UnexpectedMoto
        If the installed moto is not the one that the corrections were written for.
    """
    return applied(
        EXPECTED_SOURCES,
        (models, {"Topic": CorrectedTopic, "Subscription": CorrectedSubscription}),
        (SNSBackend, _backend_methods()),
        (SNSResponse, response_methods()),
    )


# What moto's backend does.


def _backend_methods() -> dict[str, Callable[..., Any]]:
    return {
        "publish": _publish(SNSBackend.publish),
        "publish_batch": publish_batch,
        "get_topic": _get_topic(SNSBackend.get_topic),
        "unsubscribe": _unsubscribe(SNSBackend.unsubscribe),
        "_get_values_nexttoken": _page(SNSBackend._get_values_nexttoken),
        "delete_platform_application": _delete_platform_application,
        "create_topic": _create_topic(SNSBackend.create_topic),
        "set_topic_attribute": _set_topic_attribute(SNSBackend.set_topic_attribute),
        "set_subscription_attributes": _set_subscription_attributes(
            SNSBackend.set_subscription_attributes
        ),
    }


def _publish(original: Callable[..., str]) -> Callable[..., str]:
    @wraps(original)
    def publish(
        self: SNSBackend,
        message: str,
        arn: str | None,
        phone_number: str | None = None,
        **fields: Any,
    ) -> str:
        if arn is None and phone_number is None:
            raise refused("TopicArn or TargetArn Reason: no value for required parameter")
        if phone_number is None:
            arns.check(arn, "TopicArn")
        topic = self.topics.get(arn) if arn and not phone_number else None
        if isinstance(topic, CorrectedTopic):
            return topic.publish(message, **fields)
        if phone_number or ":endpoint/" in (arn or ""):
            raise NotModelled(
                "sns",
                "Publish",
                f"nobody here receives a message for {phone_number or arn}",
                "publish to a topic, and subscribe a queue or a function to it",
            )
        if arn:
            raise TopicNotFound
        return original(self, message, arn, phone_number, **fields)

    return publish


def _get_topic(original: Callable[..., Topic]) -> Callable[..., Topic]:
    @wraps(original)
    def get_topic(self: SNSBackend, arn: str) -> Topic:
        arns.check(arn, "TopicArn")
        return original(self, arn)

    return get_topic


def _unsubscribe(original: Callable[..., None]) -> Callable[..., None]:
    @wraps(original)
    def unsubscribe(self: SNSBackend, subscription_arn: str) -> None:
        arns.check_subscription(subscription_arn)
        original(self, subscription_arn)

    return unsubscribe


def _page(original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def page(self: SNSBackend, values: dict[str, Any], next_token: str | None = None) -> Any:
        if next_token and not re.fullmatch(r"[0-9]+", str(next_token)):
            raise refused("NextToken")  # which is not one that was given out
        return original(self, values, next_token)

    return page


def _delete_platform_application(self: SNSBackend, platform_arn: str) -> None:
    """Replaces moto's. Deleting one that is not there is not among the errors of the API model."""
    arns.check(platform_arn, "PlatformApplicationArn")
    self.applications.pop(platform_arn, None)


def _create_topic(original: Callable[..., Topic]) -> Callable[..., Topic]:
    @wraps(original)
    def create_topic(
        self: SNSBackend,
        name: str,
        attributes: dict[str, Any] | None = None,
        tags: dict[str, str] | None = None,
    ) -> Topic:
        wanted = attributes or {}
        fifo = bool(wanted.get("FifoTopic"))
        settings.check_topic_name(name, fifo=fifo)
        settings.check_topic_attributes(wanted, fifo=fifo)
        topic = next((topic for topic in self.topics.values() if topic.name == name), None)
        if topic is not None:
            settings.check_same_topic(topic, wanted, tags or {})
            return topic
        return original(self, name, attributes, tags)

    return create_topic


def _set_topic_attribute(original: Callable[..., None]) -> Callable[..., None]:
    @wraps(original)
    def set_topic_attribute(self: SNSBackend, arn: str, name: str, value: Any) -> None:
        spelled = AS_MOTO_SPELLS.get(name)
        if spelled is None:
            raise refused("AttributeName")
        settings.check_settable(self.get_topic(arn), spelled)
        settings.check_topic(spelled, value)
        if spelled == "DeliveryPolicy":
            subscribing.check_delivery_policy(value, "SetTopicAttributes")
        original(self, arn, name, value)

    return set_topic_attribute


def _set_subscription_attributes(original: Callable[..., None]) -> Callable[..., None]:
    @wraps(original)
    def set_subscription_attributes(self: SNSBackend, arn: str, name: str, value: Any) -> None:
        settings.check_subscription(name, value)
        subscription = self.subscriptions.get(arn)
        if name == "DeliveryPolicy":
            subscribing.check_delivery_policy(value, "SetSubscriptionAttributes")
        if subscription is None:
            raise SNSNotFoundError("Subscription does not exist")
        if name not in CHECKED:
            original(self, arn, name, value)
            return
        wanted = {**subscription.attributes, name: value}
        try:
            policy = checked_policy(wanted, subscription.topic, subscription.endpoint)
        except InvalidPolicy as error:
            raise refused(str(error)) from None
        subscription.attributes[name] = value
        if not value:
            del subscription.attributes[name]  # how it is taken away
        subscription._filter_policy_matcher = policy

    return set_subscription_attributes

"""Subscribe and ConfirmSubscription: whom a topic may deliver to, and who has to confirm first.

Statements followed (SNS API model in botocore 1.44.5, November 2026):

- Of HTTP and HTTPS "the endpoint owner must run the ConfirmSubscription action"; until then the
  answer is "pending confirmation", or the ARN if `ReturnSubscriptionArn` says so.
- "For the http protocol, the (public) endpoint is a URL beginning with http://", likewise https.

An address at which nobody answers stays pending, as on AWS, and the reader is told. Nobody here
reads email or has a telephone, so such subscriptions are refused.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import wraps
from typing import Any

from moto.core.responses import ActionResult
from moto.sns.models import SNSBackend
from moto.sns.responses import SNSResponse

from helpers.emulator import notices, servers
from helpers.emulator.not_modelled import NotModelled
from helpers.emulator.sns import arns, web_retries
from helpers.emulator.sns import attributes as settings
from helpers.emulator.sns.attributes import checked_policy
from helpers.emulator.sns.filter import InvalidPolicy
from helpers.emulator.sns.topic import refused
from helpers.emulator.sns.web import PROTOCOLS

PENDING = "pending confirmation"  # as Subscribe says it
LISTED = "PendingConfirmation"  # as lists say it


def check_delivery_policy(value: Any, operation: str) -> None:
    """Refuse a delivery policy that SNS would refuse, or that would not be kept to."""
    if not value:
        return
    try:
        web_retries.check(value)
    except web_retries.InvalidDeliveryPolicy as error:
        raise refused(f"Attributes Reason: {error}") from None
    if web_retries.throttles(value):
        raise NotModelled(
            "sns",
            operation,
            "a throttlePolicy, which limits the deliveries per second",
            "leave it out, and sleep in the function that answers",
        )


def _check_endpoint(protocol: str, endpoint: str) -> None:
    if protocol in PROTOCOLS:
        if not servers.current().answers(endpoint):
            notices.tell(
                "sns.Subscribe",
                f"nothing leaves the machine, so nobody answers at {endpoint} and the subscription "
                f"stays pending; let a function answer first: lab.serve({endpoint!r}, handler)",
            )
    elif protocol in ("email", "email-json", "sms", "application", "firehose"):
        raise NotModelled(
            "sns",
            "Subscribe",
            f"nobody here receives what the protocol {protocol!r} delivers",
            "subscribe a queue, a function, or an address with lab.serve(url, handler)",
        )


def subscribe(original: Callable[..., ActionResult]) -> Callable[..., ActionResult]:
    """Check before the subscription is there (moto checks after), and ask who has to confirm."""

    @wraps(original)
    def method(self: SNSResponse) -> ActionResult:
        topic = self.backend.get_topic(self._get_param("TopicArn"))
        endpoint, protocol = self._get_param("Endpoint"), self._get_param("Protocol")
        arns.check_endpoint(protocol, endpoint)
        attributes = dict(self._get_param("Attributes", {}))
        for name, value in attributes.items():
            settings.check_subscription(name, value, "Attributes Reason: ")
        try:
            checked_policy(attributes, topic, endpoint)
        except InvalidPolicy as error:
            raise refused(f"Attributes Reason: {error}") from None
        check_delivery_policy(attributes.get("DeliveryPolicy"), "Subscribe")
        known = self.backend._find_subscription(topic.arn, endpoint, protocol)
        if known is None:
            _check_endpoint(protocol, endpoint)
        elif settings.differs(attributes, known.attributes.get):
            raise refused(
                "Attributes Reason: Subscription already exists with different attributes"
            )
        answer: Any = original(self)
        made = self.backend._find_subscription(topic.arn, endpoint, protocol)
        if made.pending:
            made.attributes |= {"PendingConfirmation": True, "ConfirmationWasAuthenticated": False}
            made.subscriber.ask()
            if str(self._get_param("ReturnSubscriptionArn")).lower() != "true":
                answer.result["SubscriptionArn"] = PENDING
        return answer

    return method


def confirm_subscription(original: Callable[..., ActionResult]) -> Callable[..., ActionResult]:
    """moto confirms whatever it is asked to, and does nothing."""

    @wraps(original)
    def method(self: SNSResponse) -> ActionResult:
        answer: Any = original(self)  # refuses a topic that is not there
        topic = self.backend.get_topic(self._get_param("TopicArn"))
        for subscription in self.backend._get_topic_subscriptions(topic):
            if subscription.protocol in PROTOCOLS and subscription.subscriber.confirms(
                self._get_param("Token")
            ):
                subscription.pending = False
                subscription.attributes |= {
                    "PendingConfirmation": False,
                    "ConfirmationWasAuthenticated": True,
                }
                answer.result["SubscriptionArn"] = subscription.arn
                return answer
        raise refused("Token")

    return method


def listed(original: Callable[..., ActionResult]) -> Callable[..., ActionResult]:
    """A list of subscriptions does not tell the ARN of one that is not confirmed."""

    @wraps(original)
    def method(self: SNSResponse) -> ActionResult:
        answer: Any = original(self)
        answer.result["Subscriptions"] = [
            _without_arn(subscription) if subscription.pending else subscription
            for subscription in answer.result["Subscriptions"]
        ]
        return answer

    return method


def _without_arn(subscription: Any) -> Any:
    shown = copy.copy(subscription)
    shown.arn = LISTED
    return shown


def counts(backend: SNSBackend, topic: Any) -> dict[str, int]:
    """How many subscriptions of a topic are confirmed and how many are not."""
    pending = [subscription.pending for subscription in backend._get_topic_subscriptions(topic)]
    return {
        "SubscriptionsPending": sum(pending),
        "SubscriptionsConfirmed": len(pending) - sum(pending),
    }

"""Deliveries to HTTP and HTTPS endpoints: a Python function answers where a server would.

Statements followed (November 2026; SNS API model: Subscribe, ConfirmSubscription; Developer Guide,
"Make sure your endpoint is ready to process Amazon SNS messages" and "HTTP/HTTPS headers"):

- The endpoint gets a POST of type SubscriptionConfirmation with a token, and nothing else until
  ConfirmSubscription is called with it. "Confirmation tokens are valid for two days."
- The connection times out in approximately 15 seconds. A status of 5xx is a server-side error, and
  tried again as `web_retries` says; another one outside 2xx is the client's fault and final, but
  429, as throttling is elsewhere.
- With raw delivery the message alone is posted, without its attributes, under the header
  ``x-amz-sns-rawdelivery: true``.

Visiting the SubscribeURL is a request to AWS and refused; the token is what it carries. The
confirmation of an unsubscription is not sent.
"""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from botocore.exceptions import ClientError
from moto.moto_api._internal import mock_random

from helpers.emulator import servers
from helpers.emulator.delivery import deliver
from helpers.emulator.sns import web_retries
from helpers.emulator.sns.delivery import Subscriber
from helpers.emulator.sns.message import (
    NOT_SIGNED,
    Notification,
    certificate,
    envelope,
    host,
    timestamp,
)

if TYPE_CHECKING:
    from moto.sns.models import Subscription

PROTOCOLS = ("http", "https")
PATIENCE = 15.0  # seconds
TOKEN_LIFE = 2 * 86_400.0  # seconds
AGENT = "Amazon Simple Notification Service Agent"


class WebSubscriber(Subscriber):
    """The deliveries of one subscription over HTTP."""

    def __init__(self, subscription: Subscription) -> None:
        super().__init__(subscription)
        self.token, self._token_made = "", 0.0

    # -- the confirmation

    def ask(self) -> None:
        """Send a new token to the endpoint, in the background."""
        self.token = f"{mock_random.getrandbits(512):0128x}"
        self._token_made = time.time()
        threading.Thread(target=self._ask, args=(self.token,), name=self._name).start()

    def confirms(self, token: str) -> bool:
        """Whether this is the token of the last confirmation, and still valid."""
        return bool(token) and token == self.token and time.time() <= self._token_made + TOKEN_LIFE

    def _ask(self, token: str) -> None:
        arn = self._subscription.topic.arn
        number, url = str(mock_random.uuid4()), host(arn)
        body = {
            "Type": "SubscriptionConfirmation",
            "MessageId": number,
            "Token": token,
            "TopicArn": arn,
            "Message": (
                f"You have chosen to subscribe to the topic {arn}.\n"
                "To confirm the subscription, visit the SubscribeURL included in this message."
            ),
            "SubscribeURL": (
                f"{url}/?Action=ConfirmSubscription&TopicArn={quote(arn, safe='')}&Token={token}"
            ),
            "Timestamp": timestamp(time.time()),
            "SignatureVersion": self._subscription.topic.signature_version,
            "Signature": NOT_SIGNED,
            "SigningCertURL": certificate(arn),
        }
        text = json.dumps(body, indent=2, separators=(",", " : "), ensure_ascii=False)
        self._until_taken(lambda: self._post("SubscriptionConfirmation", number, text))

    # -- messages

    def _deliver(self, notification: Notification) -> threading.Event | None:
        if self._until_taken(lambda: self._send(notification)):
            self._give_up(notification)
        return None

    def _until_taken(self, send: Any) -> Any:
        """Returns None, or why it was given up."""
        policy = web_retries.retry_policy(*self._policies())
        return deliver(
            send,
            attempts=1 + policy["numRetries"],
            age=float("inf"),
            wait=lambda attempt: web_retries.wait(policy, attempt),
            is_final=lambda code: code.isdigit() and int(code) < 500 and code != "429",
        )

    def _policies(self) -> tuple[str | None, str | None]:
        subscription = self._subscription
        return subscription.attributes.get("DeliveryPolicy"), subscription.topic.delivery_policy

    def _send(self, notification: Notification) -> None:
        subscription = self._subscription
        raw = str(subscription.attributes.get("RawMessageDelivery")).lower() == "true"
        if raw:
            text = notification.text(subscription.protocol)
        else:
            text = envelope(notification, subscription.arn, subscription.protocol)
        more = {"x-amz-sns-subscription-arn": subscription.arn}
        if raw:
            more["x-amz-sns-rawdelivery"] = "true"
        self._post("Notification", notification.id, text, **more)

    def _post(self, kind: str, number: str, text: str, **more: str) -> None:
        url = self._subscription.endpoint
        headers = {
            "x-amz-sns-message-type": kind,
            "x-amz-sns-message-id": number,
            "x-amz-sns-topic-arn": self._subscription.topic.arn,
            **more,
            "Content-Length": str(len(text.encode())),
            "Content-Type": web_retries.content_type(*self._policies()),
            "Host": urlsplit(url).netloc,
            "Connection": "Keep-Alive",
            "User-Agent": AGENT,
        }
        status = servers.current().post(url, headers, text, timeout=PATIENCE)
        if not 200 <= status < 300:
            raise ClientError(
                {
                    "Error": {"Code": str(status), "Message": f"{url} answered {status}"},
                    "ResponseMetadata": {"HTTPStatusCode": status},
                },
                "POST",
            )

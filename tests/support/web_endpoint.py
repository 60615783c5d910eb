"""A server that a topic posts to, for the tests of SNS."""

import json

HOOK = "https://shop.example/hook"


class Endpoint:
    """A server of the reader's. It confirms, and notes what it is sent."""

    def __init__(self, shop, url=HOOK, confirm=True):
        self.shop, self.confirm = shop, confirm
        self.requests, self.times, self.statuses = [], [], []  # what it answers next
        shop.lab.serve(url, self)

    def __call__(self, headers, body):
        self.requests.append((headers, body))
        if headers["x-amz-sns-message-type"] == "SubscriptionConfirmation":
            if self.confirm:
                self.confirm_now()
            return None
        self.times.append(self.shop.lab.now)
        return self.statuses.pop(0) if self.statuses else 200

    @property
    def token(self):
        return json.loads(self.requests[0][1])["Token"]

    def confirm_now(self, token=None):
        return self.shop.sns.confirm_subscription(
            TopicArn=self.shop.topic, Token=token or self.token
        )

    @property
    def bodies(self):
        return [
            body for headers, body in self.requests
            if headers["x-amz-sns-message-type"] == "Notification"
        ]  # fmt: skip


def subscribed(shop, url=HOOK, **attributes):
    endpoint = Endpoint(shop, url)
    shop.subscribe(url, url.partition(":")[0], **attributes)
    shop.let_pass(0)
    return endpoint


def states(shop):
    listed = shop.sns.list_subscriptions_by_topic(TopicArn=shop.topic)["Subscriptions"]
    return [subscription["SubscriptionArn"] for subscription in listed]

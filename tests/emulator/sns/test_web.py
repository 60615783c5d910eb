"""HTTP and HTTPS subscriptions: confirmed by a token, answered by a Python function."""

import json
import time
from itertools import pairwise

import boto3
import pytest
from botocore.exceptions import ClientError
from emulated_sns import Shop, text
from hypothesis import given
from hypothesis import strategies as st

from helpers import Lab
from helpers.emulator.not_modelled import NotModelled
from helpers.emulator.sns import web, web_retries

HOOK = "https://shop.example/hook"


@pytest.fixture
def lab():
    with Lab(seed=3) as lab:
        yield lab


@pytest.fixture
def shop(lab):
    return Shop(lab)


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


# Confirmation.


def test_it_is_pending_until_it_is_confirmed(lab, shop):
    endpoint = Endpoint(shop, confirm=False)
    assert shop.subscribe(HOOK, "https") == "pending confirmation"
    shop.publish("too early")
    shop.let_pass(60)
    [(headers, body)] = endpoint.requests
    asked = json.loads(body)
    assert asked["Type"] == headers["x-amz-sns-message-type"] == "SubscriptionConfirmation"
    assert asked["MessageId"] == headers["x-amz-sns-message-id"]
    assert asked["TopicArn"] == headers["x-amz-sns-topic-arn"] == shop.topic
    assert f"Token={asked['Token']}" in asked["SubscribeURL"]
    assert headers["Content-Type"] == "text/plain; charset=UTF-8"
    assert int(headers["Content-Length"]) == len(body.encode())
    assert "x-amz-sns-subscription-arn" not in headers
    assert states(shop) == ["PendingConfirmation"]
    counts = shop.sns.get_topic_attributes(TopicArn=shop.topic)["Attributes"]
    assert (counts["SubscriptionsPending"], counts["SubscriptionsConfirmed"]) == ("1", "0")
    arn = endpoint.confirm_now()["SubscriptionArn"]
    assert states(shop) == [arn]
    counts = shop.sns.get_topic_attributes(TopicArn=shop.topic)["Attributes"]
    assert (counts["SubscriptionsPending"], counts["SubscriptionsConfirmed"]) == ("0", "1")
    shop.publish("order")
    shop.let_pass(1)
    assert [json.loads(body)["Message"] for body in endpoint.bodies] == ["order"]


def test_the_arn_if_it_is_asked_for(shop):
    Endpoint(shop, confirm=False)
    arn = shop.sns.subscribe(
        TopicArn=shop.topic, Protocol="https", Endpoint=HOOK, ReturnSubscriptionArn=True
    )["SubscriptionArn"]
    held = shop.sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    assert held["PendingConfirmation"] == "true"
    assert states(shop) == ["PendingConfirmation"]


def test_a_handler_may_confirm_by_itself(shop):
    subscribed(shop)
    [arn] = states(shop)
    assert arn.startswith(shop.topic)


@pytest.mark.parametrize("token", ["0" * 128, "x"])
def test_another_token_confirms_nothing(shop, token):
    endpoint = Endpoint(shop, confirm=False)
    shop.subscribe(HOOK, "https")
    shop.let_pass(1)
    with pytest.raises(ClientError, match="Invalid parameter: Token"):
        endpoint.confirm_now(token)
    assert states(shop) == ["PendingConfirmation"]


def test_a_token_is_valid_for_two_days(lab, shop):
    endpoint = Endpoint(shop, confirm=False)
    shop.subscribe(HOOK, "https")
    with lab.running(hours=49):
        pass
    with pytest.raises(ClientError, match="Token"):
        endpoint.confirm_now()
    shop.subscribe(HOOK, "https")  # asks again
    shop.let_pass(1)
    endpoint.confirm_now(json.loads(endpoint.requests[-1][1])["Token"])


def test_a_queue_needs_no_confirmation(shop):
    _, arn = shop.queue("mail")
    assert shop.subscribe(arn).startswith(shop.topic)
    with pytest.raises(ClientError, match="Token"):
        shop.sns.confirm_subscription(TopicArn=shop.topic, Token="0")


def test_an_address_at_which_nobody_answers(lab, shop, capsys):
    """It stays pending, the reader is told once in one line, and the trace has it."""
    for _ in range(2):
        topic = shop.sns.create_topic(Name="other")["TopicArn"]
        shop.sns.subscribe(TopicArn=topic, Protocol="https", Endpoint=HOOK)
        shop.sns.unsubscribe(SubscriptionArn=arn_of(shop, topic))
    assert shop.subscribe(HOOK, "https") == "pending confirmation"
    shop.publish("order")
    shop.let_pass(120)
    assert states(shop) == ["PendingConfirmation"]
    [line] = capsys.readouterr().err.splitlines()
    assert HOOK in line
    assert "lab.serve(" in line
    marks = lab.trace[lab.trace.name == "not modelled"]
    assert set(marks.what) == {"sns.Subscribe"}
    posts = lab.trace[lab.trace.service == "http"]
    assert set(posts.outcome) == {"EndpointConnectionError"}


def arn_of(shop, topic):
    backend_arns = [
        row["SubscriptionArn"]
        for row in shop.sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    ]
    assert backend_arns == ["PendingConfirmation"]
    return shop.sns.subscribe(
        TopicArn=topic, Protocol="https", Endpoint=HOOK, ReturnSubscriptionArn=True
    )["SubscriptionArn"]


# What is posted.


def test_the_form_of_a_notification(shop):
    endpoint = subscribed(shop)
    shop.publish("order ü", Subject="paid", MessageAttributes={"kind": text("book")})
    shop.let_pass(1)
    headers, body = endpoint.requests[-1]
    message = json.loads(body)
    assert headers["x-amz-sns-subscription-arn"] == states(shop)[0]
    assert headers["User-Agent"] == "Amazon Simple Notification Service Agent"
    assert headers["Host"] == "shop.example"
    assert (message["Type"], message["Message"]) == ("Notification", "order ü")
    assert message["Subject"] == "paid"
    assert message["MessageAttributes"] == {"kind": {"Type": "String", "Value": "book"}}
    assert message["UnsubscribeURL"].endswith(states(shop)[0])


def test_raw_delivery(shop):
    endpoint = subscribed(shop, RawMessageDelivery="true")
    shop.publish("order", MessageAttributes={"kind": text("book")})
    shop.let_pass(1)
    headers, body = endpoint.requests[-1]
    assert (body, headers["x-amz-sns-rawdelivery"]) == ("order", "true")


def test_filters_and_structured_messages(shop):
    endpoint = subscribed(shop, RawMessageDelivery="true", FilterPolicy={"kind": ["book"]})
    shop.publish("no")
    form = json.dumps({"default": "d", "https": "for the web"})
    shop.publish(form, MessageStructure="json", MessageAttributes={"kind": text("book")})
    shop.let_pass(1)
    assert endpoint.bodies == ["for the web"]


def test_the_content_type_is_the_subscribers_choice(shop):
    policy = {"requestPolicy": {"headerContentType": "application/json"}}
    endpoint = subscribed(shop, DeliveryPolicy=policy)
    shop.publish("order")
    shop.let_pass(1)
    assert endpoint.requests[-1][0]["Content-Type"] == "application/json"


# Trying again.


def test_by_default_three_retries_twenty_seconds_apart(lab, shop):
    endpoint = subscribed(shop)
    endpoint.statuses = [500] * 10
    shop.publish("order")
    shop.let_pass(3600)
    assert [later - earlier for earlier, later in pairwise(endpoint.times)] == [20, 20, 20]
    rows = lab.trace[(lab.trace.service == "http") & (lab.trace.time >= endpoint.times[0])]
    assert list(rows.outcome[-4:]) == ["500"] * 4
    assert set(rows.resource) == {HOOK}


@pytest.mark.parametrize(("status", "tries"), [(200, 1), (204, 1), (301, 1), (400, 1), (404, 1),
                                               (429, 4), (500, 4), (503, 4)])  # fmt: skip
def test_which_answers_are_tried_again(shop, status, tries):
    endpoint = subscribed(shop)
    endpoint.statuses = [status] * 10
    shop.publish("order")
    shop.let_pass(3600)
    assert len(endpoint.times) == tries


def test_a_slow_endpoint_is_given_fifteen_seconds(lab, shop):
    seen = []

    def slow(headers, body):
        seen.append(lab.now)
        time.sleep(16)

    subscribed(shop)
    lab.serve(HOOK, slow)
    shop.publish("order")
    shop.let_pass(300)
    assert [later - earlier for earlier, later in pairwise(seen)] == [35, 35, 35]
    assert (lab.trace.outcome == "ReadTimeoutError").sum() == 4


def test_an_exception_of_the_function_is_a_500(lab, shop):
    subscribed(shop)

    def broken(headers, body):
        raise KeyError("total")

    lab.serve(HOOK, broken)
    shop.publish("order")
    shop.let_pass(300)
    assert list(lab.trace[lab.trace.service == "http"].outcome[1:]) == ["KeyError"] * 4


def test_a_policy_of_ones_own(shop):
    policy = {
        "healthyRetryPolicy": {
            "numRetries": 7, "numNoDelayRetries": 2, "numMinDelayRetries": 2,
            "numMaxDelayRetries": 1, "minDelayTarget": 5, "maxDelayTarget": 50,
            "backoffFunction": "exponential",
        }
    }  # fmt: skip
    endpoint = subscribed(shop, DeliveryPolicy=policy)
    endpoint.statuses = [503] * 20
    shop.publish("order")
    shop.let_pass(3600)
    waits = [later - earlier for earlier, later in pairwise(endpoint.times)]
    assert waits[:5] == [0, 0, 5, 5, 5]
    assert 25 <= waits[5] <= 50
    assert 25 <= waits[6] <= 50
    assert len(waits) == 7


def test_what_is_given_up_goes_to_the_dead_letter_queue(shop):
    dead, arn = shop.queue("dead")
    endpoint = subscribed(shop, RedrivePolicy={"deadLetterTargetArn": arn})
    endpoint.statuses = [500] * 4
    shop.publish("order")
    shop.let_pass(300)
    shop.publish("next")
    shop.let_pass(300)
    assert [json.loads(body)["Message"] for body in shop.bodies(dead)] == ["order"]
    assert len(endpoint.times) == 5


def test_the_publisher_does_not_wait(lab, shop):
    subscribed(shop)
    lab.serve(HOOK, lambda headers, body: time.sleep(10))
    took = []

    def publisher():
        begun = lab.now
        shop.publish("order")
        took.append(lab.now - begun)

    with lab.running(seconds=60):
        lab.start(publisher)
    assert took == [0]


policies = st.fixed_dictionaries(
    {
        "minDelayTarget": st.integers(1, 20),
        "maxDelayTarget": st.integers(20, 30),
        "numNoDelayRetries": st.integers(0, 5),
        "numMinDelayRetries": st.integers(0, 5),
        "numMaxDelayRetries": st.integers(0, 5),
        "numRetries": st.integers(15, 60),
        "backoffFunction": st.sampled_from(sorted(web_retries.FUNCTIONS)),
    }
)


@given(policy=policies)
def test_any_policy_has_as_many_waits_as_retries_and_they_rise(policy):
    planned = web_retries.waits(policy)
    assert len(planned) == policy["numRetries"]
    assert planned == sorted(planned)
    assert planned.count(0) == policy["numNoDelayRetries"]
    assert all(policy["minDelayTarget"] <= w <= policy["maxDelayTarget"] + 1e-9
               for w in planned if w)  # fmt: skip
    for attempt, longest in enumerate(planned, start=1):
        assert web_retries.wait(policy, attempt) <= longest


# What is refused.


@pytest.mark.parametrize("policy", [
    "no JSON", "[]", {"healthyRetryPolicy": {"numRetries": 101}},
    {"healthyRetryPolicy": {"numRetries": "3"}}, {"healthyRetryPolicy": {"minDelayTarget": 0}},
    {"healthyRetryPolicy": {"minDelayTarget": 30}},  # above the longest, 20
    {"healthyRetryPolicy": {"numRetries": 2, "numNoDelayRetries": 3}},
    {"healthyRetryPolicy": {"numRetries": 100, "maxDelayTarget": 60, "minDelayTarget": 60}},
    {"healthyRetryPolicy": {"backoffFunction": "cubic"}}, {"healthyRetryPolicy": {"other": 1}},
])  # fmt: skip
def test_policies_that_sns_would_refuse(shop, policy):
    Endpoint(shop)
    with pytest.raises(ClientError, match="DeliveryPolicy"):
        shop.subscribe(HOOK, "https", DeliveryPolicy=policy)
    assert states(shop) == []


@pytest.mark.parametrize("protocol", ["email", "email-json", "sms", "application", "firehose"])
def test_protocols_that_nobody_here_would_receive(lab, shop, protocol):
    with pytest.raises(NotModelled, match=r"sns\.Subscribe.*lab\.serve") as refused:
        shop.subscribe("+491701234567" if protocol == "sms" else "a@b.example", protocol)
    assert (refused.value.service, refused.value.operation) == ("sns", "Subscribe")
    assert states(shop) == []
    assert lab.trace.outcome[lab.trace.operation == "Subscribe"].item() == "NotModelled"


def test_a_throttle_policy_is_refused(shop):
    Endpoint(shop)
    with pytest.raises(NotModelled, match="throttlePolicy"):
        shop.subscribe(
            HOOK, "https", DeliveryPolicy={"throttlePolicy": {"maxReceivesPerSecond": 1}}
        )


def test_a_telephone_is_not_called(shop):
    with pytest.raises(NotModelled, match="nobody here receives"):
        shop.sns.publish(PhoneNumber="+491701234567", Message="order")


def test_the_address_has_to_match_the_protocol(shop):
    with pytest.raises(ClientError, match="Endpoint must match the specified protocol"):
        shop.subscribe(HOOK, "http")


@pytest.mark.parametrize("url", ["shop.example/hook", "ftp://shop.example", "https://", None, 5])
def test_addresses_that_are_none(lab, url):
    with pytest.raises(ValueError, match="begins with http"):
        lab.serve(url, lambda headers, body: None)


def test_a_handler_is_a_function(lab):
    with pytest.raises(TypeError, match="a handler is a function"):
        lab.serve(HOOK, "handler")


def test_a_new_lab_knows_no_address_of_the_last(lab, shop):
    Endpoint(shop)
    lab.close()
    with Lab(seed=4) as other:
        shop = Shop(other)
        shop.subscribe(HOOK, "https")
        shop.let_pass(1)
        assert list(other.trace[other.trace.service == "http"].outcome) == [
            "EndpointConnectionError"
        ]


def test_nothing_is_posted_for_real(shop, monkeypatch):
    import requests

    posted = []
    monkeypatch.setattr(requests, "post", lambda *args, **more: posted.append(args))
    subscribed(shop)
    shop.publish("order")
    boto3.client("sns").publish_batch(
        TopicArn=shop.topic, PublishBatchRequestEntries=[{"Id": "1", "Message": "x"}]
    )
    shop.let_pass(60)
    assert posted == []
    assert web.PATIENCE == 15

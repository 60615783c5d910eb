"""HTTP and HTTPS subscriptions: confirmed by a token, answered by a Python function."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError
from emulated_sns import Shop, text
from web_endpoint import HOOK, Endpoint, states, subscribed

from helpers import Lab
from helpers.emulator.not_modelled import NotModelled
from helpers.emulator.sns import web

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


# What is refused.


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

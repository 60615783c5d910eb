"""Settings of topics and subscriptions, and the ARNs of calls: what is refused, in AWS's words.

Where a rule comes from stands in `helpers.emulator.sns.attributes` and `.arns`.
"""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError
from emulated_sns import ACCOUNT, Shop

from helpers import Lab

NOT_ONE = "An ARN must have at least 6 elements, not"


@pytest.fixture
def shop():
    with Lab(seed=1) as lab:
        yield Shop(lab)


def refusal(call, **parameters):
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def invalid(words):
    return "InvalidParameter", f"Invalid parameter: {words}"


# Topics.


def test_making_a_topic_again_answers_it(shop):
    """LocalStack's test_create_duplicate_topic_check_idempotency, recorded in 2023."""
    tags = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
    first = shop.sns.create_topic(Name="t", Attributes={"DisplayName": "T"}, Tags=tags)["TopicArn"]
    for again in ({}, {"Tags": tags[:1]}, {"Tags": tags}, {"Attributes": {"DisplayName": "T"}}):
        assert shop.sns.create_topic(Name="t", **again)["TopicArn"] == first


def test_making_a_topic_again_with_something_else_is_refused(shop):
    """LocalStack's test_create_duplicate_topic_with_more_tags, recorded in 2023."""
    shop.sns.create_topic(Name="t", Tags=[{"Key": "a", "Value": "1"}])
    for tag in ({"Key": "a", "Value": "2"}, {"Key": "b", "Value": "1"}):
        assert refusal(shop.sns.create_topic, Name="t", Tags=[tag]) == invalid(
            "Tags Reason: Topic already exists with different tags"
        )
    other = {"DisplayName": "another"}
    assert refusal(shop.sns.create_topic, Name="t", Attributes=other) == invalid(
        "Attributes Reason: Topic already exists with different attributes"
    )


@pytest.mark.parametrize("name", ["", "a b", "a.b", "x" * 257, "orders.fifo", "ü"])
def test_a_name_is_of_letters_hyphens_and_underscores(shop, name):
    assert refusal(shop.sns.create_topic, Name=name)[0] == "InvalidParameter"
    assert len(shop.sns.list_topics()["Topics"]) == 1


@pytest.mark.parametrize("name", ["orders", ".fifo", "a.b.fifo", "x" * 252 + ".fifo"])
def test_the_name_of_a_fifo_topic_ends_with_fifo(shop, name):
    code, words = refusal(shop.sns.create_topic, Name=name, Attributes={"FifoTopic": "true"})
    assert code == "InvalidParameter"
    assert "Fifo Topic names must end with .fifo" in words


@pytest.mark.parametrize(
    "attributes",
    [
        {"Nonsense": "1"},
        {"ContentBasedDeduplication": "true"},  # of a FIFO topic alone
        {"FifoThroughputScope": "Topic"},
        {"DisplayName": "x" * 101},
        {"FifoTopic": "maybe"},
        {"SignatureVersion": "3"},
        {"TracingConfig": "On"},
        {"Policy": "nonsense"},
    ],
)
def test_a_setting_that_a_topic_does_not_have_is_refused(shop, attributes):
    code, words = refusal(shop.sns.create_topic, Name="t", Attributes=attributes)
    assert code == "InvalidParameter"
    assert next(iter(attributes)) in words
    [(name, value)] = attributes.items()
    assert (
        refusal(
            shop.sns.set_topic_attributes,
            TopicArn=shop.topic,
            AttributeName=name,
            AttributeValue=value,
        )[0]
        == "InvalidParameter"
    )
    assert len(shop.sns.list_topics()["Topics"]) == 1


@pytest.mark.parametrize("name", ["FifoTopic", "Nonsense", "Owner"])
def test_an_attribute_that_cannot_be_set_is_refused(shop, name):
    change = {"TopicArn": shop.topic, "AttributeName": name, "AttributeValue": "true"}
    assert refusal(shop.sns.set_topic_attributes, **change) == invalid("AttributeName")


# Subscriptions.


@pytest.mark.parametrize(
    "again",
    [
        {},
        {"RawMessageDelivery": "true"},
        {"RawMessageDelivery": "True"},
        {"RawMessageDelivery": "true", "FilterPolicyScope": "MessageAttributes"},
        {"FilterPolicy": '{"a":["b"]}'},
        {"FilterPolicy": ' { "a" : [ "b" ] } '},
    ],
)
def test_subscribing_again_is_the_same_also_when_a_default_is_named(shop, again):
    """LocalStack's test_subscribe_idempotency."""
    _, arn = shop.queue("q")
    first = shop.subscribe(arn, RawMessageDelivery="true", FilterPolicy={"a": ["b"]})
    assert shop.subscribe(arn, **again) == first
    assert len(shop.sns.list_subscriptions()["Subscriptions"]) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"RawMessageDelivery": "false"},
        {"FilterPolicyScope": "MessageBody"},
        {"FilterPolicy": '{"a":["c"]}'},
        {"RedrivePolicy": json.dumps({"deadLetterTargetArn": ACCOUNT.format("sqs", "dead")})},
    ],
)
def test_subscribing_again_with_another_value_is_refused(shop, other):
    _, arn = shop.queue("q")
    shop.subscribe(arn, RawMessageDelivery="true", FilterPolicy={"a": ["b"]})
    subscription = {"TopicArn": shop.topic, "Protocol": "sqs", "Endpoint": arn}
    assert refusal(shop.sns.subscribe, **subscription, Attributes=other) == invalid(
        "Attributes Reason: Subscription already exists with different attributes"
    )


def test_every_default_of_a_bare_subscription_may_be_named(shop):
    _, arn = shop.queue("q")
    first = shop.subscribe(arn)
    defaults = {"RawMessageDelivery": "false", "FilterPolicyScope": "MessageAttributes"}
    assert shop.subscribe(arn, **defaults) == first
    for name, value in defaults.items():
        assert shop.subscribe(arn, **{name: value}) == first


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"Nonsense": "1"}, "AttributeName"),
        (
            {"RawMessageDelivery": "maybe"},
            "RawMessageDelivery: Invalid value [maybe]. Must be true or false.",
        ),
    ],
)
def test_a_setting_that_a_subscription_does_not_have_is_refused(shop, attributes, words):
    """LocalStack's test_validate_set_sub_attributes, recorded in 2025."""
    _, arn = shop.queue("q")
    subscription = {"TopicArn": shop.topic, "Protocol": "sqs", "Endpoint": arn}
    assert refusal(shop.sns.subscribe, **subscription, Attributes=attributes) == invalid(
        f"Attributes Reason: {words}"
    )
    assert shop.sns.list_subscriptions()["Subscriptions"] == []
    [(name, value)] = attributes.items()
    change = {"SubscriptionArn": shop.subscribe(arn), "AttributeName": name}
    assert refusal(shop.sns.set_subscription_attributes, **change, AttributeValue=value) == invalid(
        words
    )


@pytest.mark.parametrize(
    ("protocol", "endpoint", "words"),
    [
        ("carrier-pigeon", "x", "Amazon SNS does not support this protocol string: carrier-pigeon"),
        ("SQS", "x", "Amazon SNS does not support this protocol string: SQS"),
        ("http", "https://shop.example", "Endpoint must match the specified protocol"),
        ("https", "shop.example", "Endpoint must match the specified protocol"),
        ("sqs", "https://sqs.eu-west-1.amazonaws.com/123456789012/q", "SQS endpoint ARN"),
        ("sqs", ACCOUNT.format("lambda", "q"), "SQS endpoint ARN"),
        ("lambda", "function", "Lambda endpoint ARN"),
    ],
)
def test_a_subscriber_that_could_not_be_reached_is_refused(shop, protocol, endpoint, words):
    subscription = {"TopicArn": shop.topic, "Protocol": protocol, "Endpoint": endpoint}
    assert refusal(shop.sns.subscribe, **subscription) == invalid(words)


@pytest.mark.parametrize("call", ["list_topics", "list_subscriptions"])
def test_a_token_that_was_not_given_out_is_refused(shop, call):
    assert refusal(getattr(shop.sns, call), NextToken="nonsense") == invalid("NextToken")


@pytest.mark.parametrize("name", ["MessageGroupId", "MessageDeduplicationId"])
@pytest.mark.parametrize("value", ["a b", "x" * 129, "é"])
def test_an_id_is_of_up_to_128_letters_and_punctuation(shop, name, value):
    fifo = {"FifoTopic": "true"}
    topic = shop.sns.create_topic(Name="t.fifo", Attributes=fifo)["TopicArn"]
    ids = {"MessageGroupId": "g", "MessageDeduplicationId": "d"}
    parameters = {"TopicArn": topic, "Message": "x", **ids, name: value}
    code, words = refusal(shop.sns.publish, **parameters)
    assert code == "InvalidParameter"
    assert f"{name} can only include alphanumeric and punctuation characters" in words


def test_a_subject_has_no_line_breaks_or_control_characters(shop):
    for subject in ("a\nb", "a\x1f"):
        topic = {"TopicArn": shop.topic, "Message": "x"}
        assert refusal(shop.sns.publish, **topic, Subject=subject) == invalid("Subject")


# ARNs.


@pytest.mark.parametrize(("arn", "elements"), [("orders", 1), ("arn:aws", 2), ("a:b:c:d:e", 5)])
def test_what_is_not_an_arn_is_refused(shop, arn, elements):
    """LocalStack's test_publish_wrong_arn_format, recorded in 2024."""
    _, queue = shop.queue("q")
    topic = {"TopicArn": arn}
    for call, parameters in (
        (shop.sns.publish, {**topic, "Message": "x"}),
        (shop.sns.get_topic_attributes, topic),
        (shop.sns.delete_topic, topic),
        (shop.sns.list_subscriptions_by_topic, topic),
        (shop.sns.subscribe, {**topic, "Protocol": "sqs", "Endpoint": queue}),
    ):
        assert refusal(call, **parameters) == invalid(f"TopicArn Reason: {NOT_ONE} {elements}")
    assert refusal(shop.sns.unsubscribe, SubscriptionArn=arn) == invalid(
        f"SubscriptionArn Reason: {NOT_ONE} {elements}"
    )


def test_a_topic_is_not_a_subscription(shop):
    assert refusal(shop.sns.unsubscribe, SubscriptionArn=shop.topic) == invalid("SubscriptionId")
    shop.sns.unsubscribe(SubscriptionArn=f"{shop.topic}:gone")  # which is not an error
    change = {"AttributeName": "RawMessageDelivery", "AttributeValue": "true"}
    assert refusal(
        shop.sns.set_subscription_attributes, SubscriptionArn=f"{shop.topic}:gone", **change
    ) == ("NotFound", "Subscription does not exist")


def test_a_message_for_nobody_is_refused(shop):
    assert refusal(shop.sns.publish, Message="x") == invalid(
        "TopicArn or TargetArn Reason: no value for required parameter"
    )
    assert refusal(shop.sns.publish, TopicArn=f"{shop.topic}s", Message="x") == (
        "NotFound",
        "Topic does not exist",
    )

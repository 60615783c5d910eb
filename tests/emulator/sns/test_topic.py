"""SNS: what a topic accepts, and the forms in which subscribers get it."""

import json
import re
import uuid
from datetime import datetime

import boto3
import pytest
from botocore.loaders import Loader
from emulated_sns import Shop, number, text
from fifo_topics import refusal

# The forms.

ATTRIBUTES = {
    "kind": text("order"),
    "total": number("12.50"),
    "photo": {"DataType": "Binary", "BinaryValue": b"\x02\x03\x04"},
}


def test_a_queue_gets_the_envelope(shop):
    url, arn = shop.queue("mail")
    subscription = shop.subscribe(arn)
    answer = shop.publish("größer", Subject="News", MessageAttributes=ATTRIBUTES)
    shop.let_pass(1)
    [body] = shop.bodies(url)
    envelope = json.loads(body)
    assert list(envelope) == [
        *("Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp", "SignatureVersion"),
        *("Signature", "SigningCertURL", "UnsubscribeURL", "MessageAttributes"),
    ]
    assert envelope["Type"] == "Notification"
    assert envelope["MessageId"] == answer["MessageId"] == str(uuid.UUID(answer["MessageId"]))
    assert envelope["TopicArn"] == shop.topic
    assert (envelope["Subject"], envelope["Message"]) == ("News", "größer")
    assert envelope["Timestamp"] == "2026-11-02T08:00:00.000Z"
    assert envelope["SignatureVersion"] == "1"
    assert envelope["UnsubscribeURL"].endswith(
        f"?Action=Unsubscribe&SubscriptionArn={subscription}"
    )
    assert envelope["MessageAttributes"] == {
        "kind": {"Type": "String", "Value": "order"},
        "total": {"Type": "Number", "Value": "12.50"},
        "photo": {"Type": "Binary", "Value": "AgME"},
    }


def test_what_is_not_given_is_not_in_the_envelope(shop):
    url, arn = shop.queue("mail")
    shop.subscribe(arn)
    shop.publish("order")
    shop.let_pass(1)
    [body] = shop.bodies(url)
    assert not {"Subject", "MessageAttributes", "SequenceNumber"} & set(json.loads(body))


def test_raw_delivery_gives_the_message_and_its_attributes(shop):
    url, arn = shop.queue("mail")
    shop.subscribe(arn, RawMessageDelivery="true")
    shop.publish("order", Subject="News", MessageAttributes=ATTRIBUTES)
    shop.let_pass(1)
    [message] = shop.messages(url)
    assert message["Body"] == "order"
    assert message["MessageAttributes"] == ATTRIBUTES


def test_a_function_gets_a_record(lab, shop):
    events = []
    arn = lab.deploy("mail", lambda event, context: events.append(event))
    subscription = shop.subscribe(arn, "lambda")
    answer = shop.publish("order", MessageAttributes={"kind": text("order")})
    shop.let_pass(1)
    [event] = events
    [record] = event["Records"]
    assert {name: value for name, value in record.items() if name != "Sns"} == {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription,
    }
    assert set(record["Sns"]) == {
        *("Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp", "SignatureVersion"),
        *("Signature", "SigningCertUrl", "UnsubscribeUrl", "MessageAttributes"),
    }
    assert record["Sns"]["MessageId"] == answer["MessageId"]
    assert record["Sns"]["Subject"] is None
    assert record["Sns"]["Message"] == "order"
    assert record["Sns"]["MessageAttributes"] == {"kind": {"Type": "String", "Value": "order"}}


def test_powertools_reads_the_event_and_the_envelope(lab, shop):
    from aws_lambda_powertools.utilities.data_classes import SNSEvent

    events = []
    shop.subscribe(lab.deploy("mail", lambda event, _: events.append(event)), "lambda")
    shop.publish("order", Subject="News", MessageAttributes={"kind": text("order")})
    shop.let_pass(1)
    event = SNSEvent(events[0])
    assert (event.sns_message, event.record.sns.subject) == ("order", "News")
    assert event.record.sns.message_attributes["kind"].value == "order"
    moment = datetime.fromisoformat(event.record.sns.timestamp)
    assert moment.timestamp() == datetime.fromisoformat("2026-11-02T08:00:00Z").timestamp()


def test_each_protocol_may_get_a_message_of_its_own(lab, shop):
    heard = []
    url, arn = shop.queue("mail")
    shop.subscribe(arn, RawMessageDelivery="true")
    function = lab.deploy(
        "mail", lambda event, _: heard.append(event["Records"][0]["Sns"]["Message"])
    )
    shop.subscribe(function, "lambda")
    structured = json.dumps({"default": "for all", "sqs": "for queues"})
    shop.publish(structured, MessageStructure="json")
    shop.let_pass(1)
    assert (shop.bodies(url), heard) == (["for queues"], ["for all"])


def test_every_subscription_of_many_gets_it(shop):
    urls = []
    for index in range(120):  # more than a page of them
        url, arn = shop.queue(f"mail-{index}")
        shop.subscribe(arn, RawMessageDelivery="true")
        urls.append(url)
    shop.publish("order")
    shop.let_pass(1)
    assert [shop.bodies(url) for url in urls] == [["order"]] * 120


def test_the_group_goes_on_to_a_standard_queue_for_its_fairness(shop):
    url, arn = shop.queue("mail")
    shop.subscribe(arn)
    shop.publish("order", MessageGroupId="tenant-1")
    shop.let_pass(1)
    [message] = shop.messages(url)
    assert message["Attributes"]["MessageGroupId"] == "tenant-1"
    assert "SequenceNumber" not in json.loads(message["Body"])


# What is refused. The words are recorded from SNS, see `helpers.emulator.sns.topic`.

STRUCTURE = "Invalid parameter: Message Structure - "
TOO_LONG = "Invalid parameter: Message too long"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"Message": ""}, "Invalid parameter: Empty message"),
        ({"Subject": "s" * 101}, "Invalid parameter: Subject"),
        ({"Message": "é" * 131_073}, TOO_LONG),
        ({"Message": "x" * 262_140, "MessageAttributes": {"a": text("b")}}, TOO_LONG),
        ({"MessageStructure": "json"}, f"{STRUCTURE}JSON message body failed to parse"),
        (
            {"Message": '{"sqs": "a"}', "MessageStructure": "json"},
            f"{STRUCTURE}No default entry in JSON message body",
        ),
        (
            {"MessageDeduplicationId": "d"},
            "Invalid parameter: MessageDeduplicationId Reason: The request includes "
            "MessageDeduplicationId parameter that is not valid for this topic type",
        ),
    ],
    ids=range(7),
)  # fmt: skip
def test_a_message_that_is_refused_reaches_nobody(shop, more, words):
    url, arn = shop.queue("mail")
    shop.subscribe(arn)
    publish = {"TopicArn": shop.topic, "Message": "order", **more}
    assert refusal(shop.sns.publish, **publish) == ("InvalidParameter", words)
    shop.let_pass(1)
    assert shop.bodies(url) == []


def test_the_largest_message_is_262144_bytes_by_default_and_a_mebibyte_at_most(lab):
    assert "1024 to 1048576 (1 MiB). The default is 262144 (256 KiB)" in limits_in_the_model()
    small, large = Shop(lab), Shop(lab, "large", MaximumMessageSize="1048576")
    assert small.publish("x" * 262_144)
    assert refusal(small.publish, "x" * 262_145)[0] == "InvalidParameter"
    assert large.publish("x" * 1_048_576)
    assert refusal(large.publish, "x" * 1_048_577)[0] == "InvalidParameter"
    small.sns.set_topic_attributes(
        TopicArn=small.topic, AttributeName="MaximumMessageSize", AttributeValue="1024"
    )
    assert refusal(small.publish, "x" * 1_025)[0] == "InvalidParameter"
    found = small.sns.get_topic_attributes(TopicArn=small.topic)["Attributes"]
    assert found["MaximumMessageSize"] == "1024"


def limits_in_the_model():
    shapes = Loader().load_service_model("sns", "service-2")["shapes"]
    words = shapes["CreateTopicInput"]["members"]["Attributes"]["documentation"]
    return re.sub("<[^>]+>", "", words)


@pytest.mark.parametrize("size", ["1023", "1048577", "much"])
def test_a_limit_out_of_range_is_refused(lab, size):
    sns = boto3.client("sns")
    code, _ = refusal(sns.create_topic, Name="t", Attributes={"MaximumMessageSize": size})
    assert (code, sns.list_topics()["Topics"]) == ("InvalidParameter", [])


def test_subscribing_again_with_other_attributes_is_refused(shop):
    _, arn = shop.queue("mail")
    subscription = shop.subscribe(arn, RawMessageDelivery="true")
    assert shop.subscribe(arn) == shop.subscribe(arn, RawMessageDelivery="true") == subscription
    code, words = refusal(shop.subscribe, arn, RawMessageDelivery="false")
    assert code == "InvalidParameter"
    assert words.endswith("Subscription already exists with different attributes")


# Batches.


def entries(*messages, **more):
    return [{"Id": str(n), "Message": message, **more} for n, message in enumerate(messages)]


def test_a_batch_is_published_in_order(fifo):
    url, arn = fifo.queue("mail.fifo", FifoQueue="true")
    fifo.subscribe(arn, RawMessageDelivery="true")
    batch = entries(*"abcab", MessageGroupId="g")
    answer = fifo.sns.publish_batch(TopicArn=fifo.topic, PublishBatchRequestEntries=batch)
    assert answer["Failed"] == []
    assert [entry["Id"] for entry in answer["Successful"]] == list("01234")
    numbers = [entry["SequenceNumber"] for entry in answer["Successful"]]
    assert numbers[:3] == sorted(set(numbers))
    assert numbers[3:] == numbers[:2]
    fifo.let_pass(1)
    assert fifo.bodies(url) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("batch", "code"),
    [
        (entries(*"abcdefghijk"), "TooManyEntriesInBatchRequest"),
        (entries("a") * 2, "BatchEntryIdsNotDistinct"),
        ([{"Id": "a b", "Message": "a"}], "InvalidBatchEntryId"),
        (entries("x" * 200_000, "y" * 100_000), "BatchRequestTooLong"),
        (entries("a", "b", MessageStructure="json"), "InvalidParameter"),
        (entries("a", "b", MessageDeduplicationId="d"), "InvalidParameter"),
    ],
    ids=["many", "alike", "id", "long", "structure", "fifo"],
)
def test_a_batch_with_a_mistake_is_refused_as_a_whole(shop, batch, code):
    url, arn = shop.queue("mail")
    shop.subscribe(arn)
    publish = {"TopicArn": shop.topic, "PublishBatchRequestEntries": batch}
    assert refusal(shop.sns.publish_batch, **publish)[0] == code
    shop.let_pass(1)
    assert shop.bodies(url) == []

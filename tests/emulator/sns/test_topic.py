"""SNS: what a topic accepts, and the forms in which subscribers get it."""

import json
import re
import uuid
from datetime import datetime

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.loaders import Loader
from emulated_sns import ACCOUNT, Shop, number, text

from helpers import Lab

FIFO = {"FifoTopic": "true"}
BY_CONTENT = {**FIFO, "ContentBasedDeduplication": "true"}


@pytest.fixture
def lab():
    with Lab(seed=3) as lab:
        yield lab


@pytest.fixture
def shop(lab):
    return Shop(lab)


@pytest.fixture
def fifo(lab):
    return Shop(lab, "orders.fifo", **BY_CONTENT)


def refusal(call, *args, **more):
    with pytest.raises(ClientError) as refused:
        call(*args, **more)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


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


# FIFO topics.


def test_a_duplicate_is_accepted_and_not_delivered_for_five_minutes(fifo):
    url, arn = fifo.queue("mail.fifo", FifoQueue="true")
    fifo.subscribe(arn)
    first = fifo.publish("order", MessageGroupId="g")
    answers, delivered = [], []
    for _ in range(6):
        fifo.let_pass(59)
        delivered += fifo.bodies(url)  # read and deleted
        answers.append(fifo.publish("order", MessageGroupId="g"))
    fifo.let_pass(1)
    delivered += fifo.bodies(url)

    def ids(answer):
        return answer["MessageId"], answer["SequenceNumber"]

    assert [ids(answer) == ids(first) for answer in answers] == [True] * 5 + [False]
    assert int(answers[-1]["SequenceNumber"]) > int(first["SequenceNumber"])
    assert [json.loads(body)["MessageId"] for body in delivered] == [
        first["MessageId"],
        answers[-1]["MessageId"],
    ]


def test_the_topic_counts_duplicates_before_its_queues_do(fifo):
    """A queue that subscribes later gets nothing of a message that the topic has seen."""
    fifo.publish("order", MessageGroupId="g")
    url, arn = fifo.queue("late.fifo", FifoQueue="true")
    fifo.subscribe(arn)
    fifo.publish("order", MessageGroupId="g")
    fifo.let_pass(1)
    assert fifo.bodies(url) == []


@pytest.mark.parametrize(("scope", "delivered"), [("Topic", 1), ("MessageGroup", 2)])
def test_the_scope_says_where_an_id_counts(lab, scope, delivered):
    shop = Shop(lab, "orders.fifo", **FIFO, FifoThroughputScope=scope)
    by_group = {"DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}
    url, arn = shop.queue("mail.fifo", FifoQueue="true", **by_group)
    shop.subscribe(arn)
    for group in "ab":
        shop.publish("order", MessageGroupId=group, MessageDeduplicationId="d")
    shop.let_pass(1)
    assert len(shop.bodies(url)) == delivered
    attributes = shop.sns.get_topic_attributes(TopicArn=shop.topic)["Attributes"]
    assert attributes["FifoThroughputScope"] == scope


def test_a_fifo_queue_gets_the_group_and_the_id(lab):
    shop = Shop(lab, "orders.fifo", **BY_CONTENT)
    url, arn = shop.queue("mail.fifo", FifoQueue="true")
    shop.subscribe(arn)
    given = shop.publish("Test", MessageGroupId="g", MessageDeduplicationId="mine")
    shop.publish("Test", MessageGroupId="g")
    shop.let_pass(1)
    first, second = shop.messages(url)
    assert first["Attributes"]["MessageGroupId"] == "g"
    assert first["Attributes"]["MessageDeduplicationId"] == "mine"
    # The SHA-256 of "Test", as recorded from SNS in LocalStack's tests.
    digest = "532eaabd9574880dbf76b9b8cc00832c20a6ec113d682299550d7a6e0f345e25"
    assert second["Attributes"]["MessageDeduplicationId"] == digest
    envelope = json.loads(first["Body"])
    assert envelope["SequenceNumber"] == given["SequenceNumber"]
    assert "Signature" not in envelope  # so recorded, of a FIFO topic


def test_a_standard_queue_of_a_fifo_topic_gets_no_group(fifo):
    url, arn = fifo.queue("mail")
    fifo.subscribe(arn)
    fifo.publish("order", MessageGroupId="g")
    fifo.let_pass(1)
    [message] = fifo.messages(url)
    assert not {"MessageGroupId", "MessageDeduplicationId"} & set(message["Attributes"])


def test_a_fifo_topic_wants_a_group_and_an_id(lab):
    shop = Shop(lab, "orders.fifo", **FIFO)
    assert refusal(shop.publish, "order", MessageDeduplicationId="d") == (
        "InvalidParameter",
        "Invalid parameter: The MessageGroupId parameter is required for FIFO topics",
    )
    assert refusal(shop.publish, "order", MessageGroupId="g") == (
        "InvalidParameter",
        "Invalid parameter: The topic should either have ContentBasedDeduplication enabled or "
        "MessageDeduplicationId provided explicitly",
    )


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ({"deadLetterTargetArn": "dead"}, "deadLetterTargetArn is an invalid arn"),
        (
            {"deadLetterTargetArn": ACCOUNT.format("sqs", "dead")},
            "must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.",
        ),
    ],
)
def test_a_dead_letter_queue_that_does_not_fit_is_refused(fifo, policy, words):
    _, arn = fifo.queue("mail.fifo", FifoQueue="true")
    assert refusal(fifo.subscribe, arn, RedrivePolicy=policy) == (
        "InvalidParameter",
        f"Invalid parameter: Attributes Reason: RedrivePolicy: {words}",
    )

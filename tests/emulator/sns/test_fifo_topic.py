"""FIFO topics: duplicates, groups, and what may subscribe."""

import json

import pytest
from emulated_sns import ACCOUNT, Shop
from fifo_topics import BY_CONTENT, FIFO, refusal


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

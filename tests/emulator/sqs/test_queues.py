"""Making, deleting and emptying queues."""

from __future__ import annotations

import json

import pytest
from emulated_sqs import FIFO, arn, bodies, counts, make, receive, refused, send


def test_making_a_queue_again_answers_it(client):
    dead = make(client, "dead")
    policy = json.dumps({"deadLetterTargetArn": arn(client, dead), "maxReceiveCount": 3})
    url = make(client, VisibilityTimeout=5, RedrivePolicy=policy)
    send(client, url, "a")
    spaced = policy.replace(",", " , ").replace(" 3", ' "3"')
    for attributes in (
        {},
        {"VisibilityTimeout": 5},
        {"DelaySeconds": 0},
        {"RedrivePolicy": spaced},
    ):
        assert make(client, **attributes) == url
    assert counts(client, url) == (1, 0, 0)


@pytest.mark.parametrize(
    ("name", "first", "other"),
    [
        ("q", {}, {"DelaySeconds": 1}),
        ("q", {"DelaySeconds": 1}, {"DelaySeconds": 0}),
        ("q", {"VisibilityTimeout": 5}, {"VisibilityTimeout": 6}),
        ("q.fifo", FIFO, {"FifoQueue": "true", "ContentBasedDeduplication": "false"}),
    ],
)
def test_making_a_queue_again_with_another_value_is_refused(client, name, first, other):
    """LocalStack's test_create_queue_with_different_attributes_raises_exception, 2022."""
    make(client, name, **first)
    words = (
        "A queue already exists with the same name and a different value for attribute "
        f"{list(other)[-1]}"
    )
    with refused("QueueAlreadyExists", words):
        make(client, name, **other)


def test_a_name_is_free_again_a_minute_after_the_queue_was_deleted(client, timeline):
    """LocalStack's test_create_queue_recently_deleted, validated on AWS in 2024."""
    url = make(client)
    send(client, url, "a")
    client.delete_queue(QueueUrl=url)
    words = (
        "You must wait 60 seconds after deleting a queue before you can create another with the "
        "same name."
    )
    for seconds in (0, 59.9):
        timeline.shift(seconds)
        with refused("AWS.SimpleQueueService.QueueDeletedRecently", words):
            make(client)
    with pytest.raises(client.exceptions.QueueDeletedRecently):
        make(client)
    make(client, "another")
    timeline.shift(0.1)
    assert make(client) == url
    assert counts(client, url) == (0, 0, 0)


@pytest.mark.parametrize(("prefix", "found"), [("a", 2), ("a-", 1), (".", 0), ("[", 0), ("b", 0)])
def test_queues_are_listed_by_the_letters_that_their_names_begin_with(client, prefix, found):
    for name in ("a-1", "ab"):
        make(client, name)
    assert len(client.list_queues(QueueNamePrefix=prefix).get("QueueUrls", [])) == found


def test_a_deleted_queue_is_gone_at_once(client):
    url = make(client)
    client.delete_queue(QueueUrl=url)
    with refused("NonExistentQueue"):
        send(client, url, "a")
    with refused("NonExistentQueue"):
        client.delete_queue(QueueUrl=url)


def test_a_queue_is_emptied_once_a_minute(client, timeline):
    """LocalStack's test_successive_purge_calls_fail, recorded in 2022."""
    url, other = make(client), make(client, "other")
    client.purge_queue(QueueUrl=url)
    client.purge_queue(QueueUrl=other)
    send(client, url, "a")
    words = "Only one PurgeQueue operation on orders is allowed every 60 seconds."
    timeline.shift(59.9)
    with refused("AWS.SimpleQueueService.PurgeQueueInProgress", words):
        client.purge_queue(QueueUrl=url)
    assert counts(client, url) == (1, 0, 0)
    timeline.shift(0.1)
    client.purge_queue(QueueUrl=url)
    assert counts(client, url) == (0, 0, 0)


def test_tags_are_those_of_the_making(client):
    url = client.create_queue(QueueName="tagged", tags={"team": "shop"})["QueueUrl"]
    make(client, "tagged")
    assert client.list_queue_tags(QueueUrl=url)["Tags"] == {"team": "shop"}


def test_a_queue_that_was_made_again_starts_its_metrics_and_handles_anew(client, timeline):
    url = make(client)
    send(client, url, "a")
    [message] = receive(client, url)
    client.delete_queue(QueueUrl=url)
    timeline.shift(60)
    make(client)
    with refused("ReceiptHandleIsInvalid"):
        client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    send(client, url, "b")
    assert bodies(receive(client, url)) == ["b"]

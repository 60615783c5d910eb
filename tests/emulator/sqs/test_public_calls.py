"""Every public call of SQS, through plain moto and through the corrected one.

Where moto alone is right, both answer alike, but for ids and times. What moto has wrong is not
played here, but in the test of what corrects it.
"""

from __future__ import annotations

import json
import os
from unittest import mock

import boto3
import pytest
from emulated_sqs import CREDENTIALS, emulated, standing_time
from moto import mock_aws
from played_calls import Player

from helpers.emulator.arrivals import service_model

TEXT = {"DataType": "String", "StringValue": "x"}
BINARY = {"DataType": "Binary", "BinaryValue": b"\x00\xff"}
NUMBER = {"DataType": "Number", "StringValue": "1.5"}


def queues(play):
    settings = {"VisibilityTimeout": "5", "DelaySeconds": "0", "MessageRetentionPeriod": "600"}
    url = play("create_queue", QueueName="a-1", Attributes=settings, tags={"k": "v"})["QueueUrl"]
    play("create_queue", QueueName="a-2")
    play("create_queue", QueueName="a-1", Attributes=settings)
    play("create_queue", QueueName="b.fifo", Attributes={"FifoQueue": "true"})
    play("get_queue_url", QueueName="a-1")
    play("get_queue_url", QueueName="gone")
    play("list_queues")
    play("list_queues", QueueNamePrefix="a-")
    page = play("list_queues", MaxResults=2)
    play("list_queues", MaxResults=2, NextToken=page["NextToken"])
    play("get_queue_attributes", QueueUrl=url, AttributeNames=["All"])
    play("get_queue_attributes", QueueUrl=url, AttributeNames=["QueueArn", "DelaySeconds"])
    play("get_queue_attributes", QueueUrl=url, AttributeNames=["Nonsense"])
    play("get_queue_attributes", QueueUrl=url)
    play("set_queue_attributes", QueueUrl=url, Attributes={"VisibilityTimeout": "9"})
    play("get_queue_attributes", QueueUrl=url, AttributeNames=["All"])
    play("delete_queue", QueueUrl=url)
    play("list_queues")


def fifo_settings(play):
    url = play(
        "create_queue",
        QueueName="q.fifo",
        Attributes={"FifoQueue": "true", "ContentBasedDeduplication": "true"},
    )["QueueUrl"]
    play("get_queue_attributes", QueueUrl=url, AttributeNames=["All"])
    high = {"DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}
    play("set_queue_attributes", QueueUrl=url, Attributes=high)
    play("get_queue_attributes", QueueUrl=url, AttributeNames=["All"])


def messages(play):
    url = play("create_queue", QueueName="q")["QueueUrl"]
    play("receive_message", QueueUrl=url)
    play("send_message", QueueUrl=url, MessageBody="plain")
    attributes = {"t": TEXT, "b": BINARY, "n": NUMBER, "p.x": TEXT}
    play("send_message", QueueUrl=url, MessageBody="größer", MessageAttributes=attributes)
    play("send_message", QueueUrl=url, MessageBody="later", DelaySeconds=900)
    counts = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed"]
    play("get_queue_attributes", QueueUrl=url, AttributeNames=counts)
    for names in (["All"], ["t"], ["p.*"], ["gone"], []):
        play(
            "receive_message",
            QueueUrl=url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=0,
            MessageAttributeNames=names,
        )
    found = play("receive_message", QueueUrl=url, MaxNumberOfMessages=2, AttributeNames=["All"])
    handles = [message["ReceiptHandle"] for message in found["Messages"]]
    play(
        "change_message_visibility",
        QueueUrl=url,
        ReceiptHandle=handles[0],
        VisibilityTimeout=60,
    )
    play("delete_message", QueueUrl=url, ReceiptHandle=handles[0])
    play("delete_message", QueueUrl=url, ReceiptHandle=handles[0])
    play("delete_message", QueueUrl=url, ReceiptHandle="made up")
    play("purge_queue", QueueUrl=url)
    play("receive_message", QueueUrl=url)


def batches(play):
    url = play("create_queue", QueueName="q")["QueueUrl"]
    entries = [
        {"Id": "1", "MessageBody": "a"},
        {"Id": "2", "MessageBody": "b", "MessageAttributes": {"t": TEXT}},
        {"Id": "3", "MessageBody": "c", "DelaySeconds": 901},
    ]
    play("send_message_batch", QueueUrl=url, Entries=entries)
    play("send_message_batch", QueueUrl=url, Entries=[])
    play("send_message_batch", QueueUrl=url, Entries=[{**entries[0], "Id": "a:b"}])
    play("send_message_batch", QueueUrl=url, Entries=[entries[0], entries[0]])
    eleven = [{"Id": str(number), "MessageBody": "x"} for number in range(11)]
    play("send_message_batch", QueueUrl=url, Entries=eleven)
    found = play("receive_message", QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    handles = [{"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate(found)]
    changes = [{**entry, "VisibilityTimeout": 60} for entry in handles]
    play("change_message_visibility_batch", QueueUrl=url, Entries=changes)
    play("delete_message_batch", QueueUrl=url, Entries=handles)
    play("delete_message_batch", QueueUrl=url, Entries=[])


def ordered(play):
    url = play("create_queue", QueueName="q.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    for number, group in enumerate("aab"):
        play(
            "send_message",
            QueueUrl=url,
            MessageBody=f"{group}{number}",
            MessageGroupId=group,
            MessageDeduplicationId=str(number),
        )
    play("send_message", QueueUrl=url, MessageBody="x")
    play("send_message", QueueUrl=url, MessageBody="x", MessageGroupId="a")
    play("send_message", QueueUrl=url, MessageBody="x", MessageGroupId="a", DelaySeconds=1)
    play("receive_message", QueueUrl=url, MaxNumberOfMessages=1, AttributeNames=["All"])
    play("receive_message", QueueUrl=url, MaxNumberOfMessages=10)


def dead_letters(play):
    dead = play("create_queue", QueueName="dead")["QueueUrl"]
    asked = {"QueueUrl": dead, "AttributeNames": ["QueueArn"]}
    arn = play("get_queue_attributes", **asked)["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 1})
    url = play("create_queue", QueueName="q", Attributes={"RedrivePolicy": policy})["QueueUrl"]
    play("get_queue_attributes", QueueUrl=url, AttributeNames=["All"])
    play("list_dead_letter_source_queues", QueueUrl=dead)
    play("send_message", QueueUrl=url, MessageBody="poison")
    for _ in range(2):
        play("receive_message", QueueUrl=url, VisibilityTimeout=0)
    play("receive_message", QueueUrl=dead)
    play("set_queue_attributes", QueueUrl=url, Attributes={"RedrivePolicy": ""})
    play("get_queue_attributes", QueueUrl=url, AttributeNames=["All"])
    play("list_dead_letter_source_queues", QueueUrl=dead)


def tags_and_permissions(play):
    url = play("create_queue", QueueName="q")["QueueUrl"]
    play("list_queue_tags", QueueUrl=url)
    play("tag_queue", QueueUrl=url, Tags={"a": "1", "b": "2"})
    play("untag_queue", QueueUrl=url, TagKeys=["a", "gone"])
    play("list_queue_tags", QueueUrl=url)
    permission = {"AWSAccountIds": ["111111111111"], "Actions": ["SendMessage"]}
    play("add_permission", QueueUrl=url, Label="l", **permission)
    play("add_permission", QueueUrl=url, Label="l", **permission)
    play("get_queue_attributes", QueueUrl=url, AttributeNames=["Policy"])
    play("remove_permission", QueueUrl=url, Label="l")
    play("remove_permission", QueueUrl=url, Label="l")


def nobody_there(play):
    gone = {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/gone"}
    entry = {"Id": "1", "ReceiptHandle": "x"}
    for operation, more in (
        ("send_message", {"MessageBody": "x"}),
        ("send_message_batch", {"Entries": [{"Id": "1", "MessageBody": "x"}]}),
        ("receive_message", {}),
        ("delete_message", {"ReceiptHandle": "x"}),
        ("delete_message_batch", {"Entries": [entry]}),
        ("change_message_visibility", {"ReceiptHandle": "x", "VisibilityTimeout": 1}),
        ("change_message_visibility_batch", {"Entries": [{**entry, "VisibilityTimeout": 1}]}),
        ("get_queue_attributes", {"AttributeNames": ["All"]}),
        ("set_queue_attributes", {"Attributes": {"DelaySeconds": "1"}}),
        ("purge_queue", {}),
        ("delete_queue", {}),
        ("tag_queue", {"Tags": {"a": "1"}}),
        ("untag_queue", {"TagKeys": ["a"]}),
        ("list_queue_tags", {}),
        ("list_dead_letter_source_queues", {}),
        ("add_permission", {"Label": "l", "AWSAccountIds": ["1"], "Actions": ["*"]}),
        ("remove_permission", {"Label": "l"}),
    ):
        play(operation, **gone, **more)


PLAYS = [
    queues, fifo_settings, messages, batches, ordered, dead_letters, tags_and_permissions,
    nobody_there,
]  # fmt: skip
NOT_OF_MOTO = {"StartMessageMoveTask", "ListMessageMoveTasks", "CancelMessageMoveTask"}


def by_moto(program):
    with mock.patch.dict(os.environ, CREDENTIALS), standing_time(), mock_aws():
        play = Player(boto3.client("sqs", "us-east-1"))
        program(play)
    return play.told


def corrected(program):
    with standing_time(), emulated() as client:
        play = Player(client)
        program(play)
    return play.told


@pytest.mark.parametrize("program", PLAYS)
def test_both_answer_alike(program):
    theirs, ours = by_moto(program), corrected(program)
    assert len(ours) == len(theirs)
    for number, (we, they) in enumerate(zip(ours, theirs, strict=True)):
        assert we == they, f"call {number}, {we[0]}"


def test_every_public_call_is_played():
    played = {name.replace("_", "") for program in PLAYS for name, _ in corrected(program)}
    public = {name.lower() for name in service_model("sqs").operation_names}
    assert public - played == {name.lower() for name in NOT_OF_MOTO}


def test_the_two_are_not_one():
    def wrong(play):
        play("create_queue", QueueName="q", Attributes={"VisibilityTimeout": "43201"})

    [(_, theirs)], [(_, ours)] = by_moto(wrong), corrected(wrong)
    assert set(theirs) == {"QueueUrl"}
    assert ours[0] == "InvalidAttributeValue"

"""The public calls of SNS, through plain moto and through the lab.

Where moto alone is right, both answer alike, and the same messages arrive, but for ids and times.
What moto has wrong is not played here, but in the test of what corrects it.
"""

from __future__ import annotations

import json

import boto3
import moto
import pytest
from played_calls import Player, compared

from helpers import Lab
from helpers.emulator.modelled import MODELLED, REFUSED

REGION = "eu-west-1"
TEXT = {"DataType": "String", "StringValue": "x"}
NUMBER = {"DataType": "Number", "StringValue": "1.5"}
NOWHERE = f"arn:aws:sns:{REGION}:123456789012:gone"


class Scene:
    """A player of SNS, and queues that subscribe."""

    def __init__(self, let_pass):
        self.play = Player(boto3.client("sns", REGION))
        self.sqs, self._let_pass = boto3.client("sqs", REGION), let_pass

    def queue(self, name):
        url = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        return url, f"arn:aws:sqs:{REGION}:123456789012:{name}"

    def arrived(self, url):
        """Take down what has arrived in a queue, in any order."""
        self._let_pass()
        asked = {"QueueUrl": url, "MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"]}
        found = []
        for message in self.sqs.receive_message(**asked).get("Messages", []):
            body = message["Body"]
            body = compared(json.loads(body)) if body.startswith("{") else body
            found.append((body, message.get("MessageAttributes")))
        self.play.told.append(("arrived", sorted(found, key=str)))


def topics(scene):
    play = scene.play
    topic = play("create_topic", Name="t", Tags=[{"Key": "a", "Value": "1"}])["TopicArn"]
    play("create_topic", Name="t")
    play("create_topic", Name="t.fifo", Attributes={"FifoTopic": "true"})
    play("list_topics")
    play("get_topic_attributes", TopicArn=topic)
    for name, value in (("DisplayName", "Shop"), ("DeliveryPolicy", "{}")):
        play("set_topic_attributes", TopicArn=topic, AttributeName=name, AttributeValue=value)
    play("get_topic_attributes", TopicArn=topic)
    play("get_topic_attributes", TopicArn=NOWHERE)
    play("tag_resource", ResourceArn=topic, Tags=[{"Key": "b", "Value": "2"}])
    play("untag_resource", ResourceArn=topic, TagKeys=["a"])
    play("list_tags_for_resource", ResourceArn=topic)
    permission = {"Label": "l", "AWSAccountId": ["111111111111"], "ActionName": ["Publish"]}
    play("add_permission", TopicArn=topic, **permission)
    play("add_permission", TopicArn=topic, **permission)
    play("get_topic_attributes", TopicArn=topic)
    play("remove_permission", TopicArn=topic, Label="l")
    play("delete_topic", TopicArn=topic)
    play("delete_topic", TopicArn=topic)
    play("list_topics")


def subscriptions(scene):
    play = scene.play
    topic = play("create_topic", Name="t")["TopicArn"]
    _, arn = scene.queue("q")
    subscribe = {"TopicArn": topic, "Protocol": "sqs", "Endpoint": arn}
    made = play("subscribe", **subscribe, Attributes={"RawMessageDelivery": "true"})
    subscription = made["SubscriptionArn"]
    play("subscribe", **subscribe)
    play("subscribe", TopicArn=NOWHERE, Protocol="sqs", Endpoint=arn)
    play("list_subscriptions")
    play("list_subscriptions_by_topic", TopicArn=topic)
    play("get_subscription_attributes", SubscriptionArn=subscription)
    for name, value in (
        ("RawMessageDelivery", "false"),
        ("FilterPolicy", '{"a": ["b"]}'),
        ("FilterPolicyScope", "MessageBody"),
    ):
        change = {"AttributeName": name, "AttributeValue": value}
        play("set_subscription_attributes", SubscriptionArn=subscription, **change)
        play("get_subscription_attributes", SubscriptionArn=subscription)
    play("unsubscribe", SubscriptionArn=subscription)
    play("unsubscribe", SubscriptionArn=subscription)
    play("get_subscription_attributes", SubscriptionArn=subscription)
    play("list_subscriptions")


def published(scene):
    play = scene.play
    topic = play("create_topic", Name="t")["TopicArn"]
    url, arn = scene.queue("wrapped")
    raw_url, raw_arn = scene.queue("raw")
    subscribe = {"TopicArn": topic, "Protocol": "sqs"}
    play("subscribe", **subscribe, Endpoint=arn)
    play("subscribe", **subscribe, Endpoint=raw_arn, Attributes={"RawMessageDelivery": "true"})
    attributes = {"t": TEXT, "n": NUMBER}  # moto cannot hand on a binary one raw
    play("publish", TopicArn=topic, Message="größer")
    play("publish", TargetArn=topic, Message="x", Subject="News", MessageAttributes=attributes)
    forms = json.dumps({"default": "d", "sqs": "for queues"})
    play("publish", TopicArn=topic, Message=forms, MessageStructure="json")
    play("publish", TopicArn=NOWHERE.replace("gone", "t"), Message="again")
    batch = [{"Id": str(n), "Message": m, "MessageAttributes": {}} for n, m in enumerate("ab")]
    play("publish_batch", TopicArn=topic, PublishBatchRequestEntries=batch)
    play("publish_batch", TopicArn=topic, PublishBatchRequestEntries=[batch[0], batch[0]])
    eleven = [{"Id": str(number), "Message": "x"} for number in range(11)]
    play("publish_batch", TopicArn=topic, PublishBatchRequestEntries=eleven)
    scene.arrived(url)
    scene.arrived(raw_url)


def filtered(scene):
    play = scene.play
    topic = play("create_topic", Name="t")["TopicArn"]
    urls = []
    for name, policy in (
        ("exact", {"t": ["x"]}),
        ("other", {"t": ["y"]}),
        ("prefix", {"t": [{"prefix": "x"}]}),
        ("number", {"n": [{"numeric": [">", 1]}]}),
        ("absent", {"gone": [{"exists": False}]}),
        ("not", {"t": [{"anything-but": ["x"]}]}),
    ):
        url, arn = scene.queue(name)
        urls.append(url)
        more = {"FilterPolicy": json.dumps(policy), "RawMessageDelivery": "true"}
        play("subscribe", TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=more)
    play("publish", TopicArn=topic, Message="m", MessageAttributes={"t": TEXT, "n": NUMBER})
    for url in urls:
        scene.arrived(url)


PLAYS = [topics, subscriptions, published, filtered]


def by_moto(program):
    with moto.mock_aws():
        scene = Scene(let_pass=lambda: None)
        program(scene)
    return scene.play.told


def by_the_lab(program):
    with Lab(seed=1) as lab:

        def let_pass():
            with lab.running(seconds=5):
                pass

        scene = Scene(let_pass)
        program(scene)
    return scene.play.told


@pytest.mark.parametrize("program", PLAYS)
def test_both_answer_alike(program, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    theirs, ours = by_moto(program), by_the_lab(program)
    assert len(ours) == len(theirs)
    for number, (we, they) in enumerate(zip(ours, theirs, strict=True)):
        assert we == they, f"call {number}, {we[0]}"


def test_every_public_call_that_the_lab_carries_out_is_played():
    told = [name for program in PLAYS for name, _ in by_the_lab(program)]
    played = {name.replace("_", "") for name in told}
    carried_out = {
        operation.lower()
        for (service, operation), verdict in MODELLED.items()
        if service == "sns" and verdict.kind != REFUSED
    }
    # moto confirms whatever token it is given; see test_web for what the lab does.
    assert carried_out - played == {"confirmsubscription"}

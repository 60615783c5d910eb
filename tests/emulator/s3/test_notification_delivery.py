"""Whom a bucket tells: queues, topics, functions and the default bus, in virtual time."""

import json
import time

import boto3
import pytest
from emulated_s3 import ARN, Store

from helpers import Lab, faults

CREATED, REMOVED = "s3:ObjectCreated:*", "s3:ObjectRemoved:*"


def test_a_topic_and_its_subscribers(store):
    topic = boto3.client("sns").create_topic(Name="told")["TopicArn"]
    url = store.sqs.create_queue(QueueName="reader")["QueueUrl"]
    arn = ARN.format("sqs", "reader")
    boto3.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    store.configure(TopicConfigurations=[{"TopicArn": topic, "Events": [CREATED]}])
    store.put()
    store.let_pass(1)
    test, told = store.bodies(url)
    assert json.loads(test["Message"])["Event"] == "s3:TestEvent"
    assert told["Subject"] == "Amazon S3 Notification"
    assert json.loads(told["Message"])["Records"][0]["s3"]["object"]["key"] == "k"


def test_a_function_is_invoked_and_retried_by_lambda(lab, store):
    ran = []

    def handler(event, context):
        ran.append(event["Records"][0]["s3"]["object"]["key"])
        raise ValueError("no")

    arn = lab.deploy("resize", handler)
    function = {"LambdaFunctionArn": arn, "Events": [CREATED]}
    store.configure(LambdaFunctionConfigurations=[function])
    assert ran == []  # a function gets no test message
    store.put()
    store.let_pass(600)
    assert ran == ["k"] * 3
    assert (lab.trace.operation == "Invoke").sum() == 1


@pytest.mark.parametrize("name", ["prefix", "Prefix", "PREFIX"])
def test_filters_on_the_key(store, name):
    url = store.tell_queue(
        CREATED,
        rules=({"Name": name, "Value": "in/"}, {"Name": "Suffix", "Value": ".jpg"}),
    )
    for key in ("in/a.jpg", "in/a.png", "out/a.jpg", "in/.jpg"):
        store.put(key)
    store.let_pass(1)
    assert [key for _, key in store.events(url)] == ["in%2Fa.jpg", "in%2F.jpg"]


def test_the_writer_does_not_wait(lab, store):
    url = store.tell_queue(CREATED)
    took = []

    def writer():
        begun = lab.now
        store.put()
        took.append(lab.now - begun)

    with faults.latency("sqs.SendMessage", median=5), lab.running(seconds=60):
        lab.start(writer)
    assert took == [0]
    assert len(store.bodies(url)) == 1


@pytest.mark.parametrize("fault", [faults.error, faults.throttling, faults.refused])
def test_an_outage_of_the_queue_loses_nothing(lab, store, fault):
    """S3 "event notifications are designed to be delivered at least once"."""
    url = store.tell_queue(CREATED)

    def outage():
        with fault("sqs.SendMessage", resource="told"):
            time.sleep(1800)

    with lab.running(hours=2):
        lab.start(outage)
        lab.start(lambda: [store.put(str(n)) for n in range(10)])
    assert sorted(key for _, key in store.events(url)) == sorted(map(str, range(10)))


def test_a_queue_that_is_gone_is_tried_once(lab, store):
    url = store.tell_queue(CREATED)
    store.sqs.delete_queue(QueueUrl=url)
    store.put()
    store.let_pass(3600)
    tries = lab.trace[(lab.trace.operation == "SendMessage") & (lab.trace.caller != "cell")]
    assert list(tries.outcome) == ["QueueDoesNotExist"]


def test_the_trace_tells_who_told_whom(lab, store):
    store.tell_queue(CREATED)
    store.put()
    store.let_pass(1)
    row = lab.trace[lab.trace.caller == "s3:claims"].iloc[0]
    assert (row.service, row.operation, row.resource) == ("sqs", "SendMessage", "told")
    [handling] = row.messages
    assert json.loads(handling.body)["Records"][0]["s3"]["object"]["key"] == "k"


def test_the_same_seed_tells_the_same():
    told = []
    for _ in range(2):
        with Lab(seed=7) as lab:
            store = Store(lab)
            url = store.tell_queue(CREATED)
            for n in range(3):
                store.put(str(n))
            store.let_pass(1)
            told.append(store.bodies(url))
    assert told[0] == told[1]

"""SNS."""

from __future__ import annotations

import json
import time
from typing import Any

import boto3

from helpers import faults
from helpers.differences.probe import MODEL, Queue, difference, kind, let_pass

RAW = {"RawMessageDelivery": "true"}


def subscribed(name: str, queue: Queue, fifo: dict[str, str] | None = None, **more: str) -> Any:
    """A topic to which a queue has subscribed, as a function that publishes."""
    client = boto3.client("sns")
    arn = client.create_topic(Name=name, Attributes=fifo or {})["TopicArn"]
    client.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue.arn, Attributes={**RAW, **more})
    return lambda message, **fields: client.publish(TopicArn=arn, Message=message, **fields)


@difference("SNS: publish, and a subscriber is gone", aws="accepted", source=f"{MODEL}, Publish")
def lost_subscriber(lab: Any) -> str:
    """A message is published to a topic whose subscriber, a queue, has been deleted."""
    queue = Queue("lost-subscriber")
    publish = subscribed("lost", queue)
    queue.sqs.delete_queue(QueueUrl=queue.url)
    try:
        publish("order")
    except Exception as error:
        return f"fails: {kind(error)}"
    return "accepted"


@difference(
    "SNS: the same, with a dead-letter queue",
    aws="in the dead-letter queue",
    source="Developer Guide, dead-letter queues",
)
def dead_letters(lab: Any) -> str:
    """The same, with a dead-letter queue."""
    queue, dead = Queue("gone-subscriber"), Queue("sns-dead")
    policy = json.dumps({"deadLetterTargetArn": dead.arn})
    publish = subscribed("gone-subscriber", queue, RedrivePolicy=policy)
    queue.sqs.delete_queue(QueueUrl=queue.url)
    try:
        publish("order")
    except Exception as error:
        return f"fails: {kind(error)}"
    let_pass(lab, 1)
    return "in the dead-letter queue" if dead.receive() else "gone"


@difference(
    "SNS: a subscriber is out for a minute",
    aws="delivered after it",
    source="Developer Guide, delivery retries",
)
def outage(lab: Any) -> str:
    """A message is published in the minute in which its subscriber cannot be reached."""
    queue = Queue("unreachable")
    publish = subscribed("unreachable", queue)
    found = []

    def look() -> None:
        messages = queue.receive(WaitTimeSeconds=1)
        found.append(len(messages))
        for message in messages:
            queue.delete(message)

    def minute() -> None:
        with faults.error("sqs.SendMessage", resource="unreachable"):
            publish("order")
            time.sleep(60)
            look()
        time.sleep(60)
        look()

    with lab.running(minutes=3):
        lab.start(minute)
    if found == [1, 0]:
        return "delivered in spite of it"
    return "delivered after it" if found == [0, 1] else "not delivered"


@difference("SNS FIFO: the same message twice", aws="1 delivered", source=f"{MODEL}, Publish")
def repeat(lab: Any) -> str:
    """One message twice to a FIFO topic, with a standard queue that counts no duplicates."""
    queue = Queue("repeats")
    fifo = {"FifoTopic": "true", "ContentBasedDeduplication": "true"}
    publish = subscribed("repeats.fifo", queue, fifo)
    for _ in range(2):
        publish("order", MessageGroupId="g")
    let_pass(lab, 1)
    return f"{len(queue.receive(MaxNumberOfMessages=10))} delivered"


@difference(
    "SNS: a function subscribes", aws="invoked", source="Lambda Developer Guide, Amazon SNS"
)
def function(lab: Any) -> str:
    """A function subscribes."""
    client = boto3.client("sns")
    arn = client.create_topic(Name="to-function")["TopicArn"]
    work = boto3.client("lambda").get_function(FunctionName="work")["Configuration"]
    client.subscribe(TopicArn=arn, Protocol="lambda", Endpoint=work["FunctionArn"])
    ran = len(lab.trace)
    try:
        client.publish(TopicArn=arn, Message="order")
    except Exception as error:
        return f"fails: {kind(error)}"
    let_pass(lab, 1)
    called = lab.trace.iloc[ran:].query("operation == 'Invoke' and resource == 'work'")
    return "invoked" if len(called) else "not invoked"


@difference(
    "SNS: six filters on the body",
    aws="6 of 6 delivered",
    source="Developer Guide, filter policies",
)
def filters(lab: Any) -> str:
    """Six documented filters, and a message for each that it lets through."""
    cases = {
        "prefix": ({"prefix": "a"}, "ab"),
        "ignore-case": ({"equals-ignore-case": "ab"}, "AB"),
        "anything-but": ({"anything-but": {"suffix": "z"}}, "ab"),
        "wildcard": ({"wildcard": "a*c"}, "abc"),
        "cidr": ({"cidr": "10.0.0.0/24"}, "10.0.0.7"),
        "null": (None, None),
    }
    passed = 0
    for name, (rule, value) in cases.items():
        queue = Queue(f"filter-{name}")
        policy = json.dumps({"key": [rule]})
        try:
            publish = subscribed(
                f"filter-{name}", queue, FilterPolicyScope="MessageBody", FilterPolicy=policy
            )
            publish(json.dumps({"key": value}))
        except Exception:
            continue
        let_pass(lab, 1)
        passed += len(queue.receive())
    return f"{passed} of 6 delivered"


@difference(
    "SNS: an invalid filter at Subscribe",
    aws="InvalidParameter, not subscribed",
    source=f"{MODEL}, Subscribe",
)
def invalid_filter(lab: Any) -> str:
    """A queue subscribes with a filter that is none."""
    queue = Queue("mistaken")
    try:
        subscribed("mistaken", queue, FilterPolicy='{"key": [{"prefix": 1}]}')
    except Exception as error:
        found = kind(error)
    else:
        found = "accepted"
    client = boto3.client("sns")
    made = any(s["Endpoint"] == queue.arn for s in client.list_subscriptions()["Subscriptions"])
    return f"{found}, {'subscribed' if made else 'not subscribed'}"


@difference(
    "SNS: 140,000 × ü, at most 262,144 bytes", aws="refused", source=f"{MODEL}, CreateTopic"
)
def size(lab: Any) -> str:
    """140,000 characters of two bytes each, where 262,144 bytes are allowed."""
    try:
        subscribed("sns-large", Queue("sns-large"))("ü" * 140_000)
    except Exception:
        return "refused"
    return "accepted"


@difference("SNS: an address subscribes", aws="pending confirmation", source=f"{MODEL}, Subscribe")
def address(lab: Any) -> str:
    """An HTTPS address subscribes, and its owner has not confirmed it yet."""
    client = boto3.client("sns")
    lab.serve("https://shop.example/differences", lambda headers, body: None)
    arn = client.create_topic(Name="to-address")["TopicArn"]
    answer = client.subscribe(
        TopicArn=arn, Protocol="https", Endpoint="https://shop.example/differences"
    )["SubscriptionArn"]
    return answer if answer == "pending confirmation" else "confirmed"

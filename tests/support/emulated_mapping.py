"""A queue, a function that reads it, and the event source mapping between them."""

from __future__ import annotations

import time
from collections import Counter

import boto3


class Mapped:
    """A queue, a function that reads it, and the mapping between them."""

    def __init__(self, lab, handler, *, name="orders", timeout=10, attributes=None, **mapping):
        self.lab, self.batches = lab, []
        self.sqs, self.aws = boto3.client("sqs"), boto3.client("lambda")
        attributes = {"VisibilityTimeout": "60", **(attributes or {})}
        self.url = self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        self.arn = self.attribute("QueueArn")

        def work(event, context):
            bodies = [record["body"] for record in event["Records"]]
            self.batches.append((round(lab.now, 3), bodies))
            lab.mark("began", size=len(bodies))
            try:
                return handler(event)
            finally:
                lab.mark("ended", size=len(bodies))

        lab.deploy("work", work, timeout=timeout)
        self.uuid = self.map(**mapping)["UUID"]

    def map(self, **mapping):
        return self.aws.create_event_source_mapping(
            FunctionName="work", EventSourceArn=self.arn, **mapping
        )

    def update(self, **settings):
        return self.aws.update_event_source_mapping(UUID=self.uuid, **settings)

    def attribute(self, name):
        found = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["All"])
        return found["Attributes"][name]

    @property
    def left(self):
        """Messages in the queue, visible or not."""
        states = ("", "NotVisible", "Delayed")
        return sum(int(self.attribute(f"ApproximateNumberOfMessages{state}")) for state in states)

    def send(self, *bodies, **more):
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.url, MessageBody=str(body), **more)

    def fill(self, count):
        for start in range(0, count, 10):
            entries = [
                {"Id": str(n), "MessageBody": str(n)} for n in range(start, min(start + 10, count))
            ]
            self.sqs.send_message_batch(QueueUrl=self.url, Entries=entries)

    def run(self, **time):
        with self.lab.running(**time):
            pass

    @property
    def processed(self):
        """How often each body was in a batch."""
        return Counter(body for _, bodies in self.batches for body in bodies)

    @property
    def most_at_once(self):
        """The largest number of invocations at one time."""
        marks = self.lab.trace[self.lab.trace["name"].isin(["began", "ended"])]
        return int(marks["name"].map({"began": 1, "ended": -1}).cumsum().max())


def nothing(event):
    return None


def fail(event):
    raise ValueError


def slowly(seconds):
    return lambda event: time.sleep(seconds)


def at_once(calls):
    """The largest number of calls under way at one time."""
    steps = [(start, 1) for start in calls["time"]] + [(end, -1) for end in calls["end"]]
    running = most = 0
    for _, step in sorted(steps):
        running += step
        most = max(most, running)
    return most

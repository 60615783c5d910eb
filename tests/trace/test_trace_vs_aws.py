"""What the trace says of a queue is what SQS itself says, at every moment of a run."""

from __future__ import annotations

import json
import random
import time

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError
from queue_attributes import ATTRIBUTES

from helpers import Lab, faults, trace

REFUSED = ("InvalidParameterValue", "ReceiptHandleIsInvalid")


class Workload:
    """Producers, consumers of every bad habit, and a worker that asks SQS how much it holds."""

    def __init__(self, lab, seed, *, fifo):
        self.lab, self.fifo, self.random = lab, fifo, random.Random(f"workload {seed}")
        self.sqs = boto3.client("sqs", config=Config(read_timeout=30))
        self.names = ["orders.fifo", "dead.fifo"] if fifo else ["orders", "dead"]
        kind = {"FifoQueue": "true"} if fifo else {}
        dead = self.create(self.names[1], MessageRetentionPeriod="180", **kind)
        arn = f"arn:aws:sqs:eu-west-1:123456789012:{self.names[1]}"
        redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3})
        self.url = self.create(
            self.names[0], VisibilityTimeout="12", RedrivePolicy=redrive,
            MessageRetentionPeriod="300", **kind,
        )  # fmt: skip
        self.urls = dict(zip(self.names, (self.url, dead), strict=True))
        self.samples = []

    def create(self, name, **attributes):
        return self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]

    def ordered(self, number):
        """What a FIFO queue wants to know; a standard queue takes a delay instead."""
        if self.fifo:
            return {
                "MessageGroupId": f"g{number % 5}",
                "MessageDeduplicationId": f"d{number // 2 if number % 7 == 0 else number}",
            }
        return {"DelaySeconds": self.random.choice([0, 0, 0, 4, 11])}

    def produce(self):
        for number in range(120):
            time.sleep(self.random.expovariate(0.5))
            if number % 10:
                self.sqs.send_message(
                    QueueUrl=self.url, MessageBody=str(number), **self.ordered(number)
                )
            else:
                entries = [
                    {
                        "Id": str(n),
                        "MessageBody": f"{number}-{n}",
                        **self.ordered(1000 * n + number),
                    }
                    for n in range(5)
                ]
                self.sqs.send_message_batch(QueueUrl=self.url, Entries=entries)

    def consume(self):
        while True:
            try:
                reply = self.sqs.receive_message(
                    QueueUrl=self.url,
                    MaxNumberOfMessages=self.random.randint(1, 10),
                    WaitTimeSeconds=self.random.choice([0, 5, 20]),
                )
            except ReadTimeoutError:
                continue
            time.sleep(self.random.expovariate(1.0))
            for message in reply.get("Messages", []):
                self.treat(message["ReceiptHandle"])

    def treat(self, receipt):
        which = {"QueueUrl": self.url, "ReceiptHandle": receipt}
        habit = self.random.random()
        try:
            if habit < 0.15:  # too slow: the receipt is old by then
                time.sleep(self.random.uniform(10, 16))
            elif habit < 0.25:
                self.sqs.change_message_visibility(**which, VisibilityTimeout=0)
                return
            elif habit < 0.4:
                self.sqs.change_message_visibility(**which, VisibilityTimeout=25)
                time.sleep(self.random.uniform(0, 5))
            elif habit < 0.6:
                return  # forgotten
            self.sqs.delete_message(**which)
        except ClientError as error:  # an old receipt, on a FIFO queue or after a redrive
            if error.response["Error"]["Code"] not in REFUSED:
                raise

    def ask(self):
        while True:
            time.sleep(self.random.uniform(1, 4))
            for name, url in self.urls.items():
                reply = self.sqs.get_queue_attributes(
                    QueueUrl=url, AttributeNames=list(ATTRIBUTES)
                )["Attributes"]
                held = {state: int(reply[attribute]) for attribute, state in ATTRIBUTES.items()}
                self.samples.append((self.lab.now, name, held))

    def purge(self):
        time.sleep(211.3)
        self.sqs.purge_queue(QueueUrl=self.url)


def sampled(seed, *, fifo=False, purge=False):
    """What SQS said, what the trace says of the same moments, and the trace."""
    with Lab(seed=seed) as lab:
        work = Workload(lab, seed, fifo=fifo)
        with (
            faults.lost_reply("sqs.SendMessage", rate=0.1, seed=seed),
            faults.lost_reply("sqs.ReceiveMessage", rate=0.05, seed=seed),
            faults.latency("sqs", median=0.05, p99=0.6, seed=seed, rate=0.5),
            faults.latency("sqs.SendMessage", median=45, seed=seed, rate=0.03),
            lab.running(minutes=12),
        ):
            lab.start(work.produce)
            lab.start(work.consume, copies=3)
            lab.start(work.ask)
            if purge:
                lab.start(work.purge)
        frame = lab.trace
        asked = frame[frame.operation == "GetQueueAttributes"]
        asked = asked[asked.processed.notna()]
        said = {name: [s for _, queue, s in work.samples if queue == name] for name in work.names}
        told = {}
        for name in work.names:
            # An answer is true of the moment at which SQS gave it, not of that of its arrival.
            moments = asked[asked.resource == name].processed.to_numpy()[: len(said[name])]
            found = trace.backlog_at(frame, moments, queue=name, until=lab.now)
            told[name] = found[list(ATTRIBUTES.values())].to_dict("records")
        return said, told, frame


@pytest.mark.parametrize(
    ("seed", "fifo", "purge"),
    [(1, False, False), (2, False, False), (3, False, True), (4, True, False), (5, True, False)],
)
def test_the_backlog_is_what_get_queue_attributes_says(seed, fifo, purge):
    said, told, frame = sampled(seed, fifo=fifo, purge=purge)
    for name in said:
        assert len(said[name]) > 150
        assert told[name] == said[name]
    orders, dead = said
    peaks = {state: max(sample[state] for sample in said[orders]) for state in ATTRIBUTES.values()}
    assert peaks["waiting"] >= 3
    assert peaks["in_flight"] >= 3
    if not fifo:
        assert peaks["delayed"] >= 2
    assert max(sample["waiting"] for sample in said[dead]) >= 2
    seen = trace.messages(frame)
    assert {"sent", "received", "deleted", "visibility", "moved", "expired"} <= set(seen.what)
    assert (~seen.effective & (seen.what == "deleted")).any() or fifo  # by an old receipt
    assert (seen.receive_count >= 2).sum() > 10  # received again
    lost = frame[(frame.outcome == "ReadTimeoutError") & frame.processed.notna()]
    assert {"SendMessage", "ReceiveMessage"} <= set(lost.operation)


def test_what_happens_at_one_moment_is_told_in_the_order_of_the_queue():
    """No time passes between these calls: a message waits, is purged, waits, is in flight."""
    with Lab() as lab:
        sqs = boto3.client("sqs")
        url = sqs.create_queue(QueueName="orders")["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody="purged")
        sqs.purge_queue(QueueUrl=url)
        sqs.send_message(QueueUrl=url, MessageBody="kept")
        [first] = sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)["Messages"]
        sqs.receive_message(QueueUrl=url)
        sqs.delete_message(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"])  # older: in vain
        assert lab.now == 0
        names = list(ATTRIBUTES)
        said = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        assert [said[name] for name in names] == ["0", "1", "0"]
        assert trace.backlog(lab.trace).iloc[-1].to_list() == [0, 0, 1, 0]
        seen = trace.messages(lab.trace)
        assert seen.what.to_list() == ["sent", "purged", "sent", "received", "received", "deleted"]
        assert seen.effective.to_list() == [True] * 5 + [False]
        sqs.delete_queue(QueueUrl=url)
        assert trace.backlog(lab.trace).iloc[-1].to_list() == [0, 0, 0, 0]

"""Small runs around one queue, and what `charts.journey` tells of an order in them."""

from __future__ import annotations

import json
import time

import boto3
from botocore.config import Config

from helpers import Lab, charts

PATIENT = Config(read_timeout=25, retries={"total_max_attempts": 3})
ARN = "arn:aws:sqs:eu-west-1:123456789012:"


class Shop:
    """A queue, a queue for dead letters, and what happens around them."""

    def __init__(self, name="orders", **attributes):
        self.lab, self.sqs = Lab(seed=1), boto3.client("sqs", config=PATIENT)
        self.sqs.create_queue(QueueName="dead")
        self.url = self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]

    def send(self, order="o-1", **options):
        body = json.dumps({"order_id": order})
        self.sqs.send_message(QueueUrl=self.url, MessageBody=body, **options)

    def receive(self):
        """One message after the other: its order and its receipt."""
        while True:
            answer = self.sqs.receive_message(QueueUrl=self.url, WaitTimeSeconds=20)
            for message in answer.get("Messages", []):
                yield json.loads(message["Body"])["order_id"], message["ReceiptHandle"]

    def delete(self, receipt):
        self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=receipt)

    def charge(self, work=2.0):
        for order, receipt in self.receive():
            time.sleep(work)
            self.lab.mark("charged", order_id=order)
            self.delete(receipt)

    def run(self, *functions, minutes=5):
        """The trace of a run of these functions, after which the lab is closed."""
        with self.lab.running(minutes=minutes):
            for function in functions:
                self.lab.start(function)
        trace = self.lab.trace
        self.lab.close()
        return trace


def told(trace, order="o-1", **options):
    """The steps of a story: kind, who, to whom, and the words."""
    steps = charts.journey(trace, order, **options).steps
    return [(s.kind, s.source.name, s.target and s.target.name, s.text) for s in steps]


def kinds(trace, order="o-1", **options):
    return [step[0] for step in told(trace, order, **options)]

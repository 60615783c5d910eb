"""A queue for the tests of the lab, one who polls it, and what happened."""

from __future__ import annotations

import boto3


def make_queue(name="orders", **attributes):
    sqs = boto3.client("sqs")
    return sqs, sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]


def happenings(lab):
    """Everything that the trace holds, comparable (NaN equals NaN)."""
    return [repr(row) for row in lab.trace.to_dict("records")]


def poll_for_ever(sqs, url):
    while True:
        sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)

"""Runs of senders, queues and workers whose traces are shown as replays."""

from __future__ import annotations

import json
import random
import time
from contextlib import ExitStack

import boto3
from botocore.config import Config

from helpers import Lab, faults

PATIENT = Config(read_timeout=25, retries={"total_max_attempts": 20})


def shop(
    *,
    seed=1,
    orders=20,
    workers=2,
    work=4.0,
    timeout=30,
    delay=0,
    failing=0.0,
    lost=0.0,
    minutes=4,
    gap=3.0,
):
    """Orders through a queue with a dead-letter queue; the trace of the run.

    Parameters
    ----------
    work, gap : float
        Seconds of work and between two orders, in the mean.
    timeout, delay : int
        Visibility timeout of the queue and delay of every third message, in seconds.
    failing, lost : float
        Shares of the deliveries that are not worked on, and of the replies that are lost.
    """
    lab, draws = Lab(seed=seed), random.Random(seed)
    sqs = boto3.client("sqs", config=PATIENT)
    sqs.create_queue(QueueName="orders-dead")
    redrive = {
        "deadLetterTargetArn": "arn:aws:sqs:eu-west-1:123456789012:orders-dead",
        "maxReceiveCount": 2,
    }
    attributes = {"VisibilityTimeout": str(timeout), "RedrivePolicy": json.dumps(redrive)}
    url = sqs.create_queue(QueueName="orders", Attributes=attributes)["QueueUrl"]

    def checkout():
        for number in range(orders):
            time.sleep(draws.expovariate(1 / gap))
            body = json.dumps({"order_id": f"o-{number}"})
            late = delay if number % 3 == 0 else 0
            sqs.send_message(QueueUrl=url, MessageBody=body, DelaySeconds=late)

    def charge():
        while True:
            answer = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)
            for message in answer.get("Messages", []):
                if draws.random() < failing:
                    continue
                time.sleep(draws.expovariate(1 / work))
                lab.mark("charged", order_id=json.loads(message["Body"])["order_id"])
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    with ExitStack() as stack:
        if lost:
            stack.enter_context(faults.lost_reply("sqs", rate=lost, seed=seed))
        stack.enter_context(lab.running(minutes=minutes))
        lab.start(checkout)
        if workers:
            lab.start(charge, copies=workers)
    trace = lab.trace
    lab.close()
    return trace

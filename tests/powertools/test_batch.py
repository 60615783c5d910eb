"""Powertools' batch utility, unmodified: partial failures, by hand and through the queue.

[Powertools for AWS Lambda (Python), "Batch processing", and its source.] A processor holds the
state of one invocation, so it is made inside the handler: in the lab all execution environments of
a function share this process, while on AWS each has one of its own.
"""

from __future__ import annotations

import json
import time
import warnings
from random import Random

import boto3
import pytest
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    SqsFifoPartialProcessor,
    process_partial_response,
)
from aws_lambda_powertools.utilities.idempotency import idempotent_function
from botocore.config import Config
from in_ci import each_seed
from powertools_lab import effects, invoke, let_pass, store

from helpers import Lab, faults


@pytest.fixture
def lab():
    with Lab(seed=6) as lab:
        yield lab


def sqs_event(*bodies, groups=None):
    """What the poller of an event source mapping hands to a function."""
    return {
        "Records": [
            {
                "messageId": f"message-{number}",
                "receiptHandle": "handle",
                "body": body,
                "attributes": {"MessageGroupId": (groups or bodies)[number]},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:orders",
                "awsRegion": "eu-west-1",
            }
            for number, body in enumerate(bodies)
        ]
    }


def failed(answer):
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def batch(lab, handle, make=lambda: BatchProcessor(event_type=EventType.SQS), **settings):
    """The function "batch", which hands each record to `handle`."""

    def handler(event, context):
        return process_partial_response(
            event=event, record_handler=handle, processor=make(), context=context
        )

    return lab.deploy("batch", handler, **settings)


class TestBatch:
    @pytest.fixture
    def seen(self, lab):
        """The bodies that a record handler has seen. It refuses those that begin with "bad"."""
        seen = []

        def handle(record):
            seen.append(record.body)
            if record.body.startswith("bad"):
                raise ValueError(record.body)

        self.handle = handle
        return seen

    def test_only_the_failed_records_are_reported(self, lab, seen):
        batch(lab, self.handle)
        answer = invoke(sqs_event("a", "bad b", "c", "bad d"), "batch")
        assert failed(answer) == ["message-1", "message-3"]
        assert seen == ["a", "bad b", "c", "bad d"]
        assert failed(invoke(sqs_event("a", "c"), "batch")) == []

    def test_if_all_fail_the_function_does(self, lab, seen):
        batch(lab, self.handle)
        assert invoke(sqs_event("bad a", "bad b"), "batch") == "BatchProcessingError"

    def test_fifo_stops_at_the_first_failure(self, lab, seen):
        batch(lab, self.handle, SqsFifoPartialProcessor)
        answer = invoke(sqs_event("a", "bad b", "c", "d"), "batch")
        assert failed(answer) == ["message-1", "message-2", "message-3"]
        assert seen == ["a", "bad b"]

    def test_fifo_can_stop_one_group_only(self, lab, seen):
        batch(lab, self.handle, lambda: SqsFifoPartialProcessor(skip_group_on_error=True))
        answer = invoke(sqs_event("bad a", "b", "c", "d", groups="xyxy"), "batch")
        assert failed(answer) == ["message-0", "message-2"]
        assert seen == ["bad a", "b", "d"]


def mapped(lab, *, fifo=False, **settings):
    """A queue whose messages the function "batch" is given. Returns its URL."""
    sqs = boto3.client("sqs")
    attributes = {"VisibilityTimeout": "60"} | ({"FifoQueue": "true"} if fifo else {})
    name = "orders.fifo" if fifo else "orders"
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    boto3.client("lambda").create_event_source_mapping(
        FunctionName="batch",
        EventSourceArn=found["Attributes"]["QueueArn"],
        BatchSize=10,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        **settings,
    )
    return url


def left(url):
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)
    return sum(int(found["Attributes"][name]) for name in names)


class TestThroughTheQueue:
    @pytest.mark.parametrize("seed", each_seed(1, 2))
    def test_a_failed_record_comes_again_and_the_others_do_not(self, seed):
        with Lab(seed=seed) as lab:
            random, handled, failures = Random(seed), [], []

            def handle(record):
                time.sleep(0.1)
                if random.random() < 0.2:
                    failures.append(record.body)
                    raise ValueError(record.body)
                handled.append(record.body)

            batch(lab, handle, timeout=10)
            url, sqs = mapped(lab), boto3.client("sqs")

            def send():
                for number in range(130):
                    time.sleep(0.5)
                    sqs.send_message(QueueUrl=url, MessageBody=str(number))

            with lab.running(minutes=30):
                lab.start(send)
            assert sorted(handled, key=int) == [str(number) for number in range(130)]
            assert len(failures) > 20
            assert left(url) == 0

    def test_a_fifo_queue_keeps_its_order(self, lab):
        random, handled = Random(8), {"x": [], "y": []}

        def handle(record):
            if random.random() < 0.2:
                raise ValueError(record.body)
            handled[record.body[0]].append(int(record.body[1:]))

        batch(lab, handle, SqsFifoPartialProcessor, timeout=10)
        url, sqs = mapped(lab, fifo=True), boto3.client("sqs")
        for number in range(40):
            for group in "xy":
                sqs.send_message(
                    QueueUrl=url,
                    MessageBody=f"{group}{number}",
                    MessageGroupId=group,
                    MessageDeduplicationId=f"{group}{number}",
                )
        let_pass(lab, hours=4)
        assert handled == {"x": list(range(40)), "y": list(range(40))}
        assert left(url) == 0

    @pytest.mark.parametrize("seed", each_seed(1, 2))
    def test_with_idempotency_a_message_sent_twice_has_one_effect(self, seed):
        with Lab(seed=seed) as lab:
            layer, random = store(), Random(seed)

            @idempotent_function(data_keyword_argument="order", persistence_store=layer)
            def charge(order):
                time.sleep(random.expovariate(2))
                if random.random() < 0.1:
                    raise ValueError(order)
                lab.mark("charged", order=order["id"])

            def handle(record):
                charge(order=json.loads(record.body))

            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # no Lambda context: nothing is meant to time out
                batch(lab, handle, timeout=30)
                patient = Config(read_timeout=5, retries={"total_max_attempts": 10})
                url, sqs = mapped(lab), boto3.client("sqs", config=patient)

                def send():
                    for number in range(100):
                        time.sleep(0.2)
                        sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"id": number}))

                lost = faults.lost_reply("sqs.SendMessage", rate=0.3, seed=seed)
                with lost, lab.running(hours=1):
                    lab.start(send)
            assert lost.hits > 25  # and so many messages are in the queue twice
            assert sorted(effects(lab)) == list(range(100))
            assert left(url) == 0

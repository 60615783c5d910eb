"""A poll that finds nothing takes a short way: it says and waits the same as the full one."""

import random
import time

import boto3
import pytest
from botocore.exceptions import ClientError
from in_ci import each_seed

from helpers import Lab
from helpers.emulator import serving
from helpers.emulator.sqs import empty_poll


def run(seed, wait):
    """Two consumers of three queues with delays and visibility timeouts; what the trace says."""
    draws = random.Random(seed)
    with Lab(seed=seed) as lab:
        sqs = boto3.client("sqs")
        urls = [sqs.create_queue(QueueName=name)["QueueUrl"] for name in "abc"]

        def sender():
            for number in range(60):
                time.sleep(draws.choice((0, 0.5, 3)))
                delay = {"DelaySeconds": draws.choice((0, 2))}
                sqs.send_message(QueueUrl=draws.choice(urls), MessageBody=f"{number}", **delay)

        def consumer():
            while True:
                for url in urls:
                    answer = sqs.receive_message(
                        QueueUrl=url, WaitTimeSeconds=wait, VisibilityTimeout=4
                    )
                    for message in answer.get("Messages", []):
                        time.sleep(draws.random())
                        if draws.random() < 0.8:
                            handle = message["ReceiptHandle"]
                            sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)
                time.sleep(0.25)

        with lab.running(minutes=1.6):
            lab.start(sender)
            lab.start(consumer, copies=2)
        rows = lab.trace[["time", "end", "caller", "operation", "outcome", "resource"]]
        return rows.assign(bodies=[tuple(h.body for h in m) for m in lab.trace["messages"]])


@pytest.mark.parametrize("wait", [0, 1])
@pytest.mark.parametrize("seed", each_seed(1, 2, 3))
def test_the_run_is_the_same_on_the_full_way(seed, wait, monkeypatch):
    taken = []
    short = serving.empty_poll

    def noted(body, region):
        answer = short(body, region)
        taken.append(answer is not None)
        return answer

    monkeypatch.setattr(serving, "empty_poll", noted)
    quick = run(seed, wait)
    monkeypatch.setattr(serving, "empty_poll", lambda body, region: None)
    full = run(seed, wait)
    assert taken.count(True) > 50
    assert taken.count(False) > 50
    assert quick.round(5).equals(full.round(5))


def test_a_full_queue_refuses_a_short_poll_also_when_none_is_visible(monkeypatch):
    monkeypatch.setattr(empty_poll, "IN_FLIGHT_LIMIT", 1)
    monkeypatch.setattr("helpers.emulator.sqs.queue.IN_FLIGHT_LIMIT", 1)
    with Lab(seed=1):
        sqs = boto3.client("sqs")
        url = sqs.create_queue(QueueName="orders")["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody="a")
        assert sqs.receive_message(QueueUrl=url)["Messages"]
        with pytest.raises(ClientError, match="OverLimit"):
            sqs.receive_message(QueueUrl=url)
        assert "Messages" not in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5)

"""A standard queue that delivers again and out of order, as AWS says it may, when asked to."""

import time
from collections import Counter
from itertools import pairwise

import boto3
import pytest
from in_ci import each_seed
from queue_attributes import ATTRIBUTES

from helpers import Lab, faults, trace

SEEDS = each_seed(1, 2, 3)
ORDERS = 320


class Shop:
    """One producer, several consumers that delete what they get, one who asks SQS what it holds."""

    def __init__(self, lab, *, timeout=30, work=1.0, orders=ORDERS):
        self.lab, self.work, self.orders = lab, work, orders
        self.sqs = boto3.client("sqs")
        attributes = {"VisibilityTimeout": str(timeout)}
        self.url = self.sqs.create_queue(QueueName="orders", Attributes=attributes)["QueueUrl"]
        self.deliveries, self.samples = [], []

    def produce(self):
        for number in range(self.orders):
            time.sleep(0.5)
            self.sqs.send_message(QueueUrl=self.url, MessageBody=str(number))

    def consume(self):
        names = ["ApproximateReceiveCount"]
        while True:
            reply = self.sqs.receive_message(
                QueueUrl=self.url, WaitTimeSeconds=20, MessageSystemAttributeNames=names
            )
            for message in reply.get("Messages", []):
                count = int(message["Attributes"]["ApproximateReceiveCount"])
                self.deliveries.append((int(message["Body"]), count, self.lab.now))
                time.sleep(self.work)
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])

    def ask(self):
        while True:
            time.sleep(3.7137)  # never in the instant of another call
            reply = self.sqs.get_queue_attributes(
                QueueUrl=self.url, AttributeNames=list(ATTRIBUTES)
            )["Attributes"]
            self.samples.append(
                (self.lab.now, {state: int(reply[name]) for name, state in ATTRIBUTES.items()})
            )

    def run(self, *, consumers=1, fault=None, minutes=8):
        workers = ((self.produce, 1), (self.consume, consumers), (self.ask, 1))
        with fault or faults.latency("sqs", median=1, rate=0), self.lab.running(minutes=minutes):
            for worker, copies in workers:
                self.lab.start(worker, copies=copies)


def shop(seed, fault=None, **options):
    shape = {name: options.pop(name) for name in ("timeout", "work", "orders") if name in options}
    with Lab(seed=seed) as lab:
        busy = Shop(lab, **shape)
        busy.run(fault=fault, **options)
        return busy, lab.trace, lab.now


def bodies(deliveries):
    return [body for body, _, _ in deliveries]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_share_of_forgotten_deletes_comes_out_and_nothing_is_lost(seed):
    fault = faults.best_effort(forgotten_deletes=0.1, seed=seed, resource="orders")
    busy, _, _ = shop(seed, fault, consumers=2)
    assert set(bodies(busy.deliveries)) == set(range(ORDERS))
    again = len(busy.deliveries) - ORDERS
    assert again == fault.forgotten
    assert fault.deletes == len(busy.deliveries)
    assert 0.06 < fault.forgotten / fault.deletes < 0.14
    assert fault.receives > 0 == fault.reordered


def test_a_copy_comes_back_after_the_visibility_timeout_with_its_receive_count():
    fault = faults.best_effort(forgotten_deletes=0.3, seed=5)
    busy, _, _ = shop(5, fault, consumers=2, timeout=40)
    by_order = {}
    for body, count, moment in busy.deliveries:
        by_order.setdefault(body, []).append((count, moment))
    assert {len(seen) for seen in by_order.values()} >= {1, 2, 3}
    for seen in by_order.values():
        assert [count for count, _ in seen] == list(range(1, len(seen) + 1))
        for (_, first), (_, second) in pairwise(seen):
            assert second - first >= 40 - 1e-5


@pytest.mark.parametrize("seed", SEEDS)
def test_the_share_of_receives_out_of_order_comes_out_and_nothing_is_lost(seed):
    fault = faults.best_effort(out_of_order=0.1, seed=seed, resource="orders")
    busy, _, _ = shop(seed, fault, work=1.2)
    order = bodies(busy.deliveries)
    assert sorted(order) == list(range(ORDERS))
    assert order != sorted(order)
    assert fault.receives > 300
    assert 0.06 < fault.reordered / fault.receives < 0.14
    # One consumer, one message at a time: whoever comes before an older one has passed it.
    passed = sum(1 for place, body in enumerate(order) if min(order[place:]) < body)
    assert passed == fault.reordered


@pytest.mark.parametrize("seed", SEEDS)
def test_a_receive_of_ten_misses_one_message_at_most(seed):
    with Lab(seed=seed):
        sqs = boto3.client("sqs")
        url = sqs.create_queue(QueueName="orders")["QueueUrl"]
        for number in range(20):
            sqs.send_message(QueueUrl=url, MessageBody=str(number))
        with faults.best_effort(out_of_order=1, seed=seed):
            first = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
            second = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
            last = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    received = [[int(message["Body"]) for message in batch] for batch in (first, second, last)]
    assert received == [list(range(1, 11)), list(range(11, 20)), [0]]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_trace_says_what_the_queue_says_and_tells_copies_from_timeouts(seed):
    fault = faults.best_effort(forgotten_deletes=0.15, out_of_order=0.15, seed=seed)
    # The work takes longer than the visibility timeout, so both kinds happen.
    busy, frame, now = shop(seed, fault, consumers=8, timeout=6, work=6.5, orders=200, minutes=6)
    moments = [moment for moment, _ in busy.samples]
    told = trace.backlog_at(frame, moments, queue="orders", until=now)
    assert told[list(ATTRIBUTES.values())].to_dict("records") == [held for _, held in busy.samples]
    lives = trace.states(frame, until=now)
    handlings = trace.messages(frame)
    copies = handlings[handlings["what"] == "reappeared"]
    began = lives["handling"].isin(copies.index) & (lives["state"] == "waiting")
    timeouts = lives["ended_by"] == "timeout"
    assert began.sum() == len(copies) > 20
    assert timeouts.sum() > 30
    # What reappears had been deleted; what a timeout ended had not.
    deleted = lives[lives["ended_by"] == "deleted"].groupby("id")["stay"].max()
    before = lives[began].set_index("id")["stay"] - 1
    assert (before >= 0).all()
    assert set(lives[began]["id"]) <= set(deleted.index)
    assert set(trace.messages(frame)["id"].dropna()) == set(lives["id"])


def test_without_the_fault_nothing_changes():
    def seen(fault):
        busy, frame, _ = shop(7, fault, consumers=2, orders=200, minutes=3)
        return busy.deliveries, frame.astype(str).to_dict("list"), busy.samples

    elsewhere = faults.best_effort(forgotten_deletes=1, out_of_order=1, resource="others")
    plain, beside = seen(None), seen(elsewhere)
    assert plain == beside
    assert Counter(bodies(plain[0])) == Counter(range(200))
    assert bodies(plain[0]) == sorted(bodies(plain[0]))
    assert elsewhere.requests == 0


def test_the_same_seed_gives_the_same_run_and_another_seed_another():
    def seen(seed):
        fault = faults.best_effort(forgotten_deletes=0.1, out_of_order=0.2, seed=seed)
        return shop(1, fault, consumers=2, orders=120, minutes=2)[0].deliveries

    assert seen(3) == seen(3) != seen(4)


def test_a_second_delete_reaches_the_copy():
    with Lab(seed=1) as lab:
        sqs = boto3.client("sqs")
        url = sqs.create_queue(QueueName="orders")["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody="a")
        [message] = sqs.receive_message(QueueUrl=url, VisibilityTimeout=10)["Messages"]
        which = {"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]}
        with faults.best_effort(forgotten_deletes=1):
            sqs.delete_message(**which)
        with lab.running(seconds=11):
            pass
        asked = {"QueueUrl": url, "AttributeNames": ["ApproximateNumberOfMessages"]}
        held = [sqs.get_queue_attributes(**asked)["Attributes"]["ApproximateNumberOfMessages"]]
        sqs.delete_message(**which)
        held += [sqs.get_queue_attributes(**asked)["Attributes"]["ApproximateNumberOfMessages"]]
        assert held == ["1", "0"]
        assert trace.backlog(lab.trace, "orders")["waiting"].tolist()[-1] == 0
        assert trace.sojourns(lab.trace, queue="orders")["left_by"].tolist() == ["deleted"] * 2


def test_a_copy_does_not_outlive_its_retention_or_a_purge():
    with Lab(seed=1) as lab:
        sqs = boto3.client("sqs")
        attributes = {"MessageRetentionPeriod": "60", "VisibilityTimeout": "50"}
        for name in ("short", "purged"):
            url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
            sqs.send_message(QueueUrl=url, MessageBody="a")
            [message] = sqs.receive_message(
                QueueUrl=url, VisibilityTimeout=90 if name == "short" else 20
            )["Messages"]
            with faults.best_effort(forgotten_deletes=1):
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            if name == "purged":
                sqs.purge_queue(QueueUrl=url)
        with lab.running(seconds=100):
            pass
        for name in ("short", "purged"):
            url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
            assert "Messages" not in sqs.receive_message(QueueUrl=url)
            assert trace.backlog(lab.trace, name)["waiting"].tolist()[-1] == 0
        assert "reappeared" not in set(trace.messages(lab.trace)["what"])


def test_a_copy_that_comes_back_beside_a_refused_call_is_in_the_trace():
    with Lab(seed=1) as lab:
        sqs = boto3.client("sqs")
        url = sqs.create_queue(QueueName="orders")["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody="a")
        [message] = sqs.receive_message(QueueUrl=url, VisibilityTimeout=10)["Messages"]
        with faults.best_effort(forgotten_deletes=1):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        with lab.running(seconds=11):
            pass
        with pytest.raises(sqs.exceptions.ReceiptHandleIsInvalid):
            sqs.delete_message(QueueUrl=url, ReceiptHandle="made up")
        assert trace.backlog(lab.trace, "orders")["waiting"].tolist()[-1] == 1


def test_a_copy_that_comes_back_too_often_goes_to_the_dead_letter_queue():
    with Lab(seed=1) as lab:
        sqs = boto3.client("sqs")
        dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
        policy = (
            '{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:123456789012:dead","maxReceiveCount":2}'
        )
        attributes = {"RedrivePolicy": policy, "VisibilityTimeout": "5"}
        url = sqs.create_queue(QueueName="orders", Attributes=attributes)["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody="a")

        def consume():
            while True:
                reply = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)
                for message in reply.get("Messages", []):
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

        with faults.best_effort(forgotten_deletes=1), lab.running(minutes=1):
            lab.start(consume)
        [message] = sqs.receive_message(QueueUrl=dead)["Messages"]
        assert message["Body"] == "a"


def test_what_is_refused():
    with pytest.raises(faults.FaultError, match=r"orders\.fifo.* is a FIFO queue"):
        faults.best_effort(forgotten_deletes=0.1, resource="orders.fifo")
    with pytest.raises(faults.FaultError, match=r"out_of_order is a share from 0 to 1, got 1\.5"):
        faults.best_effort(out_of_order=1.5)
    with pytest.raises(faults.FaultError, match="above 0"):
        faults.best_effort()


def test_a_fifo_queue_is_left_alone_when_no_queue_is_named():
    with Lab(seed=1) as lab:
        sqs = boto3.client("sqs")
        attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
        url = sqs.create_queue(QueueName="orders.fifo", Attributes=attributes)["QueueUrl"]
        for number in range(30):
            sqs.send_message(QueueUrl=url, MessageBody=str(number), MessageGroupId=str(number))
        with faults.best_effort(forgotten_deletes=1, out_of_order=1) as fault:
            for number in range(30):
                [message] = sqs.receive_message(QueueUrl=url)["Messages"]
                assert message["Body"] == str(number)
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        with lab.running(minutes=5):
            pass
        assert "Messages" not in sqs.receive_message(QueueUrl=url)
        assert fault.requests == 0

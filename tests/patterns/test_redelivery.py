"""A queue that delivers again: what fails comes back, is given up, is brought back; a heart."""

import json
import time
from collections import Counter
from itertools import pairwise
from random import Random

import boto3
import pytest
from botocore.session import Session
from in_ci import each_seed

from helpers import Lab, trace
from helpers.patterns.redelivery import (
    alarm_on,
    arn_of,
    keep_hidden,
    queue_with_dead_letters,
    redrive,
    work_off,
    work_on_batch,
)

SEEDS = each_seed(1, 2, 3)
COUNTS = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]


def held(sqs, queue):
    found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=COUNTS)["Attributes"]
    return sum(map(int, found.values()))


def send(sqs, queue, numbers, **ids):
    for number in numbers:
        body = json.dumps({"order_id": number})
        sqs.send_message(
            QueueUrl=queue, MessageBody=body, **{n: of(number) for n, of in ids.items()}
        )


@pytest.fixture(params=SEEDS)
def lab(request):
    with Lab(seed=request.param) as lab:
        yield lab


@pytest.fixture
def sqs(lab):
    return boto3.client("sqs")


@pytest.mark.parametrize("name", ["orders", "orders.fifo"])
@pytest.mark.parametrize("tries", [1, 4])
def test_what_always_fails_is_given_up_after_so_many_tries_and_nothing_else(lab, sqs, name, tries):
    queue, dead = queue_with_dead_letters(sqs, name, tries, timeout=20)
    tried, done = Counter(), []
    group = {"MessageGroupId": lambda n: str(n), "MessageDeduplicationId": lambda n: str(n)}
    send(sqs, queue, range(120), **(group if name.endswith(".fifo") else {}))

    def work(order):
        tried[order["order_id"]] += 1
        if order["order_id"] % 10 == 0:
            raise ValueError("poison")
        done.append(order["order_id"])

    with lab.running(minutes=5):
        lab.start(work_off, sqs, queue, work, copies=3)
    assert sorted(done) == [number for number in range(120) if number % 10]
    assert {tried[number] for number in range(0, 120, 10)} == {tries}
    assert (held(sqs, queue), held(sqs, dead)) == (0, 12)


def test_what_fails_now_and_then_is_done_once_and_never_given_up(lab, sqs):
    queue, dead = queue_with_dead_letters(sqs, "orders", tries=10, timeout=20)
    draws, done = Random(lab.seed), Counter()
    send(sqs, queue, range(150))

    def work(order):
        time.sleep(draws.uniform(0, 2))
        if draws.random() < 0.2:
            raise ConnectionError
        done[order["order_id"]] += 1

    with lab.running(minutes=20):
        lab.start(work_off, sqs, queue, work, copies=4)
    assert done == Counter(range(150))
    assert held(sqs, queue) == held(sqs, dead) == 0


def test_a_redrive_brings_everything_back_at_its_rate_and_says_how_much(lab, sqs):
    queue, dead = queue_with_dead_letters(sqs, "orders", tries=1, timeout=20)
    mended, done, told = [], [], []
    send(sqs, queue, range(100))

    def work(order):
        if not mended:
            raise ValueError("a bug")
        done.append((lab.now, order["order_id"]))

    def operator():
        time.sleep(120)
        assert held(sqs, dead) == 100
        mended.append(True)
        told.append((redrive(sqs, dead, rate=5), lab.now))

    with lab.running(minutes=4):
        lab.start(work_off, sqs, queue, work)
        lab.start(operator)
    [(number, moment)] = told
    assert number == 100
    assert moment == pytest.approx(120 + 100 / 5, abs=1.1)  # it asks once a second
    assert sorted(order for _, order in done) == list(range(100))
    assert done[-1][0] - done[0][0] == pytest.approx(99 / 5, abs=0.1)
    assert held(sqs, queue) == held(sqs, dead) == 0
    assert set(trace.duplicates(lab.trace)["cause"]) == {"redriven"}


def test_without_the_mending_a_redrive_is_a_round_trip(lab, sqs):
    queue, dead = queue_with_dead_letters(sqs, "orders", tries=5)
    send(sqs, queue, range(20))

    def operator():
        time.sleep(200)
        redrive(sqs, dead, rate=500)

    with lab.running(minutes=7):
        lab.start(work_off, sqs, queue, lambda order: 1 / 0)
        lab.start(operator)
    assert (held(sqs, queue), held(sqs, dead)) == (0, 20)
    moves = trace.messages(lab.trace).query("what == 'moved'")["time"]
    assert moves[:20].to_list() == pytest.approx([150] * 20, abs=0.01)
    assert moves[20:].to_list() == pytest.approx([350] * 20, abs=0.1)


def test_a_redrive_of_nothing_is_over_at_once(lab, sqs):
    _, dead = queue_with_dead_letters(sqs, "orders", tries=1)
    assert redrive(sqs, dead, rate=10) == 0
    assert lab.now < 0.1


def test_dead_letters_are_kept_as_long_as_a_queue_can(lab, sqs):
    queue, dead = queue_with_dead_letters(sqs, "orders", tries=7, timeout=45)
    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    policy = json.loads(attributes["RedrivePolicy"])
    assert policy == {"deadLetterTargetArn": arn_of(sqs, dead), "maxReceiveCount": 7}
    assert attributes["VisibilityTimeout"] == "45"
    kept = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["All"])["Attributes"]
    assert kept["MessageRetentionPeriod"] == "1209600"


@pytest.mark.parametrize("seconds", [20, 150])  # shorter and longer than the queue's own timeout
def test_a_message_is_kept_hidden_for_as_long_as_the_work_takes(lab, sqs, seconds):
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]  # hidden for 30 s
    draws, done = Random(lab.seed), Counter()
    send(sqs, queue, range(120))

    def worker():
        while True:
            answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
            for message in answer.get("Messages", []):
                with keep_hidden(sqs, queue, message, seconds):
                    time.sleep(draws.expovariate(1 / 40))
                    done[json.loads(message["Body"])["order_id"]] += 1
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])

    with lab.running(minutes=30):
        lab.start(worker, copies=8)
    assert done == Counter(range(120))
    assert trace.duplicates(lab.trace).empty


def test_a_message_is_let_go_soon_after_the_work_has_failed(lab, sqs):
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
    send(sqs, queue, [1])
    received = []

    def worker():
        while True:
            answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
            for message in answer.get("Messages", []):
                received.append(lab.now)
                try:
                    with keep_hidden(sqs, queue, message, seconds=15):
                        time.sleep(100)
                        raise ConnectionError
                except ConnectionError:
                    pass

    with lab.running(minutes=5):
        lab.start(worker)
    assert len(received) == 3
    gaps = [later - earlier for earlier, later in pairwise(received)]
    assert all(100 < gap <= 115 + 1e-3 for gap in gaps)


def test_what_lesson_06_says_of_the_api_model():
    model = Session().get_service_model("sqs")
    delete = model.operation_model("DeleteMessage").documentation
    assert "the request will succeed, but the message might not be deleted" in delete
    change = model.operation_model("ChangeMessageVisibility").documentation
    assert "default visibility timeout for a message is 30 seconds" in change
    assert "The maximum is 12 hours" in change
    assert (
        "begin to count from the time that you make the <code>ChangeMessageVisibility</code>"
        in (change)
    )
    assert "there can be a maximum of 120,000 in flight messages" in change
    made = model.operation_model("CreateQueue").input_shape.members["Attributes"].documentation
    assert "before being moved to the dead-letter queue. Default: 10." in made
    move = model.operation_model("StartMessageMoveTask")
    assert "Only one active message movement task is supported per queue" in move.documentation
    rate = move.input_shape.members["MaxNumberOfMessagesPerSecond"].documentation
    assert "The maximum value for messages per second is 500" in rate
    sent = model.operation_model("SendMessage").input_shape.members["MessageDeduplicationId"]
    assert "5-minute deduplication interval" in sent.documentation
    assert "even after the message is received and deleted" in sent.documentation


def test_a_function_reports_what_failed_and_nothing_else(lab, sqs):
    done = []

    def work(order):
        if order["order_id"] % 3 == 0:
            raise ValueError(order)
        done.append(order["order_id"])

    bodies = [*(json.dumps({"order_id": number}) for number in range(7)), "no JSON"]
    records = [{"messageId": f"m{n}", "body": body} for n, body in enumerate(bodies)]
    failed = work_on_batch({"Records": records}, work)["batchItemFailures"]
    assert [each["itemIdentifier"] for each in failed] == ["m0", "m3", "m6", "m7"]
    assert done == [1, 2, 4, 5]


def test_several_in_a_receive_are_all_worked_off(lab, sqs):
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
    send(sqs, queue, range(25))
    done = []
    with lab.running(minutes=1):
        lab.start(work_off, sqs, queue, lambda order: done.append(order["order_id"]), 10)
    assert sorted(done) == list(range(25))
    assert held(sqs, queue) == 0
    received = trace.calls(lab.trace).query("operation == 'ReceiveMessage'")
    assert len(received) <= 3 + 60 / 20 + 1


def test_the_alarm_tells_the_topic_once_a_message_waits_and_not_before(lab, sqs):
    queue, sns = sqs.create_queue(QueueName="dead")["QueueUrl"], boto3.client("sns")
    pager = sqs.create_queue(QueueName="pager")["QueueUrl"]
    topic = sns.create_topic(Name="on-call")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn_of(sqs, pager))
    alarm_on(boto3.client("cloudwatch"), "dead", topic)
    with lab.running(minutes=5):
        pass
    before = held(sqs, pager)
    send(sqs, queue, [1])
    with lab.running(minutes=2):
        pass
    assert (before, held(sqs, pager)) == (0, 1)

"""SNS delivers in the background, tries again as documented, and keeps what it had to give up."""

import json
import time
from itertools import pairwise

import boto3
import pytest
from emulated_sns import ACCOUNT, Shop, number
from in_ci import each_seed

from helpers import Lab, faults
from helpers.emulator.sns import delivery, last_phase

SEND = "sqs.SendMessage"


@pytest.fixture
def lab():
    with Lab(seed=3) as lab:
        yield lab


@pytest.fixture
def shop(lab):
    return Shop(lab)


def subscribed(shop, name, **attributes):
    url, arn = shop.queue(name, **({"FifoQueue": "true"} if name.endswith(".fifo") else {}))
    return url, shop.subscribe(arn, RawMessageDelivery="true", **attributes)


def attempts(lab, queue):
    """When SNS tried to reach a queue, and with what outcome."""
    trace = lab.trace
    rows = trace[(trace.operation == "SendMessage") & (trace.resource == queue)]
    return list(zip(rows.time, rows.outcome, strict=True))


def outage(queue, *, seconds, after=None, fault=faults.error):
    """A worker for whose time a queue cannot be reached."""

    def work():
        if after is not None:
            time.sleep(after)
        with fault(SEND, resource=queue):
            time.sleep(seconds)

    return work


# The publisher and the others.


def test_the_publisher_does_not_wait_for_the_subscribers(lab, shop):
    url, _ = subscribed(shop, "mail")
    took = []

    def publisher():
        begun = lab.now
        shop.publish("order")
        took.append(lab.now - begun)

    with faults.latency(SEND, median=5), lab.running(seconds=60):
        lab.start(publisher)
    assert (took, shop.bodies(url)) == ([0], ["order"])


@pytest.mark.parametrize("gone", ["deleted", "refused", "throttled", "slow"])
def test_a_subscriber_in_trouble_disturbs_neither_the_publisher_nor_the_others(lab, shop, gone):
    url, _ = subscribed(shop, "orders")
    first, _ = subscribed(shop, "first")
    last, _ = subscribed(shop, "last")
    trouble = {
        "deleted": lambda: faults.latency("sns", median=0.001),
        "refused": lambda: faults.refused(SEND, resource="orders"),
        "throttled": lambda: faults.throttling(SEND, resource="orders"),
        "slow": lambda: faults.latency(SEND, median=30, resource="orders"),
    }[gone]
    if gone == "deleted":
        shop.sqs.delete_queue(QueueUrl=url)
    with trouble(), lab.running(seconds=1):
        lab.start(lambda: [shop.publish(str(n)) for n in range(3)])
    assert shop.bodies(first) == shop.bodies(last) == ["0", "1", "2"]


def test_messages_do_not_wait_for_one_another(lab, shop):
    url, _ = subscribed(shop, "mail")
    with faults.latency(SEND, median=10), lab.running(seconds=11):
        lab.start(lambda: [shop.publish(str(n)) for n in range(50)])
    assert len(shop.bodies(url)) == 50


def test_a_function_that_fails_is_retried_by_lambda_and_not_by_sns(lab, shop):
    runs = []

    def handler(event, context):
        runs.append(lab.now)
        raise ValueError("no")

    shop.subscribe(lab.deploy("mail", handler), "lambda")
    shop.publish("order")
    shop.let_pass(3600)
    trace = lab.trace
    assert len(runs) > 1
    assert (trace.operation == "Invoke").sum() == 1


# Trying again.


def test_the_attempts_follow_the_documented_phases(lab, shop):
    url, _ = subscribed(shop, "mail")
    with lab.running(minutes=10):
        lab.start(outage("mail", seconds=300))
        lab.start(shop.publish, "order")
    times, outcomes = zip(*attempts(lab, "mail"), strict=True)
    waits = [later - earlier for earlier, later in pairwise(times)]
    assert waits[:3] == [0, 0, 0]  # without delay
    assert waits[3:5] == [1, 1]
    for step, wait in enumerate(waits[5:15]):  # exponential, from 1 to 20 seconds, with jitter
        longest = 20 ** (step / 9)
        assert longest / 2 <= wait <= longest
    assert set(map(round, waits[15:])) == {20}
    assert len(waits) > 20
    assert outcomes[-1] == "ok"
    assert set(outcomes[:-1]) == {"ServiceUnavailable"}
    assert 300 < times[-1] <= 320
    assert shop.bodies(url) == ["order"]


def test_the_schedule_adds_up_to_what_the_page_says():
    after_the_first = delivery.FIRST_PHASES - 1
    last = last_phase.LAST_PHASE / last_phase.LAST_WAIT
    assert after_the_first + last == 100_015
    assert 23 < last_phase.LAST_PHASE / 86_400 < 24


def test_hours_without_a_queue_lose_nothing_and_cost_few_calls(lab, shop):
    url, _ = subscribed(shop, "mail")
    other, _ = subscribed(shop, "other")

    def publisher():
        for n in range(200):
            shop.publish(str(n))
            time.sleep(5)

    with lab.running(hours=3):
        lab.start(outage("mail", seconds=2 * 3600))
        lab.start(publisher)
    assert shop.bodies(other) == [str(n) for n in range(200)]
    assert sorted(shop.bodies(url), key=int) == [str(n) for n in range(200)]
    failed = sum(outcome != "ok" for _, outcome in attempts(lab, "mail"))
    # Sixteen for each message of the first minutes, one for every later one, one in 20 seconds.
    assert failed < 200 + 16 * 20 + 2 * 180


def test_after_an_outage_each_message_comes_at_a_moment_of_its_own(lab, shop):
    subscribed(shop, "mail")

    def publisher():
        for n in range(200):
            shop.publish(str(n))
            time.sleep(1.7)

    with lab.running(hours=3):
        lab.start(outage("mail", seconds=7200))
        lab.start(publisher)
    arrived = [at for at, outcome in attempts(lab, "mail") if outcome == "ok"]
    assert 7200 <= min(arrived) <= 7220
    assert max(arrived) - min(arrived) <= 20
    assert len({round(at, 1) for at in arrived}) > 50  # spread over the 20 seconds


def test_the_first_that_gets_through_wakes_those_that_wait(lab, shop):
    subscribed(shop, "mail")

    def publisher():
        for n in range(100):
            shop.publish(str(n))
            time.sleep(1.7)
        time.sleep(7201 - lab.now)
        shop.publish("new")

    with faults.latency(SEND, median=2), lab.running(hours=3):
        lab.start(outage("mail", seconds=7200))
        lab.start(publisher)
    arrived = [at for at, outcome in attempts(lab, "mail") if outcome == "ok"]
    assert len(arrived) == 101
    assert max(arrived) <= 7203 + 20  # the two seconds that the first one took, and 20


@pytest.mark.parametrize("fault", [faults.error, faults.throttling, faults.refused])
def test_a_short_outage_is_over_within_seconds(lab, shop, fault):
    url, _ = subscribed(shop, "mail")
    with lab.running(seconds=60):
        lab.start(outage("mail", seconds=3, fault=fault))
        lab.start(lambda: [shop.publish(str(n)) for n in range(100)])
    assert len(shop.bodies(url)) == 100
    arrived = [at for at, outcome in attempts(lab, "mail") if outcome == "ok"]
    assert max(arrived) < 6


@pytest.mark.parametrize("seed", each_seed(1, 2))
def test_a_queue_that_fails_half_the_time_gets_everything_soon(seed):
    with Lab(seed=seed) as lab:
        shop = Shop(lab)
        url, _ = subscribed(shop, "mail")
        with faults.error(SEND, rate=0.5, seed=seed), lab.running(minutes=5):
            lab.start(lambda: [shop.publish(str(n)) for n in range(200)])
        assert len(set(shop.bodies(url))) == 200
        arrived = [at for at, outcome in attempts(lab, "mail") if outcome == "ok"]
        assert sum(at == 0 for at in arrived) > 170  # of four attempts at once, 15 in 16 succeed


def test_a_lost_reply_makes_a_duplicate(lab, shop):
    url, _ = subscribed(shop, "mail")
    with faults.lost_reply(SEND, rate=0.1, seed=5) as fault, lab.running(minutes=20):
        lab.start(lambda: [shop.publish(str(n)) for n in range(200)])
    bodies = shop.bodies(url)
    assert len(set(bodies)) == 200
    assert len(bodies) == 200 + fault.hits > 210


# Giving up.


def with_dead_letters(shop):
    dead, dead_arn = shop.queue("dead")
    url, _ = subscribed(shop, "mail", RedrivePolicy={"deadLetterTargetArn": dead_arn})
    return url, dead


def test_a_deleted_queue_is_tried_once_and_the_message_kept(lab, shop):
    url, dead = with_dead_letters(shop)
    wrapped, arn = shop.queue("wrapped")
    policy = {"deadLetterTargetArn": ACCOUNT.format("sqs", "dead")}
    shop.subscribe(arn, RedrivePolicy=policy)
    for gone in (url, wrapped):
        shop.sqs.delete_queue(QueueUrl=gone)
    shop.publish("order", MessageAttributes={"total": number("12")})
    shop.let_pass(3600)
    assert [outcome for _, outcome in attempts(lab, "mail")] == ["QueueDoesNotExist"]
    raw, envelope = shop.messages(dead)
    # As it would have arrived, and nothing about the error: so recorded from SNS.
    assert (raw["Body"], raw["MessageAttributes"]) == ("order", {"total": number("12")})
    assert json.loads(envelope["Body"])["Message"] == "order"
    assert "MessageAttributes" not in envelope


def test_without_a_dead_letter_queue_it_is_discarded(lab, shop):
    url, _ = subscribed(shop, "mail")
    shop.sqs.delete_queue(QueueUrl=url)
    shop.publish("order")
    shop.let_pass(60)
    url, _ = shop.queue("mail")
    shop.let_pass(3600)
    assert shop.bodies(url) == []
    shop.publish("next")
    shop.let_pass(60)
    assert shop.bodies(url) == ["next"]


def test_a_function_that_is_gone_goes_to_the_dead_letter_queue(lab, shop):
    dead, dead_arn = shop.queue("dead")
    arn = lab.deploy("mail", lambda event, context: None)
    shop.subscribe(arn, "lambda", RedrivePolicy={"deadLetterTargetArn": dead_arn})
    boto3.client("lambda").delete_function(FunctionName="mail")
    shop.publish("order")
    shop.let_pass(60)
    assert [json.loads(body)["Message"] for body in shop.bodies(dead)] == ["order"]


def test_what_outlives_its_retries_goes_to_the_dead_letter_queue(lab, shop, monkeypatch):
    monkeypatch.setattr(last_phase, "LAST_PHASE", 10 * last_phase.LAST_WAIT)  # not 23 days
    url, dead = with_dead_letters(shop)
    with lab.running(hours=1):
        lab.start(outage("mail", seconds=3600))
        lab.start(lambda: [shop.publish(str(n)) for n in range(20)])
    assert sorted(shop.bodies(dead), key=int) == [str(n) for n in range(20)]
    assert shop.bodies(url) == []
    last = max(at for at, _ in attempts(lab, "dead"))
    assert 200 < last < 340


def test_a_queue_that_is_deleted_in_an_outage_fills_the_dead_letter_queue_at_once(lab, shop):
    url, dead = with_dead_letters(shop)

    def end():
        time.sleep(1800)
        shop.sqs.delete_queue(QueueUrl=url)

    with lab.running(seconds=2 * 1800):
        lab.start(outage("mail", seconds=1800))
        lab.start(lambda: [(shop.publish(str(n)), time.sleep(1)) for n in range(120)])
        lab.start(end)
    assert sorted(shop.bodies(dead), key=int) == [str(n) for n in range(120)]
    assert max(at for at, _ in attempts(lab, "dead")) <= 1800 + 40


# FIFO topics.


@pytest.mark.parametrize("seed", each_seed(1, 2, 3))
def test_the_order_within_a_group_outlives_failures(seed):
    with Lab(seed=seed) as lab:
        shop = Shop(lab, "orders.fifo", FifoTopic="true", ContentBasedDeduplication="true")
        url, _ = subscribed(shop, "mail.fifo")

        def publisher():
            for n in range(140):
                shop.publish(str(n), MessageGroupId=f"g{n % 7}")
                time.sleep(0.5)

        with faults.error(SEND, rate=0.6, seed=seed), lab.running(hours=2):
            lab.start(publisher)
        received = [int(body) for body in shop.bodies(url)]
    assert sorted(received) == list(range(140))
    for group in range(7):
        of_group = [n for n in received if n % 7 == group]
        assert of_group == sorted(of_group)


def test_a_group_waits_for_its_first_message_and_the_others_do_not(lab):
    shop = Shop(lab, "orders.fifo", FifoTopic="true", ContentBasedDeduplication="true")
    url, _ = subscribed(shop, "mail.fifo")

    def publisher():
        for n in range(3):
            shop.publish(f"a{n}", MessageGroupId="a")
        time.sleep(1800)
        shop.publish("b", MessageGroupId="b")

    with lab.running(hours=2):
        lab.start(outage("mail.fifo", seconds=1500))
        lab.start(publisher)
    assert shop.bodies(url) == ["a0", "a1", "a2", "b"]
    assert sum(outcome == "ok" for _, outcome in attempts(lab, "mail.fifo")) == 4


# The same again.


def busy_lab():
    with Lab(seed=9) as lab:
        shop = Shop(lab)
        for name in "abc":
            subscribed(shop, name)
        shop.subscribe(lab.deploy("mail", lambda event, context: None), "lambda")
        faulty = faults.error(SEND, rate=0.5, seed=2), faults.latency(SEND, median=0.05, p99=2)
        with faulty[0], faulty[1], lab.running(hours=1):
            lab.start(outage("b", seconds=1800, after=10))
            lab.start(lambda: [(shop.publish(str(n)), time.sleep(1)) for n in range(30)])
        return lab.trace


def test_the_same_seed_gives_the_same_trace():
    first, second = busy_lab(), busy_lab()
    assert len(first) > 400
    assert first.equals(second)
    assert {"sns:orders"} < set(first.caller)

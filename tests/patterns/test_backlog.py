"""A backlog: how long it stays, who waits while it does, when workers are added."""

import math
import random
import threading
import time
from collections import Counter
from functools import partial

import boto3
import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st
from in_ci import each_seed

from helpers import Lab, load, trace
from helpers.patterns.backlog import (
    age,
    age_of_oldest,
    fresh_first,
    recovery_time,
    scale,
    shed,
    take,
)
from helpers.patterns.queue import charge_from_queue

SEEDS = each_seed(21, 22, 23)
RATE, WORK = 0.5, 4.0  # orders per second; seconds per charge


class Shop:
    """Orders arrive, consumers are away for a while; what was charged, and when."""

    def __init__(self, seed):
        self.lab, self.sqs, self.random = Lab(seed=seed), boto3.client("sqs"), random.Random(seed)
        self.queue = self.sqs.create_queue(QueueName="orders")["QueueUrl"]
        self.sent, self.charged, self.apologies = {}, Counter(), Counter()
        self.at = {}

    def front_door(self, orders):
        for order in orders:
            time.sleep(order.gap)
            self.sent[order.order_id] = self.lab.now
            self.sqs.send_message(QueueUrl=self.queue, MessageBody=order.json())

    def charge(self, order):
        time.sleep(WORK * self.random.uniform(0.9, 1.1))
        self.charged[order["order_id"]] += 1
        self.at.setdefault(order["order_id"], self.lab.now)

    def apologise(self, order):
        self.apologies[order["order_id"]] += 1

    def run(self, orders, *, outage, workers, seconds, consume):
        def worker():
            time.sleep(outage)
            consume()

        with self.lab.running(seconds=seconds):
            self.lab.start(self.front_door, orders)
            self.lab.start(worker, copies=workers)

    def late_by(self):
        return {name: self.at[name] - self.sent[name] for name in self.at}


def caught_up(events, since):
    steps = trace.backlog(events)
    quiet = (steps["time"] > since) & (steps["waiting"] + steps["in_flight"] <= RATE * WORK)
    return steps.loc[quiet, "time"].min() - since


class TestRecoveryTime:
    @pytest.mark.parametrize("workers", [3, 4, 6])
    @pytest.mark.parametrize("outage", [60, 70, 80, 90])
    def test_is_what_happens(self, outage, workers):
        expected = recovery_time(RATE * outage, workers / WORK, RATE)
        length = outage + 1.1 * expected + 5
        seed = 1000 * outage + workers  # one for each case
        shop = Shop(seed)
        shop.run(
            load.orders(arrivals="steady", rate=RATE, seconds=length, seed=seed),
            outage=outage,
            workers=workers,
            seconds=length,
            consume=partial(charge_from_queue, shop.sqs, shop.queue, shop.charge),
        )
        assert caught_up(shop.lab.trace, outage) == pytest.approx(expected, rel=0.10)

    @given(backlog=st.floats(0, 1e6), rate=st.floats(0.01, 100))
    def test_without_headroom_it_never_ends(self, backlog, rate):
        assert recovery_time(backlog, rate, rate) == math.inf
        assert recovery_time(backlog, rate / 2, rate) == math.inf
        assert recovery_time(backlog, 2 * rate, rate) == pytest.approx(backlog / rate)


class TestAge:
    @pytest.mark.parametrize("seconds", [0, 12.5, 3600])
    def test_counts_from_the_sending(self, seconds):
        with Lab(seed=1) as lab:
            sqs, seen = boto3.client("sqs"), []
            queue = sqs.create_queue(QueueName="orders")["QueueUrl"]

            def look():
                sqs.send_message(QueueUrl=queue, MessageBody="{}")
                time.sleep(seconds)
                seen.append(age(take(sqs, queue, wait=1)))
                seen.append(take(sqs, queue, wait=1))

            with lab.running(hours=2):
                lab.start(look)
        assert seen == [pytest.approx(seconds, abs=0.002), None]


@pytest.mark.parametrize("seed", SEEDS)
class TestFreshFirst:
    def run(self, seed, workers, seconds):
        shop = Shop(seed)
        late = shop.sqs.create_queue(QueueName="late")["QueueUrl"]
        orders = load.orders(rate=RATE, seconds=240, seed=seed)
        args = (shop.sqs, shop.queue, late, shop.charge, 15)
        consume = partial(fresh_first, *args)
        shop.run(orders, outage=60, workers=workers, seconds=seconds, consume=consume)
        return shop, orders

    def test_with_headroom_all_are_charged_once_and_the_new_ones_in_time(self, seed):
        shop, orders = self.run(seed, workers=3, seconds=600)
        assert shop.charged == {order.order_id: 1 for order in orders}
        late_by = shop.late_by()
        new = [name for name, moment in shop.sent.items() if moment > 60]
        assert sum(late_by[name] <= 20 for name in new) > 0.9 * len(new)

    def test_without_headroom_the_new_ones_do_not_pay(self, seed):
        shop, _ = self.run(seed, workers=2, seconds=240)
        late_by = shop.late_by()
        new = [name for name, moment in shop.sent.items() if 60 < moment < 220]
        assert sum(late_by.get(name, math.inf) <= 20 for name in new) > 0.8 * len(new)
        assert max(shop.charged.values()) == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_shed_charges_or_apologises(seed):
    shop = Shop(seed)
    orders = load.orders(rate=RATE, seconds=240, seed=seed)
    consume = partial(shed, shop.sqs, shop.queue, shop.charge, shop.apologise, 15)
    shop.run(orders, outage=60, workers=2, seconds=600, consume=consume)
    assert shop.charged + shop.apologies == {order.order_id: 1 for order in orders}
    assert len(shop.apologies) > 15
    assert max(shop.late_by().values()) <= 15 + 1.1 * WORK


class TestAgeOfOldest:
    def test_is_the_last_full_minute_s(self):
        with Lab(seed=2) as lab:
            sqs, cloudwatch, seen = boto3.client("sqs"), boto3.client("cloudwatch"), []
            queue = sqs.create_queue(QueueName="orders")["QueueUrl"]

            def watch():
                for _ in range(6):
                    seen.append(age_of_oldest(cloudwatch, "orders"))
                    time.sleep(60)

            def use():
                time.sleep(40)
                sqs.send_message(QueueUrl=queue, MessageBody="{}")
                time.sleep(110)
                message = take(sqs, queue, wait=0)
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])

            with lab.running(minutes=6):
                lab.start(watch)
                lab.start(use)
        assert [round(value) for value in seen] == [0, 20, 80, 80, 0, 0]


@pytest.mark.parametrize("seed", SEEDS)
def test_scale_has_the_workers_that_the_age_asks_for(seed):
    with Lab(seed=seed) as lab:
        draws, stops, counts = random.Random(seed), [], []
        ages = [draws.choice([0.0, 10.0, 30.0, 59.9, 60.0, 300.0]) for _ in range(200)]
        left = iter(ages)

        def look():
            counts.append(sum(not stop.is_set() for stop in stops))
            return next(left)

        with lab.running(minutes=len(ages) - 0.5):
            lab.start(scale, look, stops.append, {0: 2, 30: 4, 60: 7})
        wanted = [7 if seconds >= 60 else 4 if seconds >= 30 else 2 for seconds in ages]
        assert counts == [0, *wanted[:-1]]
        assert all(isinstance(stop, threading.Event) for stop in stops)


def test_what_lesson_04_says_of_sqs():
    model = botocore.session.get_session().get_service_model("sqs")
    attributes = model.operation_model("CreateQueue").input_shape.members["Attributes"]
    said = attributes.documentation
    assert "345,600 (4 days)" in said
    assert "1,209,600 seconds (14 days)" in said
    request = model.operation_model("ReceiveMessage").input_shape
    assert "SentTimestamp" in request.members["MessageSystemAttributeNames"].documentation
    mapping = botocore.session.get_session().get_service_model("lambda")
    most = mapping.shape_for("MaximumConcurrency").metadata
    assert (most["min"], most["max"]) == (2, 1000)

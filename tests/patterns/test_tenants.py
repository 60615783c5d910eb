"""Workers of one queue and of several: nothing lost, nobody starved; whose an order is."""

import json
import random
import threading
import time
from collections import Counter
from functools import partial

import boto3
import pytest
from in_ci import each_seed

from helpers import Lab, load
from helpers.patterns.tenants import (
    pack_from_queue,
    pack_in_turn,
    pack_when_free,
    send_for_shop,
)

SHOPS = [shop.tenant for shop in load.tenants()]
PATIENT = {"VisibilityTimeout": "60"}
SEEDS = each_seed(11, 12, 13)
FLOODS = [(11, SHOPS[0]), (12, SHOPS[-1]), (13, SHOPS[0]), (14, SHOPS[-1])]  # seed, by whom


class Packing:
    """Packs, fails now and then, and knows how long each order waited."""

    def __init__(self, lab, seed, failures=0.0):
        self.lab, self.draws, self.failures = lab, random.Random(seed), failures
        self.packed, self.failed, self.waited = Counter(), Counter(), {}

    def pack(self, body):
        order = json.loads(body)
        self.waited.setdefault(order["order_id"], self.lab.now - order["placed_at"])
        time.sleep(self.draws.uniform(0.5, 1.5))
        if self.draws.random() < self.failures:
            self.failed[order["order_id"]] += 1
            raise ConnectionError("the robot stands still")
        self.packed[order["order_id"]] += 1


def place(lab, orders, send):
    for order in orders:
        time.sleep(max(0.0, order.placed_at - lab.now))
        send(order)


def again_and_again(station):
    """A worker that fails is started again, as a machine's supervisor would."""
    while True:
        try:
            station()
        except ConnectionError:
            continue


def make(sqs, name):
    return sqs.create_queue(QueueName=name, Attributes=PATIENT)["QueueUrl"]


@pytest.mark.parametrize("seed", SEEDS)
def test_one_queue_packs_every_order_once_and_loses_none_that_failed(seed):
    with Lab(seed=seed) as lab:
        sqs, packing = boto3.client("sqs"), Packing(lab, seed, failures=0.1)
        queue = make(sqs, "orders")
        orders = load.orders(rate=2.0, seconds=80, seed=seed)
        station = partial(pack_from_queue, sqs, queue, packing.pack)
        with lab.running(minutes=7):
            send = partial(send_to, sqs, {None: queue})
            lab.start(place, lab, orders, send)
            lab.start(again_and_again, station, copies=4)
    assert packing.packed == Counter(order.order_id for order in orders)
    assert sum(packing.failed.values()) > 10


def send_to(sqs, queues, order):
    queue = queues.get(order.tenant) or queues[None]
    sqs.send_message(QueueUrl=queue, MessageBody=order.json())


@pytest.mark.parametrize(("seed", "flooding"), FLOODS)
def test_in_turn_nobody_starves_and_no_order_that_failed_is_lost(seed, flooding):
    with Lab(seed=seed) as lab:
        sqs, packing = boto3.client("sqs"), Packing(lab, seed, failures=0.05)
        queues = {shop: make(sqs, f"orders-{shop}") for shop in SHOPS}
        daily = load.orders(rate=0.5, minutes=2, seed=seed)
        flood = load.orders(tenant=flooding, rate=10, seconds=20, seed=seed + 100)
        station = partial(pack_in_turn, sqs, list(queues.values()), packing.pack, pause=4)
        send = partial(send_to, sqs, queues)
        with lab.running(minutes=4):
            lab.start(place, lab, daily, send)
            lab.start(place, lab, flood, send)
            lab.start(again_and_again, station, copies=4)
        orders = [*daily, *flood]
        assert packing.packed == Counter(order.order_id for order in orders)
        late = [packing.waited[o.order_id] for o in daily if o.tenant != flooding]
        assert max(late) < 15
        assert max(packing.waited[o.order_id] for o in flood) > 25


def test_in_turn_rests_when_all_queues_are_empty():
    with Lab(seed=3) as lab:
        sqs = boto3.client("sqs")
        queues = [make(sqs, f"orders-{shop}") for shop in SHOPS]
        with lab.running(minutes=30):
            lab.start(pack_in_turn, sqs, queues, print, 20)
        asked = lab.trace["operation"].eq("ReceiveMessage").sum()
        # 90 rounds of 20 s on average, of eight receives each
        assert 0.7 * 90 * 8 < asked < 1.4 * 90 * 8


@pytest.mark.parametrize(("seed", "flooding"), FLOODS)
def test_a_thread_per_queue_starves_nobody_and_keeps_to_the_stations(seed, flooding):
    with Lab(seed=seed) as lab:
        sqs, packing = boto3.client("sqs"), Packing(lab, seed)
        queues = {shop: make(sqs, f"orders-{shop}") for shop in SHOPS}
        daily = load.orders(rate=0.5, minutes=2, seed=seed)
        flood = load.orders(tenant=flooding, rate=10, seconds=20, seed=seed + 100)
        free, send = threading.Semaphore(4), partial(send_to, sqs, queues)
        at_work = []

        def pack(body):
            at_work.append(free._value)
            packing.pack(body)

        with lab.running(minutes=4):
            lab.start(place, lab, daily, send)
            lab.start(place, lab, flood, send)
            for queue in queues.values():
                lab.start(pack_when_free, sqs, queue, pack, free)
        assert packing.packed == Counter(order.order_id for order in [*daily, *flood])
        assert min(at_work) == 0
        assert max(packing.waited[o.order_id] for o in daily if o.tenant != flooding) < 15
        assert max(packing.waited[o.order_id] for o in flood) > 25


def test_idle_threads_ask_three_times_a_minute_each():
    with Lab(seed=3) as lab:
        sqs, free = boto3.client("sqs"), threading.Semaphore(4)
        with lab.running(minutes=29.9):
            for shop in SHOPS:
                lab.start(pack_when_free, sqs, make(sqs, f"orders-{shop}"), print, free)
        assert lab.trace["operation"].eq("ReceiveMessage").sum() == 8 * 90


def test_the_group_of_an_order_is_its_shop():
    with Lab(seed=3):
        sqs = boto3.client("sqs")
        queue = make(sqs, "orders")
        [order] = load.orders(arrivals=[0.0], seed=3)
        send_for_shop(sqs, queue, order)
        asked = {"QueueUrl": queue, "AttributeNames": ["MessageGroupId"]}
        [message] = sqs.receive_message(**asked)["Messages"]
        assert message["Attributes"]["MessageGroupId"] == order.tenant
        assert json.loads(message["Body"])["order_id"] == order.order_id

"""The patterns of one queue: who works, who asks, what is given up on, whose turn it is."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter, defaultdict
from typing import Any

import boto3
from botocore.config import Config

from helpers import faults
from helpers.elsewhere.running import drain, held, order_ids, some_orders, until
from helpers.lab import Lab
from helpers.patterns import backlog, queue, redelivery, tenants, worker

HASTY = Config(read_timeout=1, connect_timeout=5, retries={"mode": "standard", "max_attempts": 6})


def competing_workers(lab: Lab) -> dict[str, Any]:
    """Two workers at one queue: each order is charged, and by one of them."""
    sqs, placed, charged = boto3.client("sqs"), some_orders(60), []
    orders = sqs.create_queue(QueueName="orders")["QueueUrl"]

    def place() -> None:
        for order in placed:
            sqs.send_message(QueueUrl=orders, MessageBody=order.json())

    with until(lab, lambda: len(charged) >= len(placed)):
        lab.start(place)
        lab.start(worker.charge_cards, sqs, orders, charged.append, copies=2)
    counts = order_ids(charged)
    return {
        "orders charged, of 60": len(counts),
        "charged twice": sum(count > 1 for count in counts.values()),
        "left in the queue": held(sqs, orders),
    }


def lost_replies(lab: Lab) -> dict[str, Any]:
    """A sender whose replies get lost: each time, one message more."""
    sqs, patient, placed = boto3.client("sqs", config=HASTY), boto3.client("sqs"), some_orders(40)
    orders = patient.create_queue(QueueName="orders")["QueueUrl"]

    def place() -> None:
        for order in placed:
            sqs.send_message(QueueUrl=orders, MessageBody=order.json())

    with faults.lost_reply("sqs.SendMessage", rate=0.15, seed=5) as fault, lab.running():
        lab.start(place)
    counts = order_ids(drain(patient, orders))
    return {
        "replies lost": fault.hits,
        "orders in the queue, of 40": len(counts),
        "messages more than orders": sum(counts.values()) - len(counts),
    }


def request_and_reply(lab: Lab) -> dict[str, Any]:
    """Twelve askers at one queue of replies: each gets its own."""
    sqs, pending, got = boto3.client("sqs"), {}, {}
    requests = sqs.create_queue(QueueName="requests")["QueueUrl"]
    replies = sqs.create_queue(QueueName="replies")["QueueUrl"]

    def ask(number: int) -> None:
        got[number] = queue.ask(sqs, requests, replies, str(number), pending, patience=60)

    with until(lab, lambda: len(got) == 12, quiet=0):
        lab.start(queue.answer_requests, sqs, requests, lambda body: f"price of {body}")
        lab.start(queue.collect_replies, sqs, replies, pending)
        for number in range(12):
            lab.start(ask, number)
    return {"own reply, of 12": sum(got.get(n) == f"price of {n}" for n in range(12))}


def dead_letters(lab: Lab) -> dict[str, Any]:
    """Orders that fail each time: given up after three deliveries, brought back, done."""
    sqs, placed, done, healed = boto3.client("sqs"), some_orders(20), [], threading.Event()
    tries: Counter[str] = Counter()
    orders, dead = redelivery.queue_with_dead_letters(sqs, "orders", tries=3, timeout=2)
    bad = {order.order_id for order in placed[::7]}

    def work(order: dict[str, Any]) -> None:
        if order["order_id"] in bad and not healed.is_set():
            tries[order["order_id"]] += 1
            raise ValueError(order["order_id"])
        done.append(order)

    def place() -> None:
        for order in placed:
            sqs.send_message(QueueUrl=orders, MessageBody=order.json())

    with until(lab, lambda: len(done) >= 17 and held(sqs, dead) >= len(bad), quiet=0):
        lab.start(place)
        lab.start(redelivery.work_off, sqs, orders, work)
    found: dict[str, Any] = {
        "done at first, of 17": len(order_ids(done)),
        "dead letters, of 3": held(sqs, dead),
    }
    found["deliveries of each before"] = sorted(set(tries.values()))
    moved: list[Any] = []
    healed.set()
    with until(lab, lambda: bool(moved) and len(order_ids(done)) >= len(placed), quiet=0):
        lab.start(lambda: moved.append(redelivery.redrive(sqs, dead, rate=10)))
        lab.start(redelivery.work_off, sqs, orders, work)
    return found | {"brought back": sum(moved), "done at last, of 20": len(order_ids(done))}


def kept_hidden(lab: Lab) -> dict[str, Any]:
    """Work that takes longer than the visibility timeout, with a heartbeat and without."""
    sqs, found = boto3.client("sqs"), {}
    for name in ("with a heartbeat", "without"):
        settings = {"VisibilityTimeout": "2"}
        orders = sqs.create_queue(QueueName=name.replace(" ", "-"), Attributes=settings)["QueueUrl"]
        sqs.send_message(QueueUrl=orders, MessageBody="{}")
        deliveries: list[str] = []
        with lab.running():
            lab.start(_take_long, sqs, orders, name == "without", deliveries)
            time.sleep(4)
            lab.start(_take_long, sqs, orders, name == "without", deliveries)
        found[f"deliveries {name}"] = len(deliveries)
    return found


def _take_long(sqs: Any, orders: str, bare: bool, deliveries: list[str]) -> None:
    """Work for five seconds on each message, and keep it hidden meanwhile unless `bare`."""
    answer = sqs.receive_message(QueueUrl=orders, WaitTimeSeconds=1)
    for message in answer.get("Messages", []):
        deliveries.append(message["MessageId"])
        if bare:
            time.sleep(5)
        else:
            with redelivery.keep_hidden(sqs, orders, message, seconds=2):
                time.sleep(5)


def order_within_a_group(lab: Lab) -> dict[str, Any]:
    """A FIFO queue with a group for each shop, and three stations that pack."""
    sqs, packed = boto3.client("sqs"), []
    settings = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    orders = sqs.create_queue(QueueName="orders.fifo", Attributes=settings)["QueueUrl"]
    placed, turn = some_orders(40), threading.Lock()

    def pack(body: str) -> None:
        with turn:
            packed.append(json.loads(body))

    def place() -> None:
        for order in placed:
            tenants.send_for_shop(sqs, orders, order)
        tenants.send_for_shop(sqs, orders, placed[0])  # again: within five minutes, no message

    with until(lab, lambda: len(packed) >= len(placed)):
        lab.start(place)
        lab.start(tenants.pack_from_queue, sqs, orders, pack, copies=3)
    by_shop = defaultdict(list)
    for order in packed:
        by_shop[order["tenant"]].append(order["order_id"])
    return {
        "orders packed, of 40": len(order_ids(packed)),
        "packed twice": len(packed) - len(order_ids(packed)),
        "shops out of order": sum(ids != sorted(ids) for ids in by_shop.values()),
    }


def too_late(lab: Lab) -> dict[str, Any]:
    """Orders that have waited too long get an apology, the others are done."""
    sqs, done, sorry = boto3.client("sqs"), [], []
    orders = sqs.create_queue(QueueName="orders")["QueueUrl"]

    def place() -> None:
        for order in some_orders(10):
            sqs.send_message(QueueUrl=orders, MessageBody=order.json())

    with lab.running():
        lab.start(place)
    with lab.running():
        lab.start(time.sleep, 12)
    with until(lab, lambda: len(done) + len(sorry) >= 20):
        lab.start(place)
        lab.start(backlog.shed, sqs, orders, done.append, sorry.append, 10)
    return {"done": len(done), "apologies": len(sorry)}

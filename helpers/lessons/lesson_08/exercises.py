"""The exercises of lesson 08: a pattern; keep what is given up; survive a replay."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import boto3

from helpers import faults, load, trace
from helpers.lab import Lab
from helpers.lessons.exercise import Exercise, Failed
from helpers.lessons.lesson_08.policies import admits
from helpers.lessons.machines import attempt
from helpers.lessons.memory import fresh
from helpers.patterns.bus import publish, redeliver, subscribe
from helpers.patterns.shop import open_shop

SEEDS = (1081, 1082, 1083)
DAY = 86_400  # seconds
PLACED = {"source": ["shop.checkout"], "detail-type": ["OrderPlaced"]}
AROUND = {
    "id": "1", "account": "123456789012", "time": "2026-11-02T08:00:00Z", "region": "eu-west-1",
    "resources": [],
}  # fmt: skip


def _entry(detail: str) -> dict[str, str]:
    entry = {"Source": "shop.checkout", "DetailType": "OrderPlaced", "EventBusName": "shop"}
    return {**entry, "Detail": detail}


def _arrived(lab: Lab, queue: str, *, elsewhere: bool = False) -> Counter[str]:
    """How often each order was sent to a queue, or, `elsewhere`, to the other queues."""
    sent = trace.messages(lab.trace).query("what == 'sent'")
    sent = sent[(sent["queue"] == queue) != elsewhere]
    return Counter(trace.field(body, "order_id") for body in sent["body"])


# -- 1


def right_pattern(lab: Lab, make: Callable[..., Any], seed: int) -> None:
    """The pattern passes what the desk wants, and nothing else."""
    pattern = make()
    if not isinstance(pattern, dict):
        raise Failed(f"The function has to return a pattern, a dictionary, got {pattern!r}.")
    events, draws = boto3.client("events"), Random(f"pattern {seed}")
    for order in load.orders(rate=1, seconds=160, seed=seed):
        detail: dict[str, Any] = {
            "order_id": order.order_id,
            "tenant": order.tenant,
            "amount": order.amount,
        }
        source, kind = "shop.checkout", "OrderPlaced"
        if draws.random() < 0.4:
            detail["tenant"] = draws.choice(("records", "wool"))
        if draws.random() < 0.5:
            detail["amount"] = draws.choice((4999, 5000, 5001, 9900))
        if draws.random() < 0.6:
            detail["channel"] = draws.choice(("web", "app", "b2b-fax", "b2b-mail", "phone-b2b-"))
        if draws.random() < 0.1:
            detail["test"] = draws.choice((True, False, "yes", "", 0, None))
        if draws.random() < 0.1:
            source, kind = draws.choice(
                (("shop.checkout", "OrderCancelled"), ("shop.returns", "OrderPlaced"))
            )
        wanted = (
            (source, kind) == ("shop.checkout", "OrderPlaced")
            and detail["tenant"] in ("records", "wool")
            and detail["amount"] > 5000
            and "test" not in detail
            and not detail.get("channel", "web").startswith("b2b-")
        )
        event = {**AROUND, "source": source, "detail-type": kind, "detail": detail}
        try:
            answer = events.test_event_pattern(
                EventPattern=json.dumps(pattern), Event=json.dumps(event)
            )
        except events.exceptions.InvalidEventPatternException as refusal:
            reason = refusal.response["Error"]["Message"].partition("Reason: ")[2].rstrip(".")
            raise Failed(f"EventBridge refuses this pattern: '{reason}'.") from None
        if answer["Result"] != wanted:
            told = f"{kind} of {source}, {json.dumps(detail)}"
            verb = "did not get through" if wanted else "got through"
            raise Failed(f"Order {order.order_id} {verb}: {told}.")


# -- 2


def kept(lab: Lab, make: Callable[..., Any], seed: int) -> None:
    """After a short outage every order arrives by itself; after two days of it, none is lost."""
    events, sqs = boto3.client("events"), boto3.client("sqs")
    events.create_event_bus(Name="shop")
    sqs.create_queue(QueueName="charging", Attributes={"MessageRetentionPeriod": str(14 * DAY)})
    dead_letters = make(events, sqs)
    short = [60.0 + 120 * number for number in range(8)]  # in the first 20 minutes
    long = [DAY + 60 + 5 * 3600.0 * number for number in range(9)]
    orders = load.orders(arrivals=[*short, *long], seed=seed)
    fault = faults.error("sqs.SendMessage", resource="charging")

    def break_charging() -> None:
        with fault:
            time.sleep(1200)
        time.sleep(DAY - 1200)
        with fault:
            time.sleep(2 * DAY)

    with lab.running(days=13):
        lab.start(break_charging)
        lab.start(open_shop, orders, lambda order: publish(events, [_entry(order.json())]))
    got, others = _arrived(lab, "charging"), _arrived(lab, "charging", elsewhere=True)
    for order in orders[: len(short)]:
        if not got[order.order_id]:
            raise Failed(
                f"Order {order.order_id} of the outage of 20 minutes did not reach charging by "
                "itself."
            )
    _check_policies(events, sqs, orders[len(short)].order_id)
    if dead_letters is not None:
        _check_url(dead_letters)
        with lab.running(minutes=10):
            lab.start(redeliver, sqs, dead_letters)
        got = _arrived(lab, "charging")
    for order in orders:
        name = order.order_id
        if not got[name]:
            had = "was in your queue once, and no longer" if name in others else "was nowhere"
            raise Failed(
                f"Order {name} of the outage of two days {had} when somebody came to look, ten "
                "days after its end."
            )
        if got[name] > 1:
            raise Failed(f"Order {name} reached charging {got[name]} times.")


def _check_url(queue: Any) -> None:
    if not (isinstance(queue, str) and queue.startswith("https://")):
        raise Failed(f"The function has to return the URL of a queue, got {queue!r}.")
    if queue.endswith("/charging"):
        raise Failed("What never reached charging cannot be found in the queue 'charging'.")


def _check_policies(events: Any, sqs: Any, order: str) -> None:
    """Each rule may send to its queue, and to its target's dead-letter queue, as AWS asks."""
    for rule in events.list_rules(EventBusName="shop")["Rules"]:
        asked = {"Rule": rule["Name"], "EventBusName": "shop"}
        for target in events.list_targets_by_rule(**asked)["Targets"]:
            dead = target.get("DeadLetterConfig", {}).get("Arn")
            for arn in (None if "RoleArn" in target else target["Arn"], dead):
                if arn and not _lets_in(sqs, arn, rule["Arn"]):
                    queue = arn.split(":")[-1]
                    raise Failed(
                        f"Order {order} does not get into the queue '{queue}' on AWS: its policy "
                        f"does not let in the rule '{rule['Name']}'."
                    )


def _lets_in(sqs: Any, arn: str, rule: str) -> bool:
    queue = sqs.get_queue_url(QueueName=arn.split(":")[-1])["QueueUrl"]
    told = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["Policy"])
    return admits(told.get("Attributes", {}).get("Policy"), arn, rule)


# -- 3

A_PROCESS = 7  # so many deliveries: then another one begins, and remembers nothing


class ArchivedShop:
    """A bus with an archive, a queue behind it, and a consumer that charges what it gets there."""

    def __init__(self, consume: Callable[..., Any], seed: int) -> None:
        self._consume, self._draws = consume, Random(f"charges {seed}")
        self._events, self._sqs = boto3.client("events"), boto3.client("sqs")
        self._bus = self._events.create_event_bus(Name="shop")["EventBusArn"]
        self._archive = self._events.create_archive(ArchiveName="orders", EventSourceArn=self._bus)
        subscribe(self._events, self._sqs, "shop", "charging", PLACED)
        self._queue = self._sqs.get_queue_url(QueueName="charging")["QueueUrl"]
        self._seen: dict[str, Any] = {}
        self.charged: Counter[str] = Counter()
        self.failed: set[str] = set()

    def checkout(self, order: load.Order) -> None:
        entry = _entry(order.json())
        times = 2 if self._draws.random() < 0.1 else 1  # an impatient publisher
        publish(self._events, [entry] * times)

    def work(self) -> None:
        """Hand each message to the consumer, in one process after another."""
        asked = {"QueueUrl": self._queue, "WaitTimeSeconds": 20}
        while True:
            process = fresh(self._consume)
            for _ in range(A_PROCESS):
                for message in self._sqs.receive_message(**asked).get("Messages", []):
                    event = json.loads(message["Body"])
                    if attempt(process, event, self._charge, self._seen):
                        handle = message["ReceiptHandle"]
                        self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=handle)

    def forbid(self) -> None:
        """For three minutes the bus may not send to the queue, and does not try again."""
        time.sleep(300)
        with faults.error("sqs.SendMessage", resource="charging", status=403, code="AccessDenied"):
            time.sleep(180)

    def replay(self) -> None:
        begin = self._archive["CreationTime"]
        self._events.start_replay(
            ReplayName="yesterday",
            EventSourceArn=self._archive["ArchiveArn"],
            EventStartTime=begin,
            EventEndTime=begin + timedelta(minutes=30),
            Destination={"Arn": self._bus},
        )

    def _charge(self, order: dict[str, Any]) -> None:
        if self._draws.random() < 1 / 7:
            self.failed.add(order["order_id"])
            raise ConnectionError("the card provider is down")
        self.charged[order["order_id"]] += 1


def survives(lab: Lab, consume: Callable[..., Any], seed: int) -> None:
    """Each order is charged once, over duplicates, failures, lost events and a replay."""
    shop = ArchivedShop(consume, seed)
    orders = load.orders(rate=1 / 20, minutes=15, seed=seed)
    for place in range(3, len(orders), 4):  # some customers order twice
        orders[place] = replace(orders[place], customer=orders[place - 1].customer)
    lost = faults.lost_reply("sqs.SendMessage", rate=0.1, seed=seed, resource="charging")
    with lost, lab.running(minutes=20):
        lab.start(open_shop, orders, shop.checkout)
        lab.start(shop.forbid)
        lab.start(shop.work)
    arrived = _arrived(lab, "charging")
    shop.replay()
    with lab.running(minutes=8):
        lab.start(shop.work)
    for order in orders:
        name, times = order.order_id, shop.charged[order.order_id]
        if not times:
            why = "its charge had failed at first" if name in shop.failed else "it had arrived"
            if not arrived[name]:
                why = "it came with the replay alone"
            raise Failed(f"Order {name} was never charged; {why}.")
        if times > 1:
            raise Failed(f"Order {name} was charged {times} times.")


EXERCISES = {
    "1": Exercise(right_pattern, SEEDS, "The desk gets what it wants, and nothing else."),
    "2": Exercise(kept, SEEDS, "Short outages need nobody, and of long ones nothing is lost."),
    "3": Exercise(survives, SEEDS, "Every order was charged exactly once."),
}

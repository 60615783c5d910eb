"""Targets that are down, refuse, or fail after they have accepted; and three ways back."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pandas as pd

from helpers import faults, load, trace
from helpers.lessons.lesson_08.experiment import PLACED, Shop, arrivals, as_entry, opened
from helpers.patterns.bus import let_in, publish, redeliver

MEDIAN, P99 = 0.010, 0.060  # seconds that a PutEvents takes, an assumption
HOUR = (600.0, 4200.0)  # seconds: from minute 10 to minute 70
LONG = (0.0, 30 * 3600.0)
FORTNIGHT = {"MessageRetentionPeriod": str(14 * 86_400)}  # seconds


def down(
    orders: list[load.Order],
    outage: tuple[float, float] = HOUR,
    *,
    keep: bool = False,
    give_up: float | None = None,
    longest_wait: float | None = None,
    seed: int = 8,
) -> pd.DataFrame:
    """The trace of a shop whose queue `charging` answers with 503 during an outage.

    Parameters
    ----------
    outage : (float, float)
        Its begin and its end, in seconds. The run goes on for two hours after it.
    keep : bool
        Whether the target has a dead-letter queue.
    give_up : float, optional
        The age in seconds at which the bus gives up an event.
    longest_wait : float, optional
        Seconds that the bus waits at most between two tries, instead of the lab's own choice.
    """
    with opened(seed) as shop:
        dead = shop.sqs.create_queue(QueueName="dead-letters", Attributes=FORTNIGHT)["QueueUrl"]
        policy = {"RetryPolicy": {"MaximumEventAgeInSeconds": int(give_up)}} if give_up else {}
        shop.subscribe("shipping", PLACED)
        shop.subscribe("charging", PLACED, dead if keep else None, **policy)
        if longest_wait:
            shop.lab.bus_waits_at_most(longest_wait)
        fault = faults.error("sqs.SendMessage", resource="charging", status=503)
        wire = faults.latency("events.PutEvents", median=MEDIAN, p99=P99, seed=seed)
        with wire, shop.lab.running(seconds=outage[1] + 7200):
            shop.lab.start(between, outage, fault)
            shop.lab.start(shop.sell, orders)
        return shop.close()


def between(outage: tuple[float, float], *open_ones: faults.Fault) -> None:
    """Open faults for the time of an outage. A worker of the lab."""
    time.sleep(outage[0])
    with ExitStack() as stack:
        for fault in open_ones:
            stack.enter_context(fault)
        time.sleep(outage[1] - outage[0])


def an_hour(seed: int = 8) -> list[load.Order]:
    """The orders around the hour: one every two minutes on average, in 90 minutes."""
    return load.orders(rate=1 / 120, minutes=90, seed=seed)


def thirty_hours(seed: int = 8, orders: int = 36) -> list[load.Order]:
    """So many orders, evenly over thirty hours: each is tried up to 186 times."""
    return load.orders(arrivals="steady", rate=orders / LONG[1], hours=30, seed=seed)


def fates(events: pd.DataFrame, orders: list[load.Order]) -> pd.DataFrame:
    """A row per order, by its id: when it was `placed`, and when it first arrived where."""
    first = arrivals(events).groupby(["order_id", "place"])["time"].min().unstack()
    placed = pd.Series({order.order_id: order.placed_at for order in orders}, name="placed")
    found = first.reindex(placed.index).assign(placed=placed)
    for place in ("charging", "dead-letters"):
        if place not in found:
            found[place] = float("nan")
    return found


def under_way(found: pd.DataFrame, place: str = "charging") -> pd.DataFrame:
    """How many orders have been placed and have not arrived, over time: time, orders."""
    steps = [pd.Series(1, found["placed"]), pd.Series(-1, found[place].dropna())]
    count = pd.concat(steps).sort_index(kind="stable").cumsum()
    return pd.DataFrame({"time": count.index, "orders": count.to_numpy()})


COMEBACKS = ("all at once", "one by one, the oldest first", "each at a moment of its own")


def comeback(found: pd.DataFrame, end: float = HOUR[1]) -> str:
    """How the orders that waited at the end of an outage arrived: one of `COMEBACKS`."""
    waited = found[(found["placed"] < end) & (found["charging"] > end)].sort_values("placed")
    if (waited["charging"] - end).median() < 10:
        return COMEBACKS[0]
    return COMEBACKS[1 if waited["charging"].is_monotonic_increasing else 2]


# -- refused


def refused(way: str | None, *, seed: int = 8) -> pd.DataFrame:
    """The trace of an hour in which two queues refuse their rules, and of a way back after it.

    The rules of charging and fraud-check share one dead-letter queue. An archive keeps all events.

    Parameters
    ----------
    way : {"redeliver", "publish again", "replay to the rules"} or None
        None: the rules have no dead-letter queue, and nobody does anything.
    """
    with opened(seed) as shop:
        dead = shop.sqs.create_queue(QueueName="dead-letters", Attributes=FORTNIGHT)["QueueUrl"]
        archive = shop.events.create_archive(ArchiveName="orders", EventSourceArn=shop.bus)
        shop.subscribe("shipping", PLACED)
        rules = [
            shop.subscribe(name, PLACED, dead if way else None)
            for name in ("charging", "fraud-check")
        ]
        no = [
            faults.error("sqs.SendMessage", resource=name, status=403, code="AccessDenied")
            for name in ("charging", "fraud-check")
        ]
        with shop.lab.running(hours=2):
            shop.lab.start(between, HOUR, *no)
            shop.lab.start(shop.sell, an_hour(seed))
        if way == "replay to the rules":
            replay(shop, archive, "the-hour", HOUR, rules)
        with shop.lab.running(minutes=5):
            if way == "redeliver":
                shop.lab.start(redeliver, shop.sqs, dead)
            elif way == "publish again":
                shop.lab.start(publish_again, shop.events, shop.sqs, dead)
        return shop.close()


def publish_again(events: Any, sqs: Any, dead_letters: str) -> None:
    """Hand each event in a dead-letter queue to the bus once more."""
    asked = {"QueueUrl": dead_letters, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 20}
    known: set[str] = set()  # one event is in a shared queue once for each rule that refused it
    while letters := sqs.receive_message(**asked).get("Messages"):
        bodies = {json.loads(letter["Body"])["id"]: letter["Body"] for letter in letters}
        entries = [
            as_entry(json.loads(body)["detail"]) for name, body in bodies.items()
            if name not in known
        ]  # fmt: skip
        if entries:
            publish(events, entries)
        known |= bodies.keys()
        for letter in letters:
            sqs.delete_message(QueueUrl=dead_letters, ReceiptHandle=letter["ReceiptHandle"])


def replay(
    shop: Shop, archive: dict[str, Any], name: str, span: tuple[float, float], rules: list[str]
) -> None:
    """Replay what was published between two times of the lab, to these rules or, without, to all.

    Where a replay ends, no event is replayed that came at this very moment.
    """
    begin = archive["CreationTime"]
    only = {"FilterArns": rules} if rules else {}
    shop.events.start_replay(
        ReplayName=name,
        EventSourceArn=archive["ArchiveArn"],
        EventStartTime=begin + timedelta(seconds=span[0]),
        EventEndTime=begin + timedelta(seconds=span[1]),
        Destination={"Arn": shop.bus, **only},
    )


def twice(events: pd.DataFrame, place: str) -> int:
    """How many messages a place got beyond the first of each order."""
    found = arrivals(events)
    return int(found.loc[found["place"] == place, "order_id"].duplicated().sum())


# -- accepted


def failing(receiver: str = "function", *, seed: int = 8) -> pd.DataFrame:
    """The trace of an hour in which the function that charges raises at every order.

    Its rule has a dead-letter queue.

    Parameters
    ----------
    receiver : {"function", "function with a destination", "queue before the function"}
        What the rule sends to, and whether the function has a queue of its own for what failed.
    """
    with opened(seed) as shop:
        dead = shop.sqs.create_queue(QueueName="dead-letters", Attributes=FORTNIGHT)["QueueUrl"]
        shop.lab.deploy("charge", _raises(shop, *HOUR))
        if receiver == "queue before the function":
            shop.subscribe("charging", PLACED, dead)
            queue = shop.sqs.get_queue_url(QueueName="charging")["QueueUrl"]
            hidden = {"VisibilityTimeout": "300"}  # after a failure: tried again in five minutes
            shop.sqs.set_queue_attributes(QueueUrl=queue, Attributes=hidden)
            arn = shop.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
            shop.functions.create_event_source_mapping(
                FunctionName="charge",
                EventSourceArn=arn["Attributes"]["QueueArn"],
                BatchSize=1,
            )
        else:
            rule = shop.subscribe_function("charge", PLACED, _raises(shop, *HOUR))
            [target] = shop.events.list_targets_by_rule(Rule="charge", EventBusName="shop")[
                "Targets"
            ]
            target["DeadLetterConfig"] = {"Arn": let_in(shop.sqs, dead, rule)}
            shop.events.put_targets(Rule="charge", EventBusName="shop", Targets=[target])
        if receiver == "function with a destination":
            own = shop.sqs.create_queue(QueueName="failed", Attributes=FORTNIGHT)["QueueUrl"]
            arn = shop.sqs.get_queue_attributes(QueueUrl=own, AttributeNames=["QueueArn"])
            place = {"Destination": arn["Attributes"]["QueueArn"]}
            shop.functions.put_function_event_invoke_config(
                FunctionName="charge", DestinationConfig={"OnFailure": place}
            )
        with shop.lab.running(hours=2):
            shop.lab.start(shop.sell, an_hour(seed))
        return shop.close()


def _raises(shop: Shop, begin: float, end: float) -> Callable[[Any, Any], None]:
    """A function that charges orders, and raises between two times."""

    def charge(event: dict[str, Any], _: Any) -> None:
        if begin <= shop.lab.now < end:
            raise ConnectionError("the card provider is down")
        if "Records" in event:  # from a queue
            event = json.loads(event["Records"][0]["body"])
        shop.arrived(event, "charged")

    return charge


def failed(events: pd.DataFrame, orders: list[load.Order]) -> dict[str, int]:
    """Of the orders of the hour: charged, in the rule's dead letters, in the function's own."""
    found = arrivals(events)
    of_hour = {order.order_id for order in orders if HOUR[0] <= order.placed_at < HOUR[1]}
    sent = trace.messages(events).query("what == 'sent'")
    own = sent[sent["queue"] == "failed"]["body"].map(
        lambda body: json.loads(body)["requestPayload"]["detail"]["order_id"]
    )
    places = {name: {*rows["order_id"]} & of_hour for name, rows in found.groupby("place")}
    return {
        "of that hour": len(of_hour),
        "charged": len(places.get("charged", ())),
        "in the rule's dead letters": len(places.get("dead-letters", ())),
        "in the function's own": len({*own} & of_hour),
    }


def how_many(part: int, whole: int) -> str:
    """A part of some orders, in a word: all, some or none."""
    return "none" if not part else "all" if part == whole else "some"

"""A sale, in which consumers and customers ask one source, and an hour in which customers move.

`sale` and `hour` run a design and return the trace. Below them is what is read from a run.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import boto3
import pandas as pd
from botocore.exceptions import ClientError

from helpers import load
from helpers.lab import Lab
from helpers.lessons.lesson_09.source import CAPACITY, Json, OrderService, as_placed
from helpers.patterns.bus import publish, subscribe, subscribe_function
from helpers.patterns.events import full, in_rounds, look_up, sparse, whole_order
from helpers.patterns.shop import open_shop

__all__ = ["CAPACITY", "DESKS", "full", "hour", "sale", "sparse"]

DESKS = ("labels", "fraud-check", "loyalty")
PLACED: Json = {"source": ["shop.orders"], "detail-type": ["OrderPlaced"]}
DOWN = (1140, 1500)  # the order service's outage in the hour, in seconds
SALE = 240  # seconds that a sale is watched; half of it where no function is tried again later

Event = Callable[[Json], Json]


# -- a sale


def rush(seed: int) -> list[load.Order]:
    """Five orders per second for seven seconds, and one in ten seconds before and after."""
    times = load.burst(rate=0.1, peak=5, start=5, end=12, minutes=0.5, seed=seed)
    return load.orders(arrivals=times, seed=seed)


@lru_cache(maxsize=4)
def sale(event: Event, *, workers: int = 0, queues: str = "none", seed: int = 9) -> pd.DataFrame:
    """Three desks get `event` of each order, and each customer looks at her own order.

    Parameters
    ----------
    workers : int
        How many workers ask the source at the same time, where there is a queue.
    queues : str
        "none": the bus invokes a function for each event. "desks": each desk has a queue, with a
        third of the workers. "source": the desks send their questions to one queue.
    """
    lab, events = Lab(seed=seed), boto3.client("events")
    client, sqs = boto3.client("lambda"), boto3.client("sqs")
    events.create_event_bus(Name="shop")
    service = OrderService(lab)

    def work(detail: Json, desk: str | None = None) -> None:
        order = whole_order(client, detail)
        lab.mark(desk or detail["desk"], order_id=order["order_id"])

    def ask_later(received: Json, _: Any, desk: str) -> None:
        question = {"detail": received["detail"] | {"desk": desk}}
        sqs.send_message(QueueUrl=asked, MessageBody=json.dumps(question))

    at_work: list[tuple[str, Callable[..., None]]] = []
    if queues == "source":
        asked = sqs.create_queue(QueueName="questions")["QueueUrl"]
        at_work = [(asked, work)] * workers
    for desk in DESKS:
        if queues == "desks":
            subscribe(events, sqs, "shop", desk, PLACED)
            queue = sqs.get_queue_url(QueueName=desk)["QueueUrl"]
            at_work += [(queue, partial(work, desk=desk))] * (workers // len(DESKS))
            continue
        do = partial(ask_later, desk=desk) if queues == "source" else _at_once(work, desk)
        lab.deploy(desk, do, timeout=30)
        subscribe_function(events, client, "shop", desk, PLACED)

    def checkout(order: load.Order) -> None:
        service.orders[order.order_id] = placed = as_placed(order)
        publish(events, [event(placed)])
        time.sleep(random.uniform(0, 10))
        lab.mark("looked", order_id=order.order_id, seen=_sees(client, order.order_id))

    with lab.running(seconds=SALE / 2 if workers else SALE):
        lab.start(open_shop, rush(seed), checkout)
        for queue, handle in at_work:
            lab.start(in_rounds, sqs, queue, handle, 1)
    events_seen = lab.trace
    lab.close()
    return events_seen


def _at_once(work: Callable[..., None], desk: str) -> Callable[[Json, Any], None]:
    return lambda received, _: work(received["detail"], desk)


def _sees(client: Any, order_id: str) -> bool:
    """A customer looks at her order."""
    try:
        return bool(look_up(client, order_id))
    except (ConnectionError, ClientError):
        return False


def asked(events: pd.DataFrame) -> pd.DataFrame:
    """The requests that the source met. A call that is tried three times is three of them."""
    return events.query("resource == 'get-order' and operation == 'Invoke'")


def errors(events: pd.DataFrame) -> float:
    """How many of 100 customers read an error."""
    seen = events.loc[events["name"] == "looked", "seen"].astype(bool)
    return float(100 * (1 - seen.mean()))


def found(events: pd.DataFrame) -> dict[str, float]:
    """A sale in numbers."""
    orders = events.loc[events["name"] == "looked", "order_id"].nunique()
    done = events[events["name"].isin(DESKS)].drop_duplicates(["name", "order_id"])
    requests = asked(events)
    return {
        "requests at the source": len(requests),
        "turned away": int((requests["outcome"] != "ok").sum()),
        "customers with an error (%)": errors(events),
        "never at a desk": len(DESKS) * orders - len(done),
    }


def rates(events: pd.DataFrame, every: float = 2) -> pd.DataFrame:
    """Requests per second at the source, over time."""
    steps = range(int(SALE / every))
    counts = asked(events)["time"].floordiv(every).value_counts().reindex(steps, fill_value=0)
    return pd.DataFrame({"time": [step * every for step in steps], "rate": counts / every})


# -- an hour in which customers move


@lru_cache(maxsize=4)
def hour(
    event: Event,
    *,
    every: float = 600,
    after: float = 300,
    down: tuple[float, float] = DOWN,
    seed: int = 9,
) -> pd.DataFrame:
    """Two desks work in rounds, and half of the customers correct their address.

    Parameters
    ----------
    every : float
        Seconds between two rounds of a desk.
    after : float
        Seconds after which a customer moves, on average.
    down : pair of float
        When the order service does not answer.
    """
    lab = Lab(seed=seed)
    events, sqs = boto3.client("events"), boto3.client("sqs")
    client = boto3.client("lambda")
    events.create_event_bus(Name="shop")
    service = OrderService(lab, down)

    def checkout(order: load.Order) -> None:
        draws = random.Random(f"{seed} {order.order_id}")
        service.orders[order.order_id] = placed = as_placed(order)
        publish(events, [event(placed)])
        if draws.random() < 0.5:
            time.sleep(draws.expovariate(1 / after))
            service.move(order.order_id)
            lab.mark("moved", order_id=order.order_id)

    def handle(detail: Json, desk: str) -> None:
        order = whole_order(client, detail)
        newest = service.orders[order["order_id"]]["revision"]
        lab.mark(desk, order_id=order["order_id"], used=order["revision"], newest=newest)

    for desk in DESKS[:2]:
        subscribe(events, sqs, "shop", desk, PLACED)
    with lab.running(seconds=3000 + every):
        lab.start(open_shop, placed_in_the_hour(seed), checkout)
        for desk in DESKS[:2]:
            queue = sqs.get_queue_url(QueueName=desk)["QueueUrl"]
            lab.start(in_rounds, sqs, queue, partial(handle, desk=desk), every)
    seen = lab.trace
    lab.close()
    return seen


def placed_in_the_hour(seed: int) -> list[load.Order]:
    """About sixty orders in 48 minutes."""
    return load.orders(rate=1 / 48, minutes=48, seed=seed)


def at_desk(events: pd.DataFrame, desk: str) -> pd.DataFrame:
    """What a desk did with each order, indexed by order: time, used and newest revision."""
    done = events[events["name"] == desk].drop_duplicates("order_id")
    return done.set_index("order_id")[["time", "used", "newest"]]


def old_labels(events: pd.DataFrame) -> set[str]:
    """The orders of which the label was printed with an address that was no longer right."""
    labels = at_desk(events, "labels")
    return set(labels.index[labels["used"] < labels["newest"]])


def later_checks(events: pd.DataFrame) -> set[str]:
    """The orders that fraud-check looked at with an address that came after the payment."""
    checks = at_desk(events, "fraud-check")
    return set(checks.index[checks["used"] > 1])

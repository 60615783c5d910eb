"""The lesson's shop with a FIFO queue: groups, one order that fails, a redrive, the window."""

from __future__ import annotations

import dataclasses
import itertools
import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from helpers import faults, load
from helpers.lab import Lab
from helpers.lessons.lesson_06.experiment import by_queue, taking, with_dead_letters
from helpers.patterns.redelivery import queue_with_dead_letters, redrive

Ids = Mapping[str, Callable[[load.Order], str]]
LATE = 20  # seconds of waiting from which an order counts as late
FOR_EVER = 1000  # deliveries: more than any run has


def ids_by(group: Callable[[load.Order], str]) -> Ids:
    """What a message carries: its group, and the order's number against duplicates."""
    return {"MessageGroupId": group, "MessageDeduplicationId": lambda order: order.order_id}


ONE_GROUP = ids_by(lambda order: "all")
BY_TENANT = ids_by(lambda order: order.tenant)


def fifo(sqs: Any, tries: int = 5) -> str:
    """A FIFO queue that gives a message up after so many deliveries."""
    return str(queue_with_dead_letters(sqs, "orders.fifo", tries)[0])


Kind = tuple[Callable[[Any], str], Ids | None]
KINDS: dict[str, Kind] = {"FIFO": (fifo, BY_TENANT), "standard": (with_dead_letters, None)}


def patient(sqs: Any) -> str:
    """A FIFO queue that gives nothing up."""
    return fifo(sqs, FOR_EVER)


def in_groups(groups: int, *, most: int = 1, seed: int = 6) -> pd.DataFrame:
    """Four workers for eight seconds, a backlog in so many groups, charges of half to 1.5 s.

    Marks: charged, with the order's group.
    """
    orders = load.orders(arrivals=[0.0] * 12 * min(groups, 4), seed=seed)
    group = {order.order_id: str(n % groups) for n, order in enumerate(orders)}

    def charge(lab: Lab, order: dict[str, Any]) -> None:
        time.sleep(random.uniform(0.5, 1.5))
        lab.mark("charged", order_id=order["order_id"], group=group[order["order_id"]])

    ids = ids_by(lambda order: group[order.order_id])
    options: dict[str, Any] = {"seed": seed, "minutes": 8 / 60, "workers": 4, "most": most}
    return by_queue(orders, charge, make=fifo, ids=ids, **options)


def morning(queue: str, *, seed: int = 6) -> pd.DataFrame:
    """A hundred orders or so through a queue of a kind: "FIFO" or "standard"."""
    orders = load.orders(rate=0.4, minutes=4, seed=seed)
    make, ids = KINDS[queue]
    charge = taking(itertools.repeat(2.0))
    return by_queue(orders, charge, seed=seed, minutes=5, make=make, ids=ids)


def failing(queue: str, *, seed: int = 6) -> pd.DataFrame:
    """One order of the tenant books fails every time; the others of all tenants do not.

    Parameters
    ----------
    queue : str
        "FIFO", a group for each tenant, or "standard".

    Returns
    -------
    DataFrame
        A row per charge: time, order_id, tenant, placed and waited (seconds), behind (whether it
        is of the same tenant as the failing order, and was placed after it), and overtaken
        (whether a later order of its tenant was charged before it).
    """
    orders = load.orders(rate=0.4, minutes=3, seed=seed)
    bad = next(o.order_id for o in orders if o.tenant == "books" and o.placed_at > 30)
    placed = {order.order_id: order for order in orders}

    def charge(lab: Lab, order: dict[str, Any]) -> None:
        time.sleep(random.uniform(1, 5))
        if order["order_id"] == bad:
            raise ValueError("this order cannot be charged")
        lab.mark("charged", order_id=order["order_id"])

    make, ids = KINDS[queue]
    trace = by_queue(orders, charge, seed=seed, minutes=7, workers=6, make=make, ids=ids)
    done = trace.loc[trace["name"] == "charged", ["time", "order_id"]].reset_index(drop=True)
    done["tenant"] = [placed[name].tenant for name in done["order_id"]]
    done["placed"] = [placed[name].placed_at for name in done["order_id"]]
    done["waited"] = done["time"] - done["placed"]
    done["behind"] = (done["tenant"] == "books") & (done["order_id"] > bad)
    times = done.sort_values("order_id").groupby("tenant")["time"]
    done["overtaken"] = times.transform(lambda t: t > t[::-1].cummin()[::-1])
    return done


def redriven(*, seed: int = 6) -> pd.DataFrame:
    """Sixty orders in one group. The sixth of them fails until a redrive brings it back.

    Marks: charged, and redriven, with the number of orders.
    """
    orders = load.orders(arrivals=[0.0] * 60, seed=seed)
    bad, fixed = orders[5].order_id, []

    def charge(lab: Lab, order: dict[str, Any]) -> None:
        time.sleep(random.uniform(1, 5))
        if order["order_id"] == bad and not fixed:
            raise ValueError("this order cannot be charged")
        lab.mark("charged", order_id=order["order_id"])

    def bring_back(lab: Lab, sqs: Any) -> None:
        time.sleep(150)
        fixed.append(True)
        dead = sqs.get_queue_url(QueueName="dead-orders.fifo")["QueueUrl"]
        lab.mark("redriven", number=redrive(sqs, dead, rate=10))

    def gives_up_soon(sqs: Any) -> str:
        return fifo(sqs, tries=2)

    return by_queue(
        orders, charge, seed=seed, minutes=8, make=gives_up_soon, beside=[bring_back], ids=ONE_GROUP
    )


def sent_again(after: float, *, deleted: bool = True, seed: int = 6) -> pd.DataFrame:
    """Every order is sent twice, `after` seconds apart, with its number as deduplication id.

    Parameters
    ----------
    deleted : bool
        Whether the first message is charged and deleted in between, or fails and is kept.
    """

    def fails(lab: Lab, order: dict[str, Any]) -> None:
        raise ValueError("this order cannot be charged")

    charge = taking(itertools.repeat(0.0)) if deleted else fails
    orders = twice(load.orders(rate=0.5, minutes=1, seed=seed), after)
    return by_queue(orders, charge, seed=seed, minutes=7, workers=1, make=patient, ids=ONE_GROUP)


def twice(orders: Sequence[load.Order], after: float) -> list[load.Order]:
    """Each order, and again `after` seconds later."""
    again = (dataclasses.replace(o, placed_at=o.placed_at + after) for o in orders)
    both = sorted([*orders, *again], key=lambda order: order.placed_at)
    times = itertools.pairwise([0.0, *(order.placed_at for order in both)])
    return [dataclasses.replace(o, gap=b - a) for o, (a, b) in zip(both, times, strict=True)]


def lost_replies(*, seed: int = 6) -> tuple[pd.DataFrame, int]:
    """Every order is sent once, and three replies in ten are lost. The trace, and how many were."""
    lost = faults.lost_reply("sqs.SendMessage", rate=0.3, seed=seed)
    orders = load.orders(rate=0.5, minutes=1, seed=seed)
    options: dict[str, Any] = {"seed": seed, "minutes": 7, "workers": 1, "faulty": [lost]}
    trace = by_queue(orders, taking(itertools.repeat(0.0)), make=patient, ids=ONE_GROUP, **options)
    return trace, lost.hits


def slow_work(*, seed: int = 6) -> pd.DataFrame:
    """One order, charges of 45 s and then of 5 s, through a FIFO queue that hides for 30 s."""
    orders = load.orders(arrivals=[0.0], seed=seed)
    return by_queue(orders, taking([45, 5]), seed=seed, minutes=1, make=fifo, ids=ONE_GROUP)

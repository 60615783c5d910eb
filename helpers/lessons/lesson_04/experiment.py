"""Backlogs: a shop whose workers come back, and who is served first.

A charge takes four seconds on average, so one worker does a quarter of an order per second. Half an
order per second arrives. All rates are in orders per second, all times in simulated seconds.
Requests to SQS take no time.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import boto3
import pandas as pd

from helpers import load, trace
from helpers.findings.record import recorded
from helpers.lab import Lab
from helpers.patterns.backlog import (
    fresh_first,
    recovery_time,
    shed,
)
from helpers.patterns.queue import charge_from_queue

RATE, WORK = 0.5, 4.0
PATIENCE = 20  # seconds after which a customer leaves
LIMIT = 15  # seconds: older orders are late, for a charge takes up to five
Policy = Callable[[Any, str, Callable[..., None], Callable[..., None]], None]


def usual_work(draws: random.Random) -> float:
    """Four seconds, a tenth more or less."""
    return WORK * draws.uniform(0.9, 1.1)


# -- who is served first


def oldest_first(sqs: Any, queue: str, charge: Any, apologise: Any) -> None:
    """The worker of lesson 03."""
    charge_from_queue(sqs, queue, charge)


def fresh_work_first(sqs: Any, queue: str, charge: Any, apologise: Any) -> None:
    """Put late orders aside, and work on them when there is nothing else to do."""
    late = sqs.create_queue(QueueName="late")["QueueUrl"]  # the same one for every worker
    fresh_first(sqs, queue, late, charge, LIMIT)


def shedding(sqs: Any, queue: str, charge: Any, apologise: Any) -> None:
    """Give up late orders, with an apology."""
    shed(sqs, queue, charge, apologise, LIMIT)


# -- the shop


def shop(
    orders: Sequence[load.Order],
    *,
    workers: int,
    outage: float,
    seconds: float,
    seed: int,
    policy: Policy = oldest_first,
    work: Callable[[random.Random], float] = usual_work,
) -> pd.DataFrame:
    """The trace of a shop whose workers are away at first, and then come back.

    Parameters
    ----------
    outage, seconds : float
        How long the workers are away, and how long the whole run is.
    seed : int
        Of the times that the charges take.
    """
    lab, draws, sqs = Lab(seed=seed), random.Random(f"work {seed}"), boto3.client("sqs")
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]

    def front_door() -> None:
        for order in orders:
            time.sleep(order.gap)
            sqs.send_message(QueueUrl=queue, MessageBody=order.json())

    def charge(order: dict[str, Any]) -> None:
        time.sleep(work(draws))
        lab.mark("charged", order_id=order["order_id"])

    def apologise(order: dict[str, Any]) -> None:
        lab.mark("apology", order_id=order["order_id"])

    def worker() -> None:
        time.sleep(outage)
        policy(sqs, queue, charge, apologise)

    with lab.running(seconds=seconds):
        lab.start(front_door)
        lab.start(worker, copies=workers)
    events = lab.trace
    lab.close()
    return events


POLICIES: dict[str, Policy] = {
    "oldest first": oldest_first,
    "fresh first": fresh_work_first,
    "shedding": shedding,
}


def policies(
    orders: Sequence[load.Order], *, workers: int, outage: float, seconds: float, seed: int
) -> dict[str, pd.DataFrame]:
    """The traces of one shop under each policy. As for `shop`."""
    return {
        name: shop(
            orders, workers=workers, outage=outage, seconds=seconds, seed=seed, policy=policy
        )
        for name, policy in POLICIES.items()
    }


def lines(runs: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """`undone` of each run."""
    return {name: undone(events) for name, events in runs.items()}


def undone(events: pd.DataFrame) -> pd.DataFrame:
    """Orders that wait or are in somebody's hands, over time: `time` and `orders`."""
    steps = trace.backlog(events)
    return steps.assign(orders=steps["waiting"] + steps["in_flight"])[["time", "orders"]]


def caught_up(events: pd.DataFrame, *, since: float) -> float:
    """Seconds until no more orders are undone than on a quiet day; infinite if that never comes.

    On a quiet day half an order per second is in somebody's hands for four seconds, which makes two
    (Little's law).
    """
    steps = undone(events)
    quiet = steps.loc[(steps["time"] > since) & (steps["orders"] <= RATE * WORK), "time"]
    return float("inf") if quiet.empty else float(quiet.min() - since)


def expected(backlog: float, workers: int, *, since: float) -> pd.DataFrame:
    """The formula as a line, from the end of the outage to the end of the backlog."""
    end = recovery_time(backlog, workers / WORK, RATE)
    points = [(since, backlog), (since + end, 0)] if end < 1e6 else [(since, backlog)]
    return pd.DataFrame(points, columns=["time", "orders"])


def served_in_time(events: pd.DataFrame, *, since: float, until: float) -> float:
    """Percent of the orders sent in this time that were charged before their customer left."""
    sent = trace.sojourns(events, queue="orders")
    sent = sent[sent["entered"].between(since, until)]
    placed = sent["entered"].set_axis([trace.field(body, "order_id") for body in sent["body"]])
    marks = events[events["name"] == "charged"].set_index("order_id")["time"]
    return float(100 * (marks.reindex(placed.index) - placed <= PATIENCE).mean())


def shares_served(
    runs: Mapping[str, pd.DataFrame], *, since: float, until: float
) -> pd.Series[float]:
    """`served_in_time` of each run, in percent."""
    served = {name: served_in_time(run, since=since, until=until) for name, run in runs.items()}
    return pd.Series(served, name="served in time")


def on_record(run: str) -> pd.DataFrame:
    """What a run of this lesson measured on thirty seeds: a row for each, a column per number."""
    return pd.DataFrame.from_dict(recorded()[f"04.{run}"], orient="index").rename_axis("seed")

"""Backlogs: a shop whose workers come back, a quiet day, a flash sale, a function as the worker.

A charge takes four seconds on average, so one worker does a quarter of an order per second. Half an
order per second arrives. All rates are in orders per second, all times in simulated seconds.
Requests to SQS take no time.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from threading import Event
from typing import Any

import boto3
import pandas as pd

from helpers import load, theory, trace
from helpers.findings.record import recorded
from helpers.lab import Lab
from helpers.lessons.arns import arn
from helpers.patterns.backlog import (
    age_of_oldest,
    fresh_first,
    recovery_time,
    scale,
    shed,
    take,
)
from helpers.patterns.queue import charge_from_queue

RATE, WORK = 0.5, 4.0
PATIENCE = 20  # seconds after which a customer leaves
LIMIT = 15  # seconds: older orders are late, for a charge takes up to five
SALE = (10, 80)  # of the flash sale: from, to
ALONE: dict[float, int] = {0: 2}  # two workers, however old the oldest order is
MORE: dict[float, int] = {0: 2, 20: 6}  # from an age of 20 s on, six
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


# -- a quiet day, and queueing theory

SETTINGS = {  # Kendall's notation: orders per second, workers, how long a charge takes (mean 1 s)
    "mm1": (0.6, 1, lambda draws: draws.expovariate(1.0)),
    "mm1_busy": (0.8, 1, lambda draws: draws.expovariate(1.0)),
    "md1": (0.6, 1, lambda draws: 1.0),
    "mm3": (1.8, 3, lambda draws: draws.expovariate(1.0)),
}
NAMED = {
    "mm1": "M/M/1, 60 % busy",
    "mm1_busy": "M/M/1, 80 % busy",
    "md1": "M/D/1, 60 % busy",
    "mm3": "M/M/3, 60 % busy",
}
WARM = 100  # seconds: the theory is about a shop that has been open for long
MEASURED = 300  # orders after that


def quiet_day(seed: int) -> dict[str, float]:
    """Mean seconds that an order waits until its charge begins, in each setting.

    Each setting has customers of its own. With the same ones, a calm day would pull all the means
    down together.
    """
    return {
        setting: mean_wait(setting, 1000 * number + seed)
        for number, setting in enumerate(SETTINGS, start=1)
    }


def mean_wait(setting: str, seed: int) -> float:
    """Mean seconds that an order waits until its charge begins, in one setting."""
    rate, workers, work = SETTINGS[setting]
    length = WARM + MEASURED / rate
    orders = load.orders(rate=rate, seconds=length, seed=seed)
    events = shop(orders, workers=workers, outage=0, seconds=length + 60, seed=seed, work=work)
    stays = trace.sojourns(events)
    return float(stays.loc[stays["entered"] > WARM, "wait"].mean())


def against_theory(run: Mapping[str, float]) -> pd.DataFrame:
    """Mean waits in seconds: by the theory, in `run`, and on the thirty seeds on record.

    `low` and `high` are the 95 % confidence interval of the thirty seeds' mean.
    """
    rows, record = {}, on_record("quiet_day")
    for setting, (rate, workers, _) in SETTINGS.items():
        rates = {"arrival_rate": rate, "service_rate": 1.0}
        says = theory.md1(**rates) if setting == "md1" else theory.mmc(**rates, workers=workers)
        means = record[setting]
        interval = theory.confidence_interval(list(means))
        rows[NAMED[setting]] = (says, run[setting], means.mean(), *interval)
    columns = ["theory", "your run", "30 seeds", "low", "high"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def spread_of_a_recovery(backlog: float, workers: int) -> float:
    """How far luck takes a recovery from the formula, as a share of it: a standard deviation.

    The backlog is a random walk that falls by the headroom h per second, with the variance of
    Poisson arrivals at rate r. Its first passage from B to zero takes B / h on average, with the
    variance r * B / h ** 3 (the inverse Gaussian distribution's). So the share is the square root
    of r / (B * h). The times of the charges hardly vary.
    """
    return float((RATE / (backlog * (workers / WORK - RATE))) ** 0.5)


def on_record(run: str) -> pd.DataFrame:
    """What a run of this lesson measured on thirty seeds: a row for each, a column per number."""
    return pd.DataFrame.from_dict(recorded()[f"04.{run}"], orient="index").rename_axis("seed")


# -- more workers


def flash_sale(
    steps: Mapping[float, int], *, delay: float = 0, seconds: float = 330, seed: int
) -> pd.DataFrame:
    """A sale of 70 s brings one order per second; before and after it, a quarter.

    Parameters
    ----------
    steps : mapping
        From the age of the oldest message to the number of workers wanted (`scale`).
    delay : float
        Seconds from asking for a worker to its first receive. The first ones are there already.
    """
    lab, draws, sqs = Lab(seed=seed), random.Random(seed), boto3.client("sqs")
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
    start, end = SALE
    rush = load.burst(rate=0.25, peak=1.0, start=start, end=end, seconds=seconds, seed=seed)

    def front_door() -> None:
        for order in load.orders(arrivals=rush, seed=seed):
            time.sleep(order.gap)
            sqs.send_message(QueueUrl=queue, MessageBody=order.json())

    def worker(stop: Event) -> None:
        lab.mark("hired")
        time.sleep(delay if lab.now else 0)
        while not stop.is_set():
            if message := take(sqs, queue, wait=20):
                time.sleep(usual_work(draws))
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        lab.mark("gone")

    read_age = partial(age_of_oldest, boto3.client("cloudwatch"), "orders")
    with lab.running(seconds=seconds):
        lab.start(front_door)
        lab.start(scale, read_age, lambda stop: lab.start(worker, stop), steps)
    events = lab.trace
    lab.close()
    return events


def sales(
    delays: Mapping[str, float | None], *, seconds: float = 330, seed: int
) -> dict[str, pd.DataFrame]:
    """The traces of the sale for each delay of four more workers; None is without them."""
    return {
        name: flash_sale(
            ALONE if delay is None else MORE, delay=delay or 0, seconds=seconds, seed=seed
        )
        for name, delay in delays.items()
    }


def worker_minutes(events: pd.DataFrame) -> float:
    """Minutes that workers were paid for, from when they were asked for."""
    marks = events[events["name"].isin(["hired", "gone"])]
    signs = marks["name"].map({"hired": 1, "gone": -1})
    return float((signs * (events["end"].max() - marks["time"])).sum() / 60)


class Provider:
    """A card provider that bears so many charges at once, and refuses the next one."""

    def __init__(self, lab: Lab, bears: int, seed: int) -> None:
        self._lab, self._bears, self._busy = lab, bears, 0
        self._draws = random.Random(f"work {seed}")

    def charge(self, order_id: str) -> None:
        """Raises ConnectionError if the provider is busy with others."""
        if self._busy == self._bears:
            self._lab.mark("refused", order_id=order_id)
            raise ConnectionError(f"too many charges at once: {self._busy}")
        self._busy += 1
        time.sleep(usual_work(self._draws))
        self._busy -= 1
        self._lab.mark("charged", order_id=order_id)


def by_function(
    orders: Sequence[load.Order],
    *,
    outage: float,
    seconds: float,
    bears: int,
    at_most: int | None = None,
    seed: int,
) -> pd.DataFrame:
    """The shop with a Lambda function as its worker; its mapping is disabled during the outage.

    Parameters
    ----------
    bears : int
        How many charges at once the card provider accepts.
    at_most : int, optional
        The mapping's maximum concurrency.
    """
    lab, sqs, functions = Lab(seed=seed), boto3.client("sqs"), boto3.client("lambda")
    timeout = {"VisibilityTimeout": "60"}  # six times the function's, as AWS advises
    queue = sqs.create_queue(QueueName="orders", Attributes=timeout)["QueueUrl"]
    provider = Provider(lab, bears, seed)

    def handler(event: dict[str, Any], context: Any) -> None:
        for record in event["Records"]:
            provider.charge(trace.field(record["body"], "order_id"))

    lab.deploy("charge", handler, timeout=10)
    mapping = {"FunctionName": "charge", "EventSourceArn": arn("sqs", "orders"), "BatchSize": 1}
    if at_most:
        mapping["ScalingConfig"] = {"MaximumConcurrency": at_most}
    uuid = functions.create_event_source_mapping(**mapping, Enabled=False)["UUID"]

    def front_door() -> None:
        for order in orders:
            time.sleep(order.gap)
            sqs.send_message(QueueUrl=queue, MessageBody=order.json())

    def repair() -> None:
        time.sleep(outage)
        functions.update_event_source_mapping(UUID=uuid, Enabled=True)

    with lab.running(seconds=seconds):
        lab.start(front_door)
        lab.start(repair)
    events = lab.trace
    lab.close()
    return events


def fleets(
    orders: Sequence[load.Order],
    limits: Mapping[str, int | None],
    *,
    outage: float = 120,
    seconds: float = 330,
    bears: int = 4,
    seed: int,
) -> dict[str, pd.DataFrame]:
    """The traces of `by_function` for each maximum concurrency; None is without one."""
    return {
        name: by_function(
            orders, outage=outage, seconds=seconds, bears=bears, at_most=at_most, seed=seed
        )
        for name, at_most in limits.items()
    }

"""A receiver that is full, crashed or hanging, and what its callers' retries do to it."""

from __future__ import annotations

import contextlib
import json
import random
import threading
import time
from collections.abc import Callable
from typing import Any

import boto3
import pandas as pd
from botocore.config import Config

from helpers import load, trace
from helpers.lab import Lab
from helpers.lessons.lesson_02.experiment import ONCE, Order, answers, closed, customers
from helpers.patterns.shop import open_shop
from helpers.patterns.sync import CircuitBreaker, RetryBudget, call, jittered, retry

Caller = Callable[[Any], Callable[[Order], Any]]  # from a client to the function that charges


def throttled(mode: str = "standard", *, seed: int = 2) -> pd.DataFrame:
    """The attempts of one call to a function that refuses all: attempt, second, outcome."""
    lab = Lab(seed=seed)
    client = boto3.client("lambda", config=Config(retries={"mode": mode}))
    lab.deploy("fraud-check", lambda order, context: None)
    client.put_function_concurrency(FunctionName="fraud-check", ReservedConcurrentExecutions=0)
    with contextlib.suppress(client.exceptions.TooManyRequestsException):
        client.invoke(FunctionName="fraud-check", Payload=json.dumps({}))
    rows = closed(lab).query("operation == 'Invoke'")
    return rows[["attempt", "time", "outcome"]].reset_index(drop=True)


def under_load(rate: float, *, orders: int = 80, seed: int) -> dict[str, float]:
    """Customers call a function of two environments directly, with the SDK's own retries.

    A check takes 0.6 to 1 s, so that it can do 2.5 a second. Returns p50 and p95 of the latency
    (s), served (orders per second, while orders came), failed (share of the customers), and
    attempts per success.
    """
    lab, client, draws = Lab(seed=seed), boto3.client("lambda"), random.Random(seed)
    lab.deploy("fraud-check", lambda *_: time.sleep(draws.uniform(0.6, 1.0)), timeout=30)
    client.put_function_concurrency(FunctionName="fraud-check", ReservedConcurrentExecutions=2)
    came = load.orders(rate=rate, seconds=orders / rate, seed=seed)
    with lab.running():
        lab.start(open_shop, came, customers(lab, lambda order: call(client, "fraud-check", order)))
    events = closed(lab)
    calls = trace.calls(events).query("operation == 'Invoke'")
    good = calls[calls["outcome"] == "ok"]
    return {
        "rate": rate,
        "p50": calls["latency"].quantile(0.5),
        "p95": calls["latency"].quantile(0.95),
        "served": (good["end"] <= orders / rate).sum() / (orders / rate),
        "failed": 1 - len(good) / len(calls),
        "attempts per success": calls["attempts"].sum() / len(good),
    }


def herd(pause: Callable[[int], float], *, crash: float = 8, seed: int) -> pd.DataFrame:
    """The trace of a function that hangs, crashes with all calls in it, and then takes four.

    Each caller tries up to four times, with `pause(1)`, `pause(2)` … seconds between.
    """
    lab, client = Lab(seed=seed), boto3.client("lambda", config=Config(retries=ONCE))

    def charge_card(order: Order, context: Any) -> None:
        if lab.now < crash:
            time.sleep(crash - lab.now)
            raise ConnectionError("charge-card crashed")
        time.sleep(0.5)

    def restart() -> None:
        time.sleep(crash)
        client.put_function_concurrency(FunctionName="charge-card", ReservedConcurrentExecutions=4)

    def ask(order: Order) -> Any:
        return retry(lambda: call(client, "charge-card", order), attempts=4, pause=pause)

    lab.deploy("charge-card", charge_card, timeout=30)
    with lab.running():
        lab.start(restart)
        lab.start(open_shop, load.orders(rate=2.5, seconds=crash, seed=seed), customers(lab, ask))
    return closed(lab)


def attempts(count: int) -> Caller:
    """A caller who tries up to so many times, with jitter."""

    def caller(client: Any) -> Callable[[Order], Any]:
        return lambda order: retry(lambda: call(client, "charge-card", order), count, jittered)

    return caller


def with_budget(client: Any) -> Callable[[Order], Any]:
    budget = RetryBudget(share=0.1, reserve=5)
    return lambda order: retry(lambda: call(client, "charge-card", order), 3, jittered, budget)


def with_breaker(client: Any) -> Callable[[Order], Any]:
    breaker = CircuitBreaker(limit=5, rest=5)

    def guarded(order: Order) -> Any:
        return breaker.run(lambda: call(client, "charge-card", order))

    return lambda order: retry(lambda: guarded(order), 3, jittered)


POLICIES: dict[str, dict[str, Any]] = {
    "no retries": {"caller": attempts(1)},
    "three attempts": {"caller": attempts(3)},
    "with a budget": {"caller": with_budget},
    "with a breaker": {"caller": with_breaker},
    "SDK's retries, one client": {"caller": attempts(1), "retries": {"mode": "standard"}},
    "SDK's retries, 20 clients": {
        "caller": attempts(1),
        "retries": {"mode": "standard"},
        "clients": 20,
    },
}


def outage(
    caller: Caller,
    *,
    down: float = 16,
    retries: dict[str, Any] = ONCE,
    clients: int = 1,
    seed: int,
) -> pd.DataFrame:
    """The trace of two minutes in which a provider of one charge at a time hangs for a while.

    A charge takes 0.5 s, an order comes every second, the provider hangs from second 10 on, and a
    caller waits 2.5 s. Customers take turns with so many clients; `caller` is given one and returns
    the function that charges an order.
    """
    lab, line = Lab(seed=seed), threading.Semaphore(1)
    config = Config(read_timeout=2.5, retries=retries)
    shops = [caller(boto3.client("lambda", config=config)) for _ in range(clients)]

    def charge_card(order: Order, context: Any) -> None:
        with line:
            time.sleep(10 + down - lab.now if 10 <= lab.now < 10 + down else 0)
            time.sleep(0.5)
        lab.mark("charged", order_id=order["order_id"])

    def ask(order: Order) -> Any:
        return shops[int(order["order_id"].rpartition("-")[2]) % clients](order)

    lab.deploy("charge-card", charge_card, timeout=300)
    came = load.orders(rate=1.0, seconds=120, seed=seed)
    with lab.running(seconds=160):
        lab.start(open_shop, came, customers(lab, ask))
    return closed(lab)


def summary(events: pd.DataFrame) -> dict[str, float]:
    """What an outage came to.

    yes at the end is the share of the last half minute's customers who were told yes; calls per
    order are attempts, charges per yes are effects; longest wait is in seconds.
    """
    told = answers(events)
    return {
        "yes at the end": told.loc[told["time"] > 90, "ok"].mean(),
        "calls per order": (events["operation"] == "Invoke").sum() / len(told),
        "charges per yes": (events["name"] == "charged").sum() / told["ok"].sum(),
        "longest wait": told["waited"].max(),
    }


def goodput(events: pd.DataFrame, *, window: float = 10) -> pd.DataFrame:
    """Customers per second who were told yes, by the time (s) at which they ordered."""
    happy = answers(events).query("ok")["time"]
    return per_second(happy, start=0, end=120, window=window)


def calls_per_second(
    events: pd.DataFrame, *, start: float, end: float, window: float = 0.25
) -> pd.DataFrame:
    """Attempts of Invoke per second, window after window: time (s), rate."""
    begun = events.loc[events["operation"] == "Invoke", "time"]
    return per_second(begun, start=start, end=end, window=window)


def per_second(times: pd.Series[float], *, start: float, end: float, window: float) -> pd.DataFrame:
    """How many of these times there are per second, in windows of so many seconds."""
    places = (times // window).value_counts()
    windows = range(int(start / window), int(end / window))
    rates = places.reindex(windows, fill_value=0) / window
    return pd.DataFrame({"time": [place * window for place in windows], "rate": rates.to_numpy()})

"""A chain of calls: healthy, slow, broken, left by its caller, and retried in each layer."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from typing import Any

import boto3
import pandas as pd
from botocore.config import Config

from helpers import faults, load, trace
from helpers.lab import Lab
from helpers.patterns.shop import open_shop
from helpers.patterns.sync import CallFailed, call, jittered, retry

ONCE = {"total_max_attempts": 1}  # the SDK does not try again
PATIENCE = 1.5  # seconds that an impatient checkout waits for charge-card

Order = dict[str, Any]
Ask = Callable[[str, Order], Any]


def deploy_chain(lab: Lab, check: Callable[[Order], Any], ask: Ask) -> None:
    """Three functions: checkout asks charge-card, which asks fraud-check, which does `check`."""

    def fraud_check(order: Order, context: Any) -> None:
        lab.mark("checking", order_id=order["order_id"])
        check(order)

    def charge_card(order: Order, context: Any) -> None:
        ask("fraud-check", order)
        time.sleep(0.2)  # the card provider
        lab.mark("charged", order_id=order["order_id"])

    def checkout(order: Order, context: Any) -> None:
        ask("charge-card", order)

    for function in (fraud_check, charge_card, checkout):
        lab.deploy(function.__name__.replace("_", "-"), function, timeout=30)


def customers(lab: Lab, ask: Callable[[Order], Any]) -> Callable[[load.Order], None]:
    """What a customer does: order, wait, and note in the trace what she was told."""

    def customer(order: load.Order) -> None:
        event, placed, ok = {"order_id": order.order_id}, lab.now, True
        try:
            ask(event)
        except CallFailed:
            ok = False
        waited = lab.now - placed
        lab.mark("answered", order_id=order.order_id, placed=placed, ok=ok, waited=waited)

    return customer


def answers(events: pd.DataFrame) -> pd.DataFrame:
    """A row per customer: time (when she ordered, s), ok (was it a yes), waited (s)."""
    rows = events[events["name"] == "answered"].astype({"ok": bool}).sort_values("placed")
    return rows.assign(time=rows["placed"])[["order_id", "time", "ok", "waited"]]


def phase(kind: str, *, seed: int, minutes: float = 2) -> pd.DataFrame:
    """The trace of some minutes with a fraud-check that is "healthy", "slow" or "broken".

    Healthy it takes 0.3 s on average, slow 5 s; broken it fails at once. An order comes every two
    and a half seconds, the same ones in each phase.
    """
    if kind not in ("healthy", "slow", "broken"):
        raise ValueError(f"fraud-check is healthy, slow or broken, got {kind!r}")
    lab, client, draws = Lab(seed=seed), boto3.client("lambda"), random.Random(seed)

    def check(order: Order) -> None:
        if kind == "broken":
            raise ConnectionError("the fraud database is down")
        time.sleep(5 if kind == "slow" else draws.expovariate(1 / 0.3))

    def ask(function: str, order: Order) -> Any:
        return call(client, function, order)

    deploy_chain(lab, check, ask)
    orders = load.orders(rate=0.4, minutes=minutes, seed=seed)
    wire = faults.latency("lambda", median=0.010, p99=0.060, seed=seed)
    with wire, lab.running(minutes=minutes + 1):
        lab.start(open_shop, orders, customers(lab, lambda order: ask("checkout", order)))
    return closed(lab)


def impatient(
    orders: Sequence[load.Order],
    check: Callable[[Order], Any],
    *,
    retries: dict[str, Any] | None = None,
    seed: int,
) -> pd.DataFrame:
    """The trace of these orders, where checkout waits 1.5 s for charge-card.

    `retries` is what `botocore.config.Config` takes; by default the SDK's own.
    """
    lab = Lab(seed=seed)
    hasty = boto3.client("lambda", config=Config(read_timeout=PATIENCE, retries=retries))
    patient = boto3.client("lambda")  # waits 60 s, the default

    def ask(function: str, order: Order) -> Any:
        return call(hasty if function == "charge-card" else patient, function, order)

    deploy_chain(lab, check, ask)
    with lab.running(minutes=3):
        lab.start(open_shop, orders, customers(lab, lambda order: ask("checkout", order)))
    return closed(lab)


def wrongs(events: pd.DataFrame) -> dict[str, int]:
    """How many customers were told no, how many of those were charged, and how many twice."""
    ok = answers(events).set_index("order_id")["ok"]
    charges = trace.effects(events, "charged", of="answered").reindex(ok.index)
    return {
        "orders": len(ok),
        "told no": int((~ok).sum()),
        "told no, and charged": int((charges[~ok] > 0).sum()),
        "charged more than once": int((charges > 1).sum()),
    }


def one_order(mode: str = "standard", *, seed: int = 7) -> pd.DataFrame:
    """One order, an impatient checkout, a fraud-check of 5 s, and a retry mode of the SDK."""
    orders = load.orders(arrivals=[0.5], seed=seed)
    return impatient(orders, lambda order: time.sleep(5), retries={"mode": mode}, seed=seed)


def many_orders(*, retries: dict[str, Any] | None = None, seed: int) -> pd.DataFrame:
    """A hundred seconds of orders, and a fraud-check that takes 1 s on average."""
    draws = random.Random(seed)
    orders = load.orders(rate=0.5, seconds=100, seed=seed)
    return impatient(
        orders, lambda order: time.sleep(draws.expovariate(1.0)), retries=retries, seed=seed
    )


def amplified(failing: float, *, layers: int = 2, orders: int = 40, seed: int) -> float:
    """How often fraud-check is called per order, if each of its attempts fails by this chance.

    With one layer charge-card tries three times, with two checkout does so too, and with three the
    customer as well.
    """
    lab, draws = Lab(seed=seed), random.Random(seed)
    client = boto3.client("lambda", config=Config(retries=ONCE))
    patient = ("fraud-check", "charge-card", "checkout")[:layers]

    def check(order: Order) -> None:
        if draws.random() < failing:
            raise ConnectionError("the fraud database is down")

    def ask(function: str, order: Order) -> Any:
        attempts = 3 if function in patient else 1
        return retry(lambda: call(client, function, order), attempts, pause=jittered)

    deploy_chain(lab, check, ask)
    came = load.orders(arrivals=range(orders), seed=seed)
    with lab.running():
        lab.start(open_shop, came, customers(lab, lambda order: ask("checkout", order)))
    return (closed(lab)["name"] == "checking").sum() / orders


def tries(failing: float) -> float:
    """How often a layer tries on average, up to three times, if an attempt fails by this chance."""
    return 1 + failing + failing**2


def formula(failing: float, *, layers: int = 2) -> float:
    """Calls of the last function per order: the next layer sees all three attempts fail."""
    if layers == 0:
        return 1.0
    return tries(failing) * formula(failing**3, layers=layers - 1)


def availability(functions: int, *, each: float = 0.9, orders: int = 100, seed: int) -> float:
    """The share of orders for which a chain of so many functions works, none of them retrying."""
    lab, client, draws = Lab(seed=seed), boto3.client("lambda"), random.Random(seed)

    def link(order: Order, context: Any) -> None:
        if draws.random() >= each:
            raise ConnectionError("this part is down")
        place = int(context.function_name.removeprefix("function-"))
        if place < functions:
            call(client, f"function-{place + 1}", order)

    for place in range(1, functions + 1):
        lab.deploy(f"function-{place}", link)
    came = load.orders(arrivals=range(orders), seed=seed)
    with lab.running():
        lab.start(open_shop, came, customers(lab, lambda order: call(client, "function-1", order)))
    return float(answers(closed(lab))["ok"].mean())


def closed(lab: Lab) -> pd.DataFrame:
    """The trace of a lab that is not needed any more."""
    events = lab.trace
    lab.close()
    return events

"""The order process under four kinds of trouble, glued and as a workflow.

`by_glue` and `by_workflow` send the same orders through both designs, `bad_minute` twelve of them
while a table refuses. `measured` has what is read from a run.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import pandas as pd

from helpers import faults, load
from helpers.lab import Lab
from helpers.lessons.lesson_10.fulfilment import Fulfilment, paid_and_shipped
from helpers.lessons.lesson_10.glue import careful_glue
from helpers.lessons.lesson_10.histories import history
from helpers.patterns.workflow import order_process

FAULTS = ("function error", "throttled", "lost reply", "target missing")
EACH = 12  # orders that meet each of the four
FATES = ("shipped", "called off", "off without need", "paid twice", "paid for nothing")
WRONG = FATES[3:]
NOT_BILLED = "dynamodb.BatchWriteItem"  # it fills the stock before the first order
Definition = dict[str, Any]
Glue = Callable[..., None]


class Run(NamedTuple):
    """A run: its trace, the fate of each order, and each execution's history, if asked for."""

    trace: pd.DataFrame
    fates: pd.DataFrame
    histories: dict[str, list[dict[str, Any]]]


def by_glue(glue: Glue = careful_glue, *, timeout: int = 30, seed: int = 10) -> Run:
    """Four parts of orders, each with its trouble, through a function that glues the steps."""
    shop, orders = _shop(seed)
    return _four_faults(shop, orders, _glued(shop, glue, timeout), seed)


def by_workflow(*, retries: int = 6, histories: bool = False, seed: int = 10) -> Run:
    """The same orders and the same trouble through a workflow, with this `MaxAttempts`."""
    shop, orders = _shop(seed)
    definition = trying(order_process(shop.shipping), retries)
    begin = shop.workflow("order", definition)
    return _four_faults(shop, orders, begin, seed, histories=histories)


def trying(definition: Definition, retries: int) -> Definition:
    """The same workflow, with another `MaxAttempts` wherever it tries again."""
    states = {
        name: state | {"Retry": [_changed(rule, retries) for rule in state["Retry"]]}
        if "Retry" in state
        else state
        for name, state in definition["States"].items()
    }
    return definition | {"States": states}


def _changed(rule: Definition, retries: int) -> Definition:
    return rule if rule["MaxAttempts"] == 0 else rule | {"MaxAttempts": retries}


def _shop(seed: int) -> tuple[Fulfilment, list[load.Order]]:
    placed = [300.0 * part + 60 / EACH * number for part in range(4) for number in range(EACH)]
    lab, orders = Lab(seed=seed), load.orders(arrivals=placed, seed=seed)
    return Fulfilment(lab, orders, flaky=0.5), orders


def _glued(shop: Fulfilment, glue: Glue, timeout: int) -> Callable[[Any], Any]:
    def order(shop: Fulfilment, order: Any) -> None:
        glue(shop.patient, shop.tables, shop.sqs, shop.events, shop.shipping, order)

    return shop.function(order, timeout)


def _four_faults(
    shop: Fulfilment,
    orders: list[load.Order],
    begin: Callable[[Any], Any],
    seed: int,
    histories: bool = False,
) -> Run:
    def trouble() -> None:
        time.sleep(300)  # so far, charge has raised every second time
        shop.flaky = 0
        with faults.throttling("dynamodb.UpdateItem"):
            time.sleep(60)
        time.sleep(240)
        with faults.lost_reply("lambda.Invoke", rate=0.5, seed=seed, resource="charge"):
            time.sleep(300)
        shop.sqs.delete_queue(QueueUrl=shop.shipping)

    with shop.lab.running(minutes=30):
        shop.lab.start(trouble)
        shop.lab.start(shop.open, orders, begin)
    return _ended(shop, orders, good_before=900, histories=histories)


# -- a table that refuses


def outage(
    design: str, *, timeout: int = 30, retries: int = 6, seconds: int = 60, seed: int = 10
) -> Run:
    """Twelve orders through "glue" or "workflow", one a second, while the stock table refuses."""
    lab, orders = Lab(seed=seed), load.orders(arrivals=[float(n) for n in range(12)], seed=seed)
    shop = Fulfilment(lab, orders, declined=0)
    if design == "glue":
        begin = _glued(shop, careful_glue, timeout)
    else:
        begin = shop.workflow("order", trying(order_process(shop.shipping), retries))
    with faults.throttling("dynamodb.UpdateItem"), lab.running(seconds=seconds):
        lab.start(shop.open, orders, begin)
    with lab.running(minutes=15):
        pass
    return _ended(shop, orders)


def bad_minute(timeout: int, retries: int, *, seed: int = 10) -> pd.DataFrame:
    """How many of twelve orders end how: glue with this time-out, workflow with these retries."""
    ended = {
        f"glue, {timeout} s": outage("glue", timeout=timeout, seed=seed),
        f"workflow, {retries} retries": outage("workflow", retries=retries, seed=seed),
    }
    counts = {name: run.fates["fate"].value_counts() for name, run in ended.items()}
    return pd.DataFrame(counts).reindex(list(FATES)).fillna(0).astype(int)


# -- what became of the orders


def _ended(
    shop: Fulfilment,
    orders: list[load.Order],
    good_before: float = math.inf,
    histories: bool = False,
) -> Run:
    """What became of the orders. Those placed after `good_before` nobody could have shipped."""
    events, fates = shop.lab.trace, paid_and_shipped(shop.lab, orders)
    needless = fates.index.isin(shop.good) & (fates["placed"] < good_before)
    off = fates["fate"] == "called off"
    fates["fate"] = fates["fate"].mask(off & needless, "off without need")
    machines = shop.workflows.list_state_machines()["stateMachines"] if histories else []
    told = {
        order.order_id: history(shop.workflows, machine["stateMachineArn"], order.order_id)
        for machine in machines
        for order in orders
    }
    shop.lab.close()
    return Run(events, fates, told)

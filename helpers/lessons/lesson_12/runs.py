"""The runs of lesson 12 beyond one design on a good day."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from helpers import faults, load
from helpers.lessons.arns import ROLE
from helpers.lessons.lesson_12 import designs, lists
from helpers.lessons.lesson_12.experiment import Checkout, Run, Shop, run
from helpers.patterns.bus import subscribe_function
from helpers.patterns.choreography import calling, start_once, subscribe_workflow, workflow

# -- three mistakes, each in both designs

LEADERS = ("bus", "workflow")


def mistakes(table: designs.Table = designs.LISTENS, seed: int = 12) -> dict[tuple[str, str], Run]:
    """Three mistakes, each by its name and "bus" or "workflow". The second is that of `table`."""
    bus, flow = designs.choreographed, designs.orchestrated
    both = {
        "refusal: nobody handles it": (bus(designs.UNHEARD), flow(designs.uncaught())),
        "refund: nobody asks for it": (bus(table), flow(designs.unrefunded())),
        "refund: it fails": (bus(), flow()),
    }
    down = {"refund: it fails": {"refund": (0.0, 3600.0)}}
    return {
        (mistake, leader): run(design, seed, down=down.get(mistake))
        for mistake, made in both.items()
        for leader, design in zip(LEADERS, made, strict=True)
    }


def who_can_list(runs: Mapping[tuple[str, str], Run]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """How many orders hang, and how many of those stand in a list: by mistake and design."""
    hang = {key: len(each.hanging) for key, each in runs.items()}
    listed = {key: len({*each.listed} & {*each.hanging}) for key, each in runs.items()}
    return _by_mistake(hang), _by_mistake(listed)


def _by_mistake(counts: dict[tuple[str, str], int]) -> pd.DataFrame:
    mistakes = list(dict.fromkeys(mistake for mistake, _ in counts))
    return pd.Series(counts).unstack().loc[mistakes, list(LEADERS)]


def mended(leader: str, seed: int = 12, at: float = 300) -> Run:
    """The forgotten refund, for which somebody asks from `at` seconds on."""
    forgetful, then = {
        "bus": (designs.choreographed(designs.LISTENS), designs.listen_at_last),
        "workflow": (designs.orchestrated(designs.unrefunded()), designs.catch_at_last),
    }[leader]
    return run(forgetful, seed, then=(at, then))


def repaired(way_back: list[str], seed: int = 12, **how: Any) -> Run:
    """Orders whose execution failed, for each of which a second workflow does the `way_back`."""
    design = designs.orchestrated() if how else designs.orchestrated(designs.uncaught())
    return run(design, seed, after=functools.partial(repair, way_back=way_back), **how)


def repair(shop: Shop, way_back: list[str]) -> None:
    """Start a workflow with these steps for each order whose execution has failed."""
    last = calling("apologise"), {"Type": "Fail"}
    failed = list(lists.inputs(shop.states, "FAILED"))
    undoing = shop.machine("undo", workflow(way_back, {}, *last))
    for order in failed:
        start_once(shop.states, undoing, order)


# -- one event


def two_domains(shop: Shop, keyed: bool) -> Checkout:
    """`orders` packs and publishes; `delivery` hears it and ships. Keyed: each start has a name."""
    shop.deploy("pack", "ship")
    orders = shop.machine("orders", designs.domains(["pack"])["orders"][2])
    delivery = shop.machine("delivery", designs.domains()["delivery"][2])
    packed = {"source": ["shop.orders"], "detail-type": ["OrderPacked"]}
    if keyed:

        def accept(event: Any, _: Any) -> None:
            start_once(shop.states, delivery, event["detail"])

        shop.lab.deploy("accept", accept, timeout=300)
        subscribe_function(shop.events, shop.functions, "shop", "accept", packed)
        return lambda order: start_once(shop.states, orders, order)
    subscribe_workflow(shop.events, "shop", "delivery", packed, delivery, ROLE)
    return lambda order: shop.states.start_execution(
        stateMachineArn=orders, input=json.dumps(order)
    )


def lost_replies(seed: int = 12, rate: float = 0.12) -> pd.DataFrame:
    """Two domains, with starts that have no name and with starts that have the order's.

    This share of the replies to StartExecution and PutEvents gets lost. Rows: without a key, with
    a key; columns: orders, packed, shipped, and events (taken by the bus).
    """
    orders, rows = load.orders(rate=0.2, minutes=2, seed=seed), {}
    for keyed in (False, True):
        lost = [
            faults.lost_reply(f"{service}.{operation}", rate=rate, seed=seed)
            for service, operation in (("stepfunctions", "StartExecution"), ("events", "PutEvents"))
        ]
        design = functools.partial(two_domains, keyed=keyed)
        events = run(design, seed, orders=orders, network=lost, shares={}, minutes=30).trace
        sent = events.query("caller == 'states:orders' and operation == 'PutEvents'")
        rows["with a key" if keyed else "without a key"] = {
            "orders": len(orders),
            "packed": int((events["name"] == "pack").sum()),
            "events": int(sent["processed"].notna().sum()),
            "shipped": int((events["name"] == "ship").sum()),
        }
    return pd.DataFrame(rows).T


# -- events that a workflow sends by itself


def by_status(shop: Shop) -> Checkout:
    """One workflow, and points for each execution that has succeeded: nothing else is changed."""
    checkout = designs.orchestrated()(shop)
    [machine] = shop.states.list_state_machines()["stateMachines"]
    give = shop.work("points")
    shop.deploy_listener("points", lambda event, _: give(json.loads(event["detail"]["input"])))
    wanted = {
        "source": ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        "detail": {"status": ["SUCCEEDED"], "stateMachineArn": [machine["stateMachineArn"]]},
    }
    subscribe_function(shop.events, shop.functions, "default", "points", wanted)
    return checkout


# -- no answer


def unanswered(timeouts: bool, seed: int = 12) -> dict[str, int]:
    """Ten orders of whose replies by `charge` seven in ten get lost, for twenty minutes.

    Without `timeouts`, no state has a `TimeoutSeconds`. Returns how many executions have which
    status.
    """
    definition = json.loads(json.dumps(designs.DEFINITION))
    for state in definition["States"].values():
        if not timeouts:
            del state["TimeoutSeconds"]
    orders = load.orders(arrivals=[2.0 * n for n in range(10)], seed=seed)
    lost = faults.lost_reply("lambda.Invoke", rate=0.7, resource="charge", seed=seed)
    found: dict[str, int] = {}

    def count(shop: Shop) -> None:
        for status in ("RUNNING", "SUCCEEDED", "FAILED"):
            found[status] = len(list(lists.inputs(shop.states, status)))

    design = designs.orchestrated(definition)
    run(design, seed, orders=orders, network=[lost], shares={}, minutes=20, after=count)
    return found


# -- somebody forgets


def forgotten(listener: str, share: int, seed: int = 41) -> pd.Series[int]:
    """What is left of refused orders, in orders, if a listener is missing.

    Parameters
    ----------
    share : int
        How many of a hundred orders packing refuses. Delivery refuses fifteen.
    """
    orders = load.orders(rate=0.1, minutes=4, seed=seed)
    shares = {"pack": share / 100, "ship": 0.15}
    table = run(designs.forgetting(listener), seed, orders=orders, shares=shares, minutes=10).fates
    left = table[table["ship"] == 0]
    harm = {
        "charged for nothing": left["charge"] > 0,
        "goods held back": left["reserve"] > 0,
        "parcel left packed": left["pack"] > 0,
        "customer not told": left["apologised"] == 0,
    }
    return pd.Series({what: int(which.sum()) for what, which in harm.items()}, name="orders")

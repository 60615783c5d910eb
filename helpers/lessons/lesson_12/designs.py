"""The order process of lesson 12, led in four ways, and with the mistakes of the lesson.

Each function makes a design: a function that builds itself in a shop and returns the checkout.
"""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Mapping, Sequence
from typing import Any

from helpers.lessons.arns import ROLE
from helpers.lessons.lesson_12.experiment import Checkout, Design, Order, Shop
from helpers.lessons.lesson_12.teams import TEAM, UNDO
from helpers.patterns.bus import publish, subscribe_function
from helpers.patterns.choreography import (
    calling,
    publishing,
    reacts,
    start_once,
    subscribe_workflow,
    workflow,
)

Definition = dict[str, Any]
Table = Mapping[str, tuple[Any, ...]]  # listens to, says, says when it is refused, by function

LISTENS: dict[str, tuple[Any, ...]] = {
    "charge": (["OrderPlaced"], "CardCharged"),
    "reserve": (["CardCharged"], "StockReserved"),
    "pack": (["StockReserved"], "OrderPacked", "PackingFailed"),
    "ship": (["OrderPacked"], "OrderShipped", "DeliveryRefused"),
    "unpack": (["DeliveryRefused"], "OrderUnpacked"),
    "release": (["PackingFailed", "DeliveryRefused"], "StockReleased"),
    "refund": (["DeliveryRefused"], "CardRefunded"),
    "thank": (["OrderShipped"], "CustomerThanked"),
    "apologise": (["CardRefunded"], "CustomerTold"),
}
COMPLETE = LISTENS | {"refund": (["PackingFailed", "DeliveryRefused"], "CardRefunded")}
UNHEARD = LISTENS | {"release": (["DeliveryRefused"], "StockReleased")}
CHAINED = COMPLETE | {
    "release": (["PackingFailed", "OrderUnpacked"], "StockReleased"),
    "refund": (["StockReleased"], "CardRefunded"),
}
STEPS = ["charge", "reserve", "pack", "ship"]
DEFINITION = workflow(STEPS, UNDO, calling("thank"), calling("apologise"))
PLACED = {"Source": "shop.checkout", "DetailType": "OrderPlaced", "EventBusName": "shop"}


# -- choreographed


def choreographed(table: Table = COMPLETE) -> Design:
    """A function and a rule for each line of the table."""

    def build(shop: Shop) -> Checkout:
        for name, (kinds, *says) in table.items():
            source = f"shop.{TEAM[name]}"
            shop.deploy_listener(name, reacts(shop.events, "shop", source, shop.work(name), *says))
            subscribe_function(shop.events, shop.functions, "shop", name, pattern(kinds, table))
        return functools.partial(_place, shop)

    return build


def pattern(kinds: Sequence[str], table: Table) -> dict[str, list[str]]:
    """A rule's pattern: these kinds of events, from those who say them."""
    says = {kind: TEAM[name] for name, (_, *said) in table.items() for kind in said}
    sources = {f"shop.{says.get(kind, 'checkout')}" for kind in kinds}
    return {"source": sorted(sources), "detail-type": list(kinds)}


def listen_at_last(shop: Shop) -> None:
    """Let refund listen to what packing refuses."""
    wanted = json.dumps(pattern(COMPLETE["refund"][0], COMPLETE))
    shop.events.put_rule(Name="refund", EventBusName="shop", EventPattern=wanted)


def forgetting(listener: str) -> Design:
    """Choreographed and complete, but for one listener whose rule is switched off."""

    def build(shop: Shop) -> Checkout:
        checkout = choreographed()(shop)
        if listener in COMPLETE:
            shop.events.disable_rule(Name=listener, EventBusName="shop")
        return checkout

    return build


def _place(shop: Shop, order: Order) -> None:
    publish(shop.events, [PLACED | {"Detail": json.dumps(order)}])


# -- orchestrated


def orchestrated(definition: Definition = DEFINITION) -> Design:
    """A workflow named orders, and the functions that it calls."""

    def build(shop: Shop) -> Checkout:
        shop.deploy(*called(definition))
        machine = shop.machine("orders", definition)
        return functools.partial(start_once, shop.states, machine)

    return build


def called(definition: Definition) -> list[str]:
    """The functions that a workflow calls, each once."""
    arguments = [state.get("Arguments", {}) for state in definition["States"].values()]
    return list(dict.fromkeys(a["FunctionName"] for a in arguments if "FunctionName" in a))


def uncaught() -> Definition:
    """The workflow in which nobody has thought of a refusal by packing."""
    definition = copy.deepcopy(DEFINITION)
    del definition["States"]["pack"]["Catch"]
    return definition


def unrefunded() -> Definition:
    """The workflow in which what packing refuses is released, and nobody asks for a refund."""
    definition = copy.deepcopy(DEFINITION)
    definition["States"]["pack"]["Catch"][0]["Next"] = "put back"
    definition["States"]["put back"] = calling("release", "cancelled")
    return definition


def catch_at_last(shop: Shop) -> None:
    """Replace the definition that runs by the complete one."""
    [machine] = shop.states.list_state_machines()["stateMachines"]
    shop.states.update_state_machine(
        stateMachineArn=machine["stateMachineArn"], definition=json.dumps(DEFINITION)
    )


# -- mixed

OUTSIDE = {"thank": ("delivery", "OrderShipped"), "apologise": ("orders", "OrderCancelled")}
Domains = dict[str, tuple[str, str, Definition]]  # who says what, and the workflow that it starts


def domains(
    steps: Sequence[str] = ("charge", "reserve", "pack"),
    undo: Mapping[str, str] = UNDO,
    back: Sequence[str] = ("unpack", "release", "refund"),
) -> Domains:
    """The workflows, each with the team and the event that start it."""
    say = functools.partial(publishing, "shop")
    packed, cancelled = say("shop.orders", "OrderPacked"), say("shop.orders", "OrderCancelled")
    shipped, refused = say("shop.delivery", "OrderShipped"), say("shop.delivery", "DeliveryRefused")
    way_back = workflow([*back], {}, cancelled, {"Type": "Fail"})
    return {
        "orders": ("checkout", "OrderPlaced", workflow([*steps], undo, packed, cancelled)),
        "delivery": ("orders", "OrderPacked", workflow(["ship"], {}, shipped, refused)),
        "take-back": ("delivery", "DeliveryRefused", way_back),
    }


def mixed(
    inside: Domains | None = None, outside: Mapping[str, tuple[str, str]] = OUTSIDE
) -> Design:
    """Workflows that publish, each started by a rule, and functions that listen to them."""

    def build(shop: Shop) -> Checkout:
        for name, (source, kind, definition) in (inside or domains()).items():
            shop.deploy(*called(definition))
            machine = shop.machine(name, definition)
            wanted = {"source": [f"shop.{source}"], "detail-type": [kind]}
            subscribe_workflow(shop.events, "shop", name, wanted, machine, ROLE)
        shop.deploy(*outside)
        for name, (source, kind) in outside.items():
            wanted = {"source": [f"shop.{source}"], "detail-type": [kind]}
            subscribe_function(shop.events, shop.functions, "shop", name, wanted)
        return functools.partial(_place, shop)

    return build


DESIGNS: dict[str, Design] = {
    "broadcast": choreographed(),
    "chained": choreographed(CHAINED),
    "orchestrated": orchestrated(),
    "mixed": mixed(),
}

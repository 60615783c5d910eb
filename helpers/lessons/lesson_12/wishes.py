"""What one more step changes: each design is built before and after, and what AWS holds compared.

Two wishes. In the middle: gifts are wrapped between reserving and packing; the wrapping desk may
refuse, and wrapping has to be undone. At the end: the loyalty team gives points for each order that
was shipped.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from helpers.lessons.lesson_12 import designs
from helpers.lessons.lesson_12.designs import (
    CHAINED,
    COMPLETE,
    OUTSIDE,
    STEPS,
    choreographed,
    mixed,
)
from helpers.lessons.lesson_12.experiment import Design, opened
from helpers.lessons.lesson_12.teams import UNDO, team
from helpers.patterns.choreography import calling, workflow

Parts = Mapping[tuple[str, str], str]  # by kind and name: a pattern, a definition, or nothing

WRAP = {
    "wrap": (["StockReserved"], "GiftWrapped", "WrappingFailed"),
    "pack": (["GiftWrapped"], "OrderPacked", "PackingFailed"),
}
WRAPPED = COMPLETE | WRAP | {
    "unwrap": (["PackingFailed", "DeliveryRefused"], "GiftUnwrapped"),
    "release": (["WrappingFailed", "PackingFailed", "DeliveryRefused"], "StockReleased"),
    "refund": (["WrappingFailed", "PackingFailed", "DeliveryRefused"], "CardRefunded"),
}  # fmt: skip
WRAPPED_IN_A_CHAIN = CHAINED | WRAP | {
    "unwrap": (["PackingFailed", "OrderUnpacked"], "GiftUnwrapped"),
    "release": (["WrappingFailed", "GiftUnwrapped"], "StockReleased"),
}  # fmt: skip
POINTS = {"points": (["OrderShipped"], "PointsGiven")}
UNWRAP = UNDO | {"wrap": "unwrap"}
FOUR, BACK = ["charge", "reserve", "wrap", "pack"], ["unpack", "unwrap", "release", "refund"]


def _wrapping() -> designs.Definition:
    return workflow([*FOUR, "ship"], UNWRAP, calling("thank"), calling("apologise"))


def _with_points() -> designs.Definition:
    definition = workflow(STEPS, UNDO, calling("thank", "points"), calling("apologise"))
    definition["States"]["points"] = calling("points")
    return definition


WISHES: dict[str, dict[str, Design]] = {
    "gift wrap": {
        "broadcast": choreographed(WRAPPED),
        "chained": choreographed(WRAPPED_IN_A_CHAIN),
        "orchestrated": designs.orchestrated(_wrapping()),
        "mixed": mixed(designs.domains(FOUR, UNWRAP, BACK)),
    },
    "points": {
        "broadcast": choreographed(COMPLETE | POINTS),
        "chained": choreographed(CHAINED | POINTS),
        "orchestrated": designs.orchestrated(_with_points()),
        "mixed": mixed(outside=OUTSIDE | {"points": ("delivery", "OrderShipped")}),
    },
}


def changed() -> pd.DataFrame:
    """For each wish and design: existing parts that change, of how many teams, and which."""
    rows = {}
    for design, build in designs.DESIGNS.items():
        before = parts(build)
        for wish, built in WISHES.items():
            rows[wish, design] = compared(before, parts(built[design]))
    order = [(wish, design) for wish in WISHES for design in designs.DESIGNS]
    return pd.DataFrame(rows).T.loc[order]


def parts(design: Design, seed: int = 12) -> Parts:
    """Build a design, and say what AWS holds of it."""
    with opened(seed) as shop:
        design(shop)
        rules = shop.events.list_rules(EventBusName="shop")["Rules"]
        found = {("rule", rule["Name"]): rule["EventPattern"] for rule in rules}
        for each in shop.states.list_state_machines()["stateMachines"]:
            told = shop.states.describe_state_machine(stateMachineArn=each["stateMachineArn"])
            found["definition", each["name"]] = told["definition"]
        functions = shop.functions.list_functions()["Functions"]
        return found | {("function", each["FunctionName"]): "" for each in functions}


def compared(before: Parts, after: Parts) -> dict[str, int | str]:
    """What differs between the parts of two designs, in numbers and by name."""
    differ = sorted(part for part in before if before[part] != after.get(part))
    return {
        "new": len(after.keys() - before.keys()),
        "changed": len(differ),
        "of teams": len({team(name) for _, name in differ}),
        "which": ", ".join(f"{kind} {name}" for kind, name in differ),
    }

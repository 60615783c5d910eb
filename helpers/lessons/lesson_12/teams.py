"""Who does what in the shop, and which team has the name of which."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pandas as pd

from helpers.trace.callers import service_of

TEAM = {
    "charge": "payments", "reserve": "stock", "pack": "packing", "ship": "delivery",
    "refund": "payments", "release": "stock", "unpack": "packing",
    "thank": "customers", "apologise": "customers",
    "wrap": "gifts", "unwrap": "gifts", "points": "loyalty",
    "orders": "orders", "take-back": "orders",
}  # fmt: skip
UNDO = {"charge": "refund", "reserve": "release", "pack": "unpack"}
# How the kind of an event ends if it tells of a refusal, or of something that was undone.
WAY_BACK = ("Failed", "Refused", "Unpacked", "Unwrapped", "Released", "Refunded", "Cancelled")
FORWARD, BACK = ("", "next"), ("way back", "catch")  # label and kind of an edge

Edge = tuple[str, str, str, str]  # source, target, label, kind: what `charts.graph` takes


def team(name: str) -> str:
    """Who owns a function or a workflow."""
    return TEAM.get(name, name)


def knows(trace: pd.DataFrame, events: Any) -> list[Edge]:
    """Which team has the name of which, as edges for a graph.

    A team that calls a function or starts a workflow has its name: that is read from the trace. A
    team that owns the target of a rule on the bus `shop` has the names of the sources in the rule's
    pattern. Edges of rules that listen to nothing but the way back come last.
    """
    used = trace[trace["operation"].isin(["Invoke", "StartExecution"])]
    found = {}
    for caller, resource in used[["caller", "resource"]].drop_duplicates().to_numpy():
        service, name = service_of(caller) or ("", "")
        if service != "events":  # what the bus calls, a rule's owner has asked for
            found[team(name) if service == "states" else "checkout", team(resource)] = FORWARD
    for listener, pattern in _listening(events):
        back = all(kind.endswith(WAY_BACK) for kind in pattern["detail-type"])
        for source in pattern["source"]:
            pair = listener, source.removeprefix("shop.")
            if not (back and pair in found):
                found[pair] = BACK if back else FORWARD
    edges = [(*pair, *how) for pair, how in found.items() if pair[0] != pair[1]]
    return sorted(edges, key=lambda edge: (edge[2:] == BACK, edge))


def _listening(events: Any) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """The rules of the bus `shop`: the team of each target, and the pattern."""
    for rule in events.list_rules(EventBusName="shop")["Rules"]:
        asked = {"Rule": rule["Name"], "EventBusName": "shop"}
        for target in events.list_targets_by_rule(**asked)["Targets"]:
            yield team(target["Arn"].split(":")[-1]), json.loads(rule["EventPattern"])


def way_back(edges: list[Edge]) -> int:
    """How many edges there are only for the way back."""
    return sum(edge[2:] == BACK for edge in edges)

"""The edges of a graph, and those of a workflow from its definition in Amazon States Language.

Knows no AWS SDK. Part of `helpers.charts`, from which a notebook has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

END = "End"


class Edge(NamedTuple):
    """An arrow from one node to another.

    Attributes
    ----------
    kind : str
        "next", "choice", "catch" or "branch"; a catch has the colour of failure.
    """

    source: str
    target: str
    label: str = ""
    kind: str = "next"


def edges_of(definition: Mapping[str, Any]) -> list[Edge]:
    """The edges of a workflow, from its definition in Amazon States Language.

    Next, Default, the rules of a Choice with their conditions, the errors of a Catch, and the first
    state of each branch of a Parallel or Map state. What follows such a state begins where its
    branches end. A state with `End`, or of type Succeed, leads to "End".
    """
    states = definition["States"]
    found: list[Edge] = []
    for name in _in_order(definition):
        state = states[name]
        then = state.get("Next") or (END if state.get("End") or state["Type"] == "Succeed" else "")
        within = branches(state)
        for label, branch in within.items():
            found.append(Edge(name, branch["StartAt"], label, "branch"))
            inner = edges_of(branch)
            found += [edge for edge in inner if edge.target != END]
            if then:
                found += [edge._replace(target=then) for edge in inner if edge.target == END]
        for rule in state.get("Choices", ()):
            found.append(Edge(name, rule["Next"], _condition(rule), "choice"))
        if "Default" in state:
            found.append(Edge(name, state["Default"], "otherwise", "choice"))
        if then and not within:
            found.append(Edge(name, then))
        for catch in state.get("Catch", ()):
            found.append(Edge(name, catch["Next"], ", ".join(catch["ErrorEquals"]), "catch"))
    return list(dict.fromkeys(found))


def groups_of(definition: Mapping[str, Any]) -> dict[str, str]:
    """The Parallel or Map state that each state within one belongs to (the innermost)."""
    found: dict[str, str] = {}
    for name, state in definition["States"].items():
        for branch in branches(state).values():
            found |= dict.fromkeys(branch["States"], name) | groups_of(branch)
    return found


def branches(state: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """What a Parallel or Map state runs, by the label of the edge that leads there."""
    if "Branches" in state:
        return {f"branch {at}": branch for at, branch in enumerate(state["Branches"], start=1)}
    inner = state.get("ItemProcessor") or state.get("Iterator")
    return {"each item": inner} if inner else {}


def _in_order(definition: Mapping[str, Any]) -> list[str]:
    """Names of states from the first one on, as they follow each other where all goes well."""
    states, rest = definition["States"], definition["StartAt"]
    first: list[str] = []
    while rest in states and rest not in first:
        first.append(rest)
        rest = states[rest].get("Next") or states[rest].get("Default")
    return [*first, *(name for name in states if name not in first)]


def _condition(rule: Mapping[str, Any]) -> str:
    if "Condition" in rule:
        return str(rule["Condition"]).strip("{%} ")
    for word in ("And", "Or"):
        if word in rule:
            return f" {word.lower()} ".join(map(_condition, rule[word]))
    if "Not" in rule:
        return f"not {_condition(rule['Not'])}"
    test, value = next((key, rule[key]) for key in rule if key not in ("Variable", "Next"))
    return f"{rule['Variable']} {test} {value}"

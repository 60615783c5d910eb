"""The shop's order process for lesson 12: services that work or refuse, and what became of orders.

A design of the process is a function: it builds itself in a `Shop` and returns the checkout. The
same order takes the same time and meets the same refusals and hiccups in every design.
"""

import contextlib
import json
import time
from random import Random

import boto3
import pandas as pd

from helpers import faults
from helpers.lessons.arns import ROLE
from helpers.patterns.shop import open_shop
from helpers.patterns.workflow import create
from helpers.trace import end_to_end
from helpers.trace.callers import service_of

TEAM = {
    "charge": "payments", "reserve": "stock", "pack": "packing", "ship": "delivery",
    "refund": "payments", "release": "stock", "unpack": "packing",
    "thank": "customers", "apologise": "customers",
    "wrap": "gifts", "unwrap": "gifts", "points": "loyalty",
    "orders": "orders", "take-back": "orders",
}  # fmt: skip
UNDO = {"charge": "refund", "reserve": "release", "pack": "unpack"}
SECONDS = {"charge": 1.2, "pack": 8.0, "ship": 2.0, "unpack": 4.0}  # on average; others 0.5
HICCUPS = 0.03  # share of the first calls that fail and would not fail again
MEDIAN, P99 = 0.02, 0.1  # seconds that a call is under way
REFUSALS = ("Failed", "Refused")  # how the kind of an event ends if it tells of a refusal
FORWARD, BACK = ("", "next"), ("if refused", "catch")  # label and kind of an edge
SERVICES = ("events", "lambda", "stepfunctions")


class Shop:
    """A lab with an empty bus, and services that are not connected yet.

    lab : an open lab.
    refusal : the exception class that a service raises where it refuses an order.
    shares : how often a service refuses, by its name, from 0 to 1.
    """

    def __init__(self, lab, refusal, *, shares=None):
        self.lab, self.refusal = lab, refusal
        self.shares = {"pack": 0.2, "ship": 0.1} if shares is None else shares
        self.events, self.functions, self.states = map(boto3.client, SERVICES)
        self.events.create_event_bus(Name="shop")
        self._tried = set()

    def work(self, name):
        """The work of a service: takes an order, and leaves a mark named after the service."""

        def work(order):
            key = name, order["order_id"]
            draws = Random(" ".join(key))
            time.sleep(draws.expovariate(1 / SECONDS.get(name, 0.5)))
            hiccup, refused = draws.random() < HICCUPS, draws.random() < self.shares.get(name, 0)
            if hiccup and key not in self._tried:
                self._tried.add(key)
                self.lab.mark("hiccup", order_id=order["order_id"])
                raise ConnectionError(f"{name} does not answer")
            if refused:
                raise self.refusal(name)
            self.lab.mark(name, order_id=order["order_id"])

        return work

    def deploy(self, names):
        """Deploy a function for each service: it takes an order, or an event about one."""
        for name in names:
            self.lab.deploy(name, _order_of(self.work(name)), timeout=60)

    def machine(self, name, definition):
        """Create a state machine; returns its ARN."""
        return create(self.states, name, definition, ROLE)

    def run(self, orders, design, *, then=None, at=300, lost=(), minutes=12):
        """Let customers come for `minutes`. After `at` seconds, call ``then(shop)``.

        lost : names of operations; 12 % of the replies to each get lost.

        Returns the shop. It has four attributes more: `trace`; `fates`, a table of its orders;
        `took`, the seconds from placed to shipped, by order; and `knows`, edges between teams: the
        first team of an edge has the name of the second, or of one of its events.
        """
        checkout = design(self)

        def customer(order):
            self.lab.mark("placed", order_id=order.order_id)
            checkout(json.loads(order.json()))

        def later():
            time.sleep(at)
            then(self)

        seed = self.lab.seed
        with contextlib.ExitStack() as network, self.lab.running(minutes=minutes):
            for name in SERVICES:
                network.enter_context(faults.latency(name, median=MEDIAN, p99=P99, seed=seed))
            for name in lost:
                network.enter_context(faults.lost_reply(name, rate=0.12, seed=seed))
            self.lab.start(open_shop, orders, customer)
            if then is not None:
                self.lab.start(later)
        self.trace = self.lab.trace
        self.fates, self.knows = fates(self.trace), self._knows()
        self.took = end_to_end(self.trace, "ship", start="placed").dropna()
        return self

    def again(self, works):
        """Let two more minutes pass, in which these functions are called."""
        with self.lab.running(minutes=2):
            for work in works:
                self.lab.start(work)

    def hanging(self, trace=None):
        """Ids of the orders that hang, at the end of the run or of another trace."""
        table = self.fates if trace is None else fates(trace)
        return list(table.index[table["fate"] == "hangs"])

    def _knows(self):
        """Which team has the name of which, as edges for a graph.

        A team that calls a function or starts a workflow has its name. A team with a rule that
        delivered something has the names of the sources in the rule's pattern. Edges for
        refusals come last.
        """
        listed = self.events.list_rules(EventBusName="shop")["Rules"]
        patterns = {rule["Name"]: json.loads(rule["EventPattern"]) for rule in listed}
        used = self.trace[self.trace["operation"].isin(["Invoke", "StartExecution"])]
        found = {}
        for caller, resource in used[["caller", "resource"]].drop_duplicates().to_numpy():
            kind, name = service_of(caller) or (caller, "")
            if kind != "events":
                found[_team(name) if kind == "states" else "checkout", _team(resource)] = FORWARD
                continue
            refused = all(kind.endswith(REFUSALS) for kind in patterns[name]["detail-type"])
            for source in patterns[name]["source"]:
                pair = _team(resource), source.removeprefix("shop.")
                if not (refused and pair in found):
                    found[pair] = BACK if refused else FORWARD
        edges = [(*pair, *how) for pair, how in found.items() if pair[0] != pair[1]]
        return sorted(edges, key=lambda edge: (edge[2:] == BACK, edge))

    def parts(self, design):
        """Build a design, and say what AWS holds of it, by kind and name.

        Returns a dictionary of (kind, name) to a text: a rule's pattern, a definition of a state
        machine, or "" for a function.
        """
        design(self)
        rules = self.events.list_rules(EventBusName="shop")["Rules"]
        found = {("rule", rule["Name"]): rule["EventPattern"] for rule in rules}
        for each in self.states.list_state_machines()["stateMachines"]:
            told = self.states.describe_state_machine(stateMachineArn=each["stateMachineArn"])
            found["definition", each["name"]] = told["definition"]
        functions = self.functions.list_functions()["Functions"]
        return found | {("function", each["FunctionName"]): "" for each in functions}


def _order_of(work):
    return lambda given, _: work(given.get("detail", given))


def _team(name):
    return TEAM.get(name, name)


def fates(trace):
    """What became of each order.

    Returns a DataFrame by order_id: charge, reserve, pack (times done less times undone), ship,
    told (times), fate and placed (virtual seconds). A fate is "shipped" (all of it is in force),
    "undone" (nothing is) or "hangs".
    """
    marks = trace[trace["kind"] == "mark"]
    done = marks.groupby(["order_id", "name"]).size().unstack(fill_value=0)
    done = done.reindex(columns=list(TEAM), fill_value=0)
    table = pd.DataFrame({step: done[step] - done[back] for step, back in UNDO.items()})
    table["ship"], table["told"] = done["ship"], done["thank"] + done["apologise"]
    steps, table["fate"] = table[[*UNDO, "ship"]], "hangs"
    table.loc[(steps == 1).all(axis=1), "fate"] = "shipped"
    table.loc[(steps == 0).all(axis=1), "fate"] = "undone"
    return table.assign(placed=marks[marks["name"] == "placed"].set_index("order_id")["time"])


def refunded_first(trace):
    """How many undone orders were refunded before the last of their goods were back."""
    back = trace[trace["name"].isin([*UNDO.values()])]
    times = back.groupby(["order_id", "name"])["time"].min().unstack()
    times = times.reindex(columns=[*UNDO.values()]).dropna(subset=["refund", "release"])
    return int((times["refund"] < times[["release", "unpack"]].max(axis=1)).sum())


def counts(shops):
    """How many orders met which fate in shops that have run: a DataFrame by seed, as `shops`."""
    rows = {}
    for seed, shop in shops.items():
        found = shop.fates["fate"].value_counts().to_dict()
        rows[seed] = {fate: found.get(fate, 0) for fate in ("shipped", "undone", "hangs")}
        rows[seed]["refunded first"] = refunded_first(shop.trace)
    return pd.DataFrame(rows).T.rename_axis("seed")


def changes(before, after):
    """What differs between the parts of two designs, in numbers and by name."""
    changed = sorted(part for part in before if before[part] != after.get(part))
    return {
        "new": len(after.keys() - before.keys()),
        "changed": len(changed),
        "of teams": len({_team(name) for _, name in changed}),
        "which": ", ".join(f"{kind} {name}" for kind, name in changed),
    }

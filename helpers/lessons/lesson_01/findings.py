"""What lesson 01 claims: what each change breaks, who has to follow, and what each design costs."""

from __future__ import annotations

from helpers import costs
from helpers.findings import Law, Numbers, Quantity, Tendency
from helpers.findings.finding import Run
from helpers.lessons.lesson_01 import experiment
from helpers.lessons.lesson_01.changes import FACETS
from helpers.lessons.lesson_01.designs import DESIGNS

PUSHED = ("queue", "topic", "bus")
# Parts that have to follow, each left out of the change that it belongs to.
LEFT_OUT = {
    "key": ("data format", "table", "wiring"),
    "answer": ("conversation", "queue", "sender"),
    "rule": ("temporal", "bus", "wiring"),
}
REQUESTS = ["calls per order", "calls by AWS per order"]
COUNTED = ("wrong", "silent", "late", "later")


def row(facet: str) -> Run:
    """The run of a row of the heat map: one change in each of the five designs."""

    def run(seed: int) -> Numbers:
        tallies = {
            design: experiment.tally(experiment.change(facet, design, seed=seed))
            for design in DESIGNS
        }
        return {f"{design}_{name}": tallies[design][name] for design in DESIGNS for name in COUNTED}

    run.__name__ = facet.replace(" ", "_")
    return run


ROWS = {facet: row(facet) for facet in FACETS}


def left_out(seed: int) -> Numbers:
    """Orders that are wrong later, because one part did not follow."""
    return {
        name: experiment.tally(experiment.change(facet, design, seed=seed, without=part))["later"]
        for name, (facet, design, part) in LEFT_OUT.items()
    }


def own_memory(seed: int) -> Numbers:
    """Cancelled orders, with a receiver that remembers in its own environment's memory."""
    orders = experiment.change("own memory", "queue", seed=seed)
    return {"later": experiment.tally(orders)["later"]}


def between(seed: int) -> Numbers:
    """What is between gets another name."""
    tallies = {
        design: experiment.tally(experiment.change("wiring", design, seed=seed))
        for design in DESIGNS
    }
    return {
        "later": sum(tally["later"] for tally in tallies.values()),
        **{f"{design}_wrong": tally["wrong"] for design, tally in tallies.items()},
        **{f"{design}_parts": len(experiment.followers("wiring", design)) for design in DESIGNS},
    }


def outage(seed: int) -> Numbers:
    """charge-card is down for ten minutes, and for three."""
    return {
        "bus": experiment.outage("bus", 10, seed=seed),
        "bus_short": experiment.outage("bus", 3, seed=seed),
        "call": experiment.outage("call", 3, seed=seed),
    }


def calm(seed: int) -> Numbers:
    """Four minutes in which nothing changes."""
    traces = {design: experiment.calm(design, seed=seed) for design in DESIGNS}
    bill = costs.comparison(traces)
    days = experiment.daily(traces)
    return {
        **{f"{name}_requests": bill.loc[name, REQUESTS].sum() for name in DESIGNS},
        **{f"{name}_dollars": bill["dollars per million orders"][name] for name in DESIGNS},
        **{f"{name}_waits": days.loc[name, "checkout waits (ms)"] for name in DESIGNS},
        **{f"{name}_charged": days.loc[name, "charged after (s)"] for name in DESIGNS},
        **{f"{name}_set_up": days.loc[name, "things to set up"] for name in DESIGNS},
    }


def _enough(facet: str) -> Law:
    return Law(
        f"01.{facet.replace(' ', '-')}-enough",
        f"After a change of {facet}, no order is lost or wrong in any design once the parts "
        "that have to follow have followed.",
        ROWS[facet],
        lambda n: all(n[f"{design}_later"] == 0 for design in DESIGNS),
    )


FINDINGS = (
    Law(
        "01.rename",
        "After the rename, every order by call is lost and none by queue.",
        ROWS["location"],
        lambda n: n["call_wrong"] == 100 and n["queue_wrong"] == 0,
    ),
    Law(
        "01.rename-silent",
        "The bus loses every order too, and tells no customer. The call tells every one.",
        ROWS["location"],
        lambda n: n["bus_wrong"] == n["bus_silent"] == 100 and n["call_silent"] == 0,
    ),
    Law(
        "01.format-kept",
        "With the renamed field, the call loses every order and the queue loses none.",
        ROWS["data format"],
        lambda n: n["call_wrong"] == 100 and n["queue_wrong"] == n["topic_wrong"] == 0,
    ),
    Law(
        "01.format-late",
        "The queue's slowest order is charged after {queue_late} min: all wait until charge-card "
        "has learned the new name, and at most a minute longer.",
        ROWS["data format"],
        lambda n: 3 < n["queue_late"] < 5.1,
    ),
    Law(
        "01.euros-silent",
        "With the amount in euros, every order is charged wrongly, by call as by queue, topic or "
        "bus, and no customer is told.",
        ROWS["semantic"],
        lambda n: all(
            n[f"{design}_wrong"] == n[f"{design}_silent"] == 100 for design in ("call", *PUSHED)
        ),
    ),
    Quantity(
        "01.euros-table",
        "By table it is {table_wrong} % of the orders: the last ones wait for the next look.",
        ROWS["semantic"],
        "table_wrong",
        "%",
    ),
    Law(
        "01.refusals",
        "The call brings every refusal back. With a table, refused customers are never told. Queue "
        "and topic keep the refused orders until somebody listens to the answer.",
        ROWS["conversation"],
        lambda n: n["call_wrong"] == n["queue_wrong"] == n["topic_wrong"] == 0 < n["table_silent"],
    ),
    Tendency(
        "01.refusals-bus",
        "The bus keeps a refused order for three minutes. The customers of the first minute are "
        "never told.",
        ROWS["conversation"],
        lambda n: 0 < n["bus_silent"] < n["table_silent"],
        0.65,
    ),
    Law(
        "01.overtaken",
        "Cancellations overtake their orders in queue, topic and bus, and never with the call or "
        "the table.",
        ROWS["order"],
        lambda n: (
            n["call_wrong"] == n["table_wrong"] == 0
            and all(n[f"{design}_wrong"] > 0 for design in PUSHED)
        ),
    ),
    Quantity(
        "01.overtaken-share",
        "With the queue, {queue_wrong} % of the orders are cancelled and charged all the same.",
        ROWS["order"],
        "queue_wrong",
        "%",
    ),
    Law(
        "01.own-memory",
        "A receiver that remembers cancellations in its own environment's memory still charges "
        "cancelled orders.",
        own_memory,
        lambda n: n["later"] > 0,
    ),
    Law(
        "01.down",
        "While charge-card is down, the call loses every order; table, queue and topic lose none; "
        "the bus loses some.",
        ROWS["temporal"],
        lambda n: (
            n["call_wrong"] == 100
            and n["table_wrong"] == n["queue_wrong"] == n["topic_wrong"] == 0
            and 0 < n["bus_wrong"] < 100
        ),
    ),
    Law(
        "01.second-receiver",
        "A second receiver on the same queue takes orders away from the first. On a topic or a bus "
        "it takes none.",
        ROWS["topology"],
        lambda n: n["queue_wrong"] > 50 and n["topic_wrong"] == n["bus_wrong"] == 0,
    ),
    Law(
        "01.worker",
        "When charge-card becomes a worker, call and bus lose every order; table, queue and topic "
        "lose none.",
        ROWS["technology"],
        lambda n: (
            n["call_wrong"] == n["bus_wrong"] == 100
            and n["table_wrong"] == n["queue_wrong"] == n["topic_wrong"] == 0
        ),
    ),
    *(_enough(facet) for facet in FACETS),
    Law(
        "01.all-needed",
        "Leave out one of the parts that have to follow, and later orders are lost or wrong.",
        left_out,
        lambda n: all(n[name] > 0 for name in LEFT_OUT),
    ),
    Quantity(
        "01.bus-loses",
        "In ten minutes of outage, the bus loses {bus} % of the orders.",
        outage,
        "bus",
        "%",
    ),
    Law(
        "01.bus-three-minutes",
        "In three minutes of outage the bus loses no order, and the call loses every one.",
        outage,
        lambda n: n["bus_short"] == 0 and n["call"] == 100,
    ),
    Law(
        "01.names-between",
        "When table or queue get another name, both services have to follow; for a topic or a bus "
        "it is the sender alone.",
        between,
        lambda n: (
            n["later"] == n["call_parts"] == 0
            and n["table_parts"] == n["queue_parts"] == 2
            and n["topic_parts"] == n["bus_parts"] == 1
        ),
    ),
    Law(
        "01.call-is-cheapest",
        "The call has the fewest things to set up, the fewest requests and the smallest bill.",
        calm,
        lambda n: all(
            n[f"call_{name}"] < n[f"{design}_{name}"]
            for design in ("table", *PUSHED)
            for name in ("set_up", "requests", "dollars")
        ),
    ),
    Law(
        "01.call-waits-longest",
        "The customer waits longest with the call, and the card is charged latest with the table.",
        calm,
        lambda n: (
            max(DESIGNS, key=lambda design: n[f"{design}_waits"]) == "call"
            and max(DESIGNS, key=lambda design: n[f"{design}_charged"]) == "table"
        ),
    ),
)

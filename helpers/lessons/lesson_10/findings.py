"""What lesson 10 claims: about four kinds of trouble, a rush, and when a step is done."""

from __future__ import annotations

import pandas as pd

from helpers import costs
from helpers.findings import Law, Numbers, Quantity, Tendency
from helpers.lessons.lesson_10 import experiment, measured, sales, single
from helpers.lessons.lesson_10.experiment import EACH, NOT_BILLED, WRONG, Run
from helpers.patterns.workflow import RETRY


def trouble(seed: int) -> Numbers:
    """The same orders through the careful glue and through the workflow."""
    glued, flowed = experiment.by_glue(seed=seed), experiment.by_workflow(seed=seed)
    glue, flow = measured.fates(glued), measured.fates(flowed)
    wrong = flow[list(WRONG)].sum(axis=1)
    twice = glued.fates.query("fate == 'paid twice' and 300 <= placed < 600").index
    bill = costs.billed(flowed.trace, leave_out=NOT_BILLED)
    shares = bill.groupby("what")["dollars"].sum() / bill["dollars"].sum()
    glue_bill = costs.billed(glued.trace, leave_out=NOT_BILLED)
    asleep = glue_bill.groupby("what")["dollars"].sum() / glue_bill["dollars"].sum()
    return {
        "orders": EACH,
        "glue_error_wrong": int(glue.loc["function error", list(WRONG)].sum()),
        "glue_twice": int(glue.loc["throttled", "paid twice"]),
        "glue_cut_off": sum(_began_again(glued, order) for order in twice),
        "glue_lost_reply": int(glue.loc["lost reply", list(WRONG)].sum()),
        "glue_wrong": int(glue[list(WRONG)].sum().sum()),
        "flow_wrong": int(wrong.sum()),
        "flow_wrong_elsewhere": int(wrong.drop("lost reply").sum()),
        "flow_twice": int(flow.loc["lost reply", "paid twice"]),
        "flow_needless": int(flow.loc["throttled", "off without need"]),
        "glue_needless": int(glue.loc["throttled", "off without need"]),
        "transitions": shares["state transitions"] * 100,
        "asleep": asleep["duration (x86)"] * 100,
        "glue_dollars": costs.per_million(glued.trace, leave_out=NOT_BILLED),
        "flow_dollars": costs.per_million(flowed.trace, leave_out=NOT_BILLED),
    }


def _began_again(run: Run, order: str) -> bool:
    """Whether the function order was cut off for this order, and began again."""
    ran = measured.ran(run.trace, "order", order)
    return len(ran) > 1 and ran["outcome"].iloc[0] != "ok"


def patient(seed: int) -> Numbers:
    """The workflow with nine retries for six."""
    fates = measured.fates(experiment.by_workflow(retries=9, seed=seed))
    return {
        "orders": EACH,
        "needless": int(fates.loc["throttled", "off without need"]),
        "wrong_elsewhere": int(fates.drop("lost reply")[list(WRONG)].sum().sum()),
    }


def longer(seed: int) -> Numbers:
    """The glue in an outage of a minute, with a time-out that is longer than all its waits."""
    fates = experiment.outage("glue", timeout=120, seed=seed).fates["fate"]
    return {"wrong": int(fates.isin(WRONG).sum())}


def crowd(seed: int) -> Numbers:
    """Twenty-four executions that want to charge at once, without jitter and with it."""
    four = RETRY | {"MaxAttempts": 4}
    exact, many = single.rush(four | {"JitterStrategy": "NONE"}, seed=seed)
    spread, fewer = single.rush(four, seed=seed)
    return {
        "exact": int(exact["charged"].max()),
        "spread": int(spread["charged"].max()),
        "attempts": many,
        "attempts_spread": fewer,
    }


def sale(seed: int) -> Numbers:
    """Twelve sales, in three ways to start the order process."""
    at_once, sync, asking = (sales.sold(way, seed=seed) for way in sales.WAYS)

    def told(name: str, frame: pd.DataFrame) -> dict[str, float]:
        shipped = frame["fate"] == "shipped"
        return {
            f"{name}_invoices": int(frame["invoice"].notna().sum()),
            f"{name}_as_shipped": int((frame["invoice"].notna() == shipped).sum()),
            f"{name}_soonest": frame["invoice"].min(),
            f"{name}_median": frame["invoice"].median(),
        }

    return {
        "orders": len(at_once),
        "shipped": int((at_once["fate"] == "shipped").sum()),
        **told("at_once", at_once),
        **told("sync", sync),
        **told("asking", asking),
    }


def first(seed: int) -> Numbers:
    """One state, whose provider does not answer for ten seconds."""
    attempts = single.one_state(single.CHARGE, seed=seed)
    return {"attempts": len(attempts), "done": attempts["end"].max()}


FINDINGS = (
    Law(
        "10.one-state",
        "The state calls {attempts} times, and is done after {done} s.",
        first,
        lambda n: n["attempts"] == 5 and 10 < n["done"] < 20,
    ),
    Law(
        "10.glue-survives-errors",
        "Errors that it can catch make the careful glue take nobody's money wrongly.",
        trouble,
        lambda n: n["glue_error_wrong"] == 0,
    ),
    Quantity(
        "10.glue-pays-twice",
        "While the table refuses, the careful glue charges {glue_twice} of {orders} customers "
        "twice.",
        trouble,
        "glue_twice",
        "customers",
    ),
    Law(
        "10.glue-cut-off",
        "For each of them the function was cut off at its time-out and began again.",
        trouble,
        lambda n: n["glue_cut_off"] == n["glue_twice"],
    ),
    Law(
        "10.workflow-right",
        "Without lost replies, nobody pays wrongly with the workflow.",
        trouble,
        lambda n: n["flow_wrong_elsewhere"] == 0,
    ),
    Quantity(
        "10.workflow-twice",
        "With every second reply lost, it charges {flow_twice} of {orders} customers twice.",
        trouble,
        "flow_twice",
        "customers",
    ),
    Tendency(
        "10.lost-replies-fool-both",
        "Lost replies make somebody pay wrongly in both designs.",
        trouble,
        lambda n: n["flow_twice"] > 0 and n["glue_lost_reply"] > 0,
        share=0.95,
    ),
    Quantity(
        "10.needless",
        "While the table refuses, the workflow calls off {flow_needless} of {orders} orders that "
        "it could have shipped.",
        trouble,
        "flow_needless",
        "orders",
    ),
    Tendency(
        "10.patient",
        "With nine retries it calls off none of those.",
        patient,
        lambda n: n["needless"] == 0,
        share=0.8,
    ),
    Law(
        "10.patient-right",
        "And still, without lost replies, nobody pays wrongly.",
        patient,
        lambda n: n["wrong_elsewhere"] == 0,
    ),
    Law(
        "10.long-enough",
        "With a time-out of 120 s the careful glue charges nobody twice in such a minute.",
        longer,
        lambda n: n["wrong"] == 0,
    ),
    Law(
        "10.waves",
        "Without jitter, {exact} of the 24 are charged: five waves of three.",
        crowd,
        lambda n: n["exact"] == 15,
    ),
    Law(
        "10.jitter",
        "With jitter, more are charged: {spread}.",
        crowd,
        lambda n: n["spread"] > n["exact"],
    ),
    Tendency(
        "10.same-attempts",
        "Both need about as many attempts, {attempts} and {attempts_spread}.",
        crowd,
        lambda n: abs(n["attempts_spread"] / n["attempts"] - 1) < 0.1,
        share=0.8,
    ),
    Law(
        "10.at-once",
        "Without a suffix, all {orders} sales have an invoice within a second, also those that "
        "are called off.",
        sale,
        lambda n: n["at_once_invoices"] == n["orders"] and n["at_once_median"] < 1,
    ),
    Law(
        "10.sync",
        "With .sync:2, there is an invoice for each order that was shipped and for no other, "
        "after five seconds at the soonest.",
        sale,
        lambda n: n["sync_as_shipped"] == n["orders"] and n["sync_soonest"] >= 5,
    ),
    Law(
        "10.asking",
        "With the SDK integration and a loop, too, but later: half of them after {asking_median} s "
        "instead of {sync_median} s.",
        sale,
        lambda n: n["asking_as_shipped"] == n["orders"] and n["asking_median"] > n["sync_median"],
    ),
    Law(
        "10.transitions",
        "State transitions are {transitions} % of what the workflow costs.",
        trouble,
        lambda n: n["transitions"] > 90,
    ),
    Law(
        "10.asleep",
        "The time of functions is {asleep} % of what the glue costs, and it mostly sleeps.",
        trouble,
        lambda n: n["asleep"] > 80,
    ),
    Law(
        "10.dearer",
        "Per order, the workflow costs more than the glue.",
        trouble,
        lambda n: n["flow_dollars"] > n["glue_dollars"],
    ),
)

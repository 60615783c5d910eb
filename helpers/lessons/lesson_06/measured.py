"""The runs behind the findings of lesson 06, each a function of the seed."""

from __future__ import annotations

import pandas as pd

from helpers import trace
from helpers.findings import Numbers
from helpers.lessons.lesson_06 import experiment, fifo
from helpers.patterns.redelivery import work_on_batch


def slow_work(seed: int) -> Numbers:
    """One order, and charges that outlast the visibility timeout: one of them, or all."""
    once = experiment.one_order(45, 5, seed=seed)
    always = experiment.one_order(45, minutes=10, seed=seed)
    alone = experiment.one_order(45, workers=1, minutes=10, seed=seed)
    deletes = trace.messages(always).query("what == 'deleted'")
    return {
        "once": _charges(once),
        "by_timeout": _causes(once).get("timeout", 0),
        "always": _charges(always),
        "deletes": len(deletes),
        "in_vain": int((~deletes["effective"]).sum()),
        "alone": _charges(alone),
    }


def batches(seed: int) -> Numbers:
    """Sixty orders of about 5 s, ten in a receive against one."""
    ten, one = (experiment.in_batches(most, seed=seed) for most in (10, 1))
    causes = _causes(ten)
    return {
        "ten": sum(causes.values()),
        "by_timeout": causes.get("timeout", 0),
        "one": sum(_causes(one).values()),
    }


def function(seed: int) -> Numbers:
    """One order in 25 fails: the batch fails, or its record is reported, heard or not."""
    numbers: dict[str, float] = {}
    runs = {
        "whole": experiment.in_function(experiment.whole_batch, reports=False, seed=seed),
        "reported": experiment.in_function(work_on_batch, reports=True, seed=seed),
        "unheard": experiment.in_function(work_on_batch, reports=False, seed=seed),
    }
    for name, events in runs.items():
        charges = trace.effects(events, "charged")
        numbers[f"{name}_again"] = int((charges > 1).sum())
        numbers[f"{name}_never"] = int((charges == 0).sum())
        numbers[f"{name}_letters"] = len(_moved(events))
    return numbers


def bad_day(seed: int) -> Numbers:
    """Slow work, lost replies and missing servers on one day, and what the record says of them."""
    events, struck = experiment.bad_day(seed=seed)
    causes = _causes(events)
    charges = trace.effects(events, "charged")
    deliveries = trace.deliveries(events)["deliveries"]
    return {
        "agree": int(causes == {cause: count for cause, count in struck.items() if count}),
        "kinds": len(causes),
        "duplicates": sum(causes.values()),
        "orders": len(charges),
        "charged": int((charges > 0).sum()),
        "charges": int(charges.sum()),
        "deliveries": int(deliveries.sum()),
    }


def timeouts(seed: int) -> Numbers:
    """Exponential work, and a timeout of so many times its average."""
    shares = {}
    for times in (2, 3, 6):
        events = experiment.varying_work(10, 10 * times, seed=seed)
        shares[f"at_{times}"] = 100 * float((trace.deliveries(events)["deliveries"] > 1).mean())
    return shares


def poison(seed: int) -> Numbers:
    """A morning with some orders in euros, an alarm, a fix and a redrive."""
    events = experiment.poisoned(seed=seed)
    received = trace.messages(events).query("queue == 'orders' and what == 'received'")
    first = received.groupby("id")["time"].min()
    moved = _moved(events)
    bodies = moved["body"].map(lambda body: trace.field(body, "amount"))
    charges = trace.effects(events, "charged")
    end = trace.backlog(events, "orders").iloc[-1]
    letters = trace.backlog(events, experiment.DEAD).iloc[-1]
    heard = float(events.loc[events["name"] == "heard", "time"].iloc[0])
    after = moved["time"] - moved["id"].map(first)
    return {
        "letters": len(moved),
        "poison": int(bodies.map(lambda amount: isinstance(amount, str)).sum()),
        "redriven": int(events["number"].max()),
        "orders": len(charges),
        "charged_once": int((charges == 1).sum()),
        "left": int(end["waiting"] + end["in_flight"] + letters["waiting"]),
        "soonest": float(after.min()),
        "latest": float(after.max()),
        "heard_after": heard - float(moved["time"].min()),
    }


def provider_down(seed: int) -> Numbers:
    """Four minutes without the provider, and queues that give up after three, five, ten."""
    numbers: dict[str, float] = {}
    for tries in (3, 5, 10):
        events = experiment.outage(4, tries, seed=seed)
        sends = trace.messages(events).query("what == 'sent'")["time"]
        due = (sends >= 60) & (sends < 300 - 30 * (tries - 1))
        numbers[f"letters_{tries}"] = len(_moved(events))
        numbers[f"due_{tries}"] = int(due.sum())
    return numbers


def groups(seed: int) -> Numbers:
    """Charges per second of four workers, in one, two, four and eight groups."""
    numbers: dict[str, float] = {"in_order": 1}
    for count in (1, 2, 4, 8):
        charged = fifo.in_groups(count, seed=seed).query("name == 'charged'")
        numbers[f"rate_{count}"] = len(charged) / 8
        kept = all(each.is_monotonic_increasing for _, each in charged.groupby("group")["order_id"])
        numbers["in_order"] *= kept
    ten = fifo.in_groups(1, most=10, seed=seed)
    numbers["in_flight"] = float(trace.backlog(ten, "orders.fifo")["in_flight"].max())
    numbers["at_work"] = int(ten.loc[ten["name"] == "charged", "caller"].nunique())
    return numbers


def failing(seed: int) -> Numbers:
    """One failing order, in a FIFO queue with a group for each tenant, and in a standard queue."""
    held, free = (fifo.failing(queue, seed=seed) for queue in ("FIFO", "standard"))
    late = held["waited"] > fifo.LATE
    return {
        "behind": int(held["behind"].sum()),
        "late_behind": int((late & held["behind"]).sum()),
        "late_others": int((late & ~held["behind"]).sum()),
        "longest": float(held["waited"].max()),
        "overtaken": int(held["overtaken"].sum()),
        "free_late": int((free["waited"] > fifo.LATE).sum()),
        "free_overtaken": int(free["overtaken"].sum()),
    }


def brought_back(seed: int) -> Numbers:
    """A dead letter of a FIFO queue, redriven while later orders of its group still wait."""
    events = fifo.redriven(seed=seed)
    charged = events.query("name == 'charged'").sort_values("time")
    when = float(events.loc[events["name"] == "redriven", "time"].iloc[0])
    return {
        "orders": len(charged),
        "bad_last": int(charged["order_id"].iloc[-1].endswith("-00006")),
        "waiting": int((charged["time"] > when).sum()) - 1,
        "overtaken_by": int((charged["order_id"] > charged["order_id"].iloc[-1]).sum()),
    }


def window(seed: int) -> Numbers:
    """Messages per order: sent again within the window, after it, and by the SDK."""
    numbers: dict[str, float] = {}
    for after in (299, 301):
        for deleted in (True, False):
            events = fifo.sent_again(after, deleted=deleted, seed=seed)
            counts = trace.deliveries(events)["messages"]
            name = f"{after}_{'deleted' if deleted else 'kept'}"
            numbers[f"{name}_least"], numbers[f"{name}_most"] = int(counts.min()), int(counts.max())
    events, hits = fifo.lost_replies(seed=seed)
    counts = trace.deliveries(events)
    numbers |= {"lost": hits, "by_sdk_most": int(counts["messages"].max())}
    numbers["slow"] = _charges(fifo.slow_work(seed=seed))
    return numbers


def _charges(events: pd.DataFrame) -> int:
    return int((events["name"] == "charged").sum())


def _causes(events: pd.DataFrame) -> dict[str, int]:
    counts = trace.duplicates(events, queue="orders")["cause"].value_counts()
    return {str(cause): int(count) for cause, count in counts.items()}


def _moved(events: pd.DataFrame) -> pd.DataFrame:
    """What became a dead letter."""
    return trace.messages(events).query("what == 'moved' and to == @experiment.DEAD")

"""The scorecard of a Black Friday: what is measured, and what each of the three grades asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from helpers import costs, trace
from helpers.lessons.lesson_14.day import Held

TOLD = ["order_id", "ok", "waited"]


@dataclass(frozen=True)
class Measure:
    """One line of the scorecard: the highest value with which a grade is reached.

    `key` is its short name, by which the findings and the checks' sentences know it.
    """

    grade: int
    key: str
    name: str
    unit: str
    most: float
    of: Callable[[Held], float]


def told(held: Held) -> pd.DataFrame:
    """What each customer was told. DataFrame indexed by order_id: ok, answered, waited (s).

    A customer who was told nothing has waited to the end of the day.
    """
    marks = held.events.query("kind == 'mark' and name == 'told'").reindex(columns=TOLD)
    marks = marks.set_index("order_id")
    placed = pd.Series({order.order_id: order.placed_at for order in held.plan.orders})
    waited = marks["waited"].astype(float).reindex(placed.index)
    return pd.DataFrame(
        {
            "ok": marks["ok"].eq(True).reindex(placed.index, fill_value=False),
            "answered": waited.notna(),
            "waited": waited.fillna(held.plan.until - placed),
        }
    )


def charged(held: Held) -> pd.Series[float]:
    """When each order was charged first (s), by order_id; those never charged are missing."""
    return held.events.query("name == 'charged'").groupby("order_id")["time"].min()


def refused(held: Held) -> pd.Index[str]:
    """The orders whose customers read an error, or nothing. Of the poisoned one that is right."""
    found = told(held).query("not ok").index
    return found[found != held.plan.poisoned]


def is_poison_loose(held: Held) -> bool:
    """Whether the poisoned order was accepted, and is still tried or thrown away."""
    accepted = bool(told(held)["ok"].get(held.plan.poisoned, False))
    return accepted and held.put_aside is not True


def owed(held: Held) -> pd.Index[str]:
    """The orders that the shop has to charge: accepted, and not the poisoned one."""
    accepted = told(held).query("ok").index
    return accepted[accepted != held.plan.poisoned]


def lost(held: Held) -> pd.Index[str]:
    """Orders that were accepted and never charged."""
    return owed(held).difference(charged(held).index)


def twice(held: Held) -> pd.Series[int]:
    """Orders that were charged more than once, and how often."""
    if not len(held.events.query("name == 'charged'")):
        return pd.Series(dtype=int)
    counts = trace.effects(held.events, "charged")
    return counts[counts > 1]


def waits(held: Held) -> pd.DataFrame:
    """From placed to charged. DataFrame indexed by order_id: placed (s), wait (s), tenant.

    An order that was accepted and never charged has waited to the end of the day.
    """
    placed = {order.order_id: (order.placed_at, order.tenant) for order in held.plan.orders}
    frame = pd.DataFrame.from_dict(placed, orient="index", columns=["placed", "tenant"])
    frame = frame.loc[owed(held)]
    done = charged(held).reindex(frame.index).fillna(held.plan.until)
    return frame.assign(wait=done - frame["placed"])


def others_p90(held: Held) -> float:
    """Seconds within which 90 % of the other tenants' orders were charged, while one was loud."""
    found = others(held)
    return trace.percentile(found["wait"], 90) if len(found) else 0.0


def by_loudness(held: Held) -> dict[str, pd.DataFrame]:
    """The waits of the loud tenant and of the others, as `charts.compare` draws them."""
    found = waits(held).rename(columns={"placed": "time"}).sort_values("time")
    loud = found["tenant"] == held.plan.loud
    return {held.plan.loud: found[loud], "the others": found[~loud]}


def others(held: Held) -> pd.DataFrame:
    """The part of `waits` that is of the other tenants' orders, placed while one was loud."""
    found = waits(held)
    return found[(found["tenant"] != held.plan.loud) & found["placed"].between(*held.plan.noise)]


def recovery(held: Held) -> float:
    """Seconds after the outage until all orders from before its end were charged."""
    found = before_the_end_of_the_outage(held)
    return max(0.0, float(found.max())) if len(found) else 0.0


def before_the_end_of_the_outage(held: Held) -> pd.Series[float]:
    """Of the orders placed before the outage's end: seconds from then until they were charged."""
    end = held.plan.outage[1]
    found = waits(held).query("placed < @end")
    return found["placed"] + found["wait"] - end


def dollars(held: Held) -> float:
    """US dollars per million orders, for what AWS bills."""
    return costs.per_million(held.events, len(held.plan.orders), fair=held.fair)


MEASURES = (
    Measure(1, "errors", "customers who read an error", "orders", 0, lambda h: len(refused(h))),
    Measure(1, "lost", "accepted and never charged", "orders", 0, lambda h: len(lost(h))),
    Measure(1, "twice", "charged more than once", "orders", 0, lambda h: len(twice(h))),
    Measure(1, "loose", "poisoned and not put aside", "orders", 0, is_poison_loose),
    Measure(
        2, "p99", "customer waits, p99", "s", 3, lambda h: trace.percentile(told(h)["waited"], 99)
    ),
    Measure(2, "others", "the others, p90", "s", 25, others_p90),
    Measure(2, "recovery", "recovery", "s", 90, recovery),
    Measure(3, "dollars", "AWS", "dollars per million orders", 2.5, dollars),
)


def score(held: Held) -> dict[str, float]:
    """Each measure's value, by its name."""
    return {measure.name: float(measure.of(held)) for measure in MEASURES}


def bills(days: Mapping[str, Held]) -> pd.DataFrame:
    """Dollars per million orders of several days, by their names. A column for each service."""
    found = {}
    for name, held in days.items():
        bill = costs.billed(held.events, len(held.plan.orders), fair=held.fair)
        found[name] = bill.groupby("service")[costs.bills.PER_MILLION].sum()
    return pd.DataFrame(found).T.fillna(0.0).rename_axis("shop")


def grade(values: Mapping[str, float]) -> int:
    """The highest grade of which, and of those below which, everything is met; 0 to 3."""
    reached = 0
    for level in (1, 2, 3):
        if any(values[m.name] > m.most for m in MEASURES if m.grade == level):
            break
        reached = level
    return reached


def table(*days: Held) -> pd.DataFrame:
    """The scorecard. DataFrame: grade, measure, unit, at most, and a column for each day's seed."""
    rows = [(m.grade, m.name, m.unit, m.most) for m in MEASURES]
    frame = pd.DataFrame(rows, columns=["grade", "measure", "unit", "at most"])
    for held in days:
        values = score(held)
        frame[f"seed {held.seed}"] = [values[m.name] for m in MEASURES]
    return frame.set_index(["grade", "measure"])


def worst_minute(held: Held) -> float:
    """When the minute begins in which the most accepted orders wait to be charged, in seconds."""
    found = waits(held)
    placed, done = found["placed"], found["placed"] + found["wait"]
    begins = range(0, int(held.plan.until) - 60, 10)

    def waiting(begin: int) -> float:
        both = done.clip(upper=begin + 60) - placed.clip(lower=begin)
        return float(both.clip(lower=0).sum())

    return float(max(begins, key=waiting))

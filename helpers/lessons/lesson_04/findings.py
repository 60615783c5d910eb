"""What lesson 04 claims about backlogs, and who waits while there is one."""

from __future__ import annotations

import math

import pandas as pd

from helpers import costs, load, trace
from helpers.findings import Finding, Law, Numbers, Quantity, Tendency
from helpers.lessons.lesson_04 import experiment, fleet, hiring, quiet
from helpers.lessons.lesson_04.experiment import RATE, WORK, caught_up, served_in_time, undone
from helpers.patterns.backlog import recovery_time

OUTAGE, END = 120, 540  # seconds; a run ends seven minutes after the repair
SALE_END, LAMBDA_END = 330, 330
AFTER = {"since": OUTAGE, "until": OUTAGE + 60}  # the minute after the repair


def random_orders(seed: int, seconds: float = END) -> list[load.Order]:
    """Orders that come at random, half a one per second."""
    return load.orders(rate=RATE, seconds=seconds, seed=seed)


def even_shop(seed: int, outage: float, workers: int) -> tuple[pd.DataFrame, float]:
    """A run with even arrivals, and the seconds that the formula expects."""
    expected = recovery_time(RATE * outage, workers / WORK, RATE)
    length = outage + 1.2 * expected + 10
    orders = load.orders(arrivals="steady", rate=RATE, seconds=length, seed=seed)
    events = experiment.shop(orders, workers=workers, outage=outage, seconds=length, seed=seed)
    return events, expected


def evenly(seed: int) -> Numbers:
    """Three outages and three headrooms, while the orders arrive evenly."""
    events, expected = even_shop(seed, OUTAGE, 3)
    recovery = caught_up(events, since=OUTAGE)
    off = [recovery / expected - 1]
    for outage, workers in ((90, 4), (60, 6)):
        other, expected = even_shop(seed, outage, workers)
        off.append(caught_up(other, since=outage) / expected - 1)
    stays = trace.sojourns(events)
    later = stays[stays["entered"] >= OUTAGE + 60].iloc[0]
    return {"off": 100 * max(map(abs, off)), "recovery": recovery, "wait": later["wait"]}


def two_workers(seed: int) -> Numbers:
    """The same customers, and workers who do as much as arrives."""
    events = experiment.shop(random_orders(seed), workers=2, outage=OUTAGE, seconds=END, seed=seed)
    steps = undone(events)
    return {
        "backlog": steps.loc[steps["time"] <= OUTAGE, "orders"].iloc[-1],
        "left": steps["orders"].iloc[-1],
        "caught_up": float(math.isfinite(caught_up(events, since=OUTAGE))),
        "served": served_in_time(events, since=OUTAGE, until=END - experiment.PATIENCE),
    }


def quiet_day(seed: int) -> Numbers:
    """Mean waits without an outage: one worker, and work of two kinds."""
    return {setting: quiet.mean_wait(setting, seed) for setting in ("mm1", "md1")}


def busy_day(seed: int) -> Numbers:
    """Mean waits with one worker who is busier, and with three."""
    return {setting: quiet.mean_wait(setting, seed) for setting in ("mm1_busy", "mm3")}


def policies(seed: int) -> Numbers:
    """Three workers and the same customers: oldest first, fresh work first, load shedding."""
    orders = random_orders(seed)
    runs = experiment.policies(orders, workers=3, outage=OUTAGE, seconds=END, seed=seed)
    backlog = sum(order.placed_at < OUTAGE for order in orders)
    numbers = {"backlog": backlog, "expected": recovery_time(backlog, 3 / WORK, RATE)}
    for name, events in zip(("oldest", "fresh", "shed"), runs.values(), strict=True):
        charged = trace.end_to_end(events, "charged")
        counts = costs.comparison({name: events}, len(orders))["calls per order"]
        numbers |= {
            f"{name}_served": served_in_time(events, **AFTER),
            f"{name}_recovery": min(caught_up(events, since=OUTAGE), END - OUTAGE),
            f"{name}_longest": charged.max() / 60,
            f"{name}_given_up": int((events["name"] == "apology").sum()),
            f"{name}_calls": counts.item(),
        }
    numbers["ratio"] = 100 * numbers["oldest_recovery"] / numbers["expected"]
    return numbers


def sale(seed: int) -> Numbers:
    """A flash sale, for two workers alone, or four more after one or three minutes."""
    delays = {"alone": None, "in_one": 60, "in_three": 180}
    numbers: dict[str, float] = {}
    for name, events in hiring.sales(delays, seconds=SALE_END, seed=seed).items():
        hired = events.loc[events["name"] == "hired", "time"]
        numbers |= {
            name: min(caught_up(events, since=hiring.SALE[1]), SALE_END - hiring.SALE[1]),
            f"{name}_paid": hiring.worker_minutes(events),
            f"{name}_asked": hired[hired > 0].min() if (hired > 0).any() else -1,
        }
    return numbers


def ceiling(seed: int) -> Numbers:
    """A Lambda function in front of a provider that bears four charges at once."""
    orders = random_orders(seed, seconds=LAMBDA_END)
    backlog = sum(order.placed_at < OUTAGE for order in orders)
    numbers = {"expected": recovery_time(backlog, 4 / WORK, RATE)}
    limits = {"free": None, "held": 4}
    for name, events in fleet.fleets(orders, limits, seconds=LAMBDA_END, seed=seed).items():
        deliveries = trace.deliveries(events)["deliveries"]
        numbers |= {
            f"{name}_refused": int((events["name"] == "refused").sum()),
            f"{name}_recovery": min(caught_up(events, since=OUTAGE), LAMBDA_END - OUTAGE),
            f"{name}_deliveries": int(deliveries.max()),
            f"{name}_charged": int((events["name"] == "charged").sum()),
        }
    return numbers


FINDINGS: tuple[Finding, ...] = (
    Law(
        "04.formula",
        "With even arrivals no recovery is as much as 10 % off the formula. The worst of three "
        "outages with three headrooms is {off} % off.",
        evenly,
        lambda n: n["off"] < 10,
    ),
    Quantity(
        "04.later-order",
        "An order that is placed a minute after the repair waits for {wait} s.",
        evenly,
        "wait",
        "s",
    ),
    Quantity(
        "04.luck",
        "With random arrivals a recovery takes {ratio} % of what the formula says.",
        policies,
        "ratio",
        "%",
    ),
    Tendency(
        "04.stays",
        "Seven minutes after the repair, two workers have not caught up.",
        two_workers,
        lambda n: n["caught_up"] == 0,
        0.9,
    ),
    Quantity(
        "04.left",
        "With two workers, {left} orders are undone seven minutes after the repair.",
        two_workers,
        "left",
        "orders",
    ),
    Quantity(
        "04.one-run",
        "One run of 300 orders, at 60 % busy, measures a mean wait of {mm1} s.",
        quiet_day,
        "mm1",
        "s",
    ),
    Quantity(
        "04.busy-run",
        "At 80 % busy such a run measures {mm1_busy} s.",
        busy_day,
        "mm1_busy",
        "s",
    ),
    Tendency(
        "04.in-vain",
        "With two workers, fewer than one in ten of those who come after the repair is served in "
        "time.",
        two_workers,
        lambda n: n["served"] < 10,
        0.9,
    ),
    Quantity("04.served", "The share is {served} %.", two_workers, "served", "%"),
    Law(
        "04.oldest-late",
        "With three workers and oldest first, fewer than one in ten is served in time in the "
        "minute after the repair.",
        policies,
        lambda n: n["oldest_served"] < 10,
    ),
    Tendency(
        "04.fresh-in-time",
        "With fresh work first, and with shedding, more than nine in ten are.",
        policies,
        lambda n: min(n["fresh_served"], n["shed_served"]) > 90,
        0.9,
    ),
    Law(
        "04.not-sooner",
        "With fresh work first the backlog is not gone sooner.",
        policies,
        lambda n: n["fresh_recovery"] >= n["oldest_recovery"],
    ),
    Quantity(
        "04.slowest",
        "With fresh work first the slowest order waits for {fresh_longest} min, and with oldest "
        "first for {oldest_longest} min.",
        policies,
        "fresh_longest",
        "min",
    ),
    Quantity(
        "04.given-up",
        "Shedding gives up {shed_given_up} orders.",
        policies,
        "shed_given_up",
        "orders",
    ),
    Tendency(
        "04.sooner",
        "Four more workers after one minute shorten the recovery by a fifth and more.",
        sale,
        lambda n: n["in_one"] < 0.8 * n["alone"],
        0.8,
    ),
    Tendency(
        "04.too-late",
        "After three minutes they shorten it by less than a tenth.",
        sale,
        lambda n: n["in_three"] > 0.9 * n["alone"],
        0.6,
    ),
    Tendency(
        "04.paid",
        "And they double what is paid for, or more.",
        sale,
        lambda n: n["in_three_paid"] > 2 * n["alone_paid"],
        0.9,
    ),
    Tendency(
        "04.asked",
        "The policy asks for them 50 s after the sale has begun, when the metric's minute ends.",
        sale,
        lambda n: n["in_one_asked"] == 60,
        0.8,
    ),
    Quantity(
        "04.refused",
        "Without a limit, the provider refuses {free_refused} charges.",
        ceiling,
        "free_refused",
        "charges",
    ),
    Quantity(
        "04.deliveries",
        "Its unluckiest order is delivered {free_deliveries} times.",
        ceiling,
        "free_deliveries",
        "times",
    ),
    Law(
        "04.held",
        "With at most four at once, the provider refuses none, and no order is delivered twice.",
        ceiling,
        lambda n: n["held_refused"] == 0 and n["held_deliveries"] == 1,
    ),
    Quantity(
        "04.held-recovery",
        "The backlog is then gone after {held_recovery} s. The formula says {expected} s.",
        ceiling,
        "held_recovery",
        "s",
    ),
)

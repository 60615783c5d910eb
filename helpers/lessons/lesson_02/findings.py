"""What lesson 02 claims about calls that wait."""

from __future__ import annotations

from typing import Any

from helpers import costs
from helpers.findings import Law, Numbers, Quantity, Tendency
from helpers.lessons.lesson_02 import experiment, receiver
from helpers.lessons.lesson_02.experiment import ONCE, answers
from helpers.patterns.sync import fixed, jittered


def phases(seed: int) -> Numbers:
    """The same orders with a fraud-check that is healthy, slow and broken."""
    numbers: dict[str, float] = {}
    for kind in ("healthy", "slow", "broken"):
        events = experiment.phase(kind, seed=seed)
        told = answers(events)
        numbers |= {
            f"p50_{kind}": told["waited"].quantile(0.5),
            f"open_{kind}": told["waited"].sum() / 120,
            f"yes_{kind}": told["ok"].mean(),
            f"dollars_{kind}": costs.per_million(events, len(told)),
            f"charged_{kind}": int((events["name"] == "charged").sum()),
        }
    return numbers | {
        "orders": len(told),
        "more_open": numbers["open_slow"] / numbers["open_healthy"],
        "dearer": numbers["dollars_slow"] / numbers["dollars_healthy"],
    }


def giving_up(seed: int) -> Numbers:
    """An impatient checkout: one order in two retry modes, many with the SDK's retries and none."""
    numbers: dict[str, float] = {}
    for mode in ("standard", "legacy"):
        events = experiment.one_order(mode, seed=seed)
        charged = events.loc[events["name"] == "charged", "time"]
        numbers[f"charges_{mode}"] = len(charged)
        numbers[f"attempts_{mode}"] = len(receiver.throttled(mode, seed=seed))
        left = events.loc[events["name"] == "answered", "time"].item()
        numbers[f"late_{mode}"] = int((charged > left).sum())
        numbers[f"yes_{mode}"] = int(answers(events)["ok"].sum())
    for name, retries in (("retried", None), ("once", ONCE)):
        found = experiment.wrongs(experiment.many_orders(retries=retries, seed=seed))
        keys = ("orders", "no", "no_charged", "twice")
        numbers |= {f"{key}_{name}": n for key, n in zip(keys, found.values(), strict=True)}
    return numbers


def load(seed: int) -> Numbers:
    """A function of two environments, called directly at a tenth, 60 %, all and twice its load."""
    numbers: dict[str, float] = {}
    for name, rate in (("low", 0.25), ("mid", 1.5), ("full", 2.5), ("twice", 5.0)):
        found = receiver.under_load(rate, seed=seed)
        numbers |= {f"{key.split()[0]}_{name}": value for key, value in found.items()}
        numbers[f"failed_{name}"] *= 100
    return numbers | {
        "median_grows": numbers["p50_full"] / numbers["p50_low"],
        "p95_grows": numbers["p95_full"] / numbers["p95_low"],
    }


def crash(seed: int) -> Numbers:
    """Calls that fail together and come back in lockstep, or apart."""
    numbers: dict[str, float] = {}
    for name, pause in (("fixed", fixed), ("jittered", jittered)):
        told = answers(receiver.herd(pause, seed=seed))
        numbers |= {"customers": len(told), f"lost_{name}": int((~told["ok"]).sum())}
    return numbers


def layers(seed: int) -> Numbers:
    """Calls of fraud-check per order when layers retry, and the availability of chains."""
    numbers = {
        f"down_{count}": experiment.amplified(1.0, layers=count, orders=2, seed=seed)
        for count in (1, 2, 3)
    }
    measured = experiment.amplified(0.8, orders=30, seed=seed)
    works = 100 * experiment.availability(3, orders=80, seed=seed)
    return numbers | {"to_formula": measured / experiment.formula(0.8), "works_3": works}


def outages(seed: int) -> Numbers:
    """The same outage, met by callers with different retries."""
    numbers: dict[str, float] = {}
    names = ("none", "three", "budget", "breaker")
    for name, how in zip(names, receiver.POLICIES.values(), strict=False):
        numbers |= _summary(name, how, seed)
    return numbers


def sdk_outages(seed: int) -> Numbers:
    """The same outage, met by the SDK's own retries: with one client for all, and with twenty."""
    one = _summary("one", receiver.POLICIES["SDK's retries, one client"], seed)
    return one | _summary("twenty", receiver.POLICIES["SDK's retries, 20 clients"], seed)


def _summary(name: str, how: dict[str, Any], seed: int) -> dict[str, float]:
    found = receiver.summary(receiver.outage(seed=seed, **how))
    return {
        f"end_{name}": 100 * found["yes at the end"],
        f"calls_{name}": found["calls per order"],
        f"charges_{name}": found["charges per yes"],
    }


FINDINGS = (
    Law(
        "02.charges-standard",
        "In the mode standard the one order is charged {charges_standard} times, each time after "
        "its customer was told no.",
        giving_up,
        lambda n: n["charges_standard"] == n["late_standard"] == 3 and n["yes_standard"] == 0,
    ),
    Law(
        "02.charges-legacy",
        "In the mode legacy it is charged {charges_legacy} times, and its customer told no.",
        giving_up,
        lambda n: n["charges_legacy"] == 5 and n["yes_legacy"] == 0,
    ),
    Quantity(
        "02.healthy", "Healthy, half of the customers wait {p50_healthy} s or less.", phases,
        "p50_healthy", "s",
    ),
    Quantity(
        "02.slow", "Slow, half of them wait {p50_slow} s or more.", phases, "p50_slow", "s"
    ),
    Law(
        "02.broken",
        "Broken, half of them know within {p50_broken} s that it failed, and nobody is charged.",
        phases,
        lambda n: n["p50_broken"] < 0.1 and n["yes_broken"] == n["charged_broken"] == 0,
    ),
    Law(
        "02.all-served",
        "Healthy and slow, every customer is served.",
        phases,
        lambda n: n["yes_healthy"] == n["yes_slow"] == 1,
    ),
    Quantity(
        "02.open", "A slow fraud-check holds {more_open} times as many checkouts open.", phases,
        "more_open", "times",
    ),
    Quantity(
        "02.dearer", "An order costs {dearer} times as much at Lambda when fraud-check is slow.",
        phases, "dearer", "times",
    ),
    Law(
        "02.no-and-charged",
        "Without retries {no_once} of {orders_once} customers are told no, and every one of them "
        "is charged.",
        giving_up,
        lambda n: n["no_once"] == n["no_charged_once"] > 0,
    ),
    Law(
        "02.charged-twice",
        "With the SDK's retries fewer are told no, and {twice_retried} customers are charged more "
        "than once. Without retries nobody is.",
        giving_up,
        lambda n: n["twice_retried"] > n["twice_once"] == 0 and n["no_retried"] < n["no_once"],
    ),
    Law(
        "02.attempts",
        "One call to a function that refuses all is {attempts_standard} attempts in the mode "
        "standard, {attempts_legacy} in legacy.",
        giving_up,
        lambda n: n["attempts_standard"] == 3 and n["attempts_legacy"] == 5,
    ),
    Quantity(
        "02.median-under-load",
        "From a tenth of its capacity to all of it, the median grows {median_grows}-fold.",
        load, "median_grows", "times",
    ),
    Quantity(
        "02.p95-under-load", "The 95th percentile grows {p95_grows}-fold.", load,
        "p95_grows", "times",
    ),
    Law(
        "02.tail-before-median",
        "The 95th percentile grows faster than the median.",
        load,
        lambda n: n["p95_grows"] > n["median_grows"],
    ),
    Tendency(
        "02.fails-early",
        "At 60 % of its capacity the first customers are told no: {failed_mid} % of them.",
        load,
        lambda n: n["failed_mid"] > 0,
        0.9,
    ),
    Quantity(
        "02.attempts-per-success",
        "At all of its capacity, a success takes {attempts_full} attempts.",
        load, "attempts_full", "attempts",
    ),
    Tendency(
        "02.ceiling",
        "Asked for twice what it can do, the function serves {served_twice} orders a second and no "
        "more than its 2.5. {failed_twice} % of the customers are told no.",
        load,
        lambda n: n["served_twice"] <= 2.5 and n["failed_twice"] > 40,
        0.9,
    ),
    Tendency(
        "02.herd",
        "With fixed pauses {lost_fixed} of {customers} customers give up, with jitter fewer: "
        "{lost_jittered}.",
        crash,
        lambda n: n["lost_jittered"] < n["lost_fixed"],
        0.9,
    ),
    Law(
        "02.nine",
        "When fraud-check is down, one layer that retries makes {down_1} calls of it, two make "
        "{down_2}, three make {down_3}.",
        layers,
        lambda n: (n["down_1"], n["down_2"], n["down_3"]) == (3, 9, 27),
    ),
    Quantity(
        "02.formula", "At 80 % failures the run has {to_formula} times what the formula says.",
        layers, "to_formula", "times",
    ),
    Law(
        "02.stays",
        "With three attempts and jitter {end_three} % of the last customers are told yes.",
        outages,
        lambda n: n["end_three"] < 10,
    ),
    Law(
        "02.ends",
        "Without retries, with a budget and with a breaker the outage ends: {end_none} %, "
        "{end_budget} % and {end_breaker} % of the last customers are told yes.",
        outages,
        lambda n: min(n["end_none"], n["end_budget"], n["end_breaker"]) > 90,
    ),
    Law(
        "02.twenty-clients",
        "With the SDK's retries and twenty clients {end_twenty} % are told yes.",
        sdk_outages,
        lambda n: n["end_twenty"] < 10,
    ),
    Tendency(
        "02.one-client",
        "With one client for all, the SDK's quota ends the outage: {end_one} % are told yes.",
        sdk_outages,
        lambda n: n["end_one"] > 90,
        0.8,
    ),
    Tendency(
        "02.spared",
        "Fewer cards are charged for each yes with a breaker ({charges_breaker}) than with a "
        "budget ({charges_budget}).",
        outages,
        lambda n: n["charges_breaker"] < n["charges_budget"],
        0.9,
    ),
    Quantity(
        "02.charges-in-outage",
        "With three attempts there are {charges_three} charges for each customer who was told yes.",
        outages, "charges_three", "charges",
    ),
    Quantity(
        "02.chain-of-three",
        "A chain of three functions, each available in 90 % of the cases, works in {works_3} %.",
        layers, "works_3", "%",
    ),
)  # fmt: skip

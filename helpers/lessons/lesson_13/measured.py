"""The runs behind the findings of lesson 13, each a function of the seed."""

from __future__ import annotations

from helpers import costs, trace
from helpers.findings import Numbers
from helpers.lessons.lesson_13 import comparison, crashes, experiment, records, series, tokens
from helpers.lessons.lesson_13.bad_day import CAUSES, bad_day, by_once, delivered
from helpers.patterns.idempotency import DAY, once


def as_told(seed: int) -> Numbers:
    """A bad day, and a consumer that charges for each delivery."""
    events, struck = bad_day(seed)
    ids = delivered(events)
    charges, count = trace.effects(events, "charged"), experiment.causes(events)
    made = {name: int(count[name]) for name in ("timeout", "crash", "publisher repeats")}
    made["sent twice"] = int(count["lost reply"] + count["bus delivers again"])
    same = {name: ids[name].duplicated() for name in ids.columns.drop("cause")}
    again = ids["cause"].isin(CAUSES)
    repeats = ids["cause"] == "publisher repeats"
    return {
        "orders": len(charges),
        "deliveries": len(ids),
        "charges": int(charges.sum()),
        "twice": int((charges > 1).sum()),
        "faults": sum(struck.values()),
        "duplicates": int(again.sum()),
        "agree": int(made == struck),
        "repeats": int(repeats.sum()),
        "repeats_seen": int(
            sum((same[name] & repeats).sum() for name in ("message id", "event id", "body's hash"))
        ),
        "order_id_seen": int((same["order id"] & again).sum()),
        "order_id_mistaken": int((same["order id"] & ~again).sum()),
        "items_mistaken": int((same["items"] & ~again).sum()),
        "dollars": costs.per_million(events, len(charges)),
    }


def with_record(seed: int) -> Numbers:
    """The same bad day, and a consumer that charges by `once`."""
    events, _ = bad_day(seed, by_once)
    charges = trace.effects(events, "charged")
    return {
        "orders": len(charges),
        "deliveries": int(trace.deliveries(events)["deliveries"].sum()),
        "charged_once": int((charges == 1).sum()),
        "dollars": costs.per_million(events, len(charges)),
    }


def clicks(seed: int) -> Numbers:
    """Double clicks, against a check before the write and against one conditional write."""
    looked = experiment.charges(experiment.double_clicks(seed, experiment.check_then_write))
    claimed = experiment.charges(experiment.double_clicks(seed, once))
    return {
        "clicked": len(looked),
        "raced": int((looked > 1).sum()),
        "claimed_once": int((claimed == 1).sum()),
    }


def crashing(seed: int) -> Numbers:
    """Six consumers, and five misfortunes."""
    rows, _ = crashes.matrix(seed)
    table, most = crashes.per_cell(rows), crashes.per_cell(rows, "max")
    wrong = (table != 1).sum()
    found = {f"wrong_{number}": int(wrong.iloc[number]) for number in range(len(wrong))}
    return found | {
        "alike": int((table == most).all(axis=None)),
        "lost": table.loc["before the work", "note, work"],
        "hole": table.loc["after the work", "claim, work, finish"],
    }


def paying(seed: int) -> Numbers:
    """Tokens made for each attempt, and before the first."""
    each, first = tokens.paying(seed, "for each attempt"), tokens.paying(seed, "before the first")
    return {
        "lost_replies": each["replies lost"],
        "too_many": each["too many"],
        "too_many_with_one": first["too many"],
    }


def points(seed: int) -> Numbers:
    """Ten points for each customer, in five ways."""
    names = ("update", "transaction", "called_again", "own_token", "later")
    return dict(zip(names, tokens.points(seed), strict=True))


def holds(seed: int) -> Numbers:
    """Work of 20 seconds on average, and claims of 10 seconds and of four minutes."""
    short, long = crashes.holding(seed, 10, 20), crashes.holding(seed, 240, 20)
    return {
        "short": int((short["charges"] > 1).sum()),
        "short_wait": short.loc[short["died"], "waited"].median(),
        "long": int((long["charges"] > 1).sum()),
        "long_wait": long.loc[long["died"], "waited"].median(),
        "long_least": long.loc[long["died"], "waited"].min(),
    }


def lasting(seed: int) -> Numbers:
    """How long DynamoDB leaves an expired record, and what a short `keep` does."""
    looks, free = records.time_to_live(seed)
    there = looks.set_index("hour")["records"]
    short, long = (records.next_day(seed, keep) for keep in (DAY, 30 * DAY))
    return {
        "there_after_a_day": int(there[24]),
        "free_after_an_hour": free,
        "orders": len(short),
        "short_twice": int((short == 2).sum()),
        "long_once": int((long == 1).sum()),
    }


def news(seed: int) -> Numbers:
    """News "paid" that comes again after "refunded"."""
    plain, revised = records.late_news(seed, records.overwrite), records.late_news(seed)
    return {
        "late": int(plain["late"].sum()),
        "restored": int((plain["late"] & (plain["status"] == "paid")).sum()),
        "restored_with_revisions": int((revised["status"] != "refunded").sum()),
    }


def publishing(seed: int) -> Numbers:
    """A machine that dies between the write and the event, three ways."""
    table = experiment.crash_points(seed)
    names = dict(zip(table.index, ("write_first", "publish_first", "stream"), strict=True))
    found = {"died": int(table["machines that died"].iloc[0])}
    for way, name in names.items():
        found[f"{name}_written"] = int(table.loc[way, "of their orders, in the table"])
        found[f"{name}_packed"] = int(table.loc[way, "packed"])
    return found | {"stream_again": int(table["further events, all orders"].iloc[2])}


def powertools(seed: int) -> Numbers:
    """Powertools in a function behind the queue."""
    events = experiment.by_powertools(seed)
    charges = trace.effects(events, "charged")
    return {
        "orders": len(charges),
        "duplicates": len(trace.duplicates(events)),
        "charged_once": int((charges == 1).sum()),
    }


def sync(seed: int) -> Numbers:
    """The shop by calls that wait."""
    return series.numbers(comparison.run(seed, "sync"))


def queue(seed: int) -> Numbers:
    """The shop with a queue."""
    return series.numbers(comparison.run(seed, "queue"))


def router(seed: int) -> Numbers:
    """The shop with a sender that routes."""
    return series.numbers(comparison.run(seed, "router"))


def bus(seed: int) -> Numbers:
    """The shop with a bus."""
    return series.numbers(comparison.run(seed, "bus"))


def workflow(seed: int) -> Numbers:
    """The shop with a workflow for each order."""
    return series.numbers(comparison.run(seed, "workflow"))

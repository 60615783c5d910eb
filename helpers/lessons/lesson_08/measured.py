"""The runs behind the findings of lesson 08, each a function of the seed."""

from __future__ import annotations

from helpers import costs, trace
from helpers.findings import Numbers
from helpers.lessons.lesson_08 import deliveries
from helpers.lessons.lesson_08.experiment import (
    NEXT_BEST,
    ROUTES,
    amount_renamed,
    by_bus,
    by_sender,
    checked,
    five_routes,
    orders_of,
    pieces_left_out,
)
from helpers.lessons.lesson_08.outages import (
    COMEBACKS,
    HOUR,
    LONG,
    an_hour,
    comeback,
    down,
    failed,
    failing,
    fates,
    refused,
    thirty_hours,
    twice,
)

DAY = 86_400


def routes(seed: int) -> Numbers:
    """Five routes, added while the shop is open."""
    table = checked(five_routes(seed=seed), orders_of(seed))
    return {
        "arrived": table["arrived"].sum(),
        "wanted": table["wanted"].sum(),
        "wrong": (table["missed"] + table["not wanted"]).sum(),
    }


def events_that_say_less(seed: int) -> Numbers:
    """A field that was never there, and one that is renamed."""
    orders = orders_of(seed)
    routes = {"packing-large": NEXT_BEST}
    large = checked(five_routes(pieces_left_out, routes, every=0, seed=seed), orders).iloc[0]
    routes = {"fraud-check": ROUTES["fraud-check"]}
    events = five_routes(amount_renamed, routes, every=0, seed=seed)
    fraud = checked(events, orders).iloc[0]
    calls = trace.calls(events)
    return {
        "large": large["wanted"],
        "missed": large["missed"],
        "not_large": large["not wanted"],
        "expensive": fraud["wanted"],
        "unchecked": fraud["missed"],
        "failed_calls": (calls["outcome"] != "ok").sum(),
    }


def hour(seed: int) -> Numbers:
    """A target that is down for an hour, with two longest waits."""
    orders = an_hour(seed)
    found, last = {}, {}
    for wait in (60, 480):
        events = down(orders, longest_wait=wait, seed=seed)
        found[wait] = fates(events, orders)
        stuck = found[wait]["placed"].between(*HOUR)
        last[wait] = (found[wait].loc[stuck, "charging"].max() - HOUR[1]) / 60
    table = found[480]
    sent = trace.calls(events).query("operation == 'PutEvents' and outcome == 'ok'")
    ranks = table[["placed", "charging"]].rank()
    return {
        "lost": sum(each["charging"].isna().sum() for each in found.values()),
        "publisher": 1000 * sent["latency"].max(),
        "shipping": (table["shipping"] - table["placed"]).max(),
        "last_60": last[60],
        "last_480": last[480],
        "own_moments": sum(comeback(each) == COMEBACKS[2] for each in found.values()),
        "overtaken": (ranks["charging"] - ranks["placed"]).max(),
    }


def long_outage(seed: int) -> Numbers:
    """A target that is down for thirty hours, without and with a dead-letter queue."""
    orders = thirty_hours(seed, orders=16)
    bare, kept = (fates(down(orders, LONG, keep=keep, seed=seed), orders) for keep in (False, True))
    gone, too_old = bare["charging"].isna(), LONG[1] - bare["placed"] > DAY
    return {
        "orders": len(orders),
        "lost": gone.sum(),
        "too_old": too_old.sum(),
        "apart": (gone != too_old).sum(),
        "shipped": bare["shipping"].notna().sum(),
        "given_up": kept["charging"].isna().sum(),
        "dead_letters": (kept["charging"].isna() & kept["dead-letters"].notna()).sum(),
        "both": (kept["charging"].notna() & kept["dead-letters"].notna()).sum(),
    }


def refusals(seed: int) -> Numbers:
    """An hour of 403, and three ways back."""
    orders = an_hour(seed)
    stuck = sum(HOUR[0] <= order.placed_at < HOUR[1] for order in orders)
    numbers = {"stuck": stuck}
    for way in (None, "redeliver", "publish again", "replay to the rules"):
        events = refused(way, seed=seed)
        found = fates(events, orders)
        name = (way or "nothing").split()[0]
        missing = sum(found[place].isna().sum() if place in found else len(orders)
                      for place in ("charging", "fraud-check"))  # fmt: skip
        numbers[f"missing_{name}"] = missing
        numbers[f"again_{name}"] = twice(events, "charging") + twice(events, "fraud-check")
        numbers[f"shipping_{name}"] = twice(events, "shipping")
    return numbers


def accepted(seed: int) -> Numbers:
    """A function that raises for an hour."""
    orders = an_hour(seed)
    bare, own, behind = (
        failed(failing(receiver, seed=seed), orders)
        for receiver in ("function", "function with a destination", "queue before the function")
    )
    return {
        "stuck": bare["of that hour"],
        "lost": bare["of that hour"] - bare["charged"],
        "late": sum(HOUR[1] - 180 <= order.placed_at < HOUR[1] for order in orders),
        "dead_letters": bare["in the rule's dead letters"] + own["in the rule's dead letters"],
        "own": own["in the function's own"],
        "charged_behind": behind["charged"],
    }


def again(seed: int) -> Numbers:
    """Replays, and lost replies."""
    counts = deliveries.replays(seed)
    lost = deliveries.lost_replies(seed)
    return {
        "orders": counts.loc["yesterday", "charging"],
        "charging_filtered": counts.loc["to loyalty", "charging"],
        "charging_all": counts.loc["to all", "charging"],
        "charging_apart": counts.loc["to all, told apart", "charging"],
        "loyalty": counts["loyalty"].sum(),
        "published": lost["orders"].iloc[0],
        "arrived": lost["orders that arrived"].min(),
        "bus_messages": lost.loc["the bus", "messages"],
        "bus_ids": lost.loc["the bus", "event ids"],
        "publisher_messages": lost.loc["the publisher", "messages"],
        "publisher_ids": lost.loc["the publisher", "event ids"],
    }


def places(seed: int) -> Numbers:
    """Buses, kinds of targets, and what receivers are asked to look at."""
    buses, kinds = deliveries.which_bus(seed), deliveries.kinds(seed)
    designs = {
        "sender": by_sender(seed),
        "rules": by_bus(seed),
        "receivers": by_bus(seed, rules_select=False),
    }
    orders = len(orders_of(seed, minutes=1))
    price = costs.comparison(designs, orders=orders)["dollars per million orders"]
    looked = {name: (each["name"] == "looked").sum() for name, each in designs.items()}
    return {
        "lost_on_no_bus": buses.loc["shpo", "taken"] - buses.loc["shpo", "arrived"],
        "as_aws": buses.loc["shop, as aws.s3", "taken"],
        "at_home": buses.loc[["shop", "default"], "arrived"].sum(),
        "fewest": kinds.min(),
        "most": kinds.max(),
        "by_rules": looked["rules"] / orders,
        "by_receivers": looked["receivers"] / orders,
        "dollars_sender": price["sender"],
        "dollars_rules": price["rules"],
        "dollars_receivers": price["receivers"],
    }

"""What lesson 08 claims about its bus."""

from __future__ import annotations

from helpers import costs, trace
from helpers.findings import Law, Numbers, Quantity
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


FINDINGS = (
    Law(
        "08.five-routes",
        "Every order reaches each place whose rule is there, once, and no other place: "
        "{arrived} arrivals.",
        routes,
        lambda n: n["arrived"] == n["wanted"] > 200 and n["wrong"] == 0,
    ),
    Law(
        "08.left-out",
        "Without `pieces` the packing desk misses {missed} of {large} large orders, and gets "
        "{not_large} that are not large.",
        events_that_say_less,
        lambda n: n["missed"] > 0,
    ),
    Law(
        "08.renamed",
        "After the renaming not one of {expensive} orders over 100 euros is checked, and no call "
        "fails.",
        events_that_say_less,
        lambda n: n["unchecked"] == n["expensive"] > 0 and n["failed_calls"] == 0,
    ),
    Law(
        "08.nothing-lost",
        "In an outage of an hour no order is lost, and `shipping` has each within a second.",
        hour,
        lambda n: n["lost"] == 0 and n["shipping"] < 1,
    ),
    Quantity(
        "08.publisher",
        "The checkout's slowest call takes {publisher} ms.",
        hour,
        "publisher",
        "ms",
    ),
    Law(
        "08.own-moments",
        "With either limit the orders arrive each at a moment of its own, in no order.",
        hour,
        lambda n: n["own_moments"] == 2,
    ),
    Quantity(
        "08.last-with-one",
        "Where the bus waits about 1 min at most, the last order comes {last_60} min after the "
        "outage.",
        hour,
        "last_60",
        "min",
    ),
    Quantity(
        "08.last-with-eight",
        "Where it waits about 8 min at most, the last comes after {last_480} min.",
        hour,
        "last_480",
        "min",
    ),
    Quantity(
        "08.overtaken",
        "One order is overtaken by {overtaken} later ones.",
        hour,
        "overtaken",
        "orders",
    ),
    Law(
        "08.too-old",
        "Without a dead-letter queue, what was older than 24 h when the target came back is gone, "
        "and at most one order more. All of it was shipped.",
        long_outage,
        lambda n: n["too_old"] > 0 and n["apart"] <= 1 and n["shipped"] == n["orders"],
    ),
    Law(
        "08.dead-letters",
        "With a dead-letter queue, what is given up is in it, and nothing else.",
        long_outage,
        lambda n: n["dead_letters"] == n["given_up"] > 0 == n["both"],
    ),
    Law(
        "08.refused",
        "An hour of 403 without dead-letter queues: all {stuck} orders of that hour are gone from "
        "both queues.",
        refusals,
        lambda n: n["missing_nothing"] == 2 * n["stuck"] > 0,
    ),
    Law(
        "08.three-ways",
        "Each of the three ways brings all of them back. Only publishing again sends `shipping` "
        "what it has.",
        refusals,
        lambda n: (
            n["missing_redeliver"] == n["missing_publish"] == n["missing_replay"] == 0
            and n["again_redeliver"] == n["again_replay"] == n["again_publish"] == 0
            and n["shipping_redeliver"] == n["shipping_replay"] == 0
            and n["shipping_publish"] == n["stuck"]
        ),
    ),
    Law(
        "08.accepted",
        "The function raises for an hour: {lost} of {stuck} orders are lost, all but those of the "
        "last three minutes. None is in the rule's dead-letter queue.",
        accepted,
        lambda n: n["stuck"] - n["lost"] == n["late"] < n["lost"] and n["dead_letters"] == 0,
    ),
    Law(
        "08.own-destination",
        "A destination of the function's own has all that is lost.",
        accepted,
        lambda n: n["own"] == n["lost"],
    ),
    Law(
        "08.queue-before",
        "With a queue between the rule and the function, every order is charged.",
        accepted,
        lambda n: n["charged_behind"] == n["stuck"],
    ),
    Law(
        "08.replays",
        "A replay to all sends `charging` every order again. One to the rule `loyalty` does not, "
        "and a pattern that wants no replays gets none.",
        again,
        lambda n: (
            n["charging_all"] == n["orders"] == n["loyalty"] / 3
            and n["charging_filtered"] == n["charging_apart"] == 0
        ),
    ),
    Law(
        "08.same-id",
        "Where a reply to the bus is lost, there are more messages than orders, and as many ids "
        "as orders.",
        again,
        lambda n: n["bus_messages"] > n["published"] == n["bus_ids"] == n["arrived"],
    ),
    Law(
        "08.new-id",
        "Where a reply to the publisher is lost, there are as many ids as messages.",
        again,
        lambda n: n["publisher_messages"] == n["publisher_ids"] > n["published"],
    ),
    Law(
        "08.no-such-bus",
        "A bus that does not exist takes its events, and they are gone; events in the name of AWS "
        "are refused.",
        places,
        lambda n: n["lost_on_no_bus"] == 10 and n["as_aws"] == 0 and n["at_home"] == 20,
    ),
    Law(
        "08.kinds",
        "Six kinds of targets get the same orders, each of them once.",
        places,
        lambda n: n["fewest"] == n["most"] > 0,
    ),
    Quantity(
        "08.selected",
        "With rules that select, an order wakes {by_rules} functions. Without, it wakes five.",
        places,
        "by_rules",
        "functions",
    ),
    Law(
        "08.dollars",
        "A million orders cost {dollars_sender} dollars by the sender, {dollars_rules} by rules, "
        "and {dollars_receivers} where all receivers look at everything.",
        places,
        lambda n: n["dollars_sender"] < n["dollars_rules"] < n["dollars_receivers"],
    ),
)

"""What lesson 03 claims: about the outage, about the rush, and about replies."""

from __future__ import annotations

import pandas as pd

from helpers import load, trace
from helpers.findings import Law, Numbers, Quantity, Tendency
from helpers.lessons.lesson_03 import experiment
from helpers.lessons.lesson_03.experiment import OUTAGE

EDGE = 1.0  # seconds: an order placed so near to an end of the outage may fall to either side


def outage(seed: int) -> Numbers:
    """Ten minutes of orders by call and by queue, with three minutes of outage."""
    orders = load.orders(rate=0.5, minutes=10, seed=seed)
    called = experiment.by_call(orders, outage=OUTAGE, seed=seed)
    queued = experiment.by_queue(orders, outage=OUTAGE, seed=seed)
    placed = pd.Series({order.order_id: order.placed_at for order in orders})
    during = placed.between(*OUTAGE)
    edge = (placed - OUTAGE[0]).abs().lt(EDGE) | (placed - OUTAGE[1]).abs().lt(EDGE)
    lost = experiment.done(called)[placed.index].isna()
    waits, late = experiment.wait(queued), experiment.done(queued)
    charges = trace.effects(queued, "charged")
    held = trace.backlog_at(queued, [OUTAGE[1]], queue="orders").iloc[0]
    return {
        "orders": len(orders),
        "placed_in_outage": int(during.sum()),
        "lost": int(lost.sum()),
        "lost_unlike_outage": int((lost != during)[~edge].sum()),
        "charged_once": int((charges == 1).sum()),
        "call_p99": experiment.wait(called).dropna().quantile(0.99),
        "send_p99": waits.quantile(0.99) * 1000,
        "slowest_send": waits[during[during].index].max() * 1000,
        "latest": late.max() / 60,
        "pile": int(experiment.undone(queued)["orders"].max()),
        "hidden": held["in_flight"] / (held["in_flight"] + held["waiting"]),
        "recovery": experiment.recovery(queued),
        "again": int((trace.deliveries(queued)["deliveries"] > 1).sum()),
        "overtaken_by_call": places_lost(called, placed),
        "overtaken_by_queue": places_lost(queued, placed),
    }


def places_lost(events: pd.DataFrame, placed: pd.Series[float]) -> int:
    """How many places in the line the unluckiest order lost between its placing and its charge."""
    charged = events[events["name"] == "charged"].set_index("order_id")["time"]
    return int((charged.rank() - placed[charged.index].rank()).max())


def rush(seed: int) -> Numbers:
    """A flash sale of a minute, and a provider that has five charges at once at most."""
    orders = experiment.flash_sale(seed=seed)
    called = experiment.by_call(orders, limit=5, minutes=8, seed=seed)
    queued = experiment.by_queue(orders, limit=5, minutes=8, seed=seed)
    received = trace.messages(queued).query("what == 'received'")
    receivers = received.groupby("id")["caller"].nunique()
    taken = received.groupby("caller").size()
    return {
        "orders": len(orders),
        "receives": len(received),
        "one_receiver": int((receivers == 1).sum()),
        "workers": len(taken),
        "least_taken": int(taken.min()),
        "by_call": int(experiment.at_once(called)["charges"].max()),
        "by_queue": int(experiment.at_once(queued)["charges"].max()),
        "refused_by_call": int(experiment.done(called).isna().sum()),
        "refused_by_queue": int(experiment.done(queued).isna().sum()),
        "latest": experiment.done(queued).max() / 60,
    }


def replies(seed: int) -> Numbers:
    """Five minutes of orders, whose checkouts wait for the reply."""
    orders = load.orders(rate=0.5, minutes=5, seed=seed)
    called = experiment.by_call(orders, minutes=7, seed=seed)
    mixed = experiment.with_reply(orders, collector=experiment.first_come, minutes=7, seed=seed)
    matched = experiment.with_reply(orders, minutes=7, seed=seed)
    ways = matched[matched["name"] == "hop"].groupby("order_id")["trace_id"]
    return {
        "orders": len(orders),
        "mixed_up": len(experiment.strangers(mixed)),
        "mixed_up_share": len(experiment.strangers(mixed)) / len(orders) * 100,
        "by_id": len(experiment.strangers(matched)),
        "answered": int(experiment.wait(matched).notna().sum()),
        "one_trace": int((ways.nunique() == 1).sum()),
        "four_hops": int((ways.size() == 4).sum()),
        "call_wait": experiment.wait(called).median() * 1000,
        "reply_wait": experiment.wait(matched).median() * 1000,
    }


FINDINGS = (
    Quantity(
        "03.lost-by-call",
        "By call, {lost} of {orders} orders are lost.",
        outage,
        "lost",
        "orders",
    ),
    Law(
        "03.lost-with-the-receiver",
        "By call, an order is lost if it comes while the provider is down, and never otherwise.",
        outage,
        lambda n: n["lost_unlike_outage"] == 0 and n["lost"] > 0,
    ),
    Law(
        "03.none-lost-by-queue",
        "By queue, none of {orders} orders is lost, and each is charged once.",
        outage,
        lambda n: n["charged_once"] == n["orders"],
    ),
    Quantity(
        "03.send-wait",
        "The customer waits {send_p99} ms at the 99th percentile.",
        outage,
        "send_p99",
        "ms",
    ),
    Law(
        "03.outage-unfelt",
        "In the outage itself, no customer waits longer than half a second.",
        outage,
        lambda n: n["slowest_send"] < 500,
    ),
    Quantity(
        "03.latest-charge",
        "The unluckiest order is charged {latest} minutes after it was placed.",
        outage,
        "latest",
        "minutes",
    ),
    Quantity("03.pile", "Up to {pile} orders pile up.", outage, "pile", "orders"),
    Quantity(
        "03.recovery",
        "They are worked off {recovery} s after the outage.",
        outage,
        "recovery",
        "s",
    ),
    Law(
        "03.hidden-pile",
        "When the outage ends, most of the pile is in flight and not waiting.",
        outage,
        lambda n: n["hidden"] > 0.5,
    ),
    Quantity(
        "03.delivered-again",
        "{again} orders were delivered more than once.",
        outage,
        "again",
        "orders",
    ),
    Law(
        "03.order-worse",
        "Behind the queue, the unluckiest order is overtaken by more than five times as many "
        "others as by call.",
        outage,
        lambda n: n["overtaken_by_queue"] > 5 * n["overtaken_by_call"],
    ),
    Law(
        "03.one-receiver",
        "Each of {orders} messages is received once, by one of the two workers.",
        rush,
        lambda n: n["one_receiver"] == n["receives"] == n["orders"] and n["workers"] == 2,
    ),
    Law(
        "03.receiver-sets-the-rate",
        "By queue, the provider never has more than {by_queue} charges at once.",
        rush,
        lambda n: n["by_queue"] == 2,
    ),
    Quantity(
        "03.refused-by-call",
        "By call, the provider refuses {refused_by_call} of {orders} orders.",
        rush,
        "refused_by_call",
        "orders",
    ),
    Law(
        "03.none-refused-by-queue",
        "By queue, it refuses none.",
        rush,
        lambda n: n["refused_by_queue"] == 0,
    ),
    Quantity(
        "03.rush-wait",
        "The last of the rush waits {latest} minutes for its charge.",
        rush,
        "latest",
        "minutes",
    ),
    Quantity(
        "03.mixed-up",
        "In the order of their arrival, {mixed_up_share} % of the customers get the receipt of "
        "another one.",
        replies,
        "mixed_up_share",
        "%",
    ),
    Law(
        "03.own-reply",
        "By correlation id, all {orders} customers get their own.",
        replies,
        lambda n: n["by_id"] == 0 and n["answered"] == n["orders"],
    ),
    Law(
        "03.one-trace",
        "Every order has one trace id on all four hops.",
        replies,
        lambda n: n["one_trace"] == n["four_hops"] == n["orders"],
    ),
    Tendency(
        "03.reply-slower",
        "A reply through queues comes later than the answer to a call: {reply_wait} ms instead of "
        "{call_wait} ms in the median.",
        replies,
        lambda n: n["reply_wait"] > n["call_wait"],
        share=0.9,
    ),
)

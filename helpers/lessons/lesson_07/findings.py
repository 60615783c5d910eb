"""What lesson 07 claims about a sender that routes, and about a topic in its place."""

from __future__ import annotations

from collections.abc import Sequence

from helpers import costs, load, trace
from helpers.findings import Finding, Law, Numbers, Quantity, Tendency
from helpers.lessons.lesson_07 import counts, experiment
from helpers.lessons.lesson_07.experiment import ROUTES, by_sender, by_topic, in_threads, shop
from helpers.lessons.lesson_07.versions import DECIDES, PUBLISHES

BEHIND = ROUTES[ROUTES.index("shipping") + 1 :]
BEFORE = ROUTES[: ROUTES.index("shipping")]


def calm(seed: int) -> Numbers:
    """Five routes without an outage, by three designs."""
    orders = experiment.orders_of(seed)
    designs = {"loop": by_sender(), "threads": in_threads(), "topic": by_topic()}
    numbers: dict[str, float] = {"orders": len(orders)}
    for name, design in designs.items():
        events = shop(design, orders, seed=seed)
        bill = costs.comparison({name: events}, len(orders)).iloc[0]
        numbers |= {
            name: counts.waits(events).median(),
            f"{name}_last": counts.last_queue(events).median(),
            f"{name}_strays": counts.strays(events, orders),
            f"{name}_dollars": bill["dollars per million orders"],
        }
    return numbers


def routes(seed: int) -> Numbers:
    """One to five routes, by both designs, on a short stretch of orders."""
    orders = experiment.orders_of(seed, seconds=40)
    loop, topic, apart = {}, {}, 0
    for number in DECIDES:
        by_loop = shop(by_sender(DECIDES[number]), orders, seed=seed)
        design = by_topic(PUBLISHES[number], ROUTES[:number], dead_letters=False)
        by_sns = shop(design, orders, seed=seed)
        loop[number], topic[number] = (counts.waits(e).quantile(0.5) for e in (by_loop, by_sns))
        apart += len(_where(by_loop) ^ _where(by_sns))
    return {
        "apart": apart,
        "flat": max(topic.values()) - min(topic.values()),
        "one": loop[1],
        "five": loop[5],
    }


def _where(events: object) -> set[tuple[str, str]]:
    there = trace.deliveries(events)
    return set(zip(there["queue"], there["order_id"], strict=True))


def stops(seed: int) -> Numbers:
    """Shipping refuses for a minute, and the loop stops at the first error."""
    orders = experiment.orders_of(seed)
    events = experiment.outage("sender stops", seed=seed)
    got = counts.messages(events, counts.placed_in(orders))
    at = got.groupby("queue")
    no = counts.told_yes(events)
    return {
        "refused": (~no).sum(),
        "before": min(at.min().reindex(list(BEFORE)).dropna()),
        "behind": max(at.max().reindex(["shipping", *BEHIND]).dropna()),
    }


def again(seed: int) -> Numbers:
    """The sender sends everything again until nothing is refused."""
    orders = experiment.orders_of(seed)
    hit = counts.placed_in(orders)
    events = experiment.outage("sends all again", seed=seed)
    got = counts.per_receiver(events, orders)
    charges = trace.effects(events, "charged")[[order.order_id for order in hit]]
    return {
        "copies": got["charging"],
        "charges": charges.mean(),
        "most": charges.max(),
        "shipping": got["shipping"],
        "missing": int((counts.messages(events, orders) == 0).sum()),
        "places": counts.places_lost(events),
        "longest": counts.waits(events).max() / 1000,
    }


def topic(seed: int) -> Numbers:
    """The same minute with a topic: locked, locked with dead letters, and away."""
    orders = experiment.orders_of(seed)
    numbers: dict[str, float] = {}
    for name in ("locked", "put back", "away"):
        events = experiment.outage(f"topic, {name}", seed=seed)
        short = name.split()[0]
        got = counts.messages(events, counts.placed_in(orders))
        shipping, others = got.loc[["shipping"]], got.drop("shipping", level="queue")
        numbers |= {
            f"{short}_lost": int((shipping == 0).sum()),
            f"{short}_others": int((others != 1).sum()),
            f"{short}_twice": int((got > 1).sum()),
            f"{short}_no": int((~counts.told_yes(events)).sum()),
            f"{short}_places": counts.places_lost(events),
            "hit": len(shipping),
        }
    return numbers


def one_in_ten(seed: int) -> Numbers:
    """One request in ten is refused, each by itself, and no design tries again."""
    orders = experiment.orders_of(seed, seconds=200)
    return {
        "decides": served(by_sender(), "sqs.SendMessage", orders, seed),
        "publishes": served(by_topic(routes=()), "sns.Publish", orders, seed),
        "formula": expected(orders),
    }


def served(
    design: experiment.Design, operation: str, orders: Sequence[load.Order], seed: int
) -> float:
    """Percent of the checkouts that were told yes, while one request in ten is refused."""
    now_and_then = experiment.refusing(
        operation, (0, 230), rate=0.1, seed=seed, **experiment.DENIED
    )
    return float(100 * counts.told_yes(shop(design, orders, now_and_then, seed=seed)).mean())


def expected(orders: Sequence[load.Order]) -> float:
    """Percent that succeed if each of an order's sends works nine times in ten, independently."""
    sends: dict[str, int] = {}
    for _, order in counts.due(orders):
        sends[order] = sends.get(order, 0) + 1
    return 100 * sum(0.9**count for count in sends.values()) / len(sends)


def renamed(seed: int) -> Numbers:
    """The publisher renames the field that a filter reads."""
    orders = experiment.orders_of(seed)
    events = shop(by_topic(experiment.renamed), orders, seed=seed)
    got = counts.messages(events, orders).groupby("queue").sum()
    return {
        "checked": got["fraud-check"],
        "expensive": sum(name == "fraud-check" for name, _ in counts.due(orders)),
        "no": int((~counts.told_yes(events)).sum()),
        "others": int(
            (counts.messages(events, orders).drop("fraud-check", level="queue") != 1).sum()
        ),
        "dead_letters": int(trace.deliveries(events)["queue"].str.endswith("-dead").sum()),
    }


FINDINGS: tuple[Finding, ...] = (
    Quantity(
        "07.wait",
        "With five routes the median checkout waits {loop} ms, where one send takes 10 ms.",
        calm,
        "loop",
        "ms",
    ),
    Quantity("07.threads", "In threads it waits {threads} ms.", calm, "threads", "ms"),
    # An order that is placed in the last moment of the minute may reach shipping after it.
    Tendency(
        "07.behind",
        "Of the orders placed while shipping refuses, every receiver before it in the list gets "
        "each, and no receiver behind it gets any.",
        stops,
        lambda n: n["before"] == 1 and n["behind"] == 0,
        0.9,
    ),
    Quantity(
        "07.again",
        "Sent all again, an order of that minute is charged {charges} times on average, and one of "
        "them {most} times.",
        again,
        "charges",
        "times",
    ),
    Law(
        "07.again-none-lost",
        "In the end no order is missing anywhere, and shipping has each once.",
        again,
        lambda n: n["missing"] == 0 and n["shipping"] == 1,
    ),
    Law(
        "07.arrives",
        "Without an outage each order gets into every queue that it concerns and into no other, by "
        "each of the three designs.",
        calm,
        lambda n: n["loop_strays"] == n["threads_strays"] == n["topic_strays"] == 0,
    ),
    Law(
        "07.same-queues",
        "For each number of routes the filters let through what the sender chose.",
        routes,
        lambda n: n["apart"] == 0,
    ),
    Law(
        "07.flat",
        "The publisher waits as long with five routes as with one.",
        routes,
        lambda n: n["flat"] < 0.01,
    ),
    Quantity("07.publish", "With the topic it waits {topic} ms.", calm, "topic", "ms"),
    Quantity(
        "07.last-queue",
        "The last queue of an order has it after {loop_last} ms in the loop, after {threads_last} "
        "ms in threads, and after {topic_last} ms through the topic.",
        calm,
        "topic_last",
        "ms",
    ),
    Tendency(
        "07.locked",
        "Without dead letters, shipping loses every order placed in the minute in which it is "
        "locked. Nobody else notices.",
        topic,
        lambda n: n["locked_lost"] == n["hit"] > 0 and n["locked_others"] == n["locked_no"] == 0,
        0.9,
    ),
    Law(
        "07.put-back",
        "With dead letters that are put back, every receiver gets each order once.",
        topic,
        lambda n: n["put_lost"] == n["put_others"] == n["put_twice"] == 0,
    ),
    Law(
        "07.away",
        "When the queue is away, SNS tries until it is back, and nothing is lost.",
        topic,
        lambda n: n["away_lost"] == n["away_others"] == n["away_twice"] == n["away_no"] == 0,
    ),
    Tendency(
        "07.overtaken",
        "With the topic an order falls more than five places behind, put back or tried again.",
        topic,
        lambda n: min(n["put_places"], n["away_places"]) > 5,
        0.95,
    ),
    Tendency(
        "07.again-overtaken",
        "Sent all again, one falls more than five places behind as well.",
        again,
        lambda n: n["places"] > 5,
        0.95,
    ),
    Quantity(
        "07.decides",
        "Of the orders of the sender that decides, {decides} % succeed; the formula says "
        "{formula} %.",
        one_in_ten,
        "decides",
        "%",
    ),
    Quantity(
        "07.publishes", "Of those of the publisher, {publishes} % do.", one_in_ten, "publishes", "%"
    ),
    Law(
        "07.silent",
        "After the renaming no order is checked for fraud, every publish succeeds, and no "
        "dead-letter queue has a message.",
        renamed,
        lambda n: n["expensive"] > 0 == n["checked"] == n["no"] == n["dead_letters"] == n["others"],
    ),
    Quantity(
        "07.dollars",
        "A million orders cost {loop_dollars} dollars with the sender that decides, and "
        "{topic_dollars} with the topic.",
        calm,
        "topic_dollars",
        "dollars",
    ),
)

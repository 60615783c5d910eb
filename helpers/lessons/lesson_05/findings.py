"""What lesson 05 claims about a sale of one shop among eight."""

from __future__ import annotations

from helpers import trace
from helpers.costs import per_million
from helpers.findings import Law, Numbers, Quantity, Tendency
from helpers.lessons.lesson_05 import experiment, fairness, idle, measured
from helpers.lessons.lesson_05.measured import p95
from helpers.lessons.lesson_05.shops import NOISY, SHOPS


def plain_and_fair(seed: int) -> Numbers:
    """One queue, and the same with groups."""
    numbers: dict[str, float] = {}
    for name, design in {"one": "one queue", "fair": "fair queue"}.items():
        events = experiment.sale(design, seed=seed)
        waited = measured.waits(events)
        numbers |= {
            f"calm_{name}": p95(waited, before=True),
            f"others_{name}": p95(waited),
            f"records_{name}": p95(waited, NOISY),
            f"sum_{name}": waited["wait"].sum(),
            f"packed_{name}": int(events["name"].eq("packed").sum()),
            f"last_{name}": measured.last_packed(events),
            f"dollars_{name}": per_million(events, fair=["orders-fair"]),
            f"overtaken_{name}": measured.overtaken(events),
            "orders": len(waited),
        }
    return numbers


def per_shop(seed: int) -> Numbers:
    """A queue for each shop: asked in turn by short polls, or by a thread each with long polls."""
    numbers: dict[str, float] = {}
    for name, design in {"turn": "queues in turn", "threads": "a thread per queue"}.items():
        events = experiment.sale(design, seed=seed)
        waited = measured.waits(events)
        in_flight = trace.backlog(events)["in_flight"].max()
        numbers |= {
            f"calm_{name}": p95(waited, before=True),
            f"others_{name}": p95(waited),
            f"records_{name}": p95(waited, NOISY),
            f"in_hand_{name}": in_flight - measured.busy(events),
            f"packed_{name}": int(events["name"].eq("packed").sum()),
            f"dollars_{name}": per_million(events),
            "orders": len(waited),
        }
    return numbers


def at_night(seed: int) -> Numbers:
    """Receives per minute without any order."""
    one, turn, threads = idle.nights(seed=seed).values()
    return {"one": one, "turn": turn, "threads": threads}


def grouped(seed: int) -> Numbers:
    """FIFO groups: one message per receive, and ten."""
    numbers: dict[str, float] = {}
    for name, design in {"single": "FIFO groups", "ten": "FIFO, ten at once"}.items():
        events = experiment.sale(design, seed=seed)
        waited = measured.waits(events)
        packed = int(events["name"].eq("packed").sum())
        numbers |= {
            f"busy_{name}": measured.busy(events),
            f"in_flight_{name}": trace.backlog(events)["in_flight"].max(),
            f"packed_{name}": packed,
            f"percent_{name}": 100 * packed / len(waited),
            f"overtaken_{name}": measured.overtaken(events),
            f"books_{name}": p95(waited, "books"),
            f"calm_{name}": p95(waited, before=True),
        }
    return numbers


def without_a_group(seed: int) -> Numbers:
    """Seven shops send with their group, and the one that has the sale without."""
    waited = measured.waits(experiment.sale("records without a group", seed=seed))
    late = {shop: p95(waited, shop) for shop in SHOPS if shop in set(waited["shop"])}
    late = {shop: wait for shop, wait in late.items() if wait >= 0}
    small = [wait for shop, wait in late.items() if shop in ("coffee", "paper", "wool", "cycling")]
    return {
        "books": late["books"],
        "records": late[NOISY],
        "garden": late["garden"],
        "toys": late["toys"],
        "small": max(small),
        "worst_is_books": int(max(late, key=late.__getitem__) == "books"),
    }


def watched(seed: int) -> Numbers:
    """What CloudWatch says of the fair queue."""
    minutes = fairness.watched(seed=seed)
    worst = minutes.loc[minutes["waiting"].idxmax()]
    return {
        "waiting": worst["waiting"],
        "quiet": worst["waiting in quiet groups"],
        "most_quiet": minutes["waiting in quiet groups"].max(),
        "noisy": minutes["noisy groups"].max(),
        "noisy_first": minutes["noisy groups"].iloc[0],
        "noisy_last": minutes["noisy groups"].iloc[-1],
    }


def threshold(seed: int) -> Numbers:
    """How many orders of a burst go out first, with so many others in flight."""
    return {f"at_{n}": fairness.ahead_of_cycling(n, seed=seed) for n in (0, 150, 270, 400)}


FINDINGS = (
    Law(
        "05.calm",
        "Before the sale nobody waits in one queue (p95), with groups or without.",
        plain_and_fair,
        lambda n: n["calm_one"] == 0 == n["calm_fair"],
    ),
    Quantity(
        "05.others-one",
        "In the sale, one order in twenty of the other shops waits {others_one} s or more.",
        plain_and_fair,
        "others_one",
        "s",
    ),
    Law(
        "05.whose-it-is",
        "For records it is about the same: its p95 is within a fifth of theirs.",
        plain_and_fair,
        lambda n: abs(n["records_one"] / n["others_one"] - 1) < 0.2,
    ),
    Law(
        "05.per-shop",
        "With a queue per shop, the p95 of the others is under 20 s, in turn and with threads.",
        per_shop,
        lambda n: max(n["others_turn"], n["others_threads"]) < 20,
    ),
    Quantity(
        "05.turn-idle",
        "In turn, forty idle stations make {turn} receives a minute.",
        at_night,
        "turn",
        "receives",
    ),
    Quantity(
        "05.threads-idle",
        "Eight threads with long polls make {threads} receives a minute.",
        at_night,
        "threads",
        "receives",
    ),
    Law(
        "05.fewer-questions",
        "One queue with long polls is asked more often than eight by a thread each, and less than "
        "eight in turn.",
        at_night,
        lambda n: n["threads"] < n["one"] < n["turn"],
    ),
    Quantity(
        "05.in-hand",
        "At the worst moment, {in_hand_threads} orders are in the hands of a thread that waits "
        "for a station.",
        per_shop,
        "in_hand_threads",
        "orders",
    ),
    Law(
        "05.fifo-busy",
        "With FIFO groups no more stations work than there are shops.",
        grouped,
        lambda n: n["busy_single"] <= len(SHOPS) and n["busy_ten"] <= len(SHOPS),
    ),
    Law(
        "05.fifo-ten",
        "With ten at once, {in_flight_ten} orders are in flight, and as many are packed as one by "
        "one.",
        grouped,
        lambda n: n["in_flight_ten"] > 8 and n["packed_ten"] == n["packed_single"],
    ),
    Quantity(
        "05.fifo-packed",
        "When the five minutes are over, {percent_single} % of the orders are packed.",
        grouped,
        "percent_single",
        "%",
    ),
    Law(
        "05.fifo-order",
        "No order is packed before an earlier one of its shop.",
        grouped,
        lambda n: n["overtaken_single"] == 0 == n["overtaken_ten"],
    ),
    Quantity(
        "05.others-fair",
        "In the fair queue, one order in twenty of the other shops waits {others_fair} s or more.",
        plain_and_fair,
        "others_fair",
        "s",
    ),
    Law(
        "05.fair-helps",
        "That is less than half of the wait in one queue.",
        plain_and_fair,
        lambda n: n["others_fair"] < 0.5 * n["others_one"],
    ),
    Law(
        "05.same-work",
        "Both pack all orders, and the last one at the same time, give or take ten seconds.",
        plain_and_fair,
        lambda n: (
            n["packed_one"] == n["packed_fair"] == n["orders"]
            and abs(n["last_fair"] - n["last_one"]) < 10
        ),
    ),
    Law(
        "05.same-sum",
        "All orders together wait as long in both, give or take five per cent.",
        plain_and_fair,
        lambda n: abs(n["sum_fair"] / n["sum_one"] - 1) < 0.05,
    ),
    Quantity(
        "05.records-pays",
        "One order in twenty of records waits {records_fair} s or more.",
        plain_and_fair,
        "records_fair",
        "s",
    ),
    Quantity(
        "05.watched",
        "In the worst minute up to {waiting} orders wait.",
        watched,
        "waiting",
        "orders",
    ),
    Quantity(
        "05.watched-quiet",
        "Of these, {quiet} are of quiet groups.",
        watched,
        "quiet",
        "orders",
    ),
    Law(
        "05.quiet-again",
        "No group is noisy before the sale, nor in the last minute.",
        watched,
        lambda n: n["noisy_first"] == 0 == n["noisy_last"],
    ),
    Law(
        "05.threshold",
        "With 0, 150, 270 and 400 others in flight, 30, 30, 31 and 45 orders of a burst go first.",
        threshold,
        lambda n: [n[f"at_{k}"] for k in (0, 150, 270, 400)] == [30, 30, 31, 45],
    ),
    Law(
        "05.ungrouped-books",
        "Books, the largest shop, has a p95 of {books} s, and records, with the sale, {records} s. "
        "Books waits at least one and a half times as long.",
        without_a_group,
        lambda n: n["books"] > 1.5 * n["records"],
    ),
    Tendency(
        "05.ungrouped-small",
        "The four smallest of the other shops wait as long as records, or less.",
        without_a_group,
        lambda n: n["small"] < 1.15 * n["records"],
        0.8,
    ),
)

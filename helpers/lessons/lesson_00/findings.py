"""What lesson 00 claims about its hour at noon."""

from __future__ import annotations

from helpers import trace
from helpers.findings import Law, Numbers, Quantity, Tendency
from helpers.lessons.lesson_00.experiment import noon


def calm(seed: int) -> Numbers:
    """The hour as it should be."""
    events = noon(seed=seed)
    steps = trace.backlog(events, "orders")
    waited = trace.end_to_end(events, "charged") / 60
    charges = trace.effects(events, "charged")
    return {
        "orders": len(charges),
        "charged_once": int((charges == 1).sum()),
        "waiting": int(steps["waiting"].max()),
        "worst_minute": steps["time"][steps["waiting"].idxmax()] / 60,
        "left": int(steps["waiting"].iloc[-1]),
        "in_flight": int(steps["in_flight"].max()),
        "half": waited.quantile(0.5),
        "slowest": waited.quantile(0.99),
    }


def lossy(seed: int) -> Numbers:
    """The same hour on a network that loses one reply in twenty."""
    events = noon(seed=seed, lost=0.05)
    charges = trace.effects(events, "charged")
    counts = trace.deliveries(events).set_index("order_id")["deliveries"]
    causes = trace.duplicates(events)["cause"]
    return {
        "orders": len(counts),
        "charged": int((charges >= 1).sum()),
        "twice": int((charges > 1).sum()),
        "as_delivered": int((charges == counts.reindex(charges.index)).sum()),
        "duplicates": len(causes),
        "told_an_error": int((events["name"] == "told an error").sum()),
        "by_lost_reply": int((causes == "lost reply").sum()),
    }


FINDINGS = (
    Law(
        "00.charged-once",
        "Every order is charged once, and the queue is empty at the end.",
        calm,
        lambda n: n["charged_once"] == n["orders"] and n["left"] == 0,
    ),
    Quantity(
        "00.most-waiting", "At the worst moment {waiting} orders wait.", calm, "waiting", "orders"
    ),
    Tendency(
        "00.after-the-rush",
        "The worst moment comes after the first four minutes, in which most orders arrive.",
        calm,
        lambda n: n["worst_minute"] > 4,
        0.9,
    ),
    Law(
        "00.one-in-flight",
        "One worker has at most one message in flight.",
        calm,
        lambda n: n["in_flight"] == 1,
    ),
    Quantity("00.half", "Half of the orders are charged within {half} min.", calm, "half", "min"),
    Quantity(
        "00.slowest", "One order in a hundred waits {slowest} min or more.", calm, "slowest", "min"
    ),
    Law(
        "00.none-lost",
        "With lost replies no order is lost: each is charged at least once.",
        lossy,
        lambda n: n["charged"] == n["orders"],
    ),
    Quantity(
        "00.charged-twice",
        "{twice} customers are charged more than once.",
        lossy,
        "twice",
        "customers",
    ),
    Law(
        "00.every-delivery-charges",
        "This worker charges the card at every delivery.",
        lossy,
        lambda n: n["as_delivered"] == n["charged"],
    ),
    Law(
        "00.one-cause",
        "Every duplicate comes from a lost reply.",
        lossy,
        lambda n: n["duplicates"] == n["by_lost_reply"] > 0,
    ),
    Quantity(
        "00.told-an-error",
        "{told_an_error} customers are told of an error, although the queue has their order.",
        lossy,
        "told_an_error",
        "customers",
    ),
)

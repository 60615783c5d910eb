"""The runs behind the findings of lesson 12, each a function of the seed."""

from __future__ import annotations

from helpers.findings import Numbers
from helpers.lessons.lesson_12 import designs, fates, runs
from helpers.lessons.lesson_12 import wishes as asked
from helpers.lessons.lesson_12.comparison import compared
from helpers.lessons.lesson_12.experiment import Run, drawn, orders_of, run

DOWN = {"refund": (0.0, 3600.0)}


def refused(seed: int, *by: str) -> set[str]:
    """The orders that these steps refuse, if they come so far."""
    ids = [order.order_id for order in orders_of(seed)]
    return {each for each in ids if any(drawn(step, each)[2] for step in by)}


def unasked(seed: int) -> Numbers:
    """The refund that nobody asks for, on the bus and in the workflow."""
    bus = run(designs.choreographed(designs.LISTENS), seed)
    flow = run(designs.orchestrated(designs.unrefunded()), seed)
    calls = bus.trace.query("kind == 'call'")
    return {
        **_of_both(bus, flow),
        "orders": len(bus.fates),
        "refused": len(refused(seed, "pack")),
        "failed_calls": int((calls["outcome"] != "ok").sum()),
        "told": int(flow.fates.loc[flow.hanging, "apologised"].sum()),
        "bus_told": int(bus.fates.loc[bus.hanging, "apologised"].sum()),
    }


def unhandled(seed: int) -> Numbers:
    """The refusal that nobody handles, in both, and the repair after it."""
    bus = run(designs.choreographed(designs.UNHEARD), seed)
    flow = run(designs.orchestrated(designs.uncaught()), seed)
    repaired = runs.repaired(["release", "refund"], seed)
    return {
        **_of_both(bus, flow),
        "refused": len(refused(seed, "pack")),
        "after_repair": len(repaired.hanging),
    }


def failing(seed: int) -> Numbers:
    """A bank that takes no refund as long as the run lasts, and the repair after it."""
    bus = run(designs.choreographed(), seed, down=DOWN)
    flow = run(designs.orchestrated(), seed, down=DOWN)
    repaired = runs.repaired(["refund"], seed, down={"refund": (0.0, 900.0)})
    return {
        **_of_both(bus, flow),
        "refused": len(refused(seed, "pack", "ship")),
        "after_repair": len(repaired.hanging),
    }


def _of_both(bus: Run, flow: Run) -> dict[str, float]:
    return {
        "bus_hang": len(bus.hanging),
        "flow_hang": len(flow.hanging),
        "same": len({*bus.hanging} & {*flow.hanging}),
        "bus_listed": len(bus.listed),
        "flow_listed": len(flow.listed),
        "rightly_listed": len({*bus.listed} & {*bus.hanging})
        + len({*flow.listed} & {*flow.hanging}),
    }


def late(seed: int) -> Numbers:
    """The forgotten refund, for which somebody asks from minute 5 on."""
    numbers: dict[str, float] = {}
    for leader in runs.LEADERS:
        table = runs.mended(leader, seed).fates
        hang = table["fate"] == "hangs"
        old = table.index.isin(refused(seed, "pack")) & (table["placed"] < 200)
        numbers[f"{leader}_old"] = int(old.sum())
        numbers[f"{leader}_old_hang"] = int((old & hang).sum())
        numbers[f"{leader}_new_hang"] = int((hang & (table["placed"] > 300)).sum())
    return numbers


def leading(seed: int) -> Numbers:
    """The same orders in four designs, with no mistake."""
    return compared({name: run(design, seed) for name, design in designs.DESIGNS.items()})


def wishes(seed: int) -> Numbers:
    """Gift wrap in the middle, and points at the end."""
    del seed  # what AWS holds does not depend on it
    table = asked.changed()["changed"]
    middle, end = (table[wish] for wish in asked.WISHES)
    return {f"middle_{design}": int(middle[design]) for design in designs.DESIGNS} | {
        f"end_{design}": int(end[design]) for design in designs.DESIGNS
    }


def status(seed: int) -> Numbers:
    """Points for each execution that has succeeded."""
    each = run(runs.by_status, seed)
    return {
        "orders": len(each.fates),
        "shipped": fates.counts(each.fates)["shipped"],
        "points": int((each.trace["name"] == "points").sum()),
    }


def once(seed: int) -> Numbers:
    """Two domains while one reply in eight gets lost."""
    table = runs.lost_replies(seed)
    with_key, without = table.loc["with a key"], table.loc["without a key"]
    return {
        "orders": int(with_key["orders"]),
        **{f"key_{name}": int(with_key[name]) for name in ("packed", "events", "shipped")},
        **{f"bare_{name}": int(without[name]) for name in ("packed", "events", "shipped")},
    }


def patience(seed: int) -> Numbers:
    """Executions of whose `charge` seven replies in ten get lost, after twenty minutes."""
    return {
        "running": runs.unanswered(True, seed)["RUNNING"],
        "running_on": runs.unanswered(False, seed)["RUNNING"],
    }


def missing(seed: int) -> Numbers:
    """The choreographed shop without one of its listeners."""
    harm = {
        listener: runs.forgotten(listener, 20, seed)
        for listener in ("nobody", "refund", "release", "unpack", "apologise")
    }
    return {
        "nobody": int(harm["nobody"].sum()),
        "charged": int(harm["refund"]["charged for nothing"]),
        "charged_untold": int(harm["refund"]["customer not told"]),
        "held": int(harm["release"]["goods held back"]),
        "held_charged": int(harm["release"]["charged for nothing"]),
        "packed": int(harm["unpack"]["parcel left packed"]),
        "untold": int(harm["apologise"]["customer not told"]),
        "untold_charged": int(harm["apologise"]["charged for nothing"]),
    }

"""What lesson 12 claims: about two mistakes, a way back, a border, and one event."""

from __future__ import annotations

from helpers.findings import Law, Quantity, Tendency
from helpers.lessons.lesson_12 import measured
from helpers.lessons.lesson_12.designs import DESIGNS

FINDINGS = (
    Law(
        "12.hangs",
        "Every order that packing refuses hangs, {bus_hang} of {orders}: charged, released, and "
        "not refunded.",
        measured.unasked,
        lambda n: n["bus_hang"] == n["refused"] > 0,
    ),
    Law(
        "12.no-alarm",
        "In the whole run no call fails, and Lambda gives up no event.",
        measured.unasked,
        lambda n: n["failed_calls"] == n["bus_listed"] == 0 == n["bus_told"],
    ),
    Law(
        "12.late",
        "If payments listens from minute 5 on, what was refused before still hangs.",
        measured.late,
        lambda n: (
            n["bus_old_hang"] == n["bus_old"]
            and n["workflow_old_hang"] == n["workflow_old"]
            and n["bus_new_hang"] == n["workflow_new_hang"] == 0
        ),
    ),
    Law(
        "12.unhandled",
        "A refusal that nobody handles: the same {flow_hang} orders hang in both designs. The "
        "workflow lists all of them and no other, the bus none.",
        measured.unhandled,
        lambda n: (
            n["bus_hang"] == n["flow_hang"] == n["same"] == n["refused"]
            and n["flow_listed"] == n["rightly_listed"] == n["flow_hang"]
            and n["bus_listed"] == 0
        ),
    ),
    Law(
        "12.unasked",
        "A refund that nobody asks for: the same {flow_hang} orders hang in both designs, and "
        "neither lists one. The workflow tells {told} customers that all is undone.",
        measured.unasked,
        lambda n: (
            n["bus_hang"] == n["flow_hang"] == n["same"] == n["told"]
            and n["flow_listed"] == n["bus_listed"] == 0
        ),
    ),
    Law(
        "12.fails",
        "A refund that fails: the same {bus_hang} orders hang in both designs, and both list all "
        "of them.",
        measured.failing,
        lambda n: (
            n["bus_hang"] == n["flow_hang"] == n["same"] == n["refused"]
            and n["bus_listed"] == n["flow_listed"] == n["same"]
            and n["rightly_listed"] == 2 * n["same"]
        ),
    ),
    Law(
        "12.repaired",
        "After a second workflow for each listed execution, no order hangs.",
        measured.failing,
        lambda n: n["after_repair"] == 0 < n["flow_hang"],
    ),
    Law(
        "12.repaired-too",
        "Nor does one where nobody had handled the refusal.",
        measured.unhandled,
        lambda n: n["after_repair"] == 0 < n["flow_hang"],
    ),
    Law(
        "12.timeouts",
        "Of ten executions with lost replies, none still runs after twenty minutes. Without "
        "time-outs {running_on} do.",
        measured.patience,
        lambda n: n["running"] == 0 < n["running_on"],
    ),
    Law(
        "12.same-ends",
        "Without mistakes the same {undone} of {orders} orders are undone in all four designs, "
        "none hangs, and every customer is told once.",
        measured.leading,
        lambda n: (
            n["same_ends"] == 4
            and all(n[f"{name}_hang"] == 0 for name in DESIGNS)
            and all(n[f"{name}_told"] == n["orders"] for name in DESIGNS)
        ),
    ),
    Law(
        "12.refunded-first",
        "Broadcast, {broadcast_first} of {undone} are refunded before the goods are back. In a "
        "chain and in a workflow, none is.",
        measured.leading,
        lambda n: (
            n["broadcast_first"] > 0
            and n["chained_first"] == n["orchestrated_first"] == n["mixed_first"] == 0
        ),
    ),
    Law(
        "12.one-event",
        "Each of {executions} executions of the mixed shop publishes one event, however it ends.",
        measured.leading,
        lambda n: n["apart"] == 0 < n["executions"],
    ),
    Law(
        "12.same-pace",
        "The median order takes the same time in all of them, to a third of a second.",
        measured.leading,
        lambda n: max(abs(n["more"]), abs(n["more_mixed"])) < 0.3,
    ),
    Law(
        "12.slow",
        "Each order that takes half a minute more on the bus met a hiccup.",
        measured.leading,
        lambda n: n["slow_and_shaky"] == n["slow"],
    ),
    Law(
        "12.arrows",
        "Broadcast has {broadcast_arrows} arrows, {broadcast_back} of them only for the "
        "way back; the chain {chained_arrows} and {chained_back}, the workflow "
        "{orchestrated_arrows} and {orchestrated_back}, the mixed shop {mixed_arrows} and "
        "{mixed_back}.",
        measured.leading,
        lambda n: (
            n["broadcast_back"] > n["chained_back"] > n["mixed_back"] > 0
            and n["orchestrated_back"] == 0
        ),
    ),
    Law(
        "12.middle",
        "Gift wrap changes {middle_broadcast} rules with a broadcast way back and "
        "{middle_chained} with a chain. The workflow changes {middle_orchestrated} definition, the "
        "mixed shop {middle_mixed}.",
        measured.wishes,
        lambda n: (
            n["middle_broadcast"] > n["middle_chained"] == n["middle_mixed"]
            and n["middle_orchestrated"] == 1
        ),
    ),
    Law(
        "12.end",
        "Points at the end change no existing part on the bus or in the mixed shop, and "
        "{end_orchestrated} in the workflow.",
        measured.wishes,
        lambda n: (
            n["end_broadcast"] == n["end_chained"] == n["end_mixed"] == 0
            and n["end_orchestrated"] == 1
        ),
    ),
    Law(
        "12.status",
        "A listener to these gives {points} customers points, and {shipped} orders were shipped.",
        measured.status,
        lambda n: n["points"] == n["orders"] > n["shipped"],
    ),
    Law(
        "12.keyed",
        "With a key, each of {orders} orders is packed once and shipped once.",
        measured.once,
        lambda n: n["key_packed"] == n["key_shipped"] == n["orders"],
    ),
    Tendency(
        "12.two-events",
        "And still the bus takes {key_events} events of them.",
        measured.once,
        lambda n: n["key_events"] > n["orders"],
        share=0.8,
    ),
    Law(
        "12.unkeyed",
        "Without a key, {bare_packed} are packed and {bare_shipped} shipped.",
        measured.once,
        lambda n: (
            n["bare_shipped"]
            >= n["bare_events"]
            >= n["bare_packed"]
            >= n["orders"]
            < n["bare_shipped"]
        ),
    ),
    Law(
        "12.dearer",
        "A million orders cost {broadcast_dollars} dollars on the bus, "
        "{orchestrated_dollars} in the workflow, and {mixed_dollars} in the mixed shop.",
        measured.leading,
        lambda n: n["broadcast_dollars"] < n["orchestrated_dollars"] < n["mixed_dollars"],
    ),
    Quantity(
        "12.times-dearer",
        "The workflow costs {times_dearer} times as much as the bus.",
        measured.leading,
        "times_dearer",
        "times",
    ),
    Law(
        "12.forgotten",
        "With everybody listening, nothing is left. Without refund, {charged} customers pay for "
        "nothing, and none of them is told.",
        measured.missing,
        lambda n: n["nobody"] == 0 < n["charged"] == n["charged_untold"],
    ),
    Law(
        "12.forgotten-others",
        "Without release or apologise, nobody pays for nothing.",
        measured.missing,
        lambda n: n["held_charged"] == n["untold_charged"] == 0 < n["held"],
    ),
)

"""What lesson 06 claims about duplicates, dead letters and FIFO queues."""

from __future__ import annotations

from helpers.findings import Law, Quantity, Tendency
from helpers.lessons.lesson_06 import measured

FINDINGS = (
    Law(
        "06.charged-twice",
        "The order is delivered again because its timeout has ended, and charged twice.",
        measured.slow_work,
        lambda n: n["once"] == 2 and n["by_timeout"] == 1,
    ),
    Law(
        "06.deletes-in-vain",
        "{always} charges of one order in ten minutes, {deletes} deletes, and each does nothing.",
        measured.slow_work,
        lambda n: n["always"] == n["deletes"] == n["in_vain"] > 2,
    ),
    Law(
        "06.one-worker",
        "With one worker the same order is charged once.",
        measured.slow_work,
        lambda n: n["alone"] == 1,
    ),
    Quantity(
        "06.ten-at-once",
        "Ten in a receive: {ten} duplicates of 60 orders, all from the timeout.",
        measured.batches,
        "ten",
        "duplicates",
    ),
    Law(
        "06.one-at-a-time",
        "One in a receive: no duplicate. Ten in a receive: each duplicate is from the timeout.",
        measured.batches,
        lambda n: n["one"] == 0 < n["ten"] == n["by_timeout"],
    ),
    Quantity(
        "06.whole-batch",
        "If the batch fails as a whole, {whole_again} of 100 orders are charged more than once.",
        measured.function,
        "whole_again",
        "orders",
    ),
    Law(
        "06.sound-letters",
        "If it fails as a whole, sound orders become dead letters with the failing ones.",
        measured.function,
        lambda n: n["whole_letters"] > 4,
    ),
    Law(
        "06.reported",
        "With failures reported, none is charged twice, and the 4 failing ones are dead letters.",
        measured.function,
        lambda n: n["reported_again"] == 0 and n["reported_letters"] == n["reported_never"] == 4,
    ),
    Law(
        "06.unheard",
        "With a mapping that ignores the report, the 4 failing orders are lost: deleted, unread.",
        measured.function,
        lambda n: n["unheard_never"] == 4 and n["unheard_letters"] == 0,
    ),
    Law(
        "06.causes",
        "The record names the cause of every duplicate: as many as the faults made, of each kind.",
        measured.bad_day,
        lambda n: n["agree"] == 1 and n["duplicates"] > 0,
    ),
    Law(
        "06.none-lost",
        "Every order is charged at least once, and once for each of its deliveries.",
        measured.bad_day,
        lambda n: n["charged"] == n["orders"] and n["charges"] == n["deliveries"],
    ),
    Quantity(
        "06.worst-day",
        "{duplicates} duplicates of {orders} orders.",
        measured.bad_day,
        "duplicates",
        "duplicates",
    ),
    Quantity(
        "06.twice-the-average",
        "A timeout of twice the average work: {at_2} % of the orders are delivered again.",
        measured.timeouts,
        "at_2",
        "%",
    ),
    Quantity(
        "06.six-times",
        "A timeout of six times the average: {at_6} %.",
        measured.timeouts,
        "at_6",
        "%",
    ),
    Law(
        "06.given-up",
        "Each dead letter leaves the queue when it is asked for a sixth time, after 150 s or a "
        "little more.",
        measured.poison,
        lambda n: 150 <= n["soonest"] <= n["latest"] < 151,
    ),
    Law(
        "06.saved",
        "Only the orders in euros become dead letters, all come back, and each order is charged "
        "once.",
        measured.poison,
        lambda n: (
            n["letters"] == n["poison"] == n["redriven"] > 0
            and n["charged_once"] == n["orders"]
            and n["left"] == 0
        ),
    ),
    Quantity(
        "06.alarm",
        "The alarm rings {heard_after} s after the first dead letter.",
        measured.poison,
        "heard_after",
        "s",
    ),
    Law(
        "06.outage",
        "Given up are those whose last delivery still falls into the outage, and no others.",
        measured.provider_down,
        lambda n: all(n[f"letters_{tries}"] == n[f"due_{tries}"] for tries in (3, 5, 10)),
    ),
    Quantity(
        "06.sound-and-dead",
        "Four minutes of outage, three deliveries: {letters_3} sound orders are given up.",
        measured.provider_down,
        "letters_3",
        "orders",
    ),
    Law(
        "06.group-order",
        "In every group the charges are in the order of the sends.",
        measured.groups,
        lambda n: n["in_order"] == 1,
    ),
    Quantity(
        "06.one-group",
        "One group: {rate_1} charges per second.",
        measured.groups,
        "rate_1",
        "per second",
    ),
    Quantity(
        "06.four-groups",
        "Four groups: {rate_4} charges per second.",
        measured.groups,
        "rate_4",
        "per second",
    ),
    Law(
        "06.ten-of-a-group",
        "With up to ten in a receive, ten orders of one group are in flight, all at one worker.",
        measured.groups,
        lambda n: n["in_flight"] == 10 and n["at_work"] == 1,
    ),
    Law(
        "06.held-up",
        "On the FIFO queue orders behind the failing one are late, no other order is, and none is "
        "overtaken.",
        measured.failing,
        lambda n: n["late_behind"] > 0 == n["late_others"] == n["overtaken"],
    ),
    Quantity(
        "06.longest-wait",
        "An order behind it waits up to {longest} s.",
        measured.failing,
        "longest",
        "s",
    ),
    Tendency(
        "06.standard-overtakes",
        "On the standard queue none is late, and some are overtaken.",
        measured.failing,
        lambda n: n["free_late"] == 0 < n["free_overtaken"],
        0.9,
    ),
    Law(
        "06.redriven-last",
        "A redriven order of a FIFO queue comes after every order of its group that was sent "
        "before the redrive, also after those that still waited.",
        measured.brought_back,
        lambda n: n["bad_last"] == 1 and n["waiting"] > 0,
    ),
    Law(
        "06.in-window",
        "Sent again after 4 min 59 s, an order is one message, deleted or not.",
        measured.window,
        lambda n: all(n[f"299_{kind}_most"] == 1 for kind in ("deleted", "kept")),
    ),
    Law(
        "06.after-window",
        "Sent again after 5 min 1 s, it is two messages.",
        measured.window,
        lambda n: all(n[f"301_{kind}_least"] == 2 for kind in ("deleted", "kept")),
    ),
    Law(
        "06.sdk-again",
        "When a reply is lost and the SDK sends again, the order stays one message.",
        measured.window,
        lambda n: n["lost"] > 0 and n["by_sdk_most"] == 1,
    ),
    Law(
        "06.fifo-twice",
        "Work that outlasts the timeout is done twice, on a FIFO queue as well.",
        measured.window,
        lambda n: n["slow"] == 2,
    ),
)

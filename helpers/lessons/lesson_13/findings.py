"""What lesson 13 claims: about duplicates, keys, crashes, records, and five designs."""

from __future__ import annotations

from helpers.findings import Finding, Law, Quantity
from helpers.lessons.lesson_13 import measured

ORDERS, DOLLARS = "orders", "dollars"

DAY = (
    Law(
        "13.faults-are-duplicates",
        "{faults} faults struck and made {duplicates} duplicates: each cause as often as its "
        "fault.",
        measured.as_told,
        lambda n: n["agree"] == 1 and n["faults"] == n["duplicates"],
    ),
    Law(
        "13.each-delivery-charges",
        "{deliveries} deliveries, {charges} charges.",
        measured.as_told,
        lambda n: n["charges"] == n["deliveries"] > n["orders"],
    ),
    Quantity(
        "13.charged-more-than-once",
        "{twice} of {orders} orders are charged more than once.",
        measured.as_told,
        "twice",
        ORDERS,
    ),
    Law(
        "13.order-id-knows",
        "The order's id knows all {duplicates} duplicates, and takes no new order for an old one.",
        measured.as_told,
        lambda n: n["order_id_seen"] == n["duplicates"] and n["order_id_mistaken"] == 0,
    ),
    Law(
        "13.ids-of-the-transport",
        "Message id, event id and the body's hash know none of the {repeats} events that the "
        "publisher repeated.",
        measured.as_told,
        lambda n: n["repeats_seen"] == 0,
    ),
    Quantity(
        "13.items-mistake",
        "The items take {items_mistaken} new orders for old ones.",
        measured.as_told,
        "items_mistaken",
        ORDERS,
    ),
    Law(
        "13.once",
        "With a record, {orders} orders come in {deliveries} deliveries, and each is charged once.",
        measured.with_record,
        lambda n: n["charged_once"] == n["orders"] < n["deliveries"],
    ),
    Quantity(
        "13.dollars-as-told",
        "Without a record: {dollars} dollars for a million orders.",
        measured.as_told,
        "dollars",
        DOLLARS,
    ),
    Quantity(
        "13.dollars-with-record",
        "With one: {dollars} dollars.",
        measured.with_record,
        "dollars",
        DOLLARS,
    ),
    Quantity(
        "13.check-loses-the-race",
        "With a check before the write, {raced} of {clicked} orders are charged twice.",
        measured.clicks,
        "raced",
        ORDERS,
    ),
    Law(
        "13.one-write-wins",
        "With one conditional write, each of {clicked} orders is charged once.",
        measured.clicks,
        lambda n: n["claimed_once"] == n["clicked"],
    ),
)

CRASHES = (
    Law(
        "13.cells-alike",
        "All orders of a cell fare alike.",
        measured.crashing,
        lambda n: n["alike"] == 1,
    ),
    Law(
        "13.note-first-loses",
        "Note, then work: an order whose machine dies between the two is never charged.",
        measured.crashing,
        lambda n: n["alike"] == 1 and n["lost"] == 0,
    ),
    Law(
        "13.a-hole-is-left",
        "Claim, work, finish: only the crash after the work charges twice.",
        measured.crashing,
        lambda n: n["alike"] == 1 and n["hole"] == 2 and n["wrong_3"] == 1,
    ),
    Law(
        "13.no-hole-is-left",
        "With a token that the provider knows, or with one transaction, each order is charged once "
        "in each case.",
        measured.crashing,
        lambda n: n["wrong_4"] == n["wrong_5"] == 0,
    ),
    Law(
        "13.token-for-each-attempt",
        "A token for each attempt: {lost_replies} lost replies, {too_many} charges too many.",
        measured.paying,
        lambda n: n["too_many"] == n["lost_replies"] > 0,
    ),
    Law(
        "13.one-token",
        "One token, made before the first attempt: none too many.",
        measured.paying,
        lambda n: n["too_many_with_one"] == 0,
    ),
    Law(
        "13.sdk-sends-its-token-again",
        "TransactWriteItems gives ten points where ten are due: the SDK's retry carries its token.",
        measured.points,
        lambda n: n["transaction"] == 10,
    ),
    Quantity(
        "13.update-has-no-token",
        "UpdateItem has no token, and gives {update} on average.",
        measured.points,
        "update",
        "points",
    ),
    Quantity(
        "13.a-new-call-a-new-token",
        "A transaction that we call again after an error gives {called_again}.",
        measured.points,
        "called_again",
        "points",
    ),
    Law(
        "13.own-token",
        "With a token of our own it gives ten again.",
        measured.points,
        lambda n: n["own_token"] == 10,
    ),
    Law(
        "13.token-forgotten",
        "The same token gives ten more after eleven minutes.",
        measured.points,
        lambda n: n["later"] == 20,
    ),
)

TIME = (
    Quantity(
        "13.short-hold",
        "A hold of 10 seconds and work of 20 on average: {short} of 40 orders are charged again.",
        measured.holds,
        "short",
        ORDERS,
    ),
    Law(
        "13.long-hold",
        "A hold of 240 seconds: none is, and each order of a dead machine waits that long.",
        measured.holds,
        lambda n: n["long"] == 0 and n["long_least"] > 240,
    ),
    Quantity(
        "13.ttl-is-late",
        "{there_after_a_day} of 100 records that were over after a minute are still there after a "
        "day.",
        measured.lasting,
        "there_after_a_day",
        "records",
    ),
    Law(
        "13.claim-looks-at-the-time",
        "After an hour each of ten claims gets its key, its old record still there.",
        measured.lasting,
        lambda n: n["free_after_an_hour"] == 10,
    ),
    Law(
        "13.keep-a-day",
        "Kept for a day, all {orders} orders that come again after 25 hours are charged again.",
        measured.lasting,
        lambda n: n["short_twice"] == n["orders"],
    ),
    Law(
        "13.keep-a-month",
        "Kept for 30 days, none is.",
        measured.lasting,
        lambda n: n["long_once"] == n["orders"],
    ),
    Law(
        "13.late-news",
        "Each of {late} late messages turns a refunded order back into a paid one.",
        measured.news,
        lambda n: n["restored"] == n["late"] > 0,
    ),
    Law(
        "13.revisions",
        "With revisions none does.",
        measured.news,
        lambda n: n["restored_with_revisions"] == 0,
    ),
    Law(
        "13.write-publish",
        "Write, then publish: {died} orders are in the table, and nobody packs them.",
        measured.publishing,
        lambda n: n["write_first_written"] == n["died"] > 0 == n["write_first_packed"],
    ),
    Law(
        "13.publish-write",
        "Publish, then write: {died} orders are packed that are not in the table.",
        measured.publishing,
        lambda n: n["publish_first_packed"] == n["died"] > 0 == n["publish_first_written"],
    ),
    Law(
        "13.stream-publishes",
        "With the stream, each of {died} is in the table and packed.",
        measured.publishing,
        lambda n: n["stream_written"] == n["stream_packed"] == n["died"] > 0,
    ),
    Quantity(
        "13.stream-publishes-again",
        "The stream's function repeats {stream_again} events.",
        measured.publishing,
        "stream_again",
        "events",
    ),
    Law(
        "13.powertools",
        "By Powertools, each of {orders} orders is charged once, and {duplicates} duplicates are "
        "not.",
        measured.powertools,
        lambda n: n["charged_once"] == n["orders"] and n["duplicates"] > 0,
    ),
)

DESIGNS = {
    "sync": measured.sync,
    "queue": measured.queue,
    "router": measured.router,
    "bus": measured.bus,
    "workflow": measured.workflow,
}


def of_design(name: str) -> list[Finding]:
    """What is claimed of one design: lost, charged twice, delivered again, late, dear."""
    run, design = DESIGNS[name], name.capitalize()
    kept: list[Finding] = [
        Law(
            "13.sync-charges-once", "Sync charges nobody twice.", run, lambda n: n["twice"] == 0
        ),
        Quantity("13.sync-loses", "Sync loses {lost} of {orders} orders.", run, "lost", ORDERS),
    ]  # fmt: skip
    if name != "sync":
        sentence = f"{design}: none is lost, and none is charged twice."
        kept = [Law(f"13.{name}-keeps", sentence, run, lambda n: n["lost"] == n["twice"] == 0)]
    again = f"{design}: {{late}} deliveries come after the charge."
    peak = f"{design}: {{peak}} orders are open at most."
    dollars = f"{design}: {{dollars}} dollars for a million orders, "
    dear = Law(f"13.{name}-dollars", dollars + "less than 7.", run, lambda n: n["dollars"] < 7)
    if name == "workflow":
        dear = Law(
            f"13.{name}-dollars", dollars + "more than 35.", run, lambda n: n["dollars"] > 35
        )
    return [
        *kept,
        Quantity(f"13.{name}-delivers-again", again, run, "late", "deliveries"),
        Quantity(f"13.{name}-peak", peak, run, "peak", ORDERS),
        dear,
    ]


FINDINGS = (*DAY, *CRASHES, *TIME, *(each for name in DESIGNS for each in of_design(name)))

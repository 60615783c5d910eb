"""What lesson 08 claims about its bus."""

from __future__ import annotations

from helpers.findings import Law, Quantity
from helpers.lessons.lesson_08 import measured

FINDINGS = (
    Law(
        "08.five-routes",
        "Every order reaches each place whose rule is there, once, and no other place: "
        "{arrived} arrivals.",
        measured.routes,
        lambda n: n["arrived"] == n["wanted"] > 200 and n["wrong"] == 0,
    ),
    Law(
        "08.left-out",
        "Without `pieces` the packing desk misses {missed} of {large} large orders, and gets "
        "{not_large} that are not large.",
        measured.events_that_say_less,
        lambda n: n["missed"] > 0,
    ),
    Law(
        "08.renamed",
        "After the renaming not one of {expensive} orders over 100 euros is checked, and no call "
        "fails.",
        measured.events_that_say_less,
        lambda n: n["unchecked"] == n["expensive"] > 0 and n["failed_calls"] == 0,
    ),
    Law(
        "08.nothing-lost",
        "In an outage of an hour no order is lost, and `shipping` has each within a second.",
        measured.hour,
        lambda n: n["lost"] == 0 and n["shipping"] < 1,
    ),
    Quantity(
        "08.publisher",
        "The checkout's slowest call takes {publisher} ms.",
        measured.hour,
        "publisher",
        "ms",
    ),
    Law(
        "08.own-moments",
        "With either limit the orders arrive each at a moment of its own, in no order.",
        measured.hour,
        lambda n: n["own_moments"] == 2,
    ),
    Quantity(
        "08.last-with-one",
        "Where the bus waits about 1 min at most, the last order comes {last_60} min after the "
        "outage.",
        measured.hour,
        "last_60",
        "min",
    ),
    Quantity(
        "08.last-with-eight",
        "Where it waits about 8 min at most, the last comes after {last_480} min.",
        measured.hour,
        "last_480",
        "min",
    ),
    Quantity(
        "08.overtaken",
        "One order is overtaken by {overtaken} later ones.",
        measured.hour,
        "overtaken",
        "orders",
    ),
    Law(
        "08.too-old",
        "Without a dead-letter queue, what was older than 24 h when the target came back is gone, "
        "and at most one order more. All of it was shipped.",
        measured.long_outage,
        lambda n: n["too_old"] > 0 and n["apart"] <= 1 and n["shipped"] == n["orders"],
    ),
    Law(
        "08.dead-letters",
        "With a dead-letter queue, what is given up is in it, and nothing else.",
        measured.long_outage,
        lambda n: n["dead_letters"] == n["given_up"] > 0 == n["both"],
    ),
    Law(
        "08.refused",
        "An hour of 403 without dead-letter queues: all {stuck} orders of that hour are gone from "
        "both queues.",
        measured.refusals,
        lambda n: n["missing_nothing"] == 2 * n["stuck"] > 0,
    ),
    Law(
        "08.three-ways",
        "Each of the three ways brings all of them back. Only publishing again sends `shipping` "
        "what it has.",
        measured.refusals,
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
        measured.accepted,
        lambda n: n["stuck"] - n["lost"] == n["late"] < n["lost"] and n["dead_letters"] == 0,
    ),
    Law(
        "08.own-destination",
        "A destination of the function's own has all that is lost.",
        measured.accepted,
        lambda n: n["own"] == n["lost"],
    ),
    Law(
        "08.queue-before",
        "With a queue between the rule and the function, every order is charged.",
        measured.accepted,
        lambda n: n["charged_behind"] == n["stuck"],
    ),
    Law(
        "08.replays",
        "A replay to all sends `charging` every order again. One to the rule `loyalty` does not, "
        "and a pattern that wants no replays gets none.",
        measured.again,
        lambda n: (
            n["charging_all"] == n["orders"] == n["loyalty"] / 3
            and n["charging_filtered"] == n["charging_apart"] == 0
        ),
    ),
    Law(
        "08.same-id",
        "Where a reply to the bus is lost, there are more messages than orders, and as many ids "
        "as orders.",
        measured.again,
        lambda n: n["bus_messages"] > n["published"] == n["bus_ids"] == n["arrived"],
    ),
    Law(
        "08.new-id",
        "Where a reply to the publisher is lost, there are as many ids as messages.",
        measured.again,
        lambda n: n["publisher_messages"] == n["publisher_ids"] > n["published"],
    ),
    Law(
        "08.no-such-bus",
        "A bus that does not exist takes its events, and they are gone; events in the name of AWS "
        "are refused.",
        measured.places,
        lambda n: n["lost_on_no_bus"] == 10 and n["as_aws"] == 0 and n["at_home"] == 20,
    ),
    Law(
        "08.kinds",
        "Six kinds of targets get the same orders, each of them once.",
        measured.places,
        lambda n: n["fewest"] == n["most"] > 0,
    ),
    Quantity(
        "08.selected",
        "With rules that select, an order wakes {by_rules} functions. Without, it wakes five.",
        measured.places,
        "by_rules",
        "functions",
    ),
    Law(
        "08.dollars",
        "A million orders cost {dollars_sender} dollars by the sender, {dollars_rules} by rules, "
        "and {dollars_receivers} where all receivers look at everything.",
        measured.places,
        lambda n: n["dollars_sender"] < n["dollars_rules"] < n["dollars_receivers"],
    ),
)

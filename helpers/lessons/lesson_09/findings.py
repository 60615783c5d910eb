"""What lesson 09 claims: about facts, bytes, calls back, staleness, fields and versions."""

from __future__ import annotations

from helpers.findings import Law, Quantity, Tendency
from helpers.lessons.lesson_09 import measured

FINDINGS = (
    Law(
        "09.past-tense",
        "Published first, {phantoms} labels are printed for orders that nobody holds; "
        "stored first, none.",
        measured.facts_told,
        lambda n: n["phantoms"] == n["refused"] > 0 == n["phantoms_after"],
    ),
    Law(
        "09.immutable",
        "Told again under the same name, all {corrected} corrected orders are charged twice; "
        "told as another fact, none.",
        measured.facts_told,
        lambda n: n["twice"] == n["corrected"] > 0 == n["twice_second"],
    ),
    Law(
        "09.not-called-back",
        "Either way, all {kept} old addresses are still where they were sent.",
        measured.facts_told,
        lambda n: n["kept"] == n["corrected"],
    ),
    Law(
        "09.bytes",
        "A full-state entry has {full} bytes, a sparse one {sparse}; with its answer the sparse "
        "one comes to {asked}.",
        measured.size,
        lambda n: n["full"] > 5 * n["sparse"] and n["asked"] > n["full"],
    ),
    Quantity(
        "09.errors",
        "Sparse: {errors} of 100 customers read an error.",
        measured.calling_back,
        "errors",
        "of 100",
    ),
    Quantity(
        "09.never-told",
        "Sparse: {lost} times, a desk never hears of an order, although nothing was down.",
        measured.calling_back,
        "lost",
        "times",
    ),
    Law(
        "09.carried",
        "Full state: {unlucky} customers read an error, and every desk hears of every order.",
        measured.carried,
        lambda n: n["unlucky"] <= 1 and n["lost"] == 0,
    ),
    Quantity(
        "09.before-the-desks",
        "A queue with two workers in front of each desk: {errors} of 100 customers read an error.",
        measured.before_the_desks,
        "errors",
        "of 100",
    ),
    Quantity(
        "09.before-the-source",
        "One queue with two workers in front of the source: {errors} of 100.",
        measured.before_the_source,
        "errors",
        "of 100",
    ),
    Quantity(
        "09.one-worker",
        "With one worker: {errors} of 100.",
        measured.one_worker,
        "errors",
        "of 100",
    ),
    Quantity(
        "09.a-worker-a-place",
        "With as many workers as the source has places: {errors} of 100.",
        measured.a_worker_a_place,
        "errors",
        "of 100",
    ),
    Law(
        "09.all-served",
        "And every desk hears of every order.",
        measured.before_the_source,
        lambda n: n["lost"] == 0,
    ),
    Quantity(
        "09.old-labels",
        "Full state: {old_labels} of 100 labels have an old address.",
        measured.moving,
        "old_labels",
        "of 100",
    ),
    Quantity(
        "09.later-checks",
        "Sparse: {later_checks} of 100 checks see a later address.",
        measured.moving,
        "later_checks",
        "of 100",
    ),
    Law(
        "09.each-at-one-desk",
        "Neither event is wrong at the other desk.",
        measured.moving,
        lambda n: n["wrong_elsewhere"] == 0 and n["labels"] > 0,
    ),
    Tendency(
        "09.same-orders",
        "{both} of the {labels} orders with an old label are also among the later checks.",
        measured.moving,
        lambda n: n["both"] >= 0.8 * n["labels"],
        0.9,
    ),
    Law(
        "09.outage",
        "While the source is down, {printed_told} labels are printed with full-state events and "
        "{printed_asked} with sparse ones. In the end none is missing.",
        measured.moving,
        lambda n: n["printed_told"] > 0 == n["printed_asked"] and n["missing"] == 0,
    ),
    Law(
        "09.copies",
        "The bus has put {copies} copies of an address into the two queues: two for each order.",
        measured.moving,
        lambda n: n["copies"] == 2 * n["orders"],
    ),
    Quantity(
        "09.six-fields",
        "With six fields, the slowest in a hundred events is published after {six} s.",
        measured.calculating,
        "six",
        "s",
    ),
    Tendency(
        "09.grows-faster",
        "With four fields it was {four} s: more than twice the wait for half as many fields again.",
        measured.calculating,
        lambda n: n["six"] > 2 * n["four"],
        0.9,
    ),
    Law(
        "09.when-asked",
        "Calculated when asked, the slowest in a hundred waits {asked} s at most, and "
        "{for_nobody} % of the calculations are not made.",
        measured.calculating,
        lambda n: n["asked"] < 1.5 and n["for_nobody"] > 75,
    ),
    Law(
        "09.own-schema",
        "No change is refused by its own schema; what is removed, renamed or retyped is refused "
        "by version 1's.",
        measured.changed,
        lambda n: n["own"] == 0 and n["caught_forward"] == 100,
    ),
    Law(
        "09.both-directions",
        "A new required field passes version 1's schema; version 2's refuses every old event, and "
        "its consumer raises at each.",
        measured.changed,
        lambda n: n["required_forward"] == 0 and n["required_back"] == n["required_raises"] == 100,
    ),
    Law(
        "09.tolerant",
        "An optional field troubles nobody but a closed schema.",
        measured.changed,
        lambda n: n["added"] == 0 and n["added_closed"] == 100,
    ),
    Law(
        "09.meaning",
        "Another meaning passes every schema, and charging takes a wrong sum for every order.",
        measured.changed,
        lambda n: n["silent"] == 1 and n["charged_wrong"] == 100,
    ),
)

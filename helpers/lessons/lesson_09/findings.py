"""What lesson 09 claims: about facts, bytes, calls back, staleness, fields and versions."""

from __future__ import annotations

import json

from helpers import costs, trace
from helpers.findings import Law, Numbers, Quantity, Tendency
from helpers.lessons.lesson_09 import experiment, facts, fields, versions
from helpers.lessons.lesson_09.experiment import DOWN, full, sparse
from helpers.lessons.lesson_09.source import PLACES, as_placed
from helpers.patterns.events import entry_size


def facts_told(seed: int) -> Numbers:
    """Events published before and after the order is stored; corrections told in two ways."""
    tense, news = facts.tenses(seed), facts.corrections(seed)
    again, second = (news.loc[each] for each in facts.NEWS)
    return {
        "phantoms": int(tense.loc[facts.STEPS[0], "labels without an order"]),
        "refused": int(tense.loc[facts.STEPS[0], "orders"] - tense.loc[facts.STEPS[0], "stored"]),
        "phantoms_after": int(tense.loc[facts.STEPS[1], "labels without an order"]),
        "corrected": int(again["corrected"]),
        "twice": int(again["charged twice"]),
        "twice_second": int(second["charged twice"]),
        "kept": int(min(again["old address still kept"], second["old address still kept"])),
    }


def size(seed: int) -> Numbers:
    """Bytes of an order in each kind of event, and in an answer."""
    orders = list(map(as_placed, experiment.placed_in_the_hour(seed)))
    entries = {event: sum(entry_size(event(order)) for order in orders) for event in (sparse, full)}
    answers = sum(len(json.dumps(order)) for order in orders)
    return {
        "sparse": entries[sparse] / len(orders),
        "full": entries[full] / len(orders),
        "asked": (entries[sparse] + answers) / len(orders),
    }


def calling_back(seed: int) -> Numbers:
    """A sale with sparse events and functions."""
    events = experiment.sale(sparse, seed=seed)
    found = experiment.found(events)
    return {
        "errors": found["customers with an error (%)"],
        "lost": found["never at a desk"],
        "peak": experiment.rates(events)["rate"].max(),
        "dollars": costs.per_million(events),
    }


def carried(seed: int) -> Numbers:
    """A sale with full-state events and functions."""
    events = experiment.sale(full, seed=seed)
    found = experiment.found(events)
    orders = events.query("name == 'looked'")["order_id"].nunique()
    return {
        "unlucky": round(found["customers with an error (%)"] * orders / 100),
        "lost": found["never at a desk"],
        "peak": experiment.rates(events)["rate"].max(),
        "dollars": costs.per_million(events),
    }


def before_the_desks(seed: int) -> Numbers:
    """A sale with sparse events, and a queue with two workers in front of each desk."""
    found = experiment.found(experiment.sale(sparse, workers=6, queues="desks", seed=seed))
    return {"errors": found["customers with an error (%)"], "lost": found["never at a desk"]}


def before_the_source(seed: int) -> Numbers:
    """A sale with sparse events, and a queue with two workers in front of the source."""
    found = experiment.found(experiment.sale(sparse, workers=2, queues="source", seed=seed))
    return {"errors": found["customers with an error (%)"], "lost": found["never at a desk"]}


def one_worker(seed: int) -> Numbers:
    """The same with one worker."""
    found = experiment.found(experiment.sale(sparse, workers=1, queues="source", seed=seed))
    return {"errors": found["customers with an error (%)"]}


def a_worker_a_place(seed: int) -> Numbers:
    """The same with as many workers as the source has places."""
    events = experiment.sale(sparse, workers=PLACES, queues="source", seed=seed)
    return {"errors": experiment.errors(events)}


def moving(seed: int) -> Numbers:
    """An hour in which half of the customers move, with both kinds of event."""
    told, asked = (experiment.hour(event, seed=seed) for event in (full, sparse))
    labels, checks = experiment.old_labels(told), experiment.later_checks(asked)
    orders = len(experiment.placed_in_the_hour(seed))
    bodies = trace.messages(told).query("what == 'sent'")["body"]
    printed = [experiment.at_desk(run, "labels")["time"] for run in (told, asked)]
    return {
        "orders": orders,
        "old_labels": 100 * len(labels) / orders,
        "later_checks": 100 * len(checks) / orders,
        "wrong_elsewhere": len(experiment.later_checks(told)) + len(experiment.old_labels(asked)),
        "both": len(labels & checks),
        "labels": len(labels),
        "calls": len(experiment.asked(asked)) / orders,
        "printed_told": int(printed[0].between(*DOWN).sum()),
        "printed_asked": int(printed[1].between(*DOWN).sum()),
        "missing": 2 * orders - sum(map(len, printed)),
        "copies": int(bodies.str.count('"address"').sum()),
    }


def calculating(seed: int) -> Numbers:
    """Two more fields every twenty minutes."""
    always, asked = (fields.growing(design, seed=seed) for design in fields.DESIGNS)
    waits = fields.p99(always)
    return {
        "four": waits[4],
        "six": waits[6],
        "asked": fields.p99(asked).max(),
        "for_nobody": 100 * (1 - asked["count"].sum() / always["count"].sum()),
    }


def changed(seed: int) -> Numbers:
    """Six versions 2 of an event."""
    seen = versions.share(versions.survey(seed))
    schemas = ["own schema", "v2 under v1", "v1 under v2"]
    silent = [name for name in seen.index if not seen.loc[name, [*schemas, "labels"]].any()]
    forward = ["removed", "renamed", "retyped"]
    return {
        "own": seen["own schema"].max(),
        "caught_forward": int(seen.loc[forward, "v2 under v1"].min()),
        "required_forward": seen.loc["added, required", "v2 under v1"],
        "required_back": seen.loc["added, required", "v1 under v2"],
        "required_raises": seen.loc["added, required", "new consumer, old event"],
        "added": seen.loc["added"].drop("… v1 closed").max(),
        "added_closed": seen.loc["added", "… v1 closed"],
        "silent": float(silent == ["added", "meaning"]),
        "charged_wrong": seen.loc["meaning", "charging"],
    }


FINDINGS = (
    Law(
        "09.past-tense",
        "Published first, {phantoms} labels are printed for orders that nobody holds; "
        "stored first, none.",
        facts_told,
        lambda n: n["phantoms"] == n["refused"] > 0 == n["phantoms_after"],
    ),
    Law(
        "09.immutable",
        "Told again under the same name, all {corrected} corrected orders are charged twice; "
        "told as another fact, none.",
        facts_told,
        lambda n: n["twice"] == n["corrected"] > 0 == n["twice_second"],
    ),
    Law(
        "09.not-called-back",
        "Either way, all {kept} old addresses are still where they were sent.",
        facts_told,
        lambda n: n["kept"] == n["corrected"],
    ),
    Law(
        "09.bytes",
        "A full-state entry has {full} bytes, a sparse one {sparse}; with its answer the sparse "
        "one comes to {asked}.",
        size,
        lambda n: n["full"] > 5 * n["sparse"] and n["asked"] > n["full"],
    ),
    Quantity(
        "09.errors",
        "Sparse: {errors} of 100 customers read an error.",
        calling_back,
        "errors",
        "of 100",
    ),
    Quantity(
        "09.never-told",
        "Sparse: {lost} times, a desk never hears of an order, although nothing was down.",
        calling_back,
        "lost",
        "times",
    ),
    Law(
        "09.carried",
        "Full state: {unlucky} customers read an error, and every desk hears of every order.",
        carried,
        lambda n: n["unlucky"] <= 1 and n["lost"] == 0,
    ),
    Quantity(
        "09.before-the-desks",
        "A queue with two workers in front of each desk: {errors} of 100 customers read an error.",
        before_the_desks,
        "errors",
        "of 100",
    ),
    Quantity(
        "09.before-the-source",
        "One queue with two workers in front of the source: {errors} of 100.",
        before_the_source,
        "errors",
        "of 100",
    ),
    Quantity(
        "09.one-worker",
        "With one worker: {errors} of 100.",
        one_worker,
        "errors",
        "of 100",
    ),
    Quantity(
        "09.a-worker-a-place",
        "With as many workers as the source has places: {errors} of 100.",
        a_worker_a_place,
        "errors",
        "of 100",
    ),
    Law(
        "09.all-served",
        "And every desk hears of every order.",
        before_the_source,
        lambda n: n["lost"] == 0,
    ),
    Quantity(
        "09.old-labels",
        "Full state: {old_labels} of 100 labels have an old address.",
        moving,
        "old_labels",
        "of 100",
    ),
    Quantity(
        "09.later-checks",
        "Sparse: {later_checks} of 100 checks see a later address.",
        moving,
        "later_checks",
        "of 100",
    ),
    Law(
        "09.each-at-one-desk",
        "Neither event is wrong at the other desk.",
        moving,
        lambda n: n["wrong_elsewhere"] == 0 and n["labels"] > 0,
    ),
    Tendency(
        "09.same-orders",
        "{both} of the {labels} orders with an old label are also among the later checks.",
        moving,
        lambda n: n["both"] >= 0.8 * n["labels"],
        0.9,
    ),
    Law(
        "09.outage",
        "While the source is down, {printed_told} labels are printed with full-state events and "
        "{printed_asked} with sparse ones. In the end none is missing.",
        moving,
        lambda n: n["printed_told"] > 0 == n["printed_asked"] and n["missing"] == 0,
    ),
    Law(
        "09.copies",
        "The bus has put {copies} copies of an address into the two queues: two for each order.",
        moving,
        lambda n: n["copies"] == 2 * n["orders"],
    ),
    Quantity(
        "09.six-fields",
        "With six fields, the slowest in a hundred events is published after {six} s.",
        calculating,
        "six",
        "s",
    ),
    Law(
        "09.grows-faster",
        "With four fields it was {four} s: more than twice the wait for half as many fields again.",
        calculating,
        lambda n: n["six"] > 2 * n["four"],
    ),
    Law(
        "09.when-asked",
        "Calculated when asked, the slowest in a hundred waits {asked} s at most, and "
        "{for_nobody} % of the calculations are not made.",
        calculating,
        lambda n: n["asked"] < 1.5 and n["for_nobody"] > 75,
    ),
    Law(
        "09.own-schema",
        "No change is refused by its own schema; what is removed, renamed or retyped is refused "
        "by version 1's.",
        changed,
        lambda n: n["own"] == 0 and n["caught_forward"] == 100,
    ),
    Law(
        "09.both-directions",
        "A new required field passes version 1's schema; version 2's refuses every old event, and "
        "its consumer raises at each.",
        changed,
        lambda n: n["required_forward"] == 0 and n["required_back"] == n["required_raises"] == 100,
    ),
    Law(
        "09.tolerant",
        "An optional field troubles nobody but a closed schema.",
        changed,
        lambda n: n["added"] == 0 and n["added_closed"] == 100,
    ),
    Law(
        "09.meaning",
        "Another meaning passes every schema, and charging takes a wrong sum for every order.",
        changed,
        lambda n: n["silent"] == 1 and n["charged_wrong"] == 100,
    ),
)

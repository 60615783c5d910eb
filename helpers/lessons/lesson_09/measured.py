"""The runs behind the findings of lesson 09, each a function of the seed."""

from __future__ import annotations

import json

from helpers import costs, trace
from helpers.findings import Numbers
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

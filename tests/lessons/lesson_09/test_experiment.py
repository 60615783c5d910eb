"""The runs of lesson 09 do what the lesson says of them, whatever they find."""

import json

import pytest
from emulated_mapping import at_once

from helpers import trace
from helpers.lessons.lesson_09 import experiment, facts, fields, versions
from helpers.lessons.lesson_09.source import PLACES
from helpers.patterns.events import full, sparse

SEED = 5


def worked_at_once(events):
    """The most requests that the source worked on at the same time."""
    return at_once(experiment.asked(events).query("outcome == 'ok'"))


@pytest.mark.parametrize(
    ("workers", "queues", "open_at_most"), [(2, "source", 2), (3, "desks", 3), (0, "none", 99)]
)
def test_so_many_questions_are_open_as_there_are_workers(workers, queues, open_at_most):
    events = experiment.sale(sparse, workers=workers, queues=queues, seed=SEED)
    assert worked_at_once(events) <= PLACES
    rush = {order.order_id for order in experiment.rush(SEED)}
    customers = experiment.asked(events)["caller"].isin(rush)
    asked = events.loc[experiment.asked(events).index[~customers]]
    assert worked_at_once(asked) <= open_at_most
    done = events[events["name"].isin(experiment.DESKS)]
    assert set(done["order_id"]) == rush or queues == "none"


def test_with_the_full_state_only_customers_ask():
    events = experiment.sale(full, seed=SEED)
    rush = {order.order_id for order in experiment.rush(SEED)}
    assert set(experiment.asked(events)["caller"]) <= rush


def test_a_desk_uses_what_the_event_says_or_what_the_source_knows():
    for event in (full, sparse):
        events = experiment.hour(event, seed=SEED)
        used = experiment.at_desk(events, "labels")
        assert len(used) == len(experiment.placed_in_the_hour(SEED))
        assert (used["used"] == (1 if event is full else used["newest"])).all()


def test_shorter_rounds_leave_fewer_old_labels():
    long, short = (
        len(experiment.old_labels(experiment.hour(full, every=every, seed=SEED)))
        for every in (1800, 60)
    )
    assert short < long


def test_a_label_without_an_order_is_one_that_the_table_refused():
    told = facts.tenses(SEED)
    assert (told["labels"] - told["stored"] == told["labels without an order"]).all()
    assert (told["stored"] < told["orders"]).all()


def test_fields_grow_in_steps_and_are_counted():
    always = fields.growing(fields.EVERY, minutes=1, seed=SEED)
    assert sorted(always["fields"].unique()) == list(fields.FIELDS)
    assert (always["count"] == always["fields"]).all()
    once = fields.growing(fields.ASKED, wanted=1, minutes=1, seed=SEED)
    assert once["count"].sum() == always["count"].sum()
    assert (always["wait"] >= fields.TAKES * always["count"] - 1e-6).all()


@pytest.mark.parametrize("change", versions.CHANGES)
def test_a_change_is_valid_under_its_own_schema(change):
    order = json.loads(json.dumps(_order()))
    assert versions.SCHEMAS[change].is_valid(versions.CHANGES[change](order))


def test_each_row_of_the_survey_is_an_order():
    seen = versions.survey(SEED)
    assert seen["change"].value_counts().to_dict() == dict.fromkeys(versions.CHANGES, versions.EACH)
    large = seen["fraud-check"].notna()
    assert 0 < large.sum() < len(seen)


def test_the_bus_carries_the_address_to_both_queues():
    sent = trace.messages(experiment.hour(full, seed=SEED)).query("what == 'sent'")
    assert sent["body"].str.contains('"address"').all()


def _order():
    return experiment.as_placed(experiment.rush(SEED)[0])

"""The schemas of the shop's events: what they accept, and in what version 2 differs."""

import copy
import json

import pytest
from jsonschema import Draft202012Validator

from helpers.lessons.lesson_09.schemas import validator
from helpers.load import recorded

FILES = sorted((recorded.DATA / "schemas").glob("*.json"))
SCHEMAS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FILES}
V1 = SCHEMAS["order-placed.v1"]
ADDRESS = {"name": "Customer 7", "street": "8 Mill Lane", "city": "Millbrook"}
ORDERS = [order | {"revision": 1, "address": ADDRESS} for order in recorded.recorded_orders()[::10]]


def renamed(order):
    order["total"] = order.pop("amount")


def accepts(name, orders):
    check = validator(name.removeprefix("order-placed.")).is_valid
    return [check(order) for order in orders]


def changed(change):
    orders = copy.deepcopy(ORDERS)
    for order in orders:
        change(order)
    return orders


CHANGES = {
    "added": lambda order: order.update(gift_note="Happy birthday"),
    "removed": lambda order: order.pop("items"),
    "renamed": renamed,
    "retyped": lambda order: order.update(amount=f"{order['amount'] / 100:.2f}"),
    "meaning": lambda order: order.update(amount=round(order["amount"] / 1.19)),
}


def test_the_versions_are_there():
    assert set(SCHEMAS) == {"order-placed.v1", *(f"order-placed.v2-{name}" for name in CHANGES)}


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_is_a_schema_and_open(name):
    Draft202012Validator.check_schema(SCHEMAS[name])
    assert "additionalProperties" not in json.dumps(SCHEMAS[name])


def test_version_1_accepts_every_order_of_the_day():
    assert len(ORDERS) > 700
    assert all(accepts("order-placed.v1", ORDERS))


@pytest.mark.parametrize("field", V1["required"])
def test_version_1_misses_each_of_its_fields(field):
    assert not any(accepts("order-placed.v1", changed(lambda order: order.pop(field))))


@pytest.mark.parametrize("name", CHANGES)
def test_each_version_2_accepts_its_own_events(name):
    assert all(accepts(f"order-placed.v2-{name}", changed(CHANGES[name])))


@pytest.mark.parametrize("name", CHANGES)
def test_version_1_accepts_what_was_added_and_what_has_another_meaning(name):
    expected = name in ("added", "meaning")
    assert set(accepts("order-placed.v1", changed(CHANGES[name]))) == {expected}


@pytest.mark.parametrize("name", CHANGES)
def test_each_version_2_differs_from_version_1_in_one_field(name):
    new = SCHEMAS[f"order-placed.v2-{name}"]
    assert new["$comment"].startswith("Against version 1: ")
    before, after = V1["properties"], new["properties"]
    lost, gained = before.keys() - after.keys(), after.keys() - before.keys()
    other = {key for key in before.keys() & after.keys() if before[key] != after[key]}
    assert {
        "added": (set(), {"gift_note"}, set()),
        "removed": ({"items"}, set(), set()),
        "renamed": ({"amount"}, {"total"}, set()),
        "retyped": (set(), set(), {"amount"}),
        "meaning": (set(), set(), {"amount"}),
    }[name] == (lost, gained, other)
    assert set(new["required"]) == set(after) - {"gift_note"}


def test_a_closed_schema_refuses_what_it_does_not_name():
    assert all(map(validator("v1", closed=True).is_valid, ORDERS))
    assert not any(map(validator("v1", closed=True).is_valid, changed(CHANGES["added"])))


def test_a_version_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(ValueError, match=r"no version 'v3' .*'v1', 'v2-added'"):
        validator("v3")


def test_a_field_that_is_required_is_missing_in_every_older_event():
    """Version 2 with a new required field: version 1 takes its events, and it takes none of v1."""
    strict = validator("v2-added", required=["gift_note"])
    new = changed(CHANGES["added"])
    assert all(map(strict.is_valid, new))
    assert all(accepts("v1", new))
    assert not any(map(strict.is_valid, ORDERS))
    assert all(accepts("v2-added", ORDERS))

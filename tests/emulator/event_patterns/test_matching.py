"""Event patterns: which events match, as EventBridge's open-source matcher says."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from matched_patterns import matches
from project import ROOT

from helpers import Lab
from helpers.emulator.event_patterns.matching import InvalidPattern, compiled

CASES = Path(os.environ.get("CONFORMANCE", ROOT.parent / "shared" / "conformance"))
# Patterns that are answered differently, and why.
DIFFERENT: dict[str, str] = {}
# Numbers that were lost when the data was written down; the matcher's reason still has them.
LOST = re.compile(r"(Infinity|0\.0)(?=\])")


def cases(name):
    path = CASES / name
    if not path.exists():
        pytest.skip(f"the public test cases are not at {path}")
    return json.loads(path.read_text(encoding="utf-8"))


class TestConformance:
    """AWS's own test cases of the matcher behind EventBridge."""

    def test_patterns_match_as_in_the_open_source_matcher(self):
        everything = cases("eventbridge-patterns.json")
        wrong = {
            json.dumps(each["pattern"])
            for each in everything
            if any(matches(each["pattern"], one["event"]) != one["match"] for one in each["cases"])
        }
        assert wrong == set(DIFFERENT)
        assert len(wrong) <= 0.02 * len(everything)
        assert len(everything) >= 255

    def test_patterns_match_alike_under_detail(self):
        for each in cases("eventbridge-patterns.json"):
            for one in each["cases"]:
                event = {"source": "shop", "detail": one["event"]}
                assert matches({"detail": each["pattern"]}, event) == one["match"]

    def test_invalid_patterns_are_refused(self):
        everything = cases("eventbridge-invalid-patterns.json")
        for each in everything:
            number = each["why"].removeprefix("Cannot compare number : ")
            with pytest.raises(InvalidPattern) as refused:
                compiled(LOST.sub(number, json.dumps(each["pattern"])))
            assert each["why"] in ("", refused.value.reason)  # of $or it says nothing
        assert len(everything) >= 70


ORDER = {
    "source": "shop",
    "detail": {"total": 120.5, "paid": True, "note": None, "tags": ["gift", "express"]},
}


class TestFields:
    def test_every_field_has_to_match_and_of_each_one_value(self):
        assert matches({"source": ["bank", "shop"], "detail": {"paid": [True]}}, ORDER)
        assert not matches({"source": ["bank", "shop"], "detail": {"paid": [False]}}, ORDER)

    def test_without_a_pattern_everything_matches(self):
        assert compiled(None).matches(ORDER)
        assert compiled(None).matches({})

    def test_an_array_matches_by_any_of_its_elements(self):
        assert matches({"detail": {"tags": ["express", "heavy"]}}, ORDER)
        assert not matches({"detail": {"tags": ["heavy"]}}, ORDER)

    @pytest.mark.parametrize(
        ("wanted", "found", "expected"),
        [
            (True, True, True),
            (True, 1, False),
            (1, True, False),
            (0, False, False),
            (1, 1.0, True),
            (1, "1", False),
            ("true", True, False),
            (None, None, True),
            (None, "null", False),
            ("", "", True),
            ("", None, False),
        ],
    )
    def test_types_are_told_apart(self, wanted, found, expected):
        assert matches({"x": [wanted]}, {"x": found}) is expected

    def test_dots_in_a_name_and_levels_are_the_same_path(self):
        for pattern in ({"a.b": ["c"]}, {"a": {"b": ["c"]}}):
            for event in ({"a.b": "c"}, {"a": {"b": "c"}}):
                assert matches(pattern, event)
                assert not matches(pattern, {"a": {"c": "b"}})

    def test_the_last_of_two_equal_names_counts(self):
        twice = compiled('{"a": [{"prefix": "us-"}], "a": [{"anything-but": "us-east"}]}')
        assert twice.matches({"a": "eu"})
        assert not twice.matches({"a": "us-east"})

    def test_a_pattern_is_compiled_once(self):
        assert compiled('{"a": ["b"]}') is compiled('{"a": ["b"]}')


STAFF = {
    "employees": [
        {"firstName": "Anna", "lastName": "Smith", "ids": [1, 2]},
        {"firstName": "Peter", "lastName": "Jones", "ids": [], "boss": True},
    ]
}


class TestArraysOfObjects:
    def test_all_fields_have_to_match_in_one_element(self):
        anna = {"firstName": ["Anna"], "lastName": ["Smith"]}
        assert matches({"employees": anna}, STAFF)
        mixed = {"firstName": ["Anna"], "lastName": ["Jones"]}
        assert not matches({"employees": mixed}, STAFF)

    def test_absent_means_absent_in_that_element(self):
        assert matches({"employees": {"firstName": ["Anna"], "mentor": [{"exists": False}]}}, STAFF)
        staff = {"employees": [{"a": 1, "b": 2}, {"a": 3}]}
        absent = [{"exists": False}]
        assert not matches({"employees": {"a": [1], "b": absent}}, staff)
        assert matches({"employees": {"a": [3], "b": absent}}, staff)
        assert not matches({"employees": {"b": absent}}, staff)

    def test_different_arrays_do_not_bind_each_other(self):
        event = {"x": [{"a": 1}, {"a": 2}], "y": [{"b": 1}, {"b": 2}]}
        assert matches({"x": {"a": [1]}, "y": {"b": [2]}}, event)

    @given(
        st.lists(
            st.dictionaries(st.sampled_from("ab"), st.integers(0, 2) | st.lists(st.integers(0, 2))),
            max_size=4,
        ),
        st.integers(0, 2),
        st.integers(0, 2),
    )
    def test_one_element_has_what_is_wanted_exactly_if_it_matches(self, elements, a, b):
        def has(element, name, number):
            value = element.get(name, [])
            return number in (value if isinstance(value, list) else [value])

        expected = any(has(one, "a", a) and has(one, "b", b) for one in elements)
        assert matches({"d": {"a": [a], "b": [b]}}, {"d": elements}) == expected

    def test_many_elements_are_no_burden(self):
        names = "abcdefgh"
        event = {"d": [{name: 1} for name in names * 50]}
        pattern = {"d": {name: [{"exists": True}] for name in names}}
        assert not matches(pattern, event)
        assert matches(pattern, {"d": [*event["d"], dict.fromkeys(names, 1)]})


class TestExists:
    def test_only_leaves_exist(self):
        there, absent = {"c": [{"exists": True}]}, {"c": [{"exists": False}]}
        for nothing in ({}, {"c": {"c1": 100}}, {"c": []}):
            assert not matches(there, nothing)
            assert matches(absent, nothing)
        for something in ({"c": 0}, {"c": None}, {"c": [""]}):
            assert matches(there, something)
            assert not matches(absent, something)

    def test_absent_or_a_value(self):
        pattern = {"c": [{"exists": False}, "free"]}
        assert matches(pattern, {})
        assert matches(pattern, {"c": "free"})
        assert not matches(pattern, {"c": "paid"})


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
)
EVENTS = st.dictionaries(
    st.text("ab.-", min_size=1, max_size=3),
    st.recursive(
        SCALARS,
        lambda below: (
            st.lists(below, max_size=3)
            | st.dictionaries(st.text("ab.", min_size=1, max_size=2), below, max_size=3)
        ),
        max_leaves=8,
    ),
    max_size=4,
)


def wanting(value):
    """The pattern that wants the last element of every array, and everything else there is."""
    if isinstance(value, dict):
        below = {name: pattern for name in value if (pattern := wanting(value[name]))}
        return below or None
    if isinstance(value, list):
        return next((pattern for one in reversed(value) if (pattern := wanting(one))), None)
    return [value]


class TestRules:
    @given(EVENTS)
    def test_what_an_event_holds_matches_it(self, event):
        pattern = wanting(event)
        if pattern:
            assert matches(pattern, json.loads(json.dumps(event)))

    @given(
        st.lists(st.text("ab", max_size=2), min_size=1) | st.lists(st.integers(0, 3), min_size=1),
        SCALARS | st.text("ab", max_size=2) | st.integers(0, 3),
    )
    def test_anything_but_is_the_opposite_of_equal(self, unwanted, found):
        assert matches({"x": [{"anything-but": unwanted}]}, {"x": found}) != matches(
            {"x": unwanted}, {"x": found}
        )
        assert not matches({"x": [{"anything-but": unwanted}]}, {})

    @given(
        st.lists(
            st.dictionaries(
                st.sampled_from("abc"),
                st.lists(st.integers(0, 1), min_size=1),
                min_size=1,
            ),
            min_size=2,
            max_size=4,
        ),
        st.dictionaries(st.sampled_from("abc"), st.integers(0, 1)),
    )
    def test_or_is_the_union(self, options, event):
        assert matches({"$or": options}, event) == any(matches(one, event) for one in options)
        both = {"d": {"$or": options}, "source": ["shop"]}
        expected = matches({"$or": options}, event)
        assert matches(both, {"d": event, "source": "shop"}) == expected
        assert not matches(both, {"d": event, "source": "bank"})


def test_a_deep_pattern_is_compiled_at_once():
    pattern, event = ["x"], "x"
    for _ in range(60):
        pattern, event = {"a": pattern}, {"a": event}
    assert matches(pattern, event)
    assert matches(pattern, {"a." * 59 + "a": "x"})


def test_through_a_bus():
    """The same answers come from the API."""
    event = {
        **{"id": "1", "account": "123456789012", "source": "shop", "time": "2026-11-23T07:00:00Z"},
        **{"region": "eu-west-1", "resources": [], "detail-type": "OrderPlaced"},
        "detail": {"items": [{"sku": "a", "n": 1}, {"sku": "b", "n": 2}]},
    }
    with Lab(seed=3):
        events = boto3.client("events")
        for number, expected in ((2, True), (1, False)):
            pattern = {"detail": {"items": {"sku": ["b"], "n": [number]}}}
            answer = events.test_event_pattern(
                EventPattern=json.dumps(pattern), Event=json.dumps(event)
            )
            assert answer["Result"] is expected
        with pytest.raises(ClientError) as refused:
            events.put_rule(Name="all", EventPattern='{"source": [{"starts": "sh"}]}')
        assert refused.value.response["Error"] == {
            "Code": "InvalidEventPatternException",
            "Message": "Event pattern is not valid. Reason: Unrecognized match type starts",
        }

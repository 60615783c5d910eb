"""Event patterns: what matches, and what is refused, as EventBridge's open-source matcher says."""

from __future__ import annotations

import json
import operator
import os
import re
from fractions import Fraction
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from project import ROOT

from helpers import Lab
from helpers.emulator.event_patterns.matching import InvalidPattern, compiled

CASES = Path(os.environ.get("CONFORMANCE", ROOT.parent / "shared" / "conformance"))
# Patterns that are answered differently, and why.
DIFFERENT: dict[str, str] = {}
# Numbers that were lost when the data was written down; the matcher's reason still has them.
LOST = re.compile(r"(Infinity|0\.0)(?=\])")


def matches(pattern, event):
    return compiled(json.dumps(pattern)).matches(event)


def cases(name):
    path = CASES / name
    if not path.exists():
        pytest.skip(f"the public test cases are not at {path}")
    return json.loads(path.read_text())


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


class TestOperators:
    @pytest.mark.parametrize(
        ("wanted", "yes", "no"),
        [
            ({"prefix": "us-"}, "us-east-1", "eu-us-1"),
            ({"prefix": {"equals-ignore-case": "EventB"}}, "EVENTBRIDGE", "bridge"),
            ({"suffix": ".png"}, "cat.png", "cat.png.gz"),
            ({"suffix": {"equals-ignore-case": ".png"}}, "cat.PNG", "png"),
            ({"equals-ignore-case": "alice"}, "ALICE", "alices"),
            ({"wildcard": "dir/*.png"}, "dir/a/b.png", "dir/a.jpg"),
            ({"wildcard": "a*a"}, "aa", "a"),
            ({"wildcard": "a\\*b"}, "a*b", "axb"),
            ({"wildcard": "a\\\\*"}, "a\\b", "ab"),
            ({"cidr": "10.0.0.0/24"}, "10.0.0.255", "10.0.1.0"),
            ({"cidr": "2001:db8::/32"}, "2001:DB8:0::1", "2001:db9::1"),
            ("2001:db8::1", "2001:0db8:0:0::1", "2001:db8::2"),
            ({"anything-but": {"prefix": "init"}}, "running", "initializing"),
            ({"anything-but": {"suffix": [".png", ".jpg"]}}, "a.txt", "a.jpg"),
            ({"anything-but": {"equals-ignore-case": ["yes", "ok"]}}, "no", "Yes"),
            ({"anything-but": {"wildcard": "*/lib/*"}}, "/bin/a", "/usr/lib/a"),
            ({"anything-but": [1, 2]}, 3, 2),
            ({"anything-but": [1, 2]}, "1", 1),
            ({"anything-but": "a"}, None, "a"),
            ({"numeric": [">", 0, "<=", 5]}, 5, 0),
            ({"numeric": ["=", 301.8]}, 3.018e2, 301.800001),
            ({"numeric": ["<", 1]}, 0, True),
            ({"numeric": [">", 1]}, 5_000_000_000, 5_000_000_001),
        ],
    )
    def test_what_an_operator_is_for(self, wanted, yes, no):
        assert matches({"x": [wanted]}, {"x": yes})
        assert not matches({"x": [wanted]}, {"x": no})

    @pytest.mark.parametrize("wanted", ["prefix", "suffix", "equals-ignore-case", "wildcard"])
    def test_strings_only(self, wanted):
        assert matches({"x": [{wanted: "1"}]}, {"x": "1"})
        assert not matches({"x": [{wanted: "1"}]}, {"x": 1})

    @given(st.text("ab*", max_size=6), st.text("ab", max_size=8))
    def test_a_wildcard_is_any_text(self, pattern, text):
        pattern = re.sub(r"\*+", "*", pattern)
        expected = re.fullmatch(pattern.replace("*", ".*"), text) is not None
        assert matches({"x": [{"wildcard": pattern}]}, {"x": text}) == expected


LIMIT = 5 * 10**9
NUMBERS = st.integers(-LIMIT * 10**6, LIMIT * 10**6) | st.integers(-20, 20).map(
    lambda number: number * 10**5
)
COMPARISONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def written(millionths):
    """A number as JSON may have it."""
    return f"{'-' * (millionths < 0)}{abs(millionths) // 10**6}.{abs(millionths) % 10**6:06}"


class TestNumbers:
    @given(NUMBERS, NUMBERS, st.sampled_from(sorted(COMPARISONS)))
    def test_a_comparison_is_exact_to_six_digits(self, found, limit, sign):
        pattern = compiled(f'{{"x": [{{"numeric": ["{sign}", {written(limit)}]}}]}}')
        value = float(written(found))
        exact = Fraction(repr(value)) * 10**6  # what the event says, read independently
        expected = exact.denominator == 1 and COMPARISONS[sign](exact, limit)
        assert pattern.matches({"x": value}) == expected

    @given(st.integers(-99, 99), st.integers(-99, 99), st.integers(-99, 99), st.booleans())
    def test_a_range_is_both_comparisons(self, bottom, size, found, is_open):
        signs = (">", "<") if is_open else (">=", "<=")
        top = bottom + abs(size) + 1
        both = {"numeric": [signs[0], bottom, signs[1], top]}
        alone = [{"numeric": [signs[0], bottom]}, {"numeric": [signs[1], top]}]
        each = [matches({"x": [one]}, {"x": found}) for one in alone]
        assert matches({"x": [both]}, {"x": found}) == all(each)

    @given(NUMBERS)
    def test_a_number_equals_itself_however_it_is_written(self, number):
        text = written(number)
        event = {"x": json.loads(text)}
        if Fraction(repr(event["x"])) == Fraction(number, 10**6):
            for way in (text, text + "00", f"{number}e-6"):
                assert compiled(f'{{"x": [{way}]}}').matches(event)
                assert not compiled(f'{{"x": [{{"anything-but": {way}}}]}}').matches(event)

    def test_a_number_beyond_comparison_equals_itself_as_written(self):
        account = {"x": [123456789012]}
        assert matches(account, {"x": 123456789012})
        assert not matches(account, {"x": 123456789012.0})


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


class TestOr:
    def test_or_within_or(self):
        pattern = {
            "$or": [
                {"metric": ["cpu"]},
                {"kind": ["host"], "$or": [{"id": [1]}, {"rack": [2]}]},
            ]
        }
        assert matches(pattern, {"metric": "cpu"})
        assert matches(pattern, {"kind": "host", "rack": 2})
        assert not matches(pattern, {"kind": "host", "rack": 3})
        assert not matches(pattern, {"rack": 2})

    @pytest.mark.parametrize(
        "value", [["x"], [{"prefix": "x"}], [{"prefix": "x"}, {"suffix": "y"}], {"a": ["x"]}]
    )
    def test_or_is_a_field_where_it_cannot_be_the_operator(self, value):
        event = {"$or": {"a": "x"}} if isinstance(value, dict) else {"$or": "x"}
        assert matches({"$or": value}, event)
        assert not matches({"$or": value}, {"a": "x"})

    @pytest.mark.parametrize(
        "value",
        [
            [{"a": ["x"]}],
            [{"a": ["x"]}, "x"],
            [{"a": {"prefix": ["x"]}}, {"b": ["x"]}],
        ],
    )
    def test_and_then_its_array_has_to_hold_values(self, value):
        with pytest.raises(InvalidPattern, match="Unrecognized match type a"):
            compiled(json.dumps({"$or": value}))

    @pytest.mark.parametrize(("sizes", "accepted"), [((10, 10, 10), True), ((7, 11, 13), False)])
    def test_a_thousand_combinations(self, sizes, accepted):
        pattern = {
            name: {"$or": [{"x": [number]} for number in range(size)]}
            for name, size in zip("abc", sizes, strict=True)
        }
        event = {name: {"x": size - 1} for name, size in zip("abc", sizes, strict=True)}
        if accepted:
            assert matches(pattern, event)
            assert not matches(pattern, {**event, "a": {"x": 99}})
        else:
            with pytest.raises(InvalidPattern, match="over 1000 rule combinations"):
                compiled(json.dumps(pattern))


def test_a_deep_pattern_is_compiled_at_once():
    pattern, event = ["x"], "x"
    for _ in range(60):
        pattern, event = {"a": pattern}, {"a": event}
    assert matches(pattern, event)
    assert matches(pattern, {"a." * 59 + "a": "x"})


class TestRefusals:
    @pytest.mark.parametrize(
        ("pattern", "reason"),
        [
            # Recorded from AWS in the tests of LocalStack (test_events_patterns, 2024).
            ('{"int": 42}', '"int" must be an object or an array'),
            ('{"resources": []}', "Empty arrays are not allowed"),
            ('{"k": [{"EXISTS": true}]}', "Unrecognized match type EXISTS"),
            ('{"c": [{"numeric": [">", 0, ">", 0]}]}', "Bad numeric range operator: >"),
            ('{"c": [{"numeric": [">", 0, "<"]}]}', "Value of < must be numeric"),
            ('["not", "a", "dict"]', "Filter is not an object"),
            ('{"t": [{"prefix": ["2022"]}]}', "prefix match pattern must be a string"),
            ('{"ip": [{"cidr": "bad"}]}', "Malformed CIDR, one '/' required"),
            (
                '{"b": [{"wildcard": "arn:aws:events:us-east-1:**:event-bus/*"}]}',
                "Consecutive wildcard characters at pos 26",
            ),
            (
                '{"f": [{"anything-but": {"prefix": {"equals-ignore-case": "file"}}}]}',
                "Value of anything-but must be an array or single string/number value.",
            ),
            # From the matcher's source.
            ("{}", "Empty objects are not allowed"),
            ('{"a": {}}', "Empty objects are not allowed"),
            ('{"a": [{}]}', "Match expression name not found"),
            ('{"a": [["b"]]}', "Match value must be String, number, true, false, or null"),
            ('{"a": [{"wildcard": "a\\\\b"}]}', "Invalid escape character at pos 2"),
            ('{"a": [{"anything-but": [true]}]}', "Inside anything but list, start|null|boolean"),
            ('{"a": [{"anything-but": []}]}', "Inside anything but list, either all values"),
            ('{"a": [{"cidr": "10.0.0.0/32"}]}', "IPv4 mask bits must be < 32"),
            ('{"a": [{"cidr": "10.0.0.256/8"}]}', "Nonstandard IP address: 10.0.0.256"),
            ('{"a": [{"numeric": ["=", 5000000001]}]}', "Cannot compare number : 5000000001"),
            ('{"a": [{"numeric": ["=", 0.1234567]}]}', "Cannot compare number : 0.1234567"),
            ('{"a": [{"prefix": "b", "prefix": "c"}]}', "Only one key allowed"),
            ('{"a": ["b"', "Expecting ',' delimiter at line: 1, column: 11"),
            ("", "Expecting value at line: 1, column: 1"),
        ],
    )
    def test_a_refusal_says_why(self, pattern, reason):
        with pytest.raises(InvalidPattern) as refused:
            compiled(pattern)
        assert refused.value.reason.startswith(reason)
        assert str(refused.value) == f"Event pattern is not valid. Reason: {refused.value.reason}"


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

"""The operators of event patterns, numbers among them, and which patterns are refused."""

from __future__ import annotations

import json
import operator
import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matched_patterns import matches

from helpers.emulator.event_patterns.matching import InvalidPattern, compiled


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

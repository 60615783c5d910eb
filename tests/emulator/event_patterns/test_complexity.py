"""Which wildcards are too complex, and where that is asked."""

from __future__ import annotations

import json

import boto3
import pytest

from helpers import Lab
from helpers.emulator.event_patterns.complexity import check, complexity
from helpers.emulator.event_patterns.invalid import InvalidPattern

BUS = "arn:aws:events:eu-west-1:123456789012:event-bus/default"


@pytest.mark.parametrize(
    ("wildcards", "beginnings"),
    [
        (["a*b"], 2),
        (["*aa"], 3),
        (["*ab*ad"], 4),
        (["ab*cd", "ab*wx", "ab*yz"], 6),
        (["*ab*b*b*"], 7),
        (["ab*c", "ab*c"], 2),
        (["F*eatureFeature", "Fe*atureFeature", "Fea*tureFeature"], 10),
    ],
)
def test_as_the_open_source_matcher_counts(wildcards, beginnings):
    """Of aws/event-ruler, MachineComplexityEvaluatorTest (Apache-2.0)."""
    assert complexity(wildcards) == beginnings


ACCEPTED = [
    ["/Users/*/dir/dir/dir/dir/dir/doc.txt"],  # LocalStack, content_wildcard_repeating
    ["*:event-bus/*"],
    ["*:stack/Shared/*", "*:stack/Api/*", "*:stack/Site/*"],  # vals-ai/Valkyrie 278
    ["*.bif", "*.tiff", "*.tif", "*.svs"],
    ["*/data/*.bif", "*/data/*.tif"],
]
REFUSED = [
    ["*:*:*:*:*:event-bus/*"],  # LocalStack, content_wildcard_complex_EXC
    ["*:stack/Shared/*", "*:stack/Api/*", "*:stack/Site/*", "*:stack/Monitoring/*"],
    ["*/data/*.bif", "*/data/*.tiff", "*/data/*.tif", "*/data/*.svs"],
]


@pytest.mark.parametrize("wildcards", ACCEPTED)
def test_what_aws_accepted(wildcards):
    check({"detail": {"a": [{"wildcard": text} for text in wildcards]}})


@pytest.mark.parametrize("wildcards", REFUSED)
def test_what_aws_refused(wildcards):
    for values in (
        [{"wildcard": text} for text in wildcards],
        [{"anything-but": {"wildcard": wildcards}}],
    ):
        for pattern in ({"detail": {"a": values}}, {"$or": [{"a": values}, {"b": ["x"]}]}):
            with pytest.raises(InvalidPattern, match="Rule is too complex"):
                check(pattern)


def test_each_field_counts_alone():
    values = [{"wildcard": text} for text in ACCEPTED[2]]
    check({"detail": {"a": values, "b": values, "c": values}})


def test_an_escaped_star_is_a_letter():
    check({"a": [{"wildcard": "\\*:\\*:\\*:\\*:\\*:\\*:\\*:*"}]})


def test_rules_archives_and_tests_are_asked_and_a_filter_of_sns_is_not():
    pattern = json.dumps({"detail": {"a": [{"wildcard": "*:*:*:*:*:event-bus/*"}]}})
    event = json.dumps(dict.fromkeys(["id", "account", "time", "region", "detail-type"], "x"))
    event = event.replace("}", ', "source": "x"}')
    with Lab(seed=1):
        events = boto3.client("events")
        events.create_archive(ArchiveName="all", EventSourceArn=BUS)
        for call in (
            lambda: events.put_rule(Name="r", EventPattern=pattern),
            lambda: events.test_event_pattern(EventPattern=pattern, Event=event),
            lambda: events.create_archive(
                ArchiveName="a", EventSourceArn=BUS, EventPattern=pattern
            ),
            lambda: events.update_archive(ArchiveName="all", EventPattern=pattern),
        ):
            with pytest.raises(events.exceptions.InvalidEventPatternException, match="complex"):
                call()
        names = [archive["ArchiveName"] for archive in events.list_archives()["Archives"]]
        assert names == ["all"]

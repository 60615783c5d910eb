"""Event patterns of EventBridge."""

from __future__ import annotations

import json
from typing import Any

import boto3

from helpers.differences.bus import SOURCE
from helpers.differences.probe import MODEL, Queue, difference, kind, let_pass

EVENT = {
    "id": "1",
    "account": "123456789012",
    "source": SOURCE,
    "time": "2026-11-02T08:00:00Z",
    "region": "eu-west-1",
    "resources": [],
    "detail-type": "Probe",
    "detail": {},
}


@difference(
    "EventBridge: a field of objects in an array",
    aws="matches",
    source="event-ruler README, JSON array matching",
)
def array_of_objects(lab: Any) -> str:
    """A pattern names a field of the objects in an array."""
    wanted = {"items": {"sku": ["pen"]}}
    return _answer(lab, "array", wanted, {"items": [{"sku": "ink"}, {"sku": "pen"}]})


@difference(
    "EventBridge: 1 is wanted, true comes",
    aws="does not match",
    source="event-ruler README, JSON text matching",
)
def true_and_one(lab: Any) -> str:
    """A pattern wants the number 1, and the event has true."""
    return _answer(lab, "true", {"paid": [1]}, {"paid": True})


@difference(
    "EventBridge: an operator that does not exist",
    aws="refused: InvalidEventPatternException",
    source=f"{MODEL}, PutRule",
)
def unknown_operator(lab: Any) -> str:
    """A pattern has an operator that does not exist."""
    return _answer(lab, "unknown", {"sku": [{"starts-with": "pen"}]}, {"sku": "ink"})


@difference(
    "EventBridge: two operators in one matcher",
    aws="refused: InvalidEventPatternException",
    source=f"{MODEL}, PutRule",
)
def two_operators(lab: Any) -> str:
    """A matcher has two operators."""
    return _answer(lab, "two", {"sku": [{"prefix": "p", "suffix": "n"}]}, {"sku": "pan"})


@difference(
    "EventBridge: a wildcard with six stars",
    aws="refused: InvalidEventPatternException",
    source="recorded by LocalStack, content_wildcard_complex",
)
def complex_wildcard(lab: Any) -> str:
    """A wildcard that is too complex."""
    wildcard = "*:*:*:*:*:event-bus/*"
    return _answer(lab, "complex", {"arn": [{"wildcard": wildcard}]}, {"arn": "a"})


@difference(
    "EventBridge: TestEventPattern", aws="Result: True", source=f"{MODEL}, TestEventPattern"
)
def tested_pattern(lab: Any) -> str:
    """A pattern is tested on an event that it matches."""
    answer = boto3.client("events").test_event_pattern(
        EventPattern=json.dumps({"source": [SOURCE]}), Event=json.dumps(EVENT)
    )
    return f"Result: {answer['Result']}" if "Result" in answer else "no Result"


def _answer(lab: Any, name: str, wanted: dict[str, Any], detail: dict[str, Any]) -> str:
    """What becomes of a rule whose pattern wants this of `detail`, and of one event."""
    queue, events = Queue(f"pattern-{name}"), boto3.client("events")
    source = f"pattern.{name}"
    pattern = json.dumps({"source": [source], "detail": wanted})
    try:
        events.put_rule(Name=name, EventPattern=pattern)
    except Exception as error:
        return f"refused: {kind(error)}"
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": queue.arn}])
    entry = {"Source": source, "DetailType": "OrderPlaced", "Detail": json.dumps(detail)}
    events.put_events(Entries=[entry])
    let_pass(lab, seconds=60)
    return "matches" if queue.receive() else "does not match"

"""What a target of EventBridge gets of an event. Each probe has a bus of its own."""

from __future__ import annotations

import json
from typing import Any

from helpers.differences.bus import Bus
from helpers.differences.probe import MODEL, Queue, difference, let_pass


@difference(
    "EventBridge: the account in an event",
    aws="account is there",
    source="User Guide, event metadata",
)
def envelope(lab: Any) -> str:
    """Whether an event says from which account it is."""
    bus, queue = Bus("envelope"), Queue("envelope")
    bus.rule({"Arn": queue.arn})
    bus.publish()
    let_pass(lab, 1)
    [message] = queue.receive()
    return "account is there" if "account" in json.loads(message["Body"]) else "no account"


@difference(
    "EventBridge: a target with a constant Input", aws='{"fixed":1}', source=f"{MODEL}, PutTargets"
)
def constant(lab: Any) -> str:
    """A target wants a constant."""
    return _shaped(lab, "constant", Input='{"fixed": 1}')


@difference(
    "EventBridge: a string in an InputTransformer",
    aws='{"by":"probe"}',
    source="User Guide, input transformation",
)
def transformed_text(lab: Any) -> str:
    """A template has a variable that is a string."""
    paths = {"by": "$.source"}
    shape = {"InputPathsMap": paths, "InputTemplate": '{"by": <by>}'}
    return _shaped(lab, "transformed-text", InputTransformer=shape)


@difference(
    "EventBridge: a boolean in an InputTransformer",
    aws='{"express":true}',
    source="User Guide, input transformation",
)
def transformed_boolean(lab: Any) -> str:
    """A template has a variable that is a boolean."""
    paths = {"express": "$.detail.express"}
    shape = {"InputPathsMap": paths, "InputTemplate": '{"express": <express>}'}
    return _shaped(lab, "transformed-boolean", InputTransformer=shape)


@difference(
    "EventBridge: an object in a string of a template",
    aws="not delivered",
    source="recorded by LocalStack, test_events_inputs",
)
def object_in_string(lab: Any) -> str:
    """A template of JSON has the whole detail inside a string."""
    template = {"InputPathsMap": {"detail": "$.detail"}, "InputTemplate": '{"a": "<detail>"}'}
    bus, queue = Bus("quoted"), Queue("quoted")
    bus.rule({"Arn": queue.arn, "InputTransformer": template})
    outcome = bus.publish(sku="pen")
    let_pass(lab, 1)
    return "delivered" if queue.receive() else "not delivered" if outcome == "accepted" else outcome


def _shaped(lab: Any, name: str, **shaping: Any) -> str:
    """What a target gets of an event of ``{"express": true}``."""
    bus, queue = Bus(name), Queue(name)
    bus.rule({"Arn": queue.arn, **shaping})
    outcome = bus.publish(express=True)
    let_pass(lab, 1)
    bodies = [message["Body"] for message in queue.receive()]
    if not bodies:
        return outcome
    shaped = json.dumps(json.loads(bodies[0]), separators=(",", ":"))  # AWS promises no spaces
    return shaped if len(shaped) < 50 else "the whole event"

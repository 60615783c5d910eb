"""A bus of EventBridge, as the probes use it."""

from __future__ import annotations

import json
from typing import Any

import boto3

from helpers.differences.probe import kind

SOURCE = "probe"


class Bus:
    """A bus, and the few calls that the probes make."""

    def __init__(self, name: str) -> None:
        self.name, self.events = name, boto3.client("events")
        self.arn = self.events.create_event_bus(Name=name)["EventBusArn"]

    def rule(self, *targets: dict[str, Any], name: str = "probe", state: str = "ENABLED") -> None:
        pattern = json.dumps({"source": [SOURCE]})
        bus = {"EventBusName": self.name}
        self.events.put_rule(Name=name, EventPattern=pattern, State=state, **bus)
        numbered = [{"Id": str(number), **target} for number, target in enumerate(targets)]
        self.events.put_targets(Rule=name, Targets=numbered, **bus)

    def publish(self, **detail: Any) -> str:
        """Publish one event. Returns what came of the call."""
        entry = {"Source": SOURCE, "DetailType": "Probe", "EventBusName": self.name}
        try:
            answer = self.events.put_events(Entries=[{**entry, "Detail": json.dumps(detail)}])
        except Exception as error:
            return f"fails: {kind(error)}"
        return "accepted" if answer["FailedEntryCount"] == 0 else "refused"

"""EventBridge."""

from __future__ import annotations

import json
from typing import Any

import boto3

from helpers.probes.parts import Queue, kind


def lost_target(lab: Any) -> str:
    """An event is published whose target, a queue, has been deleted."""
    queue, events = Queue("target"), boto3.client("events")
    events.put_rule(Name="gone", EventPattern=json.dumps({"source": ["shop"]}))
    events.put_targets(Rule="gone", Targets=[{"Id": "queue", "Arn": queue.arn}])
    queue.sqs.delete_queue(QueueUrl=queue.url)
    entry = {"Source": "shop", "DetailType": "OrderPlaced", "Detail": "{}"}
    try:
        events.put_events(Entries=[entry])
    except Exception as error:
        return f"fails: {kind(error)}"
    return "accepted"

"""Buses of EventBridge. Each probe but those of the default bus has a bus of its own."""

from __future__ import annotations

import json
from typing import Any

import boto3

from helpers.differences.bus import SOURCE, Bus
from helpers.differences.probe import MODEL, Queue, difference, kind, let_pass


@difference(
    "EventBridge: put_events, and a target is gone",
    aws="accepted",
    source="User Guide, retries of delivery",
)
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


@difference(
    "EventBridge: one of two targets is gone",
    aws="delivered",
    source="User Guide, retries of delivery",
)
def neighbour(lab: Any) -> str:
    """The first of two targets has been deleted; the second is there."""
    bus, gone, here = Bus("neighbours"), Queue("neighbour-gone"), Queue("neighbour-here")
    bus.rule({"Arn": gone.arn}, {"Arn": here.arn})
    gone.sqs.delete_queue(QueueUrl=gone.url)
    bus.publish()
    let_pass(lab, 1)
    return "delivered" if here.receive() else "not delivered"


@difference(
    "EventBridge: dead-letter queue of a target",
    aws="in the dead-letter queue",
    source="User Guide, dead-letter queues",
)
def dead_letter(lab: Any) -> str:
    """A target has been deleted, and has a dead-letter queue."""
    bus, gone, dead = Bus("letters"), Queue("letter-gone"), Queue("letter-dead")
    bus.rule({"Arn": gone.arn, "DeadLetterConfig": {"Arn": dead.arn}})
    gone.sqs.delete_queue(QueueUrl=gone.url)
    bus.publish()
    let_pass(lab, 1)
    return "in the dead-letter queue" if dead.receive() else "lost"


@difference(
    "EventBridge: a function as a target", aws="runs", source="User Guide, event bus targets"
)
def function_target(lab: Any) -> str:
    """A rule's target is a function."""
    bus, ran = Bus("functions"), []
    bus.rule({"Arn": lab.deploy("of-the-bus", lambda event, context: ran.append(event))})
    outcome = bus.publish()
    let_pass(lab, 1)
    return "runs" if ran else outcome


@difference(
    "EventBridge: a disabled rule",
    aws="not delivered, after a short time",
    choice="not delivered",
    source=f"{MODEL}, DisableRule",
)
def disabled_rule(lab: Any) -> str:
    """An event is published for a rule that is disabled."""
    bus, queue = Bus("disabled"), Queue("disabled")
    bus.rule({"Arn": queue.arn}, state="DISABLED")
    bus.publish()
    let_pass(lab, 1)
    return "delivered" if queue.receive() else "not delivered"


@difference(
    "EventBridge: three hours of rate(1 hour)", aws="3 times", source="User Guide, rate expressions"
)
def scheduled_rule(lab: Any) -> str:
    """Three hours pass for a rule of ``rate(1 hour)``."""
    events, queue = boto3.client("events"), Queue("hourly")
    events.put_rule(Name="hourly", ScheduleExpression="rate(1 hour)")
    events.put_targets(Rule="hourly", Targets=[{"Id": "queue", "Arn": queue.arn}])
    let_pass(lab, 3 * 3600)
    times = len(queue.receive(MaxNumberOfMessages=10))
    events.remove_targets(Rule="hourly", Ids=["queue"])
    events.delete_rule(Name="hourly")
    return "once" if times == 1 else f"{times} times"


@difference("EventBridge: a third bus in a row", aws="not reached", source="User Guide, bus to bus")
def third_bus(lab: Any) -> str:
    """Three buses in a row, each the target of the one before."""
    buses, queue = [Bus(f"row-{number}") for number in range(3)], Queue("row")
    buses[0].rule({"Arn": buses[1].arn})
    buses[1].rule({"Arn": buses[2].arn})
    buses[2].rule({"Arn": queue.arn})
    buses[0].publish()
    let_pass(lab, 1)
    return "reached" if queue.receive() else "not reached"


@difference("EventBridge: a bus that does not exist", aws="accepted", source="aws-cli issue 9186")
def unknown_bus(lab: Any) -> str:
    """An event is published on a bus that does not exist."""
    bus = Bus("known")
    bus.name = "unknown"
    return bus.publish()


@difference(
    "EventBridge: an entry of 1,100,000 bytes",
    aws="fails: ValidationException",
    source="API model; aws-service-catalog-puppet issue 563",
)
def entry_size(lab: Any) -> str:
    """An entry of 1,100,000 bytes."""
    return Bus("large").publish(text="x" * 1_100_000)


@difference(
    "EventBridge: deleting a bus that has a rule",
    aws="ValidationException",
    source=f"{MODEL}, DeleteEventBus",
)
def bus_with_rules(lab: Any) -> str:
    """A bus is deleted that still has a rule."""
    bus = Bus("ruled")
    bus.events.put_rule(
        Name="probe", EventPattern=json.dumps({"source": [SOURCE]}), EventBusName=bus.name
    )
    try:
        bus.events.delete_event_bus(Name=bus.name)
    except Exception as error:
        return kind(error)
    return "deleted, with its rule"

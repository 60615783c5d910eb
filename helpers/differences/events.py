"""EventBridge. Each probe but those of the default bus has a bus of its own."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import boto3

from helpers.differences.probe import MODEL, Queue, difference, kind, let_pass

SOURCE = "probe"
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


@difference(
    "EventBridge: replays listed by their state",
    aws="1 replay",
    source=f"{MODEL}, ListReplays",
)
def listed_replays(lab: Any) -> str:
    """A replay has ended, and those that have are listed."""
    bus = Bus("listed")
    archive = bus.events.create_archive(ArchiveName="listed", EventSourceArn=bus.arn)
    bus.events.start_replay(
        ReplayName="listed",
        EventSourceArn=archive["ArchiveArn"],
        EventStartTime=0,
        EventEndTime=60,
        Destination={"Arn": bus.arn},
    )
    let_pass(lab, 60)
    ended = bus.events.list_replays(State="COMPLETED")["Replays"]
    found = [replay for replay in ended if replay["ReplayName"] == "listed"]
    return f"{len(found)} replay{'' if len(found) == 1 else 's'}"


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


@difference("EventBridge: replay of 2 of 5 minutes", aws="2 events", source=f"{MODEL}, StartReplay")
def replay_window(lab: Any) -> str:
    """Five events, one a minute, and a replay of two of these minutes."""
    bus, queue = Bus("replayed"), Queue("replayed")
    archive = bus.events.create_archive(ArchiveName="replayed", EventSourceArn=bus.arn)
    start = bus.events.describe_archive(ArchiveName="replayed")["CreationTime"]
    for _ in range(5):
        bus.publish()
        let_pass(lab, 60)
    bus.rule({"Arn": queue.arn})
    bus.events.start_replay(
        ReplayName="replayed",
        EventSourceArn=archive["ArchiveArn"],
        EventStartTime=start + timedelta(seconds=60),
        EventEndTime=start + timedelta(seconds=180),
        Destination={"Arn": bus.arn},
    )
    let_pass(lab, 60)
    return f"{len(queue.receive(MaxNumberOfMessages=10))} events"


@difference(
    "EventBridge: TestEventPattern", aws="Result: True", source=f"{MODEL}, TestEventPattern"
)
def tested_pattern(lab: Any) -> str:
    """A pattern is tested on an event that it matches."""
    answer = boto3.client("events").test_event_pattern(
        EventPattern=json.dumps({"source": [SOURCE]}), Event=json.dumps(EVENT)
    )
    return f"Result: {answer['Result']}" if "Result" in answer else "no Result"


@difference(
    "EventBridge: an entry of 1,100,000 bytes",
    aws="fails: ValidationException",
    source="API model; aws-service-catalog-puppet issue 563",
)
def entry_size(lab: Any) -> str:
    """An entry of 1,100,000 bytes."""
    return Bus("large").publish(text="x" * 1_100_000)


@difference("EventBridge: a bus that does not exist", aws="accepted", source="aws-cli issue 9186")
def unknown_bus(lab: Any) -> str:
    """An event is published on a bus that does not exist."""
    bus = Bus("known")
    bus.name = "unknown"
    return bus.publish()


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

"""Archives and replays of EventBridge. Each probe has a bus of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from helpers.differences.bus import Bus
from helpers.differences.probe import MODEL, Queue, difference, let_pass


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

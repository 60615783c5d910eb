"""Archives and replays.

Statements followed, as of November 2026:

- An archive keeps the events that match its pattern, or all, for RetentionDays, or for ever;
  "Replayed events are not sent to an archive" (API model: CreateArchive).
- "A replay processes events to replay based on the time in the event, and replays them using 1
  minute intervals": all of the first minute, then those of the second (API model: StartReplay).
  Within a minute they go here in the order of their time. Events "that occurred between the
  EventStartTime and EventEndTime are replayed", "prior to the EventEndTime" (Replay). moto replays
  everything, at once.
- A replayed event has a field `replay-name`, and goes to the rules named in FilterArns only (User
  Guide, "Replaying archived events"; API model: ReplayDestination). It has an id of its own, and
  the name stands after the region (recorded in the tests of LocalStack, May 2024).
- "You can use DescribeReplay to determine the progress of a replay" (API model: DescribeReplay).

How fast a replay goes is not documented. Here each minute that holds events takes a second.
"""

import bisect
import time
from collections.abc import Callable
from functools import wraps
from threading import Thread
from typing import Any

from moto.core.utils import unix_time
from moto.events.exceptions import IllegalStatusException
from moto.events.models import (
    Archive,
    EventBus,
    EventsBackend,
    Replay,
    ReplayState,
    events_backends,
)
from moto.moto_api._internal import mock_random

from helpers.emulator.events.envelope import Event, epoch, text_of
from helpers.emulator.events.rules import route
from helpers.trace.callers import at_work

INTERVAL = 60.0  # seconds of the events' time that are replayed together
PAUSE = 1.0  # seconds that this takes
DAY = 86_400.0


def keep(backend: EventsBackend, bus: EventBus, event: Event, ingested: float) -> None:
    """Add an event to the archives of its bus."""
    for archive in backend.archives.values():
        if archive.event_bus_name == bus.name and archive.event_pattern.matches_event(event):
            archive.events.append((ingested, event))


def _forget_old(archive: Archive) -> None:
    """Drop what has outlived the archive's retention."""
    days = float(archive.retention)
    if days:
        oldest = time.time() - days * DAY
        del archive.events[: bisect.bisect_left(archive.events, oldest, key=lambda held: held[0])]


def describe_archive(original: Callable[..., Any]) -> Callable[..., Any]:
    """Count what is left after retention, in events and bytes."""

    @wraps(original)
    def method(self: Archive) -> dict[str, Any]:
        _forget_old(self)
        size = sum(len(text_of(event).encode()) for _, event in self.events)
        return {**original(self), "SizeBytes": size}

    return method


def describe_replay(original: Callable[..., Any]) -> Callable[..., Any]:
    """Tell how far the replay has come."""

    @wraps(original)
    def method(self: Replay) -> dict[str, Any]:
        return {**original(self), "EventLastReplayedTime": vars(self).get("last_replayed")}

    return method


def replay_events(replay: Replay, archive: Archive) -> None:
    """Replay in the background. Replaces `Replay.replay_events`."""
    _forget_old(archive)
    start, end = float(replay.event_start_time), float(replay.event_end_time)
    minutes: dict[int, list[Event]] = {}
    for event in sorted((event for _, event in archive.events), key=epoch):
        if start <= epoch(event) < end:
            minutes.setdefault(int((epoch(event) - start) // INTERVAL), []).append(event)
    Thread(
        target=_replay, args=(replay, list(minutes.values())), name=at_work("events", replay.name)
    ).start()


def _replay(replay: Replay, minutes: list[list[Event]]) -> None:
    backend = events_backends[replay.account_id][replay.region]
    bus = backend.event_buses.get(replay.destination["Arn"].split("/")[-1])
    only = replay.destination.get("FilterArns") or ()
    replay.state = ReplayState.RUNNING
    for events in minutes:
        for event in events if bus else ():
            route(backend, bus, _named(event, replay.name), time.time(), only=only)
            replay.last_replayed = epoch(event)
        time.sleep(PAUSE)
        if replay.state is ReplayState.CANCELLING:
            break
    done = ReplayState.CANCELLED if replay.state is ReplayState.CANCELLING else None
    replay.state = done or ReplayState.COMPLETED
    replay.end_time = unix_time()


def _named(event: Event, name: str) -> Event:
    """The event with a new id and the name of its replay, which stands after the region."""
    named = {**event, "id": str(mock_random.uuid4())}
    last = {key: named.pop(key) for key in ("resources", "detail")}
    return {**named, "replay-name": name, **last}


def cancel_replay(backend: EventsBackend, name: str) -> dict[str, str]:
    """Cancel a replay that has not ended. Replaces `EventsBackend.cancel_replay`."""
    replay = backend._get_replay(name)
    if replay.state not in (ReplayState.STARTING, ReplayState.RUNNING):
        raise IllegalStatusException(f"Replay {name} is not in a valid state for this operation.")
    replay.state = ReplayState.CANCELLING
    return {"ReplayArn": replay.arn, "State": replay.state.value}

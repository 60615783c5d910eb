"""EventBridge as AWS describes it: the corrections of moto's, for as long as they are wanted.

PutEvents only looks at its entries, matches them and lays them into outboxes. It does not wait for
a target, and does not fail because of one. What each further correction follows stands in the
module that holds it: `envelope` (what an event looks like), `event_patterns.matching` and its
neighbours (which rules it matches), `rules` (rules and schedules), `input` (what a
target gets), `targets` (how it is called), `delivery` (retries, dead letters),
`archive` (archives).

What another service of the emulator sends of itself comes in through `service_events`.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.events.exceptions import ValidationException
from moto.events.models import (
    Archive,
    EventPattern,
    EventsBackend,
    Replay,
    events_backends,
)
from moto.events.responses import EventsHandler
from moto.utilities.arns import parse_arn

from helpers.emulator import service_events
from helpers.emulator.event_patterns import matching
from helpers.emulator.events import archive, rules
from helpers.emulator.events.envelope import MAXIMUM_SIZE, Event, entry_size, envelope
from helpers.emulator.events.targets import LINEAGE
from helpers.emulator.guard import applied

MOST_ENTRIES = 10  # [API model: PutEventsRequestEntryList]
IN_EVERY_EVENT = {"id", "account", "source", "time", "region", "resources", "detail-type"}
EXPECTED_SOURCES = {
    "moto.events.models:Archive.__init__": "a262f896b731",
    "moto.events.models:Archive.describe_short": "77dfb6f90116",
    "moto.events.models:EventPattern.__init__": "248840710185",
    "moto.events.models:EventPattern.load": "e4a8830e37d1",
    "moto.events.models:EventPattern.matches_event": "3e71eb7ff590",
    "moto.events.models:EventsBackend.cancel_replay": "cd68164d8cbb",
    "moto.events.models:EventsBackend.create_archive": "3931265cc1c5",
    "moto.events.models:EventsBackend.put_events": "c56f6ac1f932",
    "moto.events.models:EventsBackend.put_rule": "28bf0ac76b1b",
    "moto.events.models:EventsBackend.put_targets": "5c3742b61a68",
    "moto.events.models:EventsBackend.start_replay": "39f1779179d9",
    "moto.events.models:Replay.__init__": "947c065992bf",
    "moto.events.models:Replay.describe_short": "b0a19dc024f7",
    "moto.events.models:Replay.replay_events": "9752fdb56ebb",
    "moto.events.models:Rule.__init__": "3cc076697d15",
    "moto.events.responses:EventsHandler.put_events": "df08b985300c",
    "moto.events.responses:EventsHandler.test_event_pattern": "945d9dc74b3a",
}


@contextmanager
def corrections() -> Iterator[None]:
    """Correct EventBridge for as long as the context is open.

    Raises
    ------
    UnexpectedMoto
        If the installed moto is not the one that the corrections were written for.
    """
    with (
        service_events.taken_by(take),
        applied(
            EXPECTED_SOURCES,
            (EventPattern, {"load": classmethod(_load_pattern), "matches_event": _matches_event}),
            (
                EventsBackend,
                {
                    "put_events": put_events,
                    "put_rule": rules.put_rule(EventsBackend.put_rule),
                    "put_targets": rules.put_targets(EventsBackend.put_targets),
                    "cancel_replay": archive.cancel_replay,
                },
            ),
            (EventsHandler, {"test_event_pattern": test_event_pattern}),
            (Archive, {"describe_short": archive.describe_archive(Archive.describe_short)}),
            (
                Replay,
                {
                    "describe_short": archive.describe_replay(Replay.describe_short),
                    "replay_events": archive.replay_events,
                },
            ),
        ),
    ):
        yield


# -- PutEvents


def put_events(backend: EventsBackend, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Take up to ten events. Replaces `EventsBackend.put_events`.

    A bus that does not exist swallows its events: AWS answers with an id all the same
    [aws-cli issue 9186, January 2025; labelled as a matter of the service].
    """
    if len(entries) > MOST_ENTRIES:
        raise ValidationException(
            "1 validation error detected: Value '[PutEventsRequestEntry]' at 'entries' failed to "
            f"satisfy constraint: Member must have length less than or equal to {MOST_ENTRIES}"
        )
    if sum(map(entry_size, entries)) >= MAXIMUM_SIZE:
        raise ValidationException("Total size of the entries in the request is over the limit.")
    return [_put_event(backend, entry) for entry in entries]


def _put_event(backend: EventsBackend, entry: dict[str, Any]) -> dict[str, Any]:
    for name in ("Source", "DetailType", "Detail"):
        if not entry.get(name):
            message = f"Parameter {name} is not valid. Reason: {name} is a required argument."
            return {"ErrorCode": "InvalidArgument", "ErrorMessage": message}
    detail = _json_object(entry["Detail"])
    if detail is None:
        return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
    lineage = entry.get("TraceHeader") or ""
    is_forwarded = lineage.startswith(LINEAGE)
    if entry["Source"].startswith("aws.") and not is_forwarded:
        message = "Not authorized for the source."
        return {"ErrorCode": "NotAuthorizedForSourceException", "ErrorMessage": message}
    now = time.time()
    event = envelope(
        entry["Source"],
        entry["DetailType"],
        detail,
        account=backend.account_id,
        region=parse_arn(lineage).region if is_forwarded else backend.region_name,
        time=float(entry.get("Time", now)),
        resources=entry.get("Resources") or [],
    )
    _carry(backend, entry.get("EventBusName"), event, now, is_forwarded=is_forwarded)
    return {"EventId": event["id"]}


def take(
    source: str,
    detail_type: str,
    detail: Event,
    *,
    account: str,
    region: str,
    resources: list[str],
) -> None:
    """Take what a service sends to the default bus of itself."""
    backend, now = events_backends[account][region], time.time()
    event = envelope(
        source, detail_type, detail,
        account=account, region=region, time=now, resources=resources,
    )  # fmt: skip
    _carry(backend, None, event, now)


def _carry(
    backend: EventsBackend,
    name: str | None,
    event: Event,
    now: float,
    *,
    is_forwarded: bool = False,
) -> None:
    bus = backend.event_buses.get(backend._normalize_event_bus_arn(name))
    if bus is not None:
        archive.keep(backend, bus, event, now)
        rules.route(backend, bus, event, now, is_forwarded=is_forwarded)


def _json_object(text: str) -> Event | None:
    """The JSON object that a text stands for, or None. NaN and the like are not JSON."""

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    try:
        found = json.loads(text, parse_constant=refuse)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


# -- patterns


def _load_pattern(cls: type[EventPattern], raw: str | None) -> EventPattern:
    """Replaces `EventPattern.load`: refuse what AWS refuses."""
    raw = raw or None
    try:
        compiled = matching.compiled(raw)
    except matching.InvalidPattern as refusal:
        raise JsonRESTError(refusal.code, str(refusal)) from None
    pattern = cls(raw, json.loads(raw) if raw else {})
    pattern.compiled = compiled
    return pattern


def _matches_event(pattern: EventPattern, event: Event) -> bool:
    """Replaces `EventPattern.matches_event`."""
    return pattern.compiled.matches(event)


def test_event_pattern(handler: EventsHandler) -> tuple[str, dict[str, Any]]:
    """TestEventPattern: ``Result``. moto's answers nothing.

    The event needs the fields that the API model names [TestEventPattern: Event].
    """
    pattern = EventPattern.load(handler._get_param("EventPattern"))
    event = _json_object(handler._get_param("Event"))
    if event is None or not event.keys() >= IN_EVERY_EVENT:
        raise ValidationException("Parameter Event is not valid.")
    return json.dumps({"Result": pattern.matches_event(event)}), handler.response_headers

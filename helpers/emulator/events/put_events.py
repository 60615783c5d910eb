"""PutEvents: which entries it takes, and the events that come of them.

Statements followed, as of November 2026:

- Up to 10 entries, in total "less than 1MB" (API model: PutEvents; `envelope` has the sizes).
- What is wrong with one entry is told of that entry, and the others go (API model: PutEvents, and
  the codes in PutEventsResultEntry; the words for what is missing and for a Detail that is no JSON
  object are recorded in the tests of LocalStack, December 2024).
- DetailType has "a maximum of 128 characters"; a whole number is between -2^63 and 2^63 - 1, and
  "nested JSON up to 1000 levels deep" is processed (API model: PutEvents, PutEventsRequestEntry).
  The codes for these three are the lab's choice among AWS's.
- A bus that does not exist swallows its events: AWS answers with an id all the same (recorded in
  the tests of LocalStack, December 2024; aws-cli issue 9186).
"""

import json
import re
import time
from typing import Any

from moto.events.exceptions import ValidationException
from moto.events.models import EventsBackend, events_backends
from moto.utilities.arns import parse_arn

from helpers.emulator.events import archive, rules
from helpers.emulator.events.envelope import MAXIMUM_SIZE, Event, entry_size, envelope
from helpers.emulator.events.targets import LINEAGE

LONGEST_DETAIL_TYPE = 128  # characters
WHOLE_NUMBERS = range(-(2**63), 2**63)
FROM_A_BUS = re.compile(re.escape(LINEAGE) + r"arn:aws[\w-]*:events:[\w-]+:[0-9]{12}:event-bus/.+")


class _Refused(Exception):
    """One entry is refused, with one of AWS's codes."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.answer = {"ErrorCode": code, "ErrorMessage": message}


def put_events(backend: EventsBackend, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Take events, of which `constraints` has counted ten at most.

    Replaces `EventsBackend.put_events`.
    """
    if sum(map(entry_size, entries)) >= MAXIMUM_SIZE:
        raise ValidationException("Total size of the entries in the request is over the limit.")
    return [_put_event(backend, entry) for entry in entries]


def _put_event(backend: EventsBackend, entry: dict[str, Any]) -> dict[str, Any]:
    now = time.time()
    lineage = entry.get("TraceHeader") or ""
    is_forwarded = FROM_A_BUS.fullmatch(lineage) is not None
    try:
        event = _event(backend, entry, now, lineage if is_forwarded else None)
    except _Refused as refusal:
        return refusal.answer
    carry(backend, entry.get("EventBusName"), event, now, is_forwarded=is_forwarded)
    return {"EventId": event["id"]}


def _event(backend: EventsBackend, entry: dict[str, Any], now: float, lineage: str | None) -> Event:
    for name in ("Source", "DetailType", "Detail"):
        if not entry.get(name):
            raise _invalid(name, f"{name} is a required argument.")
    if len(entry["DetailType"]) > LONGEST_DETAIL_TYPE:
        raise _invalid(
            "DetailType",
            f"DetailType has at most {LONGEST_DETAIL_TYPE} characters, got "
            f"{len(entry['DetailType'])}.",
        )
    detail = json_object(entry["Detail"])
    if detail is None:
        raise _Refused("MalformedDetail", "Detail is malformed.")
    if entry["Source"].startswith("aws.") and lineage is None:
        raise _Refused("NotAuthorizedForSourceException", "Not authorized for the source.")
    return envelope(
        entry["Source"],
        entry["DetailType"],
        detail,
        account=backend.account_id,
        region=backend.region_name if lineage is None else parse_arn(lineage).region,
        time=float(entry.get("Time", now)),
        resources=entry.get("Resources") or [],
    )


def _invalid(name: str, reason: str) -> _Refused:
    return _Refused("InvalidArgument", f"Parameter {name} is not valid. Reason: {reason}")


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
    carry(backend, None, event, now)


def carry(
    backend: EventsBackend,
    name: str | None,
    event: Event,
    now: float,
    *,
    is_forwarded: bool = False,
) -> None:
    """Put an event on a bus, if it is there: into its archives, and to its rules."""
    bus = backend.event_buses.get(backend._normalize_event_bus_arn(name))
    if bus is not None:
        archive.keep(backend, bus, event, now)
        rules.route(backend, bus, event, now, is_forwarded=is_forwarded)


def json_object(text: str) -> Event | None:
    """The JSON object that a text stands for, or None. NaN and the like are not JSON."""
    try:
        found = json.loads(text, parse_constant=_refuse, parse_int=_whole_number)
        json.dumps(found)  # what is too deep to be written is too deep to be delivered
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _whole_number(text: str) -> int:
    if (number := int(text)) not in WHOLE_NUMBERS:
        raise ValueError(text)
    return number

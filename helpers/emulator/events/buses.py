"""Buses: which one a call means, and what CreateEventBus, DeleteEventBus and ListEventBuses say.

Statements followed, as of November 2026:

- A bus is given by its name or its ARN (API model: EventBusNameOrArn). A bus of another region is
  no bus of this one: "Event bus NAME does not exist" (measured for CreateArchive in September 2026:
  badmintoncryer/cdk-preflight, pf-events-archive-source). moto looks at the name alone.
- "All rules associated with this event bus need to be deleted" first (API model: DeleteEventBus);
  the words are those of terraform-provider-aws, issue 22131. moto deletes the rules too.
- A bus's dead-letter queue is of SQS (cdk-preflight, pf-events-bus-dlq-arn-type, September 2026).
- Quota: 100 buses per account and region (User Guide, "Amazon EventBridge quotas"; adjustable on
  AWS, and fixed here).
- ListEventBuses tells when a bus was made (recorded in the tests of LocalStack, December 2024).
"""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from moto.events.exceptions import ResourceNotFoundException, ValidationException
from moto.events.models import EventBus, EventsBackend
from moto.events.responses import EventsHandler

from helpers.emulator.events import dead_letters
from helpers.emulator.events.pages import page_of
from helpers.emulator.events.quotas import limit_exceeded

MOST_BUSES = 100
KEPT = ("Description", "KmsKeyIdentifier", "DeadLetterConfig", "LogConfig")
Answer = tuple[str, dict[str, Any]]


def name_of(backend: EventsBackend, given: str | None) -> str:
    """The name of a bus. Replaces `EventsBackend._normalize_event_bus_arn`.

    The ARN of a bus elsewhere stays as it is, and is the name of no bus.
    """
    return "default" if given is None else given.removeprefix(_prefix(backend))


def bus_of(backend: EventsBackend, given: str | None) -> EventBus:
    """The bus with a name or an ARN. Replaces `EventsBackend._get_event_bus`.

    Raises
    ------
    ResourceNotFoundException
        If there is none in this account and region.
    """
    bus = backend.event_buses.get(name_of(backend, given))
    if bus is None:
        name = (given or "").rpartition("event-bus/")[2]
        raise ResourceNotFoundException(f"Event bus {name} does not exist.")
    return bus


def _prefix(backend: EventsBackend) -> str:
    return str(backend.event_buses["default"].arn.removesuffix("default"))


def create_event_bus(original: Callable[..., Answer]) -> Callable[[EventsHandler], Answer]:
    """Refuse what AWS refuses, and answer with what was asked for."""

    @wraps(original)
    def method(handler: EventsHandler) -> Answer:
        given = {name: handler._get_param(name) for name in KEPT}
        dead_letters.check(given["DeadLetterConfig"], handler.region)
        buses = handler.events_backend.event_buses
        if len(buses) >= MOST_BUSES and handler._get_param("Name") not in buses:
            raise limit_exceeded()
        body, headers = original(handler)
        bus = bus_of(handler.events_backend, handler._get_param("Name"))
        bus.log_config = given["LogConfig"]
        told = {name: value for name, value in given.items() if value is not None}
        return json.dumps({**json.loads(body), **told}), headers

    return method


def describe_event_bus(original: Callable[..., Answer]) -> Callable[[EventsHandler], Answer]:
    """Tell the LogConfig too."""

    @wraps(original)
    def method(handler: EventsHandler) -> Answer:
        body, headers = original(handler)
        bus = bus_of(handler.events_backend, handler._get_param("Name"))
        config = vars(bus).get("log_config")
        return json.dumps(json.loads(body) | ({"LogConfig": config} if config else {})), headers

    return method


def delete_event_bus(original: Callable[..., None]) -> Callable[..., None]:
    """Refuse to delete a bus that has rules."""

    @wraps(original)
    def method(self: EventsBackend, name: str) -> None:
        bus = self.event_buses.get(name)
        if bus is not None and name != "default" and bus.rules:
            raise ValidationException("EventBus can't be deleted since it has rules.")
        original(self, name)

    return method


def list_event_buses(handler: EventsHandler) -> Answer:
    """ListEventBuses. Replaces the handler's method."""
    prefix = handler._get_param("NamePrefix") or ""
    buses = handler.events_backend.event_buses.values()
    found = [_described(bus) for bus in buses if bus.name.startswith(prefix)]
    return page_of(handler, "EventBuses", found)


def _described(bus: EventBus) -> dict[str, Any]:
    told = {
        "Name": bus.name,
        "Arn": bus.arn,
        "Description": bus.description,
        "Policy": bus.policy,
        "CreationTime": bus.creation_time,
        "LastModifiedTime": bus.last_modified_time,
    }
    return {name: value for name, value in told.items() if value is not None}

"""EventBridge as AWS describes it: the corrections of moto's, for as long as they are wanted.

PutEvents only looks at its entries, matches them and lays them into outboxes. It does not wait for
a target, and does not fail because of one. What each further correction follows stands in the
module that holds it: `envelope` (what an event looks like), `event_patterns.matching` and its
neighbours (which rules it matches), `rules` (rules and schedules), `input` (what a
target gets), `targets` (how it is called), `delivery` (retries, dead letters),
`archive` (archives). What the other calls refuse and answer is in `buses`, `permissions`,
`rule_calls`, `target_calls`, `archive_calls` and `tags`.

What another service of the emulator sends of itself comes in through `service_events`.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.events.exceptions import ValidationException
from moto.events.models import (
    Archive,
    EventBus,
    EventPattern,
    EventsBackend,
    Replay,
)
from moto.events.responses import EventsHandler

from helpers.emulator import service_events
from helpers.emulator.event_patterns import complexity, matching
from helpers.emulator.events import (
    archive,
    archive_calls,
    buses,
    permissions,
    rule_calls,
    tags,
    target_calls,
)
from helpers.emulator.events.envelope import Event
from helpers.emulator.events.managed import unless_managed
from helpers.emulator.events.put_events import json_object, put_events, take
from helpers.emulator.events.sources import EXPECTED_SOURCES
from helpers.emulator.guard import applied

# Fields that TestEventPattern asks for. The API model names `resources` too; AWS takes events
# without it (147 recorded answers in the tests of LocalStack, December 2024).
IN_EVERY_EVENT = {"id", "account", "source", "time", "region", "detail-type"}


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
            (EventsBackend, _of_backend()),
            (EventsHandler, _of_handler()),
            (EventBus, _of_bus()),
            (
                Archive,
                {
                    "describe_short": archive.describe_archive(Archive.describe_short),
                    "update": archive_calls.update,
                },
            ),
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


def _of_backend() -> dict[str, Any]:
    """What becomes of the calls that moto's store of a region answers."""
    return {
        "_normalize_event_bus_arn": buses.name_of,
        "_get_event_bus": buses.bus_of,
        "put_events": put_events,
        "put_rule": rule_calls.put_rule(EventsBackend.put_rule),
        "describe_rule": rule_calls.describe_rule,
        "enable_rule": rule_calls.enable_rule,
        "disable_rule": rule_calls.disable_rule,
        "put_targets": target_calls.put_targets(EventsBackend.put_targets),
        "delete_event_bus": buses.delete_event_bus(EventsBackend.delete_event_bus),
        "tag_resource": tags.tag_resource,
        "untag_resource": tags.untag_resource,
        "list_tags_for_resource": tags.list_tags_for_resource,
        "create_archive": archive_calls.create_archive(EventsBackend.create_archive),
        "start_replay": archive_calls.start_replay(EventsBackend.start_replay),
        "cancel_replay": archive.cancel_replay,
    }


def _of_handler() -> dict[str, Any]:
    """What becomes of the calls as moto reads them."""
    return {
        "test_event_pattern": test_event_pattern,
        "create_event_bus": buses.create_event_bus(EventsHandler.create_event_bus),
        "describe_event_bus": buses.describe_event_bus(EventsHandler.describe_event_bus),
        "list_event_buses": buses.list_event_buses,
        "list_rules": rule_calls.list_rules,
        "list_rule_names_by_target": rule_calls.list_rule_names_by_target,
        "list_targets_by_rule": rule_calls.list_targets_by_rule,
        "list_archives": archive_calls.list_archives,
        "list_replays": archive_calls.list_replays,
        "put_rule": unless_managed(EventsHandler.put_rule),
        "enable_rule": unless_managed(EventsHandler.enable_rule),
        "disable_rule": unless_managed(EventsHandler.disable_rule),
        "put_targets": unless_managed(EventsHandler.put_targets),
        "remove_targets": unless_managed(EventsHandler.remove_targets, may_force=True),
        "delete_rule": unless_managed(EventsHandler.delete_rule, may_force=True),
    }


def _of_bus() -> dict[str, Any]:
    """A bus keeps its policy as AWS does."""
    return {
        "policy": property(permissions.policy),
        "add_permission": permissions.add_permission,
        "add_policy": permissions.add_policy,
        "remove_statement": permissions.remove_statement,
        "remove_statements": permissions.remove_statements,
        "has_permissions": permissions.has_permissions,
    }


# -- patterns


def _load_pattern(cls: type[EventPattern], raw: str | None) -> EventPattern:
    """Replaces `EventPattern.load`: refuse what AWS refuses."""
    raw = raw or None
    try:
        compiled = matching.compiled(raw)
        complexity.check(json.loads(raw) if raw else {})
    except matching.InvalidPattern as refusal:
        raise JsonRESTError(refusal.code, str(refusal)) from None
    except RecursionError:
        deep = matching.InvalidPattern("the lab does not read a pattern that is nested so deep")
        raise JsonRESTError(deep.code, str(deep)) from None
    pattern = cls(raw, json.loads(raw) if raw else {})
    pattern.compiled = compiled
    return pattern


def _matches_event(pattern: EventPattern, event: Event) -> bool:
    """Replaces `EventPattern.matches_event`."""
    return pattern.compiled.matches(event)


def test_event_pattern(handler: EventsHandler) -> tuple[str, dict[str, Any]]:
    """TestEventPattern: ``Result``. moto's answers nothing.

    "Parameter Event is not valid" is recorded for a text that is no object, and for an event that
    lacks a field (LocalStack, December 2024).
    """
    pattern = EventPattern.load(handler._get_param("EventPattern"))
    event = json_object(handler._get_param("Event"))
    if event is None or not event.keys() >= IN_EVERY_EVENT:
        raise ValidationException("Parameter Event is not valid.")
    return json.dumps({"Result": pattern.matches_event(event)}), handler.response_headers

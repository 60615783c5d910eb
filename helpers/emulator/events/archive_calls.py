"""The calls on archives and replays: what they refuse and answer.

Statements followed, as of November 2026:

- UpdateArchive changes what it is given, also RetentionDays to 0, which is for ever (API model:
  RetentionDays). moto leaves out what is 0 or empty.
- A list may have one filter. That of archives fails for a bus that is not there (recorded in the
  tests of LocalStack, May 2024). moto has no pages, and finds no replay by its state.
- A replay's end is later than its start; the same moment is refused (recorded there too).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from moto.events.exceptions import ValidationException
from moto.events.models import Archive, EventPattern, EventsBackend
from moto.events.responses import EventsHandler

from helpers.emulator.events.pages import page_of
from helpers.emulator.events.rule_calls import check_length

Described = list[dict[str, Any]]


def create_archive(original: Callable[..., Archive]) -> Callable[..., Archive]:
    """Refuse a pattern over the quota."""

    @wraps(original)
    def method(
        self: EventsBackend, name: str, source: str, description: str, pattern: str, days: str
    ) -> Archive:
        check_length(pattern)
        return original(self, name, source, description, pattern, days)

    return method


def update(
    archive: Archive, description: str | None, event_pattern: str | None, retention: int | None
) -> None:
    """Change what is given. Replaces `Archive.update`."""
    check_length(event_pattern)
    if event_pattern is not None:
        archive.event_pattern = EventPattern.load(event_pattern)
    if description is not None:
        archive.description = description
    if retention is not None:
        archive.retention = retention


def start_replay(original: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Refuse a replay of no time, and of an archive elsewhere."""

    @wraps(original)
    def method(
        self: EventsBackend,
        name: str,
        description: str,
        source_arn: str,
        start_time: float,
        end_time: float,
        destination: dict[str, Any],
    ) -> dict[str, Any]:
        archive = self.archives.get(source_arn.rpartition("/")[2])
        if archive is not None and archive.arn != source_arn:
            raise ValidationException(
                "Parameter EventSourceArn is not valid. "
                f"Reason: Archive {source_arn} does not exist."
            )
        if start_time >= end_time:
            raise ValidationException(
                "Parameter EventEndTime is not valid. "
                "Reason: EventStartTime must be before EventEndTime."
            )
        return original(self, name, description, source_arn, start_time, end_time, destination)

    return method


def list_archives(handler: EventsHandler) -> tuple[str, dict[str, Any]]:
    """Replaces the handler's method."""
    archives = handler.events_backend.archives.values()
    found = _filtered(handler, "Archive", [archive.describe_short() for archive in archives])
    if source := handler._get_param("EventSourceArn"):
        handler.events_backend._get_event_bus(source)  # raises ResourceNotFoundException
    return page_of(handler, "Archives", found)


def list_replays(handler: EventsHandler) -> tuple[str, dict[str, Any]]:
    """Replaces the handler's method."""
    replays = handler.events_backend.replays.values()
    found = _filtered(handler, "Replay", [replay.describe_short() for replay in replays])
    return page_of(handler, "Replays", found)


def _filtered(handler: EventsHandler, kind: str, described: Described) -> Described:
    """Those that the one filter of a list lets through."""
    prefix = handler._get_param("NamePrefix")
    wanted = {name: handler._get_param(name) for name in ("EventSourceArn", "State")}
    given = {name: value for name, value in wanted.items() if value is not None}
    if len(given) + (prefix is not None) > 1:
        raise ValidationException(
            f"At most one filter is allowed for List{kind}s. "
            "Use either : State, EventSourceArn, or NamePrefix."
        )
    return [
        one
        for one in described
        if one[f"{kind}Name"].startswith(prefix or "")
        and all(one[name] == value for name, value in given.items())
    ]

"""Tags of buses and rules, each found by its whole ARN.

"In EventBridge, rules and event buses can be tagged" (API model: TagResource). moto goes by the
last part of an ARN, and so tags the rule of another bus, or a bus that has a rule's name.
"""

from typing import Any

from moto.events.exceptions import ResourceNotFoundException
from moto.events.models import EventBus, EventsBackend, Rule

from helpers.emulator.events import managed


def _resource(backend: EventsBackend, arn: str) -> EventBus | Rule:
    """The bus or rule with an ARN.

    Raises
    ------
    ResourceNotFoundException
        If there is none.
    """
    for bus in backend.event_buses.values():
        for found in (bus, *bus.rules.values()):
            if found.arn == arn:
                return found
    kind, *names = arn.rpartition(":")[2].split("/")
    if kind == "event-bus":
        raise ResourceNotFoundException(f"Event bus {'/'.join(names)} does not exist.")
    bus_name = "/".join(names[:-1]) or "default"
    name = names[-1] if names else arn
    raise ResourceNotFoundException(f"Rule {name} does not exist on EventBus {bus_name}.")


def tag_resource(backend: EventsBackend, arn: str, tags: dict[str, str]) -> None:
    """Replaces `EventsBackend.tag_resource`."""
    resource = _resource(backend, arn)
    managed.refuse(resource)
    backend.tagger.tag_resource(resource.arn, backend.tagger.convert_dict_to_tags_input(tags))


def untag_resource(backend: EventsBackend, arn: str, tag_keys: list[str]) -> None:
    """Replaces `EventsBackend.untag_resource`."""
    resource = _resource(backend, arn)
    managed.refuse(resource)
    backend.tagger.untag_resource_using_names(resource.arn, tag_keys)


def list_tags_for_resource(backend: EventsBackend, arn: str) -> dict[str, Any]:
    """Replaces `EventsBackend.list_tags_for_resource`."""
    tags: dict[str, Any] = backend.tagger.list_tags_for_resource(_resource(backend, arn).arn)
    return tags

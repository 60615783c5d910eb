"""The calls on rules: what they refuse and answer.

Statements followed, as of November 2026:

- Quotas: 300 rules per bus, 2,048 characters per event pattern (User Guide, "Amazon EventBridge
  quotas"; both adjustable on AWS, and fixed here).
- "If you are updating an existing rule, any tags you specify in the PutRule operation are ignored"
  (API model: PutRule).
- "When you call delete rule for a non-existent custom eventbus, ResourceNotFoundException is
  returned", and for a rule that is gone all calls succeed (API model: DeleteRule).
- "Rule NAME does not exist on EventBus NAME" (recorded in the tests of LocalStack for DescribeRule,
  December 2024; here it is said by the other calls too).
- NamePrefix is a prefix (API model: ListRules). moto takes it for a regular expression.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from moto.events.exceptions import ResourceNotFoundException, ValidationException
from moto.events.models import EventsBackend, Rule
from moto.events.responses import EventsHandler

from helpers.emulator import schedule_expressions
from helpers.emulator.events import rules
from helpers.emulator.events.pages import page_of
from helpers.emulator.events.quotas import limit_exceeded

MOST_RULES = 300  # of a bus; in two of AWS's regions 100
LONGEST_PATTERN = 2048  # characters


def put_rule(original: Callable[..., Rule]) -> Callable[..., Rule]:
    """Refuse what AWS refuses, and let a scheduled rule begin."""

    @wraps(original)
    def method(self: EventsBackend, name: str, **given: Any) -> Rule:
        if not given.get("managed_by"):  # an archive's has the archive's own limit
            check_length(given.get("event_pattern"))
        expression = given.get("scheduled_expression")
        if expression:
            try:
                schedule_expressions.next_time(expression, time.time())
            except schedule_expressions.InvalidSchedule as refusal:
                raise ValidationException(str(refusal)) from None
        bus = self.event_buses.get(self._normalize_event_bus_arn(given.get("event_bus_arn")))
        before = bus.rules.get(name) if bus else None
        if before is not None:
            given["tags"] = None
        elif bus is not None and len(bus.rules) >= MOST_RULES:
            raise limit_exceeded()
        rule = original(self, name, **given)
        if expression:
            rules.begin(self, rule, before)
        return rule

    return method


def check_length(pattern: str | None) -> None:
    """Refuse a pattern that is over the quota.

    Raises
    ------
    JsonRESTError
        LimitExceededException.
    """
    if len(pattern or "") > LONGEST_PATTERN:
        raise limit_exceeded()


def rule_of(backend: EventsBackend, name: str, bus_name: str | None) -> Rule:
    """A rule of a bus.

    Raises
    ------
    ResourceNotFoundException
        If there is no such bus or rule.
    """
    bus = backend._get_event_bus(backend._normalize_event_bus_arn(bus_name))
    if name not in bus.rules:
        raise ResourceNotFoundException(f"Rule {name} does not exist on EventBus {bus.name}.")
    return bus.rules[name]


def describe_rule(backend: EventsBackend, name: str, event_bus_arn: str | None) -> Rule:
    """Replaces `EventsBackend.describe_rule`."""
    return rule_of(backend, name, event_bus_arn)


def enable_rule(backend: EventsBackend, name: str, event_bus_arn: str | None) -> bool:
    """Replaces `EventsBackend.enable_rule`."""
    rule_of(backend, name, event_bus_arn).enable()
    return True


def disable_rule(backend: EventsBackend, name: str, event_bus_arn: str | None) -> bool:
    """Replaces `EventsBackend.disable_rule`."""
    rule_of(backend, name, event_bus_arn).disable()
    return True


def list_rules(handler: EventsHandler) -> tuple[str, dict[str, Any]]:
    """Replaces the handler's method."""
    prefix = handler._get_param("NamePrefix") or ""
    found = [rule.describe() for rule in _rules(handler) if rule.name.startswith(prefix)]
    return page_of(handler, "Rules", found)


def list_rule_names_by_target(handler: EventsHandler) -> tuple[str, dict[str, Any]]:
    """Replaces the handler's method."""
    arn = handler._get_param("TargetArn")
    found = [
        rule.name
        for rule in _rules(handler)
        if any(target["Arn"] == arn for target in rule.targets)
    ]
    return page_of(handler, "RuleNames", found)


def list_targets_by_rule(handler: EventsHandler) -> tuple[str, dict[str, Any]]:
    """Replaces the handler's method."""
    name, bus_name = handler._get_param("Rule"), handler._get_param("EventBusName")
    rule = rule_of(handler.events_backend, name, bus_name)
    return page_of(handler, "Targets", rule.targets)


def _rules(handler: EventsHandler) -> list[Rule]:
    backend = handler.events_backend
    name = backend._normalize_event_bus_arn(handler._get_param("EventBusName"))
    return list(backend._get_event_bus(name).rules.values())

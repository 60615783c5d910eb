"""Rules: what PutRule and PutTargets refuse, which rules an event meets, and those on a schedule.

Statements followed, as of November 2026:

- A rule with a schedule alone matches no event: it "self-triggers" (API model: PutRule). moto's
  fires on every PutEvents. A disabled rule does neither (API model: DisableRule).
- "A rate expression starts when you create the scheduled event rule" (User Guide, "Rate
  expressions"). The event is a "Scheduled Event" of aws.events, names the rule in its resources,
  and has an empty detail (User Guide, "Creating a scheduled rule").
- Quotas: 5 targets per rule, 2,048 characters per event pattern (User Guide, "Amazon EventBridge
  quotas"); retries 0 to 185, age 60 to 86,400 s (API model: RetryPolicy).
- "EventBridge DLQs are standard Amazon SQS queues" (User Guide, "Using dead-letter queues").

AWS takes targets of more kinds. Those that nothing here would answer for are refused.
"""

import time
from collections.abc import Callable, Collection
from functools import wraps
from threading import Thread
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.events.exceptions import ValidationException
from moto.events.models import EventBus, EventsBackend, Rule

from helpers.emulator.events import input, schedule_expressions
from helpers.emulator.events.delivery import Delivery, Outbox
from helpers.emulator.events.envelope import Event, envelope
from helpers.emulator.events.targets import BUS, KINDS, Target, kind_of
from helpers.trace.callers import at_work

LONGEST_PATTERN = 2048  # characters
MOST_TARGETS = 5
HIGHEST = {  # of each part of a RetryPolicy; botocore looks after the lowest
    "MaximumRetryAttempts": 185,
    "MaximumEventAgeInSeconds": 86_400,
}

# -- routing


def route(
    backend: EventsBackend,
    bus: EventBus,
    event: Event,
    ingested: float,
    *,
    only: Collection[str] = (),
    is_forwarded: bool = False,
) -> None:
    """Put an event into the outboxes of all targets of all rules that it matches.

    Parameters
    ----------
    ingested : float
        Epoch seconds at which the bus took it.
    only : collection of str
        ARNs of the only rules that it may meet. Empty: all.
    is_forwarded : bool
        Whether another bus sent it. Then no rule sends it on to a third.
    """
    for rule in bus.rules.values():
        if only and rule.arn not in only:
            continue
        if rule.event_pattern.dump() and rule.event_pattern.matches_event(event):
            _deliver(backend, bus, rule, event, ingested, is_forwarded=is_forwarded)


def _deliver(
    backend: EventsBackend,
    bus: EventBus,
    rule: Rule,
    event: Event,
    ingested: float,
    *,
    is_forwarded: bool = False,
) -> None:
    if rule.state == "DISABLED" or rule.managed_by:  # an archive's rule: see `archive`
        return
    outboxes: dict[tuple[str, str], Outbox] = vars(backend).setdefault("outboxes", {})
    for target in rule.targets:
        if is_forwarded and kind_of(target["Arn"]) == BUS:
            continue
        key = (rule.arn, target["Id"])
        if key not in outboxes:
            outboxes[key] = Outbox(at_work("events", rule.name))
        delivery = Delivery(target, event, rule.arn, rule.name, bus.arn, ingested)
        outboxes[key].put(delivery, ingested)


# -- PutRule, and schedules


def put_rule(original: Callable[..., Rule]) -> Callable[..., Rule]:
    """Refuse what AWS refuses, and let a scheduled rule begin."""

    @wraps(original)
    def method(self: EventsBackend, name: str, **given: Any) -> Rule:
        if len(given.get("event_pattern") or "") > LONGEST_PATTERN:
            raise _limit_exceeded()
        expression = given.get("scheduled_expression")
        if expression:
            try:
                schedule_expressions.next_time(expression, time.time())
            except schedule_expressions.InvalidSchedule as refusal:
                raise ValidationException(str(refusal)) from None
        bus = self.event_buses.get(self._normalize_event_bus_arn(given.get("event_bus_arn")))
        before = bus.rules.get(name) if bus else None
        rule = original(self, name, **given)
        if expression:
            if before is not None and before.scheduled_expression == expression:
                rule.began = before.began
            else:
                rule.began = time.time()
            Thread(target=_keep_time, args=(self, rule), name=at_work("events", name)).start()
        return rule

    return method


def _keep_time(backend: EventsBackend, rule: Rule) -> None:
    """Let a rule fire on time, until it is deleted or another takes its place."""
    bus = backend.event_buses[rule.event_bus_name]
    due = time.time()
    while True:
        following = schedule_expressions.next_time(rule.scheduled_expression, due, began=rule.began)
        if following is None:
            return
        due = following
        time.sleep(max(0.0, due - time.time()))
        if bus.rules.get(rule.name) is not rule:
            return
        event = envelope(
            "aws.events",
            "Scheduled Event",
            {},
            account=rule.account_id,
            region=rule.region_name,
            time=due,
            resources=[rule.arn],
        )
        _deliver(backend, bus, rule, event, due)


# -- PutTargets


def put_targets(original: Callable[..., None]) -> Callable[..., None]:
    """Refuse what AWS refuses, and what nothing here would answer for."""

    @wraps(original)
    def method(
        self: EventsBackend, name: str, event_bus_arn: str | None, targets: list[Target]
    ) -> None:
        bus = self.event_buses.get(self._normalize_event_bus_arn(event_bus_arn))
        rule = bus.rules.get(name) if bus else None
        if rule is not None and not rule.managed_by:
            for number, target in enumerate(targets, start=1):
                _check_target(target, number)
            ids = {target["Id"] for target in [*rule.targets, *targets]}
            if len(ids) > MOST_TARGETS:
                raise _limit_exceeded()
        original(self, name, event_bus_arn, targets)

    return method


def _check_target(target: Target, number: int) -> None:
    arn = target["Arn"]
    if arn.startswith("arn:") and kind_of(arn) is None:
        raise ValidationException(
            f"Parameter {arn} is not valid. Reason: a lab has targets of the kinds "
            f"{', '.join(sorted(KINDS))} only."
        )
    try:
        input.check(target)
    except input.InvalidInput as refusal:
        raise ValidationException(str(refusal)) from None
    if target.get("DeadLetterConfig", {}).get("Arn", "").endswith(".fifo"):
        raise ValidationException("SQS FIFO is not supported by Dead Letter Queues.")
    for name, highest in HIGHEST.items():
        value = target.get("RetryPolicy", {}).get(name, 0)
        if value > highest:
            path = f"targets.{number}.member.retryPolicy.{name[0].lower()}{name[1:]}"
            raise ValidationException(
                f"1 validation error detected: Value '{value}' at '{path}' failed to satisfy "
                f"constraint: Member must have value less than or equal to {highest}"
            )


def _limit_exceeded() -> JsonRESTError:
    return JsonRESTError(
        "LimitExceededException", "The requested resource exceeds the maximum number allowed."
    )

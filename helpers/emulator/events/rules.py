"""Which rules an event meets, and rules on a schedule.

Statements followed, as of November 2026:

- A rule with a schedule alone matches no event: it "self-triggers" (API model: PutRule). moto's
  fires on every PutEvents. A disabled rule does neither (API model: DisableRule).
- "A rate expression starts when you create the scheduled event rule" (User Guide, "Rate
  expressions"). The event is a "Scheduled Event" of aws.events, names the rule in its resources,
  and has an empty detail (User Guide, "Creating a scheduled rule").

What the calls on rules refuse is in `rule_calls`.
"""

import time
from collections.abc import Collection
from threading import Thread

from moto.events.models import EventBus, EventsBackend, Rule

from helpers.emulator import schedule_expressions
from helpers.emulator.events.delivery import Delivery, Outbox
from helpers.emulator.events.envelope import Event, envelope
from helpers.emulator.events.targets import BUS, kind_of
from helpers.trace.callers import at_work


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


def begin(backend: EventsBackend, rule: Rule, before: Rule | None) -> None:
    """Let a scheduled rule fire on time. Put again with the same expression, it keeps its beat."""
    if before is not None and before.scheduled_expression == rule.scheduled_expression:
        rule.began = before.began
    else:
        rule.began = time.time()
    Thread(target=_keep_time, args=(backend, rule), name=at_work("events", rule.name)).start()


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

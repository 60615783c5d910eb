"""Who takes part in the story of an order: named by the callers and resources of the trace.

Knows no AWS SDK. Part of `helpers.charts.journey`.
"""

from __future__ import annotations

from typing import NamedTuple

from helpers.charts.journey.facts import Facts
from helpers.trace.callers import service_of

BUS = "EventBridge"
_SAID = {
    "sender": "{}", "worker": "{}", "topic": "the topic {}", "bus": "{}", "queue": "the queue {}",
    "dead-letter queue": "the dead-letter queue {}", "function": "the function {}",
    "workflow": "the workflow {}", "table": "the table {}", "bucket": "the bucket {}",
    "service": "{}",
}  # fmt: skip
_AT_WORK = {"sns": "topic", "states": "workflow", "lambda": "function"}
_CALLED = {
    "sns": "topic", "lambda": "function", "stepfunctions": "workflow", "dynamodb": "table",
    "s3": "bucket",
}  # fmt: skip


class Participant(NamedTuple):
    """Who sends or receives something in the story.

    Attributes
    ----------
    kind : str
        "sender", "topic", "bus", "queue", "dead-letter queue", "worker", "function", "workflow",
        "table", "bucket" or "service".
    """

    kind: str
    name: str

    @property
    def said(self) -> str:
        """As it is called in a sentence."""
        if self == SENDER:
            return "the sender"
        return _SAID[self.kind].format(self.name)


SENDER = Participant("sender", "sender")


class Cast:
    """The participants behind the callers and resources of a trace, as one order sees them."""

    def __init__(self, facts: Facts) -> None:
        trace, handled = facts.trace, facts.handled
        self._order = str(facts.order)
        self._receivers = set(trace["caller"][trace["operation"] == "ReceiveMessage"])
        invoked = (trace["service"] == "lambda") & trace["resource"].notna()
        self._functions = set(trace["resource"][invoked])
        moved = handled["what"] == "moved"
        self._dead = set(handled["to"][moved]) - set(handled["queue"][handled["what"] == "sent"])
        at_work = [service_of(caller) for caller in trace["caller"].unique()]
        flows = sorted({name for service, name in filter(None, at_work) if service == "states"})
        self._flow = flows[0] if len(flows) == 1 else "Step Functions"

    def of_caller(self, caller: str) -> Participant:
        """Who a caller is. A thread that has the order's name is its sender."""
        if caller == self._order:
            return SENDER
        at_work = service_of(caller)
        if at_work is None:
            if caller in self._functions:
                return Participant("function", caller)
            return Participant("worker" if caller in self._receivers else "sender", caller)
        service, name = at_work
        if service == "sqs":
            return self.queue(name)
        if service == "events":
            return Participant("bus", BUS)
        kind = _AT_WORK.get(service)
        return Participant(kind, name) if kind else Participant("service", caller)

    def of_call(self, service: str, resource: str | None) -> Participant:
        """What is called."""
        if service == "sqs" and resource is not None:
            return self.queue(resource)
        if service == "events":
            return Participant("bus", BUS)
        if service == "stepfunctions":
            return Participant("workflow", resource or self._flow)
        if resource is None or service not in _CALLED:
            return Participant("service", resource or service)
        return Participant(_CALLED[service], resource)

    def queue(self, name: str) -> Participant:
        """A queue, or a dead-letter queue: messages came into it by being moved, and only so."""
        return Participant("dead-letter queue" if name in self._dead else "queue", name)

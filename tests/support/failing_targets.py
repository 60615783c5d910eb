"""Targets of a bus that do not answer, and what became of deliveries to them."""

from __future__ import annotations

from helpers import faults
from helpers.emulator.events.retries import RETRIES

DAY = 86_400


def limited(queue, dead=None, *, retries=RETRIES, age=DAY):
    """A target with a retry policy, and a dead-letter queue."""
    policy = {"MaximumRetryAttempts": retries, "MaximumEventAgeInSeconds": age}
    target = {"Arn": queue if isinstance(queue, str) else queue.arn, "RetryPolicy": policy}
    return target if dead is None else {**target, "DeadLetterConfig": {"Arn": dead.arn}}


def attempts(lab, resource):
    """The attempts to deliver to one resource."""
    trace = lab.trace
    return trace[(trace.resource == resource) & trace.caller.str.startswith("events:")]


def down(resource, **more):
    return faults.error("sqs.SendMessage", resource=resource, **more)

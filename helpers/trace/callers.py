"""What the callers in a trace are named after, and how to read a name again.

A row's `caller` is the name of the thread that called. A worker has its function's name. What a
service does by itself (a bus that delivers, a workflow that runs, a poller) has the service's name
and the resource's: "events:charge-card", "states:order", "sns:placed", "lambda:work", or for a
request whose caller may give up waiting, "sqs:orders".
"""

from __future__ import annotations


def at_work(service: str, resource: str | None) -> str:
    """The name of a thread in which a service works by itself, for `resource`."""
    return f"{service}:{resource}"


def service_of(caller: str) -> tuple[str, str] | None:
    """Service and resource, if `caller` is a service that works by itself; None for a worker."""
    service, colon, resource = caller.partition(":")
    return (service, resource) if colon else None

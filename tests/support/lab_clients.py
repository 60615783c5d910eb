"""Clients of the open lab, each made once: to make one takes as long as some five calls."""

from typing import Any
from weakref import WeakKeyDictionary

import boto3

_made: WeakKeyDictionary[boto3.Session, dict[str, Any]] = WeakKeyDictionary()


def client(service: str) -> Any:
    """The lab's client of a service, as `boto3.client` makes it."""
    held = _made.setdefault(boto3.DEFAULT_SESSION, {})  # each lab has a session of its own
    if service not in held:
        held[service] = boto3.client(service)
    return held[service]

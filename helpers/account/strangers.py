"""What another made is not this run's to change or to remove, however a cell came by its name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from helpers.account.names import Names

# What changes or removes a thing begins with one of these. A message may be sent to a stranger's
# queue, and a rule may have it as its target: that takes a permission that he has given.
_CHANGING = re.compile(
    "BatchWrite|Cancel|Change|Deactivate|Deauthorize|Delete|Disable|Purge|"
    "Put(?!Events|MetricData)|Receive|Redrive|Remove|Reset|Set|StartMessageMove|Stop|Tag|Unsubscribe|Untag|"
    "Update|AddPermission"
)
# The members that name what is changed; the others name what it works with.
_CHANGED = re.compile(
    r"QueueUrl|TopicArn|SubscriptionArn|ResourceArn|ResourceARN|resourceArn|stateMachineArn|"
    r"executionArn|activityArn|mapRunArn|FunctionName|TableName|EventBusName|Rule|Name|SourceArn|"
    r"Bucket"
)


class NotOfThisRun(RuntimeError):
    """A call that would change or remove what another made."""


def refuse_strangers(names: Names, service: str, operation: str, given: dict[str, Any]) -> None:
    """Refuse to change or remove what does not carry the run's prefix.

    Raises
    ------
    NotOfThisRun
        With the call and what it names.
    """
    if not _CHANGING.match(operation):
        return
    for name in _named(given):
        if names.prefix not in name:
            raise NotOfThisRun(
                f"{service}.{operation} of {name} is not sent: it does not carry this run's prefix "
                f"{names.prefix!r}, so another made it"
            )


def _named(given: dict[str, Any]) -> Iterator[str]:
    named = list(given.items())
    named += [("TableName", name) for name in given.get("RequestItems") or ()]
    named += [("ResourceARN", arn) for arn in given.get("ResourceARNList") or ()]
    for member, value in named:
        is_place = isinstance(value, str) and value.startswith(("arn:", "https://", "http://"))
        if _CHANGED.fullmatch(member) and is_place:
            yield value

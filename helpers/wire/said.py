"""What a call says to a service other than a queue: an event, a payload, an input."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from helpers.trace import Handling

# Where the words stand: the parameter, or a list of entries and the parameter in each.
SAID: dict[tuple[str, str], tuple[str, ...]] = {
    ("sns", "Publish"): ("Message",),
    ("sns", "PublishBatch"): ("PublishBatchRequestEntries", "Message"),
    ("events", "PutEvents"): ("Entries", "Detail"),
    ("lambda", "Invoke"): ("Payload",),
    ("stepfunctions", "StartExecution"): ("input",),
    ("stepfunctions", "StartSyncExecution"): ("input",),
}


def said(service: str, operation: str, params: dict[str, Any]) -> Iterator[Handling]:
    """One handling for each thing that the call says."""
    where = SAID.get((service, operation))
    if where is None:
        return
    *entries, name = where
    for entry in params.get(entries[0], []) if entries else [params]:
        words = entry.get(name)
        if isinstance(words, bytes | bytearray):
            words = words.decode(errors="replace")
        if isinstance(words, str):
            bus = entry.get("EventBusName", "default") if service == "events" else None
            yield Handling("called", None, words, queue=bus and bus.rsplit("/", 1)[-1])

"""An event as the bus carries it: its envelope, and the size of the entry that it came from.

Statements followed, as of November 2026:

- "AWS service event metadata" (EventBridge User Guide): version, id, detail-type, source, account,
  time, region, resources, detail, in this order. moto's lacks the account.
- The time is the entry's `Time`, or else that of the PutEvents call (API model: Time).
- "Calculating PutEvents event entry size" (User Guide): the bytes of Source, DetailType, Detail and
  Resources in UTF-8, and 14 for Time. The total has to be "less than 1MB" (API model: PutEvents).
"""

import json
from datetime import UTC, datetime
from typing import Any

from moto.moto_api._internal import mock_random

Event = dict[str, Any]

MAXIMUM_SIZE = 1024 * 1024  # bytes, of all entries of a request
SIZE_OF_TIME = 14  # bytes


def envelope(
    source: str,
    detail_type: str,
    detail: dict[str, Any],
    *,
    account: str,
    region: str,
    time: float,
    resources: list[str],
) -> Event:
    """An event with a new id. `time` is in epoch seconds."""
    return {
        "version": "0",
        "id": str(mock_random.uuid4()),
        "detail-type": detail_type,
        "source": source,
        "account": account,
        "time": datetime.fromtimestamp(int(time), UTC).isoformat().replace("+00:00", "Z"),
        "region": region,
        "resources": resources,
        "detail": detail,
    }


def epoch(event: Event) -> float:
    """The time of an event, in epoch seconds."""
    return datetime.fromisoformat(event["time"]).timestamp()


def text_of(event: Event) -> str:
    """An event as JSON text, as the bus writes it."""
    return json.dumps(event, separators=(",", ":"), ensure_ascii=False)


def entry_size(entry: dict[str, Any]) -> int:
    """The size in bytes of one entry of PutEvents."""
    texts = [entry.get(name) or "" for name in ("Source", "DetailType", "Detail")]
    texts += entry.get("Resources") or []
    return sum(len(text.encode()) for text in texts) + SIZE_OF_TIME * ("Time" in entry)

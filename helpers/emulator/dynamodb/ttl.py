"""Time to live: expired items stay readable for a while, then go, and the stream says so.

Statements followed (API model of UpdateTimeToLive in botocore 1.44.5, and Developer Guide, "Using
time to live (TTL) in DynamoDB", November 2026):

- An item whose attribute, epoch seconds as a number, is less than the current time is expired.
  "Items that have expired and not been deleted will still show up in reads, queries, and scans."
- Deletion comes "typically within two days" (the model) or "within a few days" (the guide) of it.
  Here the delay of each item is drawn, evenly, between nothing and two days.
- An attribute of another type is ignored, and so is a moment more than five years past.
- An expired item can still be updated, and is spared if its attribute has changed by then.
- The stream's record is a REMOVE, whose userIdentity has the type "Service" and the principalId
  "dynamodb.amazonaws.com" [API model of DynamoDB Streams: Record].
- For one hour after a change "any additional UpdateTimeToLive calls for the same table" are a
  ValidationException. The change itself "can take up to one hour"; here it takes no time. Texts of
  the errors: issue reports on AWS's own deployment tools.

Nothing polls. What has fallen due is deleted, with its own moment, before the next request is
served: nobody can look at a table or at its stream in another way. A function that is mapped to the
stream does not ask, so for its sake an item is deleted at the moment itself (`Expiries.wake`).
"""

import time
from contextlib import AbstractContextManager
from decimal import Decimal
from functools import wraps
from heapq import heappop, heappush
from itertools import count
from typing import Any

from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler
from moto.dynamodbstreams.responses import DynamoDBStreamsHandler
from moto.moto_api._internal import mock_random

from helpers.emulator.dynamodb.writes import unrecorded
from helpers.emulator.guard import applied
from helpers.emulator.timekeeper import Timekeeper
from helpers.trace.callers import at_work

LONGEST_DELAY = 2 * 86400.0  # seconds
TOO_OLD = 5 * 365 * 86400.0  # seconds
SETTLING = 3600.0  # seconds between two changes of the setting
SERVICE = {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
EXPECTED_SOURCES = {
    "moto.core.responses:BaseResponse.call_action": "26076963fd17",
    "moto.dynamodb.models:DynamoDBBackend.update_time_to_live": "9da0deb00bb2",
    "moto.dynamodb.models:DynamoDBBackend.describe_time_to_live": "abbcbcd6d8c8",
    "moto.dynamodb.models.table:Table.all_items": "c80d2ee3c896",
}
Key = tuple[DynamoType, DynamoType | None]


class Expiries:
    """When the items of one table are deleted. Held by the table while its TTL is on."""

    def __init__(self, attribute: str) -> None:
        self.attribute = attribute
        self._known: dict[Key, Decimal] = {}
        self._due: list[tuple[float, int, Key, Decimal]] = []
        self._order = count()
        self._woken_at: float | None = None

    def note(self, item: Item, now: float) -> None:
        """Draw the moment at which an item that has just been written is deleted."""
        expires = self._expires(item)
        key = item.hash_key, item.range_key
        if expires is None or self._known.get(key) == expires:
            return
        self._known[key] = expires
        due = max(now, float(expires)) + mock_random.uniform(0, LONGEST_DELAY)
        heappush(self._due, (due, next(self._order), key, expires))

    def enforce(self, table: Table, now: float) -> None:
        """Delete what has fallen due by now, unless its attribute says something else by now."""
        while self._due and self._due[0][0] <= now:
            due, _, key, expires = heappop(self._due)
            if self._known.get(key) == expires:
                del self._known[key]
            item = table.get_item(*key)
            if item is None or self._expires(item) != expires or due - float(expires) > TOO_OLD:
                continue
            with unrecorded(table):
                table.delete_item(*key)
            if table.stream_shard is not None:
                table.stream_shard.add(item, None, at=due, by=SERVICE)

    def wake(self, table: Table) -> None:
        """Enforce at the moment at which the next item falls due."""
        if not self._due or (self._woken_at is not None and self._woken_at <= self._due[0][0]):
            return
        moment = self._woken_at = self._due[0][0]

        def enforce_then() -> None:
            if self._woken_at == moment and expiries(table) is self:
                self._woken_at = None
                self.enforce(table, time.time())
                self.wake(table)

        Timekeeper(at_work("dynamodb", "time")).call(enforce_then, at=moment)

    def _expires(self, item: Item) -> Decimal | None:
        held = item.attrs.get(self.attribute)
        return Decimal(held.value) if held is not None and held.is_number() else None


def expiries(table: Table) -> Expiries | None:
    """The table's expiries, or None if its TTL is off."""
    return vars(table).get("expiries")


def enforce(backend: DynamoDBBackend) -> None:
    """Delete what has fallen due in all tables."""
    for table in backend.tables.values():
        if (held := expiries(table)) is not None:
            held.enforce(table, time.time())


def _note(table: Table, item: Item) -> None:
    if (held := expiries(table)) is not None:
        held.note(item, time.time())


# -- moto's functions


def _after_enforcing(call_action: Any) -> Any:
    @wraps(call_action)
    def call(self: Any) -> Any:
        enforce(dynamodb_backends[self.current_account][self.region])
        return call_action(self)

    return call


def update_time_to_live(self: DynamoDBBackend, table_name: str, ttl_spec: dict[str, Any]) -> None:
    """Replaces `DynamoDBBackend.update_time_to_live`."""
    table = self.get_table(table_name)
    name, wanted, held = ttl_spec["AttributeName"], ttl_spec["Enabled"], expiries(table)
    if wanted and held is not None:
        if held.attribute == name:
            raise MockValidationException("TimeToLive is already enabled")
        raise MockValidationException(
            "TimeToLive is active on a different AttributeName: current AttributeName is "
            f"{held.attribute}"
        )
    if not wanted and held is None:
        raise MockValidationException("TimeToLive is already disabled")
    now = time.time()
    if now - vars(table).get("ttl_changed", -SETTLING) < SETTLING:
        raise MockValidationException(
            "Time to live has been modified multiple times within a fixed interval"
        )
    table.ttl_changed = now
    table.ttl = {"TimeToLiveStatus": "ENABLED" if wanted else "DISABLED", "AttributeName": name}
    table.expiries = Expiries(name) if wanted else None
    for item in table.all_items():
        _note(table, item)
    if table.expiries is not None and table.lambda_event_source_mappings:
        table.expiries.wake(table)


def describe_time_to_live(self: DynamoDBBackend, table_name: str) -> dict[str, Any]:
    """Replaces `DynamoDBBackend.describe_time_to_live`: the error has AWS's code."""
    return self.get_table(table_name).ttl


def corrections() -> AbstractContextManager[None]:
    """Let expired items go, for as long as the context is open."""
    backend = {
        "update_time_to_live": update_time_to_live,
        "describe_time_to_live": describe_time_to_live,
    }
    return applied(
        EXPECTED_SOURCES,
        (DynamoDBBackend, backend),
        (DynamoHandler, {"call_action": _after_enforcing(DynamoHandler.call_action)}),
        (
            DynamoDBStreamsHandler,
            {"call_action": _after_enforcing(DynamoDBStreamsHandler.call_action)},
        ),
    )

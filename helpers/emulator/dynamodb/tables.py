"""CreateTable, UpdateTable, DeleteTable, and tags. A table is there, changed or gone at once.

Statements followed (API model in botocore 1.44.5, November 2026; words of the errors: see
`definitions`): one index is made or deleted in one UpdateTable; its attributes may be defined there
alone; a stream is not enabled twice, and gets a new ARN when it is enabled again.

Not modelled, and refused: replicas, witnesses, and indexes of vectors.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.dynamodb.exceptions import ResourceNotFoundException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

from helpers.emulator.dynamodb import definitions
from helpers.emulator.dynamodb.index_updates import update_indexes
from helpers.emulator.dynamodb.refusals import INVALID, Invalid, not_found
from helpers.emulator.guard import applied
from helpers.emulator.not_modelled import NotModelled

EXPECTED_SOURCES = {
    "moto.dynamodb.models:DynamoDBBackend.get_table": "a738146035fc",
    "moto.dynamodb.models:DynamoDBBackend.tag_resource": "eff4d4c077aa",
    "moto.dynamodb.models:DynamoDBBackend.update_table": "3fa85dce71a0",
    "moto.dynamodb.models.table:Table.set_stream_specification": "40d64546dbe9",
    "moto.dynamodb.responses:DynamoHandler.create_table": "f55498d4178c",
    "moto.dynamodb.responses:DynamoHandler.delete_table": "d4c8a038d061",
    "moto.dynamodb.responses:DynamoHandler.update_table": "b786d1626f12",
    "moto.dynamodb.responses:DynamoHandler.list_tags_of_resource": "47ba012187bd",
    "moto.dynamodb.responses:DynamoHandler.tag_resource": "24a2dd3a1ab0",
}
Body = dict[str, Any]
CHANGES = (
    "ProvisionedThroughput", "BillingMode", "StreamSpecification", "GlobalSecondaryIndexUpdates",
    "SSESpecification", "DeletionProtectionEnabled", "OnDemandThroughput", "WarmThroughput",
    "TableClass",
)  # fmt: skip
NO_CHANGE = (
    "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
    "GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, "
    "ReplicaTransitRoleArn, MultiRegionConsistency, DeletionProtectionEnabled, OnDemandThroughput, "
    "WarmThroughput or TableClass is required"
)
NOT_HERE = {
    "ReplicaUpdates": "replicas of a table in other regions",
    "GlobalTableWitnessUpdates": "witnesses of tables in several regions",
    "MultiRegionConsistency": "tables in several regions",
    "GlobalTableSourceArn": "tables in several regions",
    "VectorIndexes": "indexes of vectors",
    "VectorIndexUpdates": "indexes of vectors",
}
PROTECTED = (
    "Resource cannot be deleted as it is currently protected against deletion. "
    "Disable deletion protection first."
)
_create_table = DynamoHandler.create_table
_delete_table = DynamoHandler.delete_table
_get_table = DynamoDBBackend.get_table


def get_table(self: DynamoDBBackend, table_name: str) -> Table:
    """Replaces `DynamoDBBackend.get_table`: a name that no table has is not looked for."""
    table = self.tables.get(table_name)
    if table is None:
        definitions.check_name(table_name)
        table = _get_table(self, table_name)
    return table


def create_table(self: DynamoHandler) -> ActionResult:
    """Replaces the response method."""
    _refuse_what_is_not_modelled("CreateTable", self.body)
    definitions.check_table(self.body)
    return _create_table(self)


def delete_table(self: DynamoHandler) -> ActionResult:
    """Replaces the response method."""
    if _named(self).deletion_protection_enabled:
        raise Invalid(PROTECTED)
    return _delete_table(self)


def update_table(self: DynamoHandler) -> ActionResult:
    """Replaces the response method."""
    body: Body = self.body
    _refuse_what_is_not_modelled("UpdateTable", body)
    if not any(body.get(name) is not None for name in CHANGES):
        raise Invalid(NO_CHANGE)
    table = _named(self)
    _check_throughput(table, body)
    stream = body.get("StreamSpecification")
    if stream is not None:
        _check_stream(table, stream)
    updates = body.get("GlobalSecondaryIndexUpdates")
    if updates is not None:
        update_indexes(table, body, updates)
    for name, attribute in (
        ("BillingMode", "billing_mode"),
        ("DeletionProtectionEnabled", "deletion_protection_enabled"),
    ):
        if body.get(name) is not None:
            setattr(table, attribute, body[name])
    if body.get("ProvisionedThroughput") is not None:
        table.throughput = {**body["ProvisionedThroughput"], "NumberOfDecreasesToday": 0}
    elif body.get("BillingMode") == definitions.PAID:
        table.throughput = {**table.throughput, "ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
    if body.get("WarmThroughput") is not None:
        table.warm_throughput = {**table.warm_throughput, **body["WarmThroughput"]}
    if stream is not None:
        if table.stream_shard is not None and table.stream_specification:
            table.stream_shard.view = table.stream_specification.get("StreamViewType")
        table.set_stream_specification(stream)
    return ActionResult(table.describe())


def _named(handler: DynamoHandler) -> Table:
    name = handler.body["TableName"]
    try:
        return handler.dynamodb_backend.get_table(name)
    except ResourceNotFoundException:
        raise not_found(name) from None


def _refuse_what_is_not_modelled(operation: str, body: Body) -> None:
    for name, what in NOT_HERE.items():
        if body.get(name):
            raise NotModelled("dynamodb", operation, f"{name}, {what}", f"leave {name} out")


def _check_throughput(table: Table, body: Body) -> None:
    given = body.get("ProvisionedThroughput")
    mode = body.get("BillingMode") or table.billing_mode
    if mode == definitions.PAID:
        if given is not None:
            raise Invalid(
                f"{INVALID}{definitions.ON_DEMAND} when BillingMode is {definitions.PAID}"
            )
        return
    if given is None:
        if table.billing_mode == definitions.PAID:
            raise Invalid(
                f"{INVALID}ProvisionedThroughput must be specified when BillingMode is PROVISIONED"
            )
        return
    read, write = given["ReadCapacityUnits"], given["WriteCapacityUnits"]
    held = table.throughput["ReadCapacityUnits"], table.throughput["WriteCapacityUnits"]
    if held == (read, write):
        raise Invalid(
            "The provisioned throughput for the table will not change. The requested value equals "
            f"the current value. Current ReadCapacityUnits provisioned for the table: {read}. "
            f"Requested ReadCapacityUnits: {read}. Current WriteCapacityUnits provisioned for the "
            f"table: {write}. Requested WriteCapacityUnits: {write}. Refer to the Amazon DynamoDB "
            "Developer Guide for current limits and how to request higher limits."
        )


def _check_stream(table: Table, given: Body) -> None:
    enabled = bool((table.stream_specification or {}).get("StreamEnabled"))
    if given["StreamEnabled"]:
        if given.get("StreamViewType") is None:
            raise Invalid(f"{INVALID}If stream is being enabled then UpdateViewType is required")
        if enabled:
            raise Invalid(f"Table already has an enabled stream: TableName: {table.name}")
        return
    if given.get("StreamViewType") is not None:
        raise Invalid(
            f"{INVALID}If stream is being disabled, then UpdateViewType must not be specified"
        )
    if not enabled:
        raise Invalid(f"Table has no stream to disable: TableName: {table.name}")


# Tags.


def list_tags_of_resource(self: DynamoHandler) -> ActionResult:
    """Replaces the response method: all tags at once, of which there are up to 50."""
    tags = self.dynamodb_backend.list_tags_of_resource(self.body["ResourceArn"])
    return ActionResult({"Tags": tags})


def tag_resource(self: DynamoHandler) -> ActionResult:
    """Replaces the response method: a tag replaces the one with its key."""
    arn, tags = self.body["ResourceArn"], self.body["Tags"]
    if not tags:
        raise Invalid("Atleast one Tag needs to be provided as Input.")
    names = [tag["Key"] for tag in tags]
    for name in names:
        if names.count(name) > 1:
            raise Invalid("Duplicate Tag Keys provided as input: Duplicate Tag Key found " + name)
    backend = self.dynamodb_backend
    backend.list_tags_of_resource(arn)  # refuses an ARN that no table has
    backend.untag_resource(arn, names)
    backend.tag_resource(arn, {tag["Key"]: tag["Value"] for tag in tags})
    return EmptyResult()


def _untagging(untag_resource: Any) -> Any:
    @wraps(untag_resource)
    def untag(self: DynamoHandler) -> Any:
        self.dynamodb_backend.list_tags_of_resource(self.body["ResourceArn"])
        if not self.body["TagKeys"]:
            raise Invalid("Atleast one Tag Key needs to be provided as Input.")
        return untag_resource(self)

    return untag


def corrections() -> AbstractContextManager[None]:
    """Check what tables are made and changed for as long as the context is open."""
    methods: dict[str, Callable[..., Any]] = {
        "create_table": create_table,
        "update_table": update_table,
        "delete_table": delete_table,
        "list_tags_of_resource": list_tags_of_resource,
        "tag_resource": tag_resource,
        "untag_resource": _untagging(DynamoHandler.untag_resource),
    }
    return applied(
        EXPECTED_SOURCES,
        (DynamoDBBackend, {"get_table": get_table}),
        (DynamoHandler, methods),
    )

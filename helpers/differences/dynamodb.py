"""DynamoDB."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.exceptions import ClientError

from helpers.differences.probe import MODEL, difference, kind, let_pass


class Table:
    """A table with the key `id` and a stream, and the few calls that the probes make."""

    def __init__(self, name: str, **settings: Any) -> None:
        self.name, self.db = name, boto3.client("dynamodb")
        made = self.db.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
            **(settings or {"BillingMode": "PAY_PER_REQUEST"}),
        )
        self.stream = made["TableDescription"]["LatestStreamArn"]

    def put(self, key: str, **numbers: int) -> None:
        item = {name: {"N": str(value)} for name, value in numbers.items()}
        self.db.put_item(TableName=self.name, Item={"id": {"S": key}, **item})

    def get(self, key: str) -> dict[str, Any]:
        return self.db.get_item(TableName=self.name, Key={"id": {"S": key}}).get("Item", {})

    def add(self, key: str) -> dict[str, Any]:
        """The parameters of an update that adds one to `n`."""
        return {
            "TableName": self.name,
            "Key": {"id": {"S": key}},
            "UpdateExpression": "ADD n :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }

    def reader(self, kind: str) -> str:
        streams = boto3.client("dynamodbstreams")
        described = streams.describe_stream(StreamArn=self.stream)["StreamDescription"]
        shard = described["Shards"][0]["ShardId"]
        return streams.get_shard_iterator(
            StreamArn=self.stream, ShardId=shard, ShardIteratorType=kind
        )["ShardIterator"]

    def records(self, reader: str) -> list[dict[str, Any]]:
        return boto3.client("dynamodbstreams").get_records(ShardIterator=reader)["Records"]


@difference(
    "DynamoDB: a transaction twice, one token",
    aws="applied once",
    source=f"{MODEL}, TransactWriteItems",
)
def repeated_transaction(lab: Any) -> str:
    """A transaction is sent twice with one ClientRequestToken."""
    table = Table("transfers")
    for _ in range(2):
        table.db.transact_write_items(
            TransactItems=[{"Update": table.add("a")}], ClientRequestToken="one"
        )
    return "applied once" if table.get("a")["n"] == {"N": "1"} else "applied twice"


@difference(
    "DynamoDB: another transaction, the same token",
    aws="IdempotentParameterMismatchException",
    source=f"{MODEL}, TransactWriteItems",
)
def other_transaction(lab: Any) -> str:
    """Another transaction is sent with the same ClientRequestToken."""
    table = Table("others")
    try:
        for key in "ab":
            table.db.transact_write_items(
                TransactItems=[{"Update": table.add(key)}], ClientRequestToken="two"
            )
    except ClientError as error:
        return kind(error)
    return "applied"


@difference(
    "DynamoDB: an item has expired; two days later",
    aws="readable, and deleted by then, typically",
    choice="readable, then deleted",
    source=f"{MODEL}, UpdateTimeToLive",
)
def expired(lab: Any) -> str:
    """An item has expired; two days later. Who deleted it?"""
    table = Table("sessions")
    setting = {"Enabled": True, "AttributeName": "expires"}
    table.db.update_time_to_live(TableName="sessions", TimeToLiveSpecification=setting)
    table.put("a", expires=1_793_000_000)  # in October 2026
    found, removed = table.get("a"), []
    for _ in range(2):
        let_pass(lab, 86400)
        records = table.records(table.reader("TRIM_HORIZON"))
        removed += [record for record in records if record["eventName"] == "REMOVE"]
    if table.get("a") or not found:
        return "still there"
    identity = removed[0].get("userIdentity", {})
    return "readable, then deleted" if identity.get("Type") == "Service" else "deleted"


@difference(
    "DynamoDB stream: an update creates an item",
    aws="1 in the stream",
    source="Developer Guide, DynamoDB Streams",
)
def created_by_update(lab: Any) -> str:
    """An update creates its item."""
    table = Table("upserts")
    table.db.update_item(**table.add("a"))
    return f"{len(table.records(table.reader('TRIM_HORIZON')))} in the stream"


@difference(
    "DynamoDB stream: the same item is put twice",
    aws="1 in the stream",
    source="Developer Guide, DynamoDB Streams",
)
def unchanged(lab: Any) -> str:
    """The same item is put twice."""
    table = Table("same")
    for _ in range(2):
        table.put("a", n=1)
    return f"{len(table.records(table.reader('TRIM_HORIZON')))} in the stream"


@difference(
    "DynamoDB stream: a cancelled transaction",
    aws="0 in the stream",
    source=f"{MODEL}, TransactWriteItems",
)
def cancelled(lab: Any) -> str:
    """A transaction is cancelled, and a stream is being read."""
    table = Table("cancelled")
    reader = table.reader("LATEST")
    check = {
        "TableName": "cancelled",
        "Key": {"id": {"S": "b"}},
        "ConditionExpression": "attribute_exists(id)",
    }
    try:
        table.db.transact_write_items(
            TransactItems=[{"Update": table.add("a")}, {"ConditionCheck": check}]
        )
    except ClientError:
        return f"{len(table.records(reader))} in the stream"
    return "accepted"


@difference(
    "DynamoDB: an update fails half-way",
    aws="unchanged",
    source="Developer Guide, working with items",
)
def failed_update(lab: Any) -> str:
    """An update sets one attribute, and fails at the next, which is too large."""
    table = Table("large")
    table.put("a", n=1)
    try:
        table.db.update_item(
            TableName="large",
            Key={"id": {"S": "a"}},
            UpdateExpression="SET n = :n, big = :big",
            ExpressionAttributeValues={":n": {"N": "2"}, ":big": {"S": "x" * 420_000}},
        )
    except ClientError:
        return "unchanged" if table.get("a")["n"] == {"N": "1"} else "half changed"
    return "accepted"


@difference(
    "DynamoDB: read at once, not ConsistentRead",
    aws="maybe the old item",
    source="Developer Guide, read consistency",
)
def read_after_write(lab: Any) -> str:
    """An item is written and read at once, without ConsistentRead."""
    table = Table("reads")
    table.put("a", n=1)
    for n in range(2, 50):
        table.put("a", n=n)
        if table.get("a")["n"] != {"N": str(n)}:
            return "maybe the old item"
    return "the new item"


@difference(
    "DynamoDB: two transactions at once, one item",
    aws="maybe cancelled",
    source=f"{MODEL}, TransactionCanceledException",
)
def at_once(lab: Any) -> str:
    """Two workers change one item in transactions, again and again."""
    table, outcomes = Table("conflicts"), []

    def work() -> None:
        for _ in range(10):
            try:
                table.db.transact_write_items(TransactItems=[{"Update": table.add("a")}])
            except ClientError as error:
                outcomes.append(kind(error))

    with lab.running():
        lab.start(work, copies=2)
    return "maybe cancelled" if outcomes else "all succeed"


@difference(
    "DynamoDB: 500 writes at once, 1 unit a second",
    aws="throttled",
    source="Developer Guide, burst capacity",
)
def capacity(lab: Any) -> str:
    """Five hundred writes at once to a table of one write unit per second."""
    units = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    table = Table("slow", BillingMode="PROVISIONED", ProvisionedThroughput=units)
    for batch in range(20):
        items = [{"id": {"S": f"{batch} {number}"}} for number in range(25)]
        requests = [{"PutRequest": {"Item": item}} for item in items]
        try:
            answer = table.db.batch_write_item(RequestItems={"slow": requests})
        except ClientError as error:
            return kind(error)
        if answer["UnprocessedItems"]:
            return "throttled"
    return "all accepted"


@difference(
    "DynamoDB: a number compared with a text",
    aws="does not match",
    source=f"{MODEL}, Condition",
)
def other_type(lab: Any) -> str:
    """A condition asks whether a number is less than a text."""
    table = Table("compared")
    table.put("a", n=5)
    limit = {":limit": {"S": "9"}}
    condition = {"ConditionExpression": "n < :limit", "ExpressionAttributeValues": limit}
    try:
        table.db.delete_item(TableName="compared", Key={"id": {"S": "a"}}, **condition)
    except ClientError as error:
        failed = kind(error) == "ConditionalCheckFailedException"
        return "does not match" if failed else kind(error)
    except Exception as error:  # moto's own
        return type(error).__name__
    return "deleted"


@difference(
    "DynamoDB: a filter on the key of a query",
    aws="ValidationException",
    source="Developer Guide, filter expressions for Query",
)
def filter_on_key(lab: Any) -> str:
    """A query filters by its key."""
    table = Table("filtered")
    table.put("a", n=5)
    try:
        found = table.db.query(
            TableName="filtered",
            KeyConditionExpression="id = :id",
            FilterExpression="id = :id",
            ExpressionAttributeValues={":id": {"S": "a"}},
        )
    except ClientError as error:
        return kind(error)
    return f"{found['Count']} found"

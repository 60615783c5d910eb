"""What the tests of DynamoDB share: a table, plain items, and its stream."""

from __future__ import annotations

from contextlib import contextmanager

import boto3
import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.config import Config
from botocore.exceptions import ClientError
from lab_clients import client

_serialize, _deserialize = TypeSerializer().serialize, TypeDeserializer().deserialize


def typed(item):
    return {name: _serialize(value) for name, value in item.items()}


def plain(item):
    return {name: _deserialize(value) for name, value in item.items()}


class Table:
    """A table with the key `id`, and the few calls that the tests make."""

    def __init__(self, name="orders", *, stream="NEW_AND_OLD_IMAGES", **client):
        self.name, self.db = name, boto3.client("dynamodb", **client)
        made = self.db.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": stream},
        )
        self.stream_arn = made["TableDescription"]["LatestStreamArn"]

    def put(self, **item):
        self.db.put_item(TableName=self.name, Item=typed(item))

    def get(self, key):
        found = self.db.get_item(TableName=self.name, Key=typed({"id": key}))
        return plain(found["Item"]) if "Item" in found else None

    def items(self):
        pages = self.db.get_paginator("scan").paginate(TableName=self.name)
        found = [plain(item) for page in pages for item in page["Items"]]
        return {item["id"]: item for item in found}

    def update(self, key, expression, names=None, **values):
        return self.db.update_item(**self.action(key, expression, names, **values))

    def action(self, key, expression, names=None, **values):
        """The parameters of an update, also as a part of a transaction."""
        found = {
            "TableName": self.name,
            "Key": typed({"id": key}),
            "UpdateExpression": expression,
            "ExpressionAttributeValues": typed({f":{name}": v for name, v in values.items()}),
            "ExpressionAttributeNames": names,
        }
        return {name: value for name, value in found.items() if value}

    def delete(self, key):
        self.db.delete_item(TableName=self.name, Key=typed({"id": key}))

    def expire(self, attribute="expires", enabled=True):
        setting = {"Enabled": enabled, "AttributeName": attribute}
        self.db.update_time_to_live(TableName=self.name, TimeToLiveSpecification=setting)

    # -- its stream

    @property
    def streams(self):
        return client("dynamodbstreams")

    def iterator(self, kind="TRIM_HORIZON", **more):
        [shard] = self.streams.describe_stream(StreamArn=self.stream_arn)["StreamDescription"][
            "Shards"
        ]
        return self.streams.get_shard_iterator(
            StreamArn=self.stream_arn, ShardId=shard["ShardId"], ShardIteratorType=kind, **more
        )["ShardIterator"]

    def records(self, iterator=None):
        iterator = iterator or self.iterator()
        return self.streams.get_records(ShardIterator=iterator)["Records"]

    def happenings(self, iterator=None):
        """Event name, key and new image of each record."""
        return [
            (
                record["eventName"],
                plain(record["dynamodb"]["Keys"])["id"],
                plain(record["dynamodb"].get("NewImage", {})),
            )
            for record in self.records(iterator)
        ]


def once():
    """The configuration of a client that does not try again."""
    return {"config": Config(retries={"total_max_attempts": 1})}


def let_pass(lab, **duration):
    with lab.running(**duration):
        pass


@contextmanager
def refused(code, text=""):
    with pytest.raises(ClientError) as caught:
        yield caught
    assert caught.value.response["Error"]["Code"] == code
    assert text in caught.value.response["Error"]["Message"]


KEY = {"pk": "a", "sk": "1"}


class Indexed:
    """A table with the key `pk` and `sk`, a global index by `g`, and a local one by `n`."""

    def __init__(self, name="indexed", projection="ALL", **included):
        self.name, self.db = name, boto3.client("dynamodb", **once())
        kinds = {"pk": "S", "sk": "S", "g": "S", "n": "N"}
        self.db.create_table(
            TableName=name,
            KeySchema=_schema("pk", "sk"),
            AttributeDefinitions=[
                {"AttributeName": one, "AttributeType": kind} for one, kind in kinds.items()
            ],
            BillingMode="PAY_PER_REQUEST",
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "by_g",
                    "KeySchema": _schema("g"),
                    "Projection": {"ProjectionType": projection, **included},
                }
            ],
            LocalSecondaryIndexes=[
                {
                    "IndexName": "by_n",
                    "KeySchema": _schema("pk", "n"),
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
        )

    def __getattr__(self, operation):
        """An operation of the client, with the table's name."""
        call = getattr(self.db, operation)
        return lambda **given: call(TableName=self.name, **given)

    def put(self, **item):
        return self.put_item(Item=typed({**KEY, **item}))

    def get(self, **key):
        found = self.get_item(Key=typed({**KEY, **key}))
        return plain(found["Item"]) if "Item" in found else None

    def update(self, expression, names=None, key=None, **given):
        """Update one item; values are given by their names, without the colon."""
        return self.update_item(
            **with_values(given, names),
            Key=typed({**KEY, **(key or {})}),
            UpdateExpression=expression,
        )


def _schema(*names):
    kinds = ("HASH", "RANGE")
    return [{"AttributeName": n, "KeyType": k} for n, k in zip(names, kinds, strict=False)]


def with_values(given, names=None):
    """The values of an expression, and what else a call is given (in capital letters)."""
    found = {name: value for name, value in given.items() if name[0].isupper()}
    values = {f":{name}": value for name, value in given.items() if name not in found}
    if values:
        found["ExpressionAttributeValues"] = typed(values)
    if names:
        found["ExpressionAttributeNames"] = names
    return found


def message(call, *args, **given):
    """What AWS says against a call."""
    with pytest.raises(ClientError) as caught:
        call(*args, **given)
    assert caught.value.response["Error"]["Code"] == "ValidationException"
    return caught.value.response["Error"]["Message"]

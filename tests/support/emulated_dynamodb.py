"""What the tests of DynamoDB share: a table, plain items, and its stream."""

from __future__ import annotations

from contextlib import contextmanager

import boto3
import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.config import Config
from botocore.exceptions import ClientError

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
        return boto3.client("dynamodbstreams")

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

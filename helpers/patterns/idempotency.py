"""Make it happen once: a record per key, one conditional write, and an end to every claim.

Lesson 13 writes these functions out. They run unchanged on an AWS account.
"""

import json
import math
import time
import uuid

DAY = 86_400  # seconds


class InProgress(Exception):
    """Somebody is working on this key. Come again later."""


def table_of_records(dynamodb, name):
    """Make a table for records: one item per key, deleted some time after `free_at`."""
    key = [{"AttributeName": "id", "KeyType": "HASH"}]
    kinds = [{"AttributeName": "id", "AttributeType": "S"}]
    dynamodb.create_table(
        TableName=name, KeySchema=key, AttributeDefinitions=kinds, BillingMode="PAY_PER_REQUEST"
    )
    dynamodb.get_waiter("table_exists").wait(TableName=name)
    setting = {"Enabled": True, "AttributeName": "free_at"}
    dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=setting)


def claim(dynamodb, table, key, me, hold):
    """Take the key for `hold` seconds. The result of an earlier run if there is one, else None."""
    now = time.time()
    free_at = {"N": str(math.ceil(now + hold))}  # whole seconds, for the time to live
    try:
        dynamodb.put_item(
            TableName=table,
            Item={"id": {"S": key}, "claimed_by": {"S": me}, "free_at": free_at},
            ConditionExpression="attribute_not_exists(id) OR free_at < :now OR claimed_by = :me",
            ExpressionAttributeValues={":now": {"N": str(now)}, ":me": {"S": me}},
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except dynamodb.exceptions.ConditionalCheckFailedException as refused:
        record = refused.response["Item"]
        if "result" not in record:
            raise InProgress(key) from None
        return record["result"]["S"]


def finish(dynamodb, table, key, me, result, keep):
    """Note for `keep` seconds that this key is done, and what came of it."""
    free_at = {"N": str(math.ceil(time.time() + keep))}
    record = {"id": {"S": key}, "claimed_by": {"S": me}, "free_at": free_at}
    dynamodb.put_item(
        TableName=table,
        Item=record | {"result": {"S": result}},
        ConditionExpression="claimed_by = :me",
        ExpressionAttributeValues={":me": {"S": me}},
    )


def release(dynamodb, table, key, me):
    """Give the key back: the work has failed, and may be tried again at once."""
    dynamodb.delete_item(
        TableName=table,
        Key={"id": {"S": key}},
        ConditionExpression="claimed_by = :me",
        ExpressionAttributeValues={":me": {"S": me}},
    )


def once(dynamodb, table, key, work, hold=60, keep=30 * DAY):
    """Do `work()` unless it was done under this key. Its result, of this run or of the first."""
    me = str(uuid.uuid4())  # made once, the same on every retry of the SDK
    done = claim(dynamodb, table, key, me, hold)
    if done is not None:
        return json.loads(done)
    try:
        result = work()
    except Exception:
        release(dynamodb, table, key, me)
        raise
    finish(dynamodb, table, key, me, json.dumps(result), keep)
    return result


def together(dynamodb, table, key, writes):
    """Write the record of this key and `writes` as one. False if it was there already."""
    record = {"TableName": table, "Item": {"id": {"S": key}}}
    record["ConditionExpression"] = "attribute_not_exists(id)"
    try:
        dynamodb.transact_write_items(TransactItems=[{"Put": record}, *writes])
    except dynamodb.exceptions.TransactionCanceledException as refused:
        if refused.response["CancellationReasons"][0]["Code"] != "ConditionalCheckFailed":
            raise
        return False
    return True


def set_status(dynamodb, order_id, status, revision):
    """Write what an order's status is, unless a later revision stands there. Whether it did."""
    now = {"id": {"S": order_id}, "status": {"S": status}, "revision": {"N": str(revision)}}
    try:
        dynamodb.put_item(
            TableName="orders",
            Item=now,
            ConditionExpression="attribute_not_exists(id) OR revision <= :mine",
            ExpressionAttributeValues={":mine": now["revision"]},
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return False
    return True

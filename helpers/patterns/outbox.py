"""Write an order once, and let the table's stream publish it.

Lesson 13 writes these functions out. They run unchanged on an AWS account.
"""

import json

import boto3

from helpers.patterns.bus import publish


def table_with_stream(dynamodb, name):
    """Make a table whose stream has each new item. Returns the stream's ARN."""
    made = dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    dynamodb.get_waiter("table_exists").wait(TableName=name)
    return made["TableDescription"]["LatestStreamArn"]


def write_order(dynamodb, order):
    """Write an order into the table `orders`. Its stream says the rest."""
    item = {"id": {"S": order["order_id"]}, "body": {"S": json.dumps(order)}}
    dynamodb.put_item(TableName="orders", Item=item)


def relay(event, context):
    """A Lambda function behind the table's stream, in batches of up to 10: publish new orders."""
    news = [r["dynamodb"]["NewImage"] for r in event["Records"] if r["eventName"] == "INSERT"]
    entry = {"Source": "shop.orders", "DetailType": "OrderPlaced", "EventBusName": "shop"}
    entries = [entry | {"Detail": order["body"]["S"]} for order in news]
    if entries:
        publish(boto3.client("events"), entries)

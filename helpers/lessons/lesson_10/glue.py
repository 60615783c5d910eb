"""The same four steps as glue: code in a Lambda function that calls one service after another.

Lesson 10 writes `careful_glue` out. It is what the lesson compares a workflow with.
"""

import json
import random
import time

from botocore.exceptions import BotoCoreError, ClientError

from helpers.patterns.sync import CallFailed, call


def change_stock(tables, order, sign, **condition):
    """Take the pieces of the first item out of the stock, or put them back."""
    [item, *_] = order["items"]
    tables.update_item(
        TableName="stock",
        Key={"sku": {"S": item["sku"]}},
        UpdateExpression=f"SET pieces = pieces {sign} :n",
        ExpressionAttributeValues={":n": {"N": str(item["quantity"])}},
        **condition,
    )


def tell(events, order, detail_type):
    """Say how an order ended."""
    entry = {"EventBusName": "shop", "Source": "shop.orders", "DetailType": detail_type}
    events.put_events(Entries=[entry | {"Detail": json.dumps(order)}])


def patiently(work, unless="", attempts=7):
    """Try again after up to 1, 2, 4 … seconds, unless the error's text holds `unless`."""
    for attempt in range(attempts):
        try:
            return work()
        except (CallFailed, BotoCoreError, ClientError) as error:
            if attempt == attempts - 1 or (unless and unless in str(error)):
                raise
            time.sleep(random.random() * 2**attempt)


def careful_glue(functions, tables, sqs, events, shipping, order):
    """The order process with a way back from every step."""
    undo, why = [], ""
    try:
        undo.append(lambda: call(functions, "refund", order))
        patiently(lambda: call(functions, "charge", order), unless="declined")
        enough = {"ConditionExpression": "pieces >= :n"}
        patiently(lambda: change_stock(tables, order, "-", **enough), unless="ConditionalCheck")
        undo.append(lambda: change_stock(tables, order, "+"))
        body = json.dumps(order)
        patiently(lambda: sqs.send_message(QueueUrl=shipping, MessageBody=body))
    except (CallFailed, BotoCoreError, ClientError) as error:
        why = str(error)
        for step in reversed(undo):
            patiently(step)
    patiently(lambda: tell(events, order, "OrderRejected" if why else "OrderAccepted"))

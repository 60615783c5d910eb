"""Five ways to hand an order to another service, and how that service reads it from each.

Lesson 01 writes these functions out. They run unchanged on an AWS account.
"""

import json


class NotDone(Exception):
    """The other side did not do it, and says so."""


def pass_by_call(functions, name, body):
    """Invoke a function and wait until it has answered."""
    answer = functions.invoke(FunctionName=name, Payload=json.dumps(body))
    if "FunctionError" in answer:
        raise NotDone(name)


def pass_by_table(dynamodb, table, body, key="order_id"):
    """Write the order into a table that the other side looks at."""
    item = {key: {"S": body[key]}, "body": {"S": json.dumps(body)}}
    dynamodb.put_item(TableName=table, Item=item)


def pass_by_queue(sqs, queue, body):
    """Send the order to a queue."""
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(body))


def pass_by_topic(sns, topic, body):
    """Publish the order to a topic, which sends a copy to each subscriber."""
    sns.publish(TopicArn=topic, Message=json.dumps(body))


def pass_by_bus(events, source, body, bus="default"):
    """Put the order on a bus as an event, for the rules that it matches."""
    entry = {"Source": source, "DetailType": "order placed", "Detail": json.dumps(body)}
    answer = events.put_events(Entries=[entry | {"EventBusName": bus}])
    if answer["FailedEntryCount"]:
        raise NotDone(source)


def read_call(event):
    """The order that a caller sent."""
    return [event]


def read_queue(event):
    """The orders in messages of a queue."""
    return [json.loads(record["body"]) for record in event["Records"]]


def read_topic(event):
    """The orders in messages that a topic has sent to a queue."""
    return [json.loads(envelope["Message"]) for envelope in read_queue(event)]


def read_bus(event):
    """The order in an event."""
    return [event["detail"]]


def read_bus_queue(event):
    """The orders in events that a bus has sent to a queue."""
    return [envelope["detail"] for envelope in read_queue(event)]

"""One order, many receivers: a sender that decides, and a topic whose subscriptions do.

Lesson 07 writes these functions out. They run unchanged on an AWS account.
"""

import json


def recipients(order):
    """The queues that an order concerns."""
    found = ["charging"]
    if order["amount"] > 10_000:  # cents
        found.append("fraud-check")
    if order["tenant"] == "records":
        found.append("limited-editions")
    found.append("shipping")
    if sum(item["quantity"] for item in order["items"]) > 3:
        found.append("packing-large")
    return found


def send_to_each(sqs, queues, names, order):
    """Send an order to each of these queues, one after another."""
    for name in names:
        sqs.send_message(QueueUrl=queues[name], MessageBody=json.dumps(order))


def subscribe(sns, topic, queue, policy=None, scope="MessageBody", dead_letters=None):
    """Send a queue what is published, if the policy accepts it. Queues are given as ARNs."""
    attributes = {"RawMessageDelivery": "true"}
    if policy:
        attributes |= {"FilterPolicy": json.dumps(policy), "FilterPolicyScope": scope}
    if dead_letters:
        attributes["RedrivePolicy"] = json.dumps({"deadLetterTargetArn": dead_letters})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes=attributes)


def publish(sns, topic, order):
    """Say that an order was placed. Who hears of it is not known here."""
    pieces = sum(item["quantity"] for item in order["items"])
    attributes = {"pieces": {"DataType": "Number", "StringValue": str(pieces)}}
    sns.publish(TopicArn=topic, Message=json.dumps(order), MessageAttributes=attributes)


def put_back(sqs, dead_letters, queue):
    """Move all messages of a dead-letter queue to the queue that they were meant for."""
    wanted = {"QueueUrl": dead_letters, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 1}
    while messages := sqs.receive_message(**wanted, MessageAttributeNames=["All"]).get("Messages"):
        for message in messages:
            attributes = message.get("MessageAttributes", {})
            body = message["Body"]
            sqs.send_message(QueueUrl=queue, MessageBody=body, MessageAttributes=attributes)
            sqs.delete_message(QueueUrl=dead_letters, ReceiptHandle=message["ReceiptHandle"])

"""A queue between two systems: competing consumers, and replies that find their asker.

Lesson 03 writes these functions out. They run unchanged on an AWS account.
"""

import json
import queue as mailboxes
import time
import uuid


def charge_from_queue(sqs, orders, charge):
    """Take orders from the queue for ever; delete each when its card is charged."""
    while True:
        answer = sqs.receive_message(QueueUrl=orders, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            try:
                charge(json.loads(message["Body"]))
            except ConnectionError:
                continue  # not deleted: the queue hands it out again
            sqs.delete_message(QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"])


def text(value):
    """A string, as SQS wants it in a message's attributes."""
    return {"DataType": "String", "StringValue": value}


def ask(sqs, requests, replies, body, pending, patience):
    """Send a request and wait for its own reply, or None after `patience` seconds."""
    correlation_id = str(uuid.uuid4())
    mailbox = pending[correlation_id] = mailboxes.Queue()
    header = f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]}"  # as X-Ray wants it
    sqs.send_message(
        QueueUrl=requests,
        MessageBody=body,
        MessageAttributes={"CorrelationId": text(correlation_id), "ReplyTo": text(replies)},
        MessageSystemAttributes={"AWSTraceHeader": text(header)},
    )
    try:
        return mailbox.get(timeout=patience)
    except mailboxes.Empty:
        return None
    finally:
        pending.pop(correlation_id, None)


def answer_requests(sqs, requests, work):
    """Take requests for ever; send each result where its request asked for it."""
    names = {"MessageAttributeNames": ["All"], "MessageSystemAttributeNames": ["AWSTraceHeader"]}
    while True:
        answer = sqs.receive_message(QueueUrl=requests, WaitTimeSeconds=20, **names)
        for message in answer.get("Messages", []):
            attributes = message["MessageAttributes"]
            header = message["Attributes"]["AWSTraceHeader"]
            sqs.send_message(
                QueueUrl=attributes["ReplyTo"]["StringValue"],
                MessageBody=work(message["Body"]),
                MessageAttributes={"CorrelationId": attributes["CorrelationId"]},
                MessageSystemAttributes={"AWSTraceHeader": text(header)},
            )
            sqs.delete_message(QueueUrl=requests, ReceiptHandle=message["ReceiptHandle"])


def collect_replies(sqs, replies, pending):
    """Take replies for ever; put each into the mailbox of the request it belongs to."""
    names = ["CorrelationId"]
    while True:
        answer = sqs.receive_message(
            QueueUrl=replies, WaitTimeSeconds=20, MessageAttributeNames=names
        )
        for message in answer.get("Messages", []):
            correlation_id = message["MessageAttributes"]["CorrelationId"]["StringValue"]
            if correlation_id in pending:  # else its asker has given up
                pending[correlation_id].put(message["Body"])
            sqs.delete_message(QueueUrl=replies, ReceiptHandle=message["ReceiptHandle"])

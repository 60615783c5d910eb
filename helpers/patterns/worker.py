"""The worker: it takes orders from a queue and deletes each when it is done.

Lesson 00 writes this out. It runs unchanged on an AWS account.
"""

import json


def charge_cards(sqs, queue, charge):
    """Take orders from the queue for ever; delete each when its card is charged."""
    while True:
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            charge(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])

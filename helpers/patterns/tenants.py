"""One warehouse for many tenants: stations for one queue or for several, and a sender's group.

Lesson 05 writes these functions out. They run unchanged on an AWS account.
"""

import itertools
import random
import threading
import time


def pack_next(sqs, queue, pack, **asked):
    """Ask once; pack and delete what came. True if anything did."""
    messages = sqs.receive_message(QueueUrl=queue, **asked).get("Messages", [])
    for message in messages:
        pack(message["Body"])
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return bool(messages)


def pack_from_queue(sqs, queue, pack, at_once=1):
    """Take orders from one queue for ever."""
    while True:
        pack_next(sqs, queue, pack, WaitTimeSeconds=20, MaxNumberOfMessages=at_once)


def pack_in_turn(sqs, queues, pack, pause):
    """Ask one queue after the other for ever; rest when all were empty, `pause` s on average."""
    empty = 0
    for queue in itertools.cycle(queues):
        empty = 0 if pack_next(sqs, queue, pack) else empty + 1
        if empty == len(queues):
            time.sleep(random.uniform(0, 2 * pause))
            empty = 0


def pack_when_free(sqs, queue, pack, free):
    """Wait at one queue for ever; start packing when one of the stations is `free`."""

    def work(message):
        pack(message["Body"])
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        free.release()

    while True:
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            free.acquire()
            threading.Thread(target=work, args=[message]).start()


def send_for_shop(sqs, queue, order):
    """Send an order, and say whose it is."""
    sqs.send_message(QueueUrl=queue, MessageBody=order.json(), MessageGroupId=order.tenant)

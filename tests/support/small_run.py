"""A run that uses a bit of all: a load, faults, retries, a queue. `main` prints its fingerprint."""

import hashlib
import time

import boto3

from helpers import Lab, faults, load


def fingerprint():
    """Twelve hexadecimal digits that stand for every row of the run's trace."""
    with Lab(seed=3) as lab:
        sqs = boto3.client("sqs")
        queue = sqs.create_queue(QueueName="orders")["QueueUrl"]

        def place():
            for order in load.orders(rate=1.0, minutes=3, seed=3):
                time.sleep(order.gap)
                sqs.send_message(QueueUrl=queue, MessageBody=order.json())

        def charge():
            while True:
                received = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
                for message in received.get("Messages", []):
                    time.sleep(0.3)
                    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])

        with faults.lost_reply("sqs.SendMessage", rate=0.1, seed=3), lab.running(minutes=4):
            lab.start(place)
            lab.start(charge, copies=2)
        assert len(lab.trace) > 50
        return hashlib.sha256(lab.trace.to_json().encode()).hexdigest()[:12]


if __name__ == "__main__":
    print(fingerprint())

"""What learners answer to the exercise of lesson 00: charge every order once."""

import json
import time


def charges_every_message(sqs, queue, charge):
    """The starter: charges whatever it is given."""
    while True:
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            charge(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


def remembers_message_ids(sqs, queue, charge):
    """Remembers by the message's id, which differs between the two messages of an order."""
    charged = set()
    while True:
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            if message["MessageId"] not in charged:
                charge(json.loads(message["Body"]))
                charged.add(message["MessageId"])
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


def leaves_duplicates_in_the_queue(sqs, queue, charge):
    """Skips an order that is charged, and leaves its message in the queue."""
    charged = set()
    while True:
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            order = json.loads(message["Body"])
            if order["order_id"] in charged:
                continue
            charge(order)
            charged.add(order["order_id"])
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


def forgets_between_polls(sqs, queue, charge):
    """Begins with an empty memory at each receive."""
    while True:
        charged = set()
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20, MaxNumberOfMessages=10)
        for message in answer.get("Messages", []):
            order = json.loads(message["Body"])
            if order["order_id"] not in charged:
                charge(order)
                charged.add(order["order_id"])
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


def remembers_the_last_order_alone(sqs, queue, charge):
    """Compares with the order before, and with no other."""
    last = None
    while True:
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            order = json.loads(message["Body"])
            if order["order_id"] != last:
                charge(order)
                last = order["order_id"]
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


def remembers_customers(sqs, queue, charge):
    """Charges each tenant's first order and takes the others for duplicates."""
    charged = set()
    while True:
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            order = json.loads(message["Body"])
            if order["tenant"] not in charged:
                charge(order)
                charged.add(order["tenant"])
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


def deletes_before_it_charges(sqs, queue, charge):
    """Deletes first, which changes nothing about the second message of an order."""
    while True:
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            charge(json.loads(message["Body"]))


def asks_without_a_wait(sqs, queue, charge):
    """Is right but for one thing: it asks again and again, and never waits."""
    charged = set()
    while True:
        answer = sqs.receive_message(QueueUrl=queue)
        for message in answer.get("Messages", []):
            order = json.loads(message["Body"])
            if order["order_id"] not in charged:
                charge(order)
                charged.add(order["order_id"])
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


def stops_when_the_queue_is_empty(sqs, queue, charge):
    """Ends at the first receive that brings nothing."""
    charged = set()
    while messages := sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages"):
        for message in messages:
            order = json.loads(message["Body"])
            if order["order_id"] not in charged:
                charge(order)
                charged.add(order["order_id"])
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


def trips_over_an_empty_answer(sqs, queue, charge):
    """Takes it for granted that a receive brings messages."""
    charged = set()
    while True:
        for message in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1)["Messages"]:
            order = json.loads(message["Body"])
            if order["order_id"] not in charged:
                charge(order)
                charged.add(order["order_id"])
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


def remembers_bodies(sqs, queue, charge):
    """Remembers by the body, which is the same in both messages of an order."""
    charged = []
    while True:
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            if message["Body"] not in charged:
                charged.append(message["Body"])
                charge(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


def takes_ten_at_once(sqs, queue, charge):
    """Takes up to ten messages at once, and counts how often it saw each order."""
    seen = {}
    while True:
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20, MaxNumberOfMessages=10)
        for message in answer.get("Messages", []):
            order = json.loads(message["Body"])
            seen[order["order_id"]] = seen.get(order["order_id"], 0) + 1
            if seen[order["order_id"]] == 1:
                charge(order)
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


MEMORY = set()


def sleeps_between_short_polls(sqs, queue, charge):
    """Remembers in a global of the notebook, and sleeps where another would poll long."""
    while True:
        for message in sqs.receive_message(QueueUrl=queue).get("Messages", []):
            order = json.loads(message["Body"])
            if order["order_id"] not in MEMORY:
                charge(order)
            MEMORY.add(order["order_id"])
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        time.sleep(3)


WRONG = {
    "1": [
        charges_every_message,
        remembers_message_ids,
        leaves_duplicates_in_the_queue,
        forgets_between_polls,
        remembers_the_last_order_alone,
        remembers_customers,
        deletes_before_it_charges,
        asks_without_a_wait,
        stops_when_the_queue_is_empty,
        trips_over_an_empty_answer,
    ],
}
RIGHT = {
    "1": [remembers_bodies, takes_ten_at_once, sleeps_between_short_polls],
}

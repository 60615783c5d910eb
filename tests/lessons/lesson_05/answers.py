"""What learners answer to the exercises of lesson 05: a group, many queues, a limit per shop."""

import hashlib
import itertools
import json
import random
import threading
import time

from helpers.patterns.tenants import pack_from_queue, pack_in_turn, pack_next, pack_when_free

# -- 1: whose burst is it?


def the_shop(order):
    """The starter: the other customers of the shop wait."""
    return order.tenant


def no_group(order):
    """Sends no group at all."""
    return None


def each_order_alone(order):
    """Makes every order a tenant of its own, which is never noisy."""
    return order.order_id


def books_alone(order):
    """Treats the one shop that the text names."""
    return order.customer if order.tenant == "books" else order.tenant


def the_largest_shop_alone(order):
    """Leaves the orders of books without a group, and gives the others their shop."""
    return None if order.tenant == "books" else order.tenant


def the_first_item(order):
    """Takes what was bought for who bought it."""
    return order.items[0].sku


def all_alike(order):
    """Gives everybody the same group."""
    return "customers"


def the_whole_customer(order):
    """Returns something that is no text."""
    return (order.tenant, order.customer)


def shop_and_customer(order):
    """Names the shop too."""
    return f"{order.tenant}/{order.customer}"


def a_digest_of_the_customer(order):
    """Does not show who the customer is."""
    return hashlib.sha256(order.customer.encode()).hexdigest()


# -- 2: many queues, few questions


def waits_at_each_queue(sqs, queues, pack):
    """The starter: waits long at empty queues."""
    while True:
        for queue in queues:
            pack_next(sqs, queue, pack, WaitTimeSeconds=20)


def never_rests(sqs, queues, pack):
    """Asks all queues again and again, with a short rest."""
    for queue in itertools.cycle(queues):
        if not pack_next(sqs, queue, pack):
            time.sleep(0.1)


def rests_too_seldom(sqs, queues, pack):
    """Is the lesson's pattern with a rest of five seconds."""
    pack_in_turn(sqs, queues, pack, pause=5)


def begins_at_the_first_again(sqs, queues, pack):
    """Serves the shops by rank: after an order it begins at the first queue."""
    while True:
        if not any(pack_next(sqs, queue, pack) for queue in queues):
            time.sleep(12)


def waits_two_seconds_at_each(sqs, queues, pack):
    """Waits a little at each queue, also while the flooded one is full."""
    for queue in itertools.cycle(queues):
        pack_next(sqs, queue, pack, WaitTimeSeconds=2)


def empties_a_queue_first(sqs, queues, pack):
    """Stays at a queue until it is empty."""
    while True:
        for queue in queues:
            while pack_next(sqs, queue, pack):
                pass
        time.sleep(12)


def only_the_first(sqs, queues, pack):
    """Serves one queue with long polls."""
    pack_from_queue(sqs, queues[0], pack)


def gives_up_when_all_are_empty(sqs, queues, pack):
    """Ends when no queue has an order."""
    while sum(pack_next(sqs, queue, pack) for queue in queues):
        pass


def a_fixed_rest(sqs, queues, pack):
    """Asks in turn, and rests sixteen seconds when all queues were empty."""
    while True:
        if not sum(pack_next(sqs, queue, pack) for queue in queues):
            time.sleep(16)


def a_thread_per_queue(sqs, queues, pack):
    """Waits at each queue in a thread of its own, and packs one order at a time."""
    free = threading.Semaphore(1)
    for queue in queues[1:]:
        threading.Thread(target=pack_when_free, args=[sqs, queue, pack, free]).start()
    pack_when_free(sqs, queues[0], pack, free)


# -- 3: a limit of your own


def has_no_limit(sqs, queue, pack, busy, limit):
    """The starter: counts, and does not look."""
    while True:
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            busy[json.loads(message["Body"])["tenant"]] += 1
            pack(message["Body"])
            busy[json.loads(message["Body"])["tenant"]] -= 1
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


def gives_back_at_once(sqs, queue, pack, busy, limit):
    """Gives an order back at once, and gets it again in the same moment."""
    while True:
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            mine = {"QueueUrl": queue, "ReceiptHandle": message["ReceiptHandle"]}
            shop = json.loads(message["Body"])["tenant"]
            if busy[shop] >= limit:
                sqs.change_message_visibility(VisibilityTimeout=0, **mine)
                continue
            busy[shop] += 1
            try:
                pack(message["Body"])
            finally:
                busy[shop] -= 1
            sqs.delete_message(**mine)


def waits_with_the_order_in_hand(sqs, queue, pack, busy, limit):
    """Waits until the shop may have a station again."""
    while True:
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            mine = {"QueueUrl": queue, "ReceiptHandle": message["ReceiptHandle"]}
            shop = json.loads(message["Body"])["tenant"]
            while busy[shop] >= limit:
                time.sleep(1)
            busy[shop] += 1
            try:
                pack(message["Body"])
            finally:
                busy[shop] -= 1
            sqs.delete_message(**mine)


def drops_the_order(sqs, queue, pack, busy, limit):
    """Deletes what is too much."""
    while True:
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            mine = {"QueueUrl": queue, "ReceiptHandle": message["ReceiptHandle"]}
            shop = json.loads(message["Body"])["tenant"]
            if busy[shop] >= limit:
                sqs.delete_message(**mine)
                continue
            busy[shop] += 1
            try:
                pack(message["Body"])
            finally:
                busy[shop] -= 1
            sqs.delete_message(**mine)


def limits_records_alone(sqs, queue, pack, busy, limit):
    """Limits one shop by its name."""
    while True:
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            mine = {"QueueUrl": queue, "ReceiptHandle": message["ReceiptHandle"]}
            shop = json.loads(message["Body"])["tenant"]
            if shop == "records" and busy[shop] >= limit:
                sqs.change_message_visibility(VisibilityTimeout=7, **mine)
                continue
            busy[shop] += 1
            try:
                pack(message["Body"])
            finally:
                busy[shop] -= 1
            sqs.delete_message(**mine)


def has_a_limit_of_its_own(sqs, queue, pack, busy, limit):
    """Does not look at the limit that it is given."""
    while True:
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            mine = {"QueueUrl": queue, "ReceiptHandle": message["ReceiptHandle"]}
            shop = json.loads(message["Body"])["tenant"]
            if busy[shop] >= 6:
                sqs.change_message_visibility(VisibilityTimeout=7, **mine)
                continue
            busy[shop] += 1
            try:
                pack(message["Body"])
            finally:
                busy[shop] -= 1
            sqs.delete_message(**mine)


def is_off_by_one(sqs, queue, pack, busy, limit):
    """Lets one order too many begin."""
    while True:
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            mine = {"QueueUrl": queue, "ReceiptHandle": message["ReceiptHandle"]}
            shop = json.loads(message["Body"])["tenant"]
            if busy[shop] > limit:
                sqs.change_message_visibility(VisibilityTimeout=7, **mine)
                continue
            busy[shop] += 1
            try:
                pack(message["Body"])
            finally:
                busy[shop] -= 1
            sqs.delete_message(**mine)


def deletes_before_it_packs(sqs, queue, pack, busy, limit):
    """Deletes an order before it is packed."""
    while True:
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            mine = {"QueueUrl": queue, "ReceiptHandle": message["ReceiptHandle"]}
            shop = json.loads(message["Body"])["tenant"]
            if busy[shop] >= limit:
                sqs.change_message_visibility(VisibilityTimeout=7, **mine)
                continue
            sqs.delete_message(**mine)
            busy[shop] += 1
            try:
                pack(message["Body"])
            finally:
                busy[shop] -= 1


def never_counts_down(sqs, queue, pack, busy, limit):
    """Counts orders that have begun, and not those that are being packed."""
    while True:
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            mine = {"QueueUrl": queue, "ReceiptHandle": message["ReceiptHandle"]}
            shop = json.loads(message["Body"])["tenant"]
            if busy[shop] >= limit:
                sqs.change_message_visibility(VisibilityTimeout=30, **mine)
                continue
            busy[shop] += 1
            pack(message["Body"])
            sqs.delete_message(**mine)


def gives_back_for_some_seconds(sqs, queue, pack, busy, limit):
    """Gives an order back for a random time, and does not mind a counter that is one too high."""
    while True:
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            mine = {"QueueUrl": queue, "ReceiptHandle": message["ReceiptHandle"]}
            shop = json.loads(message["Body"])["tenant"]
            if busy[shop] >= limit:
                hidden = random.randint(3, 12)
                sqs.change_message_visibility(VisibilityTimeout=hidden, **mine)
                continue
            busy[shop] += 1
            pack(message["Body"])
            busy[shop] -= 1
            sqs.delete_message(**mine)


def gives_back_what_jammed(sqs, queue, pack, busy, limit):
    """Gives back what is too much, and also what could not be packed."""
    while True:
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            mine = {"QueueUrl": queue, "ReceiptHandle": message["ReceiptHandle"]}
            shop = json.loads(message["Body"])["tenant"]
            if busy[shop] >= limit:
                sqs.change_message_visibility(VisibilityTimeout=8, **mine)
                continue
            busy[shop] += 1
            try:
                pack(message["Body"])
                sqs.delete_message(**mine)
            except Exception:
                sqs.change_message_visibility(VisibilityTimeout=5, **mine)
            finally:
                busy[shop] -= 1


WRONG = {
    "1": [
        the_shop, no_group, each_order_alone, books_alone, the_largest_shop_alone, the_first_item,
        all_alike, the_whole_customer,
    ],
    "2": [
        waits_at_each_queue, never_rests, rests_too_seldom, begins_at_the_first_again,
        waits_two_seconds_at_each, empties_a_queue_first, only_the_first,
        gives_up_when_all_are_empty,
    ],
    "3": [
        has_no_limit, gives_back_at_once, waits_with_the_order_in_hand, drops_the_order,
        limits_records_alone, has_a_limit_of_its_own, is_off_by_one, deletes_before_it_packs,
        never_counts_down,
    ],
}  # fmt: skip
RIGHT = {
    "1": [shop_and_customer, a_digest_of_the_customer],
    "2": [a_fixed_rest, a_thread_per_queue],
    "3": [gives_back_for_some_seconds, gives_back_what_jammed],
}  # fmt: skip

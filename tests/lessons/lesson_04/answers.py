"""What learners answer to the exercises of lesson 04: the call at night; while they are there."""

import json
import math
import threading

from helpers.patterns.backlog import age, take

# -- 1. the call at night


def divides_by_the_capacity(depths, workers, work):
    """The starter: forgets the orders that go on arriving."""
    return depths[-1] * work / workers


def takes_the_time_of_one_worker(depths, workers, work):
    """Lets one worker do it all."""
    return depths[-1] * work


def never_thinks_of_never(depths, workers, work):
    """Divides by the headroom, and says a negative time where there is none."""
    rate = depths[-1] / (60 * len(depths))
    return depths[-1] / (workers / work - rate)


def takes_a_minute_for_a_second(depths, workers, work):
    """Reads orders per minute as orders per second."""
    rate = depths[-1] / len(depths)
    headroom = workers / work - rate
    return depths[-1] / headroom if headroom > 0 else math.inf


def takes_the_last_minute_alone_for_the_backlog(depths, workers, work):
    """Has the rate right, and takes what came in one minute for the backlog."""
    rate = depths[0] / 60
    headroom = workers / work - rate
    return depths[0] / headroom if headroom > 0 else math.inf


def says_twice_the_outage(depths, workers, work):
    """Knows the lesson's own case by heart."""
    return 2 * 60 * len(depths)


def gives_up_early(depths, workers, work):
    """Says never as soon as the headroom is less than the arrivals."""
    rate = depths[-1] / (60 * len(depths))
    return math.inf if workers / work < 2 * rate else depths[-1] / rate


def compares_two_looks(depths, workers, work):
    """Takes the arrival rate from the two last looks, or from the only one."""
    before = depths[-2] if len(depths) > 1 else 0
    headroom = workers / work - (depths[-1] - before) / 60
    return depths[-1] / headroom if headroom > 0 else math.inf


def plays_it_through(depths, workers, work):
    """Counts second by second until nothing is left, for a day at most."""
    left, rate, seconds = depths[-1], depths[-1] / len(depths) / 60, 0
    while left > 0 and seconds < 86400:
        left, seconds = left + rate - workers / work, seconds + 1
    return seconds if left <= 0 else math.inf


# -- 2. while the customer is there


def charges_everybody(sqs, orders, late, charge, work, patience):
    """The starter: charges also those who have left."""
    while True:
        message = take(sqs, orders, wait=20)
        if message:
            charge(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"])


def forgets_the_work(sqs, orders, late, charge, work, patience):
    """Takes an order as in time until the moment at which its customer leaves."""
    while True:
        message = take(sqs, orders, wait=20)
        if message:
            if age(message) <= patience:
                charge(json.loads(message["Body"]))
            else:
                sqs.send_message(QueueUrl=late, MessageBody=message["Body"])
            sqs.delete_message(QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"])


def drops_the_late_ones(sqs, orders, late, charge, work, patience):
    """Deletes late orders and puts them nowhere."""
    while True:
        message = take(sqs, orders, wait=20)
        if message:
            if age(message) + work <= patience:
                charge(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"])


def leaves_the_late_ones_in_the_queue(sqs, orders, late, charge, work, patience):
    """Copies late orders to the other queue and does not delete them."""
    while True:
        message = take(sqs, orders, wait=20)
        if message:
            if age(message) + work > patience:
                sqs.send_message(QueueUrl=late, MessageBody=message["Body"])
                continue
            charge(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"])


def deletes_first_and_retries_in_memory(sqs, orders, late, charge, work, patience):
    """Deletes at once, and keeps what is not done in a list of its own."""
    to_do = []
    while True:
        message = take(sqs, orders, wait=20)
        if message:
            sqs.delete_message(QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"])
            to_do.append(message)
        while to_do:
            message = to_do[0]
            if age(message) + work <= patience:
                charge(json.loads(message["Body"]))
            else:
                sqs.send_message(QueueUrl=late, MessageBody=message["Body"])
            to_do.pop(0)


def is_too_careful(sqs, orders, late, charge, work, patience):
    """Puts an order aside as soon as half of the patience is over."""
    while True:
        message = take(sqs, orders, wait=20)
        if message:
            if age(message) <= patience / 2:
                charge(json.loads(message["Body"]))
            else:
                sqs.send_message(QueueUrl=late, MessageBody=message["Body"])
            sqs.delete_message(QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"])


def takes_ten_and_looks_once(sqs, orders, late, charge, work, patience):
    """Takes up to ten and decides for all of them before it charges the first."""
    while True:
        answer = sqs.receive_message(
            QueueUrl=orders,
            WaitTimeSeconds=20,
            MaxNumberOfMessages=10,
            MessageSystemAttributeNames=["SentTimestamp"],
        )
        messages = answer.get("Messages", [])
        early = [message for message in messages if age(message) + work <= patience]
        for message in messages:
            if message in early:
                charge(json.loads(message["Body"]))
            else:
                sqs.send_message(QueueUrl=late, MessageBody=message["Body"])
            sqs.delete_message(QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"])


def measures_the_time_that_is_left(sqs, orders, late, charge, work, patience):
    """Asks how much of the patience is left, and sorts late orders out in a loop of their own."""
    while True:
        message = take(sqs, orders, wait=1)
        while message and patience - age(message) < work:
            sqs.send_message(QueueUrl=late, MessageBody=message["Body"])
            sqs.delete_message(QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"])
            message = take(sqs, orders, wait=1)
        if message:
            charge(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"])


def keeps_it_hidden_while_it_charges(sqs, orders, late, charge, work, patience):
    """Hides the message for just as long as a charge takes, and some seconds more."""
    while True:
        message = take(sqs, orders, wait=20)
        if not message:
            continue
        handle = {"QueueUrl": orders, "ReceiptHandle": message["ReceiptHandle"]}
        if age(message) > patience - work:
            sqs.send_message(QueueUrl=late, MessageBody=message["Body"])
        else:
            sqs.change_message_visibility(**handle, VisibilityTimeout=math.ceil(work) + 5)
            charge(json.loads(message["Body"]))
        sqs.delete_message(**handle)


def has_a_helper_for_the_late_ones(sqs, orders, late, charge, work, patience):
    """Moves late orders in a thread, and waits for it before it takes the next one."""

    def move(message):
        sqs.send_message(QueueUrl=late, MessageBody=message["Body"])
        sqs.delete_message(QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"])

    while True:
        message = take(sqs, orders, wait=20)
        if message and age(message) + work > patience:
            mover = threading.Thread(target=move, args=(message,))
            mover.start()
            mover.join()
        elif message:
            charge(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"])


WRONG = {
    "1": [
        divides_by_the_capacity,
        takes_the_time_of_one_worker,
        never_thinks_of_never,
        takes_a_minute_for_a_second,
        takes_the_last_minute_alone_for_the_backlog,
        says_twice_the_outage,
        gives_up_early,
    ],
    "2": [
        charges_everybody,
        forgets_the_work,
        drops_the_late_ones,
        leaves_the_late_ones_in_the_queue,
        deletes_first_and_retries_in_memory,
        is_too_careful,
        takes_ten_and_looks_once,
    ],
}
RIGHT = {
    "1": [compares_two_looks, plays_it_through],
    "2": [
        measures_the_time_that_is_left,
        keeps_it_hidden_while_it_charges,
        has_a_helper_for_the_late_ones,
    ],
}

"""What learners answer to the exercises of lesson 06: keep it hidden; the right group; poison."""

import contextlib
import hashlib
import json
import threading
import time
import uuid

from helpers.patterns.redelivery import keep_hidden, work_off

# -- 1. Keep it hidden


def keeps_nothing(sqs, orders, charge):
    """The starter: charges, and lets the timeout of 30 s run out."""
    while True:
        answer = sqs.receive_message(QueueUrl=orders, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            charge(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"])


def keeps_one_of_ten(sqs, orders, charge):
    """Takes ten and keeps the one hidden that it charges, while the others come back."""
    while True:
        answer = sqs.receive_message(QueueUrl=orders, WaitTimeSeconds=20, MaxNumberOfMessages=10)
        for message in answer.get("Messages", []):
            with keep_hidden(sqs, orders, message):
                charge(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"])


def hides_for_long(sqs, orders, charge):
    """Hides for as long as the longest charge, also on a machine that is dead."""
    while True:
        answer = sqs.receive_message(QueueUrl=orders, WaitTimeSeconds=20, VisibilityTimeout=90)
        for message in answer.get("Messages", []):
            charge(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"])


def extends_once(sqs, orders, charge):
    """Extends the timeout once, before the charge, to 60 s."""
    while True:
        answer = sqs.receive_message(QueueUrl=orders, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            which = {"QueueUrl": orders, "ReceiptHandle": message["ReceiptHandle"]}
            sqs.change_message_visibility(VisibilityTimeout=60, **which)
            charge(json.loads(message["Body"]))
            sqs.delete_message(**which)


def deletes_first(sqs, orders, charge):
    """Deletes before it charges, so that nobody else can have it, nor after a crash."""
    while True:
        answer = sqs.receive_message(QueueUrl=orders, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            sqs.delete_message(QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"])
            charge(json.loads(message["Body"]))


def beats_too_slowly(sqs, orders, charge):
    """Extends the timeout of 30 s every 40 s."""

    def beat(message, done):
        while not done.wait(40):
            with contextlib.suppress(Exception):
                sqs.change_message_visibility(
                    QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=30
                )

    while True:
        answer = sqs.receive_message(QueueUrl=orders, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            done = threading.Event()
            threading.Thread(target=beat, args=(message, done)).start()
            charge(json.loads(message["Body"]))
            done.set()
            sqs.delete_message(QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"])


def keeps_all_of_ten(sqs, orders, charge):
    """Takes ten and keeps them all, so that an order of a dead machine waits behind nine."""
    while True:
        answer = sqs.receive_message(QueueUrl=orders, WaitTimeSeconds=20, MaxNumberOfMessages=10)
        messages = answer.get("Messages", [])
        with contextlib.ExitStack() as kept:
            for message in messages:
                kept.enter_context(keep_hidden(sqs, orders, message))
            for message in messages:
                charge(json.loads(message["Body"]))
        for message in messages:
            sqs.delete_message(QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"])


def charges_in_a_thread(sqs, orders, charge):
    """Charges in a thread of its own, and extends the timeout while it waits for it."""
    while True:
        answer = sqs.receive_message(QueueUrl=orders, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            which = {"QueueUrl": orders, "ReceiptHandle": message["ReceiptHandle"]}
            at_work = threading.Thread(target=charge, args=(json.loads(message["Body"]),))
            at_work.start()
            while at_work.is_alive():
                sqs.change_message_visibility(VisibilityTimeout=45, **which)
                at_work.join(15)
            sqs.delete_message(**which)


def one_heart_for_all(sqs, orders, charge):
    """Has one heart for as long as the worker lives, for whatever it has in hand."""
    in_hand = set()

    def beat():
        while True:
            for handle in list(in_hand):
                sqs.change_message_visibility(
                    QueueUrl=orders, ReceiptHandle=handle, VisibilityTimeout=30
                )
            time.sleep(10)

    threading.Thread(target=beat, daemon=True).start()
    while True:
        answer = sqs.receive_message(QueueUrl=orders, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            in_hand.add(message["ReceiptHandle"])
            charge(json.loads(message["Body"]))
            in_hand.remove(message["ReceiptHandle"])
            sqs.delete_message(QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"])


# -- 2. The right group


def one_group(sqs, queue, event):
    """Puts all events into one group, where customers wait for one another."""
    ids = {
        "MessageGroupId": "events",
        "MessageDeduplicationId": f"{event['order_id']}-{event['step']}",
    }
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(event), **ids)


def group_of_the_order(sqs, queue, event):
    """Takes the order as the group, so that a customer's orders overtake one another."""
    ids = {
        "MessageGroupId": event["order_id"],
        "MessageDeduplicationId": f"{event['order_id']}-{event['step']}",
    }
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(event), **ids)


def same_id_for_all_steps(sqs, queue, event):
    """Takes the order's number as the id, so that three of its four events are dropped."""
    ids = {"MessageGroupId": event["customer"], "MessageDeduplicationId": event["order_id"]}
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(event), **ids)


def new_id_each_time(sqs, queue, event):
    """Makes a new id for each call, so that a repeated send is a new message."""
    ids = {"MessageGroupId": event["customer"], "MessageDeduplicationId": str(uuid.uuid4())}
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(event), **ids)


def id_of_the_minute(sqs, queue, event):
    """Has the minute in its id, so that a repeated send is a new message a minute later."""
    ids = {
        "MessageGroupId": event["customer"],
        "MessageDeduplicationId": f"{event['order_id']}-{event['step']}-{time.time() // 60:.0f}",
    }
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(event), **ids)


def id_of_the_body(sqs, queue, event):
    """Takes a hash of the body, which is the same in both calls."""
    body = json.dumps(event, sort_keys=True)
    ids = {
        "MessageGroupId": event["customer"],
        "MessageDeduplicationId": hashlib.sha256(body.encode()).hexdigest(),
    }
    sqs.send_message(QueueUrl=queue, MessageBody=body, **ids)


def group_with_a_name(sqs, queue, event):
    """Says in the group what it is a group of, and begins the id with the step."""
    sqs.send_message(
        QueueUrl=queue,
        MessageBody=json.dumps(event),
        MessageGroupId=f"customer {event['customer']}".replace(" ", "-"),
        MessageDeduplicationId=event["step"] + event["order_id"],
    )


# -- 3. Poison or outage


def lets_everything_go(sqs, orders, charge):
    """The starter: lets go of the message at any error."""
    work_off(sqs, orders, charge)


def _hides_for(seconds, sqs, orders, charge):
    while True:
        answer = sqs.receive_message(QueueUrl=orders, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            which = {"QueueUrl": orders, "ReceiptHandle": message["ReceiptHandle"]}
            try:
                charge(json.loads(message["Body"]))
            except ConnectionError:
                sqs.change_message_visibility(VisibilityTimeout=seconds, **which)
            except ValueError:
                pass
            else:
                sqs.delete_message(**which)


def hides_for_four_minutes(sqs, orders, charge):
    """Hides an order for 240 s after a ConnectionError, three times at most."""
    _hides_for(240, sqs, orders, charge)


def hides_for_two_hours(sqs, orders, charge):
    """Hides an order for two hours after a ConnectionError, also if it is over before."""
    _hides_for(7200, sqs, orders, charge)


def retries_all_errors(sqs, orders, charge):
    """Tries an order again for ever, whatever its error is."""
    while True:
        answer = sqs.receive_message(QueueUrl=orders, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            with keep_hidden(sqs, orders, message, 60):
                while True:
                    try:
                        charge(json.loads(message["Body"]))
                        break
                    except Exception:
                        time.sleep(10)
            sqs.delete_message(QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"])


def deletes_poison(sqs, orders, charge):
    """Deletes an order that can never be charged, so that nobody finds it again."""
    while True:
        answer = sqs.receive_message(QueueUrl=orders, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            with keep_hidden(sqs, orders, message, 60):
                while True:
                    try:
                        charge(json.loads(message["Body"]))
                    except ConnectionError:
                        time.sleep(10)
                        continue
                    except ValueError:
                        pass
                    break
            sqs.delete_message(QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"])


def waits_without_hiding(sqs, orders, charge):
    """Waits for the provider, and lets the timeout of the message run out meanwhile."""
    while True:
        answer = sqs.receive_message(QueueUrl=orders, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            with contextlib.suppress(ValueError):
                while True:
                    try:
                        charge(json.loads(message["Body"]))
                        break
                    except ConnectionError:
                        time.sleep(10)
                sqs.delete_message(QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"])


def extends_by_hand(sqs, orders, charge):
    """Extends the timeout before each try, and waits twenty seconds after a ConnectionError."""
    while True:
        answer = sqs.receive_message(QueueUrl=orders, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            which = {"QueueUrl": orders, "ReceiptHandle": message["ReceiptHandle"]}
            while True:
                sqs.change_message_visibility(VisibilityTimeout=30, **which)
                try:
                    charge(json.loads(message["Body"]))
                    sqs.delete_message(**which)
                except ConnectionError:
                    time.sleep(20)
                    continue
                except ValueError:
                    pass
                break


def sends_a_copy(sqs, orders, charge):
    """Sends a copy for later and deletes the message, so that no delivery is used up."""
    while True:
        answer = sqs.receive_message(QueueUrl=orders, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            which = {"QueueUrl": orders, "ReceiptHandle": message["ReceiptHandle"]}
            try:
                charge(json.loads(message["Body"]))
            except ConnectionError:
                sqs.send_message(QueueUrl=orders, MessageBody=message["Body"], DelaySeconds=240)
            except ValueError:
                continue
            sqs.delete_message(**which)


def lets_poison_raise(sqs, orders, charge):
    """Waits for the provider, and lets a ValueError end the worker, which is started again."""
    while True:
        answer = sqs.receive_message(QueueUrl=orders, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            with keep_hidden(sqs, orders, message, 60):
                while True:
                    try:
                        charge(json.loads(message["Body"]))
                        break
                    except ConnectionError:
                        time.sleep(10)
            sqs.delete_message(QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"])


WRONG = {
    "1": [
        keeps_nothing,
        keeps_one_of_ten,
        keeps_all_of_ten,
        hides_for_long,
        extends_once,
        deletes_first,
        beats_too_slowly,
    ],
    "2": [
        one_group,
        group_of_the_order,
        same_id_for_all_steps,
        new_id_each_time,
        id_of_the_minute,
    ],
    "3": [
        lets_everything_go,
        hides_for_four_minutes,
        hides_for_two_hours,
        retries_all_errors,
        deletes_poison,
        waits_without_hiding,
    ],
}
RIGHT = {
    "1": [charges_in_a_thread, one_heart_for_all],
    "2": [id_of_the_body, group_with_a_name],
    "3": [extends_by_hand, sends_a_copy, lets_poison_raise],
}

"""What learners answer to the exercises of lesson 03: lose nothing; the right reply."""

import json
import threading
import time

# -- 03.1


def deletes_first(sqs, orders, charge):
    """The starter: deletes the message before the charge."""
    while True:
        answer = sqs.receive_message(QueueUrl=orders, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            sqs.delete_message(QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"])
            charge(json.loads(message["Body"]))


def deletes_first_and_retries_in_memory(sqs, orders, charge):
    """Deletes first and tries until the charge succeeds, which a dead machine does not do."""
    while True:
        answer = sqs.receive_message(QueueUrl=orders, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            sqs.delete_message(QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"])
            while True:
                try:
                    charge(json.loads(message["Body"]))
                    break
                except ConnectionError:
                    time.sleep(1)


def keeps_failed_orders_in_a_list(sqs, orders, charge, failed=[]):  # noqa: B006
    """Deletes first and keeps what failed in a list of its own, which dies with the machine."""
    while True:
        answer = sqs.receive_message(QueueUrl=orders, WaitTimeSeconds=1)
        for message in answer.get("Messages", []):
            sqs.delete_message(QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"])
            failed.append(message["Body"])
        for body in list(failed):
            try:
                charge(json.loads(body))
                failed.remove(body)
            except ConnectionError:
                pass


def sends_failed_orders_again(sqs, orders, charge):
    """Deletes first and sends an order that failed to the queue again."""
    while True:
        answer = sqs.receive_message(QueueUrl=orders, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            sqs.delete_message(QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"])
            try:
                charge(json.loads(message["Body"]))
            except ConnectionError:
                sqs.send_message(QueueUrl=orders, MessageBody=message["Body"])


def deletes_what_failed_too(sqs, orders, charge):
    """Charges first, but deletes in any case."""
    while True:
        answer = sqs.receive_message(QueueUrl=orders, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            try:
                charge(json.loads(message["Body"]))
            except ConnectionError:
                pass
            finally:
                sqs.delete_message(QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"])


def never_deletes(sqs, orders, charge):
    """Charges, and leaves every message in the queue."""
    while True:
        answer = sqs.receive_message(QueueUrl=orders, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            try:
                charge(json.loads(message["Body"]))
            except ConnectionError:
                continue


def gives_up_after_three(sqs, orders, charge):
    """Deletes first and tries three times."""
    while True:
        answer = sqs.receive_message(QueueUrl=orders, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            sqs.delete_message(QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"])
            for _ in range(3):
                try:
                    charge(json.loads(message["Body"]))
                    break
                except ConnectionError:
                    continue


def lets_the_error_out(sqs, orders, charge):
    """Deletes last and catches nothing: the process that begins again goes on with the rest."""
    while True:
        answer = sqs.receive_message(QueueUrl=orders, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            charge(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"])


def retries_at_once_and_deletes_last(sqs, orders, charge):
    """Tries until the charge succeeds, and deletes after it."""
    while True:
        answer = sqs.receive_message(QueueUrl=orders, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            charged = False
            while not charged:
                try:
                    charge(json.loads(message["Body"]))
                    charged = True
                except ConnectionError:
                    time.sleep(0.5)
            sqs.delete_message(QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"])


def shows_it_again_at_once(sqs, orders, charge):
    """Takes ten at a time, and makes what failed visible again at once."""
    while True:
        answer = sqs.receive_message(QueueUrl=orders, WaitTimeSeconds=20, MaxNumberOfMessages=10)
        for message in answer.get("Messages", []):
            receipt = message["ReceiptHandle"]
            try:
                charge(json.loads(message["Body"]))
            except ConnectionError:
                sqs.change_message_visibility(
                    QueueUrl=orders, ReceiptHandle=receipt, VisibilityTimeout=0
                )
            else:
                sqs.delete_message(QueueUrl=orders, ReceiptHandle=receipt)


# -- 03.2


def received(sqs, replies, most=1):
    """The next replies, with the ids that they carry."""
    answer = sqs.receive_message(
        QueueUrl=replies,
        WaitTimeSeconds=20,
        MaxNumberOfMessages=most,
        MessageAttributeNames=["CorrelationId"],
    )
    for message in answer.get("Messages", []):
        yield message, message["MessageAttributes"]["CorrelationId"]["StringValue"]


def serves_the_longest_waiting(sqs, replies, pending):
    """The starter: gives each reply to the checkout that has waited longest."""
    while True:
        for message, _ in received(sqs, replies):
            for longest_waiting in list(pending)[:1]:
                pending[longest_waiting].put(message["Body"])
            sqs.delete_message(QueueUrl=replies, ReceiptHandle=message["ReceiptHandle"])


def serves_the_newest(sqs, replies, pending):
    """Gives each reply to the checkout that asked last."""
    while True:
        for message, _ in received(sqs, replies):
            for newest in list(pending)[-1:]:
                pending[newest].put(message["Body"])
            sqs.delete_message(QueueUrl=replies, ReceiptHandle=message["ReceiptHandle"])


def tells_everyone(sqs, replies, pending):
    """Gives each reply to all that wait."""
    while True:
        for message, _ in received(sqs, replies):
            for mailbox in list(pending.values()):
                mailbox.put(message["Body"])
            sqs.delete_message(QueueUrl=replies, ReceiptHandle=message["ReceiptHandle"])


def expects_every_asker_to_wait(sqs, replies, pending):
    """Takes it for granted that the asker still waits."""
    while True:
        for message, asked_by in received(sqs, replies):
            pending[asked_by].put(message["Body"])
            sqs.delete_message(QueueUrl=replies, ReceiptHandle=message["ReceiptHandle"])


def leaves_late_replies(sqs, replies, pending):
    """Deletes only the replies that somebody waits for."""
    while True:
        for message, asked_by in received(sqs, replies):
            if asked_by in pending:
                pending[asked_by].put(message["Body"])
                sqs.delete_message(QueueUrl=replies, ReceiptHandle=message["ReceiptHandle"])


def gives_late_replies_to_another(sqs, replies, pending):
    """Gives a reply that nobody waits for to somebody else."""
    while True:
        for message, asked_by in received(sqs, replies):
            if pending:
                pending.get(asked_by, next(iter(pending.values()))).put(message["Body"])
            sqs.delete_message(QueueUrl=replies, ReceiptHandle=message["ReceiptHandle"])


def asks_for_no_attributes(sqs, replies, pending):
    """Forgets to ask for the attribute, without which SQS does not send it."""
    while True:
        answer = sqs.receive_message(QueueUrl=replies, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            asked_by = message["MessageAttributes"]["CorrelationId"]["StringValue"]
            if asked_by in pending:
                pending[asked_by].put(message["Body"])
            sqs.delete_message(QueueUrl=replies, ReceiptHandle=message["ReceiptHandle"])


def takes_the_mailbox_out(sqs, replies, pending):
    """Takes the mailbox out of `pending` with the reply."""
    while True:
        for message, asked_by in received(sqs, replies):
            if mailbox := pending.pop(asked_by, None):
                mailbox.put(message["Body"])
            sqs.delete_message(QueueUrl=replies, ReceiptHandle=message["ReceiptHandle"])


def catches_the_missing_key(sqs, replies, pending):
    """Catches the error of an asker that has given up."""
    while True:
        for message, asked_by in received(sqs, replies):
            try:  # noqa: SIM105
                pending[asked_by].put(message["Body"])
            except KeyError:
                pass
            sqs.delete_message(QueueUrl=replies, ReceiptHandle=message["ReceiptHandle"])


def takes_ten_in_a_thread_each(sqs, replies, pending):
    """Takes ten at a time, and delivers each in a thread of its own."""

    def deliver(message, asked_by):
        mailbox = pending.get(asked_by)
        if mailbox is not None:
            mailbox.put(message["Body"])
        sqs.delete_message(QueueUrl=replies, ReceiptHandle=message["ReceiptHandle"])

    while True:
        for message, asked_by in received(sqs, replies, most=10):
            threading.Thread(target=deliver, args=(message, asked_by)).start()


WRONG = {
    "1": [
        deletes_first,
        deletes_first_and_retries_in_memory,
        keeps_failed_orders_in_a_list,
        sends_failed_orders_again,
        deletes_what_failed_too,
        never_deletes,
        gives_up_after_three,
    ],
    "2": [
        serves_the_longest_waiting,
        serves_the_newest,
        tells_everyone,
        expects_every_asker_to_wait,
        leaves_late_replies,
        gives_late_replies_to_another,
        asks_for_no_attributes,
    ],
}
RIGHT = {
    "1": [lets_the_error_out, retries_at_once_and_deletes_last, shows_it_again_at_once],
    "2": [takes_the_mailbox_out, catches_the_missing_key, takes_ten_in_a_thread_each],
}

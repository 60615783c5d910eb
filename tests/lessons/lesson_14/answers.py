"""What learners answer to the exercises of lesson 14: shops for the three grades.

Each answer is a shop: a function that gives `set_up`, `checkout` and `worker`.
"""

import contextlib
import json
import threading
import time
import uuid

from botocore.config import Config

from helpers import load
from helpers.lessons.lesson_14.measured import charge_each, one_queue
from helpers.patterns.black_friday import (
    HASTY,
    charge_by_token,
    charge_once,
    open_plain_queue,
    open_queue,
    take_order,
    take_order_of,
)
from helpers.patterns.idempotency import once, table_of_records
from helpers.patterns.redelivery import queue_with_dead_letters, work_off


def messages(sqs, queue, **asked):
    while True:
        wanted = {"WaitTimeSeconds": 20} | asked
        yield from sqs.receive_message(QueueUrl=queue, **wanted).get("Messages", [])


# -- 1


def begins_as_the_lesson_does():
    """The starter: a queue and a worker of lesson 00."""
    return one_queue, take_order, charge_each


def has_no_dead_letters():
    """Has a token, and a queue that never gives an order up."""
    return one_queue, take_order, charge_by_token


def impatient(session):
    return queue_with_dead_letters(session.client("sqs"), "orders", tries=3)[0]


def gives_up_after_three():
    """Gives an order up before the outage is over."""
    return impatient, take_order, charge_by_token


def deletes_first():
    """Deletes the order before it is charged."""

    def worker(session, shop, charge):
        sqs = session.client("sqs")
        for message in messages(sqs, shop):
            sqs.delete_message(QueueUrl=shop, ReceiptHandle=message["ReceiptHandle"])
            order = json.loads(message["Body"])
            charge(order, token=order["order_id"])

    return open_plain_queue, take_order, worker


def takes_the_message_s_id():
    """The token is the id of the message, which a repeated send has anew."""

    def worker(session, shop, charge):
        sqs = session.client("sqs")
        for message in messages(sqs, shop):
            with contextlib.suppress(Exception):
                charge(json.loads(message["Body"]), token=message["MessageId"])
                sqs.delete_message(QueueUrl=shop, ReceiptHandle=message["ReceiptHandle"])

    return open_plain_queue, take_order, worker


def makes_a_token_for_each_attempt():
    """The token is new in each delivery."""

    def worker(session, shop, charge):
        work_off(session.client("sqs"), shop, lambda o: charge(o, token=str(uuid.uuid4())))

    return open_plain_queue, take_order, worker


def takes_the_customer_for_the_key():
    """A customer's second order comes with the token of her first one."""

    def worker(session, shop, charge):
        work_off(session.client("sqs"), shop, lambda o: charge(o, token=o["customer"]))

    return open_plain_queue, take_order, worker


def remembers_in_memory():
    """Each process knows what it has charged itself."""

    def worker(session, shop, charge):
        done = set()

        def work(order):
            if order["order_id"] not in done:
                charge(order)
                done.add(order["order_id"])

        work_off(session.client("sqs"), shop, work)

    return open_plain_queue, take_order, worker


def has_a_table_and_no_token():
    """The table does not know of a charge whose answer was lost."""

    def worker(session, shop, charge):
        sqs, dynamodb = session.client("sqs"), session.client("dynamodb", config=HASTY)

        def work(order):
            once(dynamodb, "charges", order["order_id"], lambda: charge(order), hold=20)

        work_off(sqs, shop, work)

    return open_queue, take_order, worker


def asks_once():
    """The customer of a lost reply reads an error."""

    def checkout(session, shop, order):
        once_only = Config(read_timeout=1, retries={"total_max_attempts": 1})
        sqs = session.client("sqs", config=once_only)
        sqs.send_message(QueueUrl=shop, MessageBody=order.json())

    return open_plain_queue, checkout, charge_by_token


def throws_away_what_fails():
    """What the worker cannot charge is deleted."""

    def worker(session, shop, charge):
        sqs = session.client("sqs")
        for message in messages(sqs, shop):
            order = json.loads(message["Body"])
            with contextlib.suppress(ValueError, TimeoutError):
                charge(order, token=order["order_id"])
            sqs.delete_message(QueueUrl=shop, ReceiptHandle=message["ReceiptHandle"])

    return one_queue, take_order, worker


def swallows_its_errors():
    """Says thank you, whether the order is stored or not."""

    def checkout(session, shop, order):
        hopeful = Config(read_timeout=1, retries={"total_max_attempts": 1})
        with contextlib.suppress(Exception):
            sqs = session.client("sqs", config=hopeful)
            sqs.send_message(QueueUrl=shop, MessageBody=order.json())

    return open_plain_queue, checkout, charge_by_token


def answers_before_it_is_stored():
    """Sends the order in a thread, and does not wait for it."""

    def checkout(session, shop, order):
        threading.Thread(target=take_order, args=[session, shop, order]).start()

    return open_plain_queue, checkout, charge_by_token


def lets_customers_wait():
    """Has no answer for those who come later."""

    def checkout(session, shop, order):
        if order.placed_at > 60:
            time.sleep(10**6)
        take_order(session, shop, order)

    return open_plain_queue, checkout, charge_by_token


def keeps_orders_in_memory():
    """The shop is a dictionary, which other machines have as it was at first."""

    def set_up(session):
        return {"orders": []}

    def checkout(session, shop, order):
        shop["orders"].append(order.json())

    def worker(session, shop, charge):
        while True:
            time.sleep(1)
            for body in shop["orders"]:
                order = json.loads(body)
                charge(order, token=order["order_id"])

    return set_up, checkout, worker


def comes_to_its_end():
    """The worker charges one order, and returns."""

    def worker(session, shop, charge):
        message = next(messages(session.client("sqs"), shop))
        order = json.loads(message["Body"])
        with contextlib.suppress(OSError):
            charge(order, token=order["order_id"])

    return open_plain_queue, take_order, worker


def charges_a_text():
    """Gives the card provider the body as it came, and the error is swallowed."""

    def worker(session, shop, charge):
        work_off(session.client("sqs"), shop, lambda order: charge(json.dumps(order)))

    return impatient, take_order, worker


def forgets_the_worker():
    """Gives two functions."""
    return open_queue, take_order


def has_the_token_alone():
    """The provider keeps the record."""
    return open_plain_queue, take_order, charge_by_token


def puts_poison_aside_itself():
    """The worker knows poison by its error, and sends it to a queue that nobody reads."""

    def set_up(session):
        sqs = session.client("sqs")
        return {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("orders", "poison")}

    def checkout(session, shop, order):
        take_order(session, shop["orders"], order)

    def worker(session, shop, charge):
        sqs = session.client("sqs")
        for message in messages(sqs, shop["orders"]):
            order = json.loads(message["Body"])
            try:
                charge(order, token=order["order_id"])
            except ValueError:
                sqs.send_message(QueueUrl=shop["poison"], MessageBody=message["Body"])
            except OSError:  # it is down, or was not heard
                continue
            sqs.delete_message(QueueUrl=shop["orders"], ReceiptHandle=message["ReceiptHandle"])

    return set_up, checkout, worker


def refuses_poison_at_the_door():
    """The customer of the order that nobody can charge reads an error at once."""

    def checkout(session, shop, order):
        if order.amount <= 0:
            raise RuntimeError("an order has to cost something")
        take_order(session, shop, order)

    return open_plain_queue, checkout, charge_by_token


def hides_what_boto3_says():
    """Asks a queue that is not there, and catches the error."""

    def worker(session, shop, charge):
        sqs = session.client("sqs")
        while True:
            try:
                for message in messages(sqs, shop.replace("orders", "order")):
                    charge(json.loads(message["Body"]))
            except Exception:
                time.sleep(5)

    return open_plain_queue, take_order, worker


def never_opens():
    """Waits in set_up for a customer, who does not come before it opens."""

    def set_up(session):
        queue = one_queue(session)
        while not session.client("sqs").receive_message(QueueUrl=queue).get("Messages"):
            time.sleep(5)
        return queue

    return set_up, take_order, charge_by_token


def sends_again_and_again():
    """Sends the order until the queue says that it is empty, to be sure."""

    def checkout(session, shop, order):
        sqs, asked = session.client("sqs", config=HASTY), "ApproximateNumberOfMessages"
        waiting = 1
        while waiting:
            take_order_of(session, shop, order)
            found = sqs.get_queue_attributes(QueueUrl=shop, AttributeNames=[asked])
            waiting = int(found["Attributes"][asked])

    return open_plain_queue, checkout, charge_by_token


# -- 2


def waits_for_the_lost_reply():
    """Knows the tenants, and has the SDK's own time-out."""

    def checkout(session, shop, order):
        session.client("sqs").send_message(
            QueueUrl=shop, MessageBody=order.json(), MessageGroupId=order.tenant
        )

    return open_queue, checkout, charge_once


def hasty(session, shop, order):
    sqs = session.client("sqs", config=HASTY)
    sqs.send_message(QueueUrl=shop, MessageBody=order.json())


def knows_no_tenants():
    """Has short time-outs, and one line for all."""
    return open_queue, hasty, charge_once


def makes_each_order_a_tenant():
    """The group is the order's id, so that nobody is loud."""

    def checkout(session, shop, order):
        session.client("sqs", config=HASTY).send_message(
            QueueUrl=shop, MessageBody=order.json(), MessageGroupId=order.order_id
        )

    return open_queue, checkout, charge_once


def hides_for_long():
    """What fails in the outage stays hidden for five minutes."""

    def patient(session):
        sqs = session.client("sqs")
        return queue_with_dead_letters(sqs, "orders", tries=3, timeout=300)[0]

    return patient, take_order_of, charge_by_token


def knows_who_is_loud():
    """The shop that is loud on the lesson's day has a queue of its own."""

    def set_up(session):
        sqs = session.client("sqs")
        return [queue_with_dead_letters(sqs, name, tries=12)[0] for name in ("loud", "others")]

    def checkout(session, shop, order):
        hasty(session, shop[order.tenant != "records"], order)

    return set_up, checkout, asks_in_turn


def has_a_queue_for_each_shop():
    """Each tenant has a line of its own, and workers ask in turn."""

    def set_up(session):
        sqs = session.client("sqs")
        names = [tenant.tenant for tenant in load.tenants()]
        return {name: queue_with_dead_letters(sqs, name, tries=12)[0] for name in names}

    def checkout(session, shop, order):
        hasty(session, shop[order.tenant], order)

    def worker(session, shop, charge):
        asks_in_turn(session, list(shop.values()), charge, wait=0)

    return set_up, checkout, worker


def asks_in_turn(session, queues, charge, wait=1):
    sqs = session.client("sqs")
    while True:
        asked, found = time.time(), False
        for queue in queues:
            got = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=wait).get("Messages", [])
            for message in got:
                found = True
                with contextlib.suppress(Exception):
                    order = json.loads(message["Body"])
                    charge(order, token=order["order_id"])
                    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        if not found:
            time.sleep(max(0.0, asked + 12 - time.time()))


def keeps_its_table_longer():
    """Like the solution, with patience of its own."""

    def set_up(session):
        table_of_records(session.client("dynamodb"), "mine")
        return queue_with_dead_letters(session.client("sqs"), "orders", tries=16, timeout=20)[0]

    def worker(session, shop, charge):
        sqs, dynamodb = session.client("sqs"), session.client("dynamodb", config=HASTY)

        def work(order):
            name = order["order_id"]
            once(dynamodb, "mine", name, lambda: charge(order, token=f"charge {name}"), hold=15)

        work_off(sqs, shop, work)

    return set_up, take_order_of, worker


# -- 3


def keeps_the_table():
    """Pays for a record that the provider keeps too."""
    return open_queue, take_order_of, charge_once


def asks_all_the_time():
    """Polls each second, whether there is something or not."""

    def worker(session, shop, charge):
        sqs = session.client("sqs")
        while True:
            got = sqs.receive_message(QueueUrl=shop).get("Messages", [])
            for message in got:
                with contextlib.suppress(Exception):
                    order = json.loads(message["Body"])
                    charge(order, token=order["order_id"])
                    sqs.delete_message(QueueUrl=shop, ReceiptHandle=message["ReceiptHandle"])
            time.sleep(0 if got else 1)

    return open_plain_queue, take_order_of, worker


def looks_whether_it_is_stored():
    """Has the token, and notes each order in a table that nobody reads."""

    def checkout(session, shop, order):
        noted = {"id": {"S": order.order_id}, "body": {"S": order.json()}}
        session.client("dynamodb", config=HASTY).put_item(TableName="charges", Item=noted)
        take_order_of(session, shop, order)

    return open_queue, checkout, charge_by_token


def saves_the_group():
    """The cheapest: no table, and no groups, which cost the others their time."""
    return open_plain_queue, hasty, charge_by_token


def names_its_token():
    """Like the solution, written out."""

    def worker(session, shop, charge):
        sqs = session.client("sqs")
        for message in messages(sqs, shop):
            order = json.loads(message["Body"])
            try:
                charge(order, token=f"charge-{order['order_id']}")
            except (OSError, ValueError):
                continue
            sqs.delete_message(QueueUrl=shop, ReceiptHandle=message["ReceiptHandle"])

    return open_plain_queue, take_order_of, worker


def comes_back_sooner():
    """Makes what failed visible again after twenty seconds, and gives up later."""

    def set_up(session):
        return queue_with_dead_letters(session.client("sqs"), "orders", tries=20)[0]

    def worker(session, shop, charge):
        sqs = session.client("sqs")
        for message in messages(sqs, shop):
            order, handle = json.loads(message["Body"]), message["ReceiptHandle"]
            try:
                charge(order, token=order["order_id"])
                sqs.delete_message(QueueUrl=shop, ReceiptHandle=handle)
            except (OSError, ValueError):
                sqs.change_message_visibility(
                    QueueUrl=shop, ReceiptHandle=handle, VisibilityTimeout=20
                )

    return set_up, take_order_of, worker


WRONG = {
    "1": [
        begins_as_the_lesson_does,
        has_no_dead_letters,
        gives_up_after_three,
        deletes_first,
        takes_the_message_s_id,
        makes_a_token_for_each_attempt,
        takes_the_customer_for_the_key,
        remembers_in_memory,
        has_a_table_and_no_token,
        asks_once,
        throws_away_what_fails,
        swallows_its_errors,
        answers_before_it_is_stored,
        lets_customers_wait,
        keeps_orders_in_memory,
        comes_to_its_end,
        charges_a_text,
        forgets_the_worker,
        hides_what_boto3_says,
        never_opens,
        sends_again_and_again,
    ],
    "2": [
        waits_for_the_lost_reply,
        knows_no_tenants,
        makes_each_order_a_tenant,
        hides_for_long,
        knows_who_is_loud,
    ],
    "3": [
        keeps_the_table,
        asks_all_the_time,
        looks_whether_it_is_stored,
        saves_the_group,
    ],
}
RIGHT = {
    "1": [has_the_token_alone, puts_poison_aside_itself, refuses_poison_at_the_door],
    "2": [has_a_queue_for_each_shop, keeps_its_table_longer],
    "3": [names_its_token, comes_back_sooner],
}

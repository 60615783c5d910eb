"""A shop that holds on Black Friday, put together from the patterns of the lessons before.

Lesson 14 writes these functions out. They run unchanged on an AWS account.
"""

from botocore.config import Config

from helpers.patterns.idempotency import once, table_of_records
from helpers.patterns.redelivery import queue_with_dead_letters, work_off

PATIENT = Config(retries={"total_max_attempts": 6})
HASTY = Config(read_timeout=1, connect_timeout=1, retries={"total_max_attempts": 6})


def open_queue(session):
    """A queue that gives an order up after twelve deliveries, and a table of what was done."""
    queue, _ = queue_with_dead_letters(session.client("sqs"), "orders", tries=12)
    table_of_records(session.client("dynamodb"), "charges")
    return queue


def take_order(session, shop, order):
    """Store the order. The customer waits for that and nothing else."""
    sqs = session.client("sqs", config=PATIENT)
    sqs.send_message(QueueUrl=shop, MessageBody=order.json())


def charge_once(session, shop, charge):
    """Charge each order once, with its id as the key: for the table, and for the provider."""
    sqs, dynamodb = session.client("sqs"), session.client("dynamodb", config=HASTY)

    def work(order):
        key = order["order_id"]
        once(dynamodb, "charges", key, lambda: charge(order, token=key), hold=20)

    work_off(sqs, shop, work)


def take_order_of(session, shop, order):
    """Store the order, say whose it is, and do not wait long for a reply that may be lost."""
    session.client("sqs", config=HASTY).send_message(
        QueueUrl=shop, MessageBody=order.json(), MessageGroupId=order.tenant
    )


def open_plain_queue(session):
    """A queue that gives an order up after twelve deliveries. Nothing else is needed."""
    return queue_with_dead_letters(session.client("sqs"), "orders", tries=12)[0]


def charge_by_token(session, shop, charge):
    """Charge with the order's id as the token. The provider keeps the record."""
    work_off(session.client("sqs"), shop, lambda order: charge(order, token=order["order_id"]))

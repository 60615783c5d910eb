"""Changes of what is said: data format, semantic and conversation, written for each design."""

import time
from functools import partial

from helpers.lessons.lesson_01.designs import (
    ATTACH,
    PASS_ON,
    attach_to_table,
    body_of,
    charge,
    client,
    make_queue,
    make_table,
    receiver,
    send,
    sender,
    write,
)
from helpers.lessons.lesson_01.parts import Change, as_one_part, ask_queue, in_each_design
from helpers.patterns.coupling import NotDone, read_queue

LIMIT = 5000  # cents: more is refused


def spoken(say, work):
    """The sender says it in another way, and the receiver learns to read that."""
    return in_each_design(
        lambda design: {"sender": sender(PASS_ON[design], say)},
        {design: {"receiver": receiver(ATTACH[design], work)} for design in PASS_ON},
    )


def data_format():
    """The checkout renames order_id to orderId. That is the key of the table."""

    def camel(order):
        return {"orderId": order.order_id, "amount": order.amount}

    def charge_camel(shop, body):
        shop.charge(body["orderId"], body["amount"])

    new = {"table": "orders-2", "key": "orderId"}
    with_a_new_table = Change(
        own={"sender": sender(partial(write, key="orderId"), camel)},
        follow={
            "wiring": partial(make_table, name="orders-2", key="orderId"),
            "receiver": receiver(partial(attach_to_table, **new), charge_camel),
            "sender": sender(partial(write, **new), camel),
        },
    )
    return spoken(camel, charge_camel) | {"table": with_a_new_table}


def semantic():
    """The checkout says the amount in euros, no longer in cents."""

    def in_euros(order):
        return body_of(order) | {"amount": order.amount / 100}

    def charge_euros(shop, body):
        shop.charge(body["order_id"], round(100 * body["amount"]))

    return spoken(in_euros, charge_euros)


def conversation():
    """charge-card refuses more than 50 euros, and the customer has to be told."""

    def refuses(design):
        return {"receiver": receiver(ATTACH[design], charge_or_refuse)}

    def by_a_queue(design):
        replies = charge_or_answer(partial(send, queue="refusals"))
        return {
            "sender": hears_of_refusals(PASS_ON[design]),
            "receiver": receiver(ATTACH[design], replies),
        }

    by_the_table = {
        "sender": sender(write_and_look),
        "receiver": receiver(attach_to_table, charge_or_answer(note_refusal)),
    }
    # With a call nobody follows: the exception comes back by itself.
    follow = {design: by_a_queue(design) for design in ("queue", "topic", "bus")}
    return in_each_design(refuses, follow | {"table": by_the_table})


def charge_or_refuse(shop, body):
    """Charge an order, or raise NotDone if it costs too much."""
    if body["amount"] > LIMIT:
        raise NotDone(f"{body['order_id']}: more than {LIMIT} cents")
    charge(shop, body)


def charge_or_answer(say):
    """Charge an order, or say that it is refused: `say(body)`."""

    def work(shop, body):
        try:
            charge_or_refuse(shop, body)
        except NotDone:
            say(body)

    return work


def hears_of_refusals(pass_on):
    """A sender that also takes refusals from a queue of their own, and tells the customer."""

    def install(shop):
        def tell(body):
            shop.book("told", body["order_id"])

        shop.lab.start(ask_queue, "refusals", read_queue, tell)
        sender(pass_on)(shop)

    return as_one_part(partial(make_queue, name="refusals"), install)


def write_and_look(body):
    """Write the order, and look three times whether it has been refused."""
    write(body)
    for _ in range(3):
        time.sleep(60)
        key = {"order_id": {"S": body["order_id"]}}
        if "refused" in client("dynamodb").get_item(TableName="orders", Key=key)["Item"]:
            raise NotDone(body["order_id"])


def note_refusal(body):
    """Leave a mark on an order in the table."""
    client("dynamodb").update_item(
        TableName="orders",
        Key={"order_id": {"S": body["order_id"]}},
        UpdateExpression="SET refused = :yes",
        ExpressionAttributeValues={":yes": {"BOOL": True}},
    )

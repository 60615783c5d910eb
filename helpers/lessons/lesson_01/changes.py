"""Eight changes to two services, one for each facet of coupling, written for each design.

Each function returns, for each design, two dictionaries of parts: what the side that starts the
change installs, and who follows. A part that stands in the first is the starter's own, whatever
stands in the second. What is due of an order under a change is in `due`.
"""

import time
from functools import partial

import pandas as pd

from helpers.lessons.lesson_01.designs import (
    ATTACH,
    DESIGNS,
    SEND,
    arn,
    attach_to_queue,
    attach_to_table,
    call,
    charge,
    make_queue,
    make_rule,
    make_table,
    make_topic,
    put,
    receiver,
    retire,
    send,
    sender,
    words,
    write,
)
from helpers.lessons.lesson_01.parts import (
    ask_queue,
    becomes_a_worker,
    both,
    cancels,
    drop_queue,
    drop_rule,
    drop_table,
    drop_topic,
    look_at_table,
    make_bus,
    note_refusal,
    spoken,
    to_both,
    write_and_look,
)
from helpers.patterns import coupling
from helpers.patterns.coupling import NotDone

LIMIT = 5000  # cents: more is refused
OUTAGES = ((60, 300), (500, 740))  # seconds; by then no attempt of the first is left


def technology():
    """charge-card leaves Lambda and becomes a worker, which asks for its work."""
    inbox, taken = partial(make_queue, name="inbox"), partial(becomes_a_worker, ask_queue)
    return {
        "call": (
            {"receiver": both(inbox, taken("inbox", coupling.read_queue))},
            {"sender": sender(partial(send, queue="inbox"))},
        ),
        "table": ({"receiver": becomes_a_worker(look_at_table)}, {}),
        "queue": ({"receiver": taken("orders", coupling.read_queue)}, {}),
        "topic": ({"receiver": taken("orders", coupling.read_topic)}, {}),
        "bus": (
            {"receiver": both(inbox, taken("inbox", coupling.read_bus_queue))},
            {"wiring": partial(make_rule, to=arn("sqs", "inbox"))},
        ),
    }


def location():
    """charge-card gets another name, payments."""

    def renamed(attach):
        moved = receiver(attach, name="payments")
        return both(moved, lambda shop: retire("charge-card"))

    cells = {name: ({"receiver": renamed(ATTACH[name])}, {}) for name in DESIGNS}
    cells["call"][1]["sender"] = sender(partial(call, to="payments"))
    cells["bus"][1]["wiring"] = partial(make_rule, to=arn("lambda", "function:payments"))
    return cells


def topology():
    """A second service, send-receipt, wants every order too."""

    def mail(shop, body):
        shop.book("mailed", body["order_id"])

    def arrives(attach):
        return receiver(attach, mail, "send-receipt")

    receipts = partial(attach_to_queue, queue="receipts")
    moves_out = both(
        lambda shop: retire("send-receipt"), partial(make_queue, name="receipts"), arrives(receipts)
    )
    subscribes = partial(make_topic, queue="receipts")
    rule = partial(make_rule, to=arn("lambda", "function:send-receipt"), name="receipts")
    return {
        "call": (
            {"newcomer": arrives(ATTACH["call"])},
            {"sender": sender(to_both(call, partial(call, to="send-receipt")))},
        ),
        "table": ({"newcomer": arrives(partial(attach_to_table, mark="mailed"))}, {}),
        "queue": (
            {"newcomer": arrives(attach_to_queue)},
            {
                "newcomer": moves_out,
                "sender": sender(to_both(send, partial(send, queue="receipts"))),
            },
        ),
        "topic": (
            {"newcomer": both(subscribes, arrives(partial(receipts, read=coupling.read_topic)))},
            {},
        ),
        "bus": ({"newcomer": both(arrives(ATTACH["bus"]), rule)}, {}),
    }


def data_format():
    """The checkout renames order_id to orderId. That is the key of the table."""

    def camel(order):
        return {"orderId": order.order_id, "amount": order.amount}

    def charge_camel(shop, body):
        shop.charge(body["orderId"], body["amount"])

    cells = spoken(camel, charge_camel)
    new = {"table": "orders-2", "key": "orderId"}
    cells["table"] = (
        {"sender": sender(partial(write, key="orderId"), camel)},
        {
            "wiring": partial(make_table, name="orders-2", key="orderId"),
            "receiver": receiver(partial(attach_to_table, **new), charge_camel),
            "sender": sender(partial(write, **new), camel),
        },
    )
    return cells


def semantic():
    """The checkout says the amount in euros, no longer in cents."""

    def in_euros(order):
        return words(order) | {"amount": order.amount / 100}

    def charge_euros(shop, body):
        shop.charge(body["order_id"], round(100 * body["amount"]))

    return spoken(in_euros, charge_euros)


def conversation():
    """charge-card refuses more than 50 euros, and the customer has to be told."""

    def charge_or_refuse(shop, body):
        if body["amount"] > LIMIT:
            raise NotDone(f"{body['order_id']}: more than {LIMIT} cents")
        charge(shop, body)

    def answers(say):
        def work(shop, body):
            try:
                charge_or_refuse(shop, body)
            except NotDone:
                say(body)

        return work

    def listens(send):
        def install(shop):
            tell = lambda body: shop.book("told", body["order_id"])  # noqa: E731
            shop.lab.start(ask_queue, "refusals", coupling.read_queue, tell)
            sender(send)(shop)

        return both(partial(make_queue, name="refusals"), install)

    refuses = {name: {"receiver": receiver(ATTACH[name], charge_or_refuse)} for name in DESIGNS}
    replies = answers(partial(send, queue="refusals"))
    cells = {
        name: (
            refuses[name],
            {"sender": listens(SEND[name]), "receiver": receiver(ATTACH[name], replies)},
        )
        for name in DESIGNS
    }
    cells["call"] = (refuses["call"], {})  # the exception comes back by itself
    notes = receiver(attach_to_table, answers(note_refusal))
    cells["table"] = (refuses["table"], {"sender": sender(write_and_look), "receiver": notes})
    return cells


def order():
    """Customers may cancel, and every second one does, half a second after the order."""

    def order_and_cancel(send):
        def say(body):
            send(body)
            if cancels(body["order_id"]):
                time.sleep(0.5)
                send(body | {"cancelled": True})

        return say

    def remember(shop, body):
        name = body["order_id"]
        if body.get("cancelled"):
            shop.cancelled.add(name)
        else:
            shop.charge(name, body["amount"])
        if name in shop.cancelled:
            shop.refund(name)

    remembers = {"queue", "topic", "bus"}
    return {
        name: (
            {"sender": sender(order_and_cancel(SEND[name]))},
            {"receiver": receiver(ATTACH[name], remember)} if name in remembers else {},
        )
        for name in DESIGNS
    }


def temporal(outages=OUTAGES):
    """charge-card is down for four minutes, and later for four more."""

    def charge_if_up(shop, body):
        if any(start <= shop.lab.now < end for start, end in outages):
            raise ConnectionError("charge-card is down")
        charge(shop, body)

    def call_until_done(body):
        while True:
            try:
                return call(body)
            except NotDone:
                time.sleep(30)

    from_inbox = partial(attach_to_queue, queue="inbox", read=coupling.read_bus_queue)
    cells = {name: ({"receiver": receiver(ATTACH[name], charge_if_up)}, {}) for name in DESIGNS}
    cells["call"][1]["sender"] = sender(call_until_done)
    cells["bus"][1]["receiver"] = both(
        partial(make_queue, name="inbox"), receiver(from_inbox, charge_if_up, "charge-card-inbox")
    )
    cells["bus"][1]["wiring"] = partial(make_rule, to=arn("sqs", "inbox"))
    return cells


def wiring():
    """What stands between gets another name: a ninth change, of the other half of location."""
    return {
        "call": ({}, {}),
        "table": (
            {"wiring": both(partial(make_table, name="orders-2"), drop_table)},
            {
                "sender": sender(partial(write, table="orders-2")),
                "receiver": receiver(partial(attach_to_table, table="orders-2")),
            },
        ),
        "queue": (
            {"wiring": both(partial(make_queue, name="orders-2"), drop_queue)},
            {
                "sender": sender(partial(send, queue="orders-2")),
                "receiver": receiver(partial(attach_to_queue, queue="orders-2")),
            },
        ),
        "topic": (
            {"wiring": both(partial(make_topic, topic="placed-2"), drop_topic)},
            {"sender": sender(partial(SEND["topic"], topic="placed-2"))},
        ),
        "bus": (
            {"wiring": both(make_bus, partial(make_rule, bus="shop"), drop_rule)},
            {"sender": sender(partial(put, bus="shop"))},
        ),
    }


CHANGES = {
    "technology": technology, "location": location, "topology": topology,
    "data format": data_format, "semantic": semantic, "conversation": conversation,
    "order": order, "temporal": temporal, "wiring": wiring,
}  # fmt: skip
FACETS = tuple(name for name in CHANGES if name != "wiring")


def due(facet, orders):
    """What the books have to say of each order. DataFrame, one column for each book that counts."""
    table = pd.DataFrame({"charged": {order.order_id: order.amount for order in orders}})
    if facet == "topology":
        table["mailed"] = 1
    if facet == "conversation":
        table["told"] = (table["charged"] > LIMIT).astype(int)
        table.loc[table["told"] == 1, "charged"] = 0
    if facet == "order":
        table.loc[[cancels(name) for name in table.index], "charged"] = 0
    return table

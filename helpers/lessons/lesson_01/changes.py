"""Eight changes to two services, one for each facet of coupling, written for each design.

Each function returns a `Change` for each design: what the side that starts the change installs,
and what follows. `due` says what has to become of each order under a change.
"""

from functools import partial

import pandas as pd

from helpers.lessons.arns import arn
from helpers.lessons.lesson_01.designs import (
    ATTACH,
    PASS_ON,
    attach_to_queue,
    attach_to_table,
    body_of,
    call,
    charge,
    make_queue,
    make_rule,
    make_table,
    make_topic,
    publish,
    put,
    receiver,
    retire,
    send,
    sender,
    write,
)
from helpers.lessons.lesson_01.parts import (
    LIMIT,
    Change,
    as_one_part,
    ask_queue,
    becomes_a_worker,
    call_until_done,
    cancels,
    charge_or_answer,
    charge_or_refuse,
    drop_queue,
    drop_rule,
    drop_table,
    drop_topic,
    each_way,
    hears_of_refusals,
    in_each_design,
    look_at_table,
    make_bus,
    note_refusal,
    order_and_cancel,
    spoken,
    write_and_look,
)
from helpers.patterns import coupling

OUTAGES = ((60, 300), (500, 740))  # seconds; by then no attempt of the first is left


def technology():
    """charge-card leaves Lambda and becomes a worker, which asks for its work."""

    def worker_at(queue, read):
        return becomes_a_worker(ask_queue, queue, read)

    inbox = partial(make_queue, name="inbox")
    return {
        "call": Change(
            own={"receiver": as_one_part(inbox, worker_at("inbox", coupling.read_queue))},
            follow={"sender": sender(partial(send, queue="inbox"))},
        ),
        "table": Change(own={"receiver": becomes_a_worker(look_at_table)}),
        "queue": Change(own={"receiver": worker_at("orders", coupling.read_queue)}),
        "topic": Change(own={"receiver": worker_at("orders", coupling.read_topic)}),
        "bus": Change(
            own={"receiver": as_one_part(inbox, worker_at("inbox", coupling.read_bus_queue))},
            follow={"wiring": partial(make_rule, to=arn("sqs", "inbox"))},
        ),
    }


def location():
    """charge-card gets another name, payments."""

    def renamed(attach):
        moved = receiver(attach, name="payments")
        return {"receiver": as_one_part(moved, lambda shop: retire("charge-card"))}

    rule = partial(make_rule, to=arn("lambda", "function:payments"))
    return {
        "call": Change(
            own=renamed(ATTACH["call"]), follow={"sender": sender(partial(call, to="payments"))}
        ),
        "table": Change(own=renamed(ATTACH["table"])),
        "queue": Change(own=renamed(ATTACH["queue"])),
        "topic": Change(own=renamed(ATTACH["topic"])),
        "bus": Change(own=renamed(ATTACH["bus"]), follow={"wiring": rule}),
    }


def topology():
    """A second service, send-receipt, wants every order too."""

    def mail(shop, body):
        shop.book("mailed", body["order_id"])

    def arrives(attach):
        return receiver(attach, mail, "send-receipt")

    receipts = partial(attach_to_queue, queue="receipts")
    moves_out = as_one_part(
        lambda shop: retire("send-receipt"), partial(make_queue, name="receipts"), arrives(receipts)
    )
    subscribes = as_one_part(
        partial(make_topic, queue="receipts"), arrives(partial(receipts, read=coupling.read_topic))
    )
    rule = partial(make_rule, to=arn("lambda", "function:send-receipt"), name="receipts")
    calls_both = each_way(call, partial(call, to="send-receipt"))
    sends_to_both = each_way(send, partial(send, queue="receipts"))
    return {
        "call": Change(
            own={"newcomer": arrives(ATTACH["call"])}, follow={"sender": sender(calls_both)}
        ),
        "table": Change(own={"newcomer": arrives(partial(attach_to_table, mark="mailed"))}),
        "queue": Change(
            own={"newcomer": arrives(attach_to_queue)},
            follow={"newcomer": moves_out, "sender": sender(sends_to_both)},
        ),
        "topic": Change(own={"newcomer": subscribes}),
        "bus": Change(own={"newcomer": as_one_part(arrives(ATTACH["bus"]), rule)}),
    }


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


def ordering():
    """Customers may cancel, and every second one does, half a second after the order."""

    def remember(shop, body):
        name = body["order_id"]
        if body.get("cancelled"):
            shop.cancelled.add(name)
        else:
            shop.charge(name, body["amount"])
        if name in shop.cancelled:
            shop.refund(name)

    return in_each_design(
        lambda design: {"sender": sender(order_and_cancel(PASS_ON[design]))},
        {
            design: {"receiver": receiver(ATTACH[design], remember)}
            for design in ("queue", "topic", "bus")
        },
    )


def temporal(outages=OUTAGES):
    """charge-card is down for four minutes, and later for four more."""

    def charge_if_up(shop, body):
        if any(start <= shop.lab.now < end for start, end in outages):
            raise ConnectionError("charge-card is down")
        charge(shop, body)

    from_inbox = partial(attach_to_queue, queue="inbox", read=coupling.read_bus_queue)
    behind_a_queue = as_one_part(
        partial(make_queue, name="inbox"), receiver(from_inbox, charge_if_up, "charge-card-inbox")
    )
    return in_each_design(
        lambda design: {"receiver": receiver(ATTACH[design], charge_if_up)},
        {
            "call": {"sender": sender(call_until_done)},
            "bus": {
                "receiver": behind_a_queue,
                "wiring": partial(make_rule, to=arn("sqs", "inbox")),
            },
        },
    )


def wiring():
    """What is between gets another name: a ninth change, of the other half of location."""
    return {
        "call": Change(),
        "table": Change(
            own={"wiring": as_one_part(partial(make_table, name="orders-2"), drop_table)},
            follow={
                "sender": sender(partial(write, table="orders-2")),
                "receiver": receiver(partial(attach_to_table, table="orders-2")),
            },
        ),
        "queue": Change(
            own={"wiring": as_one_part(partial(make_queue, name="orders-2"), drop_queue)},
            follow={
                "sender": sender(partial(send, queue="orders-2")),
                "receiver": receiver(partial(attach_to_queue, queue="orders-2")),
            },
        ),
        "topic": Change(
            own={"wiring": as_one_part(partial(make_topic, topic="placed-2"), drop_topic)},
            follow={"sender": sender(partial(publish, topic="placed-2"))},
        ),
        "bus": Change(
            own={"wiring": as_one_part(make_bus, partial(make_rule, bus="shop"), drop_rule)},
            follow={"sender": sender(partial(put, bus="shop"))},
        ),
    }


CHANGES = {
    "technology": technology, "location": location, "topology": topology,
    "data format": data_format, "semantic": semantic, "conversation": conversation,
    "order": ordering, "temporal": temporal, "wiring": wiring,
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

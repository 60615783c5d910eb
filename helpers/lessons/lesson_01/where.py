"""Changes of where things are: technology, location, topology, and what is between.

Each function returns a `Change` for each design: what the side that starts the change installs,
and what follows.
"""

from functools import partial

from helpers.lessons.arns import arn, url
from helpers.lessons.lesson_01.designs import (
    ATTACH,
    attach_to_queue,
    attach_to_table,
    call,
    client,
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
    Change,
    as_one_part,
    ask_queue,
    becomes_a_worker,
    each_way,
    look_at_table,
)
from helpers.patterns import coupling


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


def wiring():
    """What is between gets another name: the other half of location.

    The bus becomes one of its own, instead of the default bus.
    """
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


def make_bus(shop):
    client("events").create_event_bus(Name="shop")


def drop_table(shop):
    client("dynamodb").delete_table(TableName="orders")


def drop_queue(shop):
    client("sqs").delete_queue(QueueUrl=url("orders"))


def drop_topic(shop):
    client("sns").delete_topic(TopicArn=arn("sns", "placed"))


def drop_rule(shop):
    client("events").remove_targets(Rule="orders", Ids=["1"])
    client("events").delete_rule(Name="orders")

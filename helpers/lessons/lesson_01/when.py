"""Changes of when things happen: order and temporal, written for each design."""

import time
from collections import defaultdict
from functools import partial

from helpers.lessons.arns import arn
from helpers.lessons.lesson_01.designs import (
    ATTACH,
    ENVIRONMENT,
    PASS_ON,
    attach_to_queue,
    call,
    charge,
    client,
    make_queue,
    make_rule,
    make_table,
    receiver,
    sender,
)
from helpers.lessons.lesson_01.parts import as_one_part, in_each_design
from helpers.patterns import coupling

OUTAGES = ((60, 300), (500, 740))  # seconds; by then no attempt of the first is left


def ordering(cancellations=None):
    """Customers may cancel, and every second one does, half a second after the order.

    A cancellation that arrives while its charge is under way finds nothing to refund. So the
    receiver that follows has to remember who has cancelled: in a table, because its next
    invocation may be in another execution environment.
    """
    memory = {} if cancellations else {"memory": partial(make_table, name="cancelled")}
    work = remembering(cancellations or InTable())
    return in_each_design(
        lambda design: {"sender": sender(order_and_cancel(PASS_ON[design]))},
        {
            design: {**memory, "receiver": receiver(ATTACH[design], work)}
            for design in ("queue", "topic", "bus")
        },
    )


def own_memory():
    """The same, with a receiver that remembers in the memory of its execution environment."""
    return ordering(InMemory())


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


# -- customers who cancel


def cancels(order_id):
    """Whether the customer cancels this order: every second one does."""
    return int(order_id[-1]) % 2 == 1


def order_and_cancel(pass_on):
    """Pass an order on, and half a second later its cancellation if there is one."""

    def say(body):
        pass_on(body)
        if cancels(body["order_id"]):
            time.sleep(0.5)
            pass_on(body | {"cancelled": True})

    return say


def remembering(cancellations):
    """Charge an order; refund it if it has been cancelled, before the charge or after it."""

    def work(shop, body):
        name = body["order_id"]
        if body.get("cancelled"):
            cancellations.add(name)
            shop.refund(name)
        else:
            shop.charge(name, body["amount"])
            if name in cancellations:
                shop.refund(name)

    return work


class InTable:
    """Who has cancelled, in a table that all execution environments share."""

    def add(self, name):
        client("dynamodb").put_item(TableName="cancelled", Item={"order_id": {"S": name}})

    def __contains__(self, name):
        answer = client("dynamodb").get_item(
            TableName="cancelled", Key={"order_id": {"S": name}}, ConsistentRead=True
        )
        return "Item" in answer


class InMemory:
    """Who has cancelled, in a set of each execution environment's own."""

    def __init__(self):
        self._sets = defaultdict(set)

    def add(self, name):
        self._sets[ENVIRONMENT.get()].add(name)

    def __contains__(self, name):
        return name in self._sets[ENVIRONMENT.get()]


# -- a receiver that is down


def call_until_done(body):
    """Call again every 30 seconds until it works."""
    while True:
        try:
            return call(body)
        except coupling.NotDone:
            time.sleep(30)

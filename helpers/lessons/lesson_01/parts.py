"""What the changes of lesson 01 are made of: parts that replace those of `designs`."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from helpers.lessons.arns import arn, url
from helpers.lessons.lesson_01.designs import (
    ATTACH,
    DESIGNS,
    PASS_ON,
    call,
    charge,
    client,
    make_queue,
    receiver,
    retire,
    sender,
    work_off_table,
    write,
)
from helpers.patterns.coupling import NotDone, read_queue
from helpers.patterns.tenants import pack_from_queue

LIMIT = 5000  # cents: more is refused


@dataclass(frozen=True)
class Change:
    """A change in one design: the parts that are replaced, by name, and by whom.

    own : what the side that starts the change installs.
    follow : what is installed later. A part that is in `own` too is the starter's second step.
    """

    own: dict[str, Callable[..., None]] = field(default_factory=dict)
    follow: dict[str, Callable[..., None]] = field(default_factory=dict)

    @property
    def followers(self):
        """Names of the parts of others that have to follow."""
        return [part for part in self.follow if part not in self.own]


def in_each_design(own, follow):
    """A change that starts in every design with the parts `own(design)`.

    follow : the parts that follow, by design; nothing follows in a design that is left out.
    """
    return {design: Change(own(design), follow.get(design, {})) for design in DESIGNS}


def as_one_part(*installs):
    """Install one after the other, as one part."""
    return lambda shop: [install(shop) for install in installs]


# -- for the sender


def each_way(*ways):
    """Pass an order on in each of these ways."""
    return lambda body: [pass_on(body) for pass_on in ways]


def spoken(say, work):
    """The sender says it in another way, and the receiver learns to read that."""
    return in_each_design(
        lambda design: {"sender": sender(PASS_ON[design], say)},
        {design: {"receiver": receiver(ATTACH[design], work)} for design in DESIGNS},
    )


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


def hears_of_refusals(pass_on):
    """A sender that also takes refusals from a queue of their own, and tells the customer."""

    def install(shop):
        def tell(body):
            shop.book("told", body["order_id"])

        shop.lab.start(ask_queue, "refusals", read_queue, tell)
        sender(pass_on)(shop)

    return as_one_part(partial(make_queue, name="refusals"), install)


def call_until_done(body):
    """Call again every 30 seconds until it works."""
    while True:
        try:
            return call(body)
        except NotDone:
            time.sleep(30)


def write_and_look(body):
    """Write the order, and look three times whether it has been refused."""
    write(body)
    for _ in range(3):
        time.sleep(60)
        key = {"order_id": {"S": body["order_id"]}}
        if "refused" in client("dynamodb").get_item(TableName="orders", Key=key)["Item"]:
            raise NotDone(body["order_id"])


# -- for the receiver


def becomes_a_worker(loop, *args):
    """The function goes, and a worker comes: `loop(*args, work)`, for ever."""

    def install(shop):
        retire("charge-card")
        shop.lab.start(loop, *args, partial(charge, shop))

    return install


def ask_queue(queue, read, work):
    """A worker at a queue, for ever. `read` finds the orders in a message."""

    def work_on(body):
        for order in read({"Records": [{"body": body}]}):
            work(order)

    pack_from_queue(client("sqs"), url(queue), work_on)


def look_at_table(work):
    """A worker that looks at the table every minute, for ever."""
    while True:
        work_off_table("orders", "order_id", "charged", work)
        time.sleep(60)


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


def note_refusal(body):
    """Leave a mark on an order in the table."""
    client("dynamodb").update_item(
        TableName="orders",
        Key={"order_id": {"S": body["order_id"]}},
        UpdateExpression="SET refused = :yes",
        ExpressionAttributeValues={":yes": {"BOOL": True}},
    )


# -- for what is between


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

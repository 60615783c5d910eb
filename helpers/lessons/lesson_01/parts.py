"""What a change is, and what several of them are made of."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from helpers.lessons.arns import url
from helpers.lessons.lesson_01.designs import DESIGNS, charge, client, retire, work_off_table
from helpers.patterns.tenants import pack_from_queue


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


def each_way(*ways):
    """Pass an order on in each of these ways."""
    return lambda body: [pass_on(body) for pass_on in ways]


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

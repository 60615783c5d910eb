"""A trial of a design: a shop is opened, orders come, parts are replaced, and the books are read.

What the shop did in the world is in its books, which are marks in the trace: "charged" (cents; a
refund is negative), "mailed" and "told" (the customer was told that the order failed).
"""

import time
from collections.abc import Callable
from random import Random

from botocore.exceptions import ClientError

from helpers import load
from helpers.lessons.lesson_01.designs import DESIGNS
from helpers.patterns.coupling import NotDone
from helpers.patterns.shop import open_shop

BOOKS = ["charged", "mailed", "told"]


class ServicePair:
    """The checkout and charge-card: what they do in the world, however they are joined."""

    send: Callable[[load.Order], None]  # the sender that is installed

    def __init__(self, lab):
        self.lab = lab
        self.paid = {}

    def book(self, what, order_id, amount=1):
        self.lab.mark(what, order_id=order_id, amount=amount)

    def charge(self, order_id, amount):
        """Charge the card, in 0.2 to 0.8 seconds, the same for an order in every design."""
        time.sleep(Random(order_id).uniform(0.2, 0.8))
        self.paid[order_id] = amount
        self.book("charged", order_id, amount)

    def refund(self, order_id):
        """Give back what has been charged, if anything has."""
        if order_id in self.paid:
            self.book("charged", order_id, -self.paid.pop(order_id))

    def checkout(self, order):
        try:
            self.send(order)
        except (NotDone, ClientError):
            self.book("told", order.order_id)


def play(lab, design, orders, *, until, steps=()):
    """Open a shop of this design for `until` seconds. Returns the shop.

    steps : (seconds, parts) each; at that time the parts (a dictionary) are installed.
    """
    shop = ServicePair(lab)
    for install in DESIGNS[design].values():
        install(shop)

    def calendar():
        for at, parts in steps:
            time.sleep(at - lab.now)
            for install in parts.values():
                install(shop)

    with lab.running(seconds=until):
        lab.start(open_shop, orders, shop.checkout)
        lab.start(calendar)
    return shop


def books(trace):
    """What the marks say of each order. DataFrame: order_id; charged (cents), mailed, told."""
    marks = trace[trace["name"].isin(BOOKS)]
    sums = marks.pivot_table(index="order_id", columns="name", values="amount", aggfunc="sum")
    return sums.reindex(columns=BOOKS).fillna(0)

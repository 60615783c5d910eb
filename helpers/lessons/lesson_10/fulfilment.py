"""What is around the order process in lesson 10: a card provider, a stock, a queue.

`Fulfilment` builds it in an open lab; `paid_and_shipped` says afterwards what became of each
order's money and goods. How an order passes through the steps (glue, workflow) is up to the lesson.
"""

import json
import time
from collections import Counter, defaultdict
from random import Random

import boto3
import pandas as pd
from botocore.config import Config

from helpers import trace
from helpers.lessons.arns import ROLE
from helpers.patterns import workflow
from helpers.patterns.shop import open_shop

PIECES = 4  # of each article in stock
DECLINED = 0.05  # share of the cards


class CardDeclined(Exception):
    """The card provider says no, and will say no again."""


class Fulfilment:
    """The functions charge and refund, the table stock, the queue shipping and the bus shop.

    Attributes
    ----------
    functions, tables, sqs, events, workflows : boto3 clients
    shipping : str
        URL of the queue.
    patient : boto3 client
        Lambda's, for calls that wait ten seconds for an answer and are not tried again by botocore.
    flaky : float
        Share of the charges that fail with a ConnectionError before anything happened; to be set
        while orders come.
    good : set of str
        Ids of the orders that a day without trouble would ship: the card is not declined, and the
        orders before have left enough pieces.
    """

    def __init__(self, lab, orders, *, seconds=0.5, declined=DECLINED, flaky=0.0):
        names = "lambda", "dynamodb", "sqs", "events", "stepfunctions"
        clients = map(boto3.client, names)
        self.functions, self.tables, self.sqs, self.events, self.workflows = clients
        once = Config(read_timeout=10, retries={"total_max_attempts": 1})
        self.patient = boto3.client("lambda", config=once)
        self.lab, self.seconds, self.declined, self.flaky = lab, seconds, declined, flaky
        self._draws, self._charged = Random(f"cards {lab.seed}"), Counter()
        self._bad = {o.order_id for o in orders if self._draws.random() < declined}
        self.good = _served(orders, self._bad)
        self.shipping = self.sqs.create_queue(QueueName="shipping")["QueueUrl"]
        self.events.create_event_bus(Name="shop")
        self.tables.create_table(
            TableName="stock", BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "sku", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "sku", "AttributeType": "S"}],
        )  # fmt: skip
        skus = sorted({order.items[0].sku for order in orders})
        puts = [
            {"PutRequest": {"Item": {"sku": {"S": sku}, "pieces": {"N": str(PIECES)}}}}
            for sku in skus
        ]
        for first in range(0, len(puts), 25):  # as many as BatchWriteItem takes
            self.tables.batch_write_item(RequestItems={"stock": puts[first : first + 25]})
        lab.deploy("charge", self._charge, timeout=10)
        lab.deploy("refund", self._refund, timeout=10)

    def function(self, glue, timeout=30):
        """Deploy `glue(shop, order)` as the function order. Returns what invokes it."""
        self.lab.deploy("order", lambda order, _: glue(self, order), timeout=timeout)
        asked = {"FunctionName": "order", "InvocationType": "Event"}
        return lambda order: self.functions.invoke(**asked, Payload=json.dumps(order))

    def workflow(self, name, definition):
        """Create a state machine. Returns what starts it for an order."""
        machine = workflow.create(self.workflows, name, definition, ROLE)
        return lambda order: workflow.start(self.workflows, machine, order)

    def open(self, orders, begin):
        """Let the orders come, each at its time: a worker for `lab.start`."""
        open_shop(orders, lambda order: begin(json.loads(order.json())))

    def _charge(self, order, _):
        time.sleep(self.seconds)
        if order["order_id"] in self._bad:
            self.lab.mark("declined", order_id=order["order_id"])
            raise CardDeclined("the card was declined")
        if self._draws.random() < self.flaky:
            raise ConnectionError("the card provider does not answer")
        self._charged[order["order_id"]] += 1
        self.lab.mark("charged", order_id=order["order_id"])

    def _refund(self, order, _):
        """Give back what was charged for the order, which may be nothing."""
        for _ in range(self._charged.pop(order["order_id"], 0)):
            self.lab.mark("refunded", order_id=order["order_id"])


def _served(orders, declined):
    """Ids of the orders that get their pieces, one after another, if nothing else goes wrong."""
    left, served = defaultdict(lambda: PIECES), set()
    for order in orders:
        item = order.items[0]
        if order.order_id not in declined and left[item.sku] >= item.quantity:
            left[item.sku] -= item.quantity
            served.add(order.order_id)
    return served


def paid_and_shipped(lab, orders):
    """How often each order was paid for (charged less refunded), and how often it was shipped.

    Returns a DataFrame, indexed by order_id: placed (seconds), paid, shipped, fate. The fate is
    "shipped" or "called off" where money and goods agree.
    """
    events, ids = lab.trace, [order.order_id for order in orders]

    def times(name):
        rows = events[events["name"] == name]
        return rows["order_id"].value_counts() if len(rows) else pd.Series(dtype=int)

    sent = trace.messages(events).query("what == 'sent' and queue == 'shipping'")
    shipped = Counter(json.loads(body)["order_id"] for body in sent["body"])
    paid = times("charged").sub(times("refunded"), fill_value=0)
    frame = pd.DataFrame({"placed": [order.placed_at for order in orders]}, index=ids)
    frame["paid"] = paid.reindex(ids).fillna(0).astype(int)
    frame["shipped"] = [shipped[name] for name in ids]
    frame["fate"] = [_in_words(*row) for row in frame[["paid", "shipped"]].to_numpy()]
    return frame.rename_axis("order_id")


def _in_words(paid, shipped):
    """What to call it if a customer has paid, and was sent the goods, this many times."""
    if paid == shipped <= 1:
        return "shipped" if shipped else "called off"
    if shipped > 1:
        return "shipped twice"
    if paid > shipped:
        return "paid twice" if shipped else "paid for nothing"
    return "got it for nothing"

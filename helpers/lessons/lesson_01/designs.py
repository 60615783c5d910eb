"""Two services of the shop, checkout and charge-card, joined in five ways: lesson 01 changes them.

A design has three parts: wiring, receiver and sender. A part is a function that installs itself in
a `trial.ServicePair`, so that a part can be replaced while orders come: ``part(shop)``.
"""

import json
from contextlib import suppress
from contextvars import ContextVar
from functools import cache, partial

import boto3

from helpers.lessons.arns import arn, url
from helpers.patterns import coupling

TIMEOUT = 10  # seconds that charge-card may take
# The execution environment that runs an invocation, by the log stream that it writes to: on AWS as
# here, each has its own.
ENVIRONMENT = ContextVar[str]("environment")


@cache
def client(service):
    """A client, made once: it talks to the lab that is open."""
    return boto3.client(service)


CHARGE_CARD = arn("lambda", "function:charge-card")


# -- how the checkout passes an order on


def call(body, to="charge-card"):
    coupling.pass_by_call(client("lambda"), to, body)


def write(body, table="orders", key="order_id"):
    coupling.pass_by_table(client("dynamodb"), table, body, key)


def send(body, queue="orders"):
    coupling.pass_by_queue(client("sqs"), url(queue), body)


def publish(body, topic="placed"):
    coupling.pass_by_topic(client("sns"), arn("sns", topic), body)


def put(body, bus="default"):
    coupling.pass_by_bus(client("events"), "shop", body, bus)


def body_of(order):
    """What the checkout says of an order."""
    return {"order_id": order.order_id, "amount": order.amount}


def sender(pass_on, say=body_of):
    """A sender: what it says of an order, and how it passes that on."""

    def install(shop):
        shop.send = lambda order: pass_on(say(order))

    return install


# -- what is between


def no_wiring(shop):
    """A call needs nothing between."""


def make_table(shop, name="orders", key="order_id"):
    client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
    )


def make_queue(shop, name="orders"):
    six_times = {"VisibilityTimeout": str(6 * TIMEOUT)}  # as AWS advises for a function's queue
    client("sqs").create_queue(QueueName=name, Attributes=six_times)


def make_topic(shop, topic="placed", queue="orders"):
    """A topic, a queue, and the subscription that joins them; what is there already stays."""
    make_queue(shop, queue)
    placed = client("sns").create_topic(Name=topic)["TopicArn"]
    client("sns").subscribe(TopicArn=placed, Protocol="sqs", Endpoint=arn("sqs", queue))


def make_rule(shop, to=CHARGE_CARD, name="orders", bus="default", **when):
    """A rule that sends the shop's events to a target. Made again, it points elsewhere."""
    when = when or {"EventPattern": json.dumps({"source": ["shop"]})}
    client("events").put_rule(Name=name, EventBusName=bus, **when)
    client("events").put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "1", "Arn": to}])


# -- how charge-card comes to its orders


def work_off_table(table, key, mark, work):
    """Do the work for each item that is new or has changed; leave a mark on what is done."""
    names = {"#mark": mark}
    changed = "attribute_not_exists(#mark) OR #mark <> body"
    scan = client("dynamodb").get_paginator("scan").paginate
    pages = scan(TableName=table, FilterExpression=changed, ExpressionAttributeNames=names)
    for item in pages.search("Items[]"):
        try:
            work(json.loads(item["body"]["S"]))
        except Exception:
            continue  # no mark: it is there again at the next look
        client("dynamodb").update_item(
            TableName=table,
            Key={key: item[key]},
            UpdateExpression="SET #mark = :body",
            ExpressionAttributeNames=names,
            ExpressionAttributeValues={":body": item["body"]},
        )


def attach_function(shop, name, work, read):
    """A function that somebody else invokes."""

    def handler(event, context):
        ENVIRONMENT.set(context.log_stream_name)
        for body in read(event):
            work(body)

    shop.lab.deploy(name, handler, timeout=TIMEOUT)


def attach_to_queue(shop, name, work, read=coupling.read_queue, queue="orders", **batch):
    """A function with an event source mapping, by which Lambda takes from the queue for it.

    batch : options of the mapping, such as BatchSize, which is 1 if not given.
    """
    attach_function(shop, name, work, read)
    with suppress(client("lambda").exceptions.ResourceConflictException):  # it is there already
        client("lambda").create_event_source_mapping(
            FunctionName=name, EventSourceArn=arn("sqs", queue), **{"BatchSize": 1, **batch}
        )


def attach_to_table(shop, name, work, table="orders", key="order_id", mark="charged"):
    """A function with a timer, by which it looks at the table every minute.

    One at a time: two looks at once would find the same items, and charge them twice.
    """
    look = partial(work_off_table, table, key, mark, work)
    function = shop.lab.deploy(name, lambda event, context: look(), timeout=30)
    one = {"ReservedConcurrentExecutions": 1}
    client("lambda").put_function_concurrency(FunctionName=name, **one)
    make_rule(shop, function, f"look-{mark}", ScheduleExpression="rate(1 minute)")


def retire(name):
    """Take a function away, and its mappings with it."""
    mappings = client("lambda").list_event_source_mappings(FunctionName=name)
    for mapping in mappings["EventSourceMappings"]:
        client("lambda").delete_event_source_mapping(UUID=mapping["UUID"])
    client("lambda").delete_function(FunctionName=name)


def charge(shop, body):
    """What charge-card does with an order."""
    if body.get("cancelled"):
        shop.refund(body["order_id"])
    else:
        shop.charge(body["order_id"], body["amount"])


def receiver(attach, work=charge, name="charge-card"):
    """A receiver: how it comes to its orders, and what it does with them."""
    return lambda shop: attach(shop, name, partial(work, shop))


# -- the five designs

PASS_ON = {"call": call, "table": write, "queue": send, "topic": publish, "bus": put}
WIRING = {
    "call": no_wiring, "table": make_table, "queue": make_queue, "topic": make_topic,
    "bus": make_rule,
}  # fmt: skip
ATTACH = {
    "call": partial(attach_function, read=coupling.read_call),
    "table": attach_to_table,
    "queue": attach_to_queue,
    "topic": partial(attach_to_queue, read=coupling.read_topic),
    "bus": partial(attach_function, read=coupling.read_bus),
}
DESIGNS = {
    name: {
        "wiring": WIRING[name],
        "receiver": receiver(ATTACH[name]),
        "sender": sender(PASS_ON[name]),
    }
    for name in PASS_ON
}

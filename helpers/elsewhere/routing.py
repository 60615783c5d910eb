"""The patterns of several receivers, each run once: a topic, a bus, and five ways to hand over."""

from __future__ import annotations

import json
import time
from typing import Any

import boto3

from helpers.elsewhere import functions
from helpers.elsewhere.running import drain, held, order_ids, some_orders, until
from helpers.lab import Lab
from helpers.patterns import bus, coupling, router
from helpers.patterns.redelivery import arn_of

POLICIES = {  # the rules of `router.recipients`, as subscriptions have them
    "charging": None,
    "fraud-check": {"amount": [{"numeric": [">", 10_000]}]},
    "limited-editions": {"tenant": ["records"]},
    "packing-large": {"pieces": [{"numeric": [">", 3]}]},
}


def let_in(sqs: Any, queue: str, service: str) -> str:
    """Let a service send to a queue. Returns its ARN."""
    arn = arn_of(sqs, queue)
    allowed = {
        "Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sqs:SendMessage", "Resource": arn,
    }  # fmt: skip
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    return str(arn)


def topic(lab: Lab) -> dict[str, Any]:
    """A topic whose subscriptions decide, by body and by attribute: who gets which order."""
    sqs, sns, placed = boto3.client("sqs"), boto3.client("sns"), some_orders(40)
    orders = sns.create_topic(Name="placed")["TopicArn"]
    queues = {}
    for name, policy in POLICIES.items():
        queues[name] = sqs.create_queue(QueueName=name)["QueueUrl"]
        scope = "MessageAttributes" if name == "packing-large" else "MessageBody"
        router.subscribe(sns, orders, let_in(sqs, queues[name], "sns"), policy, scope)
    wanted = {name: set() for name in POLICIES}
    for order in placed:
        for name in router.recipients(json.loads(order.json())):
            if name in wanted:
                wanted[name].add(order.order_id)

    def publish() -> None:
        for order in placed:
            router.publish(sns, orders, json.loads(order.json()))

    def arrived() -> bool:
        return all(held(sqs, queues[name]) >= len(ids) for name, ids in wanted.items())

    with until(lab, arrived):
        lab.start(publish)
    got = {name: set(order_ids(drain(sqs, queue))) for name, queue in queues.items()}
    return {f"missing in {name}": len(wanted[name] - got[name]) for name in POLICIES} | {
        f"unwanted in {name}": len(got[name] - wanted[name]) for name in POLICIES
    }


PATTERNS = {
    "large": {"detail": {"amount": [{"numeric": [">", 10_000]}]}},
    "records": {"source": [{"prefix": "shop."}], "detail": {"tenant": ["records"]}},
    "not-books": {"detail": {"tenant": [{"anything-but": "books"}]}},
    "gifts": {"detail": {"note": [{"exists": True}]}},
}


def _matches(name: str, order: dict[str, Any]) -> bool:
    matches: dict[str, bool] = {
        "large": order["amount"] > 10_000, "records": order["tenant"] == "records",
        "not-books": order["tenant"] != "books", "gifts": "note" in order,
    }  # fmt: skip
    return matches[name]


def rules(lab: Lab) -> dict[str, Any]:
    """A bus with four rules: each gets the events that its pattern matches, and no other."""
    sqs, events = boto3.client("sqs"), boto3.client("events")
    placed = [json.loads(order.json()) for order in some_orders(40)]
    for order in placed[::5]:
        order["note"] = "a gift"
    events.create_event_bus(Name="shop")
    for name, pattern in PATTERNS.items():
        bus.subscribe(events, sqs, "shop", name, pattern)
    queues = {name: sqs.get_queue_url(QueueName=name)["QueueUrl"] for name in PATTERNS}
    wanted = {
        name: {order["order_id"] for order in placed if _matches(name, order)} for name in PATTERNS
    }

    def publish() -> None:
        for order in placed:
            entry = {"Source": "shop.orders", "DetailType": "OrderPlaced", "EventBusName": "shop"}
            bus.publish(events, [entry | {"Detail": json.dumps(order)}])

    def arrived() -> bool:
        return all(held(sqs, queues[name]) >= len(ids) for name, ids in wanted.items())

    with until(lab, arrived):
        lab.start(publish)
    got = {
        name: set(order_ids([event["detail"] for event in drain(sqs, queue)]))
        for name, queue in queues.items()
    }
    return {f"missing in {name}": len(wanted[name] - got[name]) for name in PATTERNS} | {
        f"unwanted in {name}": len(got[name] - wanted[name]) for name in PATTERNS
    }


def what_the_bus_gives_up(lab: Lab) -> dict[str, Any]:
    """A target that is gone: its events are dead letters, and are brought back by hand."""
    sqs, events, placed = boto3.client("sqs"), boto3.client("events"), some_orders(5)
    events.create_event_bus(Name="shop")
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    bus.subscribe(events, sqs, "shop", "charging", {"source": ["shop.orders"]}, dead_letters=dead)
    charging = sqs.get_queue_url(QueueName="charging")["QueueUrl"]
    sqs.delete_queue(QueueUrl=charging)

    def publish() -> None:
        entry = {"Source": "shop.orders", "DetailType": "OrderPlaced", "EventBusName": "shop"}
        for order in placed:
            bus.publish(events, [entry | {"Detail": order.json()}])

    with until(lab, lambda: held(sqs, dead) >= len(placed)):
        lab.start(publish)
    found = {"dead letters, of 5": held(sqs, dead)}
    with lab.running():  # "wait 60 seconds" before a queue of the same name [API: CreateQueue]
        lab.start(_made_again, sqs)
    charging = sqs.get_queue_url(QueueName="charging")["QueueUrl"]
    with lab.running():
        lab.start(bus.redeliver, sqs, dead)
    return found | {"brought back": held(sqs, charging)}


def _made_again(sqs: Any) -> None:
    while True:
        try:
            sqs.create_queue(QueueName="charging")
        except sqs.exceptions.QueueDeletedRecently:
            time.sleep(5)
        else:
            return


def five_ways(lab: Lab) -> dict[str, Any]:
    """An order handed over by call, table, queue, topic and bus: a function notes each."""
    sqs, sns, events = boto3.client("sqs"), boto3.client("sns"), boto3.client("events")
    lambdas, dynamodb = boto3.client("lambda"), boto3.client("dynamodb")
    order = {"order_id": "o-1", "amount": 4200}
    noted = sqs.create_queue(QueueName="noted")["QueueUrl"]
    lab.deploy("note", functions.note, timeout=20)
    orders = sqs.create_queue(QueueName="orders")["QueueUrl"]
    lambdas.create_event_source_mapping(EventSourceArn=arn_of(sqs, orders), FunctionName="note")
    told = sqs.create_queue(QueueName="told")["QueueUrl"]
    placed = sns.create_topic(Name="placed")["TopicArn"]
    sns.subscribe(TopicArn=placed, Protocol="sqs", Endpoint=let_in(sqs, told, "sns"))
    bus.subscribe_function(events, lambdas, "default", "note", {"source": ["shop.orders"]})
    dynamodb.create_table(
        TableName="orders", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "order_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "order_id", "AttributeType": "S"}],
    )  # fmt: skip
    dynamodb.get_waiter("table_exists").wait(TableName="orders")

    def hand_over() -> None:
        coupling.pass_by_call(lambdas, "note", order)
        coupling.pass_by_queue(sqs, orders, order)
        coupling.pass_by_bus(events, "shop.orders", order)
        coupling.pass_by_topic(sns, placed, order)
        coupling.pass_by_table(dynamodb, "orders", order)

    with until(lab, lambda: held(sqs, noted) >= 3 and held(sqs, told) >= 1):
        lab.start(hand_over)
    item = dynamodb.get_item(TableName="orders", Key={"order_id": {"S": "o-1"}}).get("Item", {})
    records = [{"body": json.dumps(body)} for body in drain(sqs, told)]
    return {
        "noted by the function, of 3": len(drain(sqs, noted)),
        "read from the topic's envelope": coupling.read_topic({"Records": records}) == [order],
        "in the table": json.loads(item.get("body", {"S": "null"})["S"]) == order,
    }

"""An order is written once, and the table's stream publishes it, also after errors."""

import json

import boto3
import pytest
from in_ci import each_seed

from helpers import Lab, faults, load
from helpers.patterns.bus import subscribe
from helpers.patterns.outbox import relay, table_with_stream, write_order

SEEDS = each_seed(1, 2, 3)


@pytest.fixture(params=SEEDS)
def lab(request):
    with Lab(seed=request.param) as lab:
        yield lab


@pytest.fixture
def shop(lab):
    """The table, its relay, a bus and a queue that gets each event."""
    dynamodb, events, sqs = (boto3.client(name) for name in ("dynamodb", "events", "sqs"))
    stream = table_with_stream(dynamodb, "orders")
    lab.deploy("relay", relay, timeout=300)
    boto3.client("lambda").create_event_source_mapping(
        EventSourceArn=stream, FunctionName="relay", StartingPosition="TRIM_HORIZON", BatchSize=10
    )
    events.create_event_bus(Name="shop")
    subscribe(events, sqs, "shop", "packing", {"detail-type": ["OrderPlaced"]})
    return dynamodb


def published():
    sqs, orders = boto3.client("sqs"), []
    queue = sqs.get_queue_url(QueueName="packing")["QueueUrl"]
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            orders.append(json.loads(message["Body"])["detail"])
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return orders


def orders_of(lab):
    return [json.loads(order.json()) for order in load.orders(rate=1, seconds=60, seed=lab.seed)]


def write_all(lab, dynamodb, orders):
    with lab.running(minutes=10):
        lab.start(lambda: [write_order(dynamodb, order) for order in orders])


def test_each_order_is_published_as_it_was_written(lab, shop):
    orders = orders_of(lab)
    write_all(lab, shop, orders)
    assert sorted(published(), key=str) == sorted(orders, key=str)


def test_an_order_that_is_written_again_or_changed_is_not_news(lab, shop):
    orders = orders_of(lab)[:20]
    write_all(lab, shop, [*orders, *orders])
    assert len(published()) == len(orders)


def test_what_the_bus_refuses_is_published_later_and_perhaps_twice(lab, shop):
    orders = orders_of(lab)
    with faults.error("events.PutEvents", rate=0.4, seed=lab.seed):
        write_all(lab, shop, orders)
    names = [order["order_id"] for order in published()]
    assert set(names) == {order["order_id"] for order in orders}

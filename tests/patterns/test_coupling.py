"""Five ways to hand an order on: every order arrives once, as it was sent, in its own envelope."""

import json

import pytest
from botocore.exceptions import ClientError
from in_ci import each_seed

from helpers import Lab, load
from helpers.lessons.lesson_01.designs import (
    arn,
    attach_function,
    attach_to_queue,
    client,
    make_queue,
    make_rule,
    make_table,
    make_topic,
    url,
)
from helpers.patterns.coupling import (
    NotDone,
    pass_by_bus,
    pass_by_call,
    pass_by_queue,
    pass_by_table,
    pass_by_topic,
    read_bus,
    read_bus_queue,
    read_call,
    read_queue,
    read_topic,
)
from helpers.patterns.shop import open_shop


class LabOnly:
    def __init__(self, lab):
        self.lab = lab


@pytest.fixture(params=each_seed(11, 12, 13))
def shop(request):
    with Lab(seed=request.param) as lab:
        yield LabOnly(lab)


def by_call(shop, work):
    attach_function(shop, "charge-card", work, read_call)
    return lambda body: pass_by_call(client("lambda"), "charge-card", body)


def by_queue(shop, work):
    make_queue(shop)
    attach_to_queue(shop, "charge-card", work, read_queue)
    return lambda body: pass_by_queue(client("sqs"), url("orders"), body)


def by_topic(shop, work):
    make_topic(shop)
    attach_to_queue(shop, "charge-card", work, read_topic)
    return lambda body: pass_by_topic(client("sns"), arn("sns", "placed"), body)


def by_bus(shop, work):
    attach_function(shop, "charge-card", work, read_bus)
    make_rule(shop)
    return lambda body: pass_by_bus(client("events"), "shop", body)


def by_bus_and_queue(shop, work):
    make_queue(shop)
    make_rule(shop, to=arn("sqs", "orders"))
    attach_to_queue(shop, "charge-card", work, read_bus_queue)
    return lambda body: pass_by_bus(client("events"), "shop", body)


@pytest.mark.parametrize("join", [by_call, by_queue, by_topic, by_bus, by_bus_and_queue])
def test_every_order_arrives_once_and_unchanged(shop, join):
    orders = load.orders(rate=2, minutes=1, seed=shop.lab.seed)
    came = []
    pass_on = join(shop, came.append)
    with shop.lab.running(minutes=2):
        shop.lab.start(open_shop, orders, lambda order: pass_on(json.loads(order.json())))
    sent = [json.loads(order.json()) for order in orders]
    assert len(sent) > 80
    assert sorted(came, key=lambda body: body["order_id"]) == sent


def test_a_table_has_one_item_per_order_whose_body_is_the_last(shop):
    make_table(shop)
    orders = load.orders(rate=2, minutes=1, seed=shop.lab.seed)
    for amount in (1, 2):
        for order in orders:
            body = {"order_id": order.order_id, "amount": amount}
            pass_by_table(client("dynamodb"), "orders", body)
    items = client("dynamodb").scan(TableName="orders")["Items"]
    assert len(items) == len(orders)
    assert all(json.loads(item["body"]["S"])["amount"] == 2 for item in items)


def test_a_table_with_another_key_refuses(shop):
    make_table(shop)
    with pytest.raises(ClientError, match="ValidationException"):
        pass_by_table(client("dynamodb"), "orders", {"orderId": "o-1"}, key="orderId")


def test_a_function_that_raised_is_no_success(shop):
    attach_function(shop, "charge-card", lambda body: {}["card"], read_call)
    with pytest.raises(NotDone, match="charge-card"):
        pass_by_call(client("lambda"), "charge-card", {"order_id": "o-1"})


def test_nobody_of_that_name(shop):
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        pass_by_call(client("lambda"), "payments", {"order_id": "o-1"})


def test_an_event_that_the_bus_did_not_take_is_no_success(shop):
    with pytest.raises(NotDone, match="shop"):
        pass_by_bus(Refusing(), "shop", {"order_id": "o-1"})


class Refusing:
    """An EventBridge that takes nothing: the call succeeds, and its answer says how many failed."""

    def put_events(self, Entries):
        return {"FailedEntryCount": len(Entries), "Entries": [{"ErrorCode": "InternalFailure"}]}

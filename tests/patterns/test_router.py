"""One order, many receivers: what the sender decides, what filters decide, and what comes back."""

import json
import time
from collections import Counter

import boto3
import pytest
from botocore.exceptions import ClientError
from in_ci import each_seed

from helpers import Lab, faults, load, trace
from helpers.patterns.router import publish, put_back, recipients, send_to_each, subscribe
from helpers.patterns.shop import open_shop

SEEDS = each_seed(1, 2, 3)
FILTERS = {
    "charging": {},
    "fraud-check": {"policy": {"amount": [{"numeric": [">", 10_000]}]}},
    "limited-editions": {"policy": {"tenant": ["records"]}},
    "shipping": {},
    "packing-large": {
        "policy": {"pieces": [{"numeric": [">", 3]}]},
        "scope": "MessageAttributes",
    },
}
OUTAGE = (20, 60)  # seconds
DENIED = {"status": 403, "code": "AccessDenied"}


def body(order):
    return json.loads(order.json())


def due(orders):
    """Every queue and order that it concerns, from the table of routes and not from the code."""
    found = Counter()
    for order in orders:
        pieces = sum(item.quantity for item in order.items)
        found.update(
            (name, order.order_id)
            for name, wanted in {
                "charging": True,
                "fraud-check": order.amount > 10_000,
                "limited-editions": order.tenant == "records",
                "shipping": True,
                "packing-large": pieces > 3,
            }.items()
            if wanted
        )
    return found


def arrived(lab):
    """How many messages of each order got into each queue."""
    rows = trace.deliveries(lab.trace)
    return Counter(
        dict(zip(zip(rows["queue"], rows["order_id"], strict=True), rows["messages"], strict=True))
    )


def queue_arn(sqs, name):
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    answer = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    return answer["Attributes"]["QueueArn"]


def make_topic(*, dead_letters):
    sqs, sns = boto3.client("sqs"), boto3.client("sns")
    topic = sns.create_topic(Name="orders")["TopicArn"]
    for name, asked in FILTERS.items():
        dead = queue_arn(sqs, f"{name}-dead") if dead_letters else None
        subscribe(sns, topic, queue_arn(sqs, name), dead_letters=dead, **asked)
    return lambda order: publish(sns, topic, body(order))


def lock(queue, answer):
    time.sleep(OUTAGE[0])
    with faults.error("sqs.SendMessage", resource=queue, **answer):
        time.sleep(OUTAGE[1] - OUTAGE[0])


@pytest.mark.parametrize("seed", SEEDS)
def test_the_rule_and_the_filters_choose_the_same(seed):
    orders = load.orders(rate=1.6, minutes=1, seed=seed)
    chosen = Counter((name, o.order_id) for o in orders for name in recipients(body(o)))
    with Lab(seed=seed) as lab:
        tell = make_topic(dead_letters=False)
        with lab.running(minutes=2):
            lab.start(open_shop, orders, tell)
        assert arrived(lab) == chosen == due(orders)


@pytest.mark.parametrize("changed", [{"amount": 10_000}, {"amount": 10_001}, {"tenant": "Records"}])
def test_borders(changed):
    order = body(load.orders(arrivals=[1.0], seed=1)[0])
    order |= {"tenant": "books", "items": [{"sku": "b", "quantity": 3}]} | changed
    concerned = {"fraud-check"} if order["amount"] > 10_000 else set()
    assert set(recipients(order)) == {"charging", "shipping"} | concerned
    order["items"].append({"sku": "c", "quantity": 1})
    assert "packing-large" in recipients(order)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_send_that_raises_leaves_those_behind_it_without_the_order(seed):
    orders = load.orders(rate=2, minutes=1, seed=seed)
    told = Counter()
    with Lab(seed=seed) as lab:
        sqs = boto3.client("sqs")
        queues = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in FILTERS}

        def tell(order):
            try:
                send_to_each(sqs, queues, recipients(body(order)), body(order))
            except ClientError:
                told[order.order_id] += 1

        with lab.running(minutes=2):
            lab.start(open_shop, orders, tell)
            lab.start(lock, "limited-editions", DENIED)
        got = arrived(lab)
    hit = {
        order.order_id
        for order in orders
        if OUTAGE[0] <= order.placed_at < OUTAGE[1] and order.tenant == "records"
    }
    assert hit
    assert set(told) == hit
    missing = due(orders) - got
    assert not got - due(orders)
    assert {order for _, order in missing} == hit
    assert {name for name, _ in missing} >= {"limited-editions", "shipping"}
    assert not {name for name, _ in missing} & {"charging", "fraud-check"}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("answer", "dead_letters", "kept"),
    [
        (DENIED, False, False),
        (DENIED, True, True),
        ({"status": 503}, False, True),
    ],
    ids=["client error", "client error, dead letters", "server error"],
)
def test_a_receiver_s_outage_stays_with_it(seed, answer, dead_letters, kept):
    orders = load.orders(rate=1.2, minutes=1, seed=seed)
    hit = {o.order_id for o in orders if OUTAGE[0] <= o.placed_at < OUTAGE[1]}
    with Lab(seed=seed) as lab:
        tell = make_topic(dead_letters=dead_letters)
        with lab.running(minutes=3):
            lab.start(open_shop, orders, tell)
            lab.start(lock, "shipping", answer)
        got = arrived(lab)
        dead = {order for (name, order) in got if name == "shipping-dead"}
        assert dead == (hit if dead_letters else set())
        if dead_letters:
            sqs = boto3.client("sqs")
            names = ("shipping-dead", "shipping")
            put_back(sqs, *(sqs.get_queue_url(QueueName=name)["QueueUrl"] for name in names))
            got = Counter({key: n for key, n in arrived(lab).items() if key[0] in FILTERS})
    lost = due(orders) - got
    assert not got - due(orders)
    assert lost == (Counter() if kept else Counter(("shipping", order) for order in hit))


@pytest.mark.parametrize("count", [0, 1, 10, 137])
def test_put_back_empties_the_queue_and_keeps_bodies_and_attributes(count):
    with Lab(seed=4):
        sqs = boto3.client("sqs")
        dead, queue = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("dead", "queue"))
        for number in range(count):
            attributes = {"pieces": {"DataType": "Number", "StringValue": str(number)}}
            sqs.send_message(
                QueueUrl=dead,
                MessageBody=f"order {number}",
                MessageAttributes=attributes if number % 2 else {},
            )
        put_back(sqs, dead, queue)
        assert "Messages" not in sqs.receive_message(QueueUrl=dead)
        found = {}
        ask = {"QueueUrl": queue, "MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"]}
        while messages := sqs.receive_message(**ask).get("Messages"):
            found |= {m["Body"]: m.get("MessageAttributes", {}) for m in messages}
    assert set(found) == {f"order {number}" for number in range(count)}
    for text, attributes in found.items():
        number = text.removeprefix("order ")
        expected = number if int(number) % 2 else None
        assert attributes.get("pieces", {}).get("StringValue") == expected


def test_what_is_put_back_survives_a_send_that_fails():
    with Lab(seed=5):
        sqs = boto3.client("sqs")
        settings = {"VisibilityTimeout": "0"}
        dead = sqs.create_queue(QueueName="dead", Attributes=settings)["QueueUrl"]
        queue = sqs.create_queue(QueueName="queue")["QueueUrl"]
        for number in range(20):
            sqs.send_message(QueueUrl=dead, MessageBody=str(number))
        with faults.error("sqs.SendMessage", resource="queue", **DENIED):
            with pytest.raises(ClientError, match="AccessDenied"):
                put_back(sqs, dead, queue)
        put_back(sqs, dead, queue)
        names = ["ApproximateNumberOfMessages"]
        found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    assert found["ApproximateNumberOfMessages"] == "20"

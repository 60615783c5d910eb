"""The order process as glue and as a workflow: hundreds of orders, failures, several seeds."""

import json
from collections import Counter
from itertools import pairwise

import pytest
from botocore.exceptions import ClientError
from in_ci import each_seed

from helpers import Lab, faults, load
from helpers.charts import edges_of
from helpers.lessons.arns import ROLE
from helpers.lessons.lesson_10 import glue, histories
from helpers.lessons.lesson_10.fulfilment import Fulfilment, paid_and_shipped
from helpers.patterns import workflow
from helpers.patterns.sync import CallFailed

seeds = pytest.mark.parametrize("seed", each_seed(5, 6, 7))
RIGHT = {"shipped", "called off"}


def care(shop, order):
    clients = shop.patient, shop.tables, shop.sqs, shop.events
    glue.careful_glue(*clients, shop.shipping, order)


def begin(shop, design):
    if design == "glue":
        return shop.function(care, timeout=300)
    return shop.workflow("order", workflow.order_process(shop.shipping))


def pieces(shop):
    rows = shop.tables.scan(TableName="stock")["Items"]
    return sum(int(row["pieces"]["N"]) for row in rows)


def told(shop):
    """How each order ended, by what the bus was told."""
    found = {}
    while messages := shop.sqs.receive_message(
        QueueUrl=shop.ends, MaxNumberOfMessages=10, WaitTimeSeconds=1
    ).get("Messages"):
        for message in messages:
            event = json.loads(message["Body"])
            found.setdefault(event["detail"]["order_id"], []).append(event["detail-type"])
            shop.sqs.delete_message(QueueUrl=shop.ends, ReceiptHandle=message["ReceiptHandle"])
    return found


def listen(shop):
    shop.ends = shop.sqs.create_queue(QueueName="ends")["QueueUrl"]
    arn = "arn:aws:sqs:eu-west-1:123456789012:ends"
    pattern = json.dumps({"source": ["shop.orders"]})
    shop.events.put_rule(Name="ends", EventBusName="shop", EventPattern=pattern)
    shop.events.put_targets(Rule="ends", EventBusName="shop", Targets=[{"Id": "ends", "Arn": arn}])


@seeds
@pytest.mark.parametrize("design", ["glue", "workflow"])
def test_every_order_ends_once_and_right_under_errors_and_throttles(seed, design):
    with Lab(seed=seed) as lab:
        orders = load.orders(rate=0.5, seconds=80, seed=seed)
        shop = Fulfilment(lab, orders, flaky=0.2)
        listen(shop)
        before, go = pieces(shop), begin(shop, design)
        busy = faults.throttling("dynamodb.UpdateItem", rate=0.2, seed=seed)
        lost = faults.error("sqs.SendMessage", resource="shipping", rate=0.2, seed=seed)
        with busy, lost, lab.running(minutes=20):
            lab.start(shop.open, orders, go)
        got, ends = paid_and_shipped(lab, orders), told(shop)
        assert set(got["fate"]) == RIGHT
        events = {"shipped": ["OrderAccepted"], "called off": ["OrderRejected"]}
        assert ends == {name: events[fate] for name, fate in got["fate"].items()}
        shipped = [order for order in orders if got.loc[order.order_id, "fate"] == "shipped"]
        assert before - pieces(shop) == sum(order.items[0].quantity for order in shipped)


@seeds
@pytest.mark.parametrize("design", ["glue", "workflow"])
def test_a_missing_target_gives_money_and_goods_back(seed, design):
    with Lab(seed=seed) as lab:
        orders = load.orders(rate=0.5, seconds=45, seed=seed)
        shop = Fulfilment(lab, orders)
        before, go = pieces(shop), begin(shop, design)
        shop.sqs.delete_queue(QueueUrl=shop.shipping)
        with lab.running(minutes=20):
            lab.start(shop.open, orders, go)
        assert set(paid_and_shipped(lab, orders)["fate"]) == {"called off"}
        assert pieces(shop) == before
        assert (lab.trace["name"] == "refunded").sum() > 10


@seeds
def test_each_execution_says_how_it_ended_and_takes_only_arrows_of_the_definition(seed):
    with Lab(seed=seed) as lab:
        orders = load.orders(rate=0.5, seconds=80, seed=seed)
        shop = Fulfilment(lab, orders, flaky=0.3, declined=0.2)
        definition = workflow.order_process(shop.shipping)
        machine = workflow.create(shop.workflows, "order", definition, ROLE)
        with lab.running(minutes=10):
            lab.start(
                shop.open, orders, lambda order: workflow.start(shop.workflows, machine, order)
            )
        got = paid_and_shipped(lab, orders)
        arrows = {edge[:2] for edge in edges_of(definition)}
        executions = shop.workflows.list_executions(stateMachineArn=machine)["executions"]
        assert Counter(row["name"] for row in executions) == Counter(got.index)
        for row in executions:
            shipped = got.loc[row["name"], "fate"] == "shipped"
            assert row["status"] == ("SUCCEEDED" if shipped else "FAILED")
            arn = row["executionArn"]
            events = shop.workflows.get_execution_history(executionArn=arn)["events"]
            path = histories.path(events)
            assert set(pairwise(path)) <= arrows
            assert (path[-1] == histories.END) == shipped
            steps = histories.steps(events)
            assert set(steps["caller"]) == set(path) - {"Rejected", histories.END}
            assert (steps["end"] >= steps["time"]).all()
            assert set(steps.loc[steps["outcome"] != "ok", "error"]) <= {
                "ConnectionError", "CardDeclined", "DynamoDB.ConditionalCheckFailedException",
            }  # fmt: skip


def test_an_order_is_started_once():
    with Lab(seed=5) as lab:
        shop = Fulfilment(lab, orders := load.orders(rate=1, seconds=3, seed=5))
        go = begin(shop, "workflow")
        order = json.loads(orders[0].json())
        with lab.running(minutes=1):
            go(order)
            go(order)
        assert (lab.trace["name"] == "charged").sum() == 1
        with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
            go(order)


class Failing:
    """Work that fails so many times."""

    def __init__(self, times, error):
        self.left, self.error, self.calls = times, error, 0

    def __call__(self):
        self.calls += 1
        if self.calls <= self.left:
            raise self.error
        return "done"


def test_patiently_waits_longer_and_longer_up_to_a_limit(monkeypatch):
    waits = []
    monkeypatch.setattr(glue.time, "sleep", waits.append)
    monkeypatch.setattr(glue.random, "random", lambda: 1.0)
    assert glue.patiently(Failing(6, CallFailed("no"))) == "done"
    assert waits == [1, 2, 4, 8, 16, 32]
    with pytest.raises(CallFailed):
        glue.patiently(Failing(7, CallFailed("no")))


def test_patiently_does_not_repeat_what_is_final_and_hides_no_bug():
    declined = Failing(1, CallFailed("the card was declined"))
    with pytest.raises(CallFailed):
        glue.patiently(declined, unless="declined")
    broken = Failing(1, KeyError("order_id"))
    with pytest.raises(KeyError):
        glue.patiently(broken)
    assert (declined.calls, broken.calls) == (1, 1)

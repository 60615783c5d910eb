"""A saga: choreographed by events, orchestrated by a workflow, and a workflow that publishes."""

import json
from collections import Counter
from random import Random

import boto3
import pytest
from in_ci import each_seed

from helpers import Lab, faults, load
from helpers.patterns.bus import publish, subscribe, subscribe_function
from helpers.patterns.choreography import (
    Refused,
    calling,
    publishing,
    reacts,
    start_once,
    subscribe_workflow,
    workflow,
)
from helpers.patterns.shop import open_shop

ROLE = "arn:aws:iam::123456789012:role/orders"
STEPS = ["charge", "reserve", "pack", "ship"]
UNDO = {"charge": "refund", "reserve": "release", "pack": "unpack"}
SEEDS = each_seed(5, 6, 7)
seeds = pytest.mark.parametrize("seed", SEEDS)


@pytest.fixture
def shop():
    with Lab(seed=5) as lab:
        clients = map(boto3.client, ("events", "lambda", "stepfunctions", "sqs"))
        events, functions, states, sqs = clients
        events.create_event_bus(Name="shop")
        yield lab, events, functions, states, sqs


def create(states, name, definition):
    made = states.create_state_machine(name=name, definition=json.dumps(definition), roleArn=ROLE)
    return made["stateMachineArn"]


def bodies(sqs, name):
    """Messages of a queue, taken out of it."""
    url, found = sqs.get_queue_url(QueueName=name)["QueueUrl"], []
    while batch := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in batch:
            found.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def test_every_task_has_a_time_out():
    last = calling("thank"), publishing("shop", "shop.orders", "OrderCancelled")
    states = workflow(STEPS, UNDO, *last)["States"].values()
    assert all(0 < state["TimeoutSeconds"] < 120 for state in states)


class TestWorkflow:
    @seeds
    def test_whatever_step_refuses_those_before_are_undone_last_one_first(self, seed):
        with Lab(seed=seed) as lab:
            states, draws, done = boto3.client("stepfunctions"), Random(seed), {}
            orders = load.orders(rate=2, minutes=1, seed=seed)
            refuses = {order.order_id: draws.choice([*STEPS, None]) for order in orders}
            shaky = {(order.order_id, draws.choice(STEPS)) for order in orders[::5]}

            def handler(name):
                def handle(order, _):
                    key = order["order_id"], name
                    if key in shaky:
                        shaky.remove(key)
                        raise ConnectionError("no answer")
                    if refuses[order["order_id"]] == name:
                        raise Refused(name)
                    done.setdefault(order["order_id"], []).append(name)

                return handle

            for name in (*STEPS, *UNDO.values(), "thank", "apologise"):
                lab.deploy(name, handler(name))
            definition = workflow(STEPS, UNDO, calling("thank"), calling("apologise"))
            machine = create(states, "orders", definition)
            with lab.running(minutes=4):
                lab.start(
                    open_shop,
                    orders,
                    lambda order: start_once(states, machine, json.loads(order.json())),
                )
            pages = states.get_paginator("list_executions").paginate(stateMachineArn=machine)
            told = Counter(each["status"] for page in pages for each in page["executions"])
        assert len(orders) > 90
        assert told == {"SUCCEEDED": len(orders)}
        for order in orders:
            step = refuses[order.order_id]
            before = STEPS[: STEPS.index(step)] if step else STEPS
            after = [UNDO[name] for name in reversed(before)] + ["apologise"] if step else ["thank"]
            assert done[order.order_id] == [*before, *after]

    def test_a_refusal_is_not_tried_again_and_a_hiccup_is(self, shop):
        lab, _, _, states, _ = shop
        calls = Counter()

        def fails(error):
            def handle(order, _):
                calls[error.__name__] += 1
                raise error("no")

            return handle

        lab.deploy("pack", fails(Refused))
        lab.deploy("ship", fails(ConnectionError))
        for name in ("pack", "ship"):
            machine = create(states, name, workflow([name], {}, *[{"Type": "Succeed"}] * 2))
            with lab.running(minutes=2):
                lab.start(start_once, states, machine, {"order_id": "o-1"})
        assert calls == {"Refused": 1, "ConnectionError": 5}

    def test_the_last_step_needs_no_undoing(self):
        definition = workflow(["charge"], UNDO, calling("thank"), calling("apologise"))
        assert set(definition["States"]) == {"charge", "finished", "cancelled"}


class TestStartOnce:
    @seeds
    def test_lost_replies_and_repeats_start_nothing_twice(self, seed):
        with Lab(seed=seed) as lab:
            states, draws, worked = boto3.client("stepfunctions"), Random(seed), Counter()
            lab.deploy("ship", lambda order, _: worked.update([order["order_id"]]))
            last = {"Type": "Succeed"}
            machine = create(states, "delivery", workflow(["ship"], {}, last, last))
            orders = load.orders(rate=1, minutes=2, seed=seed)

            def checkout(order):
                for _ in range(draws.choice((1, 2))):
                    start_once(states, machine, json.loads(order.json()))

            lost = faults.lost_reply("stepfunctions.StartExecution", rate=0.05, seed=seed)
            with lost, lab.running(minutes=8):
                lab.start(open_shop, orders, checkout)
        assert worked == dict.fromkeys((order.order_id for order in orders), 1)
        assert lost.hits > 0

    def machine(self, shop, handler):
        lab, _, _, states, _ = shop
        lab.deploy("ship", handler)
        last = {"Type": "Succeed"}
        return create(states, "delivery", workflow(["ship"], {}, last, last))

    def start(self, shop, machine, *orders):
        """Start each, two minutes after the one before."""
        lab, _, _, states, _ = shop
        for order in orders:
            with lab.running(minutes=2):
                lab.start(start_once, states, machine, order)

    def test_again_with_the_same_input_is_harmless_also_when_it_is_over(self, shop):
        worked = []
        machine = self.machine(shop, lambda order, _: worked.append(order))
        order = {"order_id": "o-1", "amount": 5}
        self.start(shop, machine, order, dict(reversed(order.items())))
        assert worked == [order]

    def test_another_order_under_the_same_name_is_refused(self, shop):
        machine = self.machine(shop, lambda order, _: None)
        orders = [{"order_id": "o-1", "amount": amount} for amount in (5, 6)]
        with pytest.raises(ValueError, match="o-1 was started with another input"):
            self.start(shop, machine, *orders)

    def test_what_has_failed_is_not_done(self, shop):
        def fails(order, _):
            raise ConnectionError("no")

        machine = self.machine(shop, fails)
        with pytest.raises(RuntimeError, match="o-1 was started before, and has FAILED"):
            self.start(shop, machine, *[{"order_id": "o-1"}] * 2)

    def test_an_old_read_is_asked_again(self, shop, monkeypatch):
        _, _, _, states, _ = shop
        machine = self.machine(shop, lambda order, _: None)
        self.start(shop, machine, {"order_id": "o-1"})
        real, reads = states.describe_execution, []

        def old(**asked):
            reads.append(asked)
            return real(**asked) | ({"status": "RUNNING"} if len(reads) < 4 else {})

        monkeypatch.setattr(states, "describe_execution", old)
        self.start(shop, machine, {"order_id": "o-1"})
        assert len(reads) == 4


class TestReacts:
    @seeds
    def test_success_and_refusal_are_events_and_a_hiccup_is_tried_again(self, seed):
        with Lab(seed=seed) as lab:
            events, functions, sqs = map(boto3.client, ("events", "lambda", "sqs"))
            events.create_event_bus(Name="shop")
            draws = Random(seed)
            orders = load.orders(rate=1, minutes=2, seed=seed)
            fate = {order.order_id: draws.choice(["ok", "no", "hiccup"]) for order in orders}
            tried = set()

            def pack(order):
                name = order["order_id"]
                if fate[name] == "hiccup" and name not in tried:
                    tried.add(name)
                    raise ConnectionError("no answer")
                if fate[name] == "no":
                    raise Refused("damaged")

            handler = reacts(events, "shop", "shop.packing", pack, "OrderPacked", "PackingFailed")
            lab.deploy("pack", handler)
            subscribe_function(events, functions, "shop", "pack", {"detail-type": ["OrderPlaced"]})
            subscribe(events, sqs, "shop", "heard", {"source": ["shop.packing"]})
            placed = {"Source": "shop", "DetailType": "OrderPlaced", "EventBusName": "shop"}
            with lab.running(minutes=5):
                lab.start(
                    open_shop, orders, lambda o: publish(events, [placed | {"Detail": o.json()}])
                )
            heard = bodies(sqs, "heard")
        assert len(heard) == len(orders) > 90
        for event in heard:
            refused = fate[event["detail"]["order_id"]] == "no"
            assert event["detail-type"] == ("PackingFailed" if refused else "OrderPacked")


class TestPublishing:
    def domain(self, shop):
        lab, events, _, states, sqs = shop
        subscribe(events, sqs, "shop", "heard", {"source": ["shop.orders"]})
        lab.deploy("pack", lambda order, _: None)
        last = publishing("shop", "shop.orders", "OrderPacked")
        return create(states, "orders", workflow(["pack"], {}, last, {"Type": "Fail"}))

    def test_each_execution_publishes_one_event_with_its_input(self, shop):
        lab, _, _, states, sqs = shop
        machine = self.domain(shop)
        orders = load.orders(rate=1, minutes=2, seed=5)
        with lab.running(minutes=3):
            lab.start(
                open_shop, orders, lambda o: start_once(states, machine, json.loads(o.json()))
            )
        heard = bodies(sqs, "heard")
        assert [event["detail"] for event in heard] == [json.loads(o.json()) for o in orders]
        assert all(machine in event["resources"] for event in heard)

    def test_after_a_lost_reply_there_are_two_events_of_one_order(self, shop):
        lab, _, _, states, sqs = shop
        machine = self.domain(shop)
        lost = faults.lost_reply("events.PutEvents", rate=0.2, seed=5)
        orders = load.orders(rate=1, minutes=1, seed=5)
        with lost, lab.running(minutes=5):
            lab.start(
                open_shop, orders, lambda o: start_once(states, machine, json.loads(o.json()))
            )
        heard = bodies(sqs, "heard")
        assert {event["detail"]["order_id"] for event in heard} == {o.order_id for o in orders}
        assert len(heard) == len({event["id"] for event in heard}) == len(orders) + lost.hits
        assert lost.hits > 5

    def test_a_rule_starts_a_workflow_with_the_detail_as_its_input(self, shop):
        lab, events, _, states, _ = shop
        worked = []
        lab.deploy("ship", lambda order, _: worked.append(order))
        last = {"Type": "Succeed"}
        machine = create(states, "delivery", workflow(["ship"], {}, last, last))
        pattern = {"detail-type": ["OrderPacked"]}
        rule = subscribe_workflow(events, "shop", "delivery", pattern, machine, ROLE)
        details = [{"order_id": f"o-{number}"} for number in range(10)]
        packed = {"Source": "shop.orders", "DetailType": "OrderPacked", "EventBusName": "shop"}
        with lab.running(minutes=1):
            lab.start(publish, events, [packed | {"Detail": json.dumps(each)} for each in details])
        assert sorted(order["order_id"] for order in worked) == [d["order_id"] for d in details]
        [target] = events.list_targets_by_rule(Rule="delivery", EventBusName="shop")["Targets"]
        assert target["RoleArn"] == ROLE
        assert rule.endswith("/delivery")

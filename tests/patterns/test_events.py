"""Events: what they say, how large they are, and what a consumer asks its source."""

import json
import random
import re
import time
from collections import Counter
from functools import partial

import boto3
import botocore.session
import pytest
from botocore.exceptions import ClientError
from in_ci import each_seed

from helpers import Lab, faults, load, trace
from helpers.patterns.bus import publish, subscribe
from helpers.patterns.events import (
    entry_size,
    fact,
    full,
    in_rounds,
    look_up,
    sparse,
    whole_order,
)
from helpers.patterns.shop import open_shop

PLACED = {"source": ["shop.orders"], "detail-type": ["OrderPlaced"]}
SEEDS = each_seed(5, 6, 7)
seeds = pytest.mark.parametrize("seed", SEEDS)
LIMIT = 1_000_000  # bytes


@pytest.fixture
def lab():
    with Lab(seed=5) as lab:
        yield lab


class TestFact:
    def test_it_is_an_entry_that_the_bus_takes_and_routes(self, lab):
        events, sqs = boto3.client("events"), boto3.client("sqs")
        events.create_event_bus(Name="shop")
        subscribe(events, sqs, "shop", "labels", PLACED)
        details = [json.loads(order.json()) for order in load.orders(rate=1, seconds=200, seed=5)]
        for start in range(0, len(details), 10):
            publish(events, [fact("OrderPlaced", d) for d in details[start : start + 10]])
        publish(events, [fact("OrderCancelled", details[0])])
        with lab.running(seconds=5):
            pass
        sent = trace.messages(lab.trace).query("what == 'sent'")
        assert [json.loads(body)["detail"] for body in sent["body"]] == details

    def test_it_does_not_change_with_what_it_was_made_from(self):
        order = {"order_id": "o-1", "address": {"street": "1 Mill Lane"}}
        entry = fact("OrderPlaced", order)
        order["address"]["street"] = "2 New Street"
        assert json.loads(entry["Detail"])["address"]["street"] == "1 Mill Lane"


ORDER = {"order_id": "o-1", "amount": 2070, "address": {"street": "1 Mill Lane"}}


class TestSparseAndFull:
    def test_they_tell_the_same_fact_and_differ_in_what_they_say_of_it(self):
        few, many = sparse(ORDER), full(ORDER)
        assert json.loads(few.pop("Detail")) == {"order_id": "o-1"}
        assert json.loads(many.pop("Detail")) == ORDER
        assert few == many

    def test_a_consumer_has_to_ask_about_the_sparse_one_alone(self):
        assert whole_order(None, json.loads(full(ORDER)["Detail"])) == ORDER
        with pytest.raises(AttributeError):
            whole_order(None, json.loads(sparse(ORDER)["Detail"]))


class TestEntrySize:
    def test_it_counts_utf_8_and_not_characters(self):
        entry = {"Source": "a", "DetailType": "é", "Detail": '{"k":"€"}'}
        assert entry_size(entry) == 1 + 2 + 11

    def test_a_time_is_14_bytes_and_resources_count(self):
        entry = {"Source": "a", "DetailType": "b", "Detail": "{}"}
        assert entry_size(entry | {"Time": 0, "Resources": ["arn:é", "x"]}) == 4 + 14 + 6 + 1

    def test_the_bus_s_name_does_not_count(self):
        entry = fact("OrderPlaced", {"order_id": "o-1"})
        assert entry_size(entry) == entry_size({**entry, "EventBusName": "another"})

    def test_the_limit_is_the_model_s(self):
        model = botocore.session.Session().get_service_model("events")
        told = model.operation_model("PutEvents").documentation
        assert re.search(r"total entry size must be less than 1MB", told)
        assert (
            model.operation_model("PutEvents").input_shape.members["Entries"].metadata["max"] == 10
        )
        fields = {"order_id": "o-1", "photo": "x" * LIMIT}
        assert entry_size(fact("OrderPlaced", fields)) > LIMIT


class TestLookUp:
    @pytest.fixture
    def client(self, lab):
        def get_order(event, context):
            time.sleep(0.1)
            if event["order_id"] == "o-bad":
                raise ConnectionError("down")
            return {"order_id": event["order_id"], "address": "here", "revision": 2}

        lab.deploy("get-order", get_order, timeout=5)
        return boto3.client("lambda")

    def test_the_source_answers(self, client):
        assert look_up(client, "o-1") == {"order_id": "o-1", "address": "here", "revision": 2}

    def test_a_function_that_raises_is_no_answer(self, client):
        with pytest.raises(ConnectionError, match="no answer about o-bad"):
            look_up(client, "o-bad")

    def test_a_source_that_is_throttled_raises_what_botocore_says(self, client):
        limit = {"FunctionName": "get-order", "ReservedConcurrentExecutions": 0}
        client.put_function_concurrency(**limit)
        with pytest.raises(ClientError) as raised:
            look_up(client, "o-1")
        assert raised.value.response["Error"]["Code"] == "TooManyRequestsException"

    def test_only_a_sparse_event_is_asked_about(self, client, lab):
        told = {"order_id": "o-1", "address": "there", "revision": 1}
        assert whole_order(client, told) == told
        assert not (lab.trace["operation"] == "Invoke").any()
        assert whole_order(client, {"order_id": "o-1"})["revision"] == 2


class TestInRounds:
    @staticmethod
    def run(seed, handle, *, down=(0, 0), minutes=60, faulty=None):
        """Orders over half an hour, worked off in rounds of ten minutes."""
        lab = Lab(seed=seed)
        events, sqs = boto3.client("events"), boto3.client("sqs")
        events.create_event_bus(Name="shop")
        subscribe(events, sqs, "shop", "labels", PLACED)
        queue = sqs.get_queue_url(QueueName="labels")["QueueUrl"]
        orders = load.orders(rate=1 / 12, minutes=30, seed=seed)

        def checkout(order):
            publish(events, [fact("OrderPlaced", json.loads(order.json()))])

        def use(detail):
            handle(lab, detail)
            lab.mark("printed", order_id=detail["order_id"])

        with faulty or faults.latency("sqs", median=0.01), lab.running(minutes=minutes):
            lab.start(open_shop, orders, checkout)
            lab.start(in_rounds, sqs, queue, use, 600)
        return lab, orders

    @seeds
    def test_every_order_is_handled_in_the_round_after_it(self, seed):
        lab, orders = self.run(seed, lambda lab, detail: None)
        printed = lab.trace[lab.trace["name"] == "printed"].set_index("order_id")["time"]
        assert len(printed) == len(orders) > 100
        placed = {order.order_id: order.placed_at for order in orders}
        assert all(printed[name] - placed[name] < 610 for name in placed)
        rounds = printed.floordiv(600).value_counts()
        assert set(rounds.index) == {1, 2, 3}
        assert trace.backlog(lab.trace, "labels").iloc[-1]["waiting"] == 0

    @seeds
    def test_what_cannot_be_handled_comes_in_the_next_round(self, seed):
        def handle(lab, detail):
            if 1100 < lab.now < 1500:
                raise ConnectionError("the source is down")

        lab, orders = self.run(seed, handle)
        printed = lab.trace[lab.trace["name"] == "printed"]
        assert Counter(printed["order_id"]) == Counter(order.order_id for order in orders)
        assert set(printed["time"].floordiv(600)) == {1, 3}

    @seeds
    def test_a_throttled_source_loses_nothing(self, seed):
        draws = random.Random(seed)

        def handle(lab, detail):
            if draws.random() < 0.3:
                raise ClientError({"Error": {"Code": "TooManyRequestsException"}}, "Invoke")

        lab, orders = self.run(seed, handle, minutes=120)
        printed = lab.trace[lab.trace["name"] == "printed"]
        assert Counter(printed["order_id"]) == Counter(order.order_id for order in orders)

    def test_a_mistake_in_the_handler_is_not_hidden(self):
        with pytest.raises(KeyError):
            self.run(5, lambda lab, detail: detail["adress"])

    @seeds
    def test_a_lost_reply_to_a_delete_costs_no_order(self, seed):
        faulty = faults.lost_reply("sqs.DeleteMessageBatch", rate=0.1, seed=seed)
        lab, orders = self.run(seed, lambda lab, detail: None, faulty=faulty)
        printed = lab.trace[lab.trace["name"] == "printed"]
        assert set(printed["order_id"]) == {order.order_id for order in orders}


def test_the_rounds_of_two_desks_do_not_disturb_each_other():
    lab, done = Lab(seed=5), {"labels": [], "fraud-check": []}
    events, sqs = boto3.client("events"), boto3.client("sqs")
    events.create_event_bus(Name="shop")
    for desk in done:
        subscribe(events, sqs, "shop", desk, PLACED)

    def handle(detail, desk):
        time.sleep(0.3)
        done[desk].append(detail["order_id"])

    orders = load.orders(rate=1, seconds=150, seed=5)
    with lab.running(minutes=5):
        lab.start(
            open_shop,
            orders,
            lambda o: publish(events, [fact("OrderPlaced", {"order_id": o.order_id})]),
        )
        for desk in done:
            queue = sqs.get_queue_url(QueueName=desk)["QueueUrl"]
            lab.start(in_rounds, sqs, queue, partial(handle, desk=desk), 60)
    for names in done.values():
        assert sorted(names) == sorted(order.order_id for order in orders)

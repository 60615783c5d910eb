"""A bus: publish, route by rules, and bring back what the bus gave up."""

import json
import re
import time

import boto3
import botocore.session
import pytest
from botocore.exceptions import ClientError
from in_ci import each_seed
from lesson_notebooks import LESSONS, Lesson

from helpers import Lab, faults, load, trace
from helpers.patterns.bus import let_in, publish, redeliver, subscribe, subscribe_function
from helpers.patterns.shop import open_shop

PLACED = {"source": ["shop.checkout"], "detail-type": ["OrderPlaced"]}
LARGE = PLACED | {"detail": {"amount": [{"numeric": [">", 5000]}]}}
SEEDS = each_seed(5, 6, 7)
seeds = pytest.mark.parametrize("seed", SEEDS)


def entry(order):
    detail = order.json() if hasattr(order, "json") else json.dumps({"order_id": order})
    placed = {"Source": "shop.checkout", "DetailType": "OrderPlaced", "EventBusName": "shop"}
    return placed | {"Detail": detail}


def in_queues(lab):
    """Ids of the orders that were sent to each queue, in order of time."""
    sent = trace.messages(lab.trace).query("what == 'sent'")
    sent = sent.assign(order_id=[trace.field(body, "order_id") for body in sent["body"]])
    return {queue: rows["order_id"].tolist() for queue, rows in sent.groupby("queue")}


def policy_of(sqs, queue):
    """The ARN of a queue, and the statements of its policy."""
    known = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    return known["QueueArn"], json.loads(known.get("Policy", "{}")).get("Statement", [])


@pytest.fixture
def shop(request):
    with Lab(seed=5) as lab:
        events, sqs = boto3.client("events"), boto3.client("sqs")
        events.create_event_bus(Name="shop")
        yield lab, events, sqs


class Bus:
    """Answers to PutEvents as given: for each call, the numbers of the entries it refuses."""

    def __init__(self, *refusals):
        self.refusals, self.calls = list(refusals), []

    def put_events(self, Entries):
        self.calls.append(Entries)
        refused = self.refusals.pop(0)
        results = [
            {"ErrorCode": "ThrottlingException"} if number in refused else {"EventId": "1"}
            for number in range(len(Entries))
        ]
        return {"FailedEntryCount": len(refused), "Entries": results}


class TestPublish:
    @pytest.fixture(autouse=True)
    def no_waits(self, monkeypatch):
        monkeypatch.setattr(time, "sleep", lambda seconds: None)

    def test_only_what_was_refused_is_tried_again(self):
        bus = Bus({1, 3}, {1}, set())
        publish(bus, ["a", "b", "c", "d"])
        assert bus.calls == [["a", "b", "c", "d"], ["b", "d"], ["d"]]

    def test_what_is_refused_every_time_is_said(self):
        bus = Bus({0}, {0}, {0})
        with pytest.raises(RuntimeError, match=r"did not take \['a'\]"):
            publish(bus, ["a", "b"])
        assert len(bus.calls) == 3

    def test_the_bus_itself_refuses_what_is_no_json(self, shop):
        _, events, _ = shop
        with pytest.raises(RuntimeError, match="did not take"):
            publish(events, [entry("o-1") | {"Detail": "{"}])


class TestRoutes:
    @seeds
    def test_each_queue_gets_what_its_pattern_says(self, seed):
        with Lab(seed=seed) as lab:
            events, sqs = boto3.client("events"), boto3.client("sqs")
            events.create_event_bus(Name="shop")
            for name, pattern in {"all": PLACED, "large": LARGE}.items():
                subscribe(events, sqs, "shop", name, pattern)
            orders = load.orders(rate=1, minutes=3, seed=seed)
            with lab.running(minutes=4):
                lab.start(open_shop, orders, lambda order: publish(events, [entry(order)]))
            got = in_queues(lab)
        assert len(orders) > 100
        assert got["all"] == [order.order_id for order in orders]
        assert got["large"] == [order.order_id for order in orders if order.amount > 5000]

    def test_a_function_is_a_target_like_a_queue(self, shop):
        lab, events, _ = shop
        lab.deploy("ship", lambda event, _: lab.mark("shipped", of=event["detail"]["order_id"]))
        functions = boto3.client("lambda")
        rule = subscribe_function(events, functions, "shop", "ship", PLACED)
        ids = [f"o-{number}" for number in range(10)]
        with lab.running(minutes=1):
            lab.start(publish, events, [entry(name) for name in ids])
        assert lab.trace.query("name == 'shipped'")["of"].tolist() == ids
        policy = json.loads(functions.get_policy(FunctionName="ship")["Policy"])
        assert rule in json.dumps(policy)

    def test_a_queue_lets_in_this_rule_and_nothing_else(self, shop):
        _, events, sqs = shop
        dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
        rule = subscribe(events, sqs, "shop", "charging", PLACED, dead)
        for url in (sqs.get_queue_url(QueueName="charging")["QueueUrl"], dead):
            arn, [statement] = policy_of(sqs, url)
            assert statement["Resource"] == arn == let_in(sqs, url, rule)
            assert statement["Principal"] == {"Service": "events.amazonaws.com"}
            assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": rule}}
        [target] = events.list_targets_by_rule(Rule="charging", EventBusName="shop")["Targets"]
        assert target["DeadLetterConfig"]["Arn"].endswith(":dead")

    def test_a_queue_that_rules_share_lets_in_each_of_them_once(self, shop):
        _, events, sqs = shop
        dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
        rules = [
            subscribe(events, sqs, "shop", name, PLACED, dead)
            for name in ("charging", "fraud-check", "charging")  # the first one twice
        ]
        _, statements = policy_of(sqs, dead)
        admitted = [each["Condition"]["ArnEquals"]["aws:SourceArn"] for each in statements]
        assert admitted == rules[:2]

    def test_what_somebody_else_may_do_with_a_queue_stays_as_it_is(self, shop):
        _, events, sqs = shop
        queue = sqs.create_queue(QueueName="charging")["QueueUrl"]
        arn, _ = policy_of(sqs, queue)
        theirs = {
            "Sid": "finance",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::210987654321:root"},
            "Action": "sqs:ReceiveMessage",
            "Resource": arn,
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [theirs]})
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
        subscribe(events, sqs, "shop", "charging", PLACED)
        assert policy_of(sqs, queue)[1][0] == theirs
        assert len(policy_of(sqs, queue)[1]) == 2

    def test_subscribing_again_changes_the_pattern_and_keeps_one_target(self, shop):
        lab, events, sqs = shop
        for pattern in (PLACED, {"source": ["nobody"]}):
            subscribe(events, sqs, "shop", "charging", pattern)
        with lab.running(minutes=1):
            lab.start(publish, events, [entry("o-1")])
        assert in_queues(lab) == {}
        assert (
            len(events.list_targets_by_rule(Rule="charging", EventBusName="shop")["Targets"]) == 1
        )

    def test_a_target_that_is_none_is_said(self, shop):
        _, events, sqs = shop
        with pytest.raises(ClientError, match="RetryAttempts"):
            subscribe(
                events, sqs, "shop", "charging", PLACED, RetryPolicy={"MaximumRetryAttempts": 186}
            )


class TestRedeliver:
    @seeds
    def test_each_dead_letter_goes_to_its_target_alone(self, seed):
        with Lab(seed=seed) as lab:
            events, sqs = boto3.client("events"), boto3.client("sqs")
            events.create_event_bus(Name="shop")
            dead = {
                name: sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
                for name in ("charging", "large")
            }
            for name, pattern in {"charging": PLACED, "large": LARGE, "shipping": PLACED}.items():
                subscribe(events, sqs, "shop", name, pattern, dead.get(name))
            orders = load.orders(rate=1, minutes=3, seed=seed)

            def refuse():
                with faults.error("sqs.SendMessage", resource="charging", status=403, code="No"):
                    time.sleep(120)

            with lab.running(minutes=4):
                lab.start(refuse)
                lab.start(open_shop, orders, lambda order: publish(events, [entry(order)]))
            with lab.running(minutes=5):
                lab.start(redeliver, sqs, dead["charging"])
            got = in_queues(lab)
        names = [order.order_id for order in orders]
        assert len(got["charging-dead"]) > 90
        assert sorted(got["charging"]) == names
        assert got["shipping"] == names
        assert got["large"] == [order.order_id for order in orders if order.amount > 5000]

    def test_an_empty_queue_is_done_at_once(self, shop):
        lab, _, sqs = shop
        dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
        with lab.running(minutes=1):
            lab.start(redeliver, sqs, dead)
        assert (lab.trace["operation"] == "ReceiveMessage").sum() == 1

    def test_cut_off_before_the_delete_nothing_is_lost(self, shop):
        lab, events, sqs = shop
        dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
        subscribe(events, sqs, "shop", "charging", PLACED, dead)
        with faults.error("sqs.SendMessage", resource="charging", status=403, code="No"):
            with lab.running(minutes=1):
                lab.start(publish, events, [entry(f"o-{number}") for number in range(10)])

        def cut_off():
            with faults.error("sqs.DeleteMessage", status=400, code="Broken"):
                with pytest.raises(Exception, match="Broken"):
                    redeliver(sqs, dead)

        with lab.running(minutes=2):
            lab.start(cut_off)
        with lab.running(minutes=2):
            lab.start(redeliver, sqs, dead)
        got = in_queues(lab)["charging"]
        assert set(got) == {f"o-{number}" for number in range(10)}
        assert len(got) == 11


@pytest.fixture(scope="module")
def prose():
    found = [Lesson(path) for path in LESSONS if path.stem.startswith("08")]
    if not found:
        pytest.skip("lesson 08 is not written yet")
    return re.sub(r"\s+", " ", "\n".join(cell.source for cell in found[0].text))


def members(service, shape):
    return botocore.session.Session().get_service_model(service).shape_for(shape).members


class TestNumbersOfTheApiModel:
    """What the lesson says of AWS, where botocore's model says it too."""

    def test_retries_of_the_classic_bus(self, prose):
        policy = members("events", "RetryPolicy")
        assert policy["MaximumRetryAttempts"].metadata == {"min": 0, "max": 185}
        assert policy["MaximumEventAgeInSeconds"].metadata == {"min": 60, "max": 86_400}
        assert "0 to 185 attempts and an age of 60 to 86,400 seconds" in prose

    def test_ten_entries(self, prose):
        model = botocore.session.Session().get_service_model("events")
        assert model.shape_for("PutEventsRequestEntryList").metadata["max"] == 10
        assert "up to ten events" in prose

    def test_the_new_bus(self, prose):
        model = botocore.session.Session().get_service_model("eventbridgev2")

        def of(operation, *path):
            shape = model.operation_model(operation).input_shape
            for name in path:
                shape = shape.members[name]
            return shape

        days = of("CreateEventBus", "StorageConfiguration", "RetentionPeriodInDays").metadata
        assert days == {"min": 1, "max": 365}
        assert "for 1 to 365 days" in prose
        assert of("PutEvents", "Entries").metadata["max"] == 100
        assert "up to 100 entries" in prose
        policy = of("CreateSubscriber", "RetryPolicy").members
        assert "default: 5" in policy["MaxRetryAttempts"].documentation
        assert "default: 300" in policy["MaxEventAgeInSeconds"].documentation
        assert "after 5 attempts or 300 seconds" in prose
        codes = model.operation_model("PutEvents").output_shape.members["Entries"].member
        assert "DEDUPLICATED" in codes.members["SuccessCode"].enum
        assert set(of("CreateSubscriber", "Type").enum) == {"FIFO", "UNORDERED"}

    def test_redrive_is_for_the_dead_letters_of_queues(self, prose):
        model = botocore.session.Session().get_service_model("sqs")
        told = model.operation_model("StartMessageMoveTask").documentation
        assert "of other Amazon SQS queues only" in re.sub(r"<[^>]+>|\s+", " ", told)
        assert "only out of dead-letter queues of other SQS queues" in prose

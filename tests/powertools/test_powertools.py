"""AWS Lambda Powertools 3.37.0, unmodified, does in the lab what its documentation says of it.

[Powertools for AWS Lambda (Python), "Idempotency", and its source.]
"""

from __future__ import annotations

import time
import warnings
from importlib.metadata import version
from random import Random

import boto3
import pytest
from aws_lambda_powertools.utilities.idempotency import (
    IdempotencyConfig,
    idempotent,
    idempotent_function,
)
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError
from in_ci import each_seed
from powertools_lab import effects, invoke, let_pass, records, store

from helpers import Lab, faults

HOUR = 3600


@pytest.fixture
def lab():
    with Lab(seed=6) as lab:
        yield lab


def deploy(lab, *, timeout=30, seconds=0, layer=None, **config):
    """The function "charge", which takes so many seconds and numbers its charges."""
    layer = layer or store()

    @idempotent(persistence_store=layer, config=IdempotencyConfig(**config))
    def charge(event, context):
        time.sleep(seconds)
        lab.mark("charged", order=event["order"])
        return {"charge": len(effects(lab)), "order": event["order"]}

    lab.deploy("charge", charge, timeout=timeout)


def test_this_is_the_version_that_was_read():
    assert version("aws-lambda-powertools") == "3.37.0"


class TestIdempotency:
    def test_a_duplicate_has_the_same_result_and_no_effect(self, lab):
        deploy(lab)
        first = invoke({"order": "a"})
        assert invoke({"order": "a"}) == first == {"charge": 1, "order": "a"}
        assert invoke({"order": "b"})["charge"] == 2
        assert effects(lab) == ["a", "b"]

    def test_the_key_is_a_part_of_the_event(self, lab):
        deploy(lab, event_key_jmespath="order")
        results = [invoke({"order": "a", "sent": sent})["charge"] for sent in (1, 2)]
        assert results == [1, 1]

    def test_after_an_hour_it_runs_again_though_the_record_is_still_there(self, lab):
        deploy(lab)
        invoke({"order": "a"})
        let_pass(lab, seconds=HOUR)
        assert invoke({"order": "a"})["charge"] == 1
        let_pass(lab, seconds=1)
        assert len(records()) == 1  # expired, and not deleted yet
        assert invoke({"order": "a"})["charge"] == 2
        let_pass(lab, days=3)
        assert records() == []
        assert invoke({"order": "a"})["charge"] == 3

    def test_the_expiry_can_be_chosen(self, lab):
        deploy(lab, expires_after_seconds=86400)
        invoke({"order": "a"})
        let_pass(lab, hours=24)
        assert invoke({"order": "a"})["charge"] == 1
        let_pass(lab, seconds=1)
        assert invoke({"order": "a"})["charge"] == 2

    def test_while_one_runs_another_is_refused(self, lab):
        deploy(lab, seconds=10)
        answers = []

        def call(after):
            time.sleep(after)
            answers.append(invoke({"order": "a"}))

        with lab.running():
            for after in (0, 1, 9.9, 10.1):
                lab.start(call, after)
        assert answers == [
            *["IdempotencyAlreadyInProgressError"] * 2,
            *[{"charge": 1, "order": "a"}] * 2,
        ]
        assert effects(lab) == ["a"]

    def test_after_a_time_out_the_next_one_may_run(self, lab):
        hangs = [60, 0]

        @idempotent(persistence_store=store())
        def charge(event, context):
            time.sleep(hangs.pop(0))
            lab.mark("charged", order=event["order"])
            return "charged"

        lab.deploy("charge", charge, timeout=5)
        answers = []

        def call(after):
            time.sleep(after)
            answer = invoke({"order": "a"})
            answers.append((lab.now, answer))

        with lab.running():
            for after in (0, 4.9, 5.1):
                lab.start(call, after)
        assert answers == [
            (4.9, "IdempotencyAlreadyInProgressError"),
            (5.0, "Sandbox.Timedout"),
            (5.1, "charged"),
        ]
        assert effects(lab) == ["a"]

    @pytest.mark.parametrize("registered", [True, False])
    def test_any_function_with_and_without_the_lambda_context(self, lab, registered):
        config, hangs = IdempotencyConfig(event_key_jmespath="id"), [60, 0]

        @idempotent_function(
            data_keyword_argument="order", persistence_store=store(), config=config
        )
        def charge(order):
            time.sleep(hangs.pop(0))
            return "charged"

        def handler(event, context):
            if registered:
                config.register_lambda_context(context)
            return charge(order=event)

        lab.deploy("charge", handler, timeout=5)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Powertools warns of what the second case shows
            assert invoke({"id": "a"}) == "Sandbox.Timedout"
            let_pass(lab, minutes=50)
            early = "charged" if registered else "IdempotencyAlreadyInProgressError"
            assert invoke({"id": "a"}) == early
            let_pass(lab, minutes=11)  # by now the record itself has expired
            if not registered:
                assert invoke({"id": "a"}) == "charged"
        assert hangs == []

    def test_another_payload_under_the_same_key_is_refused(self, lab):
        deploy(lab, event_key_jmespath="order", payload_validation_jmespath="amount")
        first = invoke({"order": "a", "amount": 10})
        assert invoke({"order": "a", "amount": 10, "sent": 2}) == first
        assert invoke({"order": "a", "amount": 99}) == "IdempotencyValidationError"
        assert effects(lab) == ["a"]

    def test_an_exception_leaves_no_record(self, lab):
        outcomes = [ValueError("card declined"), None]

        @idempotent(persistence_store=store())
        def charge(event, context):
            if error := outcomes.pop(0):
                raise error
            return "charged"

        lab.deploy("charge", charge)
        assert invoke({"order": "a"}) == "ValueError"
        assert records() == []
        assert [invoke({"order": "a"}) for _ in range(2)] == ["charged", "charged"]

    def test_a_lost_reply_of_the_claim_meets_its_own_record(self, lab):
        """botocore tries the conditional write again, and finds what its first attempt wrote."""
        deploy(lab, layer=store(read_timeout=2), timeout=10)

        def outage():
            with faults.lost_reply("dynamodb.PutItem"):
                time.sleep(1)

        answers = []
        with lab.running():
            lab.start(outage)
            lab.start(lambda: answers.append(invoke({"order": "a"})))
        assert answers == ["IdempotencyAlreadyInProgressError"]
        assert effects(lab) == []
        let_pass(lab, seconds=10)
        assert invoke({"order": "a"}) == {"charge": 1, "order": "a"}

    def test_an_asynchronous_invocation_is_tried_again_until_it_may_run(self, lab):
        hangs = [60, 0]

        @idempotent(persistence_store=store())
        def charge(event, context):
            time.sleep(hangs.pop(0))
            lab.mark("charged", order=event["order"])

        lab.deploy("charge", charge, timeout=30)
        boto3.client("lambda").invoke(
            FunctionName="charge", InvocationType="Event", Payload=b'{"order": "a"}'
        )
        let_pass(lab, hours=1)
        assert effects(lab) == ["a"]


def rush(lab, charge, *, orders=100, workers=6, seed):
    """Every order comes one to four times, at several workers, which try again after an error."""
    random = Random(seed)
    deliveries = [f"order-{n}" for n in range(orders) for _ in range(random.randint(1, 4))]
    random.shuffle(deliveries)
    lab.deploy("charge", charge, timeout=20)
    results, aws = {}, boto3.client("lambda", config=Config(read_timeout=15))

    def work():
        while deliveries:
            order, answer = deliveries.pop(), None
            while not isinstance(answer, dict):
                try:
                    answer = invoke({"order": order}, aws=aws)
                except ReadTimeoutError:
                    answer = "lost"
                if not isinstance(answer, dict):
                    time.sleep(random.uniform(1, 30))
            results.setdefault(order, []).append(answer["receipt"])

    lost = faults.lost_reply("lambda.Invoke", rate=0.1, seed=seed)
    claims = faults.lost_reply("dynamodb.PutItem", rate=0.05, seed=seed)
    slow = faults.latency("dynamodb", median=0.02, p99=2.0, seed=seed)
    with lost, claims, slow, lab.running():
        lab.start(work, copies=workers)
    assert lost.hits > 5
    return results


class TestUnderLoad:
    def charging(self, lab, seed):
        random = Random(f"work {seed}")

        def charge(event, context):
            time.sleep(random.expovariate(1 / 2))
            lab.mark("charged", order=event["order"])
            return {"receipt": random.random()}

        return charge

    @pytest.mark.parametrize("seed", each_seed(1, 2, 3))
    def test_one_effect_per_order_always(self, seed):
        with Lab(seed=seed) as lab:
            layer = store(read_timeout=2)
            charge = idempotent(self.charging(lab, seed), persistence_store=layer)
            results = rush(lab, charge, seed=seed)
            charged = effects(lab)
            assert len(charged) == len(set(charged)) == len(results) == 100
            assert all(len(set(receipts)) == 1 for receipts in results.values())
            assert sum(map(len, results.values())) > 200

    def test_without_it_there_are_more(self):
        with Lab(seed=1) as lab:
            rush(lab, self.charging(lab, 1), orders=50, seed=1)
            assert len(effects(lab)) > 100

    def test_the_same_seed_gives_the_same_run(self):
        def run():
            with Lab(seed=4) as lab:
                charge = idempotent(self.charging(lab, 4), persistence_store=store())
                return rush(lab, charge, orders=30, seed=4), lab.trace

        (results, trace), (again, trace_again) = run(), run()
        assert results == again
        assert trace.equals(trace_again)

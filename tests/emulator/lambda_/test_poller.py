"""Event source mappings over SQS under load, under faults, and idle."""

from __future__ import annotations

import threading
import time
from collections import Counter
from itertools import pairwise

import boto3
import pytest
from emulated_mapping import Mapped, at_once, nothing, slowly
from in_ci import each_seed
from moto.awslambda.models import LambdaBackend

from helpers import Lab, faults, trace


@pytest.fixture
def lab():
    with Lab(seed=7) as lab:
        yield lab


class TestConcurrency:
    def test_five_at_once_and_then_up_to_300_more_per_minute(self, lab):
        mapped = Mapped(
            lab, slowly(200), timeout=300, BatchSize=1, attributes={"VisibilityTimeout": "3600"}
        )
        mapped.fill(320)
        mapped.run(seconds=70)
        moments = [moment for moment, _ in mapped.batches]
        assert moments[:5] == [0] * 5
        gaps = [later - earlier for earlier, later in pairwise(moments[4:])]
        assert gaps == pytest.approx([0.2] * len(gaps), abs=0.002)
        assert 300 <= sum(moment < 60 for moment in moments) <= 306
        assert len(moments) == 320

    @pytest.mark.parametrize("most", [2, 7])
    def test_maximum_concurrency(self, lab, most):
        mapped = Mapped(lab, slowly(5), BatchSize=1, ScalingConfig={"MaximumConcurrency": most})
        mapped.fill(140)
        mapped.run(seconds=60)
        assert mapped.most_at_once == most
        mapped.update(ScalingConfig={})
        mapped.run(seconds=60)
        assert mapped.most_at_once > 20

    def test_two_pollers_do_for_a_trickle_and_one_for_nothing(self, lab):
        mapped = Mapped(lab, slowly(0.1))

        def place():
            for n in range(120):
                time.sleep(0.9)
                mapped.send(n)

        with lab.running(minutes=4):
            lab.start(place)
        polls = lab.trace[lab.trace["operation"] == "ReceiveMessage"]
        assert at_once(polls[(polls["time"] > 5) & (polls["end"] < 100)]) == 2
        assert at_once(polls[polls["time"] > 160]) == 1
        assert sum(mapped.processed.values()) == 120

    def test_throttled_batches_are_tried_again_and_none_is_lost(self, lab):
        mapped = Mapped(lab, slowly(2), BatchSize=1, attributes={"VisibilityTimeout": "120"})
        mapped.aws.put_function_concurrency(FunctionName="work", ReservedConcurrentExecutions=2)
        mapped.fill(60)
        mapped.run(minutes=10)
        assert mapped.processed == dict.fromkeys(map(str, range(60)), 1)
        assert mapped.most_at_once == 2
        calls = lab.trace[lab.trace["operation"] == "Invoke"]
        refused = calls[calls["outcome"] == "TooManyRequestsException"]
        assert 0 < len(refused) < 60  # it has backed off
        counts = trace.messages(lab.trace)["receive_count"]
        assert counts.max() == 1

    def test_a_batch_that_is_throttled_to_the_end_comes_again(self, lab):
        mapped = Mapped(lab, nothing, attributes={"VisibilityTimeout": "30"})
        mapped.aws.put_function_concurrency(FunctionName="work", ReservedConcurrentExecutions=0)
        mapped.send("order")
        mapped.run(seconds=100)
        received = trace.messages(lab.trace)
        received = received[received["what"] == "received"]
        assert [round(moment) for moment in received["time"]] == [0, 30, 60, 90]
        mapped.aws.delete_function_concurrency(FunctionName="work")
        mapped.run(seconds=60)
        assert mapped.left == 0

    def invocations(self, **mapping):
        with Lab(seed=7) as lab:
            mapped = Mapped(lab, lambda event: time.sleep(1) or 1 / 0, BatchSize=1, **mapping)
            mapped.fill(100)
            mapped.run(seconds=20)
            return [moment for moment, _ in mapped.batches]

    def test_failures_reduce_the_concurrency(self):
        moments = self.invocations()
        assert moments.count(0) == 5
        later = Counter(int(moment) for moment in moments if moment >= 12)
        assert set(later.values()) == {1}

    def test_but_not_with_reports(self):
        moments = self.invocations(FunctionResponseTypes=["ReportBatchItemFailures"])
        assert len(moments) == 100

    def test_a_function_that_recovers_gets_its_concurrency_back(self, lab):
        def work(event):
            time.sleep(1)
            if lab.now < 60:
                raise ValueError

        mapped = Mapped(lab, work, BatchSize=1, attributes={"VisibilityTimeout": "20"})
        mapped.fill(220)
        mapped.run(seconds=100)
        before = [moment for moment, _ in mapped.batches if 50 <= moment < 60]
        after = [moment for moment, _ in mapped.batches if 60 <= moment < 70]
        assert len(before) <= 11
        assert len(after) > 5 * len(before)


class TestFaults:
    def outage(self, lab, fault, *, seconds=30, minutes=30):
        def during():
            with fault:
                time.sleep(seconds)

        with lab.running(minutes=minutes):
            lab.start(during)

    def test_a_delete_that_fails_is_a_duplicate(self, lab):
        mapped = Mapped(lab, nothing)
        mapped.fill(10)
        self.outage(lab, faults.error("sqs.DeleteMessageBatch"))
        assert mapped.processed == dict.fromkeys(map(str, range(10)), 2)
        assert [moment for moment, _ in mapped.batches] == [0, 60]
        assert mapped.left == 0

    def test_a_delete_whose_reply_is_lost_is_none(self, lab):
        mapped = Mapped(lab, nothing)
        mapped.fill(10)
        self.outage(lab, faults.lost_reply("sqs.DeleteMessageBatch"))
        assert mapped.processed == dict.fromkeys(map(str, range(10)), 1)
        assert mapped.left == 0

    def test_an_answer_of_the_function_that_is_lost_is_a_duplicate(self, lab):
        mapped = Mapped(lab, nothing)
        mapped.fill(10)
        self.outage(lab, faults.lost_reply("lambda.Invoke"))
        assert mapped.processed == dict.fromkeys(map(str, range(10)), 2)
        assert mapped.left == 0

    def test_messages_whose_reply_is_lost_come_later(self, lab):
        mapped = Mapped(lab, nothing)
        mapped.fill(10)
        self.outage(lab, faults.lost_reply("sqs.ReceiveMessage"))
        assert mapped.processed == dict.fromkeys(map(str, range(10)), 1)
        assert mapped.batches[0][0] >= 60
        assert mapped.left == 0

    def test_it_outlives_an_outage_of_sqs(self, lab):
        mapped = Mapped(lab, nothing)
        mapped.fill(10)
        self.outage(lab, faults.refused("sqs"), seconds=600)
        assert 600 <= mapped.batches[0][0] <= 630
        assert mapped.left == 0

    @pytest.mark.parametrize("seed", each_seed(1, 2, 3))
    def test_nothing_is_lost_whatever_is_lost(self, seed):
        with Lab(seed=seed) as lab:
            mapped = Mapped(lab, slowly(0.5), BatchSize=5, timeout=3)
            mapped.fill(200)
            network = (
                faults.error("sqs", rate=0.1, seed=seed),
                faults.lost_reply("sqs.DeleteMessageBatch", rate=0.1, seed=seed),
                faults.throttling("lambda.Invoke", rate=0.1, seed=seed),
                faults.latency("sqs", median=0.02, p99=0.2, seed=seed),
            )
            with network[0], network[1], network[2], network[3]:
                mapped.run(minutes=20)
            assert set(mapped.processed) == set(map(str, range(200)))
            assert sum(mapped.processed.values()) > 200
            assert mapped.left == 0


class TestTrace:
    def test_its_calls_bear_the_functions_name(self, lab):
        mapped = Mapped(lab, nothing)
        mapped.fill(20)
        mapped.run(seconds=1)
        calls = lab.trace[lab.trace["call"].notna() & (lab.trace["caller"] != "cell")]
        assert set(calls["caller"]) == {"lambda:work"}
        assert set(calls["operation"]) == {
            "GetQueueUrl", "ReceiveMessage", "Invoke", "DeleteMessageBatch",
        }  # fmt: skip

    def test_backlog_and_deliveries_can_be_computed(self, lab):
        mapped = Mapped(lab, slowly(2), BatchSize=1, ScalingConfig={"MaximumConcurrency": 2})
        for n in range(10):
            mapped.send(f'{{"order_id": "o-{n}"}}')
        mapped.run(seconds=30)
        levels = trace.backlog_at(lab.trace, [1, 3, 9, 11], queue="orders")
        assert list(levels["waiting"]) == [8, 6, 0, 0]
        assert list(levels["in_flight"]) == [2, 2, 2, 0]
        assert list(trace.deliveries(lab.trace)["deliveries"]) == [1] * 10
        assert len(trace.duplicates(lab.trace)) == 0

    def test_two_labs_of_one_seed_have_one_trace(self):
        def run():
            with Lab(seed=5) as lab:
                mapped = Mapped(lab, slowly(1), BatchSize=3, timeout=5)
                mapped.aws.put_function_concurrency(
                    FunctionName="work", ReservedConcurrentExecutions=4
                )
                mapped.fill(120)
                with faults.latency("sqs", median=0.05, p99=0.5, seed=2):
                    mapped.run(minutes=10)
                return lab.trace

        first = run()
        assert (first["operation"] == "Invoke").sum() > 40
        assert first.equals(run())


class TestIdle:
    def test_an_idle_queue_takes_one_long_poll_after_another(self, lab):
        mapped = Mapped(lab, nothing)
        mapped.fill(100)
        mapped.run(hours=2)
        calls = lab.trace[lab.trace["time"] > 120]
        assert set(calls["operation"]) == {"ReceiveMessage"}
        assert len(calls) <= 2 * 3600 / 20

    def test_it_keeps_no_run_alive_and_ends_with_the_lab(self):
        with Lab(seed=1) as lab:
            Mapped(lab, nothing)
            with lab.running():
                lab.start(time.sleep, 5)
            assert lab.now == 5
            assert "lambda:work" in {thread.name for thread in threading.enumerate()}
        assert "lambda:work" not in {thread.name for thread in threading.enumerate()}
        with Lab(seed=2) as lab:
            boto3.client("sqs").create_queue(QueueName="orders")
            mappings = boto3.client("lambda").list_event_source_mappings()
            assert mappings["EventSourceMappings"] == []


def test_moto_is_as_it_was_when_the_lab_is_closed():
    before = dict(vars(LambdaBackend))
    with Lab(seed=1) as lab:
        Mapped(lab, nothing)
        assert dict(vars(LambdaBackend)) != before
    assert dict(vars(LambdaBackend)) == before

"""Deliveries of the bus: in the background, at least once, each target by itself."""

from __future__ import annotations

import time

import boto3
import pytest
from emulated_events import Queue, let_pass, publish, rule
from failing_targets import DAY, attempts, down, limited

from helpers import Lab, faults
from helpers.lab import beside


class TestThePublisher:
    def test_it_does_not_wait_for_a_target(self, lab):
        queue, seen = Queue("orders"), []
        rule("all", queue)

        def place():
            publish({"order": 1})
            seen.append((lab.now, queue.bodies()))

        with faults.latency("sqs.SendMessage", median=2), lab.running():
            lab.start(place)
        assert seen == [(0, [])]
        let_pass(lab, 3)
        assert len(queue.bodies()) == 1

    def test_it_does_not_fail_when_a_target_does(self, lab):
        for name, arn in (("gone", "arn:aws:sqs:eu-west-1:123456789012:gone"), ("down", None)):
            rule(name, {"Arn": arn or Queue("down").arn})
        with down("down"), lab.running(minutes=1):
            lab.start(publish, {"order": 1})
        [row] = lab.trace[lab.trace.operation == "PutEvents"].itertuples()
        assert (row.outcome, row.time, row.end) == ("ok", 0, 0)
        assert set(attempts(lab, "gone").outcome) == {"QueueDoesNotExist"}
        assert set(attempts(lab, "down").outcome) == {"ServiceUnavailable"}


class TestWhatIsNoJson:
    """An object inside a string of a JSON template: AWS does not deliver it (`input` has more)."""

    def test_it_is_a_dead_letter_at_once(self, lab):
        queue, dead = Queue("orders"), Queue("dead")
        shaped = {"InputPathsMap": {"p": "$.detail.item"}, "InputTemplate": '{"item": "<p>"}'}
        rule("all", {**limited(queue, dead), "InputTransformer": shaped})
        publish({"item": {"id": "7"}}, {"item": "7"})
        let_pass(lab)
        assert queue.bodies() == ['{"item":"7"}']
        [letter] = dead.dead_letters()
        assert (letter["ERROR_CODE"], letter["RETRY_ATTEMPTS"]) == ("INVALID_JSON", "0")
        assert "EXHAUSTED_RETRY_CONDITION" not in letter

    def test_without_a_dead_letter_queue_it_is_lost(self, lab):
        queue = Queue("orders")
        shaped = {"InputPathsMap": {"p": "$.detail"}, "InputTemplate": '{"item": "<p>"}'}
        rule("all", {"Arn": queue.arn, "InputTransformer": shaped})
        publish({"item": "7"})
        let_pass(lab, DAY)
        assert queue.bodies() == []


class TestNeighbours:
    def test_a_failing_target_disturbs_no_other(self, lab):
        healthy = [Queue(f"healthy-{number}") for number in range(3)]
        failing, gone = Queue("failing"), {"Arn": "arn:aws:sqs:eu-west-1:123456789012:gone"}
        rule("mixed", failing, healthy[0], gone, healthy[1])
        rule("other", healthy[2])
        with down("failing"), lab.running(seconds=0.5):
            lab.start(publish, *({"order": number} for number in range(300)))
        for queue in healthy:
            assert [event["detail"]["order"] for event in queue.events()] == list(range(300))

    def test_a_slow_target_holds_up_no_other_and_not_itself(self, lab):
        slow, quick = Queue("slow"), Queue("quick")
        rule("both", slow, quick)
        with faults.latency("sqs.SendMessage", median=2, resource="slow"), lab.running(seconds=3):
            lab.start(publish, *({"order": number} for number in range(100)))
        assert list(attempts(lab, "quick").end) == [0] * 100
        assert list(attempts(lab, "slow").end) == [2] * 100  # all at once, not one after another

    def test_a_slow_target_holds_up_no_retry(self, lab):
        """One call hangs; another event of the same target is due for its retry meanwhile."""
        queue = Queue("orders")
        rule("all", queue)

        def place():
            with down("orders"):
                publish({"order": 1})
                time.sleep(0.1)
            with faults.latency("sqs.SendMessage", median=4, resource="orders"):
                publish({"order": 2})
                time.sleep(0.1)

        with lab.running(seconds=10):
            lab.start(place)
        failed, slow, again = attempts(lab, "orders").sort_values("time").itertuples()
        assert failed.outcome == "ServiceUnavailable"
        assert slow.end - slow.time == pytest.approx(4)
        assert slow.time < again.time < slow.end
        assert again.end == again.time


class TestDuplicates:
    def test_a_lost_reply_makes_the_bus_deliver_again(self, lab):
        """Hundreds of events, a fifth of the replies lost: each event arrives, some twice."""
        queue = Queue("orders")
        rule("all", queue)
        lost = faults.lost_reply("sqs.SendMessage", rate=0.2, seed=3, resource="orders")
        with lost, lab.running(minutes=10):
            lab.start(publish, *({"order": number} for number in range(400)))
        found = [event["id"] for event in queue.events()]
        assert len(set(found)) == 400
        assert len(found) == 400 + lost.hits
        assert lost.hits > 50

    def test_each_duplicate_has_the_id_of_the_first(self, lab):
        queue = Queue("orders")
        rule("all", queue)

        def place():
            with faults.lost_reply("sqs.SendMessage", resource="orders"):
                publish({"order": 1})
                time.sleep(3)

        with lab.running(minutes=1):
            lab.start(place)
        first, second = queue.bodies()
        assert first == second

    def test_a_fifo_queue_takes_a_duplicate_once(self, lab):
        attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
        queue = Queue("orders.fifo", **attributes)
        rule("all", {"Arn": queue.arn, "SqsParameters": {"MessageGroupId": "shop"}})
        lost = faults.lost_reply("sqs.SendMessage", rate=0.5, seed=3, resource="orders.fifo")
        with lost, lab.running(minutes=5):
            lab.start(publish, *({"order": number} for number in range(20)))
        assert lost.hits > 3
        taken = [row for row in attempts(lab, "orders.fifo").itertuples() if row.outcome == "ok"]
        assert len(taken) == 20
        received = []
        while batch := queue.messages():
            received += batch
            for message in batch:
                queue.sqs.delete_message(QueueUrl=queue.url, ReceiptHandle=message["ReceiptHandle"])
        assert len(received) == 20


class TestSameSeed:
    @staticmethod
    def run(seed):
        with Lab(seed=seed) as lab:
            orders, dead = Queue("orders"), Queue("dead")
            rule("all", limited(orders, dead, retries=4), Queue("copy"))
            flaky = faults.error("sqs.SendMessage", rate=0.4, seed=2, resource="orders")
            slow = faults.latency("sqs.SendMessage", median=0.2, p99=2, resource="copy")
            with flaky, slow, lab.running(minutes=5):
                lab.start(publish, *({"order": number} for number in range(100)))
            columns = ["time", "end", "caller", "operation", "resource", "outcome"]
            return lab.trace[columns], [message["Body"] for message in dead.messages()]

    def test_the_same_trace(self):
        (first, letters), (second, again) = self.run(5), self.run(5)
        assert first.equals(second)
        assert letters == again
        assert len(letters) > 0

    def test_another_seed_another_trace(self):
        assert not self.run(5)[0].time.equals(self.run(6)[0].time)


def test_many_events_and_five_targets(lab):
    queues = [Queue(f"q{number}") for number in range(5)]
    rule("all", *queues)
    with lab.running(minutes=1):
        lab.start(publish, *({"order": number} for number in range(200)))
    expected = [list(range(200))] * 5
    assert [[event["detail"]["order"] for event in queue.events()] for queue in queues] == expected


def test_two_labs_beside_one_another_share_nothing(lab):
    queue = Queue("orders")
    rule("all", queue)
    publish({"lab": 1})
    with beside(seed=1) as other:
        inner = Queue("orders")
        rule("all", inner)
        publish({"lab": 2})
        let_pass(other)
        assert [event["detail"] for event in inner.events()] == [{"lab": 2}]
    let_pass(lab)
    assert [event["detail"] for event in queue.events()] == [{"lab": 1}]


def test_a_rule_that_is_gone_still_delivers_what_it_matched(lab):
    """The event is on its way; only what comes later finds no rule."""
    events, queue = boto3.client("events"), Queue("orders")
    rule("all", queue)
    publish({"order": 1})
    events.remove_targets(Rule="all", Ids=["0"])
    events.delete_rule(Name="all")
    publish({"order": 2})
    let_pass(lab)
    assert [event["detail"]["order"] for event in queue.events()] == [1]


def test_threads_do_not_pile_up(lab):
    """However many calls took time at once, and however many events wait, few threads are left."""
    queue = Queue("orders")
    rule("all", queue)
    with faults.latency("sqs.SendMessage", median=2, resource="orders"), lab.running(seconds=5):
        lab.start(publish, *({"order": number} for number in range(100)))
    assert 1 <= len(threads(lab)) <= 2
    with down("orders"):
        publish(*({"order": number} for number in range(100)))
        let_pass(lab, 1000)
    assert len(attempts(lab, "orders")) > 100 * 8
    assert 1 <= len(threads(lab)) <= 2


def threads(lab):
    return [task for task in lab._clock._all if task.name.startswith("events:")]

"""What does not answer is tried again, for a day at most, and then kept as a dead letter."""

from __future__ import annotations

import random
import time

import botocore.session
import pytest
from emulated_events import Queue, let_pass, publish, rule
from failing_targets import DAY, attempts, down, limited

from helpers import faults
from helpers.emulator.events.retries import AGE, RETRIES, wait_before_retry
from helpers.lab import beside


class TestRetries:
    def test_the_defaults_and_ranges_are_those_of_aws(self):
        shape = botocore.session.Session().get_service_model("events").shape_for("RetryPolicy")
        assert shape.members["MaximumRetryAttempts"].metadata["max"] == RETRIES == 185
        assert shape.members["MaximumEventAgeInSeconds"].metadata["max"] == AGE == DAY

    def test_waits_grow_and_185_of_them_take_about_a_day(self):
        random.seed(5)
        totals = []
        for _ in range(300):
            waits = [wait_before_retry(number) for number in range(1, 186)]
            assert all(0.5 * 2**k <= wait <= 1.5 * 2**k for k, wait in enumerate(waits[:8]))
            totals.append(sum(waits))
        assert min(totals) > 0.9 * DAY
        assert max(totals) < 1.1 * DAY
        assert len(set(totals)) == 300  # jitter

    def test_an_experiment_can_let_its_lab_and_no_other_wait_less(self, lab):
        lab.bus_waits_at_most(60)
        assert 30 <= wait_before_retry(100) <= 90
        with beside(seed=1):
            assert wait_before_retry(100) >= 240
        assert wait_before_retry(100) <= 90
        with pytest.raises(ValueError, match="got 0"):
            lab.bus_waits_at_most(0)

    def test_a_target_that_comes_back_gets_its_events(self, lab):
        queue = Queue("orders")
        rule("all", queue)

        def outage():
            with down("orders"):
                time.sleep(1800)

        with lab.running(hours=1):
            lab.start(outage)
            lab.start(publish, *({"order": number} for number in range(100)))
        assert sorted(event["detail"]["order"] for event in queue.events()) == list(range(100))
        rows = attempts(lab, "orders")
        assert len(rows[rows.outcome == "ok"]) == 100
        assert rows[rows.outcome == "ok"].time.between(1800, 1800 + 1.5 * 480).all()

    @pytest.mark.parametrize("retries", [0, 1, 7])
    def test_the_number_of_retries_is_the_targets_own(self, lab, retries):
        queue, dead = Queue("orders"), Queue("dead")
        rule("all", limited(queue, dead, retries=retries))
        publish({"order": 1})
        with down("orders"):
            let_pass(lab, DAY)
        assert len(attempts(lab, "orders")) == 1 + retries
        [letter] = dead.dead_letters()
        assert letter["EXHAUSTED_RETRY_CONDITION"] == "MaximumRetryAttempts"
        assert letter["RETRY_ATTEMPTS"] == str(retries)

    @pytest.mark.parametrize("age", [60, 3600])
    def test_an_event_is_not_tried_beyond_its_age(self, lab, age):
        queue, dead = Queue("orders"), Queue("dead")
        rule("all", limited(queue, dead, age=age))
        publish({"order": 1})
        with down("orders"):
            let_pass(lab, 2 * age)
        rows = attempts(lab, "orders")
        assert 4 < len(rows) < RETRIES
        assert rows.time.max() < age
        [sent] = attempts(lab, "dead").itertuples()
        assert sent.time == pytest.approx(age, abs=1e-3)
        [letter] = dead.dead_letters()
        assert letter["EXHAUSTED_RETRY_CONDITION"] == "MaximumEventAgeInSeconds"
        assert letter["RETRY_ATTEMPTS"] == str(len(rows) - 1)

    def test_by_default_it_ends_after_a_day_or_185_retries(self, lab):
        queue, dead = Queue("orders"), Queue("dead")
        rule("all", {"Arn": queue.arn, "DeadLetterConfig": {"Arn": dead.arn}})
        publish(*({"order": number} for number in range(20)))
        with down("orders"):
            let_pass(lab, 1.2 * DAY)
        reasons = {letter["EXHAUSTED_RETRY_CONDITION"] for letter in dead.dead_letters()}
        assert reasons == {"MaximumRetryAttempts", "MaximumEventAgeInSeconds"}
        rows = attempts(lab, "orders")
        assert 20 * 170 < len(rows) <= 20 * 186
        assert rows.time.max() <= DAY

    def test_attempts_do_not_stop_between_runs(self, lab):
        queue = Queue("orders")
        rule("all", queue)
        publish({"order": 1})
        for _ in range(10):
            with down("orders"):
                let_pass(lab, 6)
        let_pass(lab, 200)
        assert len(queue.bodies()) == 1
        assert len(attempts(lab, "orders")) > 5


class TestDeadLetters:
    def test_a_target_that_is_gone_is_not_retried(self, lab):
        dead, gone = Queue("dead"), "arn:aws:sqs:eu-west-1:123456789012:gone"
        rule_arn = rule("all", limited(gone, dead))
        [event_id] = publish({"order": 1})
        let_pass(lab, DAY)
        assert len(attempts(lab, "gone")) == 1
        [message] = dead.messages()
        assert f'"id":"{event_id}"' in message["Body"]
        told = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
        assert "NonExistentQueue" in told.pop("ERROR_MESSAGE")
        assert told == {
            "RULE_ARN": rule_arn,
            "TARGET_ARN": gone,
            "ERROR_CODE": "NO_RESOURCE",
            "RETRY_ATTEMPTS": "0",
        }

    @pytest.mark.parametrize(
        ("fault", "code", "is_final"),
        [
            ({"status": 403, "code": "AccessDeniedException"}, "NO_PERMISSIONS", True),
            ({"status": 400, "code": "InvalidParameterValue"}, "INVALID_PARAMETER", True),
            ({"status": 403, "code": "RequestThrottled"}, "THROTTLING", False),
            ({"status": 429, "code": "TooManyRequestsException"}, "THROTTLING", False),
            ({"status": 500, "code": "InternalError"}, "ERROR_FROM_TARGET", False),
        ],
    )
    def test_only_what_may_pass_is_retried(self, lab, fault, code, is_final):
        queue, dead = Queue("orders"), Queue("dead")
        rule("all", limited(queue, dead, retries=3))
        publish({"order": 1})
        with down("orders", **fault):
            let_pass(lab, 60)
        [letter] = dead.dead_letters()
        assert letter["ERROR_CODE"] == code
        assert ("EXHAUSTED_RETRY_CONDITION" in letter) is not is_final
        assert len(attempts(lab, "orders")) == (1 if is_final else 4)

    @pytest.mark.parametrize(
        ("fault", "code", "arrived"),
        [(faults.refused, "CONNECTION_FAILURE", 0), (faults.lost_reply, "TIMEOUT", 2)],
    )
    def test_nobody_answers(self, lab, fault, code, arrived):
        queue, dead = Queue("orders"), Queue("dead")
        rule("all", limited(queue, dead, retries=1))
        publish({"order": 1})
        with fault("sqs.SendMessage", resource="orders"):
            let_pass(lab, 60)
        [letter] = dead.dead_letters()
        assert letter["ERROR_CODE"] == code
        assert len(queue.bodies()) == arrived  # a dead letter does not say that nothing was done

    def test_without_a_queue_an_event_is_dropped_and_the_trace_tells(self, lab):
        queue = Queue("orders")
        rule("all", limited(queue, retries=2))
        publish({"order": 1})
        with down("orders"):
            let_pass(lab, 60)
        let_pass(lab, DAY)
        assert queue.bodies() == []
        assert list(attempts(lab, "orders").outcome) == ["ServiceUnavailable"] * 3

    def test_a_dead_letter_queue_that_is_gone_stops_nobody(self, lab):
        queue, dead = Queue("orders"), Queue("dead")
        rule("all", limited("arn:aws:sqs:eu-west-1:123456789012:gone", dead), queue)
        dead.sqs.delete_queue(QueueUrl=dead.url)
        publish({"order": 1}, {"order": 2})
        let_pass(lab)
        assert len(queue.bodies()) == 2
        assert list(attempts(lab, "dead").outcome) == ["QueueDoesNotExist"] * 2

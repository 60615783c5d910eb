"""Which requests a fault strikes: its rate, its target and its time, and what is refused."""

from __future__ import annotations

import contextlib
import math
import threading
import time

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from faulty_services import Sqs, client_of
from in_ci import each_seed

from helpers import Lab, faults
from helpers.faults import FaultError
from helpers.wire import WireError


class TestRates:
    @pytest.mark.parametrize("rate", [0.05, 0.2, 0.5, 0.9])
    @pytest.mark.parametrize("seed", each_seed(1, 2, 3))
    def test_the_share_struck_is_within_four_deviations(self, lab, rate, seed):
        sqs = client_of("sqs", total_max_attempts=1)
        with faults.error("sqs", rate=rate, seed=seed) as fault:
            for _ in range(200):
                with contextlib.suppress(ClientError):
                    sqs.list_queues()
        assert fault.requests == 200
        assert abs(fault.hits - 200 * rate) <= 4 * math.sqrt(200 * rate * (1 - rate))
        assert fault.hits == (lab.trace.outcome == "ServiceUnavailable").sum()

    def struck(self, fault):
        sqs = client_of("sqs", total_max_attempts=1)
        outcomes = []
        with fault:
            for _ in range(60):
                try:
                    sqs.list_queues()
                except ClientError:
                    outcomes.append(False)
                else:
                    outcomes.append(True)
        return outcomes

    def test_the_same_seed_strikes_the_same_requests_also_when_opened_again(self, lab):
        fault = faults.error("sqs", rate=0.3, seed=9)
        first = self.struck(fault)
        hits = fault.hits
        assert self.struck(fault) == first
        assert (fault.requests, fault.hits) == (60, hits)
        assert self.struck(faults.error("sqs", rate=0.3, seed=9)) == first
        assert self.struck(faults.error("sqs", rate=0.3, seed=10)) != first

    def test_an_operation_and_a_resource_narrow_it(self, lab):
        sqs = client_of("sqs", total_max_attempts=1)
        urls = [sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("orders", "bills")]
        with faults.error("sqs.SendMessage", resource="bills") as fault:
            sqs.send_message(QueueUrl=urls[0], MessageBody="x")
            sqs.receive_message(QueueUrl=urls[1])
            with pytest.raises(ClientError):
                sqs.send_message(QueueUrl=urls[1], MessageBody="x")
        assert (fault.requests, fault.hits) == (1, 1)


class TestSeveralAtOnce:
    def test_the_one_opened_last_decides_which_error_it_is(self, lab):
        sqs = client_of("sqs", total_max_attempts=1)
        with faults.throttling("sqs"), faults.error("sqs", status=500, code="Inner"):
            with pytest.raises(ClientError, match="Inner"):
                sqs.list_queues()
        sqs.list_queues()

    def test_overlapping_in_time_each_lasts_from_its_beginning_to_its_end(self, lab):
        sqs = client_of("sqs", total_max_attempts=1)

        def outage(begin, end, fault):
            time.sleep(begin)
            with fault:
                time.sleep(end - begin)

        def probe():
            for _ in range(100):
                time.sleep(1)
                with contextlib.suppress(ClientError, EndpointConnectionError):
                    sqs.list_queues()

        with lab.running():
            lab.start(outage, 9.5, 39.5, faults.error("sqs", code="A"))
            lab.start(outage, 29.5, 59.5, faults.error("sqs", code="B"))
            lab.start(outage, 49.5, 69.5, faults.refused("sqs"))
            lab.start(probe)
        outcomes = dict(zip(lab.trace.time.round(), lab.trace.outcome, strict=True))
        expected = {
            **dict.fromkeys(range(1, 101), "ok"),
            **dict.fromkeys(range(10, 40), "A"),
            **dict.fromkeys(range(30, 60), "B"),
            **dict.fromkeys(range(50, 70), "EndpointConnectionError"),
        }
        assert outcomes == expected

    def test_one_object_cannot_be_open_twice(self, lab):
        fault = faults.lost_reply("sqs")
        with fault, pytest.raises(FaultError, match="this lost_reply is open already"):
            fault.__enter__()
        with fault:
            pass

    def test_a_worker_that_is_stopped_closes_its_fault(self, lab):
        def outage():
            with faults.refused("sqs"):
                threading.Event().wait(9999)

        with lab.running(seconds=5):
            lab.start(outage)
        boto3.client("sqs").list_queues()

    def test_a_new_lab_begins_without_faults(self):
        Lab(seed=1)
        fault = faults.refused("sqs")
        fault.__enter__()
        with Lab(seed=2):
            boto3.client("sqs").list_queues()
        fault.__exit__(None, None, None)


class TestRefused:
    def test_the_wrong_order_is_told(self, lab):
        queue = Sqs(lab, boto3.client("sqs"))
        with pytest.raises(FaultError, match=r"with fault, lab\.running"):
            with lab.running(minutes=5), faults.lost_reply("sqs"):
                lab.start(queue.call)

    @pytest.mark.parametrize(
        ("target", "told"),
        [
            ("sqss", "no AWS service is called 'sqss'"),
            ("SQS", "no AWS service is called 'SQS'"),
            ("sqs.SendMesage", "sqs has no operation 'SendMesage'"),
            ("sqs.send_message", "sqs has no operation 'send_message'"),
            ("", "no AWS service is called ''"),
        ],
    )
    def test_an_unknown_target_is_named(self, target, told):
        with pytest.raises(FaultError, match=told):
            faults.lost_reply(target)

    @pytest.mark.parametrize("rate", [-0.1, 1.1, 20, math.nan, "0.2", None])
    @pytest.mark.parametrize("kind", [faults.lost_reply, faults.refused, faults.throttling])
    def test_a_bad_rate_is_refused_by_value(self, kind, rate):
        with pytest.raises(FaultError, match=f"got {rate!r}"):
            kind("sqs", rate=rate)

    @pytest.mark.parametrize("status", [200, 302, 399, 600])
    def test_a_status_that_is_no_error_is_refused_by_value(self, status):
        with pytest.raises(FaultError, match=f"got {status}"):
            faults.error("sqs", status=status)

    def test_adaptive_retries_are_refused(self, lab):
        with pytest.raises(WireError, match=r"'adaptive'.*use Config"):
            client_of("sqs", "adaptive").list_queues()

"""Slow requests and slow replies, and callers that wait for them or do not."""

from __future__ import annotations

import math
import time

import boto3
import numpy as np
import pytest
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError
from faulty_services import Sqs, rows

from helpers import faults
from helpers.clock import Deadlock
from helpers.faults import FaultError


class TestLatency:
    @pytest.mark.parametrize(("median", "p99"), [(0.05, 0.5), (0.2, 0.3), (1.0, 8.0)])
    def test_the_median_and_the_99th_percentile_are_as_asked(self, lab, median, p99):
        sqs = boto3.client("sqs")
        with faults.latency("sqs", median=median, p99=p99, seed=5):
            for _ in range(600):
                sqs.list_queues()
        lasted = (lab.trace.end - lab.trace.time).to_numpy()
        sigma = math.log(p99 / median) / 2.326
        # four standard errors of an estimated quantile of a log-normal distribution
        for share, asked in ((0.5, median), (0.99, p99)):
            density = math.exp(-(0 if share == 0.5 else 2.326**2) / 2) / math.sqrt(2 * math.pi)
            error = sigma * math.sqrt(share * (1 - share) / 600) / density
            assert abs(math.log(np.quantile(lasted, share) / asked)) < 4 * error
        assert np.allclose(lab.trace.processed - lab.trace.time, lasted / 2)
        assert np.isclose(lab.now, lasted.sum())

    def test_without_a_percentile_every_request_takes_the_same_time(self, lab):
        with faults.latency("sqs", median=0.25):
            boto3.client("sqs").list_queues()
        assert lab.now == 0.25

    def test_latencies_add_up(self, lab):
        with faults.latency("sqs", median=0.25), faults.latency("sqs.ListQueues", median=1.0):
            boto3.client("sqs").list_queues()
        boto3.client("sqs").list_queues()
        assert lab.now == 1.25

    def test_a_reply_slower_than_the_read_timeout(self, lab):
        sqs = boto3.client("sqs", config=Config(read_timeout=5, retries={"total_max_attempts": 1}))
        queue = Sqs(lab, sqs)
        with faults.latency("sqs.SendMessage", median=40):
            with pytest.raises(ReadTimeoutError):
                queue.call()
            assert lab.now == 5
            assert queue.done() == 0
        with lab.running(seconds=14.9):
            pass
        assert queue.done() == 0
        with lab.running(seconds=0.1):
            pass
        assert queue.done() == 1
        given_up, late = rows(lab, "SendMessage").to_dict("records")
        assert (given_up["outcome"], given_up["end"]) == ("ReadTimeoutError", 5)
        assert math.isnan(given_up["processed"])
        assert (late["processed"], late["caller"]) == (20, "sqs:orders")
        assert late["call"] is not given_up["call"]

    def test_a_long_poll_and_the_way_there_together_can_be_too_slow(self, lab):
        sqs = boto3.client("sqs", config=Config(read_timeout=60, retries={"total_max_attempts": 1}))
        queue = Sqs(lab, sqs)
        with faults.latency("sqs.ReceiveMessage", median=50), pytest.raises(ReadTimeoutError):
            sqs.receive_message(QueueUrl=queue.url, WaitTimeSeconds=20)
        assert lab.now == 60

    def test_a_long_poll_that_outlasts_its_caller_still_receives(self, lab):
        sqs = boto3.client("sqs", config=Config(read_timeout=5, retries={"total_max_attempts": 1}))
        queue = Sqs(lab, sqs)

        def impatient():
            with pytest.raises(ReadTimeoutError):
                sqs.receive_message(QueueUrl=queue.url, WaitTimeSeconds=20)
            assert lab.now == 5

        def late():
            time.sleep(12)
            queue.call()

        with lab.running():
            lab.start(impatient)
            lab.start(late)
        assert queue.done() == 0  # in flight, and nobody has it
        assert "Messages" not in sqs.receive_message(QueueUrl=queue.url)

    @pytest.mark.parametrize(
        "given",
        [{"median": 0}, {"median": -1}, {"median": 2, "p99": 1}, {"median": math.nan},
         {"median": 1, "p99": math.inf}],
    )  # fmt: skip
    def test_bad_seconds_are_refused_by_value(self, given):
        with pytest.raises(FaultError, match="got median="):
            faults.latency("sqs", **given)


class TestWithoutReadTimeout:
    def test_a_caller_with_no_limit_waits_for_ever(self, lab):
        sqs = boto3.client("sqs", config=Config(read_timeout=None))

        def patient():
            sqs.list_queues()

        with faults.latency("sqs", median=600):
            sqs.list_queues()
        assert lab.now == 600
        with pytest.raises(Deadlock, match="patient waits"):
            with faults.lost_reply("sqs"), lab.running():
                lab.start(patient)

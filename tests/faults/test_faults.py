"""Each kind of fault on each service: what botocore does, and how often the work is done."""

from __future__ import annotations

import time
from functools import partial

import boto3
import botocore.session
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from botocore.retries.standard import ThrottledRetryableChecker
from faulty_services import (
    MODES,
    SERVICES,
    Sqs,
    attempts_by_default,
    client_of,
    every_service,
    rows,
    waits,
)

from helpers import Lab, faults


class TestEachFaultOnEachService:
    @every_service
    @pytest.mark.parametrize("mode", MODES)
    def test_throttling_is_retried_with_growing_waits_and_does_nothing(self, lab, service, mode):
        subject = SERVICES[service](lab, client_of(service, mode))
        with faults.throttling(service) as fault, pytest.raises(ClientError) as caught:
            subject.call()
        attempts = rows(lab, subject.operation)
        assert caught.value.response["Error"]["Code"] == subject.throttled
        assert list(attempts.outcome) == [subject.throttled] * attempts_by_default(service, mode)
        assert list(attempts.attempt) == list(range(1, len(attempts) + 1))
        assert attempts.call.nunique() == 1
        assert attempts.processed.isna().all()
        assert fault.requests == fault.hits == len(attempts)
        for number, wait in enumerate(waits(attempts)):
            assert 0 <= wait <= 20
            # legacy: rand * 2 ** (n - 1); standard after a throttle: likewise, from 1 s
            assert wait <= 2.0 ** (number + 1)
        assert subject.done() == 0

    @every_service
    @pytest.mark.parametrize("mode", MODES)
    @pytest.mark.parametrize("status", [500, 502, 503, 504])
    def test_a_server_error_is_retried_and_does_nothing(self, lab, service, mode, status):
        subject = SERVICES[service](lab, client_of(service, mode))
        with faults.error(service, status=status, code="Broken"), pytest.raises(ClientError) as e:
            subject.call()
        assert e.value.response["Error"]["Code"] == "Broken"
        assert e.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
        assert len(rows(lab, subject.operation)) == attempts_by_default(service, mode)
        assert subject.done() == 0

    @every_service
    def test_a_client_error_is_not_retried(self, lab, service):
        subject = SERVICES[service](lab, client_of(service))
        fault = faults.error(service, status=403, code="AccessDenied", message="no")
        with fault, pytest.raises(ClientError, match=r"\(AccessDenied\).*: no"):
            subject.call()
        assert list(rows(lab, subject.operation).outcome) == ["AccessDenied"]

    @every_service
    @pytest.mark.parametrize("mode", MODES)
    def test_a_refused_connection_is_found_out_at_once(self, lab, service, mode):
        subject = SERVICES[service](lab, client_of(service, mode))
        with faults.refused(service), pytest.raises(EndpointConnectionError):
            subject.call()
        attempts = rows(lab, subject.operation)
        assert len(attempts) == attempts_by_default(service, mode)
        assert (attempts.end == attempts.time).all()
        assert subject.done() == 0

    @every_service
    def test_a_lost_reply_is_found_out_at_the_read_timeout_and_the_work_is_done(self, lab, service):
        client = client_of(service, max_attempts=2)
        subject = SERVICES[service](lab, client)
        with faults.lost_reply(service), pytest.raises(ReadTimeoutError):
            subject.call()
        attempts = rows(lab, subject.operation)
        lasted = (attempts.end - attempts.time).round(9)
        assert lasted.tolist() == [client.meta.config.read_timeout] * len(attempts)
        assert (attempts.processed == attempts.time).all()
        applied = 1 if service == "stepfunctions" else len(attempts)  # creating it is idempotent
        assert subject.done() == applied

    @every_service
    def test_without_a_fault_nothing_is_different(self, lab, service):
        subject = SERVICES[service](lab, client_of(service))
        for fault in (faults.throttling, faults.lost_reply, faults.error, faults.refused):
            with fault(service, rate=0) as open_fault:
                subject.call()
            assert (open_fault.requests, open_fault.hits) == (1, 0)
        assert list(rows(lab, subject.operation).outcome) == ["ok"] * 4
        assert subject.done() == 4
        assert lab.now == 0


class TestOnceEach:
    @every_service
    def test_each_attempt_that_got_through_is_processed_once(self, lab, service):
        # the legacy mode, since the standard one stops retrying when its quota is used up
        subject = SERVICES[service](lab, client_of(service, "legacy", max_attempts=15))
        with (
            faults.lost_reply(service, rate=0.25, seed=1) as lost,
            faults.throttling(service, rate=0.25, seed=2) as throttled,
            faults.refused(service, rate=0.1, seed=3),
        ):
            for _ in range(40):
                subject.call()
        attempts = rows(lab, subject.operation)
        assert lost.requests == throttled.requests == len(attempts)
        assert lost.hits > 0 < throttled.hits
        processed = attempts.processed.notna()
        assert (attempts.outcome == "ok").sum() == 40
        assert processed.sum() > 40
        applied = 40 if service == "stepfunctions" else processed.sum()
        assert subject.done() == applied

    def test_a_hundred_sends_with_a_fifth_of_the_replies_lost(self, lab):
        queue = Sqs(lab, boto3.client("sqs"))

        def place_orders():
            for _ in range(100):
                time.sleep(1)
                queue.call()

        with faults.lost_reply("sqs.SendMessage", rate=0.2, seed=3) as fault, lab.running():
            lab.start(place_orders)
        sends = rows(lab, "SendMessage")
        assert 110 <= queue.done() <= 140
        assert queue.done() == sends.processed.notna().sum() == 100 + fault.hits
        assert sends.call.nunique() == 100


class TestRetries:
    @pytest.mark.parametrize("mode", MODES)
    def test_the_jitter_comes_from_the_labs_seed(self, mode):
        def run(seed):
            with Lab(seed=seed) as lab:
                with faults.throttling("events"), pytest.raises(ClientError):
                    client_of("events", mode, max_attempts=6).list_rules()
                return waits(lab.trace)

        assert run(1) == run(1)
        assert len(set(run(1))) > 3
        assert run(1) != run(2)

    def test_a_short_outage_is_outlived(self, lab):
        sqs = client_of("sqs", "legacy", max_attempts=10)
        queue = Sqs(lab, sqs)

        def outage():
            with faults.refused("sqs.SendMessage"):
                time.sleep(30)

        with lab.running():
            lab.start(outage)
            lab.start(partial(time.sleep, 1))
            lab.start(queue.call)
        sends = rows(lab, "SendMessage")
        assert sends.outcome.iloc[-1] == "ok"
        assert sends.time.iloc[-1] >= 30
        assert set(sends.outcome.iloc[:-1]) == {"EndpointConnectionError"}
        assert queue.done() == 1

    @pytest.mark.parametrize("service", faults.THROTTLED)
    def test_the_throttling_codes_are_known_to_botocore(self, service):
        status, code = faults.THROTTLED[service]
        assert code in ThrottledRetryableChecker._THROTTLED_ERROR_CODES
        session = botocore.session.Session()
        shapes = {
            shape.error_code: shape.metadata["error"].get("httpStatusCode")
            if shape.metadata.get("error")
            else None
            for shape in session.get_service_model(service).error_shapes
        }
        if code in shapes and shapes[code] is not None:
            assert shapes[code] == status
        # The model of SNS has "Throttled", which botocore would not retry; that of S3 has none.
        if service not in ("sns", "s3"):
            assert code in shapes

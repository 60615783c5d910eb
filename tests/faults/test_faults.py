"""Faults where a network has them, and botocore's own reaction to them, in virtual time."""

from __future__ import annotations

import contextlib
import json
import math
import threading
import time
from functools import partial

import boto3
import botocore.session
import numpy as np
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from botocore.retries.standard import ThrottledRetryableChecker

from helpers import Lab, faults
from helpers.clock import Deadlock
from helpers.faults import FaultError
from helpers.wire import WireError

MODES = ("legacy", "standard")
MACHINE = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
# One call that changes something, how to do it, and how to count what it did, for each protocol:
# JSON (sqs, dynamodb, events, stepfunctions), query and XML (sns), REST and JSON (lambda).


def _table(client):
    return client.create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )


class Sqs:
    operation, throttled = "SendMessage", "RequestThrottled"

    def __init__(self, lab, client):
        self.client, self.url = client, client.create_queue(QueueName="orders")["QueueUrl"]

    def call(self):
        self.client.send_message(QueueUrl=self.url, MessageBody="x")

    def done(self):
        names = ["ApproximateNumberOfMessages"]
        reply = boto3.client("sqs").get_queue_attributes(QueueUrl=self.url, AttributeNames=names)
        return int(reply["Attributes"][names[0]])


def deliver(lab):
    """Let what is due at this moment arrive; no time passes."""
    with lab.running():
        pass


class Sns:
    operation, throttled = "Publish", "Throttling"

    def __init__(self, lab, client):
        self.lab, self.client = lab, client
        self.topic = client.create_topic(Name="paid")["TopicArn"]
        self.queue = Sqs(lab, boto3.client("sqs"))
        client.subscribe(
            TopicArn=self.topic,
            Protocol="sqs",
            Endpoint="arn:aws:sqs:eu-west-1:123456789012:orders",
        )

    def call(self):
        self.client.publish(TopicArn=self.topic, Message="x")

    def done(self):
        deliver(self.lab)
        return self.queue.done()


class Lambda:
    operation, throttled = "Invoke", "TooManyRequestsException"

    def __init__(self, lab, client):
        self.client, self.ran = client, []
        lab.deploy("charge", lambda event, context: self.ran.append(event))

    def call(self):
        self.client.invoke(FunctionName="charge", Payload=b"{}")

    def done(self):
        return len(self.ran)


class DynamoDB:
    operation, throttled = "UpdateItem", "ProvisionedThroughputExceededException"

    def __init__(self, lab, client):
        self.client = client
        _table(client)

    def call(self):
        self.client.update_item(
            TableName="orders", Key={"id": {"S": "o"}}, UpdateExpression="ADD n :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )  # fmt: skip

    def done(self):
        reply = boto3.client("dynamodb").get_item(TableName="orders", Key={"id": {"S": "o"}})
        return int(reply["Item"]["n"]["N"]) if "Item" in reply else 0


class Events:
    operation, throttled = "PutEvents", "ThrottlingException"

    def __init__(self, lab, client):
        self.lab, self.client, self.queue = lab, client, Sqs(lab, boto3.client("sqs"))
        client.put_rule(Name="all", EventPattern='{"source": ["shop"]}')
        arn = "arn:aws:sqs:eu-west-1:123456789012:orders"
        client.put_targets(Rule="all", Targets=[{"Id": "1", "Arn": arn}])

    def call(self):
        self.client.put_events(Entries=[{"Source": "shop", "DetailType": "paid", "Detail": "{}"}])

    def done(self):
        deliver(self.lab)
        return self.queue.done()


class StepFunctions:
    operation, throttled = "CreateStateMachine", "ThrottlingException"

    def __init__(self, lab, client):
        self.client, self.made = client, 0

    def call(self):
        self.made += 1
        self.client.create_state_machine(
            name=f"m{self.made}", definition=MACHINE, roleArn="arn:aws:iam::123456789012:role/lab"
        )

    def done(self):
        return len(boto3.client("stepfunctions").list_state_machines()["stateMachines"])


SERVICES = {
    "sqs": Sqs, "sns": Sns, "lambda": Lambda, "dynamodb": DynamoDB, "events": Events,
    "stepfunctions": StepFunctions,
}  # fmt: skip
every_service = pytest.mark.parametrize("service", SERVICES)


@pytest.fixture
def lab():
    with Lab(seed=7) as lab:
        yield lab


def client_of(service, mode="standard", **config):
    return boto3.client(service, config=Config(retries={"mode": mode, **config}))


def rows(lab, operation):
    return lab.trace[lab.trace.operation == operation]


def waits(attempts):
    """Virtual seconds between the end of each attempt and the beginning of the next."""
    return (attempts.time.to_numpy()[1:] - attempts.end.to_numpy()[:-1]).tolist()


def attempts_by_default(service, mode):
    if service == "dynamodb":
        return 10 if mode == "legacy" else 4
    return 5 if mode == "legacy" else 3


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


class TestRates:
    @pytest.mark.parametrize("rate", [0.05, 0.2, 0.5, 0.9])
    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_the_share_struck_is_within_four_deviations(self, lab, rate, seed):
        sqs = client_of("sqs", total_max_attempts=1)
        with faults.error("sqs", rate=rate, seed=seed) as fault:
            for _ in range(300):
                with contextlib.suppress(ClientError):
                    sqs.list_queues()
        assert fault.requests == 300
        assert abs(fault.hits - 300 * rate) <= 4 * math.sqrt(300 * rate * (1 - rate))
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


class TestLatency:
    @pytest.mark.parametrize(("median", "p99"), [(0.05, 0.5), (0.2, 0.3), (1.0, 8.0)])
    def test_the_median_and_the_99th_percentile_are_as_asked(self, lab, median, p99):
        sqs = boto3.client("sqs")
        with faults.latency("sqs", median=median, p99=p99, seed=5):
            for _ in range(1200):
                sqs.list_queues()
        lasted = (lab.trace.end - lab.trace.time).to_numpy()
        sigma = math.log(p99 / median) / 2.326
        # four standard errors of an estimated quantile of a log-normal distribution
        for share, asked in ((0.5, median), (0.99, p99)):
            density = math.exp(-(0 if share == 0.5 else 2.326**2) / 2) / math.sqrt(2 * math.pi)
            error = sigma * math.sqrt(share * (1 - share) / 1200) / density
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

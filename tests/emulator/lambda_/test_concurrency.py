"""How long functions run and how many at once: timeouts, environments and throttles."""

from __future__ import annotations

import time
from functools import partial

import boto3
import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError
from invoked_functions import invoke, once


@pytest.fixture
def aws(lab):
    return once()


def model(shape):
    return botocore.session.Session().get_service_model("lambda").shape_for(shape)


class TestTime:
    def test_a_function_is_ended_at_its_timeout_where_it_waits(self, lab, aws):
        steps = []

        def slow(event, context):
            try:
                for step in range(10):
                    steps.append((step, lab.now))
                    time.sleep(2)
            finally:  # a process that is killed runs no `finally`: its calls go nowhere
                boto3.client("sqs").create_queue(QueueName="never")

        lab.deploy("slow", slow, timeout=5)
        payload, error, status = invoke(aws, "slow")
        assert (error, status, lab.now) == ("Unhandled", 200, 5)
        assert payload["errorType"] == "Sandbox.Timedout"
        assert payload["errorMessage"].endswith("Error: Task timed out after 5.00 seconds")
        with lab.running(minutes=1):
            pass
        assert steps == [(0, 0), (1, 2), (2, 4)]
        assert "QueueUrls" not in boto3.client("sqs").list_queues()

    def test_its_environment_is_gone_with_it(self, lab, aws):
        lab.deploy("slow", lambda event, context: time.sleep(event["s"]), timeout=5, cold_start=1)
        began = lab.now
        lengths = []
        for seconds in (2, 2, 60, 2, 2):
            began = lab.now
            invoke(aws, "slow", {"s": seconds})
            lengths.append(lab.now - began)
        assert lengths == [3, 2, 5, 3, 2]  # cold, warm, ended, cold again, warm

    def test_a_cold_start_is_not_counted_in_the_timeout(self, lab, aws):
        lab.deploy("f", lambda event, context: time.sleep(2.9), timeout=3, cold_start=9)
        assert invoke(aws, "f")[1] is None
        assert lab.now == 11.9

    def test_each_invocation_at_a_time_needs_an_environment(self, lab, aws):
        lab.deploy("f", lambda event, context: time.sleep(1), cold_start=4)
        ends = []

        def call():
            invoke(aws, "f")
            ends.append(lab.now)

        with lab.running():
            lab.start(call, copies=3)
        assert ends == [5, 5, 5]
        with lab.running():
            lab.start(call, copies=4)
        assert ends[3:] == [6, 6, 6, 10]

    def test_a_caller_that_gives_up_leaves_the_function_running(self, lab):
        aws = once(read_timeout=5)
        sqs = boto3.client("sqs")
        url = sqs.create_queue(QueueName="receipts")["QueueUrl"]

        def charge(event, context):
            time.sleep(20)
            lab.mark("charged", order=event["order"])
            sqs.send_message(QueueUrl=url, MessageBody=event["order"])

        lab.deploy("charge", charge, timeout=30)
        with pytest.raises(ReadTimeoutError):
            invoke(aws, "charge", {"order": "o-1"})
        assert lab.now == 5
        with lab.running(minutes=1):
            pass
        invocation = lab.trace[lab.trace.operation == "Invoke"].iloc[0]
        assert (invocation.outcome, invocation.end, invocation.processed) == (
            "ReadTimeoutError", 5, 0,
        )  # fmt: skip
        charged = lab.trace[lab.trace.name == "charged"]
        sent = lab.trace[lab.trace.operation == "SendMessage"]
        assert list(charged.time) == list(sent.time) == [20]
        assert list(charged.caller) == list(sent.caller) == ["charge"]

    def test_a_caller_that_tries_again_runs_it_a_second_time(self, lab):
        retries = {"mode": "standard", "total_max_attempts": 3}
        aws = boto3.client("lambda", config=Config(retries=retries, read_timeout=10))

        def charge(event, context):
            time.sleep(15)
            lab.mark("charged", order=event["order"])

        lab.deploy("charge", charge, timeout=30)
        with pytest.raises(ReadTimeoutError):
            invoke(aws, "charge", {"order": "o-1"})
        with lab.running(minutes=1):
            pass
        invocations = lab.trace[lab.trace.operation == "Invoke"]
        assert list(invocations.outcome) == ["ReadTimeoutError"] * 3
        assert invocations.call.nunique() == 1
        charged = lab.trace[lab.trace.name == "charged"]
        assert list(charged.time) == pytest.approx([time + 15 for time in invocations.time])

    def test_a_chain_of_three(self, lab, aws):
        def third(event, context):
            time.sleep(1)
            return [*event, "third"]

        def passing_on(to, event, context):
            time.sleep(1)
            payload, error, _ = invoke(once(), to, [*event, to])
            if error:
                raise RuntimeError(payload["errorType"])
            return payload

        lab.deploy("third", third, timeout=5)
        lab.deploy("second", partial(passing_on, "third"), timeout=10)
        lab.deploy("first", partial(passing_on, "second"), timeout=10)
        assert invoke(aws, "first", []) == (["second", "third", "third"], None, 200)
        assert lab.now == 3
        calls = lab.trace[lab.trace.operation == "Invoke"].sort_values("call")
        assert list(calls.caller) == ["cell", "first", "second"]
        assert list(calls.end) == [3, 3, 3]
        lab.deploy("third", lambda event, context: 1 / 0)
        payload, error, _ = invoke(aws, "first", [])
        assert (error, payload["errorMessage"]) == ("Unhandled", "RuntimeError")


class TestConcurrency:
    def burst(self, lab, aws, copies):
        answers = []

        def call():
            try:
                answers.append(invoke(aws, "f")[0])
            except ClientError as error:
                answers.append(error.response)

        with lab.running():
            lab.start(call, copies=copies)
        return answers

    @pytest.mark.parametrize("limit", [0, 1, 3])
    def test_the_reserved_number_run_and_the_rest_are_throttled(self, lab, aws, limit):
        lab.deploy("f", lambda event, context: time.sleep(2) or "done", timeout=5)
        aws.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=limit)
        answers = self.burst(lab, aws, 8)
        assert answers.count("done") == limit
        refused = [answer for answer in answers if answer != "done"]
        assert len(refused) == 8 - limit
        for reply in refused:
            assert reply["Error"] == {
                "Code": "TooManyRequestsException", "Message": "Rate Exceeded.",
            }  # fmt: skip
            assert reply["ResponseMetadata"]["HTTPStatusCode"] == 429
            assert reply["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
            assert reply["Reason"] in model("ThrottleReason").enum
        if limit:  # places are given back
            assert self.burst(lab, aws, limit) == ["done"] * limit

    def test_without_a_reservation_the_accounts_limit_applies(self, lab, aws):
        lab.deploy("f", lambda event, context: time.sleep(2) or "done", timeout=5)
        lab.deploy("other", lambda event, context: 1)
        aws.put_function_concurrency(FunctionName="other", ReservedConcurrentExecutions=900)
        answers = self.burst(lab, aws, 130)
        assert answers.count("done") == 100
        reasons = {answer["Reason"] for answer in answers if answer != "done"}
        assert reasons == {"ConcurrentInvocationLimitExceeded"}
        assert reasons <= set(model("ThrottleReason").enum)

    def test_a_timeout_gives_its_place_back(self, lab, aws):
        lab.deploy("f", lambda event, context: time.sleep(60), timeout=3)
        aws.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=1)
        for _ in range(5):
            assert invoke(aws, "f")[0]["errorType"] == "Sandbox.Timedout"

    def test_botocore_tries_again_after_a_throttle(self, lab):
        aws = boto3.client("lambda", config=Config(retries={"mode": "legacy", "max_attempts": 9}))
        lab.deploy("f", lambda event, context: time.sleep(2) or "done", timeout=5)
        aws.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=1)
        assert self.burst(lab, aws, 4) == ["done"] * 4
        outcomes = lab.trace[lab.trace.operation == "Invoke"].outcome.value_counts()
        assert outcomes["ok"] == 4
        assert outcomes["TooManyRequestsException"] >= 3

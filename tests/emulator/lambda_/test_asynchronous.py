"""Asynchronous invocations: tried again and given up, as AWS says."""

from __future__ import annotations

import time

import boto3
import botocore.session
import pytest
from asynchronous_events import Queue, failing, let_pass, send, times
from botocore.exceptions import ClientError
from moto.awslambda.models import LambdaBackend, LambdaFunction

from helpers import Lab

SIX_HOURS = 6 * 3600


class TestAttempts:
    def test_the_caller_does_not_wait(self, lab, aws):
        lab.deploy("f", lambda event, context: time.sleep(2) or lab.mark("done", **event))
        assert send(aws, order=1)["StatusCode"] == 202
        assert lab.now == 0
        let_pass(lab, minutes=1)
        assert times(lab, "done") == [2]

    def test_an_error_is_tried_twice_more_with_the_event_as_it_was_sent(self, lab, aws):
        def fail(event, context):
            lab.mark("tried", items=len(event["items"]))
            event["items"].append("spoilt")
            raise ValueError

        lab.deploy("f", fail)
        send(aws, items=[])
        let_pass(lab, hours=8)
        assert times(lab, "tried") == [0, 60, 180]
        assert list(lab.trace["items"].dropna()) == [0, 0, 0]

    def test_a_timeout_is_an_error_too(self, lab, aws):
        def slow(event, context):
            lab.mark("tried")
            time.sleep(100)

        lab.deploy("f", slow, timeout=10)
        send(aws)
        let_pass(lab, hours=1)
        assert times(lab, "tried") == [0, 70, 200]

    def test_it_ends_with_the_first_success(self, lab, aws):
        def second_time(event, context):
            lab.mark("tried")
            return 1 / (lab.now // 60)

        lab.deploy("f", second_time)
        send(aws)
        let_pass(lab, hours=1)
        assert times(lab, "tried") == [0, 60]

    def test_all_attempts_have_one_request_id(self, lab, aws):
        failing(lab)
        send(aws)
        send(aws)
        let_pass(lab, hours=1)
        assert list(lab.trace["request"].dropna().value_counts()) == [3, 3]

    def test_throttled_events_back_off_and_none_is_lost(self, lab, aws):
        lab.deploy("f", lambda event, context: time.sleep(2) or lab.mark("done", n=event["n"]))
        aws.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=1)
        for n in range(8):
            send(aws, n=n)
        let_pass(lab, hours=6)
        done = lab.trace[lab.trace["name"] == "done"]
        assert sorted(done["n"]) == list(range(8))
        assert done["time"].diff().min() >= 2
        assert done["time"].max() > 16

    def test_after_six_hours_of_throttles_an_event_is_dropped(self, lab, aws):
        def busy(event, context):
            lab.mark("began", n=event["n"])
            time.sleep(event["s"])

        lab.deploy("f", busy, timeout=900)
        aws.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=1)

        def keep_busy():
            patient = boto3.client("lambda")
            while lab.now < SIX_HOURS + 600:
                patient.invoke(FunctionName="f", Payload=b'{"n": 0, "s": 55}')

        with lab.running(hours=7):
            lab.start(keep_busy)
            time.sleep(1)
            send(aws, n=1, s=1)
        assert 1 not in set(lab.trace["n"].dropna())

    def test_an_event_for_nobody_is_refused_at_once(self, lab, aws):
        lab.deploy("f", lambda event, context: 1)
        with pytest.raises(aws.exceptions.ResourceNotFoundException):
            send(aws, "nowhere")


class TestSettings:
    @pytest.mark.parametrize("retries", [0, 1, 2])
    def test_fewer_retries(self, lab, aws, retries):
        failing(lab)
        aws.put_function_event_invoke_config(FunctionName="f", MaximumRetryAttempts=retries)
        send(aws)
        let_pass(lab, hours=1)
        assert times(lab, "tried") == [0, 60, 180][: retries + 1]

    @pytest.mark.parametrize(("age", "tries"), [(60, [0]), (61, [0, 61]), (182, [0, 61, 182])])
    def test_an_event_that_grows_too_old_is_not_tried_again(self, lab, aws, age, tries):
        def slow(event, context):
            lab.mark("tried")
            time.sleep(1)
            raise ValueError

        lab.deploy("f", slow)
        failed = Queue("failed")
        aws.put_function_event_invoke_config(
            FunctionName="f",
            MaximumEventAgeInSeconds=age,
            DestinationConfig={"OnFailure": {"Destination": failed.arn}},
        )
        send(aws)
        let_pass(lab, hours=1)
        assert times(lab, "tried") == tries
        [record] = failed.records()
        condition = "EventAgeExceeded" if len(tries) < 3 else "RetriesExhausted"
        assert record["requestContext"]["condition"] == condition
        assert record["requestContext"]["approximateInvokeCount"] == len(tries)

    def test_a_throttled_event_grows_too_old_without_having_run(self, lab, aws):
        lab.deploy("f", lambda event, context: time.sleep(event.get("s", 0)), timeout=900)
        failed = Queue("failed")
        aws.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=1)
        aws.put_function_event_invoke_config(
            FunctionName="f",
            MaximumEventAgeInSeconds=60,
            DestinationConfig={"OnFailure": {"Destination": failed.arn}},
        )
        send(aws, s=800)
        let_pass(lab, seconds=1)
        send(aws, order="late")
        let_pass(lab, seconds=60)
        [record] = failed.records()
        context = record["requestContext"]
        assert (context["condition"], context["approximateInvokeCount"]) == ("EventAgeExceeded", 0)
        assert record["responseContext"] == {"statusCode": 429}
        assert record["requestPayload"] == {"order": "late"}

    def test_the_limits_are_those_of_the_api_model(self, lab, aws):
        model = botocore.session.Session().get_service_model("lambda")
        retries = model.shape_for("MaximumRetryAttempts").metadata
        age = model.shape_for("MaximumEventAgeInSeconds").metadata
        assert (retries["max"], age["max"]) == (2, SIX_HOURS)
        failing(lab)
        for setting in ({"MaximumRetryAttempts": 3}, {"MaximumEventAgeInSeconds": SIX_HOURS + 1}):
            with pytest.raises(ClientError):
                aws.put_function_event_invoke_config(FunctionName="f", **setting)

    def test_put_overwrites_and_update_keeps(self, lab, aws):
        failing(lab)
        put = aws.put_function_event_invoke_config
        put(FunctionName="f", MaximumRetryAttempts=0, MaximumEventAgeInSeconds=60)
        put(FunctionName="f", MaximumRetryAttempts=1)
        found = aws.get_function_event_invoke_config(FunctionName="f")
        assert found["MaximumRetryAttempts"] == 1
        assert "MaximumEventAgeInSeconds" not in found
        aws.update_function_event_invoke_config(FunctionName="f", MaximumEventAgeInSeconds=90)
        found = aws.get_function_event_invoke_config(FunctionName="f")
        assert (found["MaximumRetryAttempts"], found["MaximumEventAgeInSeconds"]) == (1, 90)
        with pytest.raises(ClientError):
            put(FunctionName="f", MaximumRetryAttempts=9)
        assert aws.get_function_event_invoke_config(FunctionName="f")["MaximumRetryAttempts"] == 1

    def test_a_bucket_is_refused(self, lab, aws):
        failing(lab)
        with pytest.raises(aws.exceptions.InvalidParameterValueException, match="arn:aws:s3:::b"):
            aws.put_function_event_invoke_config(
                FunctionName="f",
                DestinationConfig={"OnFailure": {"Destination": "arn:aws:s3:::b"}},
            )


def test_two_labs_of_one_seed_have_one_trace():
    def run():
        with Lab(seed=3) as lab:
            aws, failed = boto3.client("lambda"), Queue("failed")

            def flaky(event, context):
                time.sleep(event["n"] % 3)
                lab.mark("tried", n=event["n"], request=context.aws_request_id)
                if event["n"] % 2:
                    raise ValueError

            lab.deploy("f", flaky)
            aws.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=5)
            destination = {"OnFailure": {"Destination": failed.arn}}
            aws.put_function_event_invoke_config(FunctionName="f", DestinationConfig=destination)
            for n in range(50):
                send(aws, n=n)
            let_pass(lab, hours=2)
            return lab.trace

    first = run()
    sent = first[(first["operation"] == "SendMessage") & (first["caller"] == "lambda:f")]
    assert len(sent) == 25
    assert first.equals(run())


def test_moto_is_as_it_was_when_the_lab_is_closed():
    def held():
        owners = (LambdaFunction, LambdaBackend)
        return [value for owner in owners for value in vars(owner).values() if callable(value)]

    before = held()
    with Lab(seed=1) as lab:
        failing(lab)
        assert held() != before
    assert held() == before

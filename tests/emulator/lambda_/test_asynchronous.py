"""Asynchronous invocations: tried again, given up, and reported, as AWS says."""

from __future__ import annotations

import json
import time
from datetime import datetime

import boto3
import botocore.session
import pytest
from botocore.exceptions import ClientError
from moto.awslambda.models import LambdaBackend, LambdaFunction

from helpers import Lab, faults

SIX_HOURS = 6 * 3600


@pytest.fixture
def lab():
    with Lab(seed=7) as lab:
        yield lab


@pytest.fixture
def aws(lab):
    return boto3.client("lambda")


def send(aws, name="f", **event):
    return aws.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(event))


def let_pass(lab, **time):
    with lab.running(**time):
        pass


def times(lab, name):
    marks = lab.trace[lab.trace["name"] == name]
    return [round(time, 3) for time in marks["time"]]


def failing(lab, **settings):
    def fail(event, context):
        lab.mark("tried", request=context.aws_request_id)
        raise ValueError("card declined")

    return lab.deploy("f", fail, **settings)


class Queue:
    """A queue that records arrive in."""

    def __init__(self, name):
        self.sqs = boto3.client("sqs")
        self.url = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        found = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
        self.arn = found["Attributes"]["QueueArn"]

    def messages(self):
        found = self.sqs.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        )
        return found.get("Messages", [])

    def records(self):
        return [json.loads(message["Body"]) for message in self.messages()]


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


class TestRecords:
    def report_to(self, aws, **destinations):
        config = {name: {"Destination": arn} for name, arn in destinations.items()}
        aws.put_function_event_invoke_config(FunctionName="f", DestinationConfig=config)

    def test_of_a_failure(self, lab, aws):
        arn, failed, done = failing(lab), Queue("failed"), Queue("done")
        self.report_to(aws, OnFailure=failed.arn, OnSuccess=done.arn)
        send(aws, order="o-1")
        let_pass(lab, hours=1)
        [record] = failed.records()
        answer = record.pop("responsePayload")
        assert (answer["errorType"], answer["errorMessage"]) == ("ValueError", "card declined")
        assert record == {
            "version": "1.0",
            "timestamp": "2026-11-02T08:03:00.000Z",
            "requestContext": {
                "requestId": lab.trace["request"].dropna().iloc[0],
                "functionArn": f"{arn}:$LATEST",
                "condition": "RetriesExhausted",
                "approximateInvokeCount": 3,
            },
            "requestPayload": {"order": "o-1"},
            "responseContext": {
                "statusCode": 200,
                "executedVersion": "$LATEST",
                "functionError": "Unhandled",
            },
        }
        assert done.records() == []

    def test_of_a_success(self, lab, aws):
        lab.deploy("f", lambda event, context: time.sleep(2) or {"total": 3})
        failed, done = Queue("failed"), Queue("done")
        self.report_to(aws, OnFailure=failed.arn, OnSuccess=done.arn)
        send(aws, order="o-1")
        let_pass(lab, hours=1)
        [record] = done.records()
        datetime.strptime(record["timestamp"], "%Y-%m-%dT%H:%M:%S.%fZ")
        assert record["requestContext"]["condition"] == "Success"
        assert record["requestContext"]["approximateInvokeCount"] == 1
        assert record["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST"}
        assert record["responsePayload"] == {"total": 3}
        assert failed.records() == []

    def test_to_a_topic(self, lab, aws):
        failing(lab)
        sns, queue = boto3.client("sns"), Queue("subscriber")
        topic = sns.create_topic(Name="failures")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn)
        self.report_to(aws, OnFailure=topic)
        send(aws, order="o-1")
        let_pass(lab, hours=1)
        [notification] = queue.records()
        assert json.loads(notification["Message"])["requestPayload"] == {"order": "o-1"}

    def test_to_a_function(self, lab, aws):
        seen = []
        failing(lab)
        arn = lab.deploy("repair", lambda event, context: seen.append(event))
        self.report_to(aws, OnFailure=arn)
        send(aws, order="o-1")
        let_pass(lab, hours=1)
        [record] = seen
        assert record["requestContext"]["condition"] == "RetriesExhausted"

    def test_to_an_event_bus(self, lab, aws):
        arn, events, queue = failing(lab), boto3.client("events"), Queue("observer")
        bus = events.create_event_bus(Name="shop")["EventBusArn"]
        pattern = {"source": ["lambda"], "detail-type": [{"suffix": "Result - Failure"}]}
        events.put_rule(Name="all", EventBusName="shop", EventPattern=json.dumps(pattern))
        target = {"Id": "queue", "Arn": queue.arn}
        events.put_targets(Rule="all", EventBusName="shop", Targets=[target])
        self.report_to(aws, OnFailure=bus)
        send(aws, order="o-1")
        let_pass(lab, hours=1)
        [event] = queue.records()
        assert event["resources"] == [f"{arn}:$LATEST", bus]
        assert event["detail"]["requestPayload"] == {"order": "o-1"}

    def test_with_no_concurrency_at_once_and_without_having_run(self, lab, aws):
        failing(lab)
        failed = Queue("failed")
        self.report_to(aws, OnFailure=failed.arn)
        aws.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
        send(aws)
        let_pass(lab, seconds=1)
        [record] = failed.records()
        assert record["requestContext"]["condition"] == "ZeroReservedConcurrency"
        assert record["requestContext"]["approximateInvokeCount"] == 0
        assert "responsePayload" not in record
        assert times(lab, "tried") == []

    def test_a_destination_that_is_gone_disturbs_nobody(self, lab, aws):
        failing(lab)
        failed = Queue("failed")
        self.report_to(aws, OnFailure=failed.arn)
        failed.sqs.delete_queue(QueueUrl=failed.url)
        send(aws)
        let_pass(lab, hours=1)
        asked = lab.trace[lab.trace["operation"] == "GetQueueUrl"]
        assert set(asked["caller"]) == {"lambda:f"}
        assert "ok" not in set(asked["outcome"])

    def test_a_lost_reply_sends_the_record_twice(self, lab, aws):
        lab.deploy("f", lambda event, context: "done")
        done = Queue("done")
        self.report_to(aws, OnSuccess=done.arn)
        send(aws)

        def outage():
            with faults.lost_reply("sqs.SendMessage"):
                time.sleep(30)

        with lab.running(minutes=10):
            lab.start(outage)
        first, second = done.records()
        assert first == second


class TestDeadLetters:
    def test_the_event_as_it_was_with_three_attributes(self, lab, aws):
        failing(lab)
        dead = Queue("dead")
        update = aws.update_function_configuration
        answer = update(FunctionName="f", DeadLetterConfig={"TargetArn": dead.arn})
        assert answer["DeadLetterConfig"] == {"TargetArn": dead.arn}
        send(aws, order="o-1")
        let_pass(lab, hours=1)
        [message] = dead.messages()
        assert json.loads(message["Body"]) == {"order": "o-1"}
        attributes = {
            name: (value["DataType"], value["StringValue"])
            for name, value in message["MessageAttributes"].items()
        }
        assert attributes == {
            "RequestID": ("String", lab.trace["request"].dropna().iloc[0]),
            "ErrorCode": ("Number", "200"),
            "ErrorMessage": ("String", "card declined"),
        }
        update(FunctionName="f", DeadLetterConfig={"TargetArn": ""})
        found = aws.get_function_configuration(FunctionName="f")
        assert "DeadLetterConfig" not in found

    def test_the_first_kilobyte_of_the_message(self, lab, aws):
        def fail(event, context):
            raise ValueError("ü" * 1000)

        lab.deploy("f", fail)
        dead = Queue("dead")
        aws.update_function_configuration(
            FunctionName="f", DeadLetterConfig={"TargetArn": dead.arn}
        )
        send(aws)
        let_pass(lab, hours=1)
        [message] = dead.messages()
        assert message["MessageAttributes"]["ErrorMessage"]["StringValue"] == "ü" * 512

    def test_to_a_topic_beside_a_destination(self, lab, aws):
        failing(lab)
        sns, queue, failed = boto3.client("sns"), Queue("subscriber"), Queue("failed")
        topic = sns.create_topic(Name="dead")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn)
        aws.update_function_configuration(FunctionName="f", DeadLetterConfig={"TargetArn": topic})
        destination = {"OnFailure": {"Destination": failed.arn}}
        aws.put_function_event_invoke_config(FunctionName="f", DestinationConfig=destination)
        send(aws, order="o-1")
        let_pass(lab, hours=1)
        [notification] = queue.records()
        assert json.loads(notification["Message"]) == {"order": "o-1"}
        assert notification["MessageAttributes"]["ErrorCode"] == {"Type": "Number", "Value": "200"}
        assert len(failed.records()) == 1

    def test_a_function_is_refused(self, lab, aws):
        arn = failing(lab)
        with pytest.raises(aws.exceptions.InvalidParameterValueException):
            aws.update_function_configuration(FunctionName="f", DeadLetterConfig={"TargetArn": arn})


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

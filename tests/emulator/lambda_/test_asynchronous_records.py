"""Asynchronous invocations: what is reported to destinations and dead-letter queues."""

from __future__ import annotations

import json
import time
from datetime import datetime

import boto3
import pytest
from asynchronous_events import Queue, failing, let_pass, send, times

from helpers import faults


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

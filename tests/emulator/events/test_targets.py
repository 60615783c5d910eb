"""Targets of rules: what each kind gets, and what PutTargets refuses."""

from __future__ import annotations

import json
import time

import boto3
import botocore.session
import pytest
from botocore.exceptions import ClientError, ParamValidationError
from emulated_events import ACCOUNT, ENTRY, REGION, Queue, let_pass, publish, rule

from helpers import Lab, faults

BUS = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus"
PASS = {"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": True}}}


@pytest.fixture
def lab():
    with Lab(seed=7) as lab:
        yield lab


@pytest.fixture
def events(lab):
    return boto3.client("events")


class TestKinds:
    def test_a_queue(self, lab):
        queue = Queue("orders")
        rule("all", queue)
        publish({"order": 1})
        let_pass(lab)
        assert [event["detail"] for event in queue.events()] == [{"order": 1}]

    def test_a_fifo_queue_keeps_the_order_of_its_group(self, lab):
        attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
        queue = Queue("orders.fifo", **attributes)
        rule("all", {"Arn": queue.arn, "SqsParameters": {"MessageGroupId": "shop"}})
        publish(*({"order": number} for number in range(10)))
        let_pass(lab)
        assert [event["detail"]["order"] for event in queue.events()] == list(range(10))

    def test_a_fifo_queue_without_content_based_deduplication(self, lab):
        queue, dead = Queue("orders.fifo", FifoQueue="true"), Queue("dead")
        group = {"SqsParameters": {"MessageGroupId": "shop"}}
        rule("all", {"Arn": queue.arn, **group, "DeadLetterConfig": {"Arn": dead.arn}})
        publish({"order": 1})
        let_pass(lab)
        assert [letter["ERROR_CODE"] for letter in dead.dead_letters()] == ["INVALID_PARAMETER"]

    def test_a_topic(self, lab):
        sns, queue = boto3.client("sns"), Queue("orders")
        topic = sns.create_topic(Name="orders")["TopicArn"]
        sns.subscribe(
            TopicArn=topic,
            Protocol="sqs",
            Endpoint=queue.arn,
            Attributes={"RawMessageDelivery": "true"},
        )
        rule("all", {"Arn": topic})
        publish({"order": 1})
        let_pass(lab)
        assert [event["detail"] for event in queue.events()] == [{"order": 1}]

    def test_a_function_is_not_waited_for(self, lab):
        seen = []

        def handler(event, context):
            time.sleep(2)
            seen.append((lab.now, event["detail"]))

        rule("all", {"Arn": lab.deploy("work", handler)})
        publish({"order": 1})
        let_pass(lab, 3)
        assert seen == [(2, {"order": 1})]
        [call] = lab.trace[lab.trace.operation == "Invoke"].itertuples()
        assert (call.time, call.end, call.outcome) == (0, 0, "ok")

    def test_a_state_machine(self, lab):
        client = boto3.client("stepfunctions")
        role = f"arn:aws:iam::{ACCOUNT}:role/lab"
        made = client.create_state_machine(name="m", definition=json.dumps(PASS), roleArn=role)
        # One that also matched the status events of what it starts would go on for ever.
        target = {"Arn": made["stateMachineArn"], "RoleArn": role, "InputPath": "$.detail"}
        rule("orders", target, pattern={"source": [ENTRY["Source"]]})
        publish({"order": 1})
        let_pass(lab)
        [execution] = client.list_executions(stateMachineArn=made["stateMachineArn"])["executions"]
        described = client.describe_execution(executionArn=execution["executionArn"])
        assert json.loads(described["input"]) == {"order": 1}
        assert described["status"] == "SUCCEEDED"

    def test_a_log_group(self, lab):
        logs, dead = boto3.client("logs"), Queue("dead")
        logs.create_log_group(logGroupName="/aws/events/orders")
        group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/events/"
        letters = {"DeadLetterConfig": {"Arn": dead.arn}}
        rule("all", {"Arn": f"{group}orders"}, {"Arn": f"{group}orders:*"})
        rule("lost", {"Arn": f"{group}none", **letters})
        publish({"order": 1})
        let_pass(lab)
        found = logs.filter_log_events(logGroupName="/aws/events/orders")["events"]
        assert [json.loads(each["message"])["detail"] for each in found] == [{"order": 1}] * 2
        assert [letter["ERROR_CODE"] for letter in dead.dead_letters()] == ["NO_RESOURCE"]

    @pytest.mark.parametrize(
        ("shaping", "body"),
        [
            ({"Input": '"fixed"'}, '"fixed"'),
            ({"InputPath": "$.detail.order"}, "1"),
            (
                {
                    "InputTransformer": {
                        "InputPathsMap": {"order": "$.detail.order", "ok": "$.detail.ok"},
                        "InputTemplate": '{"by": <aws.events.rule-name>, "n": <order>, "b": <ok>}',
                    }
                },
                '{"by":"all","n":1,"b":true}',
            ),
        ],
    )
    def test_what_a_target_wants_of_an_event(self, lab, shaping, body):
        queue = Queue("orders")
        rule("all", {"Arn": queue.arn, **shaping})
        publish({"order": 1, "ok": True})
        let_pass(lab)
        assert queue.bodies() == [body]


class TestBuses:
    def test_an_event_goes_on_as_a_new_one(self, lab, events):
        events.create_event_bus(Name="b")
        here, there = Queue("here"), Queue("there")
        rule("onward", {"Arn": f"{BUS}/b"}, here)
        rule("all", there, EventBusName="b")
        publish({"order": 1}, Resources=["r"], Time="2026-10-01T00:00:00Z")
        let_pass(lab)
        [first], [second] = here.events(), there.events()
        assert first.pop("id") != second.pop("id")
        assert first == second

    @pytest.mark.parametrize("last", ["a", "b", "c"])
    def test_no_third_bus_is_reached(self, lab, events, last):
        """Neither another one, nor in a circle."""
        for name in "abc":
            events.create_event_bus(Name=name)
        queues = {name: Queue(f"on-{name}") for name in "abc"}
        rule("first", {"Arn": f"{BUS}/b"}, queues["a"], EventBusName="a")
        rule("second", {"Arn": f"{BUS}/{last}"}, queues["b"], EventBusName="b")
        rule("third", queues["c"], EventBusName="c")
        publish({"order": 1}, EventBusName="a")
        let_pass(lab)
        assert {name: len(queue.bodies()) for name, queue in queues.items()} == {
            "a": 1,
            "b": 1,
            "c": 0,
        }

    def test_across_regions_an_event_keeps_its_own(self, lab, events):
        boto3.client("events", "us-east-1").create_event_bus(Name="far")
        sqs = boto3.client("sqs", "us-east-1")
        url = sqs.create_queue(QueueName="far")["QueueUrl"]
        far = boto3.client("events", "us-east-1")
        far.put_rule(Name="all", EventBusName="far", EventPattern='{"source": ["shop"]}')
        target = {"Id": "far", "Arn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:far"}
        far.put_targets(Rule="all", EventBusName="far", Targets=[target])
        rule("onward", {"Arn": f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/far"})
        publish({"order": 1})
        let_pass(lab)
        [message] = sqs.receive_message(QueueUrl=url)["Messages"]
        assert json.loads(message["Body"])["region"] == "eu-west-1"

    def test_a_bus_that_is_gone(self, lab, events):
        dead = Queue("dead")
        rule("onward", {"Arn": f"{BUS}/gone", "DeadLetterConfig": {"Arn": dead.arn}})
        publish({"order": 1})
        let_pass(lab)
        assert [letter["ERROR_CODE"] for letter in dead.dead_letters()] == ["NO_RESOURCE"]

    def test_a_detail_made_for_the_other_bus_is_an_object(self, lab, events):
        events.create_event_bus(Name="b")
        there, dead = Queue("there"), Queue("dead")
        letters = {"DeadLetterConfig": {"Arn": dead.arn}}
        rule(
            "onward",
            {"Arn": f"{BUS}/b", "Input": '{"made": 1}'},
            {"Arn": f"{BUS}/b", "Input": '"text"', **letters},
        )
        rule("all", there, EventBusName="b")
        publish({"order": 1})
        let_pass(lab)
        assert [event["detail"] for event in there.events()] == [{"made": 1}]
        assert [letter["ERROR_CODE"] for letter in dead.dead_letters()] == ["INVALID_JSON"]


class TestRefused:
    @staticmethod
    def refusal(events, *targets):
        with pytest.raises(ClientError) as refused:
            events.put_targets(Rule="all", Targets=list(targets))
        return refused.value.response["Error"]

    @pytest.fixture(autouse=True)
    def a_rule(self, lab):
        self.queue = Queue("orders")
        rule("all")

    @pytest.mark.parametrize(
        "arn",
        [
            f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/orders",
            f"arn:aws:events:{REGION}:{ACCOUNT}:api-destination/orders/1",
            "arn:aws:sqs",
        ],
    )
    def test_a_kind_that_the_lab_has_not(self, events, arn):
        error = self.refusal(events, {"Id": "1", "Arn": arn})
        assert error["Code"] == "ValidationException"
        assert arn in error["Message"]
        assert "log-group" in error["Message"]

    def test_a_sixth_target(self, events):
        targets = [{"Id": str(number), "Arn": self.queue.arn} for number in range(6)]
        assert self.refusal(events, *targets)["Code"] == "LimitExceededException"
        events.put_targets(Rule="all", Targets=targets[:5])
        assert self.refusal(events, targets[5])["Code"] == "LimitExceededException"
        events.put_targets(Rule="all", Targets=targets[:5])  # again, in the place of the first
        assert len(events.list_targets_by_rule(Rule="all")["Targets"]) == 5

    @pytest.mark.parametrize("name", ["MaximumRetryAttempts", "MaximumEventAgeInSeconds"])
    def test_a_retry_policy_out_of_range(self, events, name):
        shape = botocore.session.Session().get_service_model("events").shape_for("RetryPolicy")
        limits = shape.members[name].metadata
        value = limits["max"] + 1
        target = {"Id": "1", "Arn": self.queue.arn, "RetryPolicy": {name: value}}
        error = self.refusal(events, target)
        assert error["Code"] == "ValidationException"
        assert f"Value '{value}' at 'targets.1.member.retryPolicy" in error["Message"]
        with pytest.raises(ParamValidationError):  # botocore looks after the lowest
            target["RetryPolicy"] = {name: limits["min"] - 1}
            events.put_targets(Rule="all", Targets=[target])
        for value in (limits["min"], limits["max"]):
            target = {"Id": "1", "Arn": self.queue.arn, "RetryPolicy": {name: value}}
            events.put_targets(Rule="all", Targets=[target])

    def test_a_fifo_dead_letter_queue(self, events):
        config = {"Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead.fifo"}
        error = self.refusal(events, {"Id": "1", "Arn": self.queue.arn, "DeadLetterConfig": config})
        assert "FIFO is not supported" in error["Message"]

    def test_two_inputs(self, events):
        target = {"Id": "one", "Arn": self.queue.arn, "Input": "1", "InputPath": "$.detail"}
        assert "Only one of" in self.refusal(events, target)["Message"]


def test_faults_of_a_target_are_those_of_its_service(lab):
    """The bus meets what the reader's own calls would meet."""
    sns, dead = boto3.client("sns"), Queue("dead")
    topic = sns.create_topic(Name="orders")["TopicArn"]
    policy = {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 600}
    rule("all", {"Arn": topic, "RetryPolicy": policy, "DeadLetterConfig": {"Arn": dead.arn}})
    publish({"order": 1})
    with faults.throttling("sns.Publish", resource="orders"):
        let_pass(lab, 60)
    assert [letter["ERROR_CODE"] for letter in dead.dead_letters()] == ["THROTTLING"]
    assert list(lab.trace[lab.trace.operation == "Publish"].outcome) == ["Throttling"] * 3

"""A run in the lab is billed as the hand-made traces are: who calls what is as the lab has it."""

import json

import boto3
from emulated_mapping import Mapped
from emulated_states import machine, task

from helpers import Lab, costs

ANYBODY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    ],
}
ORDER = json.dumps({"order_id": "o-1"})


def units(lab):
    return {(row.service, row.what): row.units for row in costs.billed(lab.trace).itertuples()}


def open_queue(name):
    sqs = boto3.client("sqs")
    policy = {"Policy": json.dumps(ANYBODY)}
    url = sqs.create_queue(QueueName=name, Attributes=policy)["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return sqs, url, found["Attributes"]["QueueArn"]


def test_a_topic_and_a_bus_put_a_message_each_in_a_queue():
    with Lab() as lab:
        sqs, url, arn = open_queue("orders")
        sns, events = boto3.client("sns"), boto3.client("events")
        topic = sns.create_topic(Name="placed")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        events.put_rule(Name="all", EventPattern='{"source": ["shop"]}')
        events.put_targets(Rule="all", Targets=[{"Id": "queue", "Arn": arn}])

        def shop():
            sns.publish(TopicArn=topic, Message=ORDER)
            events.put_events(
                Entries=[{"Source": "shop", "DetailType": "OrderPlaced", "Detail": ORDER}]
            )

        with lab.running(seconds=10):
            lab.start(shop)
        sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        assert units(lab) == {
            ("sns", "publishes"): 1,
            ("events", "custom events"): 1,
            ("sqs", "requests (by AWS)"): 2,
            ("sqs", "requests"): 1,
        }


def test_a_mapping_polls_at_the_readers_expense():
    with Lab() as lab:
        mapped = Mapped(lab, lambda event: None, BatchSize=1)
        with lab.running(seconds=5):
            lab.start(lambda: mapped.send(ORDER))
        found = units(lab)
        polls = lab.trace["operation"].isin(["ReceiveMessage", "DeleteMessageBatch"])
        processed = int((polls & lab.trace["processed"].notna()).sum())
        assert processed >= 2
        assert found["sqs", "requests (by AWS)"] == processed
        assert found["sqs", "requests"] == 1
        assert found["lambda", "requests"] == 1


def test_a_workflow_of_two_states_that_sends_is_two_transitions_and_a_request():
    with Lab() as lab:
        _, url, _ = open_queue("orders")
        send = {
            "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Next": "Done",
            "Parameters": {"QueueUrl": url, "MessageBody": "{}"},
        }  # fmt: skip
        flow = machine({"Send": send, "Done": {"Type": "Succeed"}})
        states = boto3.client("stepfunctions")

        def start():
            states.start_execution(stateMachineArn=flow, input=ORDER)

        with lab.running(seconds=10):
            lab.start(start)
        assert units(lab) == {
            ("stepfunctions", "state transitions"): 2,
            ("sqs", "requests (by AWS)"): 1,
        }


def test_each_retry_of_a_state_is_a_transition_too():
    with Lab() as lab:

        def fail(event, context):
            raise RuntimeError("no more umbrellas")

        again = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 2}
        flow = machine({"Charge": task(lab.deploy("charge", fail), Retry=[again])})
        states = boto3.client("stepfunctions")

        def start():
            states.start_execution(stateMachineArn=flow, input=ORDER)

        with lab.running(seconds=10):
            lab.start(start)
        found = units(lab)
        assert found["stepfunctions", "state transitions"] == 1 + 2
        assert found["lambda", "requests"] == 3

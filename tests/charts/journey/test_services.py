"""What is told of an order that goes by a topic, a bus, a function or a workflow."""

import json
import time

import boto3
import pytest
from botocore.config import Config
from told_orders import ARN, PATIENT, Shop, told

from helpers import faults

ROLE = "arn:aws:iam::123456789012:role/lab"


def test_a_topic_and_a_bus_lead_to_two_queues():
    shop = Shop()
    allow = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    policy = {"Policy": json.dumps({"Version": "2012-10-17", "Statement": [allow]})}
    for queue in ("orders", "mail"):
        url = shop.sqs.create_queue(QueueName=queue)["QueueUrl"]
        shop.sqs.set_queue_attributes(QueueUrl=url, Attributes=policy)
    sns, events = boto3.client("sns"), boto3.client("events")
    topic = sns.create_topic(Name="placed")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=ARN + "orders")
    events.put_rule(Name="mails", EventPattern=json.dumps({"source": ["shop"]}))
    events.put_targets(Rule="mails", Targets=[{"Id": "1", "Arn": ARN + "mail"}])

    def checkout():
        for order in ("o-1", "o-2"):
            time.sleep(1)
            body = json.dumps({"order_id": order})
            sns.publish(TopicArn=topic, Message=body)
            events.put_events(Entries=[{"Source": "shop", "DetailType": "placed", "Detail": body}])

    assert told(shop.run(checkout, minutes=1)) == [
        ("call", "checkout", "placed", "Publish"),
        ("call", "checkout", "EventBridge", "PutEvents"),
        ("call", "placed", "orders", "SendMessage"),
        ("call", "EventBridge", "mail", "SendMessage (rule mails)"),
        ("rest", "orders", None, "still waiting at the end"),
        ("rest", "mail", None, "still waiting at the end"),
    ]


def test_a_function_is_called_instead_of_a_queue():
    shop = Shop()
    aws = boto3.client("lambda", config=PATIENT)

    def charge(event, context):
        time.sleep(1)
        shop.lab.mark("charged", order_id=event["order_id"])

    shop.lab.deploy("charge-card", charge)

    def trouble():
        with faults.lost_reply("lambda.Invoke"):
            time.sleep(10)

    def checkout():
        time.sleep(1)
        aws.invoke(FunctionName="charge-card", Payload=json.dumps({"order_id": "o-1"}))

    assert told(shop.run(trouble, checkout)) == [
        ("call", "checkout", "charge-card", "Invoke"),
        ("began", "charge-card", None, "runs"),
        ("effect", "charge-card", None, "charged"),
        ("reply lost", "charge-card", "checkout", "reply lost"),
        ("wait", "checkout", None, "waits 25 s in vain"),
        ("call", "checkout", "charge-card", "Invoke, attempt 2"),
        ("began", "charge-card", None, "runs, the second time"),
        ("effect again", "charge-card", None, "charged, the second time"),
    ]


def test_a_slow_function_has_not_lost_its_reply():
    shop = Shop()
    aws = boto3.client("lambda", config=Config(read_timeout=5, retries={"total_max_attempts": 1}))

    def charge(event, context):
        time.sleep(20)
        raise ValueError(event)

    shop.lab.deploy("charge-card", charge, timeout=60)

    def checkout():
        with pytest.raises(Exception, match="Read timeout"):
            aws.invoke(FunctionName="charge-card", Payload=json.dumps({"order_id": "o-1"}))

    assert told(shop.run(checkout))[2:] == [
        ("wait", "checkout", None, "waits 5 s in vain and gives up"),
        ("broke", "charge-card", None, "run failed"),
    ]


def test_a_queue_feeds_a_function():
    shop = Shop()

    def charge(event, context):
        for record in event["Records"]:
            shop.lab.mark("charged", order_id=json.loads(record["body"])["order_id"])

    shop.lab.deploy("charge-card", charge)
    boto3.client("lambda").create_event_source_mapping(
        FunctionName="charge-card", EventSourceArn=ARN + "orders"
    )
    assert told(shop.run(shop.send)) == [
        ("call", "send", "orders", "SendMessage"),
        ("received", "orders", "charge-card", "received"),
        ("called", "charge-card", None, "Invoke"),
        ("began", "charge-card", None, "runs"),
        ("effect", "charge-card", None, "charged"),
        ("deleted", "charge-card", "orders", "DeleteMessageBatch"),
    ]


def test_a_workflow_waits_for_a_worker_that_gives_back_its_token():
    shop = Shop("ask")
    flows = boto3.client("stepfunctions")
    body = {"token.$": "$$.Task.Token", "order.$": "$"}
    ask = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": shop.url, "MessageBody": body},
        "End": True,
    }
    definition = json.dumps({"StartAt": "Ask", "States": {"Ask": ask}})
    machine = flows.create_state_machine(name="confirm", roleArn=ROLE, definition=definition)

    def checkout():
        given = json.dumps({"order_id": "o-1"})
        flows.start_execution(stateMachineArn=machine["stateMachineArn"], input=given)

    def clerk():
        answer = shop.sqs.receive_message(QueueUrl=shop.url, WaitTimeSeconds=20)
        [message] = answer["Messages"]
        time.sleep(4)
        token = json.loads(message["Body"])["token"]
        flows.send_task_success(taskToken=token, output="{}")
        shop.delete(message["ReceiptHandle"])

    assert told(shop.run(checkout, clerk)) == [
        ("call", "checkout", "confirm", "StartExecution"),
        ("entered", "confirm", None, "state Ask"),
        ("call", "confirm", "ask", "SendMessage"),
        ("received", "ask", "clerk", "received"),
        ("call", "clerk", "confirm", "SendTaskSuccess"),
        ("deleted", "clerk", "ask", "DeleteMessage"),
        ("over", "confirm", None, "execution Succeeded"),
    ]

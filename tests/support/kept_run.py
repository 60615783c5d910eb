"""A keeper in a lab: what a cell calls goes through it, and moto stands where AWS would."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import boto3
from botocore import xform_name
from botocore.exceptions import ClientError
from uploaded_function import archive

from helpers.account.keeping import Keeper
from helpers.account.register import Register

ACCOUNT, REGION, PREFIX = "123456789012", "eu-west-1", "eda-7f3a-"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/lab"  # as the lessons name it

TABLE = {
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
WAITS = {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 9_999, "End": True}}}
ALARM = {
    "Namespace": "AWS/SQS", "MetricName": "ApproximateNumberOfMessagesVisible",
    "Statistic": "Maximum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 0,
    "ComparisonOperator": "GreaterThanThreshold",
}  # fmt: skip


def arn(service, resource):
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def keeper(folder, *, prefix=PREFIX, client=boto3.client, hours=1):
    """A keeper with its register in a folder."""
    return Keeper(
        account=ACCOUNT,
        region=REGION,
        prefix=prefix,
        owner="test",
        expires=datetime.now(UTC) + timedelta(hours=hours),
        register=Register(folder),
        client=client,
    )


def send(client, operation, params):
    """Send a call as it is."""
    return getattr(client, xform_name(operation))(**params)


class Cell:
    """What a cell calls: ``cell.sqs("CreateQueue", QueueName="orders")``."""

    def __init__(self, keeper, make=send):
        self._keeper, self._make = keeper, make

    def __getattr__(self, service):
        client = boto3.client(service.rstrip("_"))
        return lambda operation, **params: self._keeper.call(self._make, client, operation, params)


def make_one_of_each(cell):
    """One of each kind that a run may make."""
    cell.sqs("CreateQueue", QueueName="orders")
    topic = cell.sns("CreateTopic", Name="placed")["TopicArn"]
    queue = arn("sqs", "orders")
    cell.sns("Subscribe", TopicArn=topic, Protocol="sqs", Endpoint=queue)
    cell.events("CreateEventBus", Name="shop")
    cell.events("PutRule", Name="all", EventBusName="shop", EventPattern='{"source": ["shop"]}')
    target = {"Id": "q", "Arn": queue}
    cell.events("PutTargets", Rule="all", EventBusName="shop", Targets=[target])
    cell.events("CreateArchive", ArchiveName="past", EventSourceArn=arn("events", "event-bus/shop"))
    again = {"EventStartTime": datetime(2026, 11, 1), "EventEndTime": datetime(2026, 11, 2)}
    to = {"Destination": {"Arn": arn("events", "event-bus/shop")}}
    past = arn("events", "archive/past")
    cell.events("StartReplay", ReplayName="again", EventSourceArn=past, **again, **to)
    code = {"Code": {"ZipFile": archive({"f.py": "def handler(event, context): return 1"})}}
    code |= {"Runtime": "python3.12", "Handler": "f.handler", "Role": ROLE}
    cell.lambda_("CreateFunction", FunctionName="charge", **code)
    cell.lambda_("CreateEventSourceMapping", FunctionName="charge", EventSourceArn=queue)
    cell.dynamodb("CreateTable", TableName="stock", **TABLE)
    machine = {"definition": json.dumps(WAITS), "roleArn": ROLE}
    made = cell.stepfunctions("CreateStateMachine", name="order", **machine)
    cell.stepfunctions("StartExecution", stateMachineArn=made["stateMachineArn"], name="o-1")
    cell.stepfunctions("CreateActivity", name="pack")
    cell.cloudwatch("PutMetricAlarm", AlarmName="late orders", **ALARM)
    cell.scheduler("CreateScheduleGroup", Name="nightly")
    when = {"ScheduleExpression": "rate(1 hour)", "FlexibleTimeWindow": {"Mode": "OFF"}}
    to = {"Target": {"Arn": queue, "RoleArn": ROLE}}
    cell.scheduler("CreateSchedule", Name="s", GroupName="nightly", **when, **to)
    there = {"LocationConstraint": REGION}
    cell.s3("CreateBucket", Bucket="letters", CreateBucketConfiguration=there)
    cell.s3("PutObject", Bucket="letters", Key="a", Body=b"hello")
    cell.logs("CreateLogGroup", logGroupName="told")


def denied(operation, action):
    told = {"Code": "AccessDenied", "Message": f"User: x is not authorized to perform: {action}"}
    return ClientError({"Error": told, "ResponseMetadata": {"HTTPStatusCode": 403}}, operation)


class Refusing:
    """A client that may not do some things: each name raises its error."""

    def __init__(self, client, errors):
        self._client, self._errors = client, errors

    def __getattr__(self, name):
        if name in self._errors:
            raise self._errors[name]
        return getattr(self._client, name)


def left_over():
    """What is in the account, by kind."""
    found = {
        "queues": boto3.client("sqs").list_queues().get("QueueUrls", []),
        "topics": boto3.client("sns").list_topics()["Topics"],
        "subscriptions": boto3.client("sns").list_subscriptions()["Subscriptions"],
        "buses": boto3.client("events").list_event_buses()["EventBuses"][1:],
        "archives": boto3.client("events").list_archives()["Archives"],
        "functions": boto3.client("lambda").list_functions()["Functions"],
        "mappings": boto3.client("lambda").list_event_source_mappings()["EventSourceMappings"],
        "tables": boto3.client("dynamodb").list_tables()["TableNames"],
        "machines": boto3.client("stepfunctions").list_state_machines()["stateMachines"],
        "activities": boto3.client("stepfunctions").list_activities()["activities"],
        "alarms": boto3.client("cloudwatch").describe_alarms()["MetricAlarms"],
        "schedules": boto3.client("scheduler").list_schedules()["Schedules"],
        "groups": boto3.client("scheduler").list_schedule_groups()["ScheduleGroups"][1:],
        "buckets": boto3.client("s3").list_buckets()["Buckets"],
        "log groups": boto3.client("logs").describe_log_groups()["logGroups"],
        "roles": boto3.client("iam").list_roles()["Roles"],
    }
    return {kind: things for kind, things in found.items() if things}

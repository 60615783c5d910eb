"""Alarms of CloudWatch, put and looked at: what their tests share."""

from __future__ import annotations

import boto3
from emulated_events import Queue
from lab_clients import client

ARN = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a"


def run(lab, **duration):
    with lab.running(**duration):
        pass


def alarm(name="a", **more):
    """An alarm on the sum of the reader's own metric, above 2, in one period of a minute."""
    given = {
        "Namespace": "shop", "MetricName": "errors", "Statistic": "Sum", "Period": 60,
        "EvaluationPeriods": 1, "Threshold": 2, "ComparisonOperator": "GreaterThanThreshold",
    }  # fmt: skip
    given = {key: value for key, value in {**given, **more}.items() if value is not None}
    client("cloudwatch").put_metric_alarm(AlarmName=name, **given)


def on_queue(queue, **more):
    """An alarm on a metric of SQS."""
    dimensions = [{"Name": "QueueName", "Value": queue}]
    given = {
        "Namespace": "AWS/SQS", "MetricName": "ApproximateNumberOfMessagesVisible",
        "Dimensions": dimensions, "Statistic": "Maximum", "Threshold": 0,
    }  # fmt: skip
    alarm(**{**given, **more})


def put(value, **more):
    data = {"MetricName": "errors", "Value": value, **more}
    client("cloudwatch").put_metric_data(Namespace="shop", MetricData=[data])


def described(name="a"):
    [found] = client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return found


def changes(lab):
    """Minute and state of each change."""
    marks = lab.trace[lab.trace.name == "alarm"]
    return [(mark.time / 60, mark.state) for mark in marks.itertuples()]


def topic(name="t"):
    """A topic, and the queue in which its messages arrive."""
    sns, queue = boto3.client("sns"), Queue(f"of-{name}")
    arn = sns.create_topic(Name=name)["TopicArn"]
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue.arn)
    return arn, queue

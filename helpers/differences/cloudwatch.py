"""CloudWatch."""

from __future__ import annotations

from typing import Any

import boto3

from helpers.differences.probe import MODEL, Queue, difference, let_pass


def state(queue: str, lab: Any, seconds: float) -> str:
    """The state of an alarm on the messages in a queue, so long after it was put."""
    client = boto3.client("cloudwatch")
    client.put_metric_alarm(
        AlarmName=queue,
        Namespace="AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Dimensions=[{"Name": "QueueName", "Value": queue}],
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
    )
    if seconds:
        let_pass(lab, seconds)
    [alarm] = client.describe_alarms(AlarmNames=[queue])["MetricAlarms"]
    client.delete_alarms(AlarmNames=[queue])
    return str(alarm["StateValue"])


@difference(
    "CloudWatch: an alarm just put", aws="INSUFFICIENT_DATA", source=f"{MODEL}, PutMetricAlarm"
)
def new(lab: Any) -> str:
    """Nothing has been evaluated yet."""
    Queue("new")
    return state("new", lab, 0)


@difference(
    "CloudWatch: an alarm on a queue, crossed", aws="ALARM", source=f"{MODEL}, PutMetricAlarm"
)
def crossed(lab: Any) -> str:
    """An alarm above no message, on a queue that has held one for two minutes."""
    Queue("crossed").send("lost")
    let_pass(lab, 60)
    return state("crossed", lab, 120)

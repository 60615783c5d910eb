"""Alarms change their state with the metric that they watch.

Sources: `cloudwatch.watching`, `reasons` and `alarms`.
"""

from __future__ import annotations

import json
import threading
import time

import boto3
import pytest
from botocore.exceptions import ClientError
from emulated_events import Queue
from put_alarms import ARN, alarm, changes, described, on_queue, put, run, topic

from helpers import Lab
from helpers.emulator.not_modelled import NotModelled


def test_an_alarm_on_a_dead_letter_queue_notifies_once(lab):
    """Given case: alarm_never_alarms.py (CloudWatch API model, PutMetricAlarm)."""
    dead, (arn, seen) = Queue("dead"), topic()
    dead.sqs.send_message(QueueUrl=dead.url, MessageBody="lost")
    on_queue("dead", AlarmActions=[arn])
    assert described()["StateValue"] == "INSUFFICIENT_DATA"
    assert described()["StateReason"] == "Unchecked: Initial alarm creation"
    run(lab, minutes=10)
    assert described()["StateValue"] == "ALARM"
    [told] = seen.events()
    assert told["Subject"] == 'ALARM: "a" in EU (Ireland)'
    message = json.loads(told["Message"])
    assert message["NewStateReason"] == (
        "Threshold Crossed: 1 out of the last 1 datapoints [1.0 (02/11/26 08:00:00)] was greater "
        "than the threshold (0.0) (minimum 1 datapoint for OK -> ALARM transition)."
    )
    assert (message["OldStateValue"], message["NewStateValue"]) == ("INSUFFICIENT_DATA", "ALARM")
    assert message["StateChangeTime"] == "2026-11-02T08:01:00.000+0000"
    assert (message["AlarmArn"], message["AWSAccountId"]) == (ARN, "123456789012")
    assert message["Trigger"] == {
        "MetricName": "ApproximateNumberOfMessagesVisible",
        "Namespace": "AWS/SQS",
        "StatisticType": "Statistic",
        "Statistic": "MAXIMUM",
        "Unit": None,
        "Dimensions": [{"value": "dead", "name": "QueueName"}],
        "Period": 60,
        "EvaluationPeriods": 1,
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 0.0,
        "TreatMissingData": "",
        "EvaluateLowSampleCountPercentile": "",
    }


def test_it_goes_back_when_the_queue_is_empty(lab):
    dead, (arn, seen) = Queue("dead"), topic()
    on_queue("dead", OKActions=[arn])
    dead.sqs.send_message(QueueUrl=dead.url, MessageBody="lost")
    run(lab, minutes=5)
    dead.sqs.purge_queue(QueueUrl=dead.url)
    run(lab, minutes=5)
    assert changes(lab) == [(1, "ALARM"), (6, "OK")]
    assert len(seen.events()) == 1
    assert described()["StateReason"].endswith("(minimum 1 datapoint for ALARM -> OK transition).")


@pytest.mark.parametrize(
    ("metric", "statistic", "threshold", "at"),
    [
        ("ApproximateAgeOfOldestMessage", "Maximum", 300, 6),
        ("NumberOfMessagesSent", "Sum", 0, 1),
        ("SentMessageSize", "Average", 3, 1),
        ("ApproximateNumberOfMessagesNotVisible", "Maximum", 0, None),
    ],
)
def test_metrics_of_sqs(lab, metric, statistic, threshold, at):
    queue = Queue("q")
    queue.sqs.send_message(QueueUrl=queue.url, MessageBody="four")
    on_queue("q", MetricName=metric, Statistic=statistic, Threshold=threshold)
    run(lab, minutes=9)
    alarms = [minute for minute, state in changes(lab) if state == "ALARM"]
    assert alarms == ([] if at is None else [at])


def test_m_of_n_with_longer_periods(lab):
    """Two of three periods of five minutes."""
    alarm(Period=300, EvaluationPeriods=3, DatapointsToAlarm=2, TreatMissingData="notBreaching")

    def work():
        for value in (3, 0, 0, 3, 3):
            put(value)
            time.sleep(300)

    with lab.running(minutes=60):
        lab.start(work)
    assert [state for _, state in changes(lab)] == ["OK", "ALARM", "OK"]
    [when] = [minute for minute, state in changes(lab) if state == "ALARM"]
    assert 20 < when <= 25


@pytest.mark.parametrize(
    ("missing", "states"),
    [
        (None, [(1, "ALARM"), (4, "INSUFFICIENT_DATA")]),
        ("missing", [(1, "ALARM"), (4, "INSUFFICIENT_DATA")]),
        ("ignore", [(1, "ALARM")]),
        ("breaching", [(1, "ALARM")]),
        ("notBreaching", [(1, "ALARM"), (4, "OK")]),
    ],
)
def test_when_the_data_end(lab, missing, states):
    alarm(TreatMissingData=missing)
    put(5)
    run(lab, minutes=20)
    assert changes(lab) == states


def test_reasons_of_missing_data(lab):
    alarm("b", TreatMissingData="breaching", EvaluationPeriods=2)
    alarm("n", TreatMissingData="notBreaching")
    alarm("m")
    run(lab, minutes=5)
    assert described("b")["StateReason"] == (
        "Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints "
        "were treated as [Breaching]."
    )
    assert described("n")["StateReason"] == (
        "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was "
        "treated as [NonBreaching]."
    )
    assert described("m")["StateReason"] == "Unchecked: Initial alarm creation"
    put(5)
    run(lab, minutes=10)
    assert described("m")["StateReason"] == "Insufficient Data: 1 datapoint was unknown."


@pytest.mark.parametrize(
    ("comparison", "values"),
    [
        ("GreaterThanThreshold", [False, False, True]),
        ("GreaterThanOrEqualToThreshold", [False, True, True]),
        ("LessThanThreshold", [True, False, False]),
        ("LessThanOrEqualToThreshold", [True, True, False]),
    ],
)
def test_comparisons(lab, comparison, values):
    for value, breaches in zip((1, 2, 3), values, strict=True):
        name = {"Dimensions": [{"Name": "n", "Value": str(value)}]}
        alarm(f"a{value}", ComparisonOperator=comparison, **name)
        put(value, **name)
        run(lab, minutes=1)
        assert described(f"a{value}")["StateValue"] == ("ALARM" if breaches else "OK")


def test_a_metric_is_its_namespace_name_and_all_its_dimensions(lab):
    shop = [{"Name": "shop", "Value": "1"}, {"Name": "till", "Value": "2"}]
    alarm("whole", Dimensions=shop[::-1])
    alarm("part", Dimensions=shop[:1])
    alarm("none")
    alarm("unit", Dimensions=shop, Unit="Bytes")
    put(5, Dimensions=shop, Unit="Count")
    run(lab, minutes=1)
    cloudwatch = boto3.client("cloudwatch")
    found = cloudwatch.describe_alarms(StateValue="ALARM")["MetricAlarms"]
    assert [each["AlarmName"] for each in found] == ["whole"]
    metric = {"Namespace": "shop", "MetricName": "errors"}
    found = cloudwatch.describe_alarms_for_metric(**metric, Dimensions=shop)["MetricAlarms"]
    assert [each["AlarmName"] for each in found] == ["whole", "unit"]


def test_percentiles_and_few_samples(lab):
    given = {"Statistic": None, "Threshold": 80, "ExtendedStatistic": "p90"}
    alarm("p", **given)
    alarm("few", **given, EvaluateLowSampleCountPercentile="ignore")
    boto3.client("cloudwatch").put_metric_data(
        Namespace="shop",
        MetricData=[{"MetricName": "errors", "Values": [1.0, 90.0], "Counts": [5.0, 5.0]}],
    )
    run(lab, minutes=1)
    assert described("p")["StateValue"] == "ALARM"
    assert described("few")["StateValue"] == "INSUFFICIENT_DATA"  # 10 samples of 100


def test_a_period_of_ten_seconds(lab):
    alarm(Period=10)

    def work():
        time.sleep(125)
        put(5)

    with lab.running(minutes=4):
        lab.start(work)
    assert changes(lab)[0] == (130 / 60, "ALARM")


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"Period": 45}, "45"),
        ({"Period": 600, "EvaluationPeriods": 145}, "87000"),
        ({"Period": 86_400, "EvaluationPeriods": 8}, "691200"),
        ({"DatapointsToAlarm": 2}, "DatapointsToAlarm"),
        ({"TreatMissingData": "skip"}, "skip"),
        ({"Statistic": None}, "Statistic"),
        ({"ExtendedStatistic": "p90"}, "ExtendedStatistic"),
        ({"Statistic": None, "ExtendedStatistic": "p101"}, "p101"),
        ({"Threshold": None}, "Threshold"),
        ({"Period": None}, "Period"),
        ({"Namespace": None}, "Namespace"),
        ({"AlarmActions": ["no ARN"]}, "no ARN"),
    ],
)
def test_what_is_not_valid_is_refused_by_name(lab, more, named):
    with pytest.raises(ClientError, match=named) as refused:
        alarm(**more)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert boto3.client("cloudwatch").describe_alarms()["MetricAlarms"] == []


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"Namespace": "AWS/Lambda", "MetricName": "Errors"}, "AWS/Lambda"),
        ({"ComparisonOperator": "GreaterThanUpperThreshold"}, "GreaterThanUpperThreshold"),
        ({"Metrics": [{"Id": "e", "Expression": "1"}], "MetricName": None}, "Metrics"),
        ({"Statistic": None, "ExtendedStatistic": "tm90"}, "tm90"),
        ({"AlarmActions": ["arn:aws:automate:eu-west-1:ec2:stop:x"]}, "ec2:stop"),
        ({"EvaluationWindow": {"WallClockWindow": {}}}, "WallClockWindow"),
    ],
)
def test_what_would_never_act_is_not_modelled(lab, more, named):
    with pytest.raises(NotModelled, match=named) as refused:
        alarm(**more)
    assert refused.value.instead


def test_a_quiet_day_costs_little(lab):
    """Counted, not timed: one call of nobody, and no message, in a day with ten alarms."""
    Queue("q")
    for number in range(10):
        on_queue("q", name=f"a{number}")
    run(lab, minutes=2)
    before = len(lab.trace)
    run(lab, days=1)
    assert len(lab.trace) == before


def test_a_lab_that_closes_leaves_no_thread():
    before = threading.active_count()
    with Lab(seed=1) as lab:
        alarm()
        alarm("b", Period=10)
        put(5)
        run(lab, minutes=3)
    assert threading.active_count() == before

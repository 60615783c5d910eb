"""Alarms change their state with the metric that they watch, and act.

Sources: `cloudwatch.watching`, `actions`, `messages`, `reasons` and `alarms`.
"""

from __future__ import annotations

import json
import threading
import time
from datetime import timedelta

import boto3
import pytest
from botocore.exceptions import ClientError
from emulated_events import Queue, rule
from emulated_schedules import BEGIN

from helpers import Lab, faults
from helpers.emulator.not_modelled import NotModelled

ARN = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a"


@pytest.fixture
def lab():
    with Lab(seed=1) as lab:
        yield lab


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
    boto3.client("cloudwatch").put_metric_alarm(AlarmName=name, **given)


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
    boto3.client("cloudwatch").put_metric_data(Namespace="shop", MetricData=[data])


def described(name="a"):
    [found] = boto3.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
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


def test_functions_and_the_default_bus_hear_of_it(lab):
    got, bus = [], Queue("bus")
    rule("alarms", bus, pattern={"detail-type": ["CloudWatch Alarm State Change"]})
    function = lab.deploy("f", lambda event, context: got.append(event))
    alarm(AlarmActions=[function], AlarmDescription="too many")
    put(5)
    run(lab, minutes=2)
    [event], [told] = got, bus.events()
    assert (event["source"], event["alarmArn"]) == ("aws.cloudwatch", ARN)
    assert (event["accountId"], event["region"]) == ("123456789012", "eu-west-1")
    assert event["time"] == "2026-11-02T08:01:00.000+0000"
    data = event["alarmData"]
    assert told["detail-type"] == "CloudWatch Alarm State Change"
    assert told["resources"] == [ARN]
    assert told["detail"] == data
    assert data["alarmName"] == "a"
    assert data["previousState"]["value"] == "INSUFFICIENT_DATA"
    assert data["configuration"]["description"] == "too many"
    [metric] = data["configuration"]["metrics"]
    assert metric["metricStat"] == {
        "metric": {"namespace": "shop", "name": "errors", "dimensions": {}},
        "period": 60,
        "stat": "Sum",
    }
    assert json.loads(data["state"]["reasonData"]) == {
        "version": "1.0",
        "queryDate": "2026-11-02T08:01:00.000+0000",
        "startDate": "2026-11-02T08:00:00.000+0000",
        "statistic": "Sum",
        "period": 60,
        "recentDatapoints": [5.0],
        "threshold": 2.0,
        "evaluatedDatapoints": [
            {"timestamp": "2026-11-02T08:00:00.000+0000", "sampleCount": 1.0, "value": 5.0}
        ],
    }


def test_the_default_bus_hears_of_each_change_of_the_configuration(lab):
    """CloudWatch User Guide, "Alarm events and EventBridge", its samples."""
    bus = Queue("bus")
    rule("alarms", bus, pattern={"detail-type": ["CloudWatch Alarm Configuration Change"]})
    alarm(TreatMissingData="ignore")
    run(lab, minutes=1)
    alarm(Threshold=80)
    boto3.client("cloudwatch").delete_alarms(AlarmNames=["a", "never"])
    run(lab, minutes=1)
    create, update, delete = [event["detail"] for event in bus.events()]
    assert [each["operation"] for each in (create, update, delete)] == [
        "create",
        "update",
        "delete",
    ]
    assert create["state"] == {
        "value": "INSUFFICIENT_DATA",
        "timestamp": "2026-11-02T08:00:00.000+0000",
    }
    told = create["configuration"]
    assert update["previousConfiguration"] == told
    assert update["configuration"] == delete["configuration"]
    assert update["configuration"]["threshold"] == 80
    assert "previousConfiguration" not in create | delete
    [metric] = told.pop("metrics")
    assert metric["metricStat"]["metric"]["name"] == "errors"
    assert told == {
        "evaluationPeriods": 1,
        "threshold": 2,
        "comparisonOperator": "GreaterThanThreshold",
        "treatMissingData": "ignore",
        "alarmName": "a",
        "actionsEnabled": True,
        "timestamp": "2026-11-02T08:00:00.000+0000",
        "okActions": [],
        "alarmActions": [],
        "insufficientDataActions": [],
    }


def test_set_alarm_state_acts_once_and_lasts_until_the_next_evaluation(lab):
    arn, seen = topic()
    alarm(AlarmActions=[arn], OKActions=[arn], TreatMissingData="notBreaching")
    run(lab, minutes=1)
    cloudwatch = boto3.client("cloudwatch")
    for _ in range(2):
        cloudwatch.set_alarm_state(AlarmName="a", StateValue="ALARM", StateReason="a drill")
    assert (described()["StateValue"], described()["StateReason"]) == ("ALARM", "a drill")
    run(lab, minutes=5)
    assert changes(lab) == [(1, "OK"), (1, "ALARM"), (2, "OK")]
    values = [json.loads(told["Message"])["NewStateValue"] for told in seen.events()]
    assert values == ["OK", "ALARM", "OK"]
    with pytest.raises(ClientError) as gone:
        cloudwatch.set_alarm_state(AlarmName="gone", StateValue="OK", StateReason="a drill")
    assert gone.value.response["Error"]["Code"] == "ResourceNotFound"


def test_a_fifo_topic_by_the_group_of_the_alarm(lab):
    """CloudWatch User Guide, "Notifying users on alarm changes"."""
    sns, queue = boto3.client("sns"), Queue("q.fifo", FifoQueue="true")
    arn = sns.create_topic(Name="t.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue.arn)
    alarm(AlarmActions=[arn], OKActions=[arn], TreatMissingData="notBreaching")
    put(5)
    run(lab, minutes=9)
    names = ["MessageGroupId"]
    found = queue.sqs.receive_message(
        QueueUrl=queue.url, MaxNumberOfMessages=10, MessageSystemAttributeNames=names
    )["Messages"]
    assert len(found) == 2
    assert len({message["Attributes"]["MessageGroupId"] for message in found}) == 1


def test_actions_can_be_switched_off(lab):
    arn, seen = topic()
    bus = Queue("bus")
    rule("alarms", bus, pattern={"detail-type": ["CloudWatch Alarm State Change"]})
    alarm(AlarmActions=[arn], OKActions=[arn], TreatMissingData="notBreaching")
    cloudwatch = boto3.client("cloudwatch")
    cloudwatch.disable_alarm_actions(AlarmNames=["a"])
    run(lab, minutes=2)
    assert seen.events() == []
    assert len(bus.events()) == 1  # the bus hears of it all the same
    cloudwatch.enable_alarm_actions(AlarmNames=["a"])
    put(5)
    run(lab, minutes=2)
    assert len(seen.events()) == 1


def test_an_update_keeps_the_state_and_replaces_the_rest(lab):
    alarm(Tags=[{"Key": "a", "Value": "1"}], AlarmDescription="old")
    put(5)
    run(lab, minutes=1)
    alarm(Threshold=10, Tags=[{"Key": "a", "Value": "2"}])
    found = described()
    assert (found["StateValue"], found["Threshold"]) == ("ALARM", 10)
    assert "AlarmDescription" not in found
    tags = boto3.client("cloudwatch").list_tags_for_resource(ResourceARN=ARN)["Tags"]
    assert tags == [{"Key": "a", "Value": "1"}]
    run(lab, minutes=1)
    assert changes(lab) == [(1, "ALARM"), (2, "OK")]


def test_a_deleted_alarm_is_silent_and_its_history_stays(lab):
    alarm()
    put(5)
    run(lab, minutes=1)
    cloudwatch = boto3.client("cloudwatch")
    cloudwatch.delete_alarms(AlarmNames=["a", "never"])
    run(lab, minutes=10)
    assert changes(lab) == [(1, "ALARM")]
    [item] = cloudwatch.describe_alarm_history(AlarmName="a")["AlarmHistoryItems"]
    assert item["HistorySummary"] == "Alarm updated from INSUFFICIENT_DATA to ALARM"
    assert item["Timestamp"] == BEGIN + timedelta(minutes=1)
    assert json.loads(item["HistoryData"])["newState"]["stateValue"] == "ALARM"


def test_the_history_has_actions_and_its_conditions(lab):
    arn, _ = topic()
    alarm(AlarmActions=[arn, "arn:aws:sns:eu-west-1:123456789012:gone"])
    put(5)
    run(lab, minutes=5)
    history = boto3.client("cloudwatch").describe_alarm_history
    summaries = [item["HistorySummary"] for item in history()["AlarmHistoryItems"]]
    assert f"Successfully executed action {arn}" in summaries
    failed = "Failed to execute action arn:aws:sns:eu-west-1:123456789012:gone. Received error: "
    assert [summary.startswith(failed) for summary in summaries].count(True) == 1
    first = history(ScanBy="TimestampAscending", MaxRecords=1)
    assert first["AlarmHistoryItems"][0]["HistoryItemType"] == "StateUpdate"
    rest = history(ScanBy="TimestampAscending", NextToken=first["NextToken"])
    assert len(rest["AlarmHistoryItems"]) == len(summaries) - 1
    later = BEGIN + timedelta(minutes=2)
    assert len(history(StartDate=later, HistoryItemType="StateUpdate")["AlarmHistoryItems"]) == 1


def test_an_action_is_tried_again_while_its_service_does_not_answer(lab):
    arn, seen = topic()
    alarm(AlarmActions=[arn])
    put(5)

    def outage():
        with faults.refused("sns.Publish"):
            time.sleep(100)

    with lab.running(minutes=5):
        lab.start(outage)
    assert len(seen.events()) == 1


def test_a_function_is_tried_until_it_is_invoked(lab):
    """CloudWatch User Guide, "Invoke a Lambda function from an alarm"."""
    got = []
    function = lab.deploy("f", lambda event, context: got.append(lab.now))
    alarm(AlarmActions=[function, function + "-gone"])
    put(5)

    def outage():
        with faults.error("lambda.Invoke", code="ServiceException", status=500):
            time.sleep(3 * 3600)

    with lab.running(hours=4):
        lab.start(outage)
    [moment] = got
    assert 10_800 <= moment <= 10_860
    history = boto3.client("cloudwatch").describe_alarm_history(HistoryItemType="Action")
    failed = [item for item in history["AlarmHistoryItems"] if "Failed" in item["HistorySummary"]]
    assert len(failed) == 1


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

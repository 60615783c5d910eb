"""What an alarm does when its state changes, and what it tells of itself.

Sources: `cloudwatch.actions`, `messages` and `alarms`.
"""

from __future__ import annotations

import json
import time
from datetime import timedelta

import boto3
import pytest
from botocore.exceptions import ClientError
from emulated_events import Queue, rule
from emulated_schedules import BEGIN
from put_alarms import ARN, alarm, changes, described, put, run, topic

from helpers import faults


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

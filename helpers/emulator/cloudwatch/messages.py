"""What a change of an alarm's state is told as: to a topic, to a function, on the default bus.

Statements followed, as of November 2026:

- The bus: CloudWatch User Guide, "Alarm events and EventBridge". "CloudWatch guarantees the
  delivery of alarm state change events to EventBridge."
- A function: the same guide, "Invoke a Lambda function from an alarm".
- A topic: messages that readers of CloudWatch have published, the last from May 2025, with their
  order of fields; so is the subject, such as ``ALARM: "CPU" in EU (Ireland)``, with the name of the
  Region as AWS's SDKs have it. A subject has at most 100 characters (SNS API Reference, Publish).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.loaders import create_loader
from moto.cloudwatch.models import Alarm

from helpers.emulator.cloudwatch.configuration import epoch, metrics
from helpers.emulator.cloudwatch.reasons import timestamp

LONGEST_SUBJECT = 100  # characters


@dataclass(frozen=True)
class State:
    """A state of an alarm."""

    value: str
    reason: str
    data: str | None  # JSON
    since: float  # epoch seconds

    def told(self) -> dict[str, str]:
        told = {"value": self.value, "reason": self.reason}
        if self.data:
            told["reasonData"] = self.data
        return {**told, "timestamp": timestamp(self.since)}


@dataclass(frozen=True)
class Change:
    """An alarm that has gone from one state into another."""

    alarm: Alarm
    metric_id: str
    account: str
    before: State
    after: State

    def subject(self) -> str:
        region = region_name(self.alarm.region_name)
        return f'{self.after.value}: "{self.alarm.name}" in {region}'[:LONGEST_SUBJECT]

    def message(self) -> str:
        """What a topic gets."""
        alarm, after = self.alarm, self.after
        told = {
            "AlarmName": alarm.name,
            "AlarmDescription": alarm.description,
            "AWSAccountId": self.account,
            "AlarmConfigurationUpdatedTimestamp": timestamp(
                epoch(alarm.configuration_updated_timestamp)
            ),
            "NewStateValue": after.value,
            "NewStateReason": after.reason,
            "StateChangeTime": timestamp(after.since),
            "Region": region_name(alarm.region_name),
            "AlarmArn": alarm.alarm_arn,
            "OldStateValue": self.before.value,
            "OKActions": alarm.ok_actions,
            "AlarmActions": alarm.alarm_actions,
            "InsufficientDataActions": alarm.insufficient_data_actions,
            "Trigger": self._trigger(),
        }
        return json.dumps(told, separators=(",", ":"), ensure_ascii=False)

    def _trigger(self) -> dict[str, Any]:
        alarm = self.alarm
        told: dict[str, Any] = {"MetricName": alarm.metric_name, "Namespace": alarm.namespace}
        if alarm.statistic:
            told |= {"StatisticType": "Statistic", "Statistic": alarm.statistic.upper()}
        else:
            extended = alarm.extended_statistic
            told |= {"StatisticType": "ExtendedStatistic", "ExtendedStatistic": extended}
        told |= {
            "Unit": alarm.unit,
            "Dimensions": [{"value": each.value, "name": each.name} for each in alarm.dimensions],
            "Period": alarm.period,
            "EvaluationPeriods": alarm.evaluation_periods,
        }
        if alarm.datapoints_to_alarm is not None:
            told["DatapointsToAlarm"] = alarm.datapoints_to_alarm
        return told | {
            "ComparisonOperator": alarm.comparison_operator,
            "Threshold": float(alarm.threshold),
            "TreatMissingData": alarm.treat_missing_data or "",
            "EvaluateLowSampleCountPercentile": alarm.evaluate_low_sample_count_percentile or "",
        }

    def event(self) -> str:
        """What a function gets."""
        told = {
            "source": "aws.cloudwatch",
            "alarmArn": self.alarm.alarm_arn,
            "accountId": self.account,
            "time": timestamp(self.after.since),
            "region": self.alarm.region_name,
            "alarmData": self.detail(),
        }
        return json.dumps(told, separators=(",", ":"), ensure_ascii=False)

    def detail(self) -> dict[str, Any]:
        """The detail of the event on the bus."""
        alarm = self.alarm
        configuration: dict[str, Any] = {"metrics": metrics(alarm, self.metric_id)}
        if alarm.description is not None:
            configuration["description"] = alarm.description
        return {
            "alarmName": alarm.name,
            "state": self.after.told(),
            "previousState": self.before.told(),
            "configuration": configuration,
        }


@cache
def region_name(region: str) -> str:
    """The name of a Region, such as "EU (Ireland)"; its code if it has none."""
    for partition in create_loader().load_data("endpoints")["partitions"]:
        if region in partition["regions"]:
            name: str = partition["regions"][region]["description"]
            return name.replace("Europe (", "EU (")
    return region

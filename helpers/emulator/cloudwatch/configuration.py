"""What events tell of an alarm's configuration, and the event of each change of it.

The forms are those of the CloudWatch User Guide, "Alarm events and EventBridge" (as published in
awsdocs/amazon-cloudwatch-user-guide): "CloudWatch sends events to Amazon EventBridge whenever a
CloudWatch alarm is created, updated, deleted, or changes alarm state."
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.models import Alarm

from helpers.emulator import service_events
from helpers.emulator.cloudwatch.reasons import timestamp

SOURCE, DETAIL_TYPE = "aws.cloudwatch", "CloudWatch Alarm Configuration Change"
CREATE, UPDATE, DELETE = "create", "update", "delete"

Told = dict[str, Any]


def metrics(alarm: Alarm, metric_id: str) -> list[Told]:
    """The metric that an alarm watches."""
    stat: Told = {
        "metric": {
            "namespace": alarm.namespace,
            "name": alarm.metric_name,
            "dimensions": {each.name: each.value for each in alarm.dimensions},
        },
        "period": alarm.period,
        "stat": alarm.statistic or alarm.extended_statistic,
    }
    if alarm.unit:
        stat["unit"] = alarm.unit
    return [{"id": metric_id, "metricStat": stat, "returnData": True}]


def configuration(alarm: Alarm, metric_id: str) -> Told:
    """All that PutMetricAlarm has set."""
    told = {
        "evaluationPeriods": alarm.evaluation_periods,
        "datapointsToAlarm": alarm.datapoints_to_alarm,
        "threshold": float(alarm.threshold),
        "comparisonOperator": alarm.comparison_operator,
        "treatMissingData": alarm.treat_missing_data,
        "metrics": metrics(alarm, metric_id),
        "alarmName": alarm.name,
        "description": alarm.description,
        "actionsEnabled": alarm.actions_enabled,
        "timestamp": timestamp(epoch(alarm.configuration_updated_timestamp)),
        "okActions": alarm.ok_actions,
        "alarmActions": alarm.alarm_actions,
        "insufficientDataActions": alarm.insufficient_data_actions,
    }
    return {name: value for name, value in told.items() if value is not None}


def send(
    operation: str,
    alarm: Alarm,
    *,
    account: str,
    state: str,
    since: float,
    now: Told,
    before: Told | None = None,
) -> None:
    """Tell the default bus that an alarm has been created, updated or deleted.

    Parameters
    ----------
    since : float
        Epoch seconds, from when it has been in its state.
    now, before : dict
        See `configuration`.
    """
    detail = {
        "alarmName": alarm.name,
        "operation": operation,
        "state": {"value": state, "timestamp": timestamp(since)},
        "configuration": now,
    }
    if before is not None:
        detail["previousConfiguration"] = before
    service_events.send(
        SOURCE,
        DETAIL_TYPE,
        detail,
        account=account,
        region=alarm.region_name,
        resources=[alarm.alarm_arn],
    )


def epoch(moment: datetime) -> float:
    """Epoch seconds of a moment as moto keeps it, in UTC and without saying so."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()

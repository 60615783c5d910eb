"""DescribeAlarms, DescribeAlarmsForMetric and DescribeAlarmHistory.

moto looks at one of the conditions of DescribeAlarms, at none of the dimensions of
DescribeAlarmsForMetric, and has no history. "If the metric has any associated dimensions, you must
specify them in order for the call to succeed" (API model in botocore 1.44.5).
"""

from __future__ import annotations

from typing import Any

from moto.cloudwatch.exceptions import CloudWatchException
from moto.cloudwatch.models import Alarm
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from helpers.emulator.cloudwatch.history import History

MOST = 100  # records of one answer, also by default [API model: MaxRecords]


class InvalidNextToken(CloudWatchException):
    """A token that no answer had."""

    code = "InvalidNextToken"


def describe_alarms(response: CloudWatchResponse) -> ActionResult:
    """Replaces `CloudWatchResponse.describe_alarms`: every condition counts."""
    given = response._get_params()
    names, prefix = given.get("AlarmNames"), given.get("AlarmNamePrefix")
    action, state = given.get("ActionPrefix"), given.get("StateValue")
    kinds = given.get("AlarmTypes") or ["MetricAlarm"]
    found = [
        alarm
        for alarm in response.cloudwatch_backend.alarms.values()
        if "MetricAlarm" in kinds
        and (not names or alarm.name in names)
        and (not prefix or alarm.name.startswith(prefix))
        and (not action or any(arn.startswith(action) for arn in _actions(alarm)))
        and state in (None, alarm.state_value)
    ]
    page, token = _page(found, given)
    return ActionResult({"MetricAlarms": page, "CompositeAlarms": [], "NextToken": token})


def describe_alarms_for_metric(response: CloudWatchResponse) -> ActionResult:
    """Replaces `CloudWatchResponse.describe_alarms_for_metric`."""
    given = response._get_params()
    asked = {(each["Name"], each["Value"]) for each in given.get("Dimensions") or []}
    found = [
        alarm
        for alarm in response.cloudwatch_backend.alarms.values()
        if (alarm.namespace, alarm.metric_name) == (given["Namespace"], given["MetricName"])
        and {(each.name, each.value) for each in alarm.dimensions} == asked
        and given.get("Statistic") in (None, alarm.statistic)
        and given.get("ExtendedStatistic") in (None, alarm.extended_statistic)
        and given.get("Period") in (None, alarm.period)
        and given.get("Unit") in (None, alarm.unit)
    ]
    return ActionResult({"MetricAlarms": found})


def describe_alarm_history(response: CloudWatchResponse, history: History) -> ActionResult:
    """DescribeAlarmHistory."""
    given = response._get_params()
    kinds = given.get("AlarmTypes") or ["MetricAlarm"]
    found = history.items(
        name=given.get("AlarmName"),
        kind=given.get("HistoryItemType"),
        start=given.get("StartDate"),
        end=given.get("EndDate"),
        oldest_first=given.get("ScanBy") == "TimestampAscending",
    )
    page, token = _page(found if "MetricAlarm" in kinds else [], given)
    return ActionResult({"AlarmHistoryItems": page, "NextToken": token})


def _actions(alarm: Alarm) -> list[str]:
    return [*alarm.alarm_actions, *alarm.ok_actions, *alarm.insufficient_data_actions]


def _page(found: list[Any], given: dict[str, Any]) -> tuple[list[Any], str | None]:
    """The part that a call asks for, and the token of the next one: the number of those before."""
    token = given.get("NextToken") or "0"
    if not token.isdecimal():
        raise InvalidNextToken(f"The token {token} is not valid.")
    first, most = int(token), int(given.get("MaxRecords") or MOST)
    beyond = first + most
    return found[first:beyond], str(beyond) if beyond < len(found) else None

"""What DescribeAlarmHistory tells: the changes of state, and the actions that followed.

The forms of HistorySummary and HistoryData are those of the AWS CLI's examples of
describe-alarm-history, and of AWS re:Post's "receive SNS for alarm trigger" for an action that
failed. AWS also keeps an item for each change of an alarm's configuration; its form
is not documented, and it is left out here.
"""

from __future__ import annotations

import json
import time
from datetime import datetime
from typing import Any

from helpers.emulator.cloudwatch.messages import Change, State
from helpers.emulator.cloudwatch.reasons import moment

Item = dict[str, Any]


class History:
    """The items of one account and region, oldest first. They stay when an alarm is deleted."""

    def __init__(self) -> None:
        self._items: list[Item] = []

    def changed(self, change: Change) -> None:
        """Add a change of an alarm's state."""
        data = {
            "version": "1.0",
            "oldState": _told(change.before),
            "newState": _told(change.after),
        }
        summary = f"Alarm updated from {change.before.value} to {change.after.value}"
        self._add(change, "StateUpdate", summary, data)

    def acted(self, change: Change, arn: str, *, error: str | None = None) -> None:
        """Add an action that has been carried out, or that failed."""
        data = {
            "actionState": "Succeeded" if error is None else "Failed",
            "notificationResource": arn,
        }
        if error is None:
            summary = f"Successfully executed action {arn}"
        else:
            data["error"] = error
            summary = f'Failed to execute action {arn}. Received error: "{error}"'
        self._add(change, "Action", summary, data)

    def _add(self, change: Change, kind: str, summary: str, data: dict[str, Any]) -> None:
        self._items.append(
            {
                "AlarmName": change.alarm.name,
                "AlarmType": "MetricAlarm",
                "Timestamp": moment(time.time()),
                "HistoryItemType": kind,
                "HistorySummary": summary[:255],
                "HistoryData": json.dumps(data, separators=(",", ":"))[:4095],
            }
        )

    def items(
        self,
        *,
        name: str | None,
        kind: str | None,
        start: datetime | None,
        end: datetime | None,
        oldest_first: bool,
    ) -> list[Item]:
        """Those that a call of DescribeAlarmHistory asks for."""
        found = [
            item
            for item in self._items
            if name in (None, item["AlarmName"])
            and kind in (None, item["HistoryItemType"])
            and (start is None or item["Timestamp"] >= _naive(start))
            and (end is None or item["Timestamp"] <= _naive(end))
        ]
        return found if oldest_first else found[::-1]


def _told(state: State) -> dict[str, Any]:
    told: dict[str, Any] = {"stateValue": state.value, "stateReason": state.reason}
    if state.data:
        told["stateReasonData"] = json.loads(state.data)
    return told


def _naive(given: datetime) -> datetime:
    return moment(given.timestamp()) if given.tzinfo else given

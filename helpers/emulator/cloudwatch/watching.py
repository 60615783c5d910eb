"""Alarms that are watched: evaluated once a minute, until they are replaced or deleted.

Statements followed, as of November 2026 (API model in botocore 1.44.5, unless named otherwise):

- PutMetricAlarm: "When this operation creates an alarm, the alarm state is immediately set to
  INSUFFICIENT_DATA. The alarm is then evaluated [...]. When you update an existing alarm, its state
  is left unchanged".
- SetAlarmState: "When the updated state differs from the previous value, the action configured for
  the appropriate state is invoked." "Metric alarms returns to their actual state quickly": here
  with the next evaluation.
- "A sliding window advances each time the alarm is evaluated" (EvaluationWindow): the last period
  ends with the evaluation. An alarm with a period under a minute is evaluated each ten seconds. AWS
  evaluates somewhere in the minute, here it is its beginning.
- EvaluateLowSampleCountPercentile: used when there are fewer than 10/(1-percentile) samples, or
  10/percentile below the middle (User Guide, "Percentile-based alarms and low data samples").
"""

from __future__ import annotations

import math
import time
from functools import partial
from threading import Thread

from moto.cloudwatch.models import Alarm, CloudWatchBackend
from moto.moto_api._internal import mock_random

from helpers.emulator.cloudwatch import configuration, reasons
from helpers.emulator.cloudwatch.actions import tell
from helpers.emulator.cloudwatch.data import Data
from helpers.emulator.cloudwatch.evaluation import (
    COMPARISONS,
    IGNORE,
    INSUFFICIENT_DATA,
    MISSING,
    MORE_PERIODS,
    state_of,
)
from helpers.emulator.cloudwatch.history import History
from helpers.emulator.cloudwatch.messages import Change, State
from helpers.emulator.cloudwatch.statistics import VALUES, Period, periods
from helpers.emulator.moments import RESOLUTION
from helpers.emulator.timekeeper import Timekeeper
from helpers.trace.callers import at_work

MINUTE, HIGH_RESOLUTION = 60.0, 10.0  # seconds from one evaluation to the next


class Watch:
    """The alarms of one account and region."""

    def __init__(self, backend: CloudWatchBackend) -> None:
        self._backend, self.history = backend, History()
        self._data = Data(backend)
        self._keeper = Timekeeper(at_work("cloudwatch", "time"))
        self._states: dict[str, State] = {}  # by the alarm's name
        self._ids: dict[str, str] = {}  # of the metrics, by the alarm's name

    def begin(self, alarm: Alarm, before: Alarm | None) -> None:
        """Watch an alarm that has been put: it replaces the one with its name, if there is one."""
        told_before = None
        if before is None or alarm.name not in self._states:
            self._states[alarm.name] = State(INSUFFICIENT_DATA, reasons.INITIAL, None, time.time())
        else:
            told_before = configuration.configuration(before, self._ids[alarm.name])
        self._ids[alarm.name] = str(mock_random.uuid4())
        self._set(alarm, self._states[alarm.name])
        operation = configuration.UPDATE if told_before else configuration.CREATE
        self._configured(operation, alarm, told_before)
        self._wait(alarm, time.time())

    def end(self, alarm: Alarm) -> None:
        """Tell of an alarm that has been deleted."""
        self._configured(configuration.DELETE, alarm)

    def _configured(
        self, operation: str, alarm: Alarm, before: configuration.Told | None = None
    ) -> None:
        state = self._states[alarm.name]
        configuration.send(
            operation,
            alarm,
            account=self._backend.account_id,
            state=state.value,
            since=state.since,
            now=configuration.configuration(alarm, self._ids[alarm.name]),
            before=before,
        )

    def set_state(self, alarm: Alarm, value: str, reason: str, data: str | None) -> None:
        """Put an alarm into a state, and tell of it if it is another one."""
        before = self._states[alarm.name]
        is_change = before.value != value
        after = State(value, reason, data, time.time() if is_change else before.since)
        self._set(alarm, after)
        if is_change:
            account = self._backend.account_id
            change = Change(alarm, self._ids[alarm.name], account, before, after)
            self.history.changed(change)
            name = at_work("cloudwatch", alarm.name)
            Thread(target=tell, args=(change, self.history), name=name).start()

    def _set(self, alarm: Alarm, state: State) -> None:
        self._states[alarm.name] = state
        alarm.update_state(state.reason, state.data, state.value)
        alarm.state_transitioned_timestamp = reasons.moment(state.since)

    def _wait(self, alarm: Alarm, now: float) -> None:
        step = HIGH_RESOLUTION if alarm.period < MINUTE else MINUTE
        due = (math.floor((now + RESOLUTION) / step) + 1) * step
        self._keeper.call(partial(self._evaluate, alarm, due), at=due)

    def _evaluate(self, alarm: Alarm, now: float) -> None:
        if self._backend.alarms.get(alarm.name) is not alarm:
            return
        self._wait(alarm, now)
        settings = settings_of(alarm)
        points = self._points(alarm, settings, now)
        state = state_of(
            [None if point is None else point.breaches for point in points],
            periods=settings.periods,
            to_alarm=settings.to_alarm,
            missing=settings.missing,
        )
        if state is None or state == self._states[alarm.name].value:
            return
        evaluated = [point for point in points if point is not None][-settings.periods :]
        if alarm.evaluate_low_sample_count_percentile == IGNORE and _is_thin(alarm, evaluated):
            return
        words = reasons.words(state, evaluated, settings)
        self.set_state(alarm, state, words, reasons.data(evaluated, settings, now))

    def _points(
        self, alarm: Alarm, settings: reasons.Settings, now: float
    ) -> list[reasons.Datapoint | None]:
        """The last datapoints, oldest first; None where there is none."""
        number = settings.periods + MORE_PERIODS
        begin = now - number * settings.period
        found = periods(
            self._data.of(alarm, begin), begin, settings.period, number, settings.statistic
        )
        return [
            _point(begin + index * settings.period, period, settings)
            for index, period in enumerate(found)
        ]


def settings_of(alarm: Alarm) -> reasons.Settings:
    """What an alarm compares."""
    missing = alarm.treat_missing_data or MISSING
    return reasons.Settings(
        statistic=alarm.statistic or str(alarm.extended_statistic),
        period=alarm.period,
        periods=alarm.evaluation_periods,
        to_alarm=alarm.datapoints_to_alarm or alarm.evaluation_periods,
        comparison=alarm.comparison_operator,
        threshold=alarm.threshold,
        missing=missing,
        unit=alarm.unit,
    )


def _point(start: float, period: Period, settings: reasons.Settings) -> reasons.Datapoint | None:
    value = period.statistic(settings.statistic)
    if value is None:
        return None
    breaches = COMPARISONS[settings.comparison][0](value, settings.threshold)
    return reasons.Datapoint(start, value, period.samples, breaches)


def _is_thin(alarm: Alarm, points: list[reasons.Datapoint]) -> bool:
    """Whether there are too few samples for a percentile to mean anything."""
    if alarm.statistic in VALUES:
        return False
    percentile = float(str(alarm.extended_statistic)[1:]) / 100
    rare = min(percentile, 1 - percentile)
    return rare > 0 and sum(point.samples for point in points) < 10 / rare

"""The metrics that alarms watch: the reader's own, of PutMetricData, and those of `metric_sources`.

"You must specify the same dimensions that were used when the metrics were created" (API model in
botocore 1.44.5: GetMetricStatistics): a metric is its namespace, its name and all its dimensions.
"""

from __future__ import annotations

from bisect import bisect_left, insort

from moto.cloudwatch.models import (
    Alarm,
    CloudWatchBackend,
    Dimension,
    MetricAggregatedDatum,
    MetricDatum,
    MetricDatumBase,
)

from helpers.emulator.cloudwatch.configuration import epoch
from helpers.emulator.metric_sources import Stretch, source_of

Key = tuple[str, str, frozenset[tuple[str, str]]]
Entry = tuple[float, Stretch, str | None]  # when, what, and its unit


class Data:
    """The data of one account and region, as alarms ask for them.

    Parameters
    ----------
    backend : CloudWatchBackend
        moto's, whose list of data only grows.
    """

    def __init__(self, backend: CloudWatchBackend) -> None:
        self._backend = backend
        self._known = 0  # of the backend's list
        self._own: dict[Key, list[Entry]] = {}

    def of(self, alarm: Alarm, since: float) -> list[Stretch]:
        """The data of an alarm's metric from a moment on, in epoch seconds."""
        source = source_of(alarm.namespace)
        if source is not None:
            dimensions = {str(each.name): str(each.value) for each in alarm.dimensions}
            account, region = self._backend.account_id, self._backend.region_name
            return source(account, region, alarm.metric_name, dimensions, since)
        self._catch_up()
        series = self._own.get(_key(alarm.namespace, alarm.metric_name, alarm.dimensions), [])
        first = bisect_left(series, since, key=lambda entry: entry[0])
        return [
            stretch for _, stretch, unit in series[first:] if alarm.unit in (None, unit or "None")
        ]

    def _catch_up(self) -> None:
        data = self._backend.metric_data
        for datum in data[self._known :]:
            entry = (epoch(datum.timestamp), _stretch(datum), datum.unit)
            key = _key(datum.namespace, datum.name, datum.dimensions)
            insort(self._own.setdefault(key, []), entry, key=lambda entry: entry[0])
        self._known = len(data)


def _key(namespace: str, name: str, dimensions: list[Dimension]) -> Key:
    return namespace, name, frozenset((str(each.name), str(each.value)) for each in dimensions)


def _stretch(datum: MetricDatumBase) -> Stretch:
    start = epoch(datum.timestamp)
    if isinstance(datum, MetricAggregatedDatum):
        return Stretch(start, 1, datum.sum, 0, datum.sample_count, datum.min, datum.max)
    assert isinstance(datum, MetricDatum)
    return Stretch(start, 1, datum.value)

"""CloudWatch metrics of SQS, read from what each queue keeps (`metrics`).

"Amazon SQS automatically publishes operational metrics to Amazon CloudWatch under the AWS/SQS
namespace", with one dimension, QueueName. Names, units and when a metric is reported are those of
the SQS Developer Guide, "Available CloudWatch metrics for Amazon SQS" (November 2026). Messages
that were moved to a dead-letter queue do not count as sent.

A metric is there for every full minute since its queue was made, with the beginning of the minute
as its timestamp. AWS ends this when a queue has not been active for six hours; here it goes on.
A deleted queue takes its metrics with it. moto has no metrics of SQS; its statistics over periods
stay as they are.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from moto.cloudwatch.models import (
    CloudWatchBackend,
    MetricAggregatedDatum,
    MetricDatum,
    MetricDatumBase,
)
from moto.sqs.models import sqs_backends

from helpers.emulator.guard import applied
from helpers.emulator.metric_sources import Stretch, offered
from helpers.emulator.sqs.metrics import MINUTE, Minute
from helpers.emulator.sqs.stored_queue import KeptQueue

NAMESPACE = "AWS/SQS"
EXPECTED_SOURCES = {
    "moto.cloudwatch.models:CloudWatchBackend.aws_metric_data": "a97a6245bdd7",
    "moto.cloudwatch.models:CloudWatchBackend.get_metric_data": "ea8fffafcc06",
    "moto.cloudwatch.models:CloudWatchBackend.get_metric_statistics": "844bf661c8f9",
    "moto.cloudwatch.models:CloudWatchBackend.get_filtered_metrics": "63270f556ea9",
    "moto.cloudwatch.models:CloudWatchBackend.get_all_metrics": "ce7821bc32f4",
    "moto.cloudwatch.models:MetricDatumBase.__init__": "4472012d39e3",
    "moto.cloudwatch.models:MetricDatum.__init__": "4fa67982bb2c",
    "moto.cloudwatch.models:MetricAggregatedDatum.__init__": "3f7d194e8ef2",
}


Names = set[str] | None  # of the metrics that a request asks for; None: all


@contextmanager
def corrections() -> Iterator[None]:
    """Give CloudWatch the metrics of SQS for as long as the context is open."""
    backend = vars(CloudWatchBackend)
    replacements = {
        "get_metric_data": _asking(backend["get_metric_data"], _of_queries),
        "get_metric_statistics": _asking(backend["get_metric_statistics"], _of_statistics),
        "get_all_metrics": _all_metrics(backend["get_all_metrics"]),
    }
    with (
        applied(EXPECTED_SOURCES, (CloudWatchBackend, replacements)),
        offered(NAMESPACE, stretches),
    ):
        yield


def stretches(
    account: str, region: str, name: str, dimensions: dict[str, str], since: float
) -> list[Stretch]:
    """A metric of a queue, for its alarms. See `metric_sources`."""
    queue = sqs_backends[account][region].queues.get(dimensions.get("QueueName"))
    if len(dimensions) != 1 or not isinstance(queue, KeptQueue):
        return []
    queue.catch_up()
    found = []
    for start, end, calls, sizes, gauges in queue.record.rows(since):
        minutes = round((end - start) / MINUTE)
        if minutes <= 0:
            continue
        if name in calls:
            found.append(Stretch(start, 1, calls[name]))
        elif name in gauges.counts:
            found.append(Stretch(start, minutes, gauges.counts[name]))
        elif name in gauges.since:
            found.append(Stretch(start, minutes, start + MINUTE - gauges.since[name], MINUTE))
        elif name == "SentMessageSize" and sizes is not None:
            found.append(
                Stretch(start, 1, sizes.total, 0, sizes.number, sizes.smallest, sizes.largest)
            )
    return found


def _asking(original: Callable[..., Any], wanted: Callable[..., Names]) -> Callable[..., Any]:
    """Note what a request asks for, so that it is all that is made for it."""

    @wraps(original)
    def method(self: CloudWatchBackend, *args: Any, **kwargs: Any) -> Any:
        self._wanted_of_sqs = wanted(*args, **kwargs)
        try:
            return original(self, *args, **kwargs)
        finally:
            del self._wanted_of_sqs

    return method


def _of_queries(queries: list[dict[str, Any]], **_: Any) -> Names:
    metrics = [query["MetricStat"]["Metric"] for query in queries if "MetricStat" in query]
    return {m["MetricName"] for m in metrics if m["Namespace"] == NAMESPACE}


def _of_statistics(namespace: str, metric_name: str, *_: Any, **__: Any) -> Names:
    return {metric_name} if namespace == NAMESPACE else set()


def _all_metrics(original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def get_all_metrics(self: CloudWatchBackend) -> list[MetricDatumBase]:
        names = vars(self).get("_wanted_of_sqs")
        found = original(self)
        for queue in sqs_backends[self.account_id][self.region_name].queues.values():
            if isinstance(queue, KeptQueue):
                found += _data_of(queue, names)
        return found

    return get_all_metrics


def _data_of(queue: KeptQueue, names: Names) -> list[MetricDatumBase]:
    """The data of a queue; without names, for a list of metrics, the last of each."""
    queue.catch_up()
    data = [
        datum for minute in queue.record.minutes() for datum in _data(queue.name, minute, names)
    ]
    return list({datum.name: datum for datum in data}.values()) if names is None else data


def _data(queue: str, minute: Minute, names: Names) -> Iterator[MetricDatumBase]:
    common = {
        "namespace": NAMESPACE,
        "dimensions": [{"Name": "QueueName", "Value": queue}],
        "timestamp": datetime.fromtimestamp(minute.start, UTC).replace(tzinfo=None),
    }
    for values, unit in ((minute.calls, "Count"), (minute.held, "Count"), (minute.ages, "Seconds")):
        for name, value in values.items():
            if names is None or name in names:
                yield MetricDatum(name=name, value=value, unit=unit, **common)
    if minute.sizes is not None and (names is None or "SentMessageSize" in names):
        sizes = minute.sizes
        yield MetricAggregatedDatum(
            name="SentMessageSize",
            min_stat=sizes.smallest,
            max_stat=sizes.largest,
            sample_count=sizes.number,
            sum_stat=sizes.total,
            unit="Bytes",
            **common,
        )

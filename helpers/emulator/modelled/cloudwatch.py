"""CloudWatch: metrics, the reader's own and those of SQS, and alarms on them."""

from __future__ import annotations

from helpers.emulator.modelled.verdict import Verdict, acts, moto, refused

OTHER_ALARM = refused(
    "alarms of other kinds than on one metric with a static threshold", "put_metric_alarm"
)
MUTING = refused("rules that mute alarms", "disable_alarm_actions and enable_alarm_actions")
OTHER = refused("more than metrics, alarms and dashboards", "compute it from lab.trace")

ROWS: dict[str, Verdict] = {
    "AssociateDatasetKmsKey": OTHER,
    "CreateResourceMetricsConfiguration": OTHER,
    "DeleteAlarmMuteRule": MUTING,
    "DeleteAlarms": acts(),
    "DeleteAnomalyDetector": OTHER,
    "DeleteDashboards": moto(),
    "DeleteInsightRules": OTHER,
    "DeleteMetricDataQueryDefinition": OTHER,
    "DeleteMetricStream": OTHER,
    "DeleteResourceMetricsConfiguration": OTHER,
    "DescribeAlarmContributors": OTHER_ALARM,
    "DescribeAlarmHistory": acts("changes of state and actions; not those of the configuration"),
    "DescribeAlarms": acts(),
    "DescribeAlarmsForMetric": acts(),
    "DescribeAnomalyDetectors": OTHER,
    "DescribeInsightRules": OTHER,
    "DisableAlarmActions": acts(),
    "DisableInsightRules": OTHER,
    "DisassociateDatasetKmsKey": OTHER,
    "EnableAlarmActions": acts(),
    "EnableInsightRules": OTHER,
    "GetAlarmMuteRule": MUTING,
    "GetDashboard": moto(),
    "GetDataset": OTHER,
    "GetInsightRuleReport": OTHER,
    "GetMetricData": acts(),
    "GetMetricDataQueryDefinition": OTHER,
    "GetMetricStatistics": acts(),
    "GetMetricStream": OTHER,
    "GetMetricWidgetImage": OTHER,
    "GetOTelEnrichment": OTHER,
    "GetResourceMetricsConfiguration": OTHER,
    "ListAlarmMuteRules": MUTING,
    "ListDashboards": moto(),
    "ListManagedInsightRules": OTHER,
    "ListMetricDataQueryDefinitions": OTHER,
    "ListMetricStreams": OTHER,
    "ListMetrics": acts(),
    "ListTagsForResource": moto(),
    "PutAlarmMuteRule": MUTING,
    "PutAnomalyDetector": OTHER,
    "PutCompositeAlarm": OTHER_ALARM,
    "PutDashboard": moto(),
    "PutInsightRule": OTHER,
    "PutLogAlarm": OTHER_ALARM,
    "PutManagedInsightRules": OTHER,
    "PutMetricAlarm": acts(
        "on metrics of SQS and of your own; topics and functions as actions, and the event on the "
        "default bus; evaluated at the beginning of each minute"
    ),
    "PutMetricData": moto(),
    "PutMetricDataQueryDefinition": OTHER,
    "PutMetricStream": OTHER,
    "SetAlarmState": acts("until the next evaluation"),
    "StartMetricStreams": OTHER,
    "StartOTelEnrichment": OTHER,
    "StopMetricStreams": OTHER,
    "StopOTelEnrichment": OTHER,
    "TagResource": moto(),
    "UntagResource": moto(),
    "UpdateOTelEnrichment": OTHER,
    "UpdateResourceMetricsConfiguration": OTHER,
}

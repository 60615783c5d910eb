"""PutMetricAlarm: what it refuses.

Statements followed (API model in botocore 1.44.5: PutMetricAlarm, November 2026):

- An alarm on a metric needs Period, EvaluationPeriods, Threshold, ComparisonOperator and either
  Statistic or ExtendedStatistic, "but not both".
- Period: "Valid values are 10, 20, 30, and any multiple of 60. [...] Period multiplied by
  EvaluationPeriods can't be more than 604,800 seconds. For alarms with a period of less than one
  hour (3,600 seconds), the total evaluation period can't be longer than one day".
- TreatMissingData: "breaching | notBreaching | ignore | missing".

What the lab does not evaluate, or would not carry out, is refused with `NotModelled`. Of the words
of AWS's own refusals there is no record: they are the lab's, as is DatapointsToAlarm at most
EvaluationPeriods.
"""

from __future__ import annotations

from typing import Any

from moto.cloudwatch.exceptions import (
    InvalidParameterCombination,
    InvalidParameterValue,
    ValidationError,
)

from helpers.emulator.cloudwatch.evaluation import (
    BREACHING,
    COMPARISONS,
    IGNORE,
    MISSING,
    NOT_BREACHING,
)
from helpers.emulator.cloudwatch.statistics import PERCENTILE
from helpers.emulator.metric_sources import namespaces, source_of
from helpers.emulator.not_modelled import NotModelled

OPERATION = "PutMetricAlarm"
NEEDED = (
    "MetricName", "Namespace", "Period", "EvaluationPeriods", "Threshold", "ComparisonOperator",
)  # fmt: skip
ONE_METRIC = "an alarm on one metric with a static threshold"
OTHER_KINDS = {  # parameter: what it is
    "Metrics": "alarms on metric math or on queries",
    "ThresholdMetricId": "alarms on anomaly detection",
    "EvaluationCriteria": "alarms on PromQL queries",
    "EvaluationInterval": "alarms on PromQL queries",
    "WarmUpConfiguration": "warm-up periods of alarms",
    "ActionConfiguration": "settings of an alarm's actions",
}
ACTIONS = ("OKActions", "AlarmActions", "InsufficientDataActions")
DAY, WEEK = 86_400, 604_800


def check(given: dict[str, Any]) -> None:
    """Refuse what AWS refuses, and what the lab would not evaluate or carry out.

    Parameters
    ----------
    given : dict
        The parameters of the call.
    """
    _check_kind(given)
    for name in NEEDED:
        if given.get(name) is None:
            raise ValidationError(f"The parameter {name} is required for an alarm on a metric.")
    _check_statistic(given)
    _check_periods(given["Period"], given["EvaluationPeriods"], given.get("DatapointsToAlarm"))
    treatments = (BREACHING, NOT_BREACHING, IGNORE, MISSING)
    if given.get("TreatMissingData") not in (None, *treatments):
        raise ValidationError(
            f"Option {given['TreatMissingData']} is not supported. Supported options for parameter "
            f"TreatMissingData are {', '.join(treatments)}."
        )
    for name in ACTIONS:
        for arn in given.get(name) or []:
            _check_action(arn)


def _check_kind(given: dict[str, Any]) -> None:
    for name, kind in OTHER_KINDS.items():
        if given.get(name):
            raise NotModelled("cloudwatch", OPERATION, f"{kind} ({name})", ONE_METRIC)
    if "WallClockWindow" in (given.get("EvaluationWindow") or {}):
        missing = "windows that follow the clock on the wall (WallClockWindow)"
        raise NotModelled("cloudwatch", OPERATION, missing, "the sliding window, the default")
    comparison = given.get("ComparisonOperator")
    if comparison is not None and comparison not in COMPARISONS:
        missing = f"alarms on anomaly detection (ComparisonOperator {comparison})"
        raise NotModelled("cloudwatch", OPERATION, missing, ONE_METRIC)
    namespace = given.get("Namespace") or ""
    if namespace.startswith("AWS/") and source_of(namespace) is None:
        missing = f"metrics of {namespace}, so that the alarm would never have a datapoint"
        instead = f"an alarm on {', '.join(namespaces())}, or on a metric of your own"
        raise NotModelled("cloudwatch", OPERATION, missing, f"{instead} (put_metric_data)")


def _check_statistic(given: dict[str, Any]) -> None:
    statistic, extended = given.get("Statistic"), given.get("ExtendedStatistic")
    if (statistic is None) == (extended is None):
        raise InvalidParameterCombination(
            "Specify either Statistic or ExtendedStatistic for an alarm on a metric, and not both."
        )
    if extended is not None and PERCENTILE.fullmatch(extended) is None:
        if extended[:1] == "p":
            raise InvalidParameterValue(
                f"The value {extended} for parameter ExtendedStatistic is not supported."
            )
        missing = f"the statistic {extended}"
        raise NotModelled("cloudwatch", OPERATION, missing, "a percentile such as p99")


def _check_periods(period: int, number: int, to_alarm: int | None) -> None:
    if period not in (10, 20, 30) and period % 60:
        raise InvalidParameterValue(
            f"Period must be 10, 20, 30 or a multiple of 60 seconds, got {period}."
        )
    longest = WEEK if period >= 3_600 else DAY
    if period * number > longest:
        raise ValidationError(
            f"Period multiplied by EvaluationPeriods must be at most {longest} seconds, got "
            f"{period * number}."
        )
    if to_alarm is not None and to_alarm > number:
        raise ValidationError(
            f"DatapointsToAlarm must be at most EvaluationPeriods ({number}), got {to_alarm}."
        )


def _check_action(arn: str) -> None:
    parts = arn.split(":")
    if parts[0] != "arn" or len(parts) < 6:
        raise ValidationError(f"Invalid arn syntax: {arn}")
    if parts[2] != "sns" and (parts[2], parts[5]) != ("lambda", "function"):
        missing = f"the action {arn}"
        instead = (
            "a topic of SNS, a function, or a rule for the event CloudWatch Alarm State Change"
        )
        raise NotModelled("cloudwatch", OPERATION, missing, instead)

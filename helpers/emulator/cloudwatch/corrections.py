"""CloudWatch's alarms as AWS describes them: moto keeps them, and never evaluates them.

`alarms` says which are taken, `watching` evaluates them (`data`, `statistics`, `evaluation`),
`reasons`, `messages` and `configuration` have what is told of a change, `actions` what follows it,
and `history` and `describing` what can be asked. Metrics are elsewhere: SQS has its own.
"""

from __future__ import annotations

import json
from contextlib import AbstractContextManager

from moto.cloudwatch.exceptions import InvalidFormat, ResourceNotFound
from moto.cloudwatch.models import CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from helpers.emulator.cloudwatch import alarms, describing
from helpers.emulator.cloudwatch.watching import Watch
from helpers.emulator.guard import applied

EXPECTED_SOURCES = {
    "moto.cloudwatch.models:Alarm.__init__": "4eee3068ea5f",
    "moto.cloudwatch.models:Alarm.update_state": "9308fec8c5cd",
    "moto.cloudwatch.models:CloudWatchBackend.delete_alarms": "3602fd647ddc",
    "moto.cloudwatch.models:CloudWatchBackend.disable_alarm_actions": "8730bcf87daf",
    "moto.cloudwatch.models:CloudWatchBackend.enable_alarm_actions": "4e06e7b11bd0",
    "moto.cloudwatch.models:CloudWatchBackend.put_metric_alarm": "aff786ddccbc",
    "moto.cloudwatch.models:CloudWatchBackend.put_metric_data": "300dda002442",
    "moto.cloudwatch.models:CloudWatchBackend.set_alarm_state": "a25532144b2a",
    "moto.cloudwatch.responses:CloudWatchResponse.describe_alarms": "f660829b233b",
    "moto.cloudwatch.responses:CloudWatchResponse.describe_alarms_for_metric": "c6266fa9fe02",
    "moto.cloudwatch.responses:CloudWatchResponse.put_metric_alarm": "5feec7a73726",
    "moto.cloudwatch.responses:CloudWatchResponse.set_alarm_state": "ac16b000ef07",
}
_put_metric_alarm = CloudWatchResponse.put_metric_alarm


def corrections() -> AbstractContextManager[None]:
    """Correct CloudWatch's alarms for as long as the context is open.

    Raises
    ------
    UnexpectedMoto
        If the installed moto is not the one that the corrections were written for.
    """
    return applied(
        EXPECTED_SOURCES,
        (
            CloudWatchResponse,
            {
                "put_metric_alarm": put_metric_alarm,
                "describe_alarms": describing.describe_alarms,
                "describe_alarms_for_metric": describing.describe_alarms_for_metric,
                "describe_alarm_history": describe_alarm_history,
            },
        ),
        (
            CloudWatchBackend,
            {"set_alarm_state": set_alarm_state, "delete_alarms": delete_alarms},
        ),
    )


def watch(backend: CloudWatchBackend) -> Watch:
    """What watches the alarms of an account and region."""
    found: Watch | None = vars(backend).get("watch")
    if found is None:
        found = vars(backend)["watch"] = Watch(backend)
    return found


def put_metric_alarm(response: CloudWatchResponse) -> ActionResult:
    """Replaces `CloudWatchResponse.put_metric_alarm`."""
    given, backend = response._get_params(), response.cloudwatch_backend
    alarms.check(given)
    before = backend.alarms.get(given["AlarmName"])
    if before is not None:  # "any tags you specify in this parameter are ignored" [API model]
        tags = backend.tagger.get_tag_dict_for_resource(before.alarm_arn)
    answer = _put_metric_alarm(response)
    alarm = backend.alarms[given["AlarmName"]]
    if before is not None:
        backend.tagger.delete_all_tags_for_resource(alarm.alarm_arn)
        backend.tag_resource(alarm.alarm_arn, tags)
    watch(backend).begin(alarm, before)
    return answer


def delete_alarms(backend: CloudWatchBackend, alarm_names: list[str]) -> None:
    """Replaces `CloudWatchBackend.delete_alarms`: "If you specify any incorrect alarm names, the
    alarms you specify with correct names are still deleted." [API model: DeleteAlarms]
    """
    for name in alarm_names:
        alarm = backend.alarms.pop(name, None)
        if alarm is not None:
            watch(backend).end(alarm)


def set_alarm_state(
    backend: CloudWatchBackend,
    alarm_name: str,
    reason: str,
    reason_data: str | None,
    state_value: str,
) -> None:
    """Replaces `CloudWatchBackend.set_alarm_state`."""
    if reason_data is not None:
        try:
            json.loads(reason_data)
        except ValueError:
            raise InvalidFormat("Unknown") from None
    alarm = backend.alarms.get(alarm_name)
    if alarm is None:
        raise ResourceNotFound
    watch(backend).set_state(alarm, state_value, reason, reason_data)


def describe_alarm_history(response: CloudWatchResponse) -> ActionResult:
    """DescribeAlarmHistory, which moto does not have."""
    return describing.describe_alarm_history(response, watch(response.cloudwatch_backend).history)

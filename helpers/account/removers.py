"""How each kind of resource is removed, with what AWS made for it on the way.

Each function takes a way to clients, `aws("sqs")`, the entry of the register, and the partition.
What is not there raises AWS's error, of a code in `GONE`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from helpers.account.register import Entry

Aws = Callable[[str], Any]

# What services answer about a thing that is not there [each service's API reference, "Errors"].
GONE = {
    "404", "AWS.SimpleQueueService.NonExistentQueue", "ActivityDoesNotExist",
    "ExecutionDoesNotExist", "NoSuchBucket", "NoSuchEntity", "NoSuchUpload", "NotFound",
    "NotFoundException", "QueueDoesNotExist", "ResourceNotFound", "ResourceNotFoundException",
    "StateMachineDoesNotExist",
}  # fmt: skip


def _arn(entry: Entry, partition: str, resource: str, service: str | None = None) -> str:
    service = service or entry.service
    return f"arn:{partition}:{service}:{entry.region}:{entry.account}:{resource}"


@contextlib.contextmanager
def _unless_gone() -> Iterator[None]:
    """Go on after the block if what it asks for is not there."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] not in GONE:
            raise


@contextlib.contextmanager
def _unless_over(goes_on: Callable[[], bool]) -> Iterator[None]:
    """Go on after the block if what it ends has ended meanwhile.

    What AWS answers then is not in every reference, and endpoints differ: so it is asked.
    """
    try:
        yield
    except ClientError as refused:
        try:
            over = not goes_on()
        except ClientError as error:
            over = error.response["Error"]["Code"] in GONE
        if not over:
            raise refused


def _pages(client: Any, operation: str, key: str, **params: Any) -> list[Any]:
    pages = client.get_paginator(operation).paginate(**params)
    return [each for page in pages for each in page.get(key, [])]


def _queue(aws: Aws, entry: Entry, _: str) -> None:
    sqs = aws("sqs")
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=entry.name)["QueueUrl"])


def _topic(aws: Aws, entry: Entry, partition: str) -> None:
    aws("sns").delete_topic(TopicArn=_arn(entry, partition, entry.name))


def _subscription(aws: Aws, entry: Entry, _: str) -> None:
    """One that was never confirmed cannot be removed. It goes with its topic, and SNS ends it."""
    sns, arn = aws("sns"), entry.details.get("ident")
    if not str(arn).startswith("arn:"):
        found = _pages(
            sns, "list_subscriptions_by_topic", "Subscriptions", TopicArn=entry.details["topic"]
        )
        mine = [s["SubscriptionArn"] for s in found if s["Endpoint"] == entry.details["endpoint"]]
        arn = next((each for each in mine if each.startswith("arn:")), None)
    if arn:
        sns.unsubscribe(SubscriptionArn=arn)


def _bus(aws: Aws, entry: Entry, partition: str) -> None:
    """Its rules and archives go first: an archive has a rule on it, and takes no tag itself."""
    events = aws("events")
    bus = _arn(entry, partition, f"event-bus/{entry.name}")
    for archive in events.list_archives(EventSourceArn=bus)["Archives"]:
        with _unless_gone():
            events.delete_archive(ArchiveName=archive["ArchiveName"])
    for rule in _pages(events, "list_rules", "Rules", EventBusName=entry.name):
        if not rule.get("ManagedBy"):
            with _unless_gone():
                _remove_rule(events, entry.name, rule["Name"])
    events.delete_event_bus(Name=entry.name)


def _rule(aws: Aws, entry: Entry, _: str) -> None:
    bus, _slash, name = entry.name.partition("/")
    _remove_rule(aws("events"), bus, name)


def _remove_rule(events: Any, bus: str, name: str) -> None:
    """ "Before you can delete the rule, you must remove all targets" [EventBridge, DeleteRule]."""
    targets = _pages(events, "list_targets_by_rule", "Targets", Rule=name, EventBusName=bus)
    for start in range(0, len(targets), 100):  # as many as RemoveTargets takes, by its model
        ids = [target["Id"] for target in targets[start : start + 100]]
        answer = events.remove_targets(Rule=name, EventBusName=bus, Ids=ids)
        if answer.get("FailedEntryCount"):
            failed = answer["FailedEntries"][0]
            told = {"Code": failed.get("ErrorCode", ""), "Message": failed.get("ErrorMessage", "")}
            raise ClientError({"Error": told}, "RemoveTargets")
    events.delete_rule(Name=name, EventBusName=bus)


def _archive(aws: Aws, entry: Entry, _: str) -> None:
    aws("events").delete_archive(ArchiveName=entry.name)


def _replay(aws: Aws, entry: Entry, _: str) -> None:
    """What is over stays in the list for 90 days, and costs nothing [EventBridge User Guide]."""
    events = aws("events")

    def goes_on() -> bool:
        state = events.describe_replay(ReplayName=entry.name)["State"]
        return state in ("STARTING", "RUNNING")

    if goes_on():
        with _unless_over(goes_on):
            events.cancel_replay(ReplayName=entry.name)


def _function(aws: Aws, entry: Entry, _: str) -> None:
    """The mappings go first: they outlive their function. Lambda made the log group itself."""
    client = aws("lambda")
    with _unless_gone():
        for mapping in _pages(
            client, "list_event_source_mappings", "EventSourceMappings", FunctionName=entry.name
        ):
            with _unless_gone():
                if mapping.get("State") != "Deleting":
                    client.delete_event_source_mapping(UUID=mapping["UUID"])
    with _unless_gone():
        client.delete_function(FunctionName=entry.name)
    aws("logs").delete_log_group(logGroupName=f"/aws/lambda/{entry.name}")


def _mapping(aws: Aws, entry: Entry, _: str) -> None:
    client = aws("lambda")
    ident = entry.details.get("ident")
    if ident is None:  # made, and its answer never read
        wanted = {"FunctionName": entry.details["function"]}
        if entry.details.get("source"):
            wanted["EventSourceArn"] = entry.details["source"]
        found = _pages(client, "list_event_source_mappings", "EventSourceMappings", **wanted)
        ident = next((each["UUID"] for each in found), None)
    if ident and client.get_event_source_mapping(UUID=ident).get("State") != "Deleting":
        client.delete_event_source_mapping(UUID=ident)


def _machine(aws: Aws, entry: Entry, partition: str) -> None:
    """What still runs is stopped: it would go on to be billed. Express ones end within minutes."""
    states = aws("stepfunctions")
    arn = _arn(entry, partition, f"stateMachine:{entry.name}", "states")
    try:
        running = _pages(
            states, "list_executions", "executions", stateMachineArn=arn, statusFilter="RUNNING"
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "StateMachineTypeNotSupported":
            raise
        running = []
    for execution in running:
        _stop(states, execution["executionArn"])
    states.delete_state_machine(stateMachineArn=arn)


def _stop(states: Any, arn: str) -> None:
    def goes_on() -> bool:
        return bool(states.describe_execution(executionArn=arn)["status"] == "RUNNING")

    with _unless_over(goes_on):
        states.stop_execution(executionArn=arn, cause="The run that made it is over.")


def _activity(aws: Aws, entry: Entry, partition: str) -> None:
    arn = _arn(entry, partition, f"activity:{entry.name}", "states")
    aws("stepfunctions").delete_activity(activityArn=arn)


def _table(aws: Aws, entry: Entry, _: str) -> None:
    dynamodb = aws("dynamodb")
    if dynamodb.describe_table(TableName=entry.name)["Table"]["TableStatus"] != "DELETING":
        dynamodb.delete_table(TableName=entry.name)


def _alarm(aws: Aws, entry: Entry, _: str) -> None:
    aws("cloudwatch").delete_alarms(AlarmNames=[entry.name])


def _schedule(aws: Aws, entry: Entry, _: str) -> None:
    group, _slash, name = entry.name.partition("/")
    aws("scheduler").delete_schedule(Name=name, GroupName=group)


def _schedule_group(aws: Aws, entry: Entry, _: str) -> None:
    aws("scheduler").delete_schedule_group(Name=entry.name)


def _bucket(aws: Aws, entry: Entry, _: str) -> None:
    """A bucket is deleted when nothing is in it: no version, no marker, no upload half done."""
    s3, bucket = aws("s3"), {"Bucket": entry.name}
    for upload in _pages(s3, "list_multipart_uploads", "Uploads", **bucket):
        with _unless_gone():
            s3.abort_multipart_upload(Key=upload["Key"], UploadId=upload["UploadId"], **bucket)
    for page in s3.get_paginator("list_object_versions").paginate(**bucket):
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        which = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]
        if which:  # a page has as many as one call deletes: 1,000
            s3.delete_objects(Delete={"Objects": which, "Quiet": True}, **bucket)
    s3.delete_bucket(**bucket)


def _log_group(aws: Aws, entry: Entry, _: str) -> None:
    aws("logs").delete_log_group(logGroupName=entry.name)


def _role(aws: Aws, entry: Entry, _: str) -> None:
    iam, role = aws("iam"), {"RoleName": entry.name}
    for name in _pages(iam, "list_role_policies", "PolicyNames", **role):
        with _unless_gone():
            iam.delete_role_policy(PolicyName=name, **role)
    for policy in _pages(iam, "list_attached_role_policies", "AttachedPolicies", **role):
        with _unless_gone():
            iam.detach_role_policy(PolicyArn=policy["PolicyArn"], **role)
    iam.delete_role(**role)


REMOVERS: dict[str, Callable[[Aws, Entry, str], None]] = {
    "queue": _queue, "topic": _topic, "subscription": _subscription, "event bus": _bus,
    "rule": _rule, "archive": _archive, "replay": _replay, "function": _function,
    "event source mapping": _mapping, "state machine": _machine, "activity": _activity,
    "table": _table, "alarm": _alarm, "schedule": _schedule, "schedule group": _schedule_group,
    "bucket": _bucket, "log group": _log_group, "role": _role,
}  # fmt: skip

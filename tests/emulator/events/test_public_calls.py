"""The public calls of EventBridge, through plain moto and through the lab.

Where moto alone is right, both answer alike, but for ids and times. `WRONG` names what moto has
wrong: that is held by the tests of what corrects it.
"""

from __future__ import annotations

import json

import boto3
import moto
import pytest
from emulated_events import ACCOUNT, ENTRY, REGION
from played_calls import Player, compared

from helpers import Lab
from helpers.emulator.modelled.events import ROWS
from helpers.emulator.modelled.verdict import REFUSED

ARN = f"arn:aws:events:{REGION}:{ACCOUNT}"
BUS, QUEUE = f"{ARN}:event-bus/shop", f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"
PATTERN = '{"source": ["shop"]}'
TAGS = [{"Key": "a", "Value": "1"}]
EVENT = {
    "id": "1", "account": ACCOUNT, "source": "shop", "time": "2026-11-02T08:00:00Z",
    "region": REGION, "resources": [], "detail-type": "OrderPlaced", "detail": {},
}  # fmt: skip
WRONG = {
    "create_event_bus": "tells the ARN alone",
    "list_event_buses": "lacks the times",
    "test_event_pattern": "says nothing",
    "cancel_replay": "cancels one that has ended",
    "describe_replay": "has replayed at once",
    "list_replays": "has replayed at once",
    "describe_archive": "measures a list of Python's",
    "list_archives": "measures a list of Python's",
}
OMITTED = {"CreationTime", "LastModifiedTime", "ReplayStartTime", "EventId"}


def buses(play):
    play("create_event_bus", Name="shop", Description="of the shop", Tags=TAGS)
    play("create_event_bus", Name="shop")
    play("create_event_bus", Name="a/b")
    play("describe_event_bus", Name="shop")
    play("describe_event_bus", Name=BUS)
    play("describe_event_bus")
    play("describe_event_bus", Name="gone")
    play("list_event_buses", NamePrefix="s")
    play("list_tags_for_resource", ResourceARN=BUS)
    play("tag_resource", ResourceARN=BUS, Tags=[{"Key": "b", "Value": "2"}])
    play("untag_resource", ResourceARN=BUS, TagKeys=["a"])
    play("list_tags_for_resource", ResourceARN=BUS)
    partner = {"Action": "events:PutEvents", "Principal": ACCOUNT, "StatementId": "p"}
    play("put_permission", EventBusName="shop", **partner)
    play("describe_event_bus", Name="shop")
    play("remove_permission", EventBusName="shop", StatementId="p")
    play("describe_event_bus", Name="shop")
    play("delete_event_bus", Name="shop")
    play("delete_event_bus", Name="shop")
    play("delete_event_bus", Name="default")


def rules(play):
    play("create_event_bus", Name="shop")
    for bus in ({}, {"EventBusName": "shop"}, {"EventBusName": BUS}):
        on = {"Rule": "paid", **bus}
        named = {"Name": "paid", **bus}
        play("put_rule", **named, EventPattern=PATTERN, Description="who has paid")
        play("describe_rule", **named)
        play("disable_rule", **named)
        play("describe_rule", **named)
        play("enable_rule", **named)
        play("put_targets", **on, Targets=[{"Id": "q", "Arn": QUEUE, "InputPath": "$.detail"}])
        play("list_targets_by_rule", **on)
        play("list_rule_names_by_target", TargetArn=QUEUE, **bus)
        play("list_rules", NamePrefix="pa", **bus)
        play("delete_rule", **named)
        play("remove_targets", **on, Ids=["q", "gone"])
        play("list_targets_by_rule", **on)
        play("delete_rule", **named)
        play("delete_rule", **named)
        play("list_rules", **bus)
    play("put_rule", Name="none")
    play("put_rule", Name="tick", ScheduleExpression="rate(1 hour)", EventBusName="shop")
    play("put_rule", Name="lost", EventPattern=PATTERN, EventBusName="gone")
    play("put_targets", Rule="gone", Targets=[{"Id": "q", "Arn": QUEUE}])
    play("remove_targets", Rule="gone", Ids=["q"])


def events(play):
    play("put_events", Entries=[ENTRY, {**ENTRY, "Detail": "{"}, {"Source": "shop"}])
    play("test_event_pattern", EventPattern=PATTERN, Event=json.dumps(EVENT))
    play("put_rule", Name="bad", EventPattern='{"source": []}')


def archives(play):
    play("create_event_bus", Name="shop")
    play("create_archive", ArchiveName="all", EventSourceArn=BUS, RetentionDays=3)
    play("create_archive", ArchiveName="all", EventSourceArn=BUS)
    play("create_archive", ArchiveName="lost", EventSourceArn=f"{ARN}:event-bus/gone")
    play("describe_archive", ArchiveName="all")
    play("describe_archive", ArchiveName="gone")
    play("list_archives", NamePrefix="a")
    play("list_archives", NamePrefix="a", State="ENABLED")
    play("update_archive", ArchiveName="all", Description="of the shop")
    play("update_archive", ArchiveName="gone", Description="of the shop")
    of = {"EventSourceArn": f"{ARN}:archive/all", "EventStartTime": 0, "EventEndTime": 60}
    play("start_replay", ReplayName="r", Destination={"Arn": BUS}, **of)
    play("start_replay", ReplayName="r", Destination={"Arn": BUS}, **of)
    play("start_replay", ReplayName="x", Destination={"Arn": f"{ARN}:event-bus/default"}, **of)
    play("start_replay", ReplayName="x", Destination={"Arn": QUEUE}, **of)
    lost = {**of, "EventSourceArn": f"{ARN}:archive/gone"}
    play("start_replay", ReplayName="x", Destination={"Arn": BUS}, **lost)
    play("describe_replay", ReplayName="r")
    play("describe_replay", ReplayName="gone")
    play("list_replays", NamePrefix="r")
    play("cancel_replay", ReplayName="r")
    play("cancel_replay", ReplayName="gone")
    play("delete_archive", ArchiveName="gone")
    play("delete_archive", ArchiveName="all")
    play("list_api_destinations")
    play("list_connections")


PROGRAMS = [buses, rules, events, archives]


def without_times(value):
    if isinstance(value, dict):
        return {name: without_times(one) for name, one in value.items() if name not in OMITTED}
    return [without_times(one) for one in value] if isinstance(value, list) else value


def told(program):
    play = Player(boto3.client("events", REGION))
    program(play)
    return [(operation, without_times(compared(answer))) for operation, answer in play.told]


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_lab_says_what_moto_says(program):
    with Lab(seed=1):
        here = told(program)
    with moto.mock_aws():
        there = told(program)
    assert [operation for operation, _ in here] == [operation for operation, _ in there]
    for (operation, answer), (_, expected) in zip(here, there, strict=True):
        if operation not in WRONG:
            assert answer == expected, operation


def test_every_operation_of_the_lab_is_played():
    with Lab(seed=1):
        played = {operation for program in PROGRAMS for operation, _ in told(program)}
    modelled = {name for name, verdict in ROWS.items() if verdict.kind != REFUSED}
    assert {name.title().replace("_", "") for name in played} == modelled

"""A schedule fires, and what changes and ends it. Sources: `scheduler.requests` and `keeping`."""

from __future__ import annotations

import threading
from datetime import timedelta

import boto3
import pytest
from botocore.exceptions import ClientError
from emulated_events import Queue
from emulated_schedules import BEGIN, asked, firings, schedule

from helpers import Lab


@pytest.fixture
def lab():
    with Lab(seed=1) as lab:
        yield lab


@pytest.fixture
def queue(lab):
    return Queue("q")


def run(lab, **duration):
    with lab.running(**duration):
        pass


def names(**given):
    return [
        found["Name"] for found in boto3.client("scheduler").list_schedules(**given)["Schedules"]
    ]


def refusal(call, **given):
    with pytest.raises(ClientError) as refused:
        call(**given)
    error, meta = refused.value.response["Error"], refused.value.response["ResponseMetadata"]
    return meta["HTTPStatusCode"], error["Code"], error["Message"]


def test_a_rate_of_a_minute_fires_each_minute(lab, queue):
    """Given case: scheduler_never_fires.py (floci, issue 550, and localstack, issue 11263)."""
    schedule("s", "rate(1 minute)", queue.arn)
    run(lab, minutes=10)
    assert firings(lab, "s") == list(range(11))
    assert len(queue.bodies()) == 11


def test_a_worker_may_schedule_what_comes_later(lab, queue):
    def work():
        schedule("reminder", "at(2026-11-02T08:20:00)", queue.arn, Input="pay, please")

    with lab.running(minutes=5):
        lab.start(work)
    assert queue.bodies() == []
    run(lab, minutes=20)
    assert queue.bodies() == ["pay, please"]


def test_hundreds_of_schedules_wait_in_one_thread(lab, queue):
    before = threading.active_count()
    for number in range(300):
        schedule(f"s{number}", "at(2026-11-02T09:00:00)", queue.arn)
    assert threading.active_count() == before + 1
    run(lab, hours=2)
    assert len(queue.bodies()) == 300


def test_a_disabled_schedule_does_not_fire_and_an_enabled_one_does_again(lab, queue):
    scheduler = boto3.client("scheduler")
    schedule("s", "rate(10 minutes)", queue.arn, State="DISABLED")
    run(lab, minutes=25)
    assert firings(lab, "s") == []
    scheduler.update_schedule(Name="s", **asked("rate(10 minutes)", queue.arn))
    run(lab, minutes=25)
    assert firings(lab, "s") == [25, 35, 45]
    scheduler.update_schedule(Name="s", **asked("rate(10 minutes)", queue.arn, State="DISABLED"))
    run(lab, hours=1)
    assert firings(lab, "s") == [25, 35, 45]


def test_an_update_replaces_everything(lab, queue):
    scheduler = boto3.client("scheduler")
    schedule(
        "s", "rate(10 minutes)", queue.arn, Input="old", Description="of old",
        EndDate=BEGIN + timedelta(hours=1), ActionAfterCompletion="DELETE",
    )  # fmt: skip
    run(lab, minutes=15)
    scheduler.update_schedule(Name="s", **asked("rate(30 minutes)", queue.arn, Input="new"))
    found = scheduler.get_schedule(Name="s")
    assert not {"Description", "EndDate", "StartDate"} & set(found)
    assert found["ActionAfterCompletion"] == "NONE"
    assert found["CreationDate"] == BEGIN
    assert found["LastModificationDate"] == BEGIN + timedelta(minutes=15)
    run(lab, hours=2)
    assert firings(lab, "s") == [0, 10, 15, 45, 75, 105, 135]
    assert queue.bodies() == ["old"] * 2 + ["new"] * 5


def test_a_rate_keeps_its_beat_when_only_its_target_changes(lab, queue):
    schedule("s", "rate(10 minutes)", queue.arn)
    run(lab, minutes=14)
    boto3.client("scheduler").update_schedule(Name="s", **asked("rate(10 minutes)", Queue("r").arn))
    run(lab, minutes=20)
    assert firings(lab, "s") == [0, 10, 20, 30]


def test_a_deleted_schedule_does_not_fire(lab, queue):
    scheduler = boto3.client("scheduler")
    schedule("s", "rate(1 minute)", queue.arn)
    run(lab, minutes=2)
    scheduler.delete_schedule(Name="s")
    run(lab, minutes=5)
    assert firings(lab, "s") == [0, 1, 2]
    message = "Schedule s does not exist."
    for call in (scheduler.get_schedule, scheduler.delete_schedule):
        assert refusal(call, Name="s") == (404, "ResourceNotFoundException", message)
    given = asked("rate(1 minute)", queue.arn)
    assert refusal(scheduler.update_schedule, Name="s", **given)[1] == "ResourceNotFoundException"


@pytest.mark.parametrize("delete", ["DELETE", "NONE"])
def test_a_schedule_that_is_over_is_deleted_if_it_is_to_be(lab, queue, delete):
    after = {"ActionAfterCompletion": delete}
    schedule("once", "at(2026-11-02T08:30:00)", queue.arn, **after)
    schedule("to", "rate(20 minutes)", queue.arn, EndDate=BEGIN + timedelta(minutes=50), **after)
    schedule("on", "rate(20 minutes)", queue.arn, **after)
    run(lab, minutes=29)
    assert sorted(names()) == ["on", "once", "to"]
    run(lab, minutes=60)
    assert firings(lab, "to") == [0, 20, 40]
    assert sorted(names()) == (["on"] if delete == "DELETE" else ["on", "once", "to"])


def test_a_flexible_window_spreads_the_firings_by_the_seed():
    def fired(seed):
        with Lab(seed=seed) as lab:
            schedule("s", "rate(1 hour)", Queue("q").arn, minutes=30)
            run(lab, hours=9)
            return firings(lab, "s")

    moments = fired(1)
    delays = [moment - 60 * hour for hour, moment in enumerate(moments)]
    assert len(moments) in (9, 10)
    assert all(0 <= delay <= 30 for delay in delays)
    assert len(set(delays)) == len(delays)
    assert fired(1) == moments != fired(2)


def test_a_schedule_that_is_deleted_within_its_window_does_not_fire(lab, queue):
    schedule("s", "at(2026-11-02T08:10:00)", queue.arn, minutes=1440)
    run(lab, minutes=10)
    boto3.client("scheduler").delete_schedule(Name="s")
    run(lab, days=2)
    assert firings(lab, "s") == []


def test_a_group_goes_with_its_schedules(lab, queue):
    scheduler = boto3.client("scheduler")
    scheduler.create_schedule_group(Name="nightly")
    schedule("s", "rate(1 minute)", queue.arn, GroupName="nightly")
    schedule("s", "rate(1 hour)", queue.arn)
    assert names(GroupName="nightly") == ["s"]
    run(lab, minutes=2)
    scheduler.delete_schedule_group(Name="nightly")
    run(lab, minutes=5)
    assert len(queue.bodies()) == 3 + 1
    assert names() == ["s"]
    gone = (404, "ResourceNotFoundException", "Schedule group nightly does not exist.")
    assert refusal(scheduler.delete_schedule_group, Name="nightly") == gone
    given = asked("rate(1 minute)", queue.arn, GroupName="nightly")
    assert refusal(scheduler.create_schedule, Name="t", **given) == gone
    assert refusal(scheduler.delete_schedule_group, Name="default")[1] == "ValidationException"


def test_a_name_is_taken_once_in_its_group(lab, queue):
    scheduler = boto3.client("scheduler")
    schedule("s", "rate(1 hour)", queue.arn)
    given = asked("rate(1 hour)", queue.arn)
    taken = (409, "ConflictException", "Schedule s already exists.")
    assert refusal(scheduler.create_schedule, Name="s", **given) == taken
    scheduler.create_schedule_group(Name="g")
    assert refusal(scheduler.create_schedule_group, Name="g")[1] == "ConflictException"


def test_a_request_that_is_repeated_with_its_token_is_answered_as_before(lab, queue):
    scheduler = boto3.client("scheduler")
    given = asked("rate(1 hour)", queue.arn, ClientToken="t1")
    [first, again] = [scheduler.create_schedule(Name="s", **given) for _ in range(2)]
    assert again["ScheduleArn"] == first["ScheduleArn"]
    other = {**given, "ScheduleExpression": "rate(2 hours)"}
    assert refusal(scheduler.create_schedule, Name="s", **other)[1] == "ConflictException"


def test_what_get_schedule_tells_is_what_aws_fills_in(lab, queue):
    """LocalStack's recorded tests of Scheduler, January 2025."""
    dates = {"StartDate": BEGIN + timedelta(hours=1), "EndDate": BEGIN + timedelta(hours=2)}
    schedule("s", "rate(1 minute)", queue.arn, Input='{"key": "value"}', **dates)
    found = boto3.client("scheduler").get_schedule(Name="s")
    assert {name: found[name] for name in dates} == dates
    assert found["ActionAfterCompletion"] == "NONE"
    assert found["ScheduleExpressionTimezone"] == "UTC"
    assert (found["State"], found["GroupName"]) == ("ENABLED", "default")
    assert found["Target"]["RetryPolicy"] == {
        "MaximumEventAgeInSeconds": 86_400,
        "MaximumRetryAttempts": 185,
    }
    assert "Description" not in found


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"minutes": 1441}, "1441"),
        ({"RetryPolicy": {"MaximumRetryAttempts": 186}}, "186"),
        ({"RetryPolicy": {"MaximumEventAgeInSeconds": 86_401}}, "86401"),
        ({"State": "PAUSED"}, "PAUSED"),
        ({"GroupName": "a b"}, "a b"),
        ({"DeadLetterConfig": {"Arn": "arn:aws:sqs:eu-west-1:123456789012:d.fifo"}}, "d.fifo"),
        ({"FlexibleTimeWindow": {"Mode": "FLEXIBLE"}}, "MaximumWindowInMinutes"),
        ({"StartDate": BEGIN - timedelta(minutes=6)}, "StartDate"),
        ({"ScheduleExpressionTimezone": "Mars/Olympus"}, "Mars/Olympus"),
    ],
)
def test_what_is_not_valid_is_refused_by_name(lab, queue, more, named):
    given = asked("rate(1 minute)", queue.arn, **more)
    code, kind, message = refusal(boto3.client("scheduler").create_schedule, Name="s", **given)
    assert (code, kind) == (400, "ValidationException")
    assert named in message
    assert names() == []


def test_a_moment_in_the_past_is_taken_and_the_reader_is_told(lab, queue, capsys):
    """That AWS takes it: LocalStack's recorded tests, February 2025, at(2022-12-31T23:59:59)."""
    schedule("s", "at(2022-12-31T23:59:59)", queue.arn)
    run(lab, hours=1)
    assert queue.bodies() == []
    assert "at(2022-12-31T23:59:59) has passed" in capsys.readouterr().err


def test_a_lab_that_closes_leaves_no_thread():
    before = threading.active_count()
    with Lab(seed=1) as lab:
        schedule("s", "rate(1 minute)", "arn:aws:sqs:eu-west-1:123456789012:gone")
        run(lab, minutes=3)
    assert threading.active_count() == before

"""Disabled rules, and rules on a schedule."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import boto3
import pytest
from botocore.exceptions import ClientError
from emulated_events import Queue, let_pass, publish, rule

from helpers import Lab

HOUR = 3600


@pytest.fixture
def lab():
    with Lab(seed=7) as lab:
        yield lab


@pytest.fixture
def events(lab):
    return boto3.client("events")


def scheduled(name, expression, queue, **more):
    """A rule on a schedule, with a queue as its target. Returns its ARN."""
    events = boto3.client("events")
    arn = events.put_rule(Name=name, ScheduleExpression=expression, **more)["RuleArn"]
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": queue.arn}])
    return arn


def fired(lab, queue):
    """When the bus sent to a queue, in seconds."""
    sent = lab.trace[(lab.trace.operation == "SendMessage") & (lab.trace.resource == queue.name)]
    return list(sent.time)


class TestDisabled:
    def test_a_disabled_rule_delivers_nothing(self, lab, events):
        queue = Queue("orders")
        rule("all", queue, State="DISABLED")
        publish({"order": 1})
        events.enable_rule(Name="all")
        publish({"order": 2})
        events.disable_rule(Name="all")
        publish({"order": 3})
        let_pass(lab)
        assert [event["detail"]["order"] for event in queue.events()] == [2]


class TestScheduled:
    def test_a_rate_fires_on_time(self, lab):
        queue = Queue("ticks")
        let_pass(lab, 17)
        scheduled("tick", "rate(5 minutes)", queue)
        let_pass(lab, HOUR)
        assert fired(lab, queue) == [17 + 300 * number for number in range(1, 13)]

    def test_a_cron_fires_on_time(self, lab):
        queue = Queue("noons", MessageRetentionPeriod=str(14 * 24 * HOUR))
        scheduled("noon", "cron(0 12 ? * MON-FRI *)", queue)
        let_pass(lab, 8 * 24 * HOUR)  # from a Monday, 8:00
        times = [datetime.fromisoformat(event["time"]) for event in queue.events()]
        days = [2, 3, 4, 5, 6, 9]
        assert times == [datetime(2026, 11, day, 12, tzinfo=UTC) for day in days]

    def test_the_event(self, lab):
        queue = Queue("ticks")
        arn = scheduled("tick", "rate(1 hour)", queue)
        let_pass(lab, HOUR)
        [event] = queue.events()
        assert len(event.pop("id")) == 36
        assert event == {
            "version": "0",
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": "123456789012",
            "time": "2026-11-02T09:00:00Z",
            "region": "eu-west-1",
            "resources": [arn],
            "detail": {},
        }

    def test_it_fires_on_no_event(self, lab):
        queue = Queue("ticks")
        scheduled("tick", "rate(1 hour)", queue)
        publish({"order": 1})
        let_pass(lab)
        assert queue.bodies() == []

    def test_it_fires_on_events_too_if_it_has_a_pattern(self, lab):
        queue = Queue("both")
        scheduled("both", "rate(1 hour)", queue, EventPattern=json.dumps({"source": ["shop"]}))
        publish({"order": 1})
        let_pass(lab, HOUR)
        assert [event["source"] for event in queue.events()] == ["shop", "aws.events"]

    def test_disabled_it_is_silent_and_enabled_it_goes_on(self, lab, events):
        queue = Queue("ticks")
        scheduled("tick", "rate(1 minute)", queue)
        let_pass(lab, 130)
        events.disable_rule(Name="tick")
        let_pass(lab, 600)
        assert fired(lab, queue) == [60, 120]
        events.enable_rule(Name="tick")
        let_pass(lab, 100)
        assert fired(lab, queue) == [60, 120, 780]

    def test_another_expression_takes_the_place_of_the_first(self, lab, events):
        queue = Queue("ticks")
        scheduled("tick", "rate(1 minute)", queue)
        let_pass(lab, 90)
        scheduled("tick", "rate(1 hour)", queue)
        let_pass(lab, 2 * HOUR)
        assert fired(lab, queue) == [60, 90 + HOUR, 90 + 2 * HOUR]

    def test_put_again_unchanged_it_keeps_its_beat(self, lab, events):
        queue = Queue("ticks")
        for _ in range(3):
            scheduled("tick", "rate(1 minute)", queue)
            let_pass(lab, 50)
        let_pass(lab, 31)
        assert fired(lab, queue) == [60, 120, 180]

    def test_deleted_it_is_silent(self, lab, events):
        queue = Queue("ticks")
        scheduled("tick", "rate(1 minute)", queue)
        let_pass(lab, 90)
        events.remove_targets(Rule="tick", Ids=["queue"])
        events.delete_rule(Name="tick")
        let_pass(lab, 600)
        assert fired(lab, queue) == [60]
        waiting = [task.name for task in lab._clock._all if not task.done]
        assert waiting.count("events:tick") <= 1  # at most the outbox, and no schedule

    @pytest.mark.parametrize(
        "expression", ["rate(0 minutes)", "rate(1 minutes)", "rate(5 minute)", "cron(0 12 * * * *)"]
    )
    def test_an_invalid_expression_is_refused(self, lab, events, expression):
        with pytest.raises(ClientError, match="ScheduleExpression is not valid") as refusal:
            events.put_rule(Name="bad", ScheduleExpression=expression)
        assert refusal.value.response["Error"]["Code"] == "ValidationException"
        assert events.list_rules()["Rules"] == []

    def test_it_keeps_no_run_alive(self, lab):
        scheduled("tick", "rate(1 minute)", Queue("ticks"))
        with lab.running():
            lab.start(publish, {"order": 1})
        assert lab.now == 0
